//! Brings facts from the outbox into the stream, in the order of each subject. One process does it for all.
//!
//! A fact is published until the stream confirms it, and marked then. A fact that is published twice is kept once: the stream
//! knows its id and place in the outbox for two minutes, and consumers know what they have handled.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use futures::{StreamExt as _, TryStreamExt as _};
use lingxi_contracts::Envelope;
use lingxi_kernel::Result;
use lingxi_store::{Db, dead_letters, outbox};
use tokio::sync::{mpsc, watch};

use super::{Nats, RELAY, away, part_of};
use crate::in_process::mark;
use crate::leases::Leases;

/// Facts that are read together.
const BATCH: u64 = 512;
/// Subjects whose facts are published side by side.
const TOGETHER: usize = 128;
/// The outbox is looked at after this time, even when nobody rings.
const LOOKED: Duration = Duration::from_secs(1);

impl Nats {
    pub(super) async fn publish_outbox(self, db: Db, leases: Leases, mut stop: watch::Receiver<bool>) {
        let ringing = tokio::spawn(ring(self.clone(), db.clone()));
        let (done, finished) = mpsc::unbounded_channel();
        let marker = tokio::spawn(mark(db.clone(), finished));
        let mut held = leases.watch();
        let mut bell = None;
        let mut after = 0;
        while !*stop.borrow() {
            if !leases.holds(RELAY, 0) {
                after = 0;
                tokio::select! {
                    _ = held.changed() => {}
                    _ = stop.changed() => {}
                }
                continue;
            }
            let bell = match &mut bell {
                Some(bell) => bell,
                None => match self.client.subscribe(self.names.bell()).await {
                    Ok(subscribed) => bell.insert(subscribed),
                    Err(error) => {
                        tracing::error!(error.cause = %error, "Nobody can ring");
                        tokio::time::sleep(LOOKED).await;
                        continue;
                    }
                },
            };
            match self.publish_next(&db, after, &done).await {
                Ok(Some(last)) => after = last,
                Ok(None) => tokio::select! {
                    _ = bell.next() => {}
                    _ = stop.changed() => {}
                    // What was read and not marked for so long is read again.
                    () = tokio::time::sleep(LOOKED) => after = 0,
                },
                Err(error) => {
                    after = 0;
                    tracing::error!(error.cause = %error, "Facts cannot be published; trying again");
                    tokio::time::sleep(LOOKED / 2).await;
                }
            }
        }
        ringing.abort();
        drop(done);
        let _ = marker.await;
    }

    /// Publishes facts with numbers above `after`; gives the last number, or nothing when there were none.
    async fn publish_next(&self, db: &Db, after: i64, done: &mpsc::UnboundedSender<u64>) -> Result<Option<i64>> {
        let batch = outbox::pending(db, after, BATCH).await?;
        let Some(last) = batch.last().map(|(seq, _)| *seq) else { return Ok(None) };
        let mut subjects: HashMap<_, Vec<_>> = HashMap::new();
        for (seq, event) in batch {
            subjects.entry((event.tenantid, event.subject.clone())).or_default().push((seq, event));
        }
        let subjects = futures::stream::iter(subjects.into_values()).map(Ok);
        let publishing = subjects.try_for_each_concurrent(TOGETHER, |facts| async move {
            for (seq, event) in facts {
                self.publish_one(db, seq, &event).await?;
                let _ = done.send(u64::try_from(seq)?);
            }
            Ok::<_, lingxi_kernel::Error>(())
        });
        publishing.await?;
        Ok(Some(last))
    }

    async fn publish_one(&self, db: &Db, seq: i64, event: &Envelope) -> Result<()> {
        let subject = format!("{}.{}", self.names.facts(part_of(event.tenantid)), event.kind);
        // An event that was put aside is announced again, in another place of the outbox.
        let message = PublishMessage::build()
            .payload(serde_json::to_vec(event)?.into())
            .message_id(format!("{}-{seq}", event.id));
        let refused = match self.jetstream.send_publish(subject, message).await {
            Ok(confirmed) => match confirmed.await {
                Ok(_) => return Ok(()),
                Err(error) => error,
            },
            Err(error) => error,
        };
        if refused.kind() == PublishErrorKind::MaxPayloadExceeded {
            tracing::error!(event.kind, event.subject, "A fact is larger than a message may be; it is put aside");
            return dead_letters::put(db, RELAY, event, "the fact is larger than a message of NATS may be").await;
        }
        Err(away(&refused))
    }
}

/// Rings whenever this process has added facts to the outbox.
async fn ring(nats: Nats, db: Db) {
    loop {
        outbox::grown(&db).await;
        let _ = nats.client.publish(nats.names.bell(), bytes::Bytes::new()).await;
    }
}
