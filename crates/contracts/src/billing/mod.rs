//! Billing: metering, plans, bills, credit, payment.

mod client;
mod events;
mod fapiao;
mod invoice;
mod limits;
mod meter;
mod payment;
mod plan;
mod wallet;

pub use client::{BillingCalls, BillingClient, RemoteBilling};
pub use events::{
    ApiCallsCounted, BillingMailWanted, BillingNews, InvoiceFinalized, LimitReached, PaymentChanged, UsageReported,
};
pub use fapiao::{Fapiao, FapiaoKind, FapiaoRequest, FapiaoStatus};
pub use invoice::{
    BillForecast, BillLine, BillPiece, BillingProfile, CreditNote, Dispute, DisputeStatus, DraftBill, Invoice,
    InvoiceStatus, LineKind,
};
pub use limits::{Entitlement, MeterLimit, OverCap, SpendLimits};
pub use meter::{
    Aggregation, AsideEvent, AsideReason, Meter, UsageAnswer, UsageEvent, UsageInput, UsageOutcome, UsagePoint,
    UsageQuery, UsageStep,
};
pub use payment::{Payment, PaymentCard, PaymentMethod, PaymentOptions, PaymentStatus, Refund};
pub use plan::{
    Catalog, ChangeMoment, Charge, PhaseKind, Plan, PlanSubscription, PriceModel, SubscriptionStatus, Tax, Tier,
};
pub use wallet::{CreditGrant, CreditKind, Difference, LedgerAccount, LedgerEntry, Reconciliation, Wallet};

/// Meters of what Lingxi itself does; operators' catalogs may price them and add others.
pub mod meters {
    /// Conversations that the bot resolved, as the customer confirmed.
    pub const RESOLUTION_CONFIRMED: &str = "resolution_confirmed";
    /// Conversations that the bot resolved, as nobody came back.
    pub const RESOLUTION_ASSUMED: &str = "resolution_assumed";
    /// Messages of customers, bot and members.
    pub const MESSAGE: &str = "message";
    /// Minutes that members were at work.
    pub const AGENT_MINUTE: &str = "agent_minute";
    /// Megabytes of stored files, weighted by time.
    pub const STORED_MB: &str = "stored_mb";
    /// Calls by API key.
    pub const API_CALL: &str = "api_call";
    /// Tokens of the outside language model.
    pub const MODEL_TOKEN: &str = "model_token";
}
