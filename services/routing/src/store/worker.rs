//! Workers: members who may take tasks.

use lingxi_contracts::routing::{Activity, Worker};
use lingxi_kernel::{MemberId, Result};
use lingxi_store::{TenantEntity, Tx, find};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel as _, QueryOrder as _, sea_query::OnConflict};

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "routing_worker")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    pub name: String,
    pub activity: String,
    pub activity_since: DateTimeUtc,
    pub capacity: i32,
    pub skills: Json,
    pub locales: Json,
    pub enabled: bool,
    pub counted_until: Option<DateTimeUtc>,
    pub paused_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

impl Model {
    pub(crate) fn activity(&self) -> Result<Activity> {
        Activity::parse(&self.activity)
    }

    pub(crate) fn into_contract(self, load: i32) -> Result<Worker> {
        Ok(Worker {
            member_id: self.member_id.into(),
            activity: self.activity()?,
            name: self.name,
            activity_since: self.activity_since,
            paused_at: self.paused_at,
            capacity: self.capacity,
            load,
            skills: serde_json::from_value(self.skills)?,
            locales: serde_json::from_value(self.locales)?,
        })
    }
}

/// All workers who may sign in, by name.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<Model>> {
    let rows = find::<Entity>(tx).filter(Column::Enabled.eq(true));
    Ok(rows.order_by_asc(Column::Name).all(tx.conn()).await?)
}

/// The worker of a member.
pub(crate) async fn get(tx: &Tx, member: MemberId) -> Result<Option<Model>> {
    Ok(find::<Entity>(tx).filter(Column::MemberId.eq(member.uuid())).one(tx.conn()).await?)
}

/// Makes the worker of a member, or follows a change of name or status.
pub(crate) async fn put(tx: &Tx, member: MemberId, name: &str, enabled: bool) -> Result<()> {
    let row = Model {
        tenant_id: tx.tenant(),
        member_id: member.uuid(),
        name: name.to_owned(),
        activity: Activity::Offline.as_str().to_owned(),
        activity_since: tx.now(),
        capacity: 3,
        skills: serde_json::json!([]),
        locales: serde_json::json!([]),
        enabled,
        counted_until: None,
        paused_at: None,
    };
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::MemberId])
                .update_columns([Column::Name, Column::Enabled])
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}
