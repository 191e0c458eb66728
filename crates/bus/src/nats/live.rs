//! Live events over NATS: one subject per topic, listened to by the processes that have listeners.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{Client, Subscriber};
use async_trait::async_trait;
use futures::StreamExt as _;
use lingxi_kernel::TenantId;
use serde_json::Value;
use tokio::sync::{broadcast::WeakSender, mpsc};

use super::Names;
use crate::live::{Live, LiveEvent, Wire};

/// How often it is looked whether a topic still has listeners.
const LOOKED: Duration = Duration::from_secs(30);
/// How long a new listener waits for the server to know it; after that it will know by itself.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Topics {
    client: Client,
    names: Arc<Names>,
    out: mpsc::UnboundedSender<(String, Vec<u8>)>,
}

impl Topics {
    pub(super) fn start(client: Client, names: Arc<Names>) -> Self {
        let (out, mut events) = mpsc::unbounded_channel::<(String, Vec<u8>)>();
        let sending = client.clone();
        tokio::spawn(async move {
            while let Some((subject, event)) = events.recv().await {
                // What cannot be sent was missed.
                let _ = sending.publish(subject, event.into()).await;
            }
        });
        Self { client, names, out }
    }
}

#[async_trait]
impl Wire for Topics {
    fn send(&self, tenant: TenantId, topic: &str, event: &Value) {
        let _ = self.out.send((self.names.live(tenant, topic), event.to_string().into_bytes()));
    }

    async fn listen(&self, live: Live, tenant: TenantId, topic: String, to: WeakSender<LiveEvent>) {
        let subject = self.names.live(tenant, &topic);
        let subscriber = match self.client.subscribe(subject).await {
            Ok(subscriber) => subscriber,
            Err(error) => return tracing::error!(error.cause = %error, "A live topic cannot be listened to"),
        };
        // Whoever listens reads from storage next: the server must know of it by then.
        let _ = tokio::time::timeout(PATIENCE, self.client.flush()).await;
        tokio::spawn(hand_on(subscriber, live, tenant, topic, to));
    }
}

/// Hands events to the topic's listeners until there are none.
async fn hand_on(mut from: Subscriber, live: Live, tenant: TenantId, topic: String, to: WeakSender<LiveEvent>) {
    loop {
        match tokio::time::timeout(LOOKED, from.next()).await {
            Ok(Some(message)) => {
                let Some(to) = to.upgrade() else { return };
                if let Ok(event) = serde_json::from_slice::<Value>(&message.payload) {
                    let _ = to.send(Arc::new(event));
                }
            }
            Ok(None) => return,
            Err(_) => {
                if !live.is_heard(tenant, &topic) || to.upgrade().is_none() {
                    return;
                }
            }
        }
    }
}
