//! Live fan-out: what an open page wants to see at once. Nothing is kept: who reconnects reads from storage.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use lingxi_kernel::TenantId;
use serde_json::Value;
use tokio::sync::broadcast;

/// What a topic carries.
pub type LiveEvent = Arc<Value>;

type Topics = HashMap<(TenantId, String), broadcast::Sender<LiveEvent>>;

/// In-process fan-out by tenant and topic. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live {
    topics: Arc<Mutex<Topics>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl Live {
    /// Tells whoever listens now.
    pub fn publish(&self, tenant: TenantId, topic: &str, event: Value) {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (tenant, topic.to_owned());
        if let Some(sender) = topics.get(&key)
            && sender.send(Arc::new(event)).is_err()
        {
            topics.remove(&key);
        }
    }

    /// Listens from now on. A listener that is more than 64 events behind is told so and should read from storage.
    pub fn subscribe(&self, tenant: TenantId, topic: &str) -> broadcast::Receiver<LiveEvent> {
        let mut topics = self.topics.lock().unwrap_or_else(PoisonError::into_inner);
        if topics.len() > 4096 {
            topics.retain(|_, sender| sender.receiver_count() > 0);
        }
        topics.entry((tenant, topic.to_owned())).or_insert_with(|| broadcast::Sender::new(64)).subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;

    #[tokio::test]
    async fn a_topic_is_heard_in_its_own_tenant_only() {
        let (live, env) = (Live::default(), Env::system());
        let (ours, theirs) = (env.id::<TenantId>(), env.id::<TenantId>());
        let mut here = live.subscribe(ours, "desk");
        let mut there = live.subscribe(theirs, "desk");
        live.publish(ours, "desk", Value::from(1));
        assert_eq!(*here.recv().await.unwrap(), Value::from(1));
        assert!(there.try_recv().is_err());
    }
}
