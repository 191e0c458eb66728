//! Flows, their published versions, and walks of customers through them.

use std::collections::HashMap;
use std::sync::Arc;

use lingxi_contracts::bot::{Flow, FlowDefinition, FlowRun, FlowRunStatus, FlowVersion};
use lingxi_kernel::{ConversationId, FlowId, FlowRunId, PageArgs, Result};
use lingxi_store::{Tx, delete_many, find, tenant_entity, update_many};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use uuid::Uuid;

use super::article;
use crate::flow::{State, slots};

tenant_entity!(row, "bot_flow", {
    key: Option<String>,
    draft: Json,
    version: i32,
    secret: String,
    created_at: DateTimeUtc,
    updated_at: DateTimeUtc,
});

tenant_entity!(version, "bot_flow_version", {
    flow_id: Uuid,
    number: i32,
    share: i32,
    definition: Json,
    created_at: DateTimeUtc,
});

tenant_entity!(run, "bot_flow_run", {
    flow_id: Uuid,
    number: i32,
    conversation_id: Uuid,
    message_id: Uuid,
    status: String,
    locale: String,
    step: String,
    state: Json,
    turn: i32,
    due_at: Option<DateTimeUtc>,
    created_at: DateTimeUtc,
    updated_at: DateTimeUtc,
});

/// What customers are led through now.
#[derive(Debug, Default)]
pub(crate) struct Published {
    /// Whether anything was ever published.
    pub(crate) any: bool,
    /// Versions in use by flow: number, share in percent, definition.
    by_flow: HashMap<FlowId, Vec<(i32, i32, Arc<FlowDefinition>)>>,
}

impl Published {
    /// The version that a conversation gets: always the same one.
    pub(crate) fn version_for(&self, flow: FlowId, conversation: ConversationId) -> Option<(i32, Arc<FlowDefinition>)> {
        let (high, low) = conversation.uuid().as_u64_pair();
        let mut place = i32::try_from((high ^ low.rotate_left(17)) % 100).ok()?;
        for (number, share, definition) in self.by_flow.get(&flow)? {
            place -= share;
            if place < 0 {
                return Some((*number, definition.clone()));
            }
        }
        None
    }

    /// A version that is in use.
    pub(crate) fn version(&self, flow: FlowId, number: i32) -> Option<Arc<FlowDefinition>> {
        let of = self.by_flow.get(&flow)?;
        of.iter().find(|(known, ..)| *known == number).map(|(.., definition)| definition.clone())
    }
}

/// What customers are led through now.
pub(crate) async fn published(tx: &Tx) -> Result<Arc<Published>> {
    let in_use = find::<version::Entity>(tx).filter(version::Column::Share.gt(0));
    let mut all = Published { any: false, by_flow: HashMap::new() };
    for row in in_use.order_by_asc(version::Column::Number).all(tx.conn()).await? {
        let definition = Arc::new(serde_json::from_value(row.definition)?);
        all.by_flow.entry(row.flow_id.into()).or_default().push((row.number, row.share, definition));
    }
    let ever = find::<version::Entity>(tx).select_only().column(version::Column::Number).limit(1);
    all.any = ever.into_tuple::<i32>().one(tx.conn()).await?.is_some();
    Ok(Arc::new(all))
}

/// The definition of a published version.
pub(crate) async fn definition(tx: &Tx, flow: FlowId, number: i32) -> Result<Option<FlowDefinition>> {
    let rows = find::<version::Entity>(tx).filter(version::Column::FlowId.eq(flow.uuid()));
    let row = rows.filter(version::Column::Number.eq(number)).one(tx.conn()).await?;
    Ok(row.map(|row| serde_json::from_value(row.definition)).transpose()?)
}

/// The versions of a flow, newest first.
pub(crate) async fn versions(tx: &Tx, flow: FlowId) -> Result<Vec<version::Model>> {
    let rows = find::<version::Entity>(tx).filter(version::Column::FlowId.eq(flow.uuid()));
    Ok(rows.order_by_desc(version::Column::Number).all(tx.conn()).await?)
}

/// Walks that go on, of some conversations.
pub(crate) async fn going_on(tx: &Tx, conversations: Vec<Uuid>) -> Result<Vec<run::Model>> {
    let going = [FlowRunStatus::Running.as_str(), FlowRunStatus::Calling.as_str()];
    Ok(find::<run::Entity>(tx)
        .filter(run::Column::ConversationId.is_in(conversations))
        .filter(run::Column::Status.is_in(going))
        .order_by_asc(run::Column::Id)
        .all(tx.conn())
        .await?)
}

/// A page of walks, newest first; one more than asked for tells that there are more.
pub(crate) async fn runs(tx: &Tx, flow: FlowId, args: &PageArgs) -> Result<Vec<FlowRun>> {
    let mut rows = find::<run::Entity>(tx).filter(run::Column::FlowId.eq(flow.uuid()));
    if let Some(after) = &args.after {
        rows = rows.filter(run::Column::Id.lt(after.parse::<FlowRunId>()?.uuid()));
    }
    let rows = rows.order_by_desc(run::Column::Id).limit(u64::from(args.first) + 1).all(tx.conn()).await?;
    rows.into_iter().map(run::Model::into_contract).collect()
}

/// All flows with their versions and how these fare, oldest first.
pub(crate) async fn flows(tx: &Tx) -> Result<Vec<Flow>> {
    let rows = find::<row::Entity>(tx).order_by_asc(row::Column::Id).all(tx.conn()).await?;
    let mut counts: HashMap<(Uuid, i32), HashMap<String, i64>> = HashMap::new();
    let counted = find::<run::Entity>(tx)
        .select_only()
        .columns([run::Column::FlowId, run::Column::Number, run::Column::Status])
        .column_as(run::Column::Id.count(), "count")
        .group_by(run::Column::FlowId)
        .group_by(run::Column::Number)
        .group_by(run::Column::Status);
    for (flow, number, status, count) in counted.into_tuple::<(Uuid, i32, String, i64)>().all(tx.conn()).await? {
        counts.entry((flow, number)).or_default().insert(status, count);
    }
    let versions = find::<version::Entity>(tx).order_by_desc(version::Column::Number).all(tx.conn()).await?;
    let starting = find::<article::Entity>(tx).filter(article::Column::FlowId.is_not_null());
    let starting = starting.order_by_asc(article::Column::Id).all(tx.conn()).await?;
    let flow = |row: row::Model| {
        let none = HashMap::new();
        let of = versions.iter().filter(|one| one.flow_id == row.id);
        let fares = |one: &version::Model| fares(one, counts.get(&(row.id, one.number)).unwrap_or(&none));
        let titles = starting.iter().filter(|one| one.flow_id == Some(row.id)).map(article::Model::first_title);
        Ok(Flow {
            id: row.id.into(),
            versions: of.map(fares).collect::<Result<_>>()?,
            started_by: titles.collect(),
            draft: serde_json::from_value(row.draft)?,
            version: row.version,
            updated_at: row.updated_at,
        })
    };
    rows.into_iter().map(flow).collect()
}

fn fares(row: &version::Model, counts: &HashMap<String, i64>) -> Result<FlowVersion> {
    let count = |status: FlowRunStatus| i32::try_from(counts.get(status.as_str()).copied().unwrap_or_default());
    Ok(FlowVersion {
        number: row.number,
        share: row.share,
        started: i32::try_from(counts.values().sum::<i64>())?,
        completed: count(FlowRunStatus::Completed)?,
        handed_over: count(FlowRunStatus::HandedOver)?,
        abandoned: count(FlowRunStatus::Abandoned)?,
        created_at: row.created_at,
    })
}

impl run::Model {
    /// What is kept of the walk.
    pub(crate) fn state(&self) -> Result<State> {
        Ok(serde_json::from_value(self.state.clone())?)
    }

    pub(crate) fn set(&mut self, state: &State, status: FlowRunStatus, tx: &Tx) -> Result<()> {
        self.state = serde_json::to_value(state)?;
        self.step.clone_from(&state.step);
        status.as_str().clone_into(&mut self.status);
        self.turn += 1;
        self.due_at = (status == FlowRunStatus::Calling).then(|| tx.now());
        self.updated_at = tx.now();
        Ok(())
    }

    fn into_contract(self) -> Result<FlowRun> {
        Ok(FlowRun {
            slots: slots(&self.state()?),
            id: self.id.into(),
            number: self.number,
            status: FlowRunStatus::parse(&self.status)?,
            step: self.step,
            conversation_id: self.conversation_id.into(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        })
    }
}

/// Sets a version's share; the others' follow from it: who has most of them keeps the rest.
pub(crate) async fn share(tx: &Tx, flow: FlowId, number: i32, share: i32) -> Result<()> {
    let all = versions(tx, flow).await?;
    let others = all.iter().filter(|one| one.number != number && one.share > 0);
    let rest = others.max_by_key(|one| one.share).map(|one| one.number);
    for one in &all {
        let wanted = if one.number == number {
            share
        } else if Some(one.number) == rest {
            // Where it was the only one, it goes out of use altogether.
            100 - share
        } else {
            0
        };
        if wanted != one.share {
            update_many::<version::Entity>(tx)
                .col_expr(version::Column::Share, Expr::value(wanted))
                .filter(version::Column::Id.eq(one.id))
                .exec(tx.conn())
                .await?;
        }
    }
    Ok(())
}

/// Removes a flow with its versions and walks; whether there was one.
pub(crate) async fn remove(tx: &Tx, id: FlowId) -> Result<bool> {
    delete_many::<run::Entity>(tx).filter(run::Column::FlowId.eq(id.uuid())).exec(tx.conn()).await?;
    delete_many::<version::Entity>(tx).filter(version::Column::FlowId.eq(id.uuid())).exec(tx.conn()).await?;
    update_many::<article::Entity>(tx)
        .col_expr(article::Column::FlowId, Expr::value(Option::<Uuid>::None))
        .filter(article::Column::FlowId.eq(id.uuid()))
        .exec(tx.conn())
        .await?;
    let removed = delete_many::<row::Entity>(tx).filter(row::Column::Id.eq(id.uuid())).exec(tx.conn()).await?;
    Ok(removed.rows_affected > 0)
}
