//! Workers and what they do.

use lingxi_contracts::routing::{Activity, ActivityEnded, ReservationStatus, Worker};
use lingxi_kernel::{Ctx, Error, FieldError, MemberId, Permission, Result};
use lingxi_store::{Tx, update};

use super::Routing;
use super::tasks::back_to_queue;
use crate::store::{self, task, worker};

impl Routing {
    pub(super) async fn all_workers(&self, tx: &Tx) -> Result<Vec<Worker>> {
        let loads = self.loads(tx).await?;
        let load = |row: &worker::Model| loads.get(&MemberId::from_uuid(row.member_id)).copied().unwrap_or(0);
        worker::all(tx)
            .await?
            .into_iter()
            .map(|row| {
                let load = load(&row);
                row.into_contract(load)
            })
            .collect()
    }

    async fn worker(&self, tx: &Tx, member: MemberId) -> Result<Worker> {
        let all = self.all_workers(tx).await?;
        all.into_iter().find(|worker| worker.member_id == member).ok_or_else(|| Error::not_found("worker"))
    }

    pub(super) async fn do_me(&self, ctx: &Ctx) -> Result<Worker> {
        ctx.require(Permission::Serve)?;
        self.worker(&self.deps.db.read(ctx), ctx.member()?).await
    }

    pub(super) async fn do_update_worker(
        &self,
        ctx: &Ctx,
        member: MemberId,
        capacity: i32,
        skills: Vec<String>,
        locales: Vec<String>,
    ) -> Result<Worker> {
        ctx.require(Permission::ManageRouting)?;
        let mut errors = Vec::new();
        if !(1..=20).contains(&capacity) {
            errors.push(FieldError { field: "capacity".into(), message: "A capacity is 1 to 20 tasks.".into() });
        }
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = worker::get(&tx, member).await?.ok_or_else(|| Error::not_found("worker"))?;
        let before = self.worker(&tx, member).await?;
        row.capacity = capacity;
        row.skills = serde_json::to_value(skills)?;
        row.locales = serde_json::to_value(locales)?;
        update(&tx, row).await?;
        let changed = self.worker(&tx, member).await?;
        tx.note_change("worker.changed", member, before, &changed)?;
        self.finish(tx).await?;
        Ok(changed)
    }

    pub(super) async fn do_set_activity(&self, ctx: &Ctx, activity: Activity) -> Result<Worker> {
        ctx.require(Permission::Serve)?;
        let member = ctx.member()?;
        let tx = self.deps.db.begin(ctx).await?;
        change_activity(&tx, member, activity).await?;
        if [Activity::Away, Activity::Offline].contains(&activity) {
            hand_back_offers(&tx, member).await?;
        }
        let changed = self.worker(&tx, member).await?;
        self.finish(tx).await?;
        Ok(changed)
    }
}

/// Moves a worker to an activity, and announces the end of the one before.
pub(super) async fn change_activity(tx: &Tx, member: MemberId, activity: Activity) -> Result<()> {
    let mut row = worker::get(tx, member).await?.ok_or_else(|| Error::not_found("worker"))?;
    let before = row.activity()?;
    let was_paused = row.paused_at.take().is_some();
    if before == activity {
        if was_paused {
            update(tx, row).await?;
        }
        return Ok(());
    }
    let from = row.counted_until.unwrap_or(row.activity_since);
    tx.emit(&ActivityEnded { member, activity: before, from, to: tx.now() })?;
    row.counted_until = None;
    row.activity = activity.as_str().to_owned();
    row.activity_since = tx.now();
    update(tx, row).await?;
    Ok(())
}

/// Sends a worker away who missed an offer, and notes since when, so that they see it.
pub(super) async fn pause(tx: &Tx, member: MemberId) -> Result<()> {
    change_activity(tx, member, Activity::Away).await?;
    if let Some(mut row) = worker::get(tx, member).await? {
        row.paused_at = Some(tx.now());
        update(tx, row).await?;
    }
    hand_back_offers(tx, member).await
}

/// Nobody waits for somebody who has gone: their open offers go back to the queues.
pub(super) async fn hand_back_offers(tx: &Tx, member: MemberId) -> Result<()> {
    for mut offer in store::open_offers(tx).await?.into_iter().filter(|offer| offer.member_id == member.uuid()) {
        if let Some(row) = task::get(tx, offer.task_id).await? {
            offer.expires_at = offer.expires_at.min(tx.now());
            back_to_queue(tx, offer, row, ReservationStatus::Canceled).await?;
        }
    }
    Ok(())
}

/// Announces the part of a long activity that has passed, so that it is counted while it lasts.
pub(crate) async fn count_activity(tx: &Tx, member: MemberId) -> Result<()> {
    let Some(mut row) = worker::get(tx, member).await? else { return Ok(()) };
    let from = row.counted_until.unwrap_or(row.activity_since);
    tx.emit(&ActivityEnded { member, activity: row.activity()?, from, to: tx.now() })?;
    row.counted_until = Some(tx.now());
    update(tx, row).await?;
    Ok(())
}
