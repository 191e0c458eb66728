//! Section `billing.stripe`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Online payment by Stripe. Without a key everything else works, and firms pay by transfer.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Stripe {
    /// The secret key of the account, `sk_…`, or a restricted one that may write customers, checkout sessions, portal sessions, payment intents
    /// and refunds, and read setup intents, payment methods and disputes.
    pub secret_key: Option<String>,
    /// The secret with which the account signs what it tells `/billing/stripe`, `whsec_…`; two with a comma between while one takes over.
    pub webhook_secret: Option<String>,
    /// Ways to pay at the provider's page, by its names; those that do not take the currency are left out.
    pub methods: Vec<String>,
    /// How long it is waited for an answer, in milliseconds.
    pub timeout_ms: u64,
    /// Where Stripe is.
    pub url: String,
}

impl Default for Stripe {
    fn default() -> Self {
        Self {
            secret_key: None,
            webhook_secret: None,
            methods: vec!["card".into(), "alipay".into()],
            timeout_ms: 8_000,
            url: "https://api.stripe.com/".into(),
        }
    }
}
