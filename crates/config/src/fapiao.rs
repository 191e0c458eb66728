//! Section `billing.fapiao`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who issues fapiao. Without an address, finance exports what is asked for, issues it in the state's system and records the numbers.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Fapiao {
    /// The adapter in front of a provider, which is sent each fapiao to issue; the guide of running says how it answers.
    pub url: Option<String>,
    /// The adapter's key, sent as a bearer token.
    pub key: Option<String>,
    /// How long it is waited for an answer, in milliseconds.
    pub timeout_ms: u64,
    /// What the fapiao are for, as they name it.
    pub item: String,
}

impl Default for Fapiao {
    fn default() -> Self {
        Self { url: None, key: None, timeout_ms: 10_000, item: "*信息技术服务*软件服务费".into() }
    }
}
