//! Understanding of short questions: normalisation, retrieval, classification, and a calibrated mix of both. Pure: no
//! IO, no clock, no randomness.

mod bm25;
mod calibration;
mod clusters;
mod dialogue;
pub mod evaluation;
mod facts;
mod features;
pub mod learning;
mod linear;
mod mask;
mod meanings;
mod model;
mod number;
pub mod slot;
mod support;
mod text;
mod vocabulary;
mod words;

pub use clusters::clusters;
pub use dialogue::{is_follow_up, parts};
pub use facts::{addresses, numbers};
pub use mask::mask;
pub use meanings::Meaning;
pub use model::{Model, Phrase, Ranked, Ranking};
pub use number::Sequence;
pub use support::{Unfounded, sentences, unfounded};
pub use text::{Language, language, normalise};
