//! Facts over which every process died that handled them: the server says so once, and they are put aside.

use futures::StreamExt as _;
use lingxi_contracts::Envelope;
use lingxi_kernel::{Error, Result};
use lingxi_store::{Db, dead_letters};
use serde::Deserialize;
use tokio::sync::watch;

use super::{Nats, away};

/// What the server says of a message that it hands out no more (`io.nats.jetstream.advisory.v1.max_deliver`).
#[derive(Deserialize)]
struct Advisory {
    consumer: String,
    stream_seq: u64,
    deliveries: u64,
}

impl Nats {
    pub(super) async fn put_aside(self, db: Db, mut stop: watch::Receiver<bool>) {
        let subject = format!("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{}.>", self.names.stream());
        let group = format!("{}-dead", self.names.prefix);
        let mut advisories = match self.client.queue_subscribe(subject, group).await {
            Ok(advisories) => advisories,
            Err(error) => return tracing::error!(error.cause = %error, "Dead letters cannot be listened for"),
        };
        loop {
            let message = tokio::select! {
                message = advisories.next() => message,
                _ = stop.changed() => None,
            };
            let Some(message) = message else { return };
            if let Err(error) = self.put_one_aside(&db, &message.payload).await {
                tracing::error!(error.cause = %error, "A fact that is handed out no more could not be put aside");
            }
        }
    }

    async fn put_one_aside(&self, db: &Db, advisory: &[u8]) -> Result<()> {
        let Advisory { consumer, stream_seq, deliveries } = serde_json::from_slice(advisory)?;
        let message = self.stream().await?.get_raw_message(stream_seq).await.map_err(|error| away(&error))?;
        let event: Envelope = serde_json::from_slice(&message.payload)?;
        // SERVICE-PART
        let (service, _) = consumer.rsplit_once('-').ok_or_else(|| Error::internal("an unknown consumer"))?;
        metrics::counter!("lingxi_bus_dead_letters_total", "consumer" => service.to_owned()).increment(1);
        let cause = format!("it was handed out {deliveries} times, and no process came to its end with it");
        dead_letters::put(db, service, &event, &cause).await
    }
}
