//! Timers: imports that a process left behind, and learning.

use std::sync::Arc;

use chrono::TimeDelta;
use futures::FutureExt as _;
use lingxi_contracts::bot::{FlowRunStatus, ImportStatus};
use lingxi_kernel::{Ctx, ImportId, Result, TenantId};
use lingxi_store::{Db, Turns, seal_plain, system, update};
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait, QueryFilter as _, QuerySelect as _, Select, prelude::Uuid,
};

use crate::calls::{Calls, OF_ONE};
use crate::service::{Bot, SILENT, store_rest};
use crate::store::flow::{row as flow, run};
use crate::store::learning::model;
use crate::store::{import, impression};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    db: Db,
    service: Arc<Bot>,
    calls: Calls,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

/// Between two trainings that nobody asked for.
const A_DAY: TimeDelta = TimeDelta::hours(20);

/// Pieces of work of one firm, and of all, at a time.
const PLACES: u64 = 25;
const LOOKED_FOR: u64 = 256;

/// Imports that are stored side by side.
const SIDE_BY_SIDE: usize = 4;

impl Jobs {
    pub(crate) fn new(db: Db, service: Arc<Bot>) -> Self {
        let calls = Calls::new(db.clone(), service.clone());
        Self { db, service, calls }
    }

    /// Seals the secrets of flows that were stored before there was a key.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn seal_secrets(&self) -> Result<()> {
        seal_plain::<flow::Entity>(&self.db, flow::Column::Id, flow::Column::Secret).await
    }

    /// Calls the webhooks that walks through flows wait for, each in a task of its own.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; a receiver's refusal is an outcome of its walk.
    pub async fn call_webhooks(&self) -> Result<()> {
        let due = run::Entity::find()
            .filter(run::Column::Status.eq(FlowRunStatus::Calling.as_str()))
            .filter(run::Column::DueAt.lte(self.db.env().now()));
        let turns = Turns::new(&self.db, "webhooks of flows", OF_ONE, LOOKED_FOR);
        let due = turns.due(due, run::Column::Id, run::Column::DueAt).await?;
        let start = |row: run::Model| self.calls.start(row).boxed();
        turns.each(due, |row| (row.tenant_id, row.id), start).await
    }

    /// Counts walks through flows as broken off whose customers have been silent for a day.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn end_silent_walks(&self) -> Result<()> {
        let silent = run::Entity::find()
            .filter(run::Column::Status.eq(FlowRunStatus::Running.as_str()))
            .filter(run::Column::UpdatedAt.lt(self.db.env().now() - SILENT));
        let turns = Turns::new(&self.db, "silent customers in flows", PLACES, LOOKED_FOR);
        let silent = turns.due(silent, run::Column::Id, run::Column::UpdatedAt).await?;
        let end = |row: run::Model| {
            async move {
                let tx = self.db.begin(&Ctx::system(TenantId::from_uuid(row.tenant_id), "bot")).await?;
                // Unless the customer has just come back.
                if let Some(mut now) = run::get(&tx, row.id).await?.filter(|now| now.turn == row.turn) {
                    FlowRunStatus::Abandoned.as_str().clone_into(&mut now.status);
                    update(&tx, now).await?;
                    tx.commit().await?;
                }
                Ok(())
            }
            .boxed()
        };
        turns.each(silent, |row| (row.tenant_id, row.id), end).await
    }

    /// Goes on with the imports that run, so that one whose process was killed ends by itself.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn continue_imports(&self) -> Result<()> {
        let running = import::Entity::find().filter(import::Column::Status.eq(ImportStatus::Running.as_str()));
        let turns = Turns::new(&self.db, "imports that were left", 1, LOOKED_FOR).side_by_side(SIDE_BY_SIDE);
        let running = turns.due_keys(running, import::Column::Id, import::Column::CreatedAt).await?;
        let go_on = |(tenant, id): (Uuid, Uuid)| {
            async move {
                let ctx = Ctx::system(TenantId::from_uuid(tenant), "bot");
                store_rest(&self.db, &ctx, ImportId::from_uuid(id)).await
            }
            .boxed()
        };
        turns.each(running, |key| *key, go_on).await
    }

    /// Learns for every firm whose customers have chosen since, once a day each.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn learn(&self) -> Result<()> {
        let now = self.db.env().now();
        let reader = system::reader(&self.db);
        let since = now - A_DAY;
        let chosen = impression::Entity::find().filter(impression::Column::OutcomeAt.gt(since));
        let chosen = tenants(chosen.select_only().column(impression::Column::TenantId), &reader).await?;
        let trained = model::Entity::find().filter(model::Column::CreatedAt.gt(since));
        let trained = tenants(trained.select_only().column(model::Column::TenantId), &reader).await?;
        let wanting: Vec<Uuid> = chosen.into_iter().filter(|tenant| !trained.contains(tenant)).collect();
        let learn = |tenant: Uuid| {
            async move { self.service.learn_by_itself(&Ctx::system(TenantId::from_uuid(tenant), "bot")).await.map(|_| ()) }
                .boxed()
        };
        Turns::new(&self.db, "learning", 1, LOOKED_FOR).each(wanting, |tenant| (*tenant, *tenant), learn).await
    }
}

/// The tenants of some rows, each once; the query selects their column.
async fn tenants<E: EntityTrait>(rows: Select<E>, reader: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    Ok(rows.distinct().into_tuple().all(reader).await?)
}
