//! Hands facts of the stream to the consumers of this process.
//!
//! Whoever holds a part of a service pulls from its durable consumer. Facts come in the order of the stream, except for those
//! that were handed to a process before, which did not confirm them: the server gives them again only after a while, later
//! ones meanwhile. So where the numbers show that somebody else was handed something, those facts are read from the stream
//! before going on. What comes twice by this is known by the inbox.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use async_nats::jetstream::{AckKind, Message};
use futures::StreamExt as _;
use lingxi_contracts::Envelope;
use lingxi_kernel::{Error, Result};
use lingxi_store::Db;
use tokio::sync::{mpsc, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;

use super::{Names, Nats, PARTS, SILENT, away};
use crate::Consumer;
use crate::delivery::Ways;
use crate::leases::Leases;

/// Facts that are pulled together.
const BATCH: usize = 256;
/// How long a pull waits at the server. Short, because a process that has gone may be handed facts for so long.
const PULLED: Duration = Duration::from_secs(4);
/// For so long after taking a part it is looked for what others were handed.
const UNSURE: Duration = Duration::from_secs(10);
const LOOKED: Duration = Duration::from_secs(1);

/// A consumer, and what it was handed.
struct Worker {
    nats: Nats,
    consumer: Arc<dyn Consumer>,
    ways: Ways,
    /// What is to be confirmed, by number in the stream.
    under_way: Arc<UnderWay>,
}

#[derive(Default)]
struct UnderWay(Mutex<HashMap<u64, Message>>);

impl UnderWay {
    fn messages(&self) -> MutexGuard<'_, HashMap<u64, Message>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Nats {
    /// Hands facts to a consumer, as long as this process is not stopped.
    pub(super) async fn hand_to(
        self,
        db: Db,
        consumer: Arc<dyn Consumer>,
        leases: Leases,
        mut stop: watch::Receiver<bool>,
    ) {
        let (ways, finished) = Ways::open(&db, vec![consumer.clone()]);
        let under_way = Arc::<UnderWay>::default();
        let confirming = tokio::spawn(confirm(finished, under_way.clone()));
        let mut helping = JoinSet::new();
        helping.spawn(give_signs(under_way.clone()));
        let worker = Arc::new(Worker { nats: self.clone(), consumer, ways, under_way });
        helping.spawn(worker.clone().reconcile(db, leases.clone()));
        let mut parts: HashMap<usize, (watch::Sender<bool>, JoinHandle<()>)> = HashMap::new();
        let mut held = leases.watch();
        while !*stop.borrow() {
            let holding: HashSet<usize> =
                (0..PARTS).filter(|part| leases.holds(worker.consumer.name(), *part)).collect();
            for part in &holding {
                parts.entry(*part).or_insert_with(|| {
                    let (stop, stopping) = watch::channel(false);
                    (stop, tokio::spawn(worker.clone().pull(*part, stopping)))
                });
            }
            for part in parts.keys().copied().filter(|part| !holding.contains(part)).collect::<Vec<_>>() {
                if let Some((stop, _)) = parts.remove(&part) {
                    let _ = stop.send(true);
                }
            }
            tokio::select! {
                _ = held.changed() => {}
                _ = stop.changed() => {}
            }
        }
        for (_, (stop, pulling)) in parts {
            let _ = stop.send(true);
            let _ = pulling.await;
        }
        helping.shutdown().await;
        if let Some(worker) = Arc::into_inner(worker) {
            worker.ways.close().await;
        }
        let _ = confirming.await;
    }
}

impl Worker {
    async fn pull(self: Arc<Self>, part: usize, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.pull_until(part, &mut stop).await {
                tracing::warn!(
                    consumer = self.consumer.name(), part, error.cause = %error, "Facts cannot be pulled; trying again"
                );
                tokio::select! {
                    () = tokio::time::sleep(LOOKED) => {}
                    _ = stop.changed() => {}
                }
            }
        }
    }

    async fn pull_until(&self, part: usize, stop: &mut watch::Receiver<bool>) -> Result<()> {
        let stream = self.nats.stream().await?;
        let name = Names::consumer(self.consumer.name(), part);
        let consumer: PullConsumer = stream.get_consumer(&name).await.map_err(Error::internal)?;
        let filter = format!("{}.>", self.nats.names.facts(part));
        let info = consumer.cached_info();
        let mut place = Place {
            stream: &stream,
            filter,
            last: info.ack_floor.stream_sequence,
            handed: info.delivered.consumer_sequence,
        };
        self.catch_up(&mut place, info.delivered.stream_sequence).await?;
        let pulling = consumer.stream().max_messages_per_batch(BATCH).expires(PULLED).heartbeat(PULLED / 4);
        let mut messages = pulling.messages().await.map_err(|error| away(&error))?;
        let mut looks = tokio::time::interval(LOOKED);
        let (taken, mut idle) = (Instant::now(), true);
        loop {
            tokio::select! {
                _ = stop.changed() => return Ok(()),
                _ = looks.tick(), if taken.elapsed() < UNSURE => {
                    // While facts come to us, their numbers show what went to others.
                    if !std::mem::replace(&mut idle, true) {
                        continue;
                    }
                    let info = consumer.get_info().await.map_err(|error| away(&error))?;
                    self.catch_up(&mut place, info.delivered.stream_sequence).await?;
                }
                message = messages.next() => {
                    idle = false;
                    let message = message.ok_or_else(|| Error::internal("the pull has ended"))?;
                    self.take(&mut place, message.map_err(|error| away(&error))?).await?;
                }
            }
        }
    }

    /// Takes a fact that the server hands us.
    async fn take(&self, place: &mut Place<'_>, message: Message) -> Result<()> {
        let info = message.info().map_err(|error| Error::internal(error.to_string()))?;
        let (number, handed) = (info.stream_sequence, info.consumer_sequence);
        if handed > place.handed + 1 && number > 0 {
            self.catch_up(place, number - 1).await?;
        }
        place.handed = place.handed.max(handed);
        place.last = place.last.max(number);
        let event = self.wanted(&message.subject, &message.payload);
        let Some(event) = event else {
            let _ = message.ack().await;
            return Ok(());
        };
        self.under_way.messages().insert(number, message);
        self.ways.send(number, event).await;
        Ok(())
    }

    /// Takes what others were handed, up to a number of the stream.
    async fn catch_up(&self, place: &mut Place<'_>, to: u64) -> Result<()> {
        while place.last < to {
            match place.stream.get_first_raw_message_by_subject(&place.filter, place.last + 1).await {
                Ok(message) if message.sequence <= to => {
                    place.last = message.sequence;
                    if let Some(event) = self.wanted(&message.subject, &message.payload) {
                        self.ways.send(message.sequence, event).await;
                    }
                }
                Ok(_) => place.last = to,
                Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => place.last = to,
                Err(error) => return Err(away(&error)),
            }
        }
        Ok(())
    }

    /// The fact of a message, if the consumer wants its kind.
    fn wanted(&self, subject: &str, payload: &[u8]) -> Option<Envelope> {
        // PREFIX.facts.PART.KIND
        let kind = subject.splitn(4, '.').nth(3)?;
        if !self.consumer.wants(kind) {
            return None;
        }
        match serde_json::from_slice(payload) {
            Ok(event) => Some(event),
            Err(error) => {
                tracing::error!(subject, error.cause = %error, "The stream holds what is no fact");
                None
            }
        }
    }

    /// Hands over facts that were published long ago and not handled, such as those of a stream that was lost.
    async fn reconcile(self: Arc<Self>, db: Db, leases: Leases) {
        let mut after = 0;
        let mut ticks = tokio::time::interval(super::reconcile::EVERY);
        loop {
            ticks.tick().await;
            if !leases.holds(self.consumer.name(), 0) {
                after = 0;
                continue;
            }
            match self.nats.unhandled(&db, self.consumer.name(), after).await {
                Ok((events, last)) => {
                    after = last;
                    for event in events.into_iter().filter(|event| self.consumer.wants(&event.kind)) {
                        tracing::info!(
                            event.kind,
                            event.subject,
                            consumer = self.consumer.name(),
                            "Handing over again"
                        );
                        // No number of the stream: there is nothing to confirm.
                        self.ways.send(u64::MAX, event).await;
                    }
                }
                Err(error) => tracing::warn!(error.cause = %error, "Outbox and inbox could not be compared"),
            }
        }
    }
}

/// How far a part was taken.
struct Place<'a> {
    stream: &'a Stream,
    filter: String,
    /// The last number of the stream that was taken.
    last: u64,
    /// The last number that the server counted for the consumer.
    handed: u64,
}

/// Confirms what is through.
async fn confirm(mut finished: mpsc::UnboundedReceiver<u64>, under_way: Arc<UnderWay>) {
    while let Some(number) = finished.recv().await {
        let message = under_way.messages().remove(&number);
        if let Some(message) = message
            && let Err(error) = message.ack().await
        {
            // It comes again, and the inbox knows it.
            tracing::warn!(error.cause = %error, "A fact could not be confirmed");
        }
    }
}

/// Tells the server that what is under way still is, so that nobody else is handed it.
async fn give_signs(under_way: Arc<UnderWay>) {
    let mut ticks = tokio::time::interval(SILENT / 3);
    loop {
        ticks.tick().await;
        let messages: Vec<Message> = under_way.messages().values().cloned().collect();
        for message in messages {
            let _ = message.ack_with(AckKind::Progress).await;
        }
    }
}
