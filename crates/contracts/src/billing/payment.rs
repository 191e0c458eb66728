//! Payments, refunds, and ways to pay.

use lingxi_kernel::{InvoiceId, Money, PaymentId, RefundId, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// How something was paid.
    pub enum PaymentMethod {
        /// Through the payment provider.
        Provider = "provider",
        /// By bank transfer, as finance recorded it.
        BankTransfer = "bank_transfer",
    }
}

text_enum! {
    /// Where a payment stands.
    pub enum PaymentStatus {
        /// It was begun.
        Pending = "pending",
        /// The money is there.
        Succeeded = "succeeded",
        /// It did not come.
        Failed = "failed",
        /// All of the money went back.
        Refunded = "refunded",
    }
}

/// A payment, or an attempt at one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Payment {
    /// Global id.
    pub id: PaymentId,
    /// How.
    pub method: PaymentMethod,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much.
    pub amount: Money,
    /// For which invoice; without one it tops the wallet up.
    pub invoice_id: Option<InvoiceId>,
    /// The provider's or the bank's word for it.
    pub reference: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was begun.
    pub at: Timestamp,
    /// What of it went back, or is on its way.
    pub refunded: Money,
    /// How it went back.
    pub refunds: Vec<Refund>,
}

/// Money of a payment that goes back to the payer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Refund {
    /// Global id.
    pub id: RefundId,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much.
    pub amount: Money,
    /// Why.
    pub reason: String,
    /// The provider's or the bank's word for it.
    pub reference: String,
    /// Why it failed.
    pub failure: Option<String>,
    /// When it was begun.
    pub at: Timestamp,
}

/// The card that invoices are charged to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct PaymentCard {
    /// Such as `visa`.
    pub brand: String,
    /// Its last four digits.
    pub last4: String,
    /// The last month in which it can be used, 1 to 12.
    pub exp_month: i64,
    /// And that month's year.
    pub exp_year: i64,
}

/// How a firm can pay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct PaymentOptions {
    /// Whether this installation takes online payment; else bills are paid by transfer.
    pub online: bool,
    /// The account to which transfers go, in lines.
    pub bank: String,
    /// The card that invoices are charged to.
    pub card: Option<PaymentCard>,
}
