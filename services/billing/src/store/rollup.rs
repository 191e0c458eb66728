//! Quantities by meter and local hour; moved in the transaction that stores the fact.

use std::collections::HashMap;

use lingxi_contracts::billing::Meter;
use lingxi_kernel::{Result, Timestamp};
use lingxi_store::{TenantEntity, Tx, find};
use sea_orm::entity::prelude::*;
use sea_orm::{
    IntoActiveModel as _, QuerySelect as _,
    sea_query::{Expr, ExprTrait as _, OnConflict},
};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_rollup")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meter: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub hour: DateTimeUtc,
    pub quantity: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// Adds to a bucket.
pub(crate) async fn add(tx: &Tx, meter: Meter, hour: Timestamp, quantity: i64) -> Result<()> {
    let row = Model { tenant_id: tx.tenant(), meter: meter.as_str().to_owned(), hour, quantity };
    let sum = Expr::col((Entity, Column::Quantity)).add(quantity);
    Entity::insert(row.into_active_model())
        .on_conflict(
            OnConflict::columns([Column::TenantId, Column::Meter, Column::Hour])
                .value(Column::Quantity, sum)
                .to_owned(),
        )
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The buckets of a period.
pub(crate) async fn between(tx: &Tx, from: Timestamp, to: Timestamp) -> Result<Vec<Model>> {
    let rows = find::<Entity>(tx).filter(Column::Hour.gte(from)).filter(Column::Hour.lt(to));
    Ok(rows.all(tx.conn()).await?)
}

/// The quantities of a period by meter; of what is a level and not a flow, the level at its end.
pub(crate) async fn totals(tx: &Tx, from: Timestamp, to: Timestamp) -> Result<HashMap<Meter, i64>> {
    let mut totals = HashMap::new();
    for row in between(tx, from, to).await? {
        *totals.entry(Meter::parse(&row.meter)?).or_default() += row.quantity;
    }
    let level = Meter::StoredKb;
    let before: Option<Option<i64>> = find::<Entity>(tx)
        .select_only()
        .column_as(Column::Quantity.sum(), "sum")
        .filter(Column::Meter.eq(level.as_str()))
        .filter(Column::Hour.lt(from))
        .into_tuple()
        .one(tx.conn())
        .await?;
    *totals.entry(level).or_default() += before.flatten().unwrap_or(0);
    Ok(totals)
}
