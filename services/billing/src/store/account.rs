//! A firm's plan and limits.

use lingxi_kernel::Result;
use lingxi_store::{TenantEntity, Tx, find};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, sea_query::OnConflict};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_account")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub plan: String,
    pub alert_minor: Option<i64>,
    pub cap_minor: Option<i64>,
    pub alerted_period: Option<String>,
    pub capped_period: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// The firm's account, or a fresh one on a plan.
pub(crate) async fn get_or(tx: &Tx, plan: &str) -> Result<Model> {
    let row = find::<Entity>(tx).one(tx.conn()).await?;
    Ok(row.unwrap_or_else(|| Model {
        tenant_id: tx.tenant(),
        plan: plan.to_owned(),
        alert_minor: None,
        cap_minor: None,
        alerted_period: None,
        capped_period: None,
    }))
}

/// Stores the account.
pub(crate) async fn put(tx: &Tx, row: Model) -> Result<()> {
    let columns = [Column::Plan, Column::AlertMinor, Column::CapMinor, Column::AlertedPeriod, Column::CappedPeriod];
    Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::column(Column::TenantId).update_columns(columns).to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
