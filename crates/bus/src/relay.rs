//! The relay of the all-in-one shape: reads the outbox in order and hands every fact to every consumer that wants it.
//!
//! Facts of one subject keep their order: they share a lane, and a lane handles one fact at a time. Facts of different
//! subjects run side by side. A consumer that gathers gets the facts of a tenant together, in order ([`Mailboxes`]). A fact is
//! marked as delivered after every consumer had it; a crash before that delivers it again, and the inbox makes that harmless.
//! A fact that fails [`ATTEMPTS`] times becomes a dead letter, so that one poisoned conversation never stops the others.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use lingxi_contracts::Envelope;
use lingxi_kernel::{Error, Result};
use lingxi_store::{Db, dead_letters, outbox};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::Consumer;
use crate::mailboxes::Mailboxes;

const LANES: usize = 32;
const BATCH: u64 = 512;
const ATTEMPTS: u32 = 6;

/// A fact on its ways to the consumers.
pub(crate) struct Job {
    seq: i64,
    pub(crate) event: Arc<Envelope>,
    /// Ways on which it is not delivered yet.
    ways: AtomicUsize,
    done: mpsc::UnboundedSender<i64>,
}

impl Job {
    /// Notes that it is delivered on one way; the last one reports it.
    pub(crate) fn delivered(&self) {
        if self.ways.fetch_sub(1, Ordering::AcqRel) == 1 {
            let _ = self.done.send(self.seq);
        }
    }
}

type Consumers = Arc<[Arc<dyn Consumer>]>;

/// Starts the relay.
#[derive(Debug)]
pub struct Relay;

/// The running relay.
#[derive(Debug, Clone)]
pub struct RelayHandle {
    stop: watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
    in_flight: Arc<AtomicI64>,
}

impl Relay {
    /// Starts to deliver to the consumers.
    pub fn start(db: Db, consumers: Vec<Arc<dyn Consumer>>) -> RelayHandle {
        let (stop, stop_signal) = watch::channel(false);
        let (done, stopped) = watch::channel(false);
        let in_flight = Arc::new(AtomicI64::new(0));
        tokio::spawn({
            let in_flight = in_flight.clone();
            async move {
                run(db, consumers, stop_signal, in_flight).await;
                let _ = done.send(true);
            }
        });
        RelayHandle { stop, stopped, in_flight }
    }
}

impl RelayHandle {
    /// Takes no new facts, finishes those in flight, and returns when all of them are marked.
    pub async fn stop(&self) {
        let _ = self.stop.send(true);
        let mut stopped = self.stopped.clone();
        let _ = stopped.wait_for(|done| *done).await;
    }

    /// Facts that were read and are not yet through.
    pub fn in_flight(&self) -> i64 {
        self.in_flight.load(Ordering::Relaxed)
    }
}

/// The ways to the consumers: lanes by subject for those who take one fact at a time, mailboxes for those who gather.
struct Ways {
    lanes: Vec<mpsc::Sender<Arc<Job>>>,
    mailboxes: Vec<Arc<Mailboxes>>,
    done: mpsc::UnboundedSender<i64>,
}

impl Ways {
    fn open(
        db: &Db,
        consumers: Vec<Arc<dyn Consumer>>,
        done: mpsc::UnboundedSender<i64>,
        tasks: &mut JoinSet<()>,
    ) -> Self {
        let (mut single, mut mailboxes) = (Vec::new(), Vec::new());
        for consumer in consumers {
            match consumer.gathers() {
                Some(pause) => mailboxes.push(Mailboxes::new(db.clone(), consumer, pause)),
                None => single.push(consumer),
            }
        }
        let single: Consumers = single.into();
        let lanes = (0..LANES).map(|_| {
            let (sender, jobs) = mpsc::channel(64);
            tasks.spawn(lane(db.clone(), single.clone(), jobs));
            sender
        });
        Self { lanes: lanes.collect(), mailboxes, done }
    }

    async fn send(&self, seq: i64, event: Envelope) {
        let wanting: Vec<_> = self.mailboxes.iter().filter(|to| to.consumer.wants(&event.kind)).collect();
        let lane = &self.lanes[lane_of(&event)];
        let ways = AtomicUsize::new(1 + wanting.len());
        let job = Arc::new(Job { seq, event: Arc::new(event), ways, done: self.done.clone() });
        let _ = lane.send(job.clone()).await;
        for mailboxes in wanting {
            mailboxes.put(job.clone()).await;
        }
    }
}

async fn run(db: Db, consumers: Vec<Arc<dyn Consumer>>, mut stop: watch::Receiver<bool>, in_flight: Arc<AtomicI64>) {
    let mut tasks = JoinSet::new();
    let (done, finished) = mpsc::unbounded_channel();
    let ways = Ways::open(&db, consumers, done, &mut tasks);
    let marker = tokio::spawn(mark(db.clone(), finished, in_flight.clone()));

    let mut after = 0;
    while !*stop.borrow() {
        match outbox::pending(&db, after, BATCH).await {
            Ok(batch) if batch.is_empty() => tokio::select! {
                () = outbox::grown(&db) => {}
                _ = stop.changed() => {}
            },
            Ok(batch) => {
                for (seq, event) in batch {
                    after = seq;
                    in_flight.fetch_add(1, Ordering::Relaxed);
                    ways.send(seq, event).await;
                }
            }
            Err(error) => {
                tracing::error!(error.cause = %error, "The outbox cannot be read; trying again");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
    let Ways { lanes, mailboxes, done } = ways;
    drop(lanes);
    while tasks.join_next().await.is_some() {}
    for to in mailboxes {
        to.emptied().await;
    }
    drop(done);
    let _ = marker.await;
}

fn lane_of(event: &Envelope) -> usize {
    let mut hasher = DefaultHasher::new();
    (event.tenantid, &event.subject).hash(&mut hasher);
    usize::try_from(hasher.finish() % LANES as u64).unwrap_or(0)
}

async fn lane(db: Db, consumers: Consumers, mut jobs: mpsc::Receiver<Arc<Job>>) {
    while let Some(job) = jobs.recv().await {
        let wanting = consumers.iter().filter(|consumer| consumer.wants(&job.event.kind));
        futures::future::join_all(wanting.map(|consumer| deliver(&db, consumer.as_ref(), &job.event))).await;
        job.delivered();
    }
}

/// What a consumer comes to; a panic is its failure and not the end of the delivery.
pub(crate) async fn unharmed(handling: impl Future<Output = Result<()>>) -> Result<()> {
    let outcome = std::panic::AssertUnwindSafe(handling).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::internal("the consumer panicked")))
}

pub(crate) async fn deliver(db: &Db, consumer: &dyn Consumer, event: &Envelope) {
    let mut cause = String::new();
    for attempt in 0..ATTEMPTS {
        match unharmed(consumer.handle(event).instrument(crate::span(event, consumer.name()))).await {
            Ok(()) => return,
            Err(error) => {
                cause = error.to_string();
                tracing::warn!(
                    event.kind, event.subject, consumer = consumer.name(), attempt, error.cause = %cause,
                    "A consumer failed on an event"
                );
                metrics::counter!("lingxi_bus_retries_total", "consumer" => consumer.name()).increment(1);
                tokio::time::sleep(Duration::from_millis(20 << (2 * attempt))).await;
            }
        }
    }
    metrics::counter!("lingxi_bus_dead_letters_total", "consumer" => consumer.name()).increment(1);
    // While it can neither be handled nor put aside, as on a full disk, it stays here: it must not count as delivered.
    while let Err(error) = dead_letters::put(db, consumer.name(), event, &cause).await {
        tracing::error!(event.kind, event.subject, error.cause = %error, "A dead letter could not be stored; trying again");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

/// Marks facts as delivered, many at a time: late marks only mean a harmless second delivery after a crash.
async fn mark(db: Db, mut finished: mpsc::UnboundedReceiver<i64>, in_flight: Arc<AtomicI64>) {
    let mut seqs = Vec::new();
    while finished.recv_many(&mut seqs, 500).await > 0 {
        if let Err(error) = outbox::mark_published(&db, &seqs).await {
            tracing::error!(error.cause = %error, "Delivered events could not be marked; they will come again");
        }
        in_flight.fetch_sub(i64::try_from(seqs.len()).unwrap_or(0), Ordering::Relaxed);
        seqs.clear();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
