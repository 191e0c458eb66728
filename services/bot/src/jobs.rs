//! Timers: imports that a process left behind, and learning.

use std::sync::Arc;

use chrono::TimeDelta;
use lingxi_contracts::bot::ImportStatus;
use lingxi_kernel::{Ctx, ImportId, Result, TenantId};
use lingxi_store::{Db, system};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, prelude::Uuid};

use crate::service::{Bot, store_rest};
use crate::store::learning::model;
use crate::store::{import, impression};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    pub(crate) db: Db,
    pub(crate) service: Arc<Bot>,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

/// Between two trainings that nobody asked for.
const A_DAY: TimeDelta = TimeDelta::hours(20);

impl Jobs {
    /// Goes on with the imports that run, so that one whose process was killed ends by itself.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn continue_imports(&self) -> Result<()> {
        let running: Vec<(Uuid, Uuid)> = import::Entity::find()
            .select_only()
            .columns([import::Column::TenantId, import::Column::Id])
            .filter(import::Column::Status.eq(ImportStatus::Running.as_str()))
            .order_by_asc(import::Column::Id)
            .into_tuple()
            .all(&system::reader(&self.db))
            .await?;
        for (tenant, id) in running {
            let ctx = Ctx::system(TenantId::from_uuid(tenant), "bot");
            store_rest(&self.db, &ctx, ImportId::from_uuid(id)).await?;
        }
        Ok(())
    }

    /// Learns for every firm whose customers have chosen since, once a day each.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn learn(&self) -> Result<()> {
        let now = self.db.env().now();
        let reader = system::reader(&self.db);
        let chosen: Vec<Uuid> = impression::Entity::find()
            .select_only()
            .column(impression::Column::TenantId)
            .filter(impression::Column::OutcomeAt.gt(now - A_DAY))
            .distinct()
            .into_tuple()
            .all(&reader)
            .await?;
        let trained: Vec<Uuid> = model::Entity::find()
            .select_only()
            .column(model::Column::TenantId)
            .filter(model::Column::CreatedAt.gt(now - A_DAY))
            .distinct()
            .into_tuple()
            .all(&reader)
            .await?;
        for tenant in chosen.into_iter().filter(|tenant| !trained.contains(tenant)) {
            let ctx = Ctx::system(TenantId::from_uuid(tenant), "bot");
            // What one firm's model fails by is no reason to leave out the others.
            if let Err(error) = self.service.learn_by_itself(&ctx).await {
                tracing::warn!(tenant = %ctx.tenant, error.cause = %error, "A bot could not learn");
            }
        }
        Ok(())
    }
}
