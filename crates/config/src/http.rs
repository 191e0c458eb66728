//! Section `http`.

use std::net::{Ipv4Addr, SocketAddr};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where the process listens.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Http {
    /// Address and port.
    pub address: String,
    /// How browsers reach it; the base of links in mails. Without it, the address that the process listens on. Cookies are `Secure` when it is
    /// `https`.
    pub public_url: String,
    /// Threads that serve HTTP; 0 means one per core.
    pub workers: usize,
    /// Seconds that a stopping process goes on serving after it has said that it is not ready, so that nobody sends it anything
    /// new by the time it ends.
    pub drain_seconds: u64,
    /// Seconds that a stopping process waits for open requests.
    pub grace_seconds: u64,
    /// Whether GraphQL executes the portal's own operations only. Integrators then need a process without it.
    pub persisted_only: bool,
    /// Networks of our own proxies: what they say in `X-Forwarded-For` of their client is believed. Rates by address need it.
    pub trusted_proxies: Vec<String>,
    /// Whether the GraphQL explorer page and introspection are served. The demo has them.
    pub explorer: bool,
}

impl Http {
    /// The address that the process listens on, as a browser on this machine reaches it.
    pub(crate) fn own_url(&self) -> String {
        let Ok(mut address) = self.address.parse::<SocketAddr>() else { return format!("http://{}", self.address) };
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }
}

impl Default for Http {
    fn default() -> Self {
        Self {
            address: "127.0.0.1:8080".into(),
            public_url: "http://127.0.0.1:8080".into(),
            workers: 0,
            drain_seconds: 0,
            grace_seconds: 10,
            persisted_only: false,
            // Private networks and this machine (RFC 1918, RFC 4193, RFC 6598).
            trusted_proxies: [
                "127.0.0.0/8",
                "::1",
                "10.0.0.0/8",
                "172.16.0.0/12",
                "192.168.0.0/16",
                "100.64.0.0/10",
                "fc00::/7",
            ]
            .map(Into::into)
            .to_vec(),
            explorer: false,
        }
    }
}
