//! Timers: offers that nobody answered, tasks that wait, activities that last.

use std::sync::Arc;

use futures::FutureExt as _;
use lingxi_contracts::routing::{Activity, ReservationStatus, TaskStatus};
use lingxi_kernel::{Ctx, Result, TenantId};
use lingxi_store::{Turns, system};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QuerySelect as _};

use crate::service::Routing;
use crate::service::workers::count_activity;
use crate::store::{reservation, task, worker};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    pub(crate) service: Arc<Routing>,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

/// Pieces of work of one firm, and of all, at a time.
const PLACES: u64 = 25;
const LOOKED_FOR: u64 = 200;

impl Jobs {
    /// Takes back the offers whose time is over.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn expire_offers(&self) -> Result<()> {
        let db = &self.service.deps.db;
        let over = reservation::Entity::find()
            .filter(reservation::Column::Status.eq(ReservationStatus::Pending.as_str()))
            .filter(reservation::Column::ExpiresAt.lte(db.env().now()));
        let turns = Turns::new(db, "offers that expire", PLACES, LOOKED_FOR);
        let over = turns.due(over, reservation::Column::Id, reservation::Column::ExpiresAt).await?;
        let expire = |offer: reservation::Model| {
            async move {
                let ctx = Ctx::system(TenantId::from_uuid(offer.tenant_id), "routing");
                self.service.expire(&ctx, offer.id.into()).await
            }
            .boxed()
        };
        turns.each(over, |offer| (offer.tenant_id, offer.id), expire).await
    }

    /// Looks for conversations that need a person and have no task, and for tasks that nobody waits for or nobody can
    /// take, and puts them right. Firms fail alone.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses, or the channels service does not answer.
    pub async fn mend(&self) -> Result<()> {
        let db = &self.service.deps.db;
        let live = crate::rules::LIVE.map(TaskStatus::as_str);
        let tasks: Vec<uuid::Uuid> = task::Entity::find()
            .select_only()
            .column(task::Column::TenantId)
            .distinct()
            .filter(task::Column::Status.is_in(live))
            .into_tuple()
            .all(&system::reader(db))
            .await?;
        for tenant in tasks {
            let ctx = Ctx::system(TenantId::from_uuid(tenant), "routing");
            note_mended("task", &ctx, self.service.mend_tasks(&ctx).await);
        }
        for tenant in self.service.deps.channels.firms_that_need_people().await? {
            let ctx = Ctx::system(tenant, "routing");
            note_mended("conversation", &ctx, self.service.mend_conversations(&ctx).await);
        }
        Ok(())
    }

    /// Shows how many tasks wait.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn look_at_queues(&self) -> Result<()> {
        let waiting = task::Entity::find()
            .filter(task::Column::Status.is_in([TaskStatus::Pending.as_str(), TaskStatus::Reserved.as_str()]))
            .count(&system::reader(&self.service.deps.db))
            .await?;
        metrics::gauge!("lingxi_routing_waiting_tasks").set(f64::from(u32::try_from(waiting).unwrap_or(u32::MAX)));
        Ok(())
    }

    /// Counts activities that last longer than an hour, hour by hour.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn count_activities(&self) -> Result<()> {
        let db = &self.service.deps.db;
        let before = db.env().now() - chrono::TimeDelta::hours(1);
        let long = worker::Entity::find()
            .filter(worker::Column::Activity.is_in([Activity::Available.as_str(), Activity::Busy.as_str()]))
            .filter(worker::Column::ActivitySince.lte(before))
            .all(&system::reader(db))
            .await?;
        let long = long.into_iter().filter(|row| row.counted_until.is_none_or(|until| until <= before)).collect();
        let count = |row: worker::Model| {
            async move {
                let tx = db.begin(&Ctx::system(TenantId::from_uuid(row.tenant_id), "routing")).await?;
                count_activity(&tx, row.member_id.into()).await?;
                tx.commit().await
            }
            .boxed()
        };
        let turns = Turns::new(db, "activities that last", PLACES, LOOKED_FOR);
        turns.each(long, |row: &worker::Model| (row.tenant_id, row.member_id), count).await
    }

    /// Offers tasks again that every free worker had refused.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn offer_waiting(&self) -> Result<()> {
        let db = &self.service.deps.db;
        let tenants: Vec<uuid::Uuid> = task::Entity::find()
            .select_only()
            .column(task::Column::TenantId)
            .distinct()
            .filter(task::Column::Status.eq(TaskStatus::Pending.as_str()))
            .into_tuple()
            .all(&system::reader(db))
            .await?;
        let offer = |tenant| {
            async move {
                let tx = db.begin(&Ctx::system(TenantId::from_uuid(tenant), "routing")).await?;
                self.service.finish(tx).await
            }
            .boxed()
        };
        let turns = Turns::new(db, "tasks that wait", PLACES, LOOKED_FOR);
        turns.each(tenants, |tenant| (*tenant, *tenant), offer).await
    }
}

/// Every mended row is a fault elsewhere, which should be seen.
fn note_mended(what: &'static str, ctx: &Ctx, outcome: Result<u64>) {
    match outcome {
        Ok(mended) => metrics::counter!("lingxi_routing_mended_total", "what" => what).increment(mended),
        Err(error) => {
            tracing::error!(tenant = %ctx.tenant, error.cause = %error, "Looking for lost conversations failed; it is tried again");
        }
    }
}
