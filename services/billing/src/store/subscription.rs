//! Subscriptions, and the phases that they went through.

use lingxi_kernel::{Result, Timestamp};
use lingxi_store::{TenantEntity, Tx, find, tenant_entity};
use sea_orm::entity::prelude::*;
use sea_orm::{Condition, QueryOrder as _};

/// One per firm.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_subscription")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub status: String,
    pub zone: String,
    pub currency: String,
    pub started_at: DateTimeUtc,
    pub period_from: DateTimeUtc,
    pub period_to: DateTimeUtc,
    pub trial_ends_at: Option<DateTimeUtc>,
    /// `code/version` of the plan from the next period on.
    pub next_plan: Option<String>,
    pub ends_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

tenant_entity!(
    /// A stretch on one version of a plan; the last one has no end.
    phase, "billing_phase", {
    plan: String,
    version: i32,
    kind: String,
    from: DateTimeUtc,
    to: Option<DateTimeUtc>,
});

/// The firm's subscription.
pub(crate) async fn get(tx: &Tx) -> Result<Option<Model>> {
    Ok(find::<Entity>(tx).one(tx.conn()).await?)
}

/// The phases that lie in a stretch of time, in their order.
pub(crate) async fn phases(tx: &Tx, from: Timestamp, to: Timestamp) -> Result<Vec<phase::Model>> {
    let mut rows = phases_since(tx, from).await?;
    rows.retain(|row| row.from < to);
    Ok(rows)
}

/// The phases that are not over at a moment, in their order.
pub(crate) async fn phases_since(tx: &Tx, from: Timestamp) -> Result<Vec<phase::Model>> {
    let open = Condition::any().add(phase::Column::To.is_null()).add(phase::Column::To.gt(from));
    let rows = find::<phase::Entity>(tx).filter(open).order_by_asc(phase::Column::From).all(tx.conn()).await?;
    // A phase that was replaced in the hour in which it began is empty.
    Ok(rows.into_iter().filter(|row| row.to != Some(row.from)).collect())
}

/// The phase without an end.
pub(crate) async fn last_phase(tx: &Tx) -> Result<Option<phase::Model>> {
    Ok(find::<phase::Entity>(tx).filter(phase::Column::To.is_null()).one(tx.conn()).await?)
}
