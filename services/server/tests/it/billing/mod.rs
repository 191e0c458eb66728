//! Billing, from a metered fact to money.

mod golden;
mod ingest;
mod scenario;
