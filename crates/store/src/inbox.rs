//! The inbox: an event has its effect once per consumer, because its row commits with the effect.

use lingxi_contracts::Envelope;
use lingxi_kernel::{Result, Timestamp};
use sea_orm::entity::prelude::*;
use sea_orm::{IntoActiveModel, TryInsertResult, sea_query::OnConflict};

use crate::{Db, TenantEntity, Tx, outbox::system_ctx};

/// An event that a consumer has handled.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_inbox")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Which event.
    #[sea_orm(primary_key, auto_increment = false)]
    pub event_id: Uuid,
    /// Who handled it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub consumer: String,
    /// When.
    pub handled_at: DateTimeUtc,
}

/// No relations: services share no foreign keys.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// Whether the consumer sees the event for the first time; notes it in the transaction of the effect.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the row cannot be written.
pub async fn first_time(tx: &Tx, consumer: &str, event: &Envelope) -> Result<bool> {
    let row = Model {
        tenant_id: tx.tenant(),
        event_id: event.id.uuid(),
        consumer: consumer.to_owned(),
        handled_at: tx.now(),
    };
    let inserted = Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

/// Removes rows older than a moment; the outbox must not deliver anything that old again.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the rows cannot be removed.
pub async fn prune(db: &Db, before: Timestamp) -> Result<u64> {
    let tx = db.begin(&system_ctx()).await?;
    let removed = Entity::delete_many().filter(Column::HandledAt.lt(before)).exec(tx.conn()).await?;
    tx.commit().await?;
    Ok(removed.rows_affected)
}
