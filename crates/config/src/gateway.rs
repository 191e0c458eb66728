//! Section `gateway`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whom the gateway hands requests on to, when other processes serve the services' own routes: sockets, uploads, sign-in.
/// Several addresses have spaces between them, and are used in turn.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Gateway {
    /// Processes with the role `tenants`, such as `http://lingxi-tenants:8080`.
    pub tenants: String,
    /// Processes with the role `channels`.
    pub channels: String,
    /// Processes with the role `bot`.
    pub bot: String,
}

impl Gateway {
    /// Every address with its key.
    pub(crate) fn urls(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let by_key = [("tenants", &self.tenants), ("channels", &self.channels), ("bot", &self.bot)];
        by_key.into_iter().flat_map(|(key, urls)| urls.split_whitespace().map(move |url| (key, url)))
    }
}
