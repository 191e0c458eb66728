//! How services hear of each other: durable facts (outbox, bus, inbox), live fan-out that may be missed, and calls.
//!
//! Two buses: [`InProcess`] for one process that serves everything, [`Nats`] for processes that share a NATS server.

mod delivery;
mod gathering;
mod in_process;
mod leases;
mod live;
mod mailboxes;
mod nats;

pub use gathering::Gathering;
pub use in_process::InProcess;
pub use leases::{Claim, Leases};
pub use live::{Heard, Listener, Live, LiveEvent};
pub use nats::{Nats, Serving};

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lingxi_contracts::Envelope;
use lingxi_kernel::Result;
use lingxi_store::Db;
use lingxi_telemetry::trace;
use tokio::sync::watch;
use tracing::Span;

/// Delivers facts to their consumers, and what is live to whoever listens.
#[async_trait]
pub trait Bus: Send + Sync {
    /// The live fan-out of this bus.
    fn live(&self) -> Live;

    /// Starts to deliver the facts of the outbox to consumers, beside other processes that may do the same.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] when the bus is not ready for these consumers, with how to make it so.
    async fn deliver(&self, db: Db, consumers: Vec<Arc<dyn Consumer>>) -> Result<BusHandle>;
}

/// A delivery that runs.
#[derive(Debug, Clone)]
pub struct BusHandle {
    stop: watch::Sender<bool>,
    stopped: watch::Receiver<bool>,
}

impl BusHandle {
    /// Runs work until it is told to stop and has come to its end.
    fn run<F: Future<Output = ()> + Send + 'static>(work: impl FnOnce(watch::Receiver<bool>) -> F) -> Self {
        let (stop, stop_signal) = watch::channel(false);
        let (done, stopped) = watch::channel(false);
        let work = work(stop_signal);
        tokio::spawn(async move {
            work.await;
            let _ = done.send(true);
        });
        Self { stop, stopped }
    }

    /// Takes no new facts, finishes those in flight, and returns when all of them are noted as delivered.
    pub async fn stop(&self) {
        let _ = self.stop.send(true);
        let mut stopped = self.stopped.clone();
        let _ = stopped.wait_for(|done| *done).await;
    }
}

/// The span in which a consumer handles a fact: part of the trace in which the fact was announced.
pub fn span(event: &Envelope, consumer: &str) -> Span {
    let span = tracing::info_span!(
        target: "lingxi",
        "bus.handle",
        otel.kind = "consumer",
        consumer,
        event.kind = event.kind,
        event.subject = event.subject,
        tenant = %event.tenantid,
        conversation = event.subject.starts_with("cnv_").then_some(event.subject.as_str()),
    );
    trace::continue_from(&span, event.traceparent.as_deref());
    span
}

/// A consumer of facts. It must be idempotent: [`lingxi_store::inbox::first_time`] in the transaction of its effect.
#[async_trait]
pub trait Consumer: Send + Sync {
    /// The service's name; the key of its inbox rows.
    fn name(&self) -> &'static str;

    /// The event types it wants.
    fn wants(&self, kind: &str) -> bool;

    /// Handles one fact; an error is tried again.
    async fn handle(&self, event: &Envelope) -> Result<()>;

    /// Whether facts of a tenant are gathered and handled many at a time, in order of storing, and how long it waits for more
    /// after each time.
    fn gathers(&self) -> Option<Duration> {
        None
    }

    /// Handles facts of one tenant together; after an error each of them is handled by itself.
    async fn handle_many(&self, events: &[Arc<Envelope>]) -> Result<()> {
        for event in events {
            self.handle(event).await?;
        }
        Ok(())
    }
}
