//! What operators sell.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::TimeDelta;
use lingxi_contracts::billing::{Catalog, Meter, Plan, Tax};
use lingxi_kernel::{Ctx, Error, ErrorCode, Result, Timestamp};
use lingxi_rating::{check_catalog, check_meter, check_plan, check_tax};
use lingxi_store::system;

use super::Billing;
use crate::store::catalog;

/// What there is where nothing was applied: meters, plans and taxes, in the form of the files that are applied.
pub const BUILT_IN: &str = include_str!("../../data/catalog.toml");
/// So long another process may not see a change.
const KEPT: TimeDelta = TimeDelta::seconds(5);

/// The catalog as this process knows it.
#[derive(Default)]
pub(super) struct Known(RwLock<Option<(Timestamp, Arc<Catalog>)>>);

fn built_in() -> Result<Catalog> {
    Ok(toml::from_str(BUILT_IN)?)
}

impl Billing {
    /// What can be metered and sold: what was applied, over what this binary comes with.
    pub(super) async fn sold(&self) -> Result<Arc<Catalog>> {
        let now = self.deps.db.env().now();
        let known = self.known.0.read().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, catalog)) = known.filter(|(since, _)| (*since..*since + KEPT).contains(&now)) {
            return Ok(catalog);
        }
        self.sold_now().await
    }

    /// The same as it is at this moment, whichever process changed it: for those who look at what they changed.
    async fn sold_now(&self) -> Result<Arc<Catalog>> {
        let now = self.deps.db.env().now();
        let mut all = catalog::load(&self.deps.db).await?;
        let built_in = built_in()?;
        all.meters.extend(fresh(built_in.meters, &all.meters, |meter| meter.key.clone()));
        all.plans.extend(fresh(built_in.plans, &all.plans, |plan| (plan.code.clone(), plan.version)));
        all.taxes.extend(fresh(built_in.taxes, &all.taxes, |tax| tax.region.clone()));
        let all = Arc::new(all);
        *self.known.0.write().unwrap_or_else(PoisonError::into_inner) = Some((now, all.clone()));
        Ok(all)
    }

    fn forget_catalog(&self) {
        *self.known.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Only those who operate the platform, and we ourselves.
    pub(super) async fn require_operator(&self, ctx: &Ctx) -> Result<()> {
        if matches!(ctx.actor, lingxi_kernel::Actor::System { .. }) || self.deps.tenants.is_operator(ctx).await? {
            return Ok(());
        }
        Err(Error::new(ErrorCode::Forbidden, "Only operators of the platform can do this."))
    }

    pub(super) async fn do_catalog(&self, ctx: &Ctx) -> Result<Catalog> {
        if self.require_operator(ctx).await.is_ok() {
            return Ok((*self.sold_now().await?).clone());
        }
        let all = self.sold().await?;
        ctx.require(lingxi_kernel::Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let subscription = self.subscription_of(&tx).await?;
        let plans = self.offered(&tx, &subscription).await?;
        Ok(Catalog { meters: all.meters.clone(), plans, taxes: all.taxes.clone() })
    }

    pub(super) async fn do_put_meter(&self, ctx: &Ctx, meter: Meter) -> Result<Meter> {
        self.require_operator(ctx).await?;
        Error::check(check_meter(&meter))?;
        let known = self.sold_now().await?;
        same_counting(&meter, &known)?;
        self.store(ctx, Catalog { meters: vec![meter.clone()], ..Catalog::default() }).await?;
        Ok(meter)
    }

    pub(super) async fn do_add_plan(&self, ctx: &Ctx, plan: Plan) -> Result<Plan> {
        self.require_operator(ctx).await?;
        let known = self.sold_now().await?;
        Error::check(check_plan(&plan, &known.meters))?;
        same_plan(&plan, &known)?;
        self.store(ctx, Catalog { plans: vec![plan.clone()], ..Catalog::default() }).await?;
        Ok(plan)
    }

    pub(super) async fn do_put_tax(&self, ctx: &Ctx, tax: Tax) -> Result<Tax> {
        self.require_operator(ctx).await?;
        Error::check(check_tax(&tax))?;
        self.store(ctx, Catalog { taxes: vec![tax.clone()], ..Catalog::default() }).await?;
        Ok(tax)
    }

    pub(super) async fn do_apply_catalog(&self, ctx: &Ctx, wanted: Catalog) -> Result<Catalog> {
        self.require_operator(ctx).await?;
        let known = self.sold_now().await?;
        Error::check(check_catalog(&wanted, &known.meters))?;
        wanted.meters.iter().try_for_each(|meter| same_counting(meter, &known))?;
        wanted.plans.iter().try_for_each(|plan| same_plan(plan, &known))?;
        self.store(ctx, wanted.clone()).await?;
        Ok(wanted)
    }

    async fn store(&self, ctx: &Ctx, wanted: Catalog) -> Result<()> {
        // The catalog belongs to no tenant; who changed it is in the log.
        let (kind, actor) = ctx.actor_name();
        let tx = self.deps.db.begin(&system::ctx("billing")).await?;
        catalog::put_meters(&tx, &wanted.meters).await?;
        catalog::add_plans(&tx, &wanted.plans).await?;
        catalog::put_taxes(&tx, &wanted.taxes).await?;
        tx.commit().await?;
        self.forget_catalog();
        tracing::info!(
            actor.kind = kind,
            actor.id = actor,
            meters = wanted.meters.len(),
            plans = wanted.plans.len(),
            taxes = wanted.taxes.len(),
            "The catalog was changed"
        );
        Ok(())
    }
}

fn fresh<T, K: PartialEq>(all: Vec<T>, known: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    all.into_iter().filter(|one| !known.iter().any(|other| key(other) == key(one))).collect()
}

/// A meter's names may change; what it counts may not, because what was counted so far would mean something else.
fn same_counting(meter: &Meter, known: &Catalog) -> Result<()> {
    let old = known.meters.iter().find(|old| old.key == meter.key);
    let counts = |it: &Meter| (it.event_type.clone(), it.aggregation, it.value_field.clone());
    match old {
        Some(old) if counts(old) != counts(meter) => Err(Error::conflict(format!(
            "The meter `{}` counts already, and what it counts cannot change; add another meter.",
            meter.key
        ))),
        _ => Ok(()),
    }
}

fn same_plan(plan: &Plan, known: &Catalog) -> Result<()> {
    let old = known.plans.iter().find(|old| old.code == plan.code && old.version == plan.version);
    match old {
        Some(old) if old != plan => Err(Error::conflict(format!(
            "Version {} of the plan `{}` is there and never changes; add the next version.",
            plan.version, plan.code
        ))),
        _ => Ok(()),
    }
}

/// The version of a plan.
pub(super) fn plan(catalog: &Catalog, code: &str, version: i32) -> Result<Plan> {
    let found = catalog.plans.iter().find(|plan| plan.code == code && plan.version == version);
    found.cloned().ok_or_else(|| Error::internal(format!("there is no plan `{code}/{version}`")))
}

/// The newest version of a plan.
pub(super) fn newest<'a>(catalog: &'a Catalog, code: &str) -> Option<&'a Plan> {
    catalog.plans.iter().filter(|plan| plan.code == code).max_by_key(|plan| plan.version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_this_binary_comes_with_can_be_sold() {
        assert_eq!(check_catalog(&built_in().unwrap(), &[]), []);
    }
}
