//! Timers: webhook deliveries, quiet conversations, snoozes that end.

use std::sync::Arc;
use std::time::Duration;

use lingxi_config::Limits;
use lingxi_contracts::channels::{ConversationStatus, DeliveryStatus, Handler};
use lingxi_kernel::{Ctx, Error, Result, TenantId, Timestamp};
use lingxi_outbound::{Call, Outbound};
use lingxi_store::{Db, system, update};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

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
        let call = Call {
            url: &hook.url,
            secret: &hook.secret,
            id: &lingxi_kernel::DeliveryId::from_uuid(row.id).to_string(),
            at: self.db.env().now(),
            body: &row.body,
            timeout: Duration::from_secs(10),
        };
        let outbound = Outbound { private: self.limits.private_webhooks };
        Ok(outbound.post(call).await?.status)
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
