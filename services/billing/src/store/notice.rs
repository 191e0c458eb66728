//! What the payment provider told, as it came. It belongs to no tenant until its object says to which.

use lingxi_kernel::{Result, Timestamp};
use lingxi_payments::Notice;
use lingxi_store::Tx;
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, sea_query::OnConflict};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_notice")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: String,
    pub kind: String,
    pub object: String,
    pub body: String,
    pub received_at: DateTimeUtc,
    pub handled_at: Option<DateTimeUtc>,
    pub attempts: i32,
    pub next_at: DateTimeUtc,
    pub failure: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Keeps a notice, unless it is known; and gives it as it is kept.
pub(crate) async fn keep(tx: &Tx, notice: &Notice, body: String) -> Result<Model> {
    let row = Model {
        id: notice.id.clone(),
        kind: notice.kind.clone(),
        object: notice.object.clone(),
        body,
        received_at: tx.now(),
        handled_at: None,
        attempts: 0,
        next_at: tx.now(),
        failure: None,
    };
    Entity::insert(row.clone().into_active_model())
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(Entity::find_by_id(&notice.id).one(tx.conn()).await?.unwrap_or(row))
}

/// Notes what became of a notice.
pub(crate) async fn note(tx: &Tx, row: Model) -> Result<()> {
    Entity::update(row.into_active_model().reset_all()).exec(tx.conn()).await?;
    Ok(())
}

/// Removes handled notices from before a moment.
pub(crate) async fn prune(tx: &Tx, before: Timestamp) -> Result<()> {
    Entity::delete_many().filter(Column::HandledAt.lt(before)).exec(tx.conn()).await?;
    Ok(())
}
