//! The list of tenants.

use lingxi_contracts::tenants::{Tenant, TenantStatus};
use lingxi_kernel::{Error, Result, TenantId};
use lingxi_store::Tx;
use sea_orm::IntoActiveModel as _;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants_tenant")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub industry: String,
    pub locale: String,
    pub time_zone: String,
    pub status: String,
    pub hours: Json,
    pub created_at: DateTimeUtc,
    pub delete_after: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    pub(crate) fn into_contract(self) -> Result<Tenant> {
        Ok(Tenant {
            id: TenantId::from_uuid(self.id),
            name: self.name,
            industry: self.industry,
            locale: self.locale,
            time_zone: self.time_zone,
            status: TenantStatus::parse(&self.status)?,
            created_at: self.created_at,
            delete_after: self.delete_after,
        })
    }
}

/// The tenant of the context.
pub(crate) async fn own(tx: &Tx) -> Result<Model> {
    Entity::find_by_id(tx.tenant()).one(tx.conn()).await?.ok_or_else(|| Error::not_found("tenant"))
}

pub(crate) async fn insert(tx: &Tx, tenant: Model) -> Result<()> {
    Entity::insert(tenant.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, tenant: Model) -> Result<Model> {
    Ok(Entity::update(tenant.into_active_model().reset_all()).exec(tx.conn()).await?)
}
