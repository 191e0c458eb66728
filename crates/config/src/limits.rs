//! Section `limits`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rates per tenant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Customers' messages per second of one tenant; short bursts may be ten times as many.
    pub messages_per_second: u32,
    /// GraphQL requests per second of one tenant; short bursts may be ten times as many.
    pub requests_per_second: u32,
    /// Days that a firm which asked for its deletion can change its mind.
    pub deletion_grace_days: u32,
    /// Whether webhooks may call addresses inside private networks, and plain `http`. For development.
    pub private_webhooks: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { messages_per_second: 500, requests_per_second: 100, deletion_grace_days: 30, private_webhooks: false }
    }
}
