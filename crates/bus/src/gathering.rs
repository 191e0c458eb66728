//! Work of a tenant that gathers while somebody does what came before.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use lingxi_kernel::TenantId;

/// What waits, by tenant and in order of coming. A tenant is here while somebody takes its things.
#[derive(Debug)]
pub struct Gathering<T> {
    waiting: Mutex<HashMap<TenantId, Vec<T>>>,
}

impl<T> Default for Gathering<T> {
    fn default() -> Self {
        Self { waiting: Mutex::default() }
    }
}

impl<T> Gathering<T> {
    /// Lets a thing wait. True when nobody takes this tenant's things yet: the caller then sees that somebody takes them until
    /// [`Gathering::take`] gives none.
    #[must_use]
    pub fn add(&self, tenant: TenantId, thing: T) -> bool {
        let mut waiting = self.waiting();
        let first = !waiting.contains_key(&tenant);
        waiting.entry(tenant).or_default().push(thing);
        first
    }

    /// The things that wait longest, `most` of them; `None` when there are none, and the next one that comes is a first one.
    pub fn take(&self, tenant: TenantId, most: usize) -> Option<Vec<T>> {
        let mut waiting = self.waiting();
        let things = waiting.get_mut(&tenant)?;
        if things.is_empty() {
            waiting.remove(&tenant);
            return None;
        }
        Some(things.drain(..things.len().min(most)).collect())
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<TenantId, Vec<T>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
