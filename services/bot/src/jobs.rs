//! Timers: imports that a process left behind.

use lingxi_contracts::bot::ImportStatus;
use lingxi_kernel::{Ctx, ImportId, Result, TenantId};
use lingxi_store::{Db, system};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, prelude::Uuid};

use crate::service::store_rest;
use crate::store::import;

/// The service's timers.
#[derive(Debug, Clone)]
pub struct Jobs {
    pub(crate) db: Db,
}

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
}
