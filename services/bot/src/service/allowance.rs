//! What the firm still may use, ahead of being counted: the bot takes it from a lease in memory and asks for the next when that is used up.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use lingxi_contracts::billing::{BillingClient, Entitlement, OverCap, meters};
use lingxi_kernel::{Ctx, Decimal, Result, TenantId, Timestamp};

/// Messages that a lease is asked for: so many may come over a cap at most.
const LEASE: i64 = 50;

/// The leases of a process.
#[derive(Default)]
pub(super) struct Allowances(Mutex<HashMap<TenantId, Entitlement>>);

impl Allowances {
    /// Takes the right to answer some messages; when the firm has none left, what is done instead.
    pub(super) async fn take(
        &self,
        ctx: &Ctx,
        billing: &dyn BillingClient,
        now: Timestamp,
        answers: usize,
    ) -> Result<Option<OverCap>> {
        let wanted = Decimal::whole(i64::try_from(answers)?);
        if self.take_known(ctx.tenant, now, wanted)? {
            return Ok(None);
        }
        let asked = wanted.max(Decimal::whole(LEASE));
        let granted = billing.reserve(ctx, meters::MESSAGE, asked).await?;
        if granted.granted < wanted {
            return Ok((granted.over != OverCap::Allow).then_some(granted.over));
        }
        let rest = Entitlement { granted: granted.granted.minus(wanted)?, ..granted };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(ctx.tenant, rest);
        Ok(None)
    }

    /// Drops the firm's lease, so that the next message asks what may still be used.
    pub(super) fn forget(&self, tenant: TenantId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&tenant);
    }

    fn take_known(&self, tenant: TenantId, now: Timestamp, wanted: Decimal) -> Result<bool> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|_, lease| now < lease.until);
        let Some(lease) = known.get_mut(&tenant).filter(|lease| lease.granted >= wanted) else { return Ok(false) };
        lease.granted = lease.granted.minus(wanted)?;
        Ok(true)
    }
}
