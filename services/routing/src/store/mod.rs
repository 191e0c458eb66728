//! Tables of the service.

pub(crate) mod worker;

use lingxi_contracts::routing::{Reservation, ReservationStatus, Task, TaskStatus, Workflow};
use lingxi_kernel::{ConversationId, MemberId, Result, Timestamp};
use lingxi_store::{TenantEntity, Tx, find, tenant_entity};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

tenant_entity!(queue, "routing_queue", {
    name: String,
    skills: Json,
    priority: i32,
    offer_seconds: i32,
    target_seconds: Option<i32>,
});

tenant_entity!(workflow, "routing_workflow", {
    position: i32,
    locale: Option<String>,
    keywords: Json,
    queue_id: Uuid,
});

tenant_entity!(task, "routing_task", {
    conversation_id: Uuid,
    queue_id: Uuid,
    status: String,
    priority: i32,
    locale: String,
    summary: String,
    member_id: Option<Uuid>,
    wrap_up_code: Option<String>,
    created_at: DateTimeUtc,
    assigned_at: Option<DateTimeUtc>,
    ended_at: Option<DateTimeUtc>,
    at_risk_at: Option<DateTimeUtc>,
    due_at: Option<DateTimeUtc>,
    preferred_id: Option<Uuid>,
});

tenant_entity!(reservation, "routing_reservation", {
    task_id: Uuid,
    member_id: Uuid,
    status: String,
    created_at: DateTimeUtc,
    expires_at: DateTimeUtc,
});

impl workflow::Model {
    pub(crate) fn into_contract(self) -> Result<Workflow> {
        Ok(Workflow {
            id: self.id.into(),
            position: self.position,
            locale: self.locale,
            keywords: serde_json::from_value(self.keywords)?,
            queue_id: self.queue_id.into(),
        })
    }
}

impl task::Model {
    pub(crate) fn status(&self) -> Result<TaskStatus> {
        TaskStatus::parse(&self.status)
    }

    pub(crate) fn set_status(&mut self, status: TaskStatus) {
        self.status = status.as_str().to_owned();
    }

    pub(crate) fn into_contract(self) -> Result<Task> {
        Ok(Task {
            id: self.id.into(),
            conversation_id: self.conversation_id.into(),
            queue_id: self.queue_id.into(),
            status: self.status()?,
            priority: self.priority,
            locale: self.locale,
            summary: self.summary,
            member_id: self.member_id.map(MemberId::from_uuid),
            wrap_up_code: self.wrap_up_code,
            created_at: self.created_at,
            assigned_at: self.assigned_at,
            at_risk_at: self.at_risk_at,
            due_at: self.due_at,
        })
    }
}

impl reservation::Model {
    pub(crate) fn into_contract(self, task: task::Model) -> Result<Reservation> {
        Ok(Reservation {
            id: self.id.into(),
            task: task.into_contract()?,
            member_id: self.member_id.into(),
            status: ReservationStatus::parse(&self.status)?,
            created_at: self.created_at,
            expires_at: self.expires_at,
        })
    }
}

/// All rows, oldest first.
pub(crate) async fn oldest<E: TenantEntity>(tx: &Tx, id: E::Column) -> Result<Vec<E::Model>> {
    Ok(find::<E>(tx).order_by_asc(id).all(tx.conn()).await?)
}

/// Tasks in some states, oldest first.
pub(crate) async fn tasks_in(tx: &Tx, states: &[TaskStatus]) -> Result<Vec<task::Model>> {
    let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
    let rows = find::<task::Entity>(tx).filter(task::Column::Status.is_in(words));
    Ok(rows.order_by_asc(task::Column::CreatedAt).limit(2_000).all(tx.conn()).await?)
}

/// Tasks of some conversations that wait or are worked on.
pub(crate) async fn live_tasks_of(tx: &Tx, conversations: Vec<uuid::Uuid>) -> Result<Vec<task::Model>> {
    let words: Vec<&str> = crate::rules::LIVE.iter().map(|state| state.as_str()).collect();
    let rows = find::<task::Entity>(tx).filter(task::Column::ConversationId.is_in(conversations));
    Ok(rows.filter(task::Column::Status.is_in(words)).all(tx.conn()).await?)
}

/// The task of a conversation: the one that waits or is worked on, else the newest.
pub(crate) async fn task_of(tx: &Tx, conversation: ConversationId) -> Result<Option<task::Model>> {
    let rows = find::<task::Entity>(tx).filter(task::Column::ConversationId.eq(conversation.uuid()));
    let rows = rows.order_by_desc(task::Column::CreatedAt).order_by_desc(task::Column::Id).limit(20);
    let mut rows = rows.all(tx.conn()).await?;
    // Two of one millisecond have no order among them.
    rows.sort_by_key(|row| std::cmp::Reverse((row.status().is_ok_and(crate::rules::is_live), row.ended_at.is_none())));
    Ok(rows.into_iter().next())
}

/// Offers that wait for an answer.
pub(crate) async fn open_offers(tx: &Tx) -> Result<Vec<reservation::Model>> {
    let pending = ReservationStatus::Pending.as_str();
    Ok(find::<reservation::Entity>(tx).filter(reservation::Column::Status.eq(pending)).all(tx.conn()).await?)
}

/// Offers that workers refused since a moment. Who missed one is away, and takes it gladly once they are back.
pub(crate) async fn refused_since(tx: &Tx, since: Timestamp) -> Result<Vec<reservation::Model>> {
    Ok(find::<reservation::Entity>(tx)
        .filter(reservation::Column::Status.eq(ReservationStatus::Declined.as_str()))
        .filter(reservation::Column::CreatedAt.gt(since - chrono::TimeDelta::minutes(10)))
        .filter(reservation::Column::ExpiresAt.gt(since))
        .all(tx.conn())
        .await?)
}

/// The last tasks of a queue that have ended, for its pace.
pub(crate) async fn ended(tx: &Tx, queue: uuid::Uuid) -> Result<Vec<task::Model>> {
    Ok(find::<task::Entity>(tx)
        .filter(task::Column::QueueId.eq(queue))
        .filter(task::Column::EndedAt.is_not_null())
        .filter(task::Column::AssignedAt.is_not_null())
        .order_by_desc(task::Column::EndedAt)
        .limit(20)
        .all(tx.conn())
        .await?)
}
