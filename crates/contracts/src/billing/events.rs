//! Facts that billing announces, and those that others announce to be billed.

use lingxi_kernel::{InvoiceId, Money, PaymentId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{InvoiceStatus, PaymentStatus, UsageInput};
use crate::Event;

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

/// Something that is to be metered, announced by the service that did it in the transaction of the deed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct UsageReported {
    /// The fact.
    pub usage: UsageInput,
}

impl Event for UsageReported {
    const TYPE: &'static str = "lingxi.billing.usage.reported.v1";
    fn subject(&self) -> String {
        self.usage.subject.clone()
    }
}

/// An alert or a cap of the period was reached.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LimitReached {
    /// The month.
    pub period: String,
    /// Key of the meter; none for the bill as a whole.
    pub meter: Option<String>,
    /// `alert` or `cap`.
    pub limit: String,
    /// Percent of it: 50, 80 or 100.
    pub percent: i32,
    /// What the bill or the quantity is now, for people.
    pub value: String,
}

impl Event for LimitReached {
    const TYPE: &'static str = "lingxi.billing.limit.reached.v1";
    fn subject(&self) -> String {
        self.period.clone()
    }
}

/// An invoice became final.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct InvoiceFinalized {
    /// Which.
    pub id: InvoiceId,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// What it comes to.
    pub total: Money,
    /// What is still to be paid.
    pub due: Money,
}

impl Event for InvoiceFinalized {
    const TYPE: &'static str = "lingxi.billing.invoice.finalized.v1";
    fn subject(&self) -> String {
        self.id.to_string()
    }
}

/// A payment succeeded, failed or went back.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PaymentChanged {
    /// Which.
    pub id: PaymentId,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much.
    pub amount: Money,
    /// For which invoice; without one it tops the wallet up.
    pub invoice: Option<InvoiceId>,
}

impl Event for PaymentChanged {
    const TYPE: &'static str = "lingxi.billing.payment.changed.v1";
    fn subject(&self) -> String {
        self.id.to_string()
    }
}

/// What the firm's people are told by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum BillingNews {
    /// An invoice is there.
    Invoice {
        /// Its number.
        number: String,
        /// What it comes to.
        total: Money,
        /// What is still to be paid.
        due: Money,
        /// Until when.
        due_at: Option<Timestamp>,
    },
    /// A payment failed; it is tried again, or was given up.
    PaymentFailed {
        /// The invoice's number.
        number: String,
        /// What is to be paid.
        due: Money,
        /// Why it failed.
        why: String,
        /// When it is tried again.
        again_at: Option<Timestamp>,
    },
    /// An invoice was paid.
    Paid {
        /// The invoice's number.
        number: String,
        /// What was paid.
        amount: Money,
    },
    /// The card on file ends before the running period is charged.
    CardExpires {
        /// The network, such as `visa`.
        brand: String,
        /// The last four digits.
        last4: String,
        /// The last month in which it can be used, 1 to 12.
        month: i64,
        /// And its year.
        year: i64,
    },
    /// It was decided about a unit that the firm disputed.
    DisputeDecided {
        /// What the unit is about, such as a conversation's id.
        subject: String,
        /// Whether the unit is taken back.
        accepted: bool,
        /// What the firm is told.
        answer: String,
    },
}

/// Asks for a mail to those who manage the firm's bills.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct BillingMailWanted {
    /// What it says.
    pub news: BillingNews,
    /// An address besides theirs.
    pub also: Option<String>,
}

impl Event for BillingMailWanted {
    const TYPE: &'static str = "lingxi.billing.mail.wanted.v1";
    fn subject(&self) -> String {
        "mail".into()
    }
}
