//! One commit for work of several tenants.

use std::collections::HashMap;

use lingxi_kernel::{Ctx, Error, Result, TenantId};
use uuid::Uuid;

use crate::Tx;

/// A write transaction of several tenants, made by [`crate::Db::begin_together`]. It is in one of them at a time and sees the rows of no
/// other; what it did in all of them is kept together or undone together. Each has one writer at a time, so all of them wait while
/// it lasts: it is for timers that do little in each of many.
#[derive(Debug)]
pub struct Together {
    pub(crate) tx: Tx,
    pub(crate) tenants: HashMap<Uuid, Ctx>,
}

impl Together {
    /// The transaction, in one of its tenants.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when it was not begun with that tenant, or the database refuses.
    pub async fn within(&mut self, tenant: TenantId) -> Result<&Tx> {
        let ctx = self.tenants.get(&tenant.uuid());
        let ctx = ctx.ok_or_else(|| Error::internal(format!("the transaction was not begun with {tenant}")))?;
        self.tx.enter(ctx).await?;
        Ok(&self.tx)
    }

    /// Makes the changes of all durable.
    ///
    /// # Errors
    /// As [`Tx::commit`]; nothing of any of them is then kept.
    pub async fn commit(self) -> Result<()> {
        self.tx.commit().await
    }
}
