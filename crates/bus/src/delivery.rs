//! Delivery to the consumers of a process, whatever bus the facts come from.
//!
//! Facts of one subject keep their order: they share a lane, and a lane handles one fact at a time. Facts of different
//! subjects run side by side. A consumer that gathers gets the facts of a tenant together, in order ([`Mailboxes`]). A fact
//! that fails [`ATTEMPTS`] times becomes a dead letter, so that one poisoned conversation never stops the others.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use lingxi_contracts::Envelope;
use lingxi_kernel::{Error, Result};
use lingxi_store::{Db, dead_letters};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tracing::Instrument as _;

use crate::Consumer;
use crate::mailboxes::Mailboxes;

const LANES: usize = 32;
const ATTEMPTS: u32 = 6;

/// A fact on its ways to the consumers.
pub(crate) struct Job {
    number: u64,
    pub(crate) event: Arc<Envelope>,
    /// Ways on which it is not delivered yet.
    ways: AtomicUsize,
    done: mpsc::UnboundedSender<u64>,
}

impl Job {
    /// Notes that it is delivered on one way; the last one reports it.
    pub(crate) fn delivered(&self) {
        if self.ways.fetch_sub(1, Ordering::AcqRel) == 1 {
            let _ = self.done.send(self.number);
        }
    }
}

type Consumers = Arc<[Arc<dyn Consumer>]>;

/// The ways to the consumers: lanes by subject for those who take one fact at a time, mailboxes for those who gather.
pub(crate) struct Ways {
    lanes: Vec<mpsc::Sender<Arc<Job>>>,
    mailboxes: Vec<Arc<Mailboxes>>,
    done: mpsc::UnboundedSender<u64>,
    tasks: JoinSet<()>,
}

impl Ways {
    /// Opens them. The numbers of facts that are through come out of the channel.
    pub(crate) fn open(db: &Db, consumers: Vec<Arc<dyn Consumer>>) -> (Self, mpsc::UnboundedReceiver<u64>) {
        let (done, finished) = mpsc::unbounded_channel();
        let (mut single, mut mailboxes, mut tasks) = (Vec::new(), Vec::new(), JoinSet::new());
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
        (Self { lanes: lanes.collect(), mailboxes, done, tasks }, finished)
    }

    /// Sends a fact on its ways; waits while they are full.
    pub(crate) async fn send(&self, number: u64, event: Envelope) {
        let wanting: Vec<_> = self.mailboxes.iter().filter(|to| to.consumer.wants(&event.kind)).collect();
        let lane = &self.lanes[lane_of(&event)];
        let ways = AtomicUsize::new(1 + wanting.len());
        let job = Arc::new(Job { number, event: Arc::new(event), ways, done: self.done.clone() });
        let _ = lane.send(job.clone()).await;
        for mailboxes in wanting {
            mailboxes.put(job.clone()).await;
        }
    }

    /// Closes them when everything is through.
    pub(crate) async fn close(self) {
        let Self { lanes, mailboxes, done, mut tasks } = self;
        drop(lanes);
        while tasks.join_next().await.is_some() {}
        for to in mailboxes {
            to.emptied().await;
        }
        drop(done);
    }
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
