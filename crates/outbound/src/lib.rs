//! Calls to addresses that firms give: signed by the Standard Webhooks specification, never to a private network unless the
//! operator allows that, never redirected, with a time limit and a limit of what is read.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use futures::StreamExt as _;
use lingxi_kernel::{Error, Result, Timestamp};
use reqwest::Url;
use standardwebhooks::Webhook as Signer;

/// What is read of an answer at most, in bytes.
const MOST_READ: usize = 64 * 1024;

/// Calls addresses of firms.
#[derive(Debug, Clone, Copy)]
pub struct Outbound {
    /// Whether addresses of private networks may be called, and without TLS.
    pub private: bool,
}

/// A signed call.
#[derive(Debug, Clone, Copy)]
pub struct Call<'a> {
    /// Where to.
    pub url: &'a str,
    /// The secret that the receiver knows, `whsec_...`.
    pub secret: &'a str,
    /// The same for every try of the same thing: the receiver does it once.
    pub id: &'a str,
    /// Now.
    pub at: Timestamp,
    /// JSON.
    pub body: &'a str,
    /// How long an answer is waited for.
    pub timeout: Duration,
}

/// What was answered.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status with its words, such as `200 OK`.
    pub status: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Outbound {
    /// The normal form of an address that may be called.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] for the field when it is none.
    pub fn address(self, field: &str, url: &str) -> Result<String> {
        let parsed = Url::parse(url.trim()).ok().filter(Url::has_host);
        let parsed = parsed.filter(|url| url.scheme() == "https" || self.private && url.scheme() == "http");
        let url = parsed.ok_or_else(|| Error::field(field, "Give an address that starts with https://."))?;
        Ok(url.to_string())
    }

    /// Posts a signed body.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] with what went wrong: no such name, a private address, no answer in time, an answer
    /// that is no success, one that is too large.
    pub async fn post(self, call: Call<'_>) -> Result<Answer> {
        let url = Url::parse(call.url)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let address = self.checked_address(&host, url.port_or_known_default().unwrap_or(443)).await?;
        let time = call.at.timestamp();
        let signature = Signer::new(call.secret)?.sign(call.id, time, call.body.as_bytes())?;
        // The checked address is the one that is connected to, and no redirect leads elsewhere.
        let client = reqwest::Client::builder()
            .resolve(&host, address)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy would look the name up by itself, and might come to another address.
            .no_proxy()
            .timeout(call.timeout)
            .build()?;
        let silent = |error: reqwest::Error| Error::invalid(format!("no answer: {}", error.without_url()));
        let response = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", call.id)
            .header("webhook-timestamp", time.to_string())
            .header("webhook-signature", signature)
            .body(call.body.to_owned())
            .send()
            .await
            .map_err(silent)?;
        let status = response.status();
        if !status.is_success() {
            return Err(Error::invalid(format!("answered {status}")));
        }
        let (mut body, mut chunks) = (Vec::new(), response.bytes_stream());
        while let Some(chunk) = chunks.next().await {
            body.extend_from_slice(&chunk.map_err(silent)?);
            if body.len() > MOST_READ {
                return Err(Error::invalid(format!("answered more than {MOST_READ} bytes")));
            }
        }
        Ok(Answer { status: status.to_string(), body })
    }

    async fn checked_address(self, host: &str, port: u16) -> Result<SocketAddr> {
        let unknown = || Error::invalid(format!("the name {host} is unknown"));
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(|_| unknown())?.collect();
        if !addresses.iter().all(|address| self.private || is_public(address.ip())) {
            return Err(Error::invalid(format!("{host} is an address inside a private network; it is not called")));
        }
        addresses.first().copied().ok_or_else(unknown)
    }
}

/// Whether an address belongs to the open internet, by the registries of special addresses (IANA, RFC 6890); addresses of IPv4
/// inside IPv6 count as what they are inside.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a, b, c) == (192, 0, 0)
                || (a, b, c) == (192, 88, 99)
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                is_public(IpAddr::V4(v4))
            } else {
                let [first, second, ..] = v6.segments();
                // Global unicast only (2000::/3), without protocols and tunnels (2001::/23, 2002::/16) and documentation
                // (2001:db8::/32, 3fff::/20).
                (0x2000..0x4000).contains(&first)
                    && first != 0x2002
                    && !(first == 0x2001 && (second < 0x200 || second == 0xdb8))
                    && !(first == 0x3fff && second < 0x1000)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_told_from_public_ones() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "172.16.0.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:127.0.0.1",
            "fe80::1",
            "fd00::1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "192.0.0.1",
            "192.0.0.170",
            "192.0.2.1",
            "192.88.99.1",
            "198.19.0.1",
            "255.255.255.255",
            "::",
            "2001:2::1",
            "2001:20::1",
            "2001:db8::1",
            "3fff:123::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["93.184.216.34", "192.0.1.1", "192.88.98.1", "2606:2800:220:1::1", "2001:4860:4860::8888"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
