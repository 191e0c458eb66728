//! Delivery to the consumers of a process, whatever bus the facts come from.
//!
//! Facts of one subject keep their order, and facts of different subjects run side by side; a consumer that gathers gets
//! those of a tenant together, in order ([`Mailboxes`]). A fact that fails [`ATTEMPTS`] times becomes a dead letter, so that
//! one poisoned conversation never stops the others.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use lingxi_contracts::Envelope;
use lingxi_kernel::{Error, Result};
use lingxi_store::{Db, dead_letters};
use tokio::sync::{Semaphore, mpsc};
use tracing::Instrument as _;

use crate::Consumer;
use crate::mailboxes::Mailboxes;

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

/// The ways to the consumers, each with mailboxes of its own.
pub(crate) struct Ways {
    mailboxes: Vec<Arc<Mailboxes>>,
    done: mpsc::UnboundedSender<u64>,
}

impl Ways {
    /// Opens them. The numbers of facts that are through come out of the channel.
    pub(crate) fn open(db: &Db, consumers: Vec<Arc<dyn Consumer>>) -> (Self, mpsc::UnboundedReceiver<u64>) {
        let (done, finished) = mpsc::unbounded_channel();
        let mailboxes = consumers.into_iter().map(|consumer| Mailboxes::new(db.clone(), consumer)).collect();
        (Self { mailboxes, done }, finished)
    }

    /// Sends a fact on its ways; waits while they are full.
    pub(crate) async fn send(&self, number: u64, event: Envelope) {
        let wanting: Vec<_> = self.mailboxes.iter().filter(|to| to.consumer.wants(&event.kind)).collect();
        // One more for ourselves: what nobody wants is through, too.
        let ways = AtomicUsize::new(1 + wanting.len());
        let job = Arc::new(Job { number, event: Arc::new(event), ways, done: self.done.clone() });
        for mailboxes in wanting {
            mailboxes.put(job.clone()).await;
        }
        job.delivered();
    }

    /// Closes them when everything is through.
    pub(crate) async fn close(self) {
        for to in self.mailboxes {
            to.emptied().await;
        }
    }
}

/// What a consumer comes to; a panic is its failure and not the end of the delivery.
pub(crate) async fn unharmed(handling: impl Future<Output = Result<()>>) -> Result<()> {
    let outcome = std::panic::AssertUnwindSafe(handling).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::internal("the consumer panicked")))
}

/// Delivers a fact, or puts it aside; `turns` are the attempts that may run at a time.
pub(crate) async fn deliver(db: &Db, consumer: &dyn Consumer, event: &Envelope, turns: &Semaphore) {
    let mut cause = String::new();
    for attempt in 0..ATTEMPTS {
        let turn = turns.acquire().await;
        let outcome = unharmed(consumer.handle(event).instrument(crate::span(event, consumer.name()))).await;
        drop(turn);
        match outcome {
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
