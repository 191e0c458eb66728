//! Stand-ins of outside services, for tests: they keep state, answer as the real ones do, and fail as they are told.

mod fapiao;
mod objects;
mod pages;
pub mod stripe;

pub use fapiao::Fapiao;
pub use stripe::Stripe;
