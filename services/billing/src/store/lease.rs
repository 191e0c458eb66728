//! Use that was granted ahead of being counted.

use lingxi_kernel::{Decimal, EventId, Result, Timestamp};
use lingxi_store::{TenantEntity, Tx, delete_many, find, insert};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_lease")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub meter: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub holder: Uuid,
    pub units: String,
    pub until: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// What was granted of a meter and may still come.
pub(crate) async fn standing(tx: &Tx, meter: &str) -> Result<Decimal> {
    let rows =
        find::<Entity>(tx).filter(Column::Meter.eq(meter)).filter(Column::Until.gt(tx.now())).all(tx.conn()).await?;
    rows.iter().map(|row| Decimal::parse(&row.units)).try_fold(Decimal::ZERO, |sum, units| sum.plus(units?))
}

/// Grants use of a meter until a moment, and forgets what has lapsed.
pub(crate) async fn hold(tx: &Tx, meter: &str, units: Decimal, until: Timestamp) -> Result<()> {
    delete_many::<Entity>(tx).filter(Column::Until.lte(tx.now())).exec(tx.conn()).await?;
    let holder = tx.id::<EventId>().uuid();
    insert(tx, Model { tenant_id: tx.tenant(), meter: meter.to_owned(), holder, units: units.to_string(), until })
        .await?;
    Ok(())
}
