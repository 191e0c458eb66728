//! The rules of rating.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop with its line")]

mod adjusting;
mod aggregation;
mod oracle;
mod prices;
