//! Public keys of channels and secrets of visitors. Both name their tenant, so that no look-up spans tenants.

use lingxi_kernel::{ChannelId, Error, ErrorCode, Result, TenantId};
use sha2::{Digest as _, Sha256};

/// The stored form of a random secret.
pub(crate) fn hash_secret(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
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
