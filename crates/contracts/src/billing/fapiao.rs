//! Fapiao: the tax receipts of mainland China, which a state system numbers.

use lingxi_kernel::{FapiaoId, InvoiceId, Money, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a fapiao is good for.
    pub enum FapiaoKind {
        /// A receipt (普通发票).
        Normal = "normal",
        /// One whose tax the payer deducts (增值税专用发票).
        Special = "special",
    }
}

text_enum! {
    /// Where a fapiao stands.
    pub enum FapiaoStatus {
        /// It was asked for.
        Requested = "requested",
        /// It has its number.
        Issued = "issued",
        /// It was refused.
        Refused = "refused",
    }
}

/// Asks for the fapiao of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
pub struct FapiaoRequest {
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// What it is good for.
    pub kind: FapiaoKind,
    /// The payer's name on it (抬头).
    pub title: String,
    /// The payer's tax number (税号); a special one needs it.
    pub tax_number: Option<String>,
    /// Registered address and phone; a special one needs them.
    pub address: Option<String>,
    /// Bank and account; a special one needs them.
    pub bank: Option<String>,
    /// Where it is sent.
    pub email: Option<String>,
}

/// A fapiao of an invoice, or a red one that takes back part of an issued one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Fapiao {
    /// Global id.
    pub id: FapiaoId,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// That invoice's number.
    pub invoice_number: String,
    /// What it is good for.
    pub kind: FapiaoKind,
    /// Where it stands.
    pub status: FapiaoStatus,
    /// The number of the issued one that it takes back part of; of a red one only.
    pub corrects: Option<String>,
    /// The payer's name on it.
    pub title: String,
    /// The payer's tax number.
    pub tax_number: Option<String>,
    /// Registered address and phone.
    pub address: Option<String>,
    /// Bank and account.
    pub bank: Option<String>,
    /// Where it is sent.
    pub email: Option<String>,
    /// With tax; of a red one below zero.
    pub amount: Money,
    /// The tax of it.
    pub tax: Money,
    /// Its number.
    pub number: Option<String>,
    /// Where it can be fetched.
    pub url: Option<String>,
    /// Why it was refused.
    pub failure: Option<String>,
    /// When it was asked for.
    pub at: Timestamp,
    /// When it got its number.
    pub issued_at: Option<Timestamp>,
}
