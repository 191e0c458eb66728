//! Archives of a firm's data.

use chrono::TimeDelta;
use lingxi_contracts::tenants::{Export, ExportStatus};
use lingxi_kernel::{Ctx, Error, ErrorCode, ExportId, Permission, Result};
use lingxi_store::insert;
use serde_json::json;

use super::Tenants;
use crate::store::{audit, export, newest};

/// An archive holds all that a firm has, so there is one a day.
const BETWEEN: TimeDelta = TimeDelta::hours(24);

impl Tenants {
    pub(super) async fn do_exports(&self, ctx: &Ctx) -> Result<Vec<Export>> {
        ctx.require(Permission::ExportTenant)?;
        let rows = newest::<export::Entity>(&self.deps.db.read(ctx), export::Column::Id).await?;
        rows.into_iter().map(export::Model::into_contract).collect()
    }

    pub(super) async fn do_request_export(&self, ctx: &Ctx) -> Result<Export> {
        ctx.require(Permission::ExportTenant)?;
        let tx = self.deps.db.begin(ctx).await?;
        let running = ExportStatus::Running.as_str();
        let rows = newest::<export::Entity>(&tx, export::Column::Id).await?;
        if rows.iter().any(|row| row.status == running) {
            return Err(Error::conflict("An archive is being written; wait for it."));
        }
        let failed = ExportStatus::Failed.as_str();
        if rows.iter().any(|row| row.status != failed && tx.now() - row.created_at < BETWEEN) {
            let message = "An archive was made within the last 24 hours; take that one, or ask again later.";
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        let row = export::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ExportId>().uuid(),
            status: running.to_owned(),
            progress: 0,
            size: 0,
            failure: None,
            requested_by: ctx.member()?.uuid(),
            created_at: tx.now(),
            finished_at: None,
            expires_at: None,
        };
        insert(&tx, row.clone()).await?;
        audit::record(&tx, "tenant.export_asked", ExportId::from_uuid(row.id), json!({})).await?;
        tx.commit().await?;
        row.into_contract()
    }
}
