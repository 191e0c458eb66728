//! The list of tenants.

use lingxi_contracts::tenants::{Quota, Tenant, TenantStatus};
use lingxi_kernel::{Error, Page, PageArgs, Result, TenantId, Timestamp};
use lingxi_store::{Conn, Tx};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, QueryOrder as _, QuerySelect as _};

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
    pub quota: Option<Json>,
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
            allowance: Quota::default(),
            quota: self.quota.map_or(Ok(Quota::default()), serde_json::from_value)?,
        })
    }
}

/// The tenant of the context.
pub(crate) async fn own(tx: &Tx) -> Result<Model> {
    find(tx).await?.ok_or_else(|| Error::not_found("tenant"))
}

/// The tenant of the context, if there is one.
pub(crate) async fn find(tx: &Tx) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(tx.tenant()).one(tx.conn()).await?)
}

pub(crate) async fn insert(tx: &Tx, tenant: Model) -> Result<()> {
    Entity::insert(tenant.into_active_model()).exec_without_returning(tx.conn()).await?;
    Ok(())
}

pub(crate) async fn update(tx: &Tx, tenant: Model) -> Result<Model> {
    Ok(Entity::update(tenant.into_active_model().reset_all()).exec(tx.conn()).await?)
}

/// Tenants whose time to be deleted has come.
pub(crate) async fn due(conn: &Conn, now: Timestamp) -> Result<Vec<Model>> {
    let due = Entity::find()
        .filter(Column::Status.eq(TenantStatus::PendingDeletion.as_str()))
        .filter(Column::DeleteAfter.lte(now));
    Ok(due.all(conn).await?)
}

/// A page of all tenants that are not over, newest first.
pub(crate) async fn page(conn: &Conn, search: Option<&str>, args: &PageArgs) -> Result<Page<Model>> {
    let mut rows = Entity::find()
        .filter(Column::Status.ne(TenantStatus::Ended.as_str()))
        .order_by_desc(Column::Id)
        .limit(u64::from(args.first) + 1);
    if let Some(words) = search.map(str::trim).filter(|words| !words.is_empty()) {
        rows = match words.parse::<TenantId>() {
            Ok(id) => rows.filter(Column::Id.eq(id.uuid())),
            Err(_) => rows.filter(conn.contains(Column::Name, words)),
        };
    }
    if let Some(after) = &args.after {
        rows = rows.filter(Column::Id.lt(after.parse::<TenantId>()?.uuid()));
    }
    Ok(Page::from_overfetch(rows.all(conn).await?, args, |row| TenantId::from_uuid(row.id).to_string()))
}

/// Tenants in use.
pub(crate) async fn count(conn: &Conn) -> Result<i64> {
    let rows = Entity::find().filter(Column::Status.ne(TenantStatus::Ended.as_str()));
    Ok(i64::try_from(rows.count(conn).await?)?)
}
