//! The bot's settings, one row per tenant.

use lingxi_contracts::bot::BotSettings;
use lingxi_kernel::Result;
use lingxi_store::{TenantEntity, Tx, find};
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bot_settings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub settings: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

pub(crate) async fn get(tx: &Tx) -> Result<BotSettings> {
    match find::<Entity>(tx).one(tx.conn()).await? {
        Some(row) => Ok(serde_json::from_value(row.settings)?),
        None => Ok(BotSettings::default()),
    }
}

pub(crate) async fn put(tx: &Tx, settings: &BotSettings) -> Result<()> {
    let row = Model { tenant_id: tx.tenant(), settings: serde_json::to_value(settings)? };
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::TenantId).update_column(Column::Settings).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
