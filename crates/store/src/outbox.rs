//! The transactional outbox: facts are stored with the change and delivered afterwards, at least once.

use lingxi_contracts::Envelope;
use lingxi_kernel::{Result, TenantId, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::{
    Condition, IntoActiveModel, QueryOrder, QuerySelect, QueryTrait as _,
    sea_query::{Expr, ExprTrait},
};

use crate::{Db, Tx, dead_letters, inbox};

/// A stored fact.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_outbox")]
pub struct Model {
    /// Order of storing.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// Whose.
    pub tenant_id: Uuid,
    /// Identity of the event.
    pub event_id: Uuid,
    /// Type name.
    pub kind: String,
    /// The whole envelope in JSON.
    #[sea_orm(column_type = "Text")]
    pub envelope: String,
    /// When it was stored.
    pub created_at: DateTimeUtc,
    /// When every consumer had it.
    pub published_at: Option<DateTimeUtc>,
}

/// No relations: services share no foreign keys.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

pub(crate) async fn insert(tx: &Tx, envelopes: &[Envelope]) -> Result<()> {
    let mut rows = Vec::with_capacity(envelopes.len());
    for envelope in envelopes {
        let model = Model {
            seq: 0,
            tenant_id: envelope.tenantid.uuid(),
            event_id: envelope.id.uuid(),
            kind: envelope.kind.clone(),
            envelope: serde_json::to_string(envelope)?,
            created_at: envelope.time,
            published_at: None,
        };
        let mut row = model.into_active_model();
        row.seq = sea_orm::ActiveValue::NotSet;
        rows.push(row);
    }
    Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Undelivered facts with a number above `after`, in order of storing.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be read.
pub async fn pending(db: &Db, after: i64, limit: u64) -> Result<Vec<(i64, Envelope)>> {
    let rows = Entity::find()
        .filter(Column::PublishedAt.is_null())
        .filter(Column::Seq.gt(after))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(&db.system())
        .await?;
    opened(rows)
}

/// Notes that every consumer had these facts.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the rows cannot be written.
pub async fn mark_published(db: &Db, seqs: &[i64]) -> Result<()> {
    let tx = db.begin(&system_ctx()).await?;
    for chunk in seqs.chunks(500) {
        Entity::update_many()
            .col_expr(Column::PublishedAt, Expr::value(tx.now()))
            .filter(Column::Seq.is_in(chunk.iter().copied()))
            .exec(tx.conn())
            .await?;
    }
    tx.commit().await
}

/// Removes delivered facts older than a moment, and returns how many.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the rows cannot be removed.
pub async fn prune(db: &Db, before: Timestamp) -> Result<u64> {
    let tx = db.begin(&system_ctx()).await?;
    let removed = Entity::delete_many().filter(Column::PublishedAt.lt(before)).exec(tx.conn()).await?;
    tx.commit().await?;
    Ok(removed.rows_affected)
}

/// Up to which number every fact was published before a moment.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be read.
pub async fn published_up_to(db: &Db, before: Timestamp) -> Result<i64> {
    let later = Condition::any().add(Column::PublishedAt.is_null()).add(Column::PublishedAt.gte(before));
    let first = Entity::find().filter(later).order_by_asc(Column::Seq).one(&db.system()).await?;
    if let Some(first) = first {
        return Ok(first.seq - 1);
    }
    let last = Entity::find().order_by_desc(Column::Seq).one(&db.system()).await?;
    Ok(last.map_or(0, |last| last.seq))
}

/// Facts with numbers above `after` and up to `last` that a consumer has neither handled nor put aside, in order of storing.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the tables cannot be read.
pub async fn unhandled(db: &Db, consumer: &str, after: i64, last: i64, limit: u64) -> Result<Vec<(i64, Envelope)>> {
    let handled = inbox::Entity::find()
        .filter(inbox::Column::Consumer.eq(consumer))
        .filter(ExprTrait::equals(Expr::col((inbox::Entity, inbox::Column::TenantId)), (Entity, Column::TenantId)))
        .filter(ExprTrait::equals(Expr::col((inbox::Entity, inbox::Column::EventId)), (Entity, Column::EventId)));
    let aside = dead_letters::Entity::find()
        .filter(dead_letters::Column::Consumer.eq(consumer))
        .filter(ExprTrait::equals(
            Expr::col((dead_letters::Entity, dead_letters::Column::TenantId)),
            (Entity, Column::TenantId),
        ))
        .filter(ExprTrait::equals(
            Expr::col((dead_letters::Entity, dead_letters::Column::EventId)),
            (Entity, Column::EventId),
        ));
    let rows = Entity::find()
        .filter(Column::Seq.gt(after))
        .filter(Column::Seq.lte(last))
        .filter(ExprTrait::not(Expr::exists(handled.into_query())))
        .filter(ExprTrait::not(Expr::exists(aside.into_query())))
        .order_by_asc(Column::Seq)
        .limit(limit)
        .all(&db.system())
        .await?;
    opened(rows)
}

fn opened(rows: Vec<Model>) -> Result<Vec<(i64, Envelope)>> {
    rows.into_iter().map(|row| Ok((row.seq, serde_json::from_str(&row.envelope)?))).collect()
}

/// How many facts wait to be delivered, and since when the oldest does.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be read.
pub async fn backlog(db: &Db) -> Result<(i64, Option<Timestamp>)> {
    let waiting = || Entity::find().filter(Column::PublishedAt.is_null());
    let oldest = waiting().order_by_asc(Column::Seq).one(&db.system()).await?;
    Ok((i64::try_from(waiting().count(&db.system()).await?)?, oldest.map(|row| row.created_at)))
}

/// Waits until a commit has added facts.
pub async fn grown(db: &Db) {
    db.outbox_grew.notified().await;
}

/// The outbox spans tenants; its housekeeping belongs to none.
pub(crate) fn system_ctx() -> lingxi_kernel::Ctx {
    lingxi_kernel::Ctx::system(TenantId::from_uuid(Uuid::nil()), "store")
}
