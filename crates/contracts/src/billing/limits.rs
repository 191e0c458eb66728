//! Alerts and caps.

use lingxi_kernel::{Decimal, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What happens to more use once a cap is reached.
    pub enum OverCap {
        /// The bot hands over instead of answering.
        HandOver = "hand_over",
        /// The bot neither answers nor hands over: it says that the service is closed.
        Block = "block",
        /// It goes on, and is billed.
        Allow = "allow",
    }
}

/// Alerts and a cap on the usage of one meter in a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "MeterLimitInput"))]
pub struct MeterLimit {
    /// Key of the meter.
    pub meter: String,
    /// The quantity of a period; admins are told at 50, 80 and 100 percent of it.
    pub quantity: Decimal,
    /// Whether more is refused once it is reached.
    pub hard: bool,
}

/// What happens when the bill grows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "SpendLimitsInput"))]
#[serde(default)]
pub struct SpendLimits {
    /// Tell the admins when the period's bill reaches 50, 80 and 100 percent of this many minor units.
    pub alert_minor: Option<i64>,
    /// From this many minor units on, more use is handled as `over` says.
    pub cap_minor: Option<i64>,
    /// What happens once a cap is reached.
    #[cfg_attr(feature = "graphql", graphql(default_with = "OverCap::HandOver"))]
    pub over: OverCap,
    /// Limits of single meters.
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub meters: Vec<MeterLimit>,
}

impl Default for SpendLimits {
    fn default() -> Self {
        Self { alert_minor: None, cap_minor: None, over: OverCap::HandOver, meters: Vec::new() }
    }
}

/// What may be used ahead of being counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entitlement {
    /// How much may be used; zero when the cap is reached.
    pub granted: Decimal,
    /// Until when; what is not used by then falls back.
    pub until: Timestamp,
    /// What happens to more use than that.
    pub over: OverCap,
}
