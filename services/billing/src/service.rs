//! Use cases: count, price, warn.

use std::collections::BTreeMap;

use async_trait::async_trait;
use chrono::TimeDelta;
use chrono_tz::Tz;
use lingxi_contracts::billing::{
    ApiCallsCounted, BillingClient, DraftBill, Meter, SpendLimitReached, SpendLimits, UsageDay, UsageEvent,
};
use lingxi_kernel::{Ctx, Error, EventId, FieldError, Money, Page, PageArgs, Permission, Result, Timestamp, UsageId};
use lingxi_store::{TenantCache, Tx, update};

use crate::Deps;
use crate::rules::{self, Period, Plan};
use crate::store::{self, account, rollup, usage};

/// For so long a re-contact takes back what the bot had resolved.
const RECONTACT: TimeDelta = TimeDelta::hours(24);

/// The billing service.
pub(crate) struct Billing {
    pub(crate) deps: Deps,
    accounts: TenantCache<account::Model>,
}

/// A fact to be counted.
pub(crate) struct Usage {
    /// Who announces it.
    pub source: &'static str,
    /// Its identity there.
    pub source_id: String,
    pub meter: Meter,
    pub quantity: i64,
    pub at: Timestamp,
    pub evidence: String,
}

impl Billing {
    pub(crate) fn new(deps: Deps) -> Self {
        Self { accounts: TenantCache::new(&deps.db, "billing.account"), deps }
    }

    /// The firm's account, from memory where it is known.
    async fn account(&self, ctx: &Ctx) -> Result<account::Model> {
        let read = self.deps.db.read(ctx);
        self.accounts.get(ctx.tenant, read.now(), account::get_or(&read, "")).await
    }

    /// The firm's time zone and the plan of its language.
    async fn terms(&self, ctx: &Ctx) -> Result<(Tz, Plan)> {
        let tenant = self.deps.tenants.tenant(&Ctx::system(ctx.tenant, "billing")).await?;
        Ok((tenant.time_zone.parse().unwrap_or(Tz::UTC), rules::first_plan(&tenant.locale)))
    }

    /// Counts facts, each once, whatever their sources send again.
    pub(crate) async fn count(&self, tx: &Tx, facts: Vec<Usage>) -> Result<()> {
        let (zone, _) = self.terms(tx.ctx()).await?;
        let rows = facts.into_iter().filter(|usage| usage.quantity != 0).map(|usage| usage::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<UsageId>().uuid(),
            source: usage.source.to_owned(),
            source_id: usage.source_id,
            meter: usage.meter.as_str().to_owned(),
            quantity: usage.quantity,
            at: usage.at,
            evidence: usage.evidence,
            reversed: false,
        });
        let mut buckets: BTreeMap<(&'static str, Timestamp), (Meter, i64)> = BTreeMap::new();
        for row in store::insert_once(tx, rows.collect()).await? {
            let meter = Meter::parse(&row.meter)?;
            let bucket = buckets.entry((meter.as_str(), rules::hour_of(row.at, zone))).or_insert((meter, 0));
            bucket.1 += row.quantity;
            metrics::counter!("lingxi_usage_events_total", "meter" => meter.as_str()).increment(1);
        }
        if buckets.is_empty() {
            return Ok(());
        }
        for ((_, hour), (meter, quantity)) in buckets {
            rollup::add(tx, meter, hour, quantity).await?;
        }
        self.check_limits(tx, zone).await
    }

    /// Forgets what memory knows of the account, after a commit that may have changed it.
    pub(crate) fn forget(&self, ctx: &Ctx) {
        self.accounts.forget(ctx.tenant);
    }

    /// Takes back what the bot had resolved in a conversation that came to a person after all.
    pub(crate) async fn reverse_resolution(&self, tx: &Tx, evidence: &str) -> Result<()> {
        let (zone, _) = self.terms(tx.ctx()).await?;
        let since = tx.now() - RECONTACT;
        for mut row in store::standing(tx, Meter::BotResolution, evidence, since).await? {
            rollup::add(tx, Meter::BotResolution, rules::hour_of(row.at, zone), -row.quantity).await?;
            row.reversed = true;
            update(tx, row).await?;
        }
        Ok(())
    }

    async fn bill(&self, tx: &Tx, zone: Tz, first_plan: Plan) -> Result<(account::Model, DraftBill)> {
        let account = account::get_or(tx, first_plan.code).await?;
        let plan = rules::plan(&account.plan)?;
        let Period { name, from, to } = rules::month_of(tx.now(), zone);
        let totals = rollup::totals(tx, from, to).await?;
        let mut lines = Vec::new();
        let mut total = Money::new(0, plan.currency);
        for price in plan.prices {
            let line = rules::rate(price, totals.get(&price.meter).copied().unwrap_or(0), plan.currency)?;
            total = total.plus(line.amount)?;
            lines.push(line);
        }
        let limits = SpendLimits { alert_minor: account.alert_minor, cap_minor: account.cap_minor };
        let bill = DraftBill { period: name, from, to, plan: plan.code.to_owned(), lines, total, limits };
        Ok((account, bill))
    }

    /// Announces the alert and the cap, each once a month.
    async fn check_limits(&self, tx: &Tx, zone: Tz) -> Result<()> {
        let known = account::get_or(tx, "").await?;
        if known.alert_minor.is_none() && known.cap_minor.is_none() {
            return Ok(());
        }
        let (mut row, bill) = self.bill(tx, zone, rules::plan(&known.plan)?).await?;
        let reached = |limit: Option<i64>| limit.is_some_and(|limit| bill.total.minor >= limit);
        let mut news = Vec::new();
        if reached(row.alert_minor) && row.alerted_period.as_ref() != Some(&bill.period) {
            row.alerted_period = Some(bill.period.clone());
            news.push("alert");
        }
        if reached(row.cap_minor) && row.capped_period.as_ref() != Some(&bill.period) {
            row.capped_period = Some(bill.period.clone());
            news.push("cap");
        }
        for limit in &news {
            let limit = (*limit).to_owned();
            tx.emit(&SpendLimitReached { period: bill.period.clone(), limit, total: bill.total })?;
        }
        if !news.is_empty() {
            account::put(tx, row).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl BillingClient for Billing {
    async fn draft_bill(&self, ctx: &Ctx) -> Result<DraftBill> {
        ctx.require(Permission::ReadBilling)?;
        let (zone, plan) = self.terms(ctx).await?;
        Ok(self.bill(&self.deps.db.read(ctx), zone, plan).await?.1)
    }

    async fn usage_by_day(&self, ctx: &Ctx) -> Result<Vec<UsageDay>> {
        ctx.require(Permission::ReadBilling)?;
        let (zone, _) = self.terms(ctx).await?;
        let read = self.deps.db.read(ctx);
        let period = rules::month_of(read.now(), zone);
        let mut days: BTreeMap<(String, &'static str), (Meter, i64)> = BTreeMap::new();
        for row in rollup::between(&read, period.from, period.to).await? {
            let meter = Meter::parse(&row.meter)?;
            let date = row.hour.with_timezone(&zone).date_naive().to_string();
            days.entry((date, meter.as_str())).or_insert((meter, 0)).1 += row.quantity;
        }
        let days = days.into_iter().map(|((date, _), (meter, quantity))| UsageDay { date, meter, quantity });
        Ok(days.collect())
    }

    async fn evidence(&self, ctx: &Ctx, meter: Meter, page: PageArgs) -> Result<Page<UsageEvent>> {
        ctx.require(Permission::ReadBilling)?;
        let (zone, _) = self.terms(ctx).await?;
        let read = self.deps.db.read(ctx);
        let period = rules::month_of(read.now(), zone);
        // What is stored is a level: files of earlier months still count.
        let from = if meter == Meter::StoredKb { Timestamp::UNIX_EPOCH } else { period.from };
        let rows = store::page(&read, meter, from, period.to, &page).await?;
        let has_next = rows.has_next;
        let rows = rows.rows.into_iter().map(|(cursor, row)| Ok((cursor, row.into_contract()?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, has_next })
    }

    async fn set_limits(&self, ctx: &Ctx, limits: SpendLimits) -> Result<SpendLimits> {
        ctx.require(Permission::ManageBilling)?;
        let mut errors = Vec::new();
        for (field, value) in [("alertMinor", limits.alert_minor), ("capMinor", limits.cap_minor)] {
            if value.is_some_and(|value| value < 0) {
                errors.push(FieldError { field: field.into(), message: "A limit is 0 or more.".into() });
            }
        }
        Error::check(errors)?;
        let (zone, plan) = self.terms(ctx).await?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = account::get_or(&tx, plan.code).await?;
        let before = SpendLimits { alert_minor: row.alert_minor, cap_minor: row.cap_minor };
        tx.note_change("spend_limits.changed", ctx.tenant, before, limits.clone())?;
        row.alert_minor = limits.alert_minor;
        row.cap_minor = limits.cap_minor;
        row.alerted_period = None;
        row.capped_period = None;
        account::put(&tx, row).await?;
        self.check_limits(&tx, zone).await?;
        tx.commit().await?;
        self.forget(ctx);
        Ok(limits)
    }

    async fn is_capped(&self, ctx: &Ctx) -> Result<bool> {
        let read = self.deps.db.read(ctx);
        let Some(capped) = self.account(ctx).await?.capped_period else { return Ok(false) };
        let (zone, _) = self.terms(ctx).await?;
        Ok(rules::month_of(read.now(), zone).name == capped)
    }

    async fn count_api_calls(&self, ctx: &Ctx, report: EventId, calls: i64) -> Result<()> {
        let (_, key) = ctx.actor_name();
        let tx = self.deps.db.begin(ctx).await?;
        tx.emit_as(report, &ApiCallsCounted { key, calls })?;
        tx.commit().await
    }
}
