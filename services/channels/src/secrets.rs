//! Public keys of channels and secrets of visitors. Both name their tenant, so that no look-up spans tenants.

use hmac::{Hmac, KeyInit as _, Mac as _};
use lingxi_kernel::{ChannelId, Error, ErrorCode, Result, TenantId};
use lingxi_store::Place;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// The stored form of a random secret.
pub(crate) fn hash_secret(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where a channel's secret of identities is stored.
pub(crate) fn identity_place(channel: Uuid) -> Place<'static> {
    Place { table: "channels_channel", row: channel, column: "identity_secret" }
}

/// Where a webhook's secret is stored.
pub(crate) fn webhook_place(webhook: Uuid) -> Place<'static> {
    Place { table: "channels_webhook", row: webhook, column: "secret" }
}

/// By which a token remembers the secret that proved it, in the form in which that is stored.
pub(crate) fn mark(stored: &str) -> String {
    hash_secret(stored).chars().take(16).collect()
}

/// The key that a page's snippet carries.
pub(crate) fn public_key(tenant: TenantId, channel: ChannelId) -> String {
    format!("{tenant}.{channel}")
}

pub(crate) fn parse_public_key(key: &str) -> Result<(TenantId, ChannelId)> {
    let unknown = || Error::field("key", "This widget key is unknown; copy the snippet from the portal again.");
    let (tenant, channel) = key.split_once('.').ok_or_else(unknown)?;
    Ok((tenant.parse().map_err(|_| unknown())?, channel.parse().map_err(|_| unknown())?))
}

pub(crate) fn visitor_token(tenant: TenantId, secret: &str) -> String {
    format!("lxv.{tenant}.{secret}")
}

pub(crate) fn parse_visitor_token(token: &str) -> Result<(TenantId, String)> {
    let unknown = || Error::new(ErrorCode::Unauthenticated, "This visitor is unknown; open the widget again.");
    match token.split('.').collect::<Vec<_>>()[..] {
        ["lxv", tenant, secret] => Ok((tenant.parse().map_err(|_| unknown())?, secret.to_owned())),
        _ => Err(unknown()),
    }
}

/// Whether a hash (hex) proves an id under a secret. Takes the same time whatever is wrong.
pub(crate) fn proves(secret: &str, id: &str, hash: &str) -> bool {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
    mac.update(id.as_bytes());
    let bytes: Option<Vec<u8>> = (0..hash.len())
        .step_by(2)
        .map(|at| hash.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    bytes.is_some_and(|bytes| mac.verify_slice(&bytes).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identity_is_proved_by_the_firms_secret_only() {
        // RFC 4231, test case 2.
        let hash = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert!(proves("Jefe", "what do ya want for nothing?", hash));
        assert!(!proves("Jefe", "what do ya want for something?", hash));
        assert!(!proves("jefe", "what do ya want for nothing?", hash));
        assert!(!proves("Jefe", "what do ya want for nothing?", "5bdc"));
        assert!(!proves("Jefe", "x", "zz"));
    }
}
