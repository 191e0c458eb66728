//! The bill of a period: rated from its hours.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{Datelike as _, TimeDelta};
use lingxi_contracts::billing::{
    Aggregation, BillForecast, BillingProfile, DraftBill, Meter, MeterLimit, PhaseKind, Plan, Tax,
};
use lingxi_kernel::{Ctx, Decimal, Money, Permission, Result, Timestamp};
use lingxi_rating::{Billed, Bucket, DayUsage, Grant, Phase, Taxing, bill, forecast, quantity, spend};
use lingxi_store::Tx;

use super::{Billing, catalog, invoice_currency};
use crate::rules::periods;
use crate::store::subscription::Model;
use crate::store::{money, settings, usage};

/// Days of the past that a forecast looks at.
const PAST: i64 = 56;

/// Quantities of the meters of each phase.
pub(super) type Used = Vec<HashMap<String, Decimal>>;

/// A period with what it is billed by.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    pub from: Timestamp,
    pub to: Timestamp,
    pub zone: String,
    pub phases: Vec<Phase>,
    pub tax: Option<Tax>,
    pub payer: BillingProfile,
}

impl Terms {
    /// The calendar month that shares are taken of.
    pub(super) fn month(&self) -> lingxi_rating::Period {
        periods::month(self.from, self.to, periods::zone(&self.zone))
    }

    /// What shares of the period are taken of: its month, or itself when a change of the time zone made it longer.
    pub(super) fn whole(&self) -> (Timestamp, Timestamp) {
        let month = self.month();
        if self.to - self.from > month.to - month.from { (self.from, self.to) } else { (month.from, month.to) }
    }

    /// The bill of given quantities.
    pub(super) fn rate(&self, used: &Used) -> Result<Billed> {
        let whole = self.whole();
        let of =
            |phase: usize, meter: &str| used.get(phase).and_then(|all| all.get(meter)).copied().unwrap_or_default();
        bill(whole, &self.phases, of, Taxing { rule: self.tax.as_ref(), payer: &self.payer })
    }
}

impl Billing {
    /// The running period.
    pub(super) async fn terms(&self, tx: &Tx) -> Result<Terms> {
        let (row, phases) = self.subscription_and_phases(tx).await?;
        let settings = settings::get(tx).await?;
        let tax = self.tax_of(&settings.profile).await?;
        let phases = self.phases(&phases, row.period_from, row.period_to).await?;
        Ok(Terms { from: row.period_from, to: row.period_to, zone: row.zone, phases, tax, payer: settings.profile })
    }

    /// The tax rule of where the payer is.
    pub(super) async fn tax_of(&self, payer: &BillingProfile) -> Result<Option<Tax>> {
        Ok(self.sold().await?.taxes.iter().find(|tax| tax.region == payer.region).cloned())
    }

    /// What was used in each phase, of the meters that are priced.
    pub(super) async fn used(&self, tx: &Tx, terms: &Terms) -> Result<Used> {
        self.used_with(tx, terms, &[]).await
    }

    /// The same, and what was used of some limited meters, priced or not.
    pub(super) async fn used_with(&self, tx: &Tx, terms: &Terms, limited: &[MeterLimit]) -> Result<Used> {
        let phases = &terms.phases;
        let whole = terms.whole();
        let whole = (whole.1 - whole.0).num_milliseconds();
        let catalog = self.sold().await?;
        let (Some(first), Some(last)) = (phases.first(), phases.last()) else { return Ok(Vec::new()) };
        let mut by_meter: HashMap<String, Vec<(Timestamp, Bucket)>> = HashMap::new();
        for (key, bucket) in usage::buckets(tx, None, (first.from, last.to), "").await? {
            by_meter.entry(key.meter).or_default().push((key.hour, bucket));
        }
        let mut all = Vec::with_capacity(phases.len());
        for phase in phases {
            let mut used = HashMap::new();
            let priced = phase.plan.charges.iter().filter_map(|charge| charge.meter.as_ref());
            let wanted: BTreeSet<&String> = priced.chain(limited.iter().map(|limit| &limit.meter)).collect();
            for meter in catalog.meters.iter().filter(|meter| wanted.contains(&meter.key)) {
                let hours = by_meter.get(&meter.key).map(Vec::as_slice).unwrap_or_default();
                used.insert(meter.key.clone(), of_phase(tx, meter, phase, whole, hours).await?);
            }
            all.push(used);
        }
        Ok(all)
    }

    pub(super) async fn do_draft_bill(&self, ctx: &Ctx) -> Result<DraftBill> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let terms = self.terms(&tx).await?;
        let row = self.subscription_of(&tx).await?;
        let used = self.used(&tx, &terms).await?;
        let billed = terms.rate(&used)?;
        let settings = settings::get(&tx).await?;
        let currency = invoice_currency(&row)?;
        let grants = money::grants(&tx).await?;
        let grants: Vec<Grant<_>> =
            grants.iter().filter(|grant| grant.currency == row.currency).map(super::money::left).collect();
        let from_wallet = spend(&grants, billed.gross, tx.now()).iter().map(|used| used.minor).sum();
        let now = terms.phases.iter().rfind(|phase| phase.from <= tx.now()).or(terms.phases.first());
        let forecast = self.forecast(&tx, &terms, &used, &billed).await?;
        let money = |minor| Money::new(minor, currency);
        Ok(DraftBill {
            period: terms.month().name,
            from: terms.from,
            to: terms.to,
            plan: now.map(|phase| phase.plan.code.clone()).unwrap_or_default(),
            net: money(billed.net),
            tax: money(billed.tax),
            total: money(billed.gross),
            lines: billed.lines,
            from_wallet: money(from_wallet),
            forecast,
            limits: settings.limits,
        })
    }

    /// What the bill may be at the period's end: what is used so far, and what the rest of the last phase may bring. None before the first
    /// whole day of use: nothing speaks for any number then.
    async fn forecast(&self, tx: &Tx, terms: &Terms, used: &Used, so_far: &Billed) -> Result<Option<BillForecast>> {
        let Some(last) = terms.phases.last() else { return Ok(None) };
        let zone = periods::zone(&terms.zone);
        let now = tx.now();
        if now >= terms.to {
            return Ok(None);
        }
        let today = now.with_timezone(&zone).date_naive();
        let coming: Vec<usize> = today
            .iter_days()
            .skip(1)
            .take_while(|day| lingxi_rating::first_moment(*day, zone) < terms.to)
            .map(|day| day.weekday().num_days_from_monday() as usize)
            .collect();
        let since = lingxi_rating::first_moment(today - TimeDelta::days(PAST), zone);
        let mut days: HashMap<String, BTreeMap<chrono::NaiveDate, Decimal>> = HashMap::new();
        let until = lingxi_rating::first_moment(today, zone);
        let began = usage::buckets(tx, None, (since, until), "").await?;
        let first_day = began.first().map_or(today, |(key, _)| key.hour.with_timezone(&zone).date_naive());
        if first_day >= today {
            return Ok(None);
        }
        for (key, bucket) in began {
            let day = key.hour.with_timezone(&zone).date_naive();
            let sum = days.entry(key.meter).or_default().entry(day).or_default();
            *sum = sum.plus(bucket.sum)?;
        }
        let catalog = self.sold().await?;
        let mut bands = [used.clone(), used.clone(), used.clone()];
        let index = terms.phases.len() - 1;
        let additive = |meter: &&Meter| matches!(meter.aggregation, Aggregation::Sum | Aggregation::Count);
        let priced = last.plan.charges.iter().filter_map(|charge| charge.meter.as_ref());
        for meter in priced.filter_map(|key| catalog.meters.iter().find(|meter| meter.key == *key)).filter(additive) {
            let known = days.remove(&meter.key).unwrap_or_default();
            let past: Vec<DayUsage> = first_day
                .iter_days()
                .take_while(|day| *day < today)
                .map(|day| DayUsage {
                    weekday: day.weekday().num_days_from_monday() as usize,
                    quantity: known.get(&day).map_or(0.0, |sum| float(*sum)),
                })
                .collect();
            let band = forecast(&past, &coming);
            for (quantities, more) in bands.iter_mut().zip([band.low, band.expected, band.high]) {
                let sum = quantities[index].entry(meter.key.clone()).or_default();
                *sum = sum.plus(whole(more))?;
            }
        }
        let rate = |used: &Used| -> Result<Money> {
            let billed = terms.rate(used)?;
            Ok(Money::new(billed.gross.max(so_far.gross), last.plan.currency))
        };
        Ok(Some(BillForecast { low: rate(&bands[0])?, expected: rate(&bands[1])?, high: rate(&bands[2])? }))
    }

    pub(super) async fn do_simulate_plans(&self, ctx: &Ctx) -> Result<Vec<(Plan, Money)>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let row = self.subscription_of(&tx).await?;
        let zone = periods::zone(&row.zone);
        // The last whole month; of a firm in its first one, what there is of that.
        let before = lingxi_rating::month_of(row.period_from - TimeDelta::hours(1), zone);
        let whole = row.started_at < before.to;
        let (from, to) = if whole { (before.from, before.to) } else { (row.period_from, row.period_to) };
        let settings = settings::get(&tx).await?;
        let tax = self.tax_of(&settings.profile).await?;
        let sold = self.offered(&tx, &row).await?;
        let mut results = Vec::new();
        for plan in sold {
            let phases = vec![Phase { from, to, kind: PhaseKind::Active, plan: plan.clone() }];
            let payer = settings.profile.clone();
            let terms = Terms { from, to, zone: row.zone.clone(), phases, tax: tax.clone(), payer };
            let used = self.used(&tx, &terms).await?;
            let total = Money::new(terms.rate(&used)?.gross, plan.currency);
            results.push((plan, total));
        }
        Ok(results)
    }

    /// The newest version of each public plan of the firm's currency; before the first bill, of every currency.
    pub(super) async fn offered(&self, tx: &Tx, row: &Model) -> Result<Vec<Plan>> {
        let all = self.sold().await?;
        let currency = invoice_currency(row)?;
        let any = self.is_unbilled(tx).await?;
        let offered = all.plans.iter().filter(|plan| plan.public && (any || plan.currency == currency));
        let newest = offered.filter(|plan| catalog::newest(&all, &plan.code) == Some(plan));
        let mut plans: Vec<Plan> = newest.cloned().collect();
        // Those of the firm's currency first.
        plans.sort_by_key(|plan| plan.currency != currency);
        Ok(plans)
    }
}

/// The quantity of a meter in a phase.
async fn of_phase(tx: &Tx, meter: &Meter, phase: &Phase, whole: i64, hours: &[(Timestamp, Bucket)]) -> Result<Decimal> {
    let period = (phase.from, phase.to);
    let level = match meter.aggregation {
        Aggregation::WeightedSum => usage::levels(tx, &meter.key, phase.from, "").await?.remove("").unwrap_or_default(),
        _ => Decimal::ZERO,
    };
    let different = match meter.aggregation {
        Aggregation::Unique => usage::different_values(tx, &meter.key, period, "").await?.remove("").unwrap_or(0),
        _ => 0,
    };
    quantity(meter.aggregation, period, whole, hours.iter().map(|(hour, bucket)| (*hour, bucket)), level, different)
}

/// For a forecast only.
fn float(number: Decimal) -> f64 {
    number.to_string().parse().unwrap_or(0.0)
}

/// For a forecast only: the nearest whole number.
fn whole(number: f64) -> Decimal {
    Decimal::parse(&format!("{:.0}", number.clamp(0.0, 1e14))).unwrap_or_default()
}
