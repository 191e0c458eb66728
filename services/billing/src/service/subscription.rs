//! A firm's subscription: which plan, since when, until when.

use chrono::{Datelike as _, TimeDelta};
use lingxi_contracts::billing::{
    BillingMailWanted, BillingNews, ChangeMoment, PhaseKind, Plan, PlanSubscription, SubscriptionStatus,
};
use lingxi_kernel::{Ctx, Error, Permission, PhaseId, Result, TenantId, Timestamp};
use lingxi_rating::{Phase, hour_of};
use lingxi_store::{Tx, delete_many, find, insert_all, update, upsert_all};
use sea_orm::prelude::Uuid;

use super::{Billing, catalog, invoice_currency};
use crate::rules::periods;
use crate::store::subscription::{self, Model, phase};
use crate::store::{invoice, money, settings};

/// How the plan of a subscription is named in stored form.
fn name(plan: &Plan) -> String {
    format!("{}/{}", plan.code, plan.version)
}

/// The plan that a new firm of a language starts on.
fn first_plan(locale: &str) -> &'static str {
    if locale == "zh-CN" { "starter-cny" } else { "starter-usd" }
}

fn is(row: &Model, status: SubscriptionStatus) -> bool {
    row.status == status.as_str()
}

impl Billing {
    /// The firm's subscription; one that is not stored yet is as it will be.
    pub(super) async fn subscription_of(&self, tx: &Tx) -> Result<Model> {
        match subscription::get(tx).await? {
            Some(row) => Ok(row),
            None => Ok(self.first_subscription(tx).await?.0),
        }
    }

    /// The same with the phases that are not over before its period.
    pub(super) async fn subscription_and_phases(&self, tx: &Tx) -> Result<(Model, Vec<phase::Model>)> {
        if let Some(row) = subscription::get(tx).await? {
            let phases = subscription::phases(tx, row.period_from, row.period_to).await?;
            return Ok((row, phases));
        }
        self.first_subscription(tx).await
    }

    /// The subscription as it is stored; made when it is not there yet.
    pub(crate) async fn stored_subscription(&self, tx: &Tx) -> Result<Model> {
        if let Some(row) = subscription::get(tx).await? {
            return Ok(row);
        }
        let (row, phases) = self.first_subscription(tx).await?;
        upsert_all(tx, vec![row.clone()]).await?;
        insert_all(tx, phases).await?;
        Ok(row)
    }

    async fn first_subscription(&self, tx: &Tx) -> Result<(Model, Vec<phase::Model>)> {
        let firm = self.deps.tenants.tenant(&Ctx::system(tx.ctx().tenant, "billing")).await?;
        let catalog = self.sold().await?;
        let code = first_plan(&firm.locale);
        let plan =
            catalog::newest(&catalog, code).ok_or_else(|| Error::internal(format!("there is no plan `{code}`")))?;
        let zone = periods::zone(&firm.time_zone);
        // A firm that is older than its subscription pays from the month on in which that begins.
        let began = firm.created_at.max(lingxi_rating::month_of(tx.now(), zone).from);
        let (from, to) = periods::first(began.min(tx.now()), zone);
        let mut row = Model {
            tenant_id: tx.tenant(),
            status: SubscriptionStatus::Active.as_str().into(),
            zone: firm.time_zone,
            currency: plan.currency.code().into(),
            started_at: from,
            period_from: from,
            period_to: to,
            trial_ends_at: None,
            next_plan: None,
            ends_at: None,
        };
        let phases = new_phases(tx, &mut row, plan, from, PhaseKind::Active);
        Ok((row, phases))
    }

    /// The phases of a stretch of time with their plans, cut to it.
    pub(super) async fn phases(&self, rows: &[phase::Model], from: Timestamp, to: Timestamp) -> Result<Vec<Phase>> {
        let catalog = self.sold().await?;
        let mut phases = Vec::new();
        for row in rows {
            let (begin, end) = (row.from.max(from), row.to.unwrap_or(to).min(to));
            if begin < end {
                let plan = catalog::plan(&catalog, &row.plan, row.version)?;
                phases.push(Phase { from: begin, to: end, kind: PhaseKind::parse(&row.kind)?, plan });
            }
        }
        Ok(phases)
    }

    pub(super) async fn do_subscription(&self, ctx: &Ctx) -> Result<PlanSubscription> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let (row, phases) = self.subscription_and_phases(&tx).await?;
        self.shown(&tx, row, &phases).await
    }

    async fn shown(&self, tx: &Tx, row: Model, phases: &[phase::Model]) -> Result<PlanSubscription> {
        let catalog = self.sold().await?;
        let now = tx.now();
        let current = phases.iter().rfind(|phase| phase.from <= now).or(phases.first());
        let plan = match current {
            Some(phase) => catalog::plan(&catalog, &phase.plan, phase.version)?,
            // Of one that ended, the last one's.
            None => match find::<phase::Entity>(tx).all(tx.conn()).await?.into_iter().max_by_key(|phase| phase.from) {
                Some(last) => catalog::plan(&catalog, &last.plan, last.version)?,
                None => return Err(Error::internal("a subscription has no phase")),
            },
        };
        let mut status = SubscriptionStatus::parse(&row.status)?;
        if status == SubscriptionStatus::Trialing && row.trial_ends_at.is_some_and(|end| end <= now) {
            status = SubscriptionStatus::Active;
        }
        Ok(PlanSubscription {
            status,
            plan,
            period_from: row.period_from,
            period_to: row.period_to,
            time_zone: row.zone,
            trial_ends_at: row.trial_ends_at.filter(|end| *end > now),
            next_plan: row.next_plan,
            ends_at: row.ends_at,
        })
    }

    pub(super) async fn do_choose_plan(&self, ctx: &Ctx, code: &str, when: ChangeMoment) -> Result<PlanSubscription> {
        ctx.require(Permission::ManageBilling)?;
        let catalog = self.sold().await?;
        let plan = catalog::newest(&catalog, code).filter(|plan| plan.public);
        let plan = plan.ok_or_else(|| Error::field("plan", format!("There is no plan `{code}` to choose.")))?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = self.stored_subscription(&tx).await?;
        let other_currency = plan.currency != invoice_currency(&row)?;
        if other_currency && !self.is_unbilled(&tx).await? {
            let (other, own) = (plan.currency.code(), &row.currency);
            return Err(Error::field(
                "plan",
                format!("The plan is paid in {other}, and this account is billed in {own} already."),
            ));
        }
        let before = self.plan_name(&tx, &row).await?;
        if is(&row, SubscriptionStatus::Canceled) {
            self.begin_again(&tx, &mut row, plan).await?;
        } else if other_currency {
            // One bill has one currency: the new plan holds from the start of the running period.
            delete_many::<phase::Entity>(&tx).exec(tx.conn()).await?;
            row.currency = plan.currency.code().into();
            row.next_plan = None;
            let from = row.period_from;
            insert_all(&tx, new_phases(&tx, &mut row, plan, from, PhaseKind::Active)).await?;
        } else if when == ChangeMoment::PeriodEnd {
            row.next_plan = (before != name(plan)).then(|| name(plan));
        } else if before != name(plan) {
            row.next_plan = None;
            let from = self.cut(&tx, &row).await?;
            if is(&row, SubscriptionStatus::Trialing) {
                row.status = SubscriptionStatus::Active.as_str().into();
                row.trial_ends_at = row.trial_ends_at.map(|end| end.min(from));
            }
            let kind = if is(&row, SubscriptionStatus::Paused) { PhaseKind::Paused } else { PhaseKind::Active };
            insert_all(&tx, new_phases(&tx, &mut row, plan, from, kind)).await?;
        } else {
            row.next_plan = None;
        }
        tx.note_change("plan.chosen", ctx.tenant, before, name(plan))?;
        self.finish(tx, row).await
    }

    /// Whether nothing was billed or paid yet, so that the currency can still be chosen.
    pub(super) async fn is_unbilled(&self, tx: &Tx) -> Result<bool> {
        let invoiced = find::<invoice::row::Entity>(tx).one(tx.conn()).await?.is_some();
        let moved = find::<money::entry::Entity>(tx).one(tx.conn()).await?.is_some();
        Ok(!invoiced && !moved)
    }

    pub(super) async fn do_cancel_subscription(&self, ctx: &Ctx, when: ChangeMoment) -> Result<PlanSubscription> {
        ctx.require(Permission::ManageBilling)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = self.stored_subscription(&tx).await?;
        if is(&row, SubscriptionStatus::Canceled) {
            return Err(Error::conflict("The subscription has ended already."));
        }
        if when == ChangeMoment::Now {
            let end = self.cut(&tx, &row).await?;
            row.ends_at = Some(end);
            row.period_to = end;
            self.end_period(&tx, &mut row).await?;
        } else {
            row.ends_at = Some(row.period_to);
        }
        tx.note_change("subscription.canceled", ctx.tenant, (), when)?;
        self.finish(tx, row).await
    }

    pub(super) async fn do_pause_subscription(&self, ctx: &Ctx, paused: bool) -> Result<PlanSubscription> {
        ctx.require(Permission::ManageBilling)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = self.stored_subscription(&tx).await?;
        if is(&row, SubscriptionStatus::Canceled) {
            return Err(Error::conflict("The subscription has ended; choose a plan to begin again."));
        }
        if !paused {
            row.ends_at = None;
        }
        if paused != is(&row, SubscriptionStatus::Paused) {
            let plan = self.current_plan(&tx, &row).await?;
            let from = self.cut(&tx, &row).await?;
            let kind = if paused { PhaseKind::Paused } else { PhaseKind::Active };
            let status = if paused { SubscriptionStatus::Paused } else { SubscriptionStatus::Active };
            row.status = status.as_str().into();
            insert_all(&tx, vec![new_phase(&tx, &plan, from, kind)]).await?;
        }
        tx.note_change("subscription.paused", ctx.tenant, !paused, paused)?;
        self.finish(tx, row).await
    }

    async fn finish(&self, tx: Tx, row: Model) -> Result<PlanSubscription> {
        let ctx = tx.ctx().clone();
        upsert_all(&tx, vec![row]).await?;
        tx.commit().await?;
        self.forget(&ctx);
        self.do_subscription(&ctx).await
    }

    async fn current_plan(&self, tx: &Tx, row: &Model) -> Result<Plan> {
        let phases = subscription::phases(tx, row.period_from, row.period_to).await?;
        let current = phases.iter().rfind(|phase| phase.from <= tx.now()).or(phases.first());
        let current = current.ok_or_else(|| Error::internal("a subscription has no phase"))?;
        catalog::plan(&*self.sold().await?, &current.plan, current.version)
    }

    async fn plan_name(&self, tx: &Tx, row: &Model) -> Result<String> {
        if is(row, SubscriptionStatus::Canceled) {
            return Ok(String::new());
        }
        Ok(name(&self.current_plan(tx, row).await?))
    }

    /// Ends the running phase at the start of the running hour, drops those that would follow, and gives that hour.
    async fn cut(&self, tx: &Tx, row: &Model) -> Result<Timestamp> {
        let hour = hour_of(tx.now(), periods::zone(&row.zone)).max(row.period_from);
        for mut phase in subscription::phases_since(tx, row.period_from).await? {
            if phase.from >= hour {
                // It stays as an empty one, so that the last plan of a firm is known.
                phase.to = Some(phase.from);
                update(tx, phase).await?;
            } else if phase.to.is_none_or(|to| to > hour) {
                phase.to = Some(hour);
                update(tx, phase).await?;
            }
        }
        Ok(hour)
    }

    /// A firm that had ended comes back: a new period begins in this hour.
    async fn begin_again(&self, tx: &Tx, row: &mut Model, plan: &Plan) -> Result<()> {
        let firm = self.deps.tenants.tenant(&Ctx::system(tx.ctx().tenant, "billing")).await?;
        let zone = periods::zone(&firm.time_zone);
        let (from, to) = periods::first(tx.now(), zone);
        // Not before the period that was billed last, and not within the hour that it ended in.
        let from = from.max(row.period_to);
        *row = Model {
            status: SubscriptionStatus::Active.as_str().into(),
            zone: firm.time_zone,
            currency: plan.currency.code().into(),
            started_at: from,
            period_from: from,
            period_to: to,
            next_plan: None,
            ends_at: None,
            ..row.clone()
        };
        insert_all(tx, new_phases(tx, row, plan, from, PhaseKind::Active)).await
    }

    pub(super) async fn do_migrate_plan(&self, ctx: &Ctx, code: &str, version: i32) -> Result<i64> {
        self.require_operator(ctx).await?;
        let plan = catalog::plan(&*self.sold().await?, code, version);
        let plan = plan.map_err(|_| Error::not_found("version of a plan"))?;
        let mut moved = 0;
        for tenant in crate::jobs::subscribed(&self.deps.db, code).await? {
            let tx = self.deps.db.begin(&Ctx::system(TenantId::from_uuid(tenant), "billing")).await?;
            let mut row = self.stored_subscription(&tx).await?;
            let now = self.plan_name(&tx, &row).await?;
            if now != name(&plan) && now.starts_with(&format!("{code}/")) {
                row.next_plan = Some(name(&plan));
                upsert_all(&tx, vec![row]).await?;
                tx.commit().await?;
                moved += 1;
            }
        }
        tracing::info!(plan = name(&plan), firms = moved, "Firms move to another version of a plan");
        Ok(moved)
    }

    /// Ends the running period: its invoice becomes a draft, and the next period begins, on the plan that was chosen for it.
    pub(crate) async fn end_period(&self, tx: &Tx, row: &mut Model) -> Result<()> {
        let ended = row.period_to;
        self.draft_invoice(tx, row).await?;
        if row.ends_at.is_some_and(|end| end <= ended) {
            self.end_phases(tx, ended).await?;
            row.status = SubscriptionStatus::Canceled.as_str().into();
            row.period_from = ended;
            return Ok(());
        }
        let firm = self.deps.tenants.tenant(&Ctx::system(tx.ctx().tenant, "billing")).await?;
        row.zone = firm.time_zone;
        (row.period_from, row.period_to) = periods::following(ended, periods::zone(&row.zone));
        if is(row, SubscriptionStatus::Trialing) && row.trial_ends_at.is_some_and(|end| end <= ended) {
            row.status = SubscriptionStatus::Active.as_str().into();
        }
        if let Some(next) = row.next_plan.take() {
            let (code, version) = next.split_once('/').unwrap_or((&next, "1"));
            let plan = catalog::plan(&*self.sold().await?, code, version.parse()?)?;
            self.end_phases(tx, ended).await?;
            let kind = if is(row, SubscriptionStatus::Paused) { PhaseKind::Paused } else { PhaseKind::Active };
            insert_all(tx, new_phases(tx, row, &plan, ended, kind)).await?;
        }
        self.warn_of_card(tx, row).await
    }

    /// Says that the card on file ends before the running period is charged.
    async fn warn_of_card(&self, tx: &Tx, row: &Model) -> Result<()> {
        if self.deps.gateway.is_none() {
            return Ok(());
        }
        let settings = settings::get(tx).await?;
        let Some(card) = settings.card else { return Ok(()) };
        let charged = row.period_to.with_timezone(&periods::zone(&row.zone));
        if (card.exp_year, card.exp_month) >= (charged.year().into(), charged.month().into()) {
            return Ok(());
        }
        let (brand, last4, month, year) = (card.brand, card.last4, card.exp_month, card.exp_year);
        let news = BillingNews::CardExpires { brand, last4, month, year };
        tx.emit(&BillingMailWanted { news, also: settings.profile.email })?;
        Ok(())
    }

    async fn end_phases(&self, tx: &Tx, at: Timestamp) -> Result<()> {
        if let Some(mut last) = subscription::last_phase(tx).await? {
            last.to = Some(at.max(last.from));
            update(tx, last).await?;
        }
        Ok(())
    }
}

fn new_phase(tx: &Tx, plan: &Plan, from: Timestamp, kind: PhaseKind) -> phase::Model {
    phase::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<PhaseId>().uuid(),
        plan: plan.code.clone(),
        version: plan.version,
        kind: kind.as_str().into(),
        from,
        to: None,
    }
}

/// The phases on a plan from a moment on: a trial first, when the plan has one and the firm had none yet.
fn new_phases(tx: &Tx, row: &mut Model, plan: &Plan, from: Timestamp, kind: PhaseKind) -> Vec<phase::Model> {
    if plan.trial_days == 0 || row.trial_ends_at.is_some() || kind != PhaseKind::Active {
        return vec![new_phase(tx, plan, from, kind)];
    }
    let end = from + TimeDelta::days(plan.trial_days.into());
    row.trial_ends_at = Some(end);
    row.status = SubscriptionStatus::Trialing.as_str().into();
    let trial = phase::Model { to: Some(end), ..new_phase(tx, plan, from, PhaseKind::Trial) };
    vec![trial, new_phase(tx, plan, end, PhaseKind::Active)]
}

/// The tenant of a row, for timers.
pub(crate) fn tenant(id: Uuid) -> Ctx {
    Ctx::system(TenantId::from_uuid(id), "billing")
}
