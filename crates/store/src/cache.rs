//! What seldom changes of a tenant, kept in memory for a moment.

use std::collections::HashMap;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use chrono::TimeDelta;
use lingxi_kernel::{Result, TenantId, Timestamp};

use crate::Db;

/// A change made by another process is seen when that tells of it, and after this time at the latest; one of this process at once.
const KEPT: TimeDelta = TimeDelta::seconds(5);

/// Memory of tenants that forgets when it is told so.
trait Forget: Send + Sync {
    /// Forgets what is known of a tenant, because it has changed.
    fn forget(&self, tenant: TenantId);
}

type Telling = Box<dyn Fn(&str, TenantId) + Send + Sync>;

/// The memories of a process by their names, so that processes can tell each other of changes.
#[derive(Default)]
pub(crate) struct Memories {
    known: Mutex<Vec<(&'static str, Weak<dyn Forget>)>>,
    telling: OnceLock<Telling>,
}

impl Memories {
    fn know(&self, name: &'static str, memory: Weak<dyn Forget>) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).push((name, memory));
    }

    fn forget(&self, name: &str, tenant: TenantId) {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let named: Vec<_> =
            known.iter().filter(|(known, _)| *known == name).filter_map(|(_, it)| it.upgrade()).collect();
        drop(known);
        for memory in named {
            memory.forget(tenant);
        }
    }
}

impl Db {
    /// Lets a memory be told of changes in other processes.
    fn remember(&self, name: &'static str, memory: &Arc<impl Forget + 'static>) {
        let memory: Arc<dyn Forget> = memory.clone();
        self.memories.know(name, Arc::downgrade(&memory));
    }

    /// Tells other processes that what memories of this name know of a tenant has changed.
    fn changed(&self, name: &str, tenant: TenantId) {
        if let Some(tell) = self.memories.telling.get() {
            tell(name, tenant);
        }
    }

    /// How other processes are told of changes; set once.
    pub fn tell_changes_by(&self, tell: impl Fn(&str, TenantId) + Send + Sync + 'static) {
        let _ = self.memories.telling.set(Box::new(tell));
    }

    /// Another process tells of a change.
    pub fn hear_change(&self, name: &str, tenant: TenantId) {
        self.memories.forget(name, tenant);
    }
}

/// One value per tenant, loaded when it is asked for.
///
/// Whoever changes the value calls [`Self::forget`] after the commit. A load that was under way then is not kept, because it
/// may have read what stood before.
pub struct TenantCache<V> {
    db: Db,
    name: &'static str,
    kept: Arc<Kept<V>>,
}

struct Kept<V> {
    values: Mutex<HashMap<TenantId, (Timestamp, V)>>,
    changes: AtomicU64,
}

impl<V> std::fmt::Debug for TenantCache<V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantCache").finish_non_exhaustive()
    }
}

impl<V: Clone + Send + 'static> TenantCache<V> {
    /// An empty one. Processes tell each other of changes by the name.
    pub fn new(db: &Db, name: &'static str) -> Self {
        let kept = Arc::new(Kept { values: Mutex::default(), changes: AtomicU64::new(0) });
        db.remember(name, &kept);
        Self { db: db.clone(), name, kept }
    }

    /// The tenant's value: the kept one, or what `load` gives.
    ///
    /// # Errors
    /// Those of `load`; nothing is kept then.
    pub async fn get(&self, tenant: TenantId, now: Timestamp, load: impl Future<Output = Result<V>>) -> Result<V> {
        if let Some((until, value)) = self.kept.values().get(&tenant)
            && *until > now
        {
            return Ok(value.clone());
        }
        let before = self.kept.changes.load(Ordering::Acquire);
        let value = load.await?;
        let mut values = self.kept.values();
        if self.kept.changes.load(Ordering::Acquire) == before {
            values.insert(tenant, (now + KEPT, value.clone()));
        }
        Ok(value)
    }

    /// Forgets the tenant's value, because it has changed; other processes do so too.
    pub fn forget(&self, tenant: TenantId) {
        self.kept.forget(tenant);
        self.db.changed(self.name, tenant);
    }
}

impl<V> Kept<V> {
    fn values(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, (Timestamp, V)>> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<V: Send> Forget for Kept<V> {
    fn forget(&self, tenant: TenantId) {
        let mut values = self.values();
        self.changes.fetch_add(1, Ordering::AcqRel);
        values.remove(&tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;

    async fn cache(file: &str) -> (TenantCache<i32>, Db, TenantId, Timestamp) {
        let path = std::env::temp_dir().join(format!("lingxi-cache-{}-{file}.db", std::process::id()));
        let db = Db::open(&path, Env::system()).await.unwrap();
        let _ = std::fs::remove_file(path);
        let (tenant, now) = (db.env().id(), db.env().now());
        (TenantCache::new(&db, "test"), db, tenant, now)
    }

    #[tokio::test]
    async fn a_value_is_kept_for_a_moment_and_forgotten_on_a_change() {
        let (cache, db, tenant, now) = cache("moment").await;
        assert_eq!(cache.get(tenant, now, async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(cache.get(tenant, now, async { Ok(2) }).await.unwrap(), 1);
        assert_eq!(cache.get(tenant, now + KEPT, async { Ok(3) }).await.unwrap(), 3);
        cache.forget(tenant);
        assert_eq!(cache.get(tenant, now, async { Ok(4) }).await.unwrap(), 4);
        db.hear_change("another", tenant);
        assert_eq!(cache.get(tenant, now, async { Ok(5) }).await.unwrap(), 4);
        db.hear_change("test", tenant);
        assert_eq!(cache.get(tenant, now, async { Ok(5) }).await.unwrap(), 5, "another process has changed it");
    }

    #[tokio::test]
    async fn what_was_read_before_a_change_is_not_kept() {
        let (cache, _db, tenant, now) = cache("change").await;
        let old = cache.get(tenant, now, async {
            cache.forget(tenant);
            Ok(1)
        });
        assert_eq!(old.await.unwrap(), 1);
        assert_eq!(cache.get(tenant, now, async { Ok(2) }).await.unwrap(), 2);
    }
}
