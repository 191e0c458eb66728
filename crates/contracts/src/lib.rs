//! Where services meet: one module per service with its data, its events and its client trait. No rules, no IO.
//!
//! With the feature `graphql` the data types are GraphQL types as well, so that a noun is described once.

pub mod billing;
pub mod bot;
pub mod channels;
mod event;
mod firms;
pub mod remote;
pub mod routing;
mod tenant_data;
pub mod tenants;
mod words;

pub use event::{Envelope, Event};
pub use tenant_data::{After, TenantData};
pub use words::Words;
