//! Use cases: authorise, load, decide, save, tell.

mod needs;
mod queues;
mod tasks;
pub(crate) mod workers;

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use chrono::TimeDelta;
use lingxi_contracts::routing::{
    Activity, QueuePosition, Reservation, ReservationStatus, RoutingClient, Task, TaskQueue, TaskQueueInput,
    TaskStatus, Worker, Workflow,
};
use lingxi_kernel::{ConversationId, Ctx, MemberId, Permission, ReservationId, Result, TaskId, TaskQueueId};
use lingxi_store::{Tx, insert, update};
use serde_json::json;

use crate::Deps;
use crate::rules::{self, Candidate, Waiting};
use crate::store::{self, queue, reservation, task, worker};

/// The routing service.
pub(crate) struct Routing {
    pub(crate) deps: Deps,
}

impl Routing {
    /// Offers waiting tasks to free workers, and returns whom to tell. Part of every transaction that frees either.
    pub(crate) async fn offer(&self, tx: &Tx) -> Result<Vec<MemberId>> {
        let pending = store::tasks_in(tx, &[TaskStatus::Pending]).await?;
        if pending.is_empty() {
            return Ok(Vec::new());
        }
        let queues = store::oldest::<queue::Entity>(tx, queue::Column::Id).await?;
        let queues: HashMap<uuid::Uuid, queue::Model> = queues.into_iter().map(|row| (row.id, row)).collect();
        let mut waiting = Vec::new();
        for row in &pending {
            let queue = queues.get(&row.queue_id);
            waiting.push(Waiting {
                task: row.id.into(),
                queue_priority: queue.map_or(0, |queue| queue.priority),
                priority: row.priority,
                since: row.created_at,
                locale: row.locale.clone(),
                skills: queue.map_or(Ok(Vec::new()), |queue| serde_json::from_value(queue.skills.clone()))?,
                asked_first: row.preferred_id.map(MemberId::from_uuid),
            });
        }
        let refused = store::refused_since(tx, tx.now() - rules::SPARED).await?;
        let spared: HashSet<(TaskId, MemberId)> =
            refused.into_iter().map(|row| (row.task_id.into(), row.member_id.into())).collect();
        let offers = rules::assign(waiting, self.candidates(tx).await?, &spared);
        let mut tasks: HashMap<TaskId, task::Model> = pending.into_iter().map(|row| (row.id.into(), row)).collect();
        let mut told = Vec::new();
        for (task, member) in offers {
            let Some(mut row) = tasks.remove(&task) else { continue };
            let seconds = queues.get(&row.queue_id).map_or(30, |queue| queue.offer_seconds);
            let offer = reservation::Model {
                tenant_id: tx.tenant(),
                id: tx.id::<ReservationId>().uuid(),
                task_id: row.id,
                member_id: member.uuid(),
                status: ReservationStatus::Pending.as_str().to_owned(),
                created_at: tx.now(),
                expires_at: tx.now() + TimeDelta::seconds(seconds.into()),
            };
            insert(tx, offer).await?;
            row.set_status(TaskStatus::Reserved);
            update(tx, row).await?;
            told.push(member);
        }
        Ok(told)
    }

    /// Load by member.
    async fn loads(&self, tx: &Tx) -> Result<HashMap<MemberId, i32>> {
        let held = store::tasks_in(tx, &[TaskStatus::Assigned, TaskStatus::WrapUp]).await?;
        let holders = held.iter().filter_map(|row| row.member_id);
        let offered = store::open_offers(tx).await?;
        Ok(rules::loads(holders.chain(offered.iter().map(|row| row.member_id)).map(MemberId::from_uuid)))
    }

    async fn candidates(&self, tx: &Tx) -> Result<Vec<Candidate>> {
        let loads = self.loads(tx).await?;
        let rows = worker::all(tx).await?.into_iter().map(|row| {
            let member = MemberId::from_uuid(row.member_id);
            Ok(Candidate {
                member,
                activity: row.activity()?,
                capacity: row.capacity,
                load: loads.get(&member).copied().unwrap_or(0),
                skills: serde_json::from_value(row.skills)?,
                locales: serde_json::from_value(row.locales)?,
                idle_since: row.activity_since,
            })
        });
        rows.collect()
    }

    /// Offers what can be offered, commits, and tells open desks.
    pub(crate) async fn finish(&self, tx: Tx) -> Result<()> {
        let told = self.offer(&tx).await?;
        let tenant = tx.ctx().tenant;
        tx.commit().await?;
        for member in told {
            self.deps.live.publish(tenant, &format!("member:{member}"), json!({ "type": "offer" }));
        }
        self.deps.live.publish(tenant, "desk", json!({ "type": "tasks" }));
        Ok(())
    }

    pub(crate) async fn place(&self, tx: &Tx, row: &task::Model) -> Result<QueuePosition> {
        let waiting = store::tasks_in(tx, &[TaskStatus::Pending, TaskStatus::Reserved]).await?;
        let before = waiting
            .iter()
            .filter(|other| other.queue_id == row.queue_id)
            .filter(|other| (-other.priority, other.created_at, other.id) < (-row.priority, row.created_at, row.id))
            .count();
        let position = i32::try_from(before)? + 1;
        let workers = worker::all(tx).await?;
        let there = [Activity::Available.as_str(), Activity::Busy.as_str()];
        let there = workers.iter().filter(|worker| there.contains(&worker.activity.as_str())).count();
        let ended = store::ended(tx, row.queue_id).await?;
        let lengths: Vec<i64> =
            ended.iter().filter_map(|row| Some((row.ended_at? - row.assigned_at?).num_seconds())).collect();
        let usual = lengths.iter().sum::<i64>().checked_div(i64::try_from(lengths.len())?);
        let usual = usual.unwrap_or(rules::USUAL_SECONDS);
        Ok(QueuePosition { position, expected_wait_seconds: rules::expected_wait(position, there, usual) })
    }
}

#[async_trait]
impl RoutingClient for Routing {
    async fn queues(&self, ctx: &Ctx) -> Result<Vec<TaskQueue>> {
        self.do_queues(ctx).await
    }
    async fn save_queue(&self, ctx: &Ctx, id: Option<TaskQueueId>, input: TaskQueueInput) -> Result<TaskQueue> {
        self.do_save_queue(ctx, id, input).await
    }
    async fn workflows(&self, ctx: &Ctx) -> Result<Vec<Workflow>> {
        self.do_workflows(ctx).await
    }
    async fn save_workflows(
        &self,
        ctx: &Ctx,
        rules: Vec<(Option<String>, Vec<String>, TaskQueueId)>,
    ) -> Result<Vec<Workflow>> {
        self.do_save_workflows(ctx, rules).await
    }
    async fn workers(&self, ctx: &Ctx) -> Result<Vec<Worker>> {
        ctx.require(Permission::ReadConversations)?;
        self.all_workers(&self.deps.db.read(ctx)).await
    }
    async fn me(&self, ctx: &Ctx) -> Result<Worker> {
        self.do_me(ctx).await
    }
    async fn update_worker(
        &self,
        ctx: &Ctx,
        member: MemberId,
        capacity: i32,
        skills: Vec<String>,
        locales: Vec<String>,
    ) -> Result<Worker> {
        self.do_update_worker(ctx, member, capacity, skills, locales).await
    }
    async fn set_activity(&self, ctx: &Ctx, activity: Activity) -> Result<Worker> {
        self.do_set_activity(ctx, activity).await
    }
    async fn my_reservations(&self, ctx: &Ctx) -> Result<Vec<Reservation>> {
        self.do_my_reservations(ctx).await
    }
    async fn accept(&self, ctx: &Ctx, id: ReservationId) -> Result<Reservation> {
        self.do_accept(ctx, id).await
    }
    async fn decline(&self, ctx: &Ctx, id: ReservationId) -> Result<Reservation> {
        self.do_decline(ctx, id).await
    }
    async fn tasks(&self, ctx: &Ctx, at_risk: bool) -> Result<Vec<Task>> {
        self.do_tasks(ctx, at_risk).await
    }
    async fn assign(&self, ctx: &Ctx, id: TaskId, member: MemberId) -> Result<Task> {
        self.do_assign(ctx, id, member).await
    }
    async fn task_of(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<Task>> {
        ctx.require(Permission::ReadConversations)?;
        store::task_of(&self.deps.db.read(ctx), conversation).await?.map(task::Model::into_contract).transpose()
    }
    async fn transfer(&self, ctx: &Ctx, id: TaskId, queue: TaskQueueId, note: &str) -> Result<Task> {
        self.do_transfer(ctx, id, queue, note).await
    }
    async fn take(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Task> {
        self.do_take(ctx, conversation).await
    }
    async fn complete(&self, ctx: &Ctx, id: TaskId, wrap_up_code: Option<String>) -> Result<Task> {
        self.do_complete(ctx, id, wrap_up_code).await
    }
    async fn position(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<QueuePosition>> {
        if ctx.visitor().is_err() {
            ctx.require(Permission::ReadConversations)?;
        }
        let read = self.deps.db.read(ctx);
        match store::task_of(&read, conversation).await? {
            Some(row) if [TaskStatus::Pending, TaskStatus::Reserved].contains(&row.status()?) => {
                Ok(Some(self.place(&read, &row).await?))
            }
            _ => Ok(None),
        }
    }
}
