//! Alerts, caps, and leases ahead of them.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use lingxi_contracts::billing::{Entitlement, LimitReached, OverCap, SpendLimits, SubscriptionStatus};
use lingxi_kernel::{Ctx, Decimal, Error, FieldError, Money, Permission, Result};
use lingxi_store::Tx;

use super::bill::Used;
use super::{Billing, invoice_currency};
use crate::rules::{limits, periods};
use crate::store::{lease, settings};

/// For so long a lease may be used.
const LEASE: TimeDelta = TimeDelta::seconds(30);

impl Billing {
    /// Announces alerts and caps that the running period has reached, each step once.
    pub(super) async fn check_limits(&self, tx: &Tx) -> Result<()> {
        let mut known = settings::get(tx).await?;
        let wanted = &known.limits;
        if wanted.alert_minor.is_none() && wanted.cap_minor.is_none() && wanted.meters.is_empty() {
            return Ok(());
        }
        let terms = self.terms(tx).await?;
        let used = self.used_with(tx, &terms, &wanted.meters).await?;
        let total = terms.rate(&used)?.gross;
        let sums = summed(used)?;
        let period = terms.month().name;
        let (news, told) = limits::news(wanted, &known.told, &period, total, &sums);
        let row = self.subscription_of(tx).await?;
        let currency = invoice_currency(&row)?;
        for one in &news {
            let value = match &one.meter {
                Some(meter) => sums.get(meter).copied().unwrap_or_default().to_string(),
                None => Money::new(total, currency).to_string(),
            };
            let (period, meter, limit) = (period.clone(), one.meter.clone(), one.limit.to_owned());
            tx.emit(&LimitReached { period, meter, limit, percent: i32::try_from(one.percent)?, value })?;
        }
        let capped = wanted.cap_minor.is_some_and(|cap| total >= cap).then_some(period);
        if !news.is_empty() || capped != known.capped_period {
            known.told = told;
            known.capped_period = capped;
            settings::put(tx, &known).await?;
        }
        Ok(())
    }

    pub(super) async fn do_set_limits(&self, ctx: &Ctx, wanted: SpendLimits) -> Result<SpendLimits> {
        ctx.require(Permission::ManageBilling)?;
        let catalog = self.sold().await?;
        let mut errors = Vec::new();
        let mut refuse = |field: String, message: &str| errors.push(FieldError { field, message: message.into() });
        for (field, value) in [("alertMinor", wanted.alert_minor), ("capMinor", wanted.cap_minor)] {
            if value.is_some_and(|value| value < 0) {
                refuse(field.into(), "A limit is 0 or more.");
            }
            if value.is_some_and(|value| value > i64::from(i32::MAX)) {
                refuse(field.into(), "A limit is at most 2147483647 minor units.");
            }
        }
        for (index, limit) in wanted.meters.iter().enumerate() {
            if !catalog.meters.iter().any(|meter| meter.key == limit.meter) {
                refuse(format!("meters.{index}.meter"), "There is no such meter.");
            }
            if wanted.meters[..index].iter().any(|other| other.meter == limit.meter) {
                refuse(format!("meters.{index}.meter"), "A meter has one limit.");
            }
            if limit.quantity.is_negative() {
                refuse(format!("meters.{index}.quantity"), "A limit is 0 or more.");
            }
        }
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut known = settings::get(&tx).await?;
        tx.note_change("spend_limits.changed", ctx.tenant, &known.limits, &wanted)?;
        known.limits = wanted.clone();
        known.told = limits::Told::default();
        known.capped_period = None;
        settings::put(&tx, &known).await?;
        self.check_limits(&tx).await?;
        tx.commit().await?;
        self.forget(ctx);
        Ok(wanted)
    }

    /// How much of a meter may be used ahead of being counted. What was granted to others and may still come is held back, so that all together
    /// go over a cap by no more than what came between counting and granting: at most one lease.
    pub(super) async fn do_reserve(&self, ctx: &Ctx, meter: &str, wanted: Decimal) -> Result<Entitlement> {
        let until = self.deps.db.env().now() + LEASE;
        let known = self.settings(ctx).await?;
        let over = known.limits.over;
        let row = self.subscription_of(&self.deps.db.read(ctx)).await?;
        if row.status == SubscriptionStatus::Canceled.as_str() {
            return Ok(Entitlement { granted: Decimal::ZERO, until, over: OverCap::Block });
        }
        let all = |over| Entitlement { granted: wanted, until, over };
        let capped = known.limits.cap_minor.is_some() || known.limits.meters.iter().any(|limit| limit.hard);
        if over == OverCap::Allow || !capped {
            return Ok(all(over));
        }
        let none = Entitlement { granted: Decimal::ZERO, until, over };
        let tx = self.deps.db.begin(ctx).await?;
        let terms = self.terms(&tx).await?;
        let settings = settings::get(&tx).await?;
        if settings.capped_period.as_ref()
            == Some(&periods::month(terms.from, terms.to, periods::zone(&terms.zone)).name)
        {
            return Ok(none);
        }
        let used = summed(self.used_with(&tx, &terms, &settings.limits.meters).await?)?;
        let of = |meter: &str| used.get(meter).copied().unwrap_or_default();
        let mut hard = settings.limits.meters.iter().filter(|limit| limit.hard);
        if hard.clone().any(|limit| of(&limit.meter) >= limit.quantity) {
            return Ok(none);
        }
        let Some(limit) = hard.find(|limit| limit.meter == meter) else { return Ok(all(over)) };
        let left = limit.quantity.minus(of(meter))?.minus(lease::standing(&tx, meter).await?)?;
        if left <= Decimal::ZERO {
            return Ok(none);
        }
        let granted = wanted.min(left);
        lease::hold(&tx, meter, granted, until).await?;
        tx.commit().await?;
        Ok(Entitlement { granted, until, over })
    }
}

/// The quantities of all phases together, by meter.
fn summed(used: Used) -> Result<BTreeMap<String, Decimal>> {
    let mut sums: BTreeMap<String, Decimal> = BTreeMap::new();
    for (meter, quantity) in used.into_iter().flatten() {
        let sum = sums.entry(meter).or_default();
        *sum = sum.plus(quantity)?;
    }
    Ok(sums)
}
