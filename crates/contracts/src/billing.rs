//! Billing: usage, plan, the running month's bill, alerts and caps.

use async_trait::async_trait;
use lingxi_kernel::{Ctx, EventId, Money, Page, PageArgs, Result, Timestamp, UsageId, text_enum};
use serde::{Deserialize, Serialize};

use crate::Event;
use crate::remote::remote;

text_enum! {
    /// What is counted.
    pub enum Meter {
        /// Conversations that the bot resolved.
        BotResolution = "bot_resolution",
        /// Messages of customers, bot and members.
        Message = "message",
        /// Minutes that members were at work, billed by the hour.
        AgentMinute = "agent_minute",
        /// Kilobytes of stored files, billed by the megabyte.
        StoredKb = "stored_kb",
        /// Calls by API key.
        ApiCall = "api_call",
    }
}

/// A metered fact.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct UsageEvent {
    /// Global id.
    pub id: UsageId,
    /// What is counted.
    pub meter: Meter,
    /// How much.
    pub quantity: i64,
    /// When it happened.
    pub at: Timestamp,
    /// Global id of what shows it: a conversation, a file, a member, a key.
    pub evidence: String,
    /// Whether it was taken back, because the customer came again.
    pub reversed: bool,
}

/// One line of a bill.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BillLine {
    /// What was counted.
    pub meter: Meter,
    /// How much, in the meter's unit.
    pub quantity: i64,
    /// How much of it is free.
    pub free: i64,
    /// What is charged for one package.
    pub unit_price: Money,
    /// How many units one package holds.
    pub package: i64,
    /// What the line costs.
    pub amount: Money,
}

/// The running month's bill, as it would be now.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct DraftBill {
    /// The month, `YYYY-MM`, in the tenant's time zone.
    pub period: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// Code of the plan.
    pub plan: String,
    /// One line per meter.
    pub lines: Vec<BillLine>,
    /// The sum of the lines.
    pub total: Money,
    /// Alerts and cap.
    pub limits: SpendLimits,
}

/// What happens when the bill grows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "SpendLimitsInput"))]
pub struct SpendLimits {
    /// Tell the admins when the month's bill reaches this many minor units.
    pub alert_minor: Option<i64>,
    /// From this many minor units on the bot hands over instead of answering.
    pub cap_minor: Option<i64>,
}

/// One day's quantity of a meter.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct UsageDay {
    /// Local date `YYYY-MM-DD`.
    pub date: String,
    /// What is counted.
    pub meter: Meter,
    /// How much.
    pub quantity: i64,
}

/// Calls by API key since the last report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ApiCallsCounted {
    /// Id of the key.
    pub key: String,
    /// How many.
    pub calls: i64,
}

impl Event for ApiCallsCounted {
    const TYPE: &'static str = "lingxi.billing.api_calls.counted.v1";
    fn subject(&self) -> String {
        self.key.clone()
    }
}

/// The month's bill reached the alert or the cap.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SpendLimitReached {
    /// The month.
    pub period: String,
    /// `alert` or `cap`.
    pub limit: String,
    /// What the bill is now.
    pub total: Money,
}

impl Event for SpendLimitReached {
    const TYPE: &'static str = "lingxi.billing.spend_limit.reached.v1";
    fn subject(&self) -> String {
        self.period.clone()
    }
}

/// The billing service, for the others.
#[remote("billing")]
#[async_trait]
pub trait BillingClient: Send + Sync {
    /// The running month's bill.
    #[idempotent]
    async fn draft_bill(&self, ctx: &Ctx) -> Result<DraftBill>;
    /// The running month's usage by day.
    #[idempotent]
    async fn usage_by_day(&self, ctx: &Ctx) -> Result<Vec<UsageDay>>;
    /// The metered facts of a line, newest first.
    #[idempotent]
    async fn evidence(&self, ctx: &Ctx, meter: Meter, page: PageArgs) -> Result<Page<UsageEvent>>;
    /// Sets alerts and cap.
    async fn set_limits(&self, ctx: &Ctx, limits: SpendLimits) -> Result<SpendLimits>;
    /// Whether the cap is reached: the bot then hands over.
    #[idempotent]
    async fn is_capped(&self, ctx: &Ctx) -> Result<bool>;
    /// Counts calls by API key; those of one report once, however often it is given.
    #[idempotent]
    async fn count_api_calls(&self, ctx: &Ctx, report: EventId, calls: i64) -> Result<()>;
}
