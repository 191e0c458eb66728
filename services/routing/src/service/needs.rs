//! Conversations that need a person: each has one task, and it is with somebody or on its way.

use std::collections::HashSet;

use lingxi_contracts::channels::{Conversation, ConversationReopened, ConversationStatus, Handler, HandoverRequested};
use lingxi_contracts::routing::{Activity, Task, TaskAssigned, TaskQueued, TaskStatus};
use lingxi_kernel::{ConversationId, Ctx, Error, MemberId, Permission, Result, TaskId, Timestamp};
use lingxi_store::{Tx, insert, update};

use super::Routing;
use super::tasks::{cancel_offers, set_deadlines};
use super::workers::{change_activity, hand_back_offers};
use crate::rules::{self, Mending, Rule, choose_queue};
use crate::store::{self, queue, task, worker, workflow};

/// What is known of a conversation that needs a person.
struct Need {
    conversation: ConversationId,
    locale: String,
    summary: String,
}

impl From<&Conversation> for Need {
    fn from(row: &Conversation) -> Self {
        let summary = row.summary.clone().unwrap_or_else(|| row.preview.clone());
        Self { conversation: row.id, locale: row.locale.clone(), summary }
    }
}

impl Routing {
    /// Makes the task of a conversation that needs a person; one at a time.
    pub(crate) async fn apply_handover(&self, tx: &Tx, wanted: HandoverRequested) -> Result<()> {
        let HandoverRequested { conversation, locale, summary, .. } = wanted;
        self.put_in_queue(tx, Need { conversation, locale, summary }).await
    }

    /// A member opened a conversation again: it goes on with whom it had, if they still serve, else to a queue.
    pub(crate) async fn apply_reopened(&self, tx: &Tx, reopened: ConversationReopened) -> Result<()> {
        let ConversationReopened { conversation, locale, summary, assignee } = reopened;
        self.continue_with(tx, Need { conversation, locale, summary }, assignee).await
    }

    async fn continue_with(&self, tx: &Tx, need: Need, assignee: Option<MemberId>) -> Result<()> {
        if self.live_task(tx, need.conversation).await?.is_some() {
            return Ok(());
        }
        let holder = match assignee {
            Some(member) => worker::get(tx, member).await?.filter(|worker| worker.enabled).map(|_| member),
            None => None,
        };
        let Some(member) = holder else { return self.put_in_queue(tx, need).await };
        let mut row = self.new_task(tx, need).await?;
        hold(&mut row, member, tx.now());
        row.preferred_id = None;
        Ok(insert(tx, row).await?)
    }

    async fn put_in_queue(&self, tx: &Tx, need: Need) -> Result<()> {
        if self.live_task(tx, need.conversation).await?.is_some() {
            return Ok(());
        }
        let row = self.new_task(tx, need).await?;
        insert(tx, row.clone()).await?;
        self.announce_queued(tx, &row).await
    }

    /// The task of a conversation that waits or is worked on. One whose wrap-up is not finished is no help to a customer.
    async fn live_task(&self, tx: &Tx, conversation: ConversationId) -> Result<Option<task::Model>> {
        let newest = store::task_of(tx, conversation).await?;
        Ok(match newest {
            Some(row) if rules::is_live(row.status()?) => Some(row),
            _ => None,
        })
    }

    /// A task that waits, in the queue that fits. Who had the conversation last is asked first; their wrap-up is over,
    /// since the conversation goes on.
    async fn new_task(&self, tx: &Tx, need: Need) -> Result<task::Model> {
        let before = store::task_of(tx, need.conversation).await?;
        let preferred = before.as_ref().and_then(|row| rules::asked_first(row.member_id, row.ended_at, tx.now()));
        if let Some(mut row) = before
            && row.status()? == TaskStatus::WrapUp
        {
            row.set_status(TaskStatus::Completed);
            row.ended_at = Some(tx.now());
            update(tx, row).await?;
        }
        let rows = store::oldest::<workflow::Entity>(tx, workflow::Column::Position).await?;
        let mut order = Vec::new();
        for row in rows {
            let rule = row.into_contract()?;
            order.push(Rule { locale: rule.locale, keywords: rule.keywords, queue: rule.queue_id });
        }
        let queues = store::oldest::<queue::Entity>(tx, queue::Column::Id).await?;
        let first = queues.first().ok_or_else(|| Error::internal("the firm has no queue"))?;
        let chosen = choose_queue(&order, &need.locale, &need.summary, first.id.into());
        let queue = queues.iter().find(|row| row.id == chosen.uuid()).unwrap_or(first);
        let mut row = task::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<TaskId>().uuid(),
            conversation_id: need.conversation.uuid(),
            queue_id: queue.id,
            status: TaskStatus::Pending.as_str().to_owned(),
            priority: 0,
            locale: need.locale,
            summary: need.summary,
            member_id: None,
            wrap_up_code: None,
            created_at: tx.now(),
            assigned_at: None,
            ended_at: None,
            at_risk_at: None,
            due_at: None,
            preferred_id: preferred,
        };
        set_deadlines(&mut row, queue, tx.now());
        Ok(row)
    }

    pub(super) async fn announce_queued(&self, tx: &Tx, row: &task::Model) -> Result<()> {
        let place = self.place(tx, row).await?;
        let open = self.deps.tenants.is_open(tx.ctx()).await?;
        tx.emit(&TaskQueued {
            task: row.id.into(),
            conversation: row.conversation_id.into(),
            position: place.position,
            expected_wait_seconds: place.expected_wait_seconds,
            open,
        })?;
        Ok(())
    }

    /// Gives the caller a conversation that waits, or that the bot answers.
    pub(super) async fn do_take(&self, ctx: &Ctx, id: ConversationId) -> Result<Task> {
        ctx.require(Permission::Serve)?;
        let member = ctx.member()?;
        let found = self.deps.channels.conversations_by_id(ctx, &[id]).await?.pop();
        let conversation = found.ok_or_else(|| Error::not_found("conversation"))?;
        if conversation.status == ConversationStatus::Resolved {
            return Err(Error::conflict("The conversation is resolved; open it again first."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        let known = self.live_task(&tx, id).await?;
        let holder = known.as_ref().and_then(|row| row.member_id).map(MemberId::from_uuid);
        let holder = holder.or(conversation.assignee.filter(|_| conversation.handler == Handler::Member));
        if holder == Some(member)
            && let Some(row) = known
        {
            return row.into_contract();
        }
        if holder.is_some_and(|holder| holder != member) {
            let message = "Somebody else has this conversation; a supervisor can give it to you.";
            return Err(Error::conflict(message));
        }
        let worker = worker::get(&tx, member).await?.filter(|worker| worker.enabled);
        let worker = worker.ok_or_else(|| Error::not_found("worker"))?;
        if let Some(row) = &known {
            cancel_offers(&tx, row).await?;
        }
        self.require_room(&tx, &worker).await?;
        let fresh = known.is_none();
        let mut row = match known {
            Some(row) => row,
            None => self.new_task(&tx, Need::from(&conversation)).await?,
        };
        hold(&mut row, member, tx.now());
        if fresh {
            insert(&tx, row.clone()).await?;
        } else {
            update(&tx, row.clone()).await?;
        }
        tx.emit(&TaskAssigned { task: row.id.into(), conversation: id, member, name: worker.name })?;
        self.finish(tx).await?;
        metrics::counter!("lingxi_routing_offers_total", "outcome" => "taken").increment(1);
        row.into_contract()
    }

    /// Demands that a worker has room for one more task.
    pub(super) async fn require_room(&self, tx: &Tx, worker: &worker::Model) -> Result<()> {
        let load = self.loads(tx).await?.get(&MemberId::from_uuid(worker.member_id)).copied().unwrap_or(0);
        if load < worker.capacity {
            return Ok(());
        }
        let message =
            format!("{} has {load} of {} tasks; raise the capacity or choose another.", worker.name, worker.capacity);
        Err(Error::conflict(message))
    }

    /// What somebody had who serves no more goes back to the queues.
    pub(crate) async fn release(&self, tx: &Tx, member: MemberId) -> Result<()> {
        hand_back_offers(tx, member).await?;
        for row in store::tasks_in(tx, &[TaskStatus::Assigned, TaskStatus::WrapUp]).await? {
            if row.member_id == Some(member.uuid()) {
                self.put_back(tx, row).await?;
            }
        }
        if worker::get(tx, member).await?.is_some() {
            change_activity(tx, member, Activity::Offline).await?;
        }
        Ok(())
    }

    /// Takes a task from a worker who is gone.
    async fn put_back(&self, tx: &Tx, mut row: task::Model) -> Result<()> {
        if row.status()? == TaskStatus::WrapUp {
            row.set_status(TaskStatus::Completed);
            row.ended_at = Some(tx.now());
            update(tx, row).await?;
            return Ok(());
        }
        row.set_status(TaskStatus::Pending);
        row.member_id = None;
        row.preferred_id = None;
        let row = update(tx, row).await?;
        self.announce_queued(tx, &row).await
    }

    /// Gives conversations that need a person and have no task a new one; returns how many.
    pub(crate) async fn mend_conversations(&self, ctx: &Ctx) -> Result<u64> {
        let (mut mended, mut after) = (0, None);
        loop {
            let rows = self.deps.channels.needing_a_person(ctx, after).await?;
            let Some(last) = rows.last() else { return Ok(mended) };
            after = Some(last.id);
            let served = self.served(&self.deps.db.read(ctx), &rows).await?;
            for row in rows.iter().filter(|row| !served.contains(&row.id)) {
                let tx = self.deps.db.begin(ctx).await?;
                if row.updated_at > tx.now() - rules::GRACE || self.live_task(&tx, row.id).await?.is_some() {
                    continue;
                }
                let assignee = row.assignee.filter(|_| row.handler == Handler::Member);
                self.continue_with(&tx, Need::from(row), assignee).await?;
                self.finish(tx).await?;
                mended += 1;
                tracing::warn!(conversation = %row.id, "A conversation that needs a person had no task; it has one now");
            }
        }
    }

    /// Which conversations have a task that waits or is worked on.
    async fn served(&self, read: &Tx, rows: &[Conversation]) -> Result<HashSet<ConversationId>> {
        let ids = rows.iter().map(|row| row.id.uuid()).collect();
        let live = store::live_tasks_of(read, ids).await?;
        Ok(live.into_iter().map(|row| row.conversation_id.into()).collect())
    }

    /// Puts tasks right that nobody waits for, or that nobody can take; returns how many.
    pub(crate) async fn mend_tasks(&self, ctx: &Ctx) -> Result<u64> {
        let read = self.deps.db.read(ctx);
        let before = read.now() - rules::GRACE;
        let live = store::tasks_in(&read, &rules::LIVE).await?;
        let old = live.into_iter().filter(|row| row.assigned_at.unwrap_or(row.created_at) <= before);
        let old: Vec<task::Model> = old.collect();
        let mut mended = 0;
        for part in old.chunks(200) {
            let ids: Vec<ConversationId> = part.iter().map(|row| row.conversation_id.into()).collect();
            let found = self.deps.channels.conversations_by_id(ctx, &ids).await?;
            for row in part {
                let conversation = found.iter().find(|one| one.id.uuid() == row.conversation_id);
                // One that changes right now is looked at the next time.
                if conversation.is_none_or(|one| one.updated_at <= before) {
                    mended += u64::from(self.mend_task(ctx, row.id.into(), conversation).await?);
                }
            }
        }
        Ok(mended)
    }

    async fn mend_task(&self, ctx: &Ctx, id: TaskId, conversation: Option<&Conversation>) -> Result<bool> {
        let tx = self.deps.db.begin(ctx).await?;
        let Some(mut row) = task::get(&tx, id).await? else { return Ok(false) };
        let offered = store::open_offers(&tx).await?.iter().any(|offer| offer.task_id == row.id);
        let works = match row.member_id {
            Some(member) => worker::get(&tx, member.into()).await?.is_some_and(|worker| worker.enabled),
            None => false,
        };
        let seen = conversation.map(|one| (one.status, one.handler));
        let Some(what) = rules::mending(row.status()?, seen, offered, works) else { return Ok(false) };
        match what {
            Mending::Cancel => {
                cancel_offers(&tx, &row).await?;
                row.set_status(TaskStatus::Canceled);
                row.ended_at = Some(tx.now());
                update(&tx, row).await?;
            }
            Mending::WrapUp => {
                row.set_status(TaskStatus::WrapUp);
                update(&tx, row).await?;
            }
            Mending::Queue => self.put_back(&tx, row).await?,
            Mending::TellAgain => {
                if let Some(member) = row.member_id.map(MemberId::from_uuid) {
                    let name = worker::get(&tx, member).await?.map(|worker| worker.name).unwrap_or_default();
                    tx.emit(&TaskAssigned { task: id, conversation: row.conversation_id.into(), member, name })?;
                }
            }
        }
        self.finish(tx).await?;
        tracing::warn!(task = %id, mending = ?what, "A task did not fit its conversation; it was put right");
        Ok(true)
    }
}

/// A worker has a task from now on.
pub(super) fn hold(row: &mut task::Model, member: MemberId, now: Timestamp) {
    row.set_status(TaskStatus::Assigned);
    row.member_id = Some(member.uuid());
    row.assigned_at = row.assigned_at.or(Some(now));
}
