//! Section `mail`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How mail leaves.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Mail {
    /// `smtps://user:password@host:465` or `smtp://host:587`; without it mails are only kept, and the operator reads them with
    /// `lingxi mails`.
    pub smtp_url: Option<String>,
    /// Sender of all mails.
    pub from: String,
    /// Whether a firm's page of mails shows the links of invitations and of the viewer's own verification. For the demo only: whoever sees
    /// such a link can use it.
    pub show_links: bool,
}

impl Default for Mail {
    fn default() -> Self {
        Self { smtp_url: None, from: "Lingxi <no-reply@lingxi.invalid>".into(), show_links: false }
    }
}
