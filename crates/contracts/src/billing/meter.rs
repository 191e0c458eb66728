//! What is counted, and how much of it there was.

use lingxi_kernel::{Decimal, Timestamp, UsageId, text_enum};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Words;

text_enum! {
    /// How the events of a period become one quantity.
    pub enum Aggregation {
        /// How many events there are.
        Count = "count",
        /// The sum of their values.
        Sum = "sum",
        /// The largest of their values.
        Max = "max",
        /// How many different values they have.
        Unique = "unique",
        /// The value of the latest event.
        Latest = "latest",
        /// Values change a level, which is weighted by how long it stood and carried into the next period.
        WeightedSum = "weighted_sum",
    }
}

/// What is counted: which events, and how they become one quantity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "MeterInput"))]
#[serde(deny_unknown_fields)]
pub struct Meter {
    /// Its name in plans and queries: lower-case letters, digits and `_`.
    pub key: String,
    /// What people call it.
    pub name: Words,
    /// What one is called, such as `minute`.
    pub unit: Words,
    /// The type of the events that it counts.
    pub event_type: String,
    /// How they become one quantity.
    pub aggregation: Aggregation,
    /// The field of the event's data that holds the value; without one, an event is worth 1.
    #[serde(default)]
    pub value_field: Option<String>,
    /// Fields of the data by which usage can be told apart; `subject` is the event's subject.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub dimensions: Vec<String>,
}

/// A metered fact as it is sent: the parts of a `CloudEvent` that count.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UsageInput {
    /// Where it comes from.
    pub source: String,
    /// Its identity there; the same identity counts once.
    pub id: String,
    /// Its type, which meters name.
    pub kind: String,
    /// What or whom it is about.
    pub subject: String,
    /// When it happened; without it, when it came.
    pub at: Option<Timestamp>,
    /// Values and dimensions.
    pub data: Value,
    /// The fact of the same source that this one takes back.
    #[serde(default)]
    pub reverses: Option<String>,
}

text_enum! {
    /// What became of a metered fact that was sent.
    pub enum UsageOutcome {
        /// It is stored and counted.
        Accepted = "accepted",
        /// It was known already; nothing changed.
        Duplicate = "duplicate",
        /// Another fact with this identity came first and stands; this one is kept aside, where it can be seen.
        Conflict = "conflict",
        /// It is not counted; the reason says why.
        Rejected = "rejected",
    }
}

/// The answer to one metered fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageAnswer {
    /// What became of it.
    pub status: UsageOutcome,
    /// Why it was rejected, and how to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A metered fact that was counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct UsageEvent {
    /// Global id.
    pub id: UsageId,
    /// Where it comes from.
    pub source: String,
    /// Its identity there.
    pub source_id: String,
    /// Its type.
    pub event_type: String,
    /// What shows it: a conversation, a file, a member, a key, or what the integrator named.
    pub subject: String,
    /// What it is worth on the meter that was asked for.
    pub value: Decimal,
    /// When it happened.
    pub at: Timestamp,
    /// When it was stored.
    pub received_at: Timestamp,
    /// The fact that it takes back.
    pub reverses: Option<UsageId>,
    /// Whether another fact took it back.
    pub reversed: bool,
}

/// A metered fact that was put aside instead of being counted.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct AsideEvent {
    /// Global id.
    pub id: UsageId,
    /// Where it comes from.
    pub source: String,
    /// Its identity there.
    pub source_id: String,
    /// Its type.
    pub event_type: String,
    /// When it happened, as it says.
    pub at: Timestamp,
    /// When it came.
    pub received_at: Timestamp,
    /// Why it is not counted.
    pub reason: AsideReason,
    /// Its data in JSON.
    pub data: String,
}

text_enum! {
    /// Why a metered fact is not counted although it came.
    pub enum AsideReason {
        /// Another with the same identity came first.
        Conflict = "conflict",
        /// It is older than events are accepted.
        TooLate = "too_late",
    }
}

text_enum! {
    /// How long the steps of a series are.
    pub enum UsageStep {
        /// Hours of the tenant's clock.
        Hour = "hour",
        /// Days of the tenant's calendar.
        Day = "day",
        /// Months of the tenant's calendar.
        Month = "month",
    }
}

/// Which usage is asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
pub struct UsageQuery {
    /// Key of the meter.
    pub meter: String,
    /// From this moment on; the start of the hour that it lies in.
    pub from: Timestamp,
    /// Up to this moment, which is not included.
    pub to: Timestamp,
    /// The length of the steps.
    pub step: UsageStep,
    /// Tell apart by this dimension of the meter.
    #[serde(default)]
    pub dimension: Option<String>,
    /// Only this value of the dimension.
    #[serde(default)]
    pub dimension_value: Option<String>,
}

/// The usage of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct UsagePoint {
    /// The first moment of the step.
    pub from: Timestamp,
    /// Local date `YYYY-MM-DD` on which it begins.
    pub date: String,
    /// The value of the dimension; empty when none was asked for.
    pub dimension_value: String,
    /// How much, in the meter's unit.
    pub quantity: Decimal,
}
