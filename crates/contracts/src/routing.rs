//! Routing: tasks, queues, workers, reservations.

use async_trait::async_trait;
use lingxi_kernel::{
    ConversationId, Ctx, MemberId, ReservationId, Result, TaskId, TaskQueueId, Timestamp, WorkflowId, text_enum,
};
use serde::{Deserialize, Serialize};

use crate::Event;
use crate::remote::remote;

text_enum! {
    /// What a worker does.
    pub enum Activity {
        /// Takes tasks.
        Available = "available",
        /// At work, takes no new tasks.
        Busy = "busy",
        /// On a break.
        Away = "away",
        /// Not at work.
        Offline = "offline",
    }
}

text_enum! {
    /// Where a task stands.
    pub enum TaskStatus {
        /// Waits in its queue.
        Pending = "pending",
        /// Offered to a worker.
        Reserved = "reserved",
        /// A worker has it.
        Assigned = "assigned",
        /// Done, the worker still writes notes.
        WrapUp = "wrap_up",
        /// Over.
        Completed = "completed",
        /// Not needed any more.
        Canceled = "canceled",
    }
}

text_enum! {
    /// Where an offer stands.
    pub enum ReservationStatus {
        /// Waits for the worker.
        Pending = "pending",
        /// Taken.
        Accepted = "accepted",
        /// Refused.
        Declined = "declined",
        /// Not answered in time.
        TimedOut = "timed_out",
        /// The task went away.
        Canceled = "canceled",
    }
}

/// A queue of tasks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct TaskQueue {
    /// Global id.
    pub id: TaskQueueId,
    /// Name for members.
    pub name: String,
    /// Skills that a worker must have for it.
    pub skills: Vec<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Seconds that an offer waits for its worker.
    pub offer_seconds: i32,
    /// Seconds within which a person should answer (the service level's target).
    pub target_seconds: i32,
    /// Tasks that wait in it.
    pub waiting: i32,
    /// Since when the oldest of them waits.
    pub oldest_waiting_since: Option<Timestamp>,
}

/// What a queue may be set to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
pub struct TaskQueueInput {
    /// Name for members.
    pub name: String,
    /// Skills that a worker must have for it.
    pub skills: Vec<String>,
    /// Higher goes first.
    pub priority: i32,
    /// Seconds that an offer waits for its worker, 5 to 600.
    pub offer_seconds: i32,
    /// Seconds within which a person should answer, 10 to 86,400; 120 when left out.
    pub target_seconds: Option<i32>,
}

/// A rule that chooses a queue; the first that fits wins.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Workflow {
    /// Global id.
    pub id: WorkflowId,
    /// Order, lowest first.
    pub position: i32,
    /// Fits this language only.
    pub locale: Option<String>,
    /// Fits summaries with one of these words only.
    pub keywords: Vec<String>,
    /// Where fitting tasks go.
    pub queue_id: TaskQueueId,
}

/// A member who takes tasks.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "WorkerData"))]
pub struct Worker {
    /// The member.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub member_id: MemberId,
    /// Name that customers see.
    pub name: String,
    /// What they do now.
    pub activity: Activity,
    /// Since when.
    pub activity_since: Timestamp,
    /// Since when they are away because they missed an offer; none once they have chosen what they do.
    #[serde(default)]
    pub paused_at: Option<Timestamp>,
    /// Most tasks at a time.
    pub capacity: i32,
    /// Tasks now, offers counted.
    pub load: i32,
    /// Skills.
    pub skills: Vec<String>,
    /// Languages.
    pub locales: Vec<String>,
}

/// A conversation that waits for or has a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "TaskData"))]
pub struct Task {
    /// Global id.
    pub id: TaskId,
    /// The conversation.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub conversation_id: ConversationId,
    /// The queue.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub queue_id: TaskQueueId,
    /// Where it stands.
    pub status: TaskStatus,
    /// Higher goes first.
    pub priority: i32,
    /// Language of the customer.
    pub locale: String,
    /// What the worker should know.
    pub summary: String,
    /// The member who has it.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub member_id: Option<MemberId>,
    /// How it ended, in the worker's words.
    pub wrap_up_code: Option<String>,
    /// When it came.
    pub created_at: Timestamp,
    /// When a worker took it.
    pub assigned_at: Option<Timestamp>,
    /// From when its target is at risk while it waits.
    pub at_risk_at: Option<Timestamp>,
    /// Until when a person should have answered.
    pub due_at: Option<Timestamp>,
}

/// An offer of a task to a worker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reservation {
    /// Global id.
    pub id: ReservationId,
    /// The task.
    pub task: Task,
    /// To whom.
    pub member_id: MemberId,
    /// Where it stands.
    pub status: ReservationStatus,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it goes back to the queue.
    pub expires_at: Timestamp,
}

/// Where a customer stands in the queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[serde(rename_all = "camelCase")]
pub struct QueuePosition {
    /// From 1.
    pub position: i32,
    /// Expected seconds, from the queue's recent pace; none when nobody is at work.
    pub expected_wait_seconds: Option<i32>,
}

/// A worker took a task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskAssigned {
    /// The task.
    pub task: TaskId,
    /// The conversation.
    pub conversation: ConversationId,
    /// Who.
    pub member: MemberId,
    /// Their name.
    pub name: String,
}

impl Event for TaskAssigned {
    const TYPE: &'static str = "lingxi.routing.task.assigned.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A task entered its queue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TaskQueued {
    /// The task.
    pub task: TaskId,
    /// The conversation.
    pub conversation: ConversationId,
    /// From 1.
    pub position: i32,
    /// Expected seconds.
    pub expected_wait_seconds: Option<i32>,
    /// Whether people answer now.
    pub open: bool,
}

impl Event for TaskQueued {
    const TYPE: &'static str = "lingxi.routing.task.queued.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A worker ended an activity.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ActivityEnded {
    /// Who.
    pub member: MemberId,
    /// Which activity.
    pub activity: Activity,
    /// When it began.
    pub from: Timestamp,
    /// When it ended.
    pub to: Timestamp,
}

impl Event for ActivityEnded {
    const TYPE: &'static str = "lingxi.routing.activity.ended.v1";
    fn subject(&self) -> String {
        self.member.to_string()
    }
}

/// The routing service, for the others.
#[remote("routing")]
#[async_trait]
pub trait RoutingClient: Send + Sync {
    /// All queues with what waits in them, highest priority first.
    #[idempotent]
    async fn queues(&self, ctx: &Ctx) -> Result<Vec<TaskQueue>>;
    /// Makes or changes a queue.
    async fn save_queue(&self, ctx: &Ctx, id: Option<TaskQueueId>, input: TaskQueueInput) -> Result<TaskQueue>;
    /// All workflows in order.
    #[idempotent]
    async fn workflows(&self, ctx: &Ctx) -> Result<Vec<Workflow>>;
    /// Replaces the workflows by a list in order.
    async fn save_workflows(
        &self,
        ctx: &Ctx,
        rules: Vec<(Option<String>, Vec<String>, TaskQueueId)>,
    ) -> Result<Vec<Workflow>>;
    /// All workers.
    #[idempotent]
    async fn workers(&self, ctx: &Ctx) -> Result<Vec<Worker>>;
    /// The caller as a worker.
    #[idempotent]
    async fn me(&self, ctx: &Ctx) -> Result<Worker>;
    /// Changes capacity, skills and languages of a worker.
    async fn update_worker(
        &self,
        ctx: &Ctx,
        member: MemberId,
        capacity: i32,
        skills: Vec<String>,
        locales: Vec<String>,
    ) -> Result<Worker>;
    /// Sets what the caller does.
    async fn set_activity(&self, ctx: &Ctx, activity: Activity) -> Result<Worker>;
    /// Open offers to the caller.
    #[idempotent]
    async fn my_reservations(&self, ctx: &Ctx) -> Result<Vec<Reservation>>;
    /// Takes an offer.
    async fn accept(&self, ctx: &Ctx, id: ReservationId) -> Result<Reservation>;
    /// Refuses an offer; the task returns to its place.
    async fn decline(&self, ctx: &Ctx, id: ReservationId) -> Result<Reservation>;
    /// Tasks that are not over, oldest first; of everybody for supervisors, else of the caller. With `at_risk`, the waiting
    /// ones whose target is at risk, for everybody.
    #[idempotent]
    async fn tasks(&self, ctx: &Ctx, at_risk: bool) -> Result<Vec<Task>>;
    /// The newest task of a conversation.
    #[idempotent]
    async fn task_of(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<Task>>;
    /// Gives a task back to a queue, with a note for the next worker.
    async fn transfer(&self, ctx: &Ctx, id: TaskId, queue: TaskQueueId, note: &str) -> Result<Task>;
    /// Gives a task to a worker, whoever had it; nobody goes above their capacity.
    async fn assign(&self, ctx: &Ctx, id: TaskId, member: MemberId) -> Result<Task>;
    /// Gives the caller a conversation that waits, or that the bot answers; nobody goes above their capacity.
    async fn take(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Task>;
    /// Ends the wrap-up.
    async fn complete(&self, ctx: &Ctx, id: TaskId, wrap_up_code: Option<String>) -> Result<Task>;
    /// Where a conversation stands in its queue.
    #[idempotent]
    async fn position(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<QueuePosition>>;
}
