//! Tables of the service.

pub(crate) mod account;
pub(crate) mod rollup;

use lingxi_contracts::billing::{Meter, UsageEvent};
use lingxi_kernel::{Page, PageArgs, Result, Timestamp, UsageId};
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    TryInsertResult, sea_query::OnConflict,
};

tenant_entity!(usage, "billing_usage", {
    source: String,
    source_id: String,
    meter: String,
    quantity: i64,
    at: DateTimeUtc,
    evidence: String,
    reversed: bool,
});

impl usage::Model {
    pub(crate) fn into_contract(self) -> Result<UsageEvent> {
        Ok(UsageEvent {
            id: self.id.into(),
            meter: Meter::parse(&self.meter)?,
            quantity: self.quantity,
            at: self.at,
            evidence: self.evidence,
            reversed: self.reversed,
        })
    }
}

/// Stores the facts whose identity is not known yet, and returns those.
pub(crate) async fn insert_once(tx: &Tx, rows: Vec<usage::Model>) -> Result<Vec<usage::Model>> {
    if rows.is_empty() {
        return Ok(rows);
    }
    let stored = usage::Entity::insert_many(rows.into_iter().map(usage::Model::into_active_model))
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_with_returning_many(tx.conn())
        .await?;
    Ok(match stored {
        TryInsertResult::Inserted(rows) => rows,
        TryInsertResult::Empty | TryInsertResult::Conflicted => Vec::new(),
    })
}

/// A page of the facts of a meter in a period, newest first.
pub(crate) async fn page(
    tx: &Tx,
    meter: Meter,
    from: Timestamp,
    to: Timestamp,
    args: &PageArgs,
) -> Result<Page<usage::Model>> {
    let mut rows = find::<usage::Entity>(tx)
        .filter(usage::Column::Meter.eq(meter.as_str()))
        .filter(usage::Column::At.gte(from))
        .filter(usage::Column::At.lt(to))
        .order_by_desc(usage::Column::Id)
        .limit(u64::from(args.first) + 1);
    if let Some(after) = &args.after {
        rows = rows.filter(usage::Column::Id.lt(after.parse::<UsageId>()?.uuid()));
    }
    Ok(Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| UsageId::from_uuid(row.id).to_string()))
}

/// Facts of a meter about some evidence since a moment that were not taken back.
pub(crate) async fn standing(tx: &Tx, meter: Meter, evidence: &str, since: Timestamp) -> Result<Vec<usage::Model>> {
    Ok(find::<usage::Entity>(tx)
        .filter(usage::Column::Meter.eq(meter.as_str()))
        .filter(usage::Column::At.gte(since))
        .filter(usage::Column::Evidence.eq(evidence))
        .filter(usage::Column::Reversed.eq(false))
        .all(tx.conn())
        .await?)
}
