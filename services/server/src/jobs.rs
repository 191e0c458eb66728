//! Timers of all services.

use std::future::Future;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
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
    pub(crate) bot: lingxi_bot::Jobs,
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
        self.routing.count_activities().await?;
        self.bot.continue_imports().await?;
        self.tenants.write_exports().await?;
        self.tenants.end_tenants().await?;
        self.tenants.send_mail().await
    }

    /// Runs until the set is dropped.
    pub(crate) fn start(&self) -> JoinSet<()> {
        let mut running = JoinSet::new();
        let Self { tenants, channels, bot, routing, db } = self;
        let mut every = |seconds, what, job: Job| running.spawn(every(seconds, what, job));
        every(1, "offers that expire", job(routing, |routing| async move { routing.expire_offers().await }));
        every(5, "tasks that wait", job(routing, |routing| async move { routing.offer_waiting().await }));
        every(60, "activities that last", job(routing, |routing| async move { routing.count_activities().await }));
        every(10, "snoozes that end", job(channels, |channels| async move { channels.wake_snoozed().await }));
        every(60, "quiet conversations", job(channels, |channels| async move { channels.resolve_quiet().await }));
        every(1, "webhook deliveries", job(channels, |channels| async move { channels.deliver_webhooks().await }));
        every(5, "imports that were left", job(bot, |bot| async move { bot.continue_imports().await }));
        every(5, "waiting mail", job(tenants, |tenants| async move { tenants.send_mail().await }));
        every(2, "archives", job(tenants, |tenants| async move { tenants.write_exports().await }));
        every(60, "firms that end", job(tenants, |tenants| async move { tenants.end_tenants().await }));
        every(600, "old events", job(db, |db| async move { prune(&db).await }));
        running
    }
}

async fn prune(db: &Db) -> Result<()> {
    let now = db.env().now();
    outbox::prune(db, now - OUTBOX_KEPT).await?;
    inbox::prune(db, now - INBOX_KEPT).await?;
    Ok(())
}

type Job = Box<dyn Fn() -> BoxFuture<'static, Result<()>> + Send>;

/// A job over a clone of what it works with.
fn job<T, F>(with: &T, work: fn(T) -> F) -> Job
where
    T: Clone + Send + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    let with = with.clone();
    Box::new(move || work(with.clone()).boxed())
}

async fn every(seconds: u64, what: &'static str, job: Job) {
    let mut ticks = tokio::time::interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = job().await {
            tracing::error!(job = what, error.cause = %error, "A timer's work failed; it is tried again");
        }
    }
}
