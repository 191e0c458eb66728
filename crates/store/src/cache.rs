//! What seldom changes of a tenant, kept in memory for a moment.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use lingxi_kernel::{Result, TenantId, Timestamp};

/// A change made by another process is seen after this time at the latest; one of this process at once.
const KEPT: TimeDelta = TimeDelta::seconds(5);

/// One value per tenant, loaded when it is asked for.
///
/// Whoever changes the value calls [`Self::forget`] after the commit. A load that was under way then is not kept, because it
/// may have read what stood before.
pub struct TenantCache<V> {
    kept: Mutex<HashMap<TenantId, (Timestamp, V)>>,
    changes: AtomicU64,
}

impl<V> Default for TenantCache<V> {
    fn default() -> Self {
        Self { kept: Mutex::default(), changes: AtomicU64::new(0) }
    }
}

impl<V> std::fmt::Debug for TenantCache<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantCache").finish_non_exhaustive()
    }
}

impl<V: Clone> TenantCache<V> {
    /// The tenant's value: the kept one, or what `load` gives.
    ///
    /// # Errors
    /// Those of `load`; nothing is kept then.
    pub async fn get(&self, tenant: TenantId, now: Timestamp, load: impl Future<Output = Result<V>>) -> Result<V> {
        if let Some((until, value)) = self.kept().get(&tenant)
            && *until > now
        {
            return Ok(value.clone());
        }
        let before = self.changes.load(Ordering::Acquire);
        let value = load.await?;
        let mut kept = self.kept();
        if self.changes.load(Ordering::Acquire) == before {
            kept.insert(tenant, (now + KEPT, value.clone()));
        }
        Ok(value)
    }

    /// Forgets the tenant's value, because it has changed.
    pub fn forget(&self, tenant: TenantId) {
        let mut kept = self.kept();
        self.changes.fetch_add(1, Ordering::AcqRel);
        kept.remove(&tenant);
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, (Timestamp, V)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;

    #[tokio::test]
    async fn a_value_is_kept_for_a_moment_and_forgotten_on_a_change() {
        let (cache, env) = (TenantCache::default(), Env::system());
        let (tenant, now) = (env.id::<TenantId>(), env.now());
        assert_eq!(cache.get(tenant, now, async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(cache.get(tenant, now, async { Ok(2) }).await.unwrap(), 1);
        assert_eq!(cache.get(tenant, now + KEPT, async { Ok(3) }).await.unwrap(), 3);
        cache.forget(tenant);
        assert_eq!(cache.get(tenant, now, async { Ok(4) }).await.unwrap(), 4);
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_kept() {
        let (cache, env) = (TenantCache::default(), Env::system());
        let (tenant, now) = (env.id::<TenantId>(), env.now());
        let old = cache.get(tenant, now, async {
            cache.forget(tenant);
            Ok(1)
        });
        assert_eq!(old.await.unwrap(), 1);
        assert_eq!(cache.get(tenant, now, async { Ok(2) }).await.unwrap(), 2);
    }
}
