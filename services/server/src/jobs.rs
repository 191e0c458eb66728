//! Timers of all services.

use std::future::Future;
use std::time::Duration;

use chrono::TimeDelta;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use lingxi_bus::Leases;
use lingxi_kernel::Result;
use lingxi_store::{Db, inbox, outbox, sealed};
use tokio::task::JoinSet;

/// Delivered facts are kept so long, to be replayed if need be; their inbox rows longer.
const OUTBOX_KEPT: TimeDelta = TimeDelta::hours(24);
const INBOX_KEPT: TimeDelta = TimeDelta::hours(48);

/// The beginning of the claims by which processes agree who runs timers.
pub(crate) const TIMERS: &str = "timers-";

/// The timers of the services of this process.
#[derive(Debug, Clone)]
pub(crate) struct Jobs {
    pub(crate) tenants: Option<lingxi_tenants::Jobs>,
    pub(crate) channels: Option<lingxi_channels::Jobs>,
    pub(crate) bot: Option<lingxi_bot::Jobs>,
    pub(crate) routing: Option<lingxi_routing::Jobs>,
    pub(crate) billing: Option<lingxi_billing::Jobs>,
    pub(crate) db: Option<Db>,
}

impl Jobs {
    /// Every timer once.
    pub(crate) async fn run_once(&self) -> Result<()> {
        if let Some(routing) = &self.routing {
            routing.expire_offers().await?;
            routing.offer_waiting().await?;
            routing.mend().await?;
        }
        if let Some(channels) = &self.channels {
            channels.seal_secrets().await?;
            channels.wake_snoozed().await?;
            channels.resolve_quiet().await?;
            channels.deliver_webhooks().await?;
        }
        if let Some(routing) = &self.routing {
            routing.count_activities().await?;
        }
        if let Some(bot) = &self.bot {
            bot.seal_secrets().await?;
            bot.continue_imports().await?;
            bot.call_webhooks().await?;
            bot.end_silent_walks().await?;
            bot.learn().await?;
        }
        if let Some(billing) = &self.billing {
            billing.count_outcomes().await?;
            billing.end_periods().await?;
            billing.finalize().await?;
            billing.collect().await?;
            billing.follow_up().await?;
            billing.issue_fapiao().await?;
            billing.expire_credit().await?;
            billing.reconcile().await?;
        }
        if let Some(db) = &self.db {
            sealed::rewrap(db).await?;
        }
        if let Some(tenants) = &self.tenants {
            tenants.seal_secrets().await?;
            tenants.write_exports().await?;
            tenants.end_tenants().await?;
            tenants.send_mail().await?;
        }
        Ok(())
    }

    /// Names of those who have timers.
    pub(crate) fn names(&self) -> Vec<&'static str> {
        let named = [
            self.tenants.as_ref().map(|_| "tenants"),
            self.channels.as_ref().map(|_| "channels"),
            self.bot.as_ref().map(|_| "bot"),
            self.routing.as_ref().map(|_| "routing"),
            self.billing.as_ref().map(|_| "billing"),
            self.db.as_ref().map(|_| "store"),
        ];
        named.into_iter().flatten().collect()
    }

    /// Runs until the set is dropped; where there are leases, only while this process holds that of a service.
    pub(crate) fn start(&self, leases: Option<Leases>) -> JoinSet<()> {
        let mut running = JoinSet::new();
        let mut every = |service: &'static str, seconds, what, job: Job| {
            running.spawn(every(
                seconds,
                what,
                leases.clone().map(|leases| (leases, format!("{TIMERS}{service}"))),
                job,
            ))
        };
        if let Some(it) = &self.routing {
            every("routing", 1, "offers that expire", job(it, |it| async move { it.expire_offers().await }));
            every("routing", 5, "tasks that wait", job(it, |it| async move { it.offer_waiting().await }));
            every("routing", 5, "gauges of queues", job(it, |it| async move { it.look_at_queues().await }));
            every("routing", 30, "lost conversations", job(it, |it| async move { it.mend().await }));
            every("routing", 60, "activities that last", job(it, |it| async move { it.count_activities().await }));
        }
        if let Some(it) = &self.channels {
            every("channels", 10, "snoozes that end", job(it, |it| async move { it.wake_snoozed().await }));
            every("channels", 60, "quiet conversations", job(it, |it| async move { it.resolve_quiet().await }));
            every("channels", 600, "secrets of before", job(it, |it| async move { it.seal_secrets().await }));
            every("channels", 1, "webhook deliveries", job(it, |it| async move { it.deliver_webhooks().await }));
        }
        if let Some(it) = &self.bot {
            every("bot", 5, "imports that were left", job(it, |it| async move { it.continue_imports().await }));
            every("bot", 1, "webhooks of flows", job(it, |it| async move { it.call_webhooks().await }));
            every("bot", 600, "silent customers in flows", job(it, |it| async move { it.end_silent_walks().await }));
            every("bot", 600, "secrets of before", job(it, |it| async move { it.seal_secrets().await }));
            every("bot", 600, "learning", job(it, |it| async move { it.learn().await }));
        }
        if let Some(it) = &self.billing {
            every("billing", 60, "resolutions that stood", job(it, |it| async move { it.count_outcomes().await }));
            every("billing", 60, "periods that end", job(it, |it| async move { it.end_periods().await }));
            every("billing", 60, "drafts of invoices", job(it, |it| async move { it.finalize().await }));
            every("billing", 60, "what is due", job(it, |it| async move { it.collect().await }));
            every("billing", 60, "fapiao", job(it, |it| async move { it.issue_fapiao().await }));
            every("billing", 300, "payments without a notice", job(it, |it| async move { it.follow_up().await }));
            every("billing", 3_600, "the comparison of a day", job(it, |it| async move { it.reconcile().await }));
            every("billing", 600, "credit that expires", job(it, |it| async move { it.expire_credit().await }));
        }
        if let Some(it) = &self.tenants {
            every("tenants", 5, "waiting mail", job(it, |it| async move { it.send_mail().await }));
            every("tenants", 2, "archives", job(it, |it| async move { it.write_exports().await }));
            every("tenants", 600, "secrets of before", job(it, |it| async move { it.seal_secrets().await }));
            every("tenants", 60, "firms that end", job(it, |it| async move { it.end_tenants().await }));
        }
        if let Some(it) = &self.db {
            every("store", 5, "gauges of the outbox", job(it, |it| async move { look_at_outbox(&it).await }));
            every("store", 60, "keys of secrets", job(it, |it| async move { sealed::rewrap(&it).await.map(drop) }));
            every("store", 600, "old events", job(it, |it| async move { prune(&it).await }));
        }
        running
    }
}

/// Shows how much waits in the outbox, and how long.
async fn look_at_outbox(db: &Db) -> Result<()> {
    let (waiting, oldest) = outbox::backlog(db).await?;
    let age = oldest.map_or(0, |oldest| (db.env().now() - oldest).num_seconds().max(0));
    metrics::gauge!("lingxi_outbox_waiting").set(f64::from(u32::try_from(waiting).unwrap_or(u32::MAX)));
    metrics::gauge!("lingxi_outbox_age_seconds").set(f64::from(u32::try_from(age).unwrap_or(u32::MAX)));
    Ok(())
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

async fn every(seconds: u64, what: &'static str, lease: Option<(Leases, String)>, job: Job) {
    let mut ticks = tokio::time::interval(Duration::from_secs(seconds));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if lease.as_ref().is_some_and(|(leases, claim)| !leases.holds(claim, 0)) {
            continue;
        }
        if let Err(error) = job().await {
            tracing::error!(job = what, error.cause = %error, "A timer's work failed; it is tried again");
        }
    }
}
