//! Section `nats`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How processes that share the work reach each other. Without a URL, one process does everything.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Nats {
    /// The server: `nats://USER:PASSWORD@HOST:4222`, or `tls://...`. Its `JetStream` must be on.
    pub url: Option<String>,
    /// File with credentials (JWT and seed), where the server wants them.
    pub credentials: Option<PathBuf>,
    /// The beginning of all subjects and of the stream's name: one per Lingxi that uses the server.
    pub prefix: String,
    /// Copies of the stream that the servers keep.
    pub replicas: usize,
    /// Seconds that a call of another service may take.
    pub call_seconds: u64,
}

impl Default for Nats {
    fn default() -> Self {
        Self { url: None, credentials: None, prefix: "lingxi".into(), replicas: 1, call_seconds: 10 }
    }
}
