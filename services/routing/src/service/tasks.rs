//! Tasks and reservations.

use lingxi_contracts::channels::ConversationResolved;
use lingxi_contracts::routing::{Reservation, ReservationStatus, Task, TaskAssigned, TaskStatus};
use lingxi_kernel::{
    Ctx, Error, ErrorCode, MemberId, Permission, ReservationId, Result, TaskId, TaskQueueId, Timestamp, text,
};
use lingxi_store::{Tx, insert, update};

use super::Routing;
use super::needs::hold;
use super::workers::pause;
use crate::rules;
use crate::store::{self, queue, reservation, task, worker};

const UNFINISHED: [TaskStatus; 4] =
    [TaskStatus::Pending, TaskStatus::Reserved, TaskStatus::Assigned, TaskStatus::WrapUp];

impl Routing {
    pub(super) async fn do_my_reservations(&self, ctx: &Ctx) -> Result<Vec<Reservation>> {
        ctx.require(Permission::Serve)?;
        let (read, me) = (self.deps.db.read(ctx), ctx.member()?);
        let mut mine = Vec::new();
        for offer in store::open_offers(&read).await? {
            if offer.member_id == me.uuid()
                && let Some(row) = task::get(&read, offer.task_id).await?
            {
                mine.push(offer.into_contract(row)?);
            }
        }
        Ok(mine)
    }

    pub(super) async fn do_accept(&self, ctx: &Ctx, id: ReservationId) -> Result<Reservation> {
        ctx.require(Permission::Serve)?;
        let tx = self.deps.db.begin(ctx).await?;
        let (mut offer, mut row) = own_offer(&tx, id).await?;
        let member = MemberId::from_uuid(offer.member_id);
        offer.status = ReservationStatus::Accepted.as_str().to_owned();
        hold(&mut row, member, tx.now());
        let name = worker::get(&tx, member).await?.map(|worker| worker.name).unwrap_or_default();
        tx.emit(&TaskAssigned { task: row.id.into(), conversation: row.conversation_id.into(), member, name })?;
        let offer = update(&tx, offer).await?;
        let row = update(&tx, row).await?;
        self.finish(tx).await?;
        metrics::counter!("lingxi_routing_offers_total", "outcome" => "accepted").increment(1);
        offer.into_contract(row)
    }

    pub(super) async fn do_decline(&self, ctx: &Ctx, id: ReservationId) -> Result<Reservation> {
        ctx.require(Permission::Serve)?;
        let tx = self.deps.db.begin(ctx).await?;
        let (mut offer, row) = own_offer(&tx, id).await?;
        offer.expires_at = tx.now();
        let (offer, row) = back_to_queue(&tx, offer, row, ReservationStatus::Declined).await?;
        self.finish(tx).await?;
        metrics::counter!("lingxi_routing_offers_total", "outcome" => "declined").increment(1);
        offer.into_contract(row)
    }

    /// Tasks in work; those at risk are shown to everybody, because somebody should come to their help.
    pub(super) async fn do_tasks(&self, ctx: &Ctx, at_risk: bool) -> Result<Vec<Task>> {
        ctx.require(Permission::ReadConversations)?;
        let read = self.deps.db.read(ctx);
        if at_risk {
            let waiting = store::tasks_in(&read, &[TaskStatus::Pending, TaskStatus::Reserved]).await?;
            let late = waiting.into_iter().filter(|row| row.at_risk_at.is_some_and(|at| at <= read.now()));
            return late.map(task::Model::into_contract).collect();
        }
        let rows = store::tasks_in(&read, &UNFINISHED).await?;
        let everybody = ctx.may(Permission::Supervise);
        let me = ctx.member().ok().map(MemberId::uuid);
        let shown = rows.into_iter().filter(|row| everybody || row.member_id == me && me.is_some());
        shown.map(task::Model::into_contract).collect()
    }

    pub(super) async fn do_transfer(&self, ctx: &Ctx, id: TaskId, to: TaskQueueId, note: &str) -> Result<Task> {
        ctx.require(Permission::Serve)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = own_task(&tx, id).await?;
        if row.status()? != TaskStatus::Assigned {
            return Err(Error::conflict("Only a task that somebody has can be transferred."));
        }
        let to_queue = queue::get(&tx, to).await?.ok_or_else(|| Error::field("queueId", "There is no such queue."))?;
        if !text::is_blank(note) {
            row.summary = format!("{}\n→ {}", row.summary, note.trim().chars().take(500).collect::<String>());
        }
        row.queue_id = to.uuid();
        row.set_status(TaskStatus::Pending);
        set_deadlines(&mut row, &to_queue, tx.now());
        // The next worker is somebody else: the one who transfers is spared for a while.
        spare(&tx, &row).await?;
        row.member_id = None;
        row.preferred_id = None;
        let row = update(&tx, row).await?;
        self.announce_queued(&tx, &row).await?;
        self.finish(tx).await?;
        row.into_contract()
    }

    pub(super) async fn do_assign(&self, ctx: &Ctx, id: TaskId, member: MemberId) -> Result<Task> {
        ctx.require(Permission::Supervise)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = task::get(&tx, id).await?.ok_or_else(|| Error::not_found("task"))?;
        if [TaskStatus::Completed, TaskStatus::Canceled, TaskStatus::WrapUp].contains(&row.status()?) {
            return Err(Error::conflict("This task is over; nobody needs to take it."));
        }
        let worker = worker::get(&tx, member).await?.filter(|worker| worker.enabled);
        let worker = worker.ok_or_else(|| Error::field("memberId", "There is no such worker."))?;
        if row.member_id == Some(member.uuid()) {
            return row.into_contract();
        }
        cancel_offers(&tx, &row).await?;
        self.require_room(&tx, &worker).await?;
        hold(&mut row, member, tx.now());
        let name = worker.name;
        tx.emit(&TaskAssigned { task: id, conversation: row.conversation_id.into(), member, name })?;
        update(&tx, row.clone()).await?;
        tx.note_change("task.assigned", id, (), member)?;
        self.finish(tx).await?;
        row.into_contract()
    }

    pub(super) async fn do_complete(&self, ctx: &Ctx, id: TaskId, wrap_up_code: Option<String>) -> Result<Task> {
        ctx.require(Permission::Serve)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = own_task(&tx, id).await?;
        // The wrap-up of a conversation that went on ended without a code; the code may still be given.
        let went_on = row.status()? == TaskStatus::Completed && row.wrap_up_code.is_none();
        if row.status()? != TaskStatus::WrapUp && !went_on {
            return Err(Error::conflict("Resolve the conversation first; then the wrap-up can be finished."));
        }
        row.set_status(TaskStatus::Completed);
        row.ended_at = row.ended_at.or(Some(tx.now()));
        row.wrap_up_code = wrap_up_code.map(|code| code.chars().take(60).collect());
        let row = update(&tx, row).await?;
        self.finish(tx).await?;
        row.into_contract()
    }

    /// A resolved conversation frees its worker, after the wrap-up.
    pub(crate) async fn apply_resolved(&self, tx: &Tx, resolved: ConversationResolved) -> Result<()> {
        let Some(mut row) = store::task_of(tx, resolved.conversation).await? else { return Ok(()) };
        match row.status()? {
            TaskStatus::Assigned => row.set_status(TaskStatus::WrapUp),
            TaskStatus::Pending | TaskStatus::Reserved => {
                cancel_offers(tx, &row).await?;
                row.set_status(TaskStatus::Canceled);
                row.ended_at = Some(tx.now());
            }
            _ => return Ok(()),
        }
        update(tx, row).await?;
        Ok(())
    }

    /// Takes an offer back that was not answered in time. Who missed it is away, so that no offer goes to an empty chair.
    pub(crate) async fn expire(&self, ctx: &Ctx, id: ReservationId) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        let Some(offer) = reservation::get(&tx, id).await? else { return Ok(()) };
        if offer.status != ReservationStatus::Pending.as_str() || offer.expires_at > tx.now() {
            return Ok(());
        }
        let Some(row) = task::get(&tx, offer.task_id).await? else { return Ok(()) };
        let member = MemberId::from_uuid(offer.member_id);
        back_to_queue(&tx, offer, row, ReservationStatus::TimedOut).await?;
        pause(&tx, member).await?;
        self.finish(tx).await?;
        self.deps.live.publish(ctx.tenant, &format!("member:{member}"), serde_json::json!({ "type": "paused" }));
        metrics::counter!("lingxi_routing_offers_total", "outcome" => "timed_out").increment(1);
        Ok(())
    }
}

pub(super) fn set_deadlines(row: &mut task::Model, queue: &queue::Model, since: Timestamp) {
    let (at_risk, due) = rules::deadlines(since, queue.target_seconds.unwrap_or(rules::TARGET_SECONDS));
    row.at_risk_at = Some(at_risk);
    row.due_at = Some(due);
}

pub(super) async fn cancel_offers(tx: &Tx, row: &task::Model) -> Result<()> {
    for mut offer in store::open_offers(tx).await?.into_iter().filter(|offer| offer.task_id == row.id) {
        offer.status = ReservationStatus::Canceled.as_str().to_owned();
        update(tx, offer).await?;
    }
    Ok(())
}

async fn own_offer(tx: &Tx, id: ReservationId) -> Result<(reservation::Model, task::Model)> {
    let offer = reservation::get(tx, id).await?.filter(|offer| tx.ctx().member().ok() == Some(offer.member_id.into()));
    let offer = offer.ok_or_else(|| Error::not_found("offer"))?;
    if offer.status != ReservationStatus::Pending.as_str() || offer.expires_at <= tx.now() {
        return Err(Error::conflict("This offer is over; the task went back to its queue."));
    }
    let row = task::get(tx, offer.task_id).await?.ok_or_else(|| Error::not_found("task"))?;
    Ok((offer, row))
}

async fn own_task(tx: &Tx, id: TaskId) -> Result<task::Model> {
    let row = task::get(tx, id).await?.ok_or_else(|| Error::not_found("task"))?;
    let mine = row.member_id.is_some() && row.member_id == tx.ctx().member().ok().map(MemberId::uuid);
    if mine || tx.ctx().may(Permission::Supervise) {
        Ok(row)
    } else {
        Err(Error::new(ErrorCode::Forbidden, "This task is somebody else's; a supervisor can act for them."))
    }
}

pub(super) async fn back_to_queue(
    tx: &Tx,
    mut offer: reservation::Model,
    mut row: task::Model,
    status: ReservationStatus,
) -> Result<(reservation::Model, task::Model)> {
    offer.status = status.as_str().to_owned();
    row.set_status(TaskStatus::Pending);
    Ok((update(tx, offer).await?, update(tx, row).await?))
}

async fn spare(tx: &Tx, row: &task::Model) -> Result<()> {
    let Some(member) = row.member_id else { return Ok(()) };
    let refusal = reservation::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ReservationId>().uuid(),
        task_id: row.id,
        member_id: member,
        status: ReservationStatus::Declined.as_str().to_owned(),
        created_at: tx.now(),
        expires_at: tx.now(),
    };
    Ok(insert(tx, refusal).await?)
}
