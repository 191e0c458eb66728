//! Timers of all services.

use std::future::Future;
use std::time::Duration;

use chrono::TimeDelta;
use lingxi_kernel::Result;
use lingxi_store::{Db, inbox, outbox};
use tokio::task::JoinSet;

/// Delivered facts are kept so long, to be replayed if need be; their inbox rows longer.
const OUTBOX_KEPT: TimeDelta = TimeDelta::hours(24);
const INBOX_KEPT: TimeDelta = TimeDelta::hours(48);

#[derive(Debug, Clone)]
pub(crate) struct Jobs {
    pub(crate) tenants: lingxi_tenants::Jobs,
    pub(crate) channels: lingxi_channels::Jobs,
    pub(crate) routing: lingxi_routing::Jobs,
    pub(crate) db: Db,
}

impl Jobs {
    /// Every timer once.
    pub(crate) async fn run_once(&self) -> Result<()> {
        self.routing.expire_offers().await?;
        self.routing.offer_waiting().await?;
        self.channels.wake_snoozed().await?;
        self.channels.resolve_quiet().await?;
        self.channels.deliver_webhooks().await?;
        self.tenants.send_mail().await
    }

    /// Runs until the set is dropped.
    pub(crate) fn start(&self) -> JoinSet<()> {
        let mut running = JoinSet::new();
        let Self { tenants, channels, routing, db } = self.clone();
        running.spawn(every(1, "offers that expire", move || {
            let routing = routing.clone();
            async move { routing.expire_offers().await }
        }));
        let routing = self.routing.clone();
        running.spawn(every(5, "tasks that wait", move || {
            let routing = routing.clone();
            async move { routing.offer_waiting().await }
        }));
        let snoozed = channels.clone();
        running.spawn(every(10, "snoozes that end", move || {
            let channels = snoozed.clone();
            async move { channels.wake_snoozed().await }
        }));
        let quiet = channels.clone();
        running.spawn(every(60, "quiet conversations", move || {
            let channels = quiet.clone();
            async move { channels.resolve_quiet().await }
        }));
        running.spawn(every(1, "webhook deliveries", move || {
            let channels = channels.clone();
            async move { channels.deliver_webhooks().await }
        }));
        running.spawn(every(5, "waiting mail", move || {
            let tenants = tenants.clone();
            async move { tenants.send_mail().await }
        }));
        running.spawn(every(600, "old events", move || {
            let db = db.clone();
            async move {
                let now = db.env().now();
                outbox::prune(&db, now - OUTBOX_KEPT).await?;
                inbox::prune(&db, now - INBOX_KEPT).await?;
                Ok(())
            }
        }));
        running
    }
}

async fn every<F, J>(seconds: u64, what: &'static str, job: J)
where
    J: Fn() -> F,
    F: Future<Output = Result<()>>,
{
    let mut ticks = tokio::time::interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = job().await {
            tracing::error!(job = what, error.cause = %error, "A timer's work failed; it is tried again");
        }
    }
}
