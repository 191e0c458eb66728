//! Events that a consumer could not handle, for people to look at and replay.

use lingxi_contracts::Envelope;
use lingxi_kernel::{EventId, Result};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, sea_query::OnConflict};

use crate::{Db, TenantEntity};

/// An event that a consumer gave up on.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_dead_letter")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Which event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// Who gave up.
    #[sea_orm(primary_key, auto_increment = false)]
    pub consumer: String,
    /// The whole envelope in JSON.
    #[sea_orm(column_type = "Text")]
    pub envelope: String,
    /// Why, for operators.
    #[sea_orm(column_type = "Text")]
    pub cause: String,
    /// When.
    pub created_at: DateTimeUtc,
}

/// No relations: services share no foreign keys.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// Puts an event aside.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the row cannot be written.
pub async fn put(db: &Db, consumer: &str, event: &Envelope, cause: &str) -> Result<()> {
    let tx = db.begin(&event.ctx(consumer)).await?;
    let row = Model {
        tenant_id: tx.tenant(),
        event_id: event.id.uuid(),
        consumer: consumer.to_owned(),
        envelope: serde_json::to_string(event)?,
        cause: cause.to_owned(),
        created_at: tx.now(),
    };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    tx.commit().await
}

/// Events of all tenants that were put aside, newest first, at most 200.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be read.
pub async fn all(db: &Db) -> Result<Vec<(Model, Envelope)>> {
    let rows = Entity::find().order_by_desc(Column::CreatedAt).limit(200).all(&db.system()).await?;
    let opened = rows.into_iter().map(|row| {
        let event = serde_json::from_str(&row.envelope)?;
        Ok((row, event))
    });
    opened.collect()
}

/// How many there are.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be read.
pub async fn count(db: &Db) -> Result<i64> {
    Ok(i64::try_from(Entity::find().count(&db.system()).await?)?)
}

/// Puts an event back on its way; who had handled it knows it by its id. Whether there was such a letter.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the rows cannot be written.
pub async fn replay(db: &Db, event: EventId, consumer: &str) -> Result<bool> {
    let found = Entity::find().filter(Column::EventId.eq(event.uuid())).filter(Column::Consumer.eq(consumer));
    let Some(letter) = found.one(&db.system()).await? else { return Ok(false) };
    let event: Envelope = serde_json::from_str(&letter.envelope)?;
    let tx = db.begin(&event.ctx("store")).await?;
    tx.announce(event);
    crate::delete_many::<Entity>(&tx)
        .filter(Column::EventId.eq(letter.event_id))
        .filter(Column::Consumer.eq(consumer))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(true)
}
