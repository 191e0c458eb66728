//! Section `billing`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who bills, when bills become final, and how payment is tried.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Billing {
    /// The firm that issues the invoices, as they name it.
    pub issuer: String,
    /// Its address, in lines.
    pub issuer_address: String,
    /// Its tax number.
    pub issuer_tax_number: String,
    /// How its invoices are paid by transfer, in lines.
    pub issuer_bank: String,
    /// What numbers of invoices begin with.
    pub number_prefix: String,
    /// Hours after a period within which late events still count to its invoice, before that becomes final.
    pub grace_hours: u32,
    /// Days within which an invoice is to be paid.
    pub payment_days: u32,
    /// Days after each failed attempt at which payment is tried again; after the last one it is given up.
    pub retry_days: Vec<u32>,
    /// Days within which events are accepted after they happened.
    pub late_days: u32,
    /// Days without a word after which a resolution by the bot counts, and within which a hand-over takes it back.
    pub quiet_days: u32,
    /// Font files for characters that the own font lacks, which has Latin and GB 2312.
    pub fonts: Vec<String>,
    /// The secret key for Stripe; without it cards are off and everything else works.
    pub stripe_key: Option<String>,
    /// The secret by which Stripe signs its webhooks, which are sent to `/billing/stripe`.
    pub stripe_webhook_secret: Option<String>,
    /// Where Stripe's API is, when it is not Stripe's own.
    pub stripe_url: Option<String>,
}

impl Default for Billing {
    fn default() -> Self {
        Self {
            issuer: "Lingxi".into(),
            issuer_address: String::new(),
            issuer_tax_number: String::new(),
            issuer_bank: String::new(),
            number_prefix: "LX".into(),
            grace_hours: 24,
            payment_days: 14,
            retry_days: vec![3, 5, 7],
            late_days: 35,
            quiet_days: 3,
            fonts: Vec::new(),
            stripe_key: None,
            stripe_webhook_secret: None,
            stripe_url: None,
        }
    }
}
