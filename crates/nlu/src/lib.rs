//! Understanding of short questions: normalisation, retrieval, classification, and a calibrated mix of both. Pure: no
//! IO, no clock, no randomness.

mod bm25;
mod calibration;
mod linear;
mod model;
mod text;

pub use model::{Model, Phrase, Ranked, Ranking};
pub use text::{Language, language, normalise};
