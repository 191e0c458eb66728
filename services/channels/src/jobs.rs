//! Timers: webhook deliveries, quiet conversations, snoozes that end.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use lingxi_config::Limits;
use lingxi_contracts::channels::{ConversationStatus, DeliveryStatus, Handler};
use lingxi_kernel::{Ctx, Error, Result, TenantId, Timestamp};
use lingxi_outbound::{Call, Outbound};
use lingxi_store::{Db, Turns, seal_plain, system, update};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use tokio::task::JoinSet;

use crate::rules;
use crate::secrets::webhook_place;
use crate::service::Channels;
use crate::store::conversation::{needs_a_person, row as conversation};
use crate::store::{channel, delivery, webhook};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    service: Arc<Channels>,
    db: Db,
    limits: Limits,
    under_way: UnderWay,
}

/// Pieces of work of one firm, and of all, at a time.
const PLACES: u64 = 25;
const LOOKED_FOR: u64 = 200;

/// Deliveries of one firm, and of all, that are under way at a time.
const OF_ONE: u64 = 4;
const AT_ONCE: u64 = 256;

/// How long the deliveries of one round are waited for before the next round begins.
const WAITED: Duration = Duration::from_secs(2);

/// Deliveries that are under way, by firm.
#[derive(Clone, Default)]
struct UnderWay(Arc<Mutex<HashMap<Uuid, HashSet<Uuid>>>>);

/// A place among the deliveries of a firm, free again when it is dropped.
struct Place {
    under_way: UnderWay,
    tenant: Uuid,
    delivery: Uuid,
}

impl UnderWay {
    /// A place, unless the delivery has one or the firm has too many.
    fn place(&self, tenant: Uuid, delivery: Uuid) -> Option<Place> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = all.entry(tenant).or_default();
        let free = (own.len() as u64) < OF_ONE && own.insert(delivery);
        free.then(|| Place { under_way: self.clone(), tenant, delivery })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut all = self.under_way.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = all.get_mut(&self.tenant) {
            own.remove(&self.delivery);
            if own.is_empty() {
                all.remove(&self.tenant);
            }
        }
    }
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

impl Jobs {
    pub(crate) fn new(service: Arc<Channels>) -> Self {
        let (db, limits) = (service.deps.db.clone(), service.deps.limits.clone());
        Self { service, db, limits, under_way: UnderWay::default() }
    }

    /// Tries the deliveries that are due, some of each firm at a time. A receiver that is slow is waited for a moment, and keeps nobody else
    /// waiting afterwards.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; a receiver's refusal is noted in its row.
    pub async fn deliver_webhooks(&self) -> Result<()> {
        let due = delivery::Entity::find()
            .filter(delivery::Column::Status.eq(DeliveryStatus::Pending.as_str()))
            .filter(delivery::Column::NextAttemptAt.lte(self.db.env().now()));
        let turns = Turns::new(&self.db, "webhook deliveries", OF_ONE, AT_ONCE);
        let due = turns.due(due, delivery::Column::Id, delivery::Column::NextAttemptAt).await?;
        let mut sending = JoinSet::new();
        for row in due {
            let Some(place) = self.under_way.place(row.tenant_id, row.id) else { continue };
            let (jobs, turns) = (self.clone(), turns.clone());
            sending.spawn(async move {
                let _place = place;
                let key = (row.tenant_id, row.id);
                // What the receiver says is in the row; this is what kept that from being written.
                let outcome = jobs.deliver(row).await;
                if outcome.is_err()
                    && let Err(error) = turns.outcome(key, outcome).await
                {
                    tracing::error!(error.cause = %error, "A failed delivery could not be noted");
                }
            });
        }
        let _ = tokio::time::timeout(WAITED, async { while sending.join_next().await.is_some() {} }).await;
        sending.detach_all();
        Ok(())
    }

    async fn deliver(&self, row: delivery::Model) -> Result<()> {
        let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "channels");
        let hook = webhook::get(&self.db.read(&ctx), row.webhook_id).await?;
        let outcome = match hook {
            Some(hook) => self.send(&ctx, &hook, &row).await,
            None => Err(Error::not_found("webhook")),
        };
        let tx = self.db.begin(&ctx).await?;
        // Unless the webhook was deleted meanwhile, or somebody asked for the delivery anew.
        let same = |now: &delivery::Model| now.attempts == row.attempts && now.status == row.status;
        let Some(mut row) = delivery::get(&tx, row.id).await?.filter(same) else { return Ok(()) };
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

    async fn send(&self, ctx: &Ctx, hook: &webhook::Model, row: &delivery::Model) -> Result<String> {
        let secret = self.db.unseal(ctx, webhook_place(hook.id), &hook.secret).await?;
        let call = Call {
            url: &hook.url,
            secret: &secret,
            id: &lingxi_kernel::DeliveryId::from_uuid(row.id).to_string(),
            at: self.db.env().now(),
            body: &row.body,
            timeout: Duration::from_secs(10),
        };
        let outbound = Outbound { private: self.limits.private_webhooks };
        Ok(outbound.post(call).await?.status)
    }

    /// Seals secrets that were stored before there was a key.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn seal_secrets(&self) -> Result<()> {
        seal_plain::<webhook::Entity>(&self.db, webhook::Column::Id, webhook::Column::Secret).await?;
        seal_plain::<channel::Entity>(&self.db, channel::Column::Id, channel::Column::IdentitySecret).await
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
        let turns = Turns::new(&self.db, "quiet conversations", PLACES, LOOKED_FOR);
        let quiet = turns.due(quiet, conversation::Column::Id, conversation::Column::UpdatedAt).await?;
        let resolve = |row: conversation::Model| {
            async move {
                let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "channels");
                self.service.apply_quiet(&ctx, row.id.into(), before).await
            }
            .boxed()
        };
        turns.each(quiet, |row| (row.tenant_id, row.id), resolve).await
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
        let turns = Turns::new(&self.db, "snoozes that end", PLACES, LOOKED_FOR);
        let due = turns.due(due, conversation::Column::Id, conversation::Column::SnoozedUntil).await?;
        let wake = |row: conversation::Model| {
            async move {
                let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "channels");
                self.service.apply_awake(&ctx, row.id.into()).await
            }
            .boxed()
        };
        turns.each(due, |row| (row.tenant_id, row.id), wake).await
    }
}

/// Firms with conversations that a person has or that wait for one.
pub(crate) async fn firms_that_need_people(db: &Db) -> Result<Vec<TenantId>> {
    let rows = conversation::Entity::find().filter(needs_a_person());
    let rows = rows.select_only().column(conversation::Column::TenantId).distinct();
    let firms: Vec<Uuid> = rows.into_tuple().all(&system::reader(db)).await?;
    Ok(firms.into_iter().map(TenantId::from_uuid).collect())
}
