//! Section `mail`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How mail leaves.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtps://user:password@host:465` or `smtp://host:587`; without it mails are only kept and shown.
    pub smtp_url: Option<String>,
    /// Sender of all mails.
    pub from: String,
}

impl Default for Mail {
    fn default() -> Self {
        Self { smtp_url: None, from: "Lingxi <no-reply@lingxi.invalid>".into() }
    }
}
