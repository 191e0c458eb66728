//! Fields of the routing service.

use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use lingxi_contracts::routing::{
    Activity, Reservation, ReservationStatus, Task, TaskQueue, TaskQueueInput, Worker, Workflow,
};
use lingxi_contracts::tenants::Member;
use lingxi_kernel::{ConversationId, MemberId, ReservationId, TaskId, TaskQueueId, Timestamp};

use crate::channels::ConversationNode;
use crate::loaders::{Loaders, not_loaded};
use crate::outcome::{Shown as _, parts, payload};

/// A task with what belongs to it.
#[derive(SimpleObject, Clone)]
#[graphql(complex, name = "Task")]
pub struct TaskNode {
    #[graphql(flatten)]
    inner: Task,
}

impl From<Task> for TaskNode {
    fn from(inner: Task) -> Self {
        Self { inner }
    }
}

#[ComplexObject]
impl TaskNode {
    /// The conversation that needs a person.
    async fn conversation(&self, ctx: &Context<'_>) -> Result<Option<ConversationNode>> {
        let loaders = ctx.data::<Loaders>()?;
        let found = loaders.load_one(self.inner.conversation_id).await.map_err(not_loaded)?;
        Ok(found.map(ConversationNode::from))
    }

    /// Id of its queue.
    async fn queue_id(&self) -> TaskQueueId {
        self.inner.queue_id
    }

    /// The member who has it.
    async fn member(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        let Some(id) = self.inner.member_id else { return Ok(None) };
        let loaders = ctx.data::<Loaders>()?;
        loaders.load_one(id).await.map_err(not_loaded)
    }
}

/// An offer of a task to a worker.
#[derive(SimpleObject, Clone)]
#[graphql(name = "Reservation")]
pub struct ReservationNode {
    /// Global id.
    id: ReservationId,
    /// The task.
    task: TaskNode,
    /// Where it stands.
    status: ReservationStatus,
    /// When it was made.
    created_at: Timestamp,
    /// When it goes back to the queue.
    expires_at: Timestamp,
}

impl From<Reservation> for ReservationNode {
    fn from(offer: Reservation) -> Self {
        let Reservation { id, task, status, created_at, expires_at, .. } = offer;
        Self { id, task: task.into(), status, created_at, expires_at }
    }
}

/// A worker with the member behind it.
#[derive(SimpleObject, Clone)]
#[graphql(complex, name = "Worker")]
pub struct WorkerNode {
    #[graphql(flatten)]
    inner: Worker,
}

impl From<Worker> for WorkerNode {
    fn from(inner: Worker) -> Self {
        Self { inner }
    }
}

#[ComplexObject]
impl WorkerNode {
    /// Id of the member.
    async fn id(&self) -> MemberId {
        self.inner.member_id
    }
}

/// A rule that chooses a queue.
#[derive(InputObject)]
pub struct WorkflowInput {
    /// Fits this language only.
    locale: Option<String>,
    /// Fits summaries with one of these words only.
    keywords: Vec<String>,
    /// Where fitting tasks go.
    queue_id: TaskQueueId,
}

/// What may change of a worker.
#[derive(InputObject)]
pub struct UpdateWorkerInput {
    /// Who.
    id: MemberId,
    /// Most tasks at a time, 1 to 20.
    capacity: i32,
    /// Skills.
    skills: Vec<String>,
    /// Languages; none means any.
    locales: Vec<String>,
}

payload!(
    /// What saving a queue came to.
    TaskQueuePayload {
        /// The queue.
        queue: TaskQueue
    }
);
payload!(
    /// What saving the workflows came to.
    WorkflowsPayload {
        /// All workflows in order.
        workflows: Vec<Workflow>
    }
);
payload!(
    /// What changing a worker came to.
    WorkerPayload {
        /// The worker.
        worker: WorkerNode
    }
);
payload!(
    /// What answering an offer came to.
    ReservationPayload {
        /// The offer.
        reservation: ReservationNode
    }
);
payload!(
    /// What changing a task came to.
    TaskPayload {
        /// The task.
        task: TaskNode
    }
);

/// Reads of the routing service.
#[derive(Default)]
pub struct RoutingQuery;

#[Object]
impl RoutingQuery {
    /// All queues with what waits in them, highest priority first.
    async fn task_queues(&self, ctx: &Context<'_>) -> Result<Vec<TaskQueue>> {
        let (caller, services) = parts(ctx)?;
        services.routing.queues(caller).await.shown()
    }

    /// All workflows in order.
    async fn workflows(&self, ctx: &Context<'_>) -> Result<Vec<Workflow>> {
        let (caller, services) = parts(ctx)?;
        services.routing.workflows(caller).await.shown()
    }

    /// All workers.
    async fn workers(&self, ctx: &Context<'_>) -> Result<Vec<WorkerNode>> {
        let (caller, services) = parts(ctx)?;
        Ok(services.routing.workers(caller).await.shown()?.into_iter().map(WorkerNode::from).collect())
    }

    /// The viewer as a worker.
    async fn my_worker(&self, ctx: &Context<'_>) -> Result<WorkerNode> {
        let (caller, services) = parts(ctx)?;
        Ok(services.routing.me(caller).await.shown()?.into())
    }

    /// Open offers to the viewer.
    async fn my_reservations(&self, ctx: &Context<'_>) -> Result<Vec<ReservationNode>> {
        let (caller, services) = parts(ctx)?;
        Ok(services.routing.my_reservations(caller).await.shown()?.into_iter().map(ReservationNode::from).collect())
    }

    /// Tasks that are not over, oldest first; of everybody for supervisors, else of the viewer.
    async fn tasks(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Only the waiting ones whose target is at risk, for everybody.")] at_risk: bool,
    ) -> Result<Vec<TaskNode>> {
        let (caller, services) = parts(ctx)?;
        Ok(services.routing.tasks(caller, at_risk).await.shown()?.into_iter().map(TaskNode::from).collect())
    }
}

/// Changes of the routing service.
#[derive(Default)]
pub struct RoutingMutation;

#[Object]
impl RoutingMutation {
    /// Makes a queue, or changes the one of `id`.
    async fn save_task_queue(
        &self,
        ctx: &Context<'_>,
        id: Option<TaskQueueId>,
        input: TaskQueueInput,
    ) -> Result<TaskQueuePayload> {
        let (caller, services) = parts(ctx)?;
        TaskQueuePayload::of(services.routing.save_queue(caller, id, input).await)
    }

    /// Replaces the workflows by a list in order.
    async fn save_workflows(&self, ctx: &Context<'_>, workflows: Vec<WorkflowInput>) -> Result<WorkflowsPayload> {
        let (caller, services) = parts(ctx)?;
        let rules = workflows.into_iter().map(|rule| (rule.locale, rule.keywords, rule.queue_id)).collect();
        WorkflowsPayload::of(services.routing.save_workflows(caller, rules).await)
    }

    /// Changes capacity, skills and languages of a worker.
    async fn update_worker(&self, ctx: &Context<'_>, input: UpdateWorkerInput) -> Result<WorkerPayload> {
        let (caller, services) = parts(ctx)?;
        let UpdateWorkerInput { id, capacity, skills, locales } = input;
        let changed = services.routing.update_worker(caller, id, capacity, skills, locales).await;
        WorkerPayload::of(changed.map(WorkerNode::from))
    }

    /// Sets what the viewer does.
    async fn set_activity(&self, ctx: &Context<'_>, activity: Activity) -> Result<WorkerPayload> {
        let (caller, services) = parts(ctx)?;
        WorkerPayload::of(services.routing.set_activity(caller, activity).await.map(WorkerNode::from))
    }

    /// Takes an offer.
    async fn accept_reservation(&self, ctx: &Context<'_>, id: ReservationId) -> Result<ReservationPayload> {
        let (caller, services) = parts(ctx)?;
        ReservationPayload::of(services.routing.accept(caller, id).await.map(ReservationNode::from))
    }

    /// Refuses an offer; the task returns to its place.
    async fn decline_reservation(&self, ctx: &Context<'_>, id: ReservationId) -> Result<ReservationPayload> {
        let (caller, services) = parts(ctx)?;
        ReservationPayload::of(services.routing.decline(caller, id).await.map(ReservationNode::from))
    }

    /// Gives a task to a queue, with a note for the next worker.
    async fn transfer_task(
        &self,
        ctx: &Context<'_>,
        id: TaskId,
        queue_id: TaskQueueId,
        #[graphql(default)] note: String,
    ) -> Result<TaskPayload> {
        let (caller, services) = parts(ctx)?;
        TaskPayload::of(services.routing.transfer(caller, id, queue_id, &note).await.map(TaskNode::from))
    }

    /// Gives a task to a worker, whoever had it; nobody goes above their capacity.
    async fn assign_task(&self, ctx: &Context<'_>, id: TaskId, member_id: MemberId) -> Result<TaskPayload> {
        let (caller, services) = parts(ctx)?;
        TaskPayload::of(services.routing.assign(caller, id, member_id).await.map(TaskNode::from))
    }

    /// Gives the viewer a conversation that waits for a person, or that the bot answers; nobody goes above their capacity.
    async fn take_conversation(&self, ctx: &Context<'_>, conversation_id: ConversationId) -> Result<TaskPayload> {
        let (caller, services) = parts(ctx)?;
        TaskPayload::of(services.routing.take(caller, conversation_id).await.map(TaskNode::from))
    }

    /// Ends the wrap-up.
    async fn complete_task(&self, ctx: &Context<'_>, id: TaskId, wrap_up_code: Option<String>) -> Result<TaskPayload> {
        let (caller, services) = parts(ctx)?;
        TaskPayload::of(services.routing.complete(caller, id, wrap_up_code).await.map(TaskNode::from))
    }
}
