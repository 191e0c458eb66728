//! The model that answers, trained: one per tenant.

use lingxi_kernel::Result;
use lingxi_store::{TenantEntity, Tx, find, insert};
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bot_trained")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub source: String,
    pub bytes: Vec<u8>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// The trained model of a source, when it is that which is kept.
pub(crate) async fn get(tx: &Tx, source: &str) -> Result<Option<Vec<u8>>> {
    Ok(find::<Entity>(tx).filter(Column::Source.eq(source)).one(tx.conn()).await?.map(|row| row.bytes))
}

/// Keeps a trained model in the place of the one before.
pub(crate) async fn put(tx: &Tx, source: &str, bytes: Vec<u8>) -> Result<()> {
    let row = Model { tenant_id: tx.tenant(), source: source.to_owned(), bytes };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::TenantId).update_columns([Column::Source, Column::Bytes]).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Gives a firm the release and the trained model of another one.
pub(crate) async fn copy(from: &Tx, to: &Tx) -> Result<()> {
    if let Some(release) = super::active_release(from).await? {
        insert(to, super::release::Model { tenant_id: to.tenant(), ..release }).await?;
    }
    if let Some(trained) = find::<Entity>(from).one(from.conn()).await? {
        put(to, &trained.source, trained.bytes).await?;
    }
    Ok(())
}
