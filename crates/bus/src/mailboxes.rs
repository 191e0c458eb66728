//! Delivery to a consumer that gathers: one mailbox per tenant. What lies in a mailbox is handled together and in order;
//! tenants are handled side by side, so that a slow one delays no other.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lingxi_kernel::TenantId;
use lingxi_store::Db;
use lingxi_telemetry::trace;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument as _;

use crate::Consumer;
use crate::relay::{Job, deliver};

/// Facts that may lie in all mailboxes of a consumer.
const ROOM: u32 = 4096;
/// Facts that are handled together at most.
const TOGETHER: usize = 64;

type Letters = Vec<(Arc<Job>, OwnedSemaphorePermit)>;

pub(crate) struct Mailboxes {
    db: Db,
    pub(crate) consumer: Arc<dyn Consumer>,
    pause: Duration,
    /// A tenant is here while somebody empties its mailbox.
    letters: Mutex<HashMap<TenantId, Letters>>,
    room: Arc<Semaphore>,
}

impl Mailboxes {
    pub(crate) fn new(db: Db, consumer: Arc<dyn Consumer>, pause: Duration) -> Arc<Self> {
        let room = Arc::new(Semaphore::new(ROOM as usize));
        Arc::new(Self { db, consumer, pause, letters: Mutex::default(), room })
    }

    /// Puts a fact into its tenant's mailbox; waits while there is no room.
    pub(crate) async fn put(self: &Arc<Self>, job: Arc<Job>) {
        let Ok(permit) = self.room.clone().acquire_owned().await else { return };
        let tenant = job.event.tenantid;
        let mut letters = self.letters();
        if let Some(waiting) = letters.get_mut(&tenant) {
            waiting.push((job, permit));
        } else {
            letters.insert(tenant, vec![(job, permit)]);
            tokio::spawn(self.clone().empty(tenant));
        }
    }

    /// Waits until every mailbox is empty.
    pub(crate) async fn emptied(&self) {
        let _ = self.room.acquire_many(ROOM).await;
    }

    async fn empty(self: Arc<Self>, tenant: TenantId) {
        while let Some(letters) = self.take(tenant) {
            for some in letters.chunks(TOGETHER) {
                self.handle(some).await;
            }
            drop(letters);
            if self.pause.is_zero() {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(self.pause).await;
            }
        }
    }

    /// What lies in the mailbox; an empty one is taken down.
    fn take(&self, tenant: TenantId) -> Option<Letters> {
        let mut all = self.letters();
        let letters = std::mem::take(all.get_mut(&tenant)?);
        if letters.is_empty() {
            all.remove(&tenant);
            return None;
        }
        Some(letters)
    }

    async fn handle(&self, letters: &[(Arc<Job>, OwnedSemaphorePermit)]) {
        let events: Vec<_> = letters.iter().map(|(job, _)| job.event.clone()).collect();
        let span = tracing::info_span!(
            target: "lingxi", "bus.handle_many", otel.kind = "consumer",
            consumer = self.consumer.name(), events = events.len(),
        );
        for event in &events {
            trace::link(&span, event.traceparent.as_deref());
        }
        if let Err(error) = self.consumer.handle_many(&events).instrument(span).await {
            tracing::warn!(
                consumer = self.consumer.name(), events = events.len(), error.cause = %error,
                "A consumer failed on gathered events; each is tried by itself"
            );
            for event in &events {
                deliver(&self.db, self.consumer.as_ref(), event).await;
            }
        }
        for (job, _) in letters {
            job.delivered();
        }
    }

    fn letters(&self) -> std::sync::MutexGuard<'_, HashMap<TenantId, Letters>> {
        self.letters.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
