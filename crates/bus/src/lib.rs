//! How services hear of each other: durable facts (outbox, relay, inbox) and live fan-out that may be missed.

mod gathering;
mod live;
mod mailboxes;
mod relay;

pub use gathering::Gathering;
pub use live::{Live, LiveEvent};
pub use relay::{Relay, RelayHandle};

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lingxi_contracts::Envelope;
use lingxi_kernel::Result;
use lingxi_telemetry::trace;
use tracing::Span;

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
