//! Timers: webhook deliveries, quiet conversations, snoozes that end.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use lingxi_config::Limits;
use lingxi_contracts::channels::{ConversationStatus, DeliveryStatus, Handler};
use lingxi_kernel::{Ctx, Error, Result, TenantId, Timestamp};
use lingxi_store::{Db, system, update};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use standardwebhooks::Webhook as Signer;

use crate::rules;
use crate::service::Channels;
use crate::store::{conversation::row as conversation, delivery, webhook};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    service: Arc<Channels>,
    db: Db,
    limits: Limits,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

impl Jobs {
    pub(crate) fn new(service: Arc<Channels>) -> Self {
        let (db, limits) = (service.deps.db.clone(), service.deps.limits.clone());
        Self { service, db, limits }
    }

    /// Tries the deliveries that are due.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; a receiver's refusal is noted in its row.
    pub async fn deliver_webhooks(&self) -> Result<()> {
        let due = delivery::Entity::find()
            .filter(delivery::Column::Status.eq(DeliveryStatus::Pending.as_str()))
            .filter(delivery::Column::NextAttemptAt.lte(self.db.env().now()))
            .order_by_asc(delivery::Column::Id)
            .limit(32)
            .all(&system::reader(&self.db))
            .await?;
        futures::future::try_join_all(due.into_iter().map(|row| self.deliver(row))).await?;
        Ok(())
    }

    async fn deliver(&self, mut row: delivery::Model) -> Result<()> {
        let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "channels");
        let hook = webhook::get(&self.db.read(&ctx), row.webhook_id).await?;
        let outcome = match hook {
            Some(hook) => self.send(&hook, &row).await,
            None => Err(Error::not_found("webhook")),
        };
        let tx = self.db.begin(&ctx).await?;
        row.attempts += 1;
        match outcome {
            Ok(status) => {
                row.status = DeliveryStatus::Delivered.as_str().to_owned();
                row.last_result = Some(status);
                row.next_attempt_at = None;
            }
            Err(error) => {
                row.last_result = Some(error.message);
                row.next_attempt_at = rules::next_attempt(row.attempts, tx.now());
                if row.next_attempt_at.is_none() {
                    row.status = DeliveryStatus::Failed.as_str().to_owned();
                }
            }
        }
        update(&tx, row).await?;
        tx.commit().await
    }

    async fn send(&self, hook: &webhook::Model, row: &delivery::Model) -> Result<String> {
        let url = reqwest::Url::parse(&hook.url)?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let address = self.checked_address(&host, url.port_or_known_default().unwrap_or(443)).await?;
        let id = lingxi_kernel::DeliveryId::from_uuid(row.id).to_string();
        let time = self.db.env().now().timestamp();
        let signature = Signer::new(&hook.secret)?.sign(&id, time, row.body.as_bytes())?;
        // The checked address is the one that is connected to, and no redirect leads elsewhere.
        let client = reqwest::Client::builder()
            .resolve(&host, address)
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(10))
            .build()?;
        let response = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", time.to_string())
            .header("webhook-signature", signature)
            .body(row.body.clone())
            .send()
            .await
            .map_err(|error| Error::invalid(format!("no answer: {}", error.without_url())))?;
        let status = response.status();
        if status.is_success() { Ok(status.to_string()) } else { Err(Error::invalid(format!("answered {status}"))) }
    }

    async fn checked_address(&self, host: &str, port: u16) -> Result<SocketAddr> {
        let unknown = || Error::invalid(format!("the name {host} is unknown"));
        let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(|_| unknown())?.collect();
        let allowed = |address: &SocketAddr| self.limits.private_webhooks || is_public(address.ip());
        if !addresses.iter().all(allowed) {
            return Err(Error::invalid(format!("{host} is an address inside a private network; it is not called")));
        }
        addresses.first().copied().ok_or_else(unknown)
    }

    /// Counts conversations that the bot answered and that have been quiet for long as resolved.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn resolve_quiet(&self) -> Result<()> {
        let before = self.db.env().now() - rules::QUIET;
        let quiet = conversation::Entity::find()
            .filter(conversation::Column::Handler.eq(Handler::Bot.as_str()))
            .filter(conversation::Column::Status.eq(ConversationStatus::Pending.as_str()))
            .filter(conversation::Column::UpdatedAt.lt(before));
        for row in self.some(quiet).await? {
            let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "channels");
            self.service.apply_quiet(&ctx, row.id.into(), before).await?;
        }
        Ok(())
    }

    /// Brings snoozed conversations back when their time has come.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn wake_snoozed(&self) -> Result<()> {
        let now: Timestamp = self.db.env().now();
        let due = conversation::Entity::find()
            .filter(conversation::Column::Status.eq(ConversationStatus::Snoozed.as_str()))
            .filter(conversation::Column::SnoozedUntil.lte(now));
        for row in self.some(due).await? {
            let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "channels");
            self.service.apply_awake(&ctx, row.id.into()).await?;
        }
        Ok(())
    }

    async fn some(&self, rows: sea_orm::Select<conversation::Entity>) -> Result<Vec<conversation::Model>> {
        Ok(rows.limit(200).all(&system::reader(&self.db)).await?)
    }
}

/// Whether an address belongs to the open internet; addresses of IPv4 inside IPv6 count as what they are inside.
fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_multicast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 198 && (18..20).contains(&b)))
        }
        IpAddr::V6(v6) => {
            if let Some(v4) = v6.to_ipv4() {
                is_public(IpAddr::V4(v4))
            } else {
                let first = v6.segments()[0];
                // Global unicast only, without the translation prefix 64:ff9b and the tunnels of 2001:0 and 2002.
                (0x2000..0x4000).contains(&first) && first != 0x2002 && !(first == 0x2001 && v6.segments()[1] == 0)
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
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["93.184.216.34", "2606:2800:220:1::1"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
