//! Queues and the workflows that choose them.

use lingxi_contracts::routing::{TaskQueue, TaskQueueInput, TaskStatus, Workflow};
use lingxi_contracts::tenants::TenantCreated;
use lingxi_kernel::{Ctx, Error, Permission, Result, TaskQueueId, WorkflowId};
use lingxi_store::{Tx, delete_many, insert, update};
use serde_json::json;

use super::Routing;
use crate::rules;
use crate::store::{self, queue, worker, workflow};

impl Routing {
    pub(super) async fn do_queues(&self, ctx: &Ctx) -> Result<Vec<TaskQueue>> {
        ctx.require(Permission::ReadConversations)?;
        self.all_queues(&self.deps.db.read(ctx)).await
    }

    async fn all_queues(&self, tx: &Tx) -> Result<Vec<TaskQueue>> {
        let waiting = store::tasks_in(tx, &[TaskStatus::Pending, TaskStatus::Reserved]).await?;
        let rows = store::oldest::<queue::Entity>(tx, queue::Column::Id).await?;
        let mut queues = Vec::new();
        for row in rows {
            let inside: Vec<_> = waiting.iter().filter(|task| task.queue_id == row.id).collect();
            queues.push(TaskQueue {
                id: row.id.into(),
                name: row.name,
                skills: serde_json::from_value(row.skills)?,
                priority: row.priority,
                offer_seconds: row.offer_seconds,
                target_seconds: row.target_seconds.unwrap_or(rules::TARGET_SECONDS),
                waiting: i32::try_from(inside.len())?,
                oldest_waiting_since: inside.iter().map(|task| task.created_at).min(),
            });
        }
        queues.sort_by_key(|queue| -queue.priority);
        Ok(queues)
    }

    pub(super) async fn do_save_queue(
        &self,
        ctx: &Ctx,
        id: Option<TaskQueueId>,
        input: TaskQueueInput,
    ) -> Result<TaskQueue> {
        ctx.require(Permission::ManageRouting)?;
        rules::check_queue(&input)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut before = None;
        if let Some(id) = id {
            queue::get(&tx, id).await?.ok_or_else(|| Error::not_found("queue"))?;
            before = self.all_queues(&tx).await?.into_iter().find(|queue| queue.id == id);
        }
        let row = queue::Model {
            tenant_id: tx.tenant(),
            id: id.unwrap_or_else(|| tx.id()).uuid(),
            name: input.name.trim().to_owned(),
            skills: serde_json::to_value(&input.skills)?,
            priority: input.priority,
            offer_seconds: input.offer_seconds,
            target_seconds: input.target_seconds,
        };
        let saved_id = TaskQueueId::from_uuid(row.id);
        if id.is_some() {
            update(&tx, row).await?;
        } else {
            insert(&tx, row).await?;
        }
        let saved = self.all_queues(&tx).await?.into_iter().find(|queue| queue.id == saved_id);
        tx.note_change("queue.saved", saved_id, before, &saved)?;
        self.finish(tx).await?;
        saved.ok_or_else(|| Error::not_found("queue"))
    }

    pub(super) async fn do_workflows(&self, ctx: &Ctx) -> Result<Vec<Workflow>> {
        ctx.require(Permission::ReadConversations)?;
        let rows = store::oldest::<workflow::Entity>(&self.deps.db.read(ctx), workflow::Column::Position).await?;
        rows.into_iter().map(workflow::Model::into_contract).collect()
    }

    pub(super) async fn do_save_workflows(
        &self,
        ctx: &Ctx,
        wanted: Vec<(Option<String>, Vec<String>, TaskQueueId)>,
    ) -> Result<Vec<Workflow>> {
        ctx.require(Permission::ManageRouting)?;
        let tx = self.deps.db.begin(ctx).await?;
        for (index, (_, _, id)) in wanted.iter().enumerate() {
            if queue::get(&tx, *id).await?.is_none() {
                return Err(Error::field(format!("workflows.{index}.queueId"), "There is no such queue."));
            }
        }
        let before = store::oldest::<workflow::Entity>(&tx, workflow::Column::Position).await?;
        let before: Vec<Workflow> = before.into_iter().map(workflow::Model::into_contract).collect::<Result<_>>()?;
        tx.note_change("workflows.saved", ctx.tenant, before, &wanted)?;
        delete_many::<workflow::Entity>(&tx).exec(tx.conn()).await?;
        for (index, (locale, keywords, id)) in wanted.into_iter().enumerate() {
            insert(&tx, new_workflow(&tx, index, locale, &keywords, id)?).await?;
        }
        tx.commit().await?;
        self.do_workflows(ctx).await
    }

    /// Gives a new firm its queues, its workflows, and its first worker.
    pub(crate) async fn apply_pack(&self, tx: &Tx, created: &TenantCreated) -> Result<()> {
        worker::put(tx, created.owner, &created.owner_name, true).await?;
        let Some(pack) = lingxi_packs::get(&created.industry) else { return Ok(()) };
        for (index, packed) in pack.queues.iter().enumerate() {
            let id: TaskQueueId = tx.id();
            let name = if created.locale == "zh-CN" { &packed.name.zh } else { &packed.name.en };
            let row = queue::Model {
                tenant_id: tx.tenant(),
                id: id.uuid(),
                name: name.clone(),
                skills: json!([]),
                priority: packed.priority,
                offer_seconds: 30,
                target_seconds: None,
            };
            insert(tx, row).await?;
            if !packed.keywords.is_empty() {
                insert(tx, new_workflow(tx, index, None, &packed.keywords, id)?).await?;
            }
        }
        Ok(())
    }
}

fn new_workflow(
    tx: &Tx,
    index: usize,
    locale: Option<String>,
    keywords: &[String],
    queue: TaskQueueId,
) -> Result<workflow::Model> {
    Ok(workflow::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<WorkflowId>().uuid(),
        position: i32::try_from(index)?,
        locale,
        keywords: serde_json::to_value(keywords)?,
        queue_id: queue.uuid(),
    })
}
