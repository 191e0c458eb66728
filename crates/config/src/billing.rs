//! Section `billing`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Fapiao, Stripe};

/// Who bills, when bills become final, and when firms are reminded of them.
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
    /// Days after each attempt or reminder at which the next one comes; after the last one the invoice is given up.
    pub retry_days: Vec<u32>,
    /// Days within which events are accepted after they happened.
    pub late_days: u32,
    /// Days without a word after which a resolution by the bot counts, and within which a hand-over takes it back.
    pub quiet_days: u32,
    /// Font files for characters that the own font lacks, which has Latin and GB 2312.
    pub fonts: Vec<String>,
    /// Online payment.
    pub stripe: Stripe,
    /// Fapiao.
    pub fapiao: Fapiao,
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
            stripe: Stripe::default(),
            fapiao: Fapiao::default(),
        }
    }
}
