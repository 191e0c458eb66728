//! Live fan-out: what an open page wants to see at once. Nothing is kept: who reconnects reads from storage.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use lingxi_kernel::TenantId;
use serde_json::Value;
use tokio::sync::OnceCell;
use tokio::sync::broadcast::{Receiver, Sender, WeakSender, error::RecvError};

/// What a topic carries.
pub type LiveEvent = Arc<Value>;

/// Events that a listener may be behind.
const BEHIND: usize = 64;

/// Carries live events between processes.
#[async_trait]
pub(crate) trait Wire: Send + Sync {
    /// Sends an event to all processes, this one too.
    fn send(&self, tenant: TenantId, topic: &str, event: &Value);

    /// Hands the events of a topic to its listeners from now on, as long as [`Live::is_heard`]. Returns when it has begun.
    async fn listen(&self, live: Live, tenant: TenantId, topic: String, to: WeakSender<LiveEvent>);
}

type Key = (TenantId, String);

/// A topic that is listened to in this process.
#[derive(Clone)]
struct Topic {
    sender: Sender<LiveEvent>,
    /// Set when events of other processes come in.
    wired: Arc<OnceCell<()>>,
}

/// Fan-out by tenant and topic. Cheap to clone.
#[derive(Clone, Default)]
pub struct Live {
    topics: Arc<Mutex<HashMap<Key, Topic>>>,
    wire: Option<Arc<dyn Wire>>,
}

impl std::fmt::Debug for Live {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Live").finish_non_exhaustive()
    }
}

impl Live {
    pub(crate) fn over(wire: Arc<dyn Wire>) -> Self {
        Self { wire: Some(wire), ..Self::default() }
    }

    /// Tells whoever listens now.
    pub fn publish(&self, tenant: TenantId, topic: &str, event: Value) {
        match &self.wire {
            Some(wire) => wire.send(tenant, topic, &event),
            None => self.hear(tenant, topic, event),
        }
    }

    /// Listens from now on.
    pub async fn subscribe(&self, tenant: TenantId, topic: &str) -> Listener {
        let receiver = self.receive(tenant, topic).await;
        Listener { live: self.clone(), tenant, topic: topic.to_owned(), receiver }
    }

    async fn receive(&self, tenant: TenantId, topic: &str) -> Receiver<LiveEvent> {
        let key = (tenant, topic.to_owned());
        let (topic, receiver) = {
            let mut topics = self.topics();
            if topics.len() > 4096 && self.wire.is_none() {
                topics.retain(|_, topic| topic.sender.receiver_count() > 0);
            }
            let new = || Topic { sender: Sender::new(BEHIND), wired: Arc::default() };
            let topic = topics.entry(key.clone()).or_insert_with(new).clone();
            let receiver = topic.sender.subscribe();
            (topic, receiver)
        };
        if let Some(wire) = &self.wire {
            topic.wired.get_or_init(|| wire.listen(self.clone(), key.0, key.1, topic.sender.downgrade())).await;
        }
        receiver
    }

    /// Hands an event to the listeners of this process.
    fn hear(&self, tenant: TenantId, topic: &str, event: Value) {
        let mut topics = self.topics();
        let key = (tenant, topic.to_owned());
        if let Some(topic) = topics.get(&key)
            && topic.sender.send(Arc::new(event)).is_err()
        {
            topics.remove(&key);
        }
    }

    /// Whether somebody in this process listens to a topic; if not, it is forgotten.
    pub(crate) fn is_heard(&self, tenant: TenantId, topic: &str) -> bool {
        let mut topics = self.topics();
        let key = (tenant, topic.to_owned());
        let heard = topics.get(&key).is_some_and(|topic| topic.sender.receiver_count() > 0);
        if !heard {
            topics.remove(&key);
        }
        heard
    }

    /// Every listener has missed something.
    pub(crate) fn interrupted(&self) {
        self.topics().clear();
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Key, Topic>> {
        self.topics.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a listener hears.
#[derive(Debug, Clone)]
pub enum Heard {
    /// An event.
    Event(LiveEvent),
    /// Some events were lost: the listener should read from storage.
    Missed,
}

/// Listens to a topic.
#[derive(Debug)]
pub struct Listener {
    live: Live,
    tenant: TenantId,
    topic: String,
    receiver: Receiver<LiveEvent>,
}

impl Listener {
    /// The next event; [`Heard::Missed`] for a listener that is more than 64 behind, or whose connection was interrupted.
    pub async fn recv(&mut self) -> Heard {
        match self.receiver.recv().await {
            Ok(event) => Heard::Event(event),
            Err(RecvError::Lagged(_)) => Heard::Missed,
            Err(RecvError::Closed) => {
                self.receiver = self.live.receive(self.tenant, &self.topic).await;
                Heard::Missed
            }
        }
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
        let mut here = live.subscribe(ours, "desk").await;
        let mut there = live.subscribe(theirs, "desk").await;
        live.publish(ours, "desk", Value::from(1));
        let Heard::Event(event) = here.recv().await else { panic!("an event") };
        assert_eq!(*event, Value::from(1));
        assert!(there.receiver.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_listener_that_missed_something_is_told_so_and_goes_on() {
        let (live, tenant) = (Live::default(), Env::system().id::<TenantId>());
        let mut listener = live.subscribe(tenant, "desk").await;
        for number in 0..=BEHIND {
            live.publish(tenant, "desk", Value::from(number));
        }
        assert!(matches!(listener.recv().await, Heard::Missed));
        assert!(matches!(listener.recv().await, Heard::Event(_)));
        live.interrupted();
        while !matches!(listener.recv().await, Heard::Missed) {}
        live.publish(tenant, "desk", Value::from("again"));
        assert!(matches!(listener.recv().await, Heard::Event(_)));
    }
}
