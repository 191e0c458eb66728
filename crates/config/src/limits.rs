//! Section `limits`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rates per tenant.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Customers' messages per second of one tenant; short bursts may be ten times as many.
    pub messages_per_second: u32,
    /// Requests and frames per second of one visitor of a chat; short bursts may be ten times as many.
    pub visitor_requests_per_second: u32,
    /// Requests and frames per second of all visitors behind one network address; short bursts may be ten times as many.
    pub visitor_requests_per_address: u32,
    /// New visitors per hour behind one network address who have not proved who they are.
    pub visitors_per_address_and_hour: u32,
    /// GraphQL requests per second of one tenant; short bursts may be ten times as many.
    pub requests_per_second: u32,
    /// Nested fields of one GraphQL operation.
    pub query_depth: u32,
    /// Fields of one GraphQL operation, lists counted as often as they may repeat.
    pub query_complexity: u32,
    /// Plans by name, and what they allow.
    pub plans: BTreeMap<String, Plan>,
    /// Days that a firm which asked for its deletion can change its mind.
    pub deletion_grace_days: u32,
    /// Invitations that one firm may send in an hour.
    pub invitations_per_hour: u32,
    /// Sign-ups and requests for a new password from one address of the network in an hour. Addresses of this machine are not counted.
    pub sign_ups_per_hour: u32,
    /// Whether webhooks may call addresses inside private networks, and plain `http`. For development.
    pub private_webhooks: bool,
}

/// What a plan allows its firms; what is left out is as for a firm without a plan.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Active members.
    pub members: Option<u32>,
    /// As `limits.messages_per_second`.
    pub messages_per_second: Option<u32>,
    /// As `limits.requests_per_second`.
    pub requests_per_second: Option<u32>,
    /// As `limits.query_depth`.
    pub query_depth: Option<u32>,
    /// As `limits.query_complexity`.
    pub query_complexity: Option<u32>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            messages_per_second: 500,
            visitor_requests_per_second: 10,
            visitor_requests_per_address: 200,
            visitors_per_address_and_hour: 120,
            requests_per_second: 100,
            query_depth: 12,
            query_complexity: 20_000,
            plans: BTreeMap::new(),
            deletion_grace_days: 30,
            invitations_per_hour: 30,
            sign_ups_per_hour: 30,
            private_webhooks: false,
        }
    }
}
