//! To whom a firm's bills are written, and its limits.

use lingxi_contracts::billing::{BillingProfile, SpendLimits};
use lingxi_kernel::Result;
use lingxi_payments::Card;
use lingxi_store::{TenantEntity, Tx, find, upsert_all};
use sea_orm::entity::prelude::*;

use crate::rules::limits::Told;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_settings")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    pub profile: Json,
    pub limits: Json,
    pub told: Json,
    /// The period in which the cap was reached.
    pub capped_period: Option<String>,
    pub customer: Option<String>,
    pub card: Option<Json>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// The settings, opened.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Settings {
    pub profile: BillingProfile,
    pub limits: SpendLimits,
    pub told: Told,
    pub capped_period: Option<String>,
    /// The payment provider's id of the firm.
    pub customer: Option<String>,
    /// The card that invoices are charged to.
    pub card: Option<Card>,
}

pub(crate) async fn get(tx: &Tx) -> Result<Settings> {
    let Some(row) = find::<Entity>(tx).one(tx.conn()).await? else {
        return Ok(Settings::default());
    };
    Ok(Settings {
        profile: serde_json::from_value(row.profile)?,
        limits: serde_json::from_value(row.limits)?,
        told: serde_json::from_value(row.told)?,
        capped_period: row.capped_period,
        customer: row.customer,
        card: row.card.map(serde_json::from_value).transpose()?,
    })
}

pub(crate) async fn put(tx: &Tx, it: &Settings) -> Result<()> {
    let row = Model {
        tenant_id: tx.tenant(),
        profile: serde_json::to_value(&it.profile)?,
        limits: serde_json::to_value(&it.limits)?,
        told: serde_json::to_value(&it.told)?,
        capped_period: it.capped_period.clone(),
        customer: it.customer.clone(),
        card: it.card.as_ref().map(serde_json::to_value).transpose()?,
    };
    upsert_all(tx, vec![row]).await
}
