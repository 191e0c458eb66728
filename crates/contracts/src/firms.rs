//! What the platform's operators want of a firm.

use serde::{Deserialize, Serialize};

/// What a tenant is allowed; what is left out is its plan's, or else the platform's default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "QuotaInput"))]
pub struct Quota {
    /// Customers' messages per second.
    pub messages_per_second: Option<u32>,
    /// GraphQL requests per second.
    pub requests_per_second: Option<u32>,
    /// Active members.
    pub members: Option<u32>,
    /// The plan, by its name in the platform's settings.
    pub plan: Option<String>,
    /// Nested fields of one GraphQL operation.
    pub query_depth: Option<u32>,
    /// Fields of one GraphQL operation, lists counted as often as they may repeat.
    pub query_complexity: Option<u32>,
}

/// A firm as the platform's operator wants it, by a name that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirmSpec {
    /// Its name, for people.
    pub firm: String,
    /// The owner's mail address; a mail to it lets the owner in.
    pub owner_email: String,
    /// The owner's name; the address when it is left out.
    #[serde(default)]
    pub owner_name: Option<String>,
    /// Code of the industry pack.
    #[serde(default = "insurance")]
    pub industry: String,
    /// Default language, `zh-CN` or `en-US`.
    #[serde(default = "chinese")]
    pub locale: String,
    /// IANA time zone.
    #[serde(default = "shanghai")]
    pub time_zone: String,
    /// What it is allowed.
    #[serde(default)]
    pub quota: Quota,
    /// Whether it is stopped.
    #[serde(default)]
    pub suspended: bool,
}

fn insurance() -> String {
    "insurance".into()
}

fn chinese() -> String {
    "zh-CN".into()
}

fn shanghai() -> String {
    "Asia/Shanghai".into()
}
