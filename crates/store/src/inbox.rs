//! The inbox: an event has its effect once per consumer, because its row commits with the effect.

use std::collections::HashSet;
use std::sync::Arc;

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

/// Those of a tenant's events that the consumer sees for the first time, in their order; notes them like [`first_time`].
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the rows cannot be written.
pub async fn first_times<'a>(tx: &Tx, consumer: &str, events: &'a [Arc<Envelope>]) -> Result<Vec<&'a Envelope>> {
    let rows = events.iter().map(|event| {
        let model = Model {
            tenant_id: tx.tenant(),
            event_id: event.id.uuid(),
            consumer: consumer.to_owned(),
            handled_at: tx.now(),
        };
        model.into_active_model()
    });
    let inserted = Entity::insert_many(rows)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_with_returning_many(tx.conn())
        .await?;
    let TryInsertResult::Inserted(rows) = inserted else { return Ok(Vec::new()) };
    let mut fresh: HashSet<Uuid> = rows.into_iter().map(|row| row.event_id).collect();
    Ok(events.iter().filter(|event| fresh.remove(&event.id.uuid())).map(Arc::as_ref).collect())
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
