//! Names of members, kept up to date by events, for the lines that customers see.

use lingxi_kernel::{MemberId, Result};
use lingxi_store::{TenantEntity, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, sea_query::OnConflict};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "channels_member")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

pub(crate) async fn put(tx: &Tx, member: MemberId, name: &str) -> Result<()> {
    let row = Model { tenant_id: tx.tenant(), member_id: member.uuid(), name: name.to_owned() };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::columns([Column::TenantId, Column::MemberId]).update_column(Column::Name).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
