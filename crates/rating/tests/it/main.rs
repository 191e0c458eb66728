//! The rules of rating.

mod adjusting;
mod aggregation;
mod oracle;
mod prices;
