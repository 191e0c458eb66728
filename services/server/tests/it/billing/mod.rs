//! Billing, from a metered fact to money.

mod fapiao;
mod golden;
mod guards;
pub mod ingest;
mod limits;
mod notices;
mod payments;
mod scenario;
