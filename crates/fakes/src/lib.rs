//! Stand-ins of outside services, for tests: they keep state, answer as the real ones do, and fail as they are told.

mod objects;
mod pages;
pub mod stripe;

pub use stripe::Stripe;
