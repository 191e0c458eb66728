//! One-time secrets of mails.

use chrono::TimeDelta;
use lingxi_kernel::{Result, Timestamp};
use lingxi_store::{TenantEntity, Tx, delete_many, find, insert};
use sea_orm::entity::prelude::*;

use crate::secrets::hash_secret;

/// How long a secret holds.
pub(crate) const VALID: TimeDelta = TimeDelta::days(2);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenants_token")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub secret_hash: String,
    pub purpose: String,
    pub account_id: Uuid,
    pub expires_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// Draws a secret for a purpose; older ones of the account end with it.
pub(crate) async fn issue(tx: &Tx, purpose: &str, account: Uuid) -> Result<String> {
    let older = delete_many::<Entity>(tx).filter(Column::Purpose.eq(purpose)).filter(Column::AccountId.eq(account));
    older.exec(tx.conn()).await?;
    let secret = tx.env().secret();
    let row = Model {
        tenant_id: tx.tenant(),
        secret_hash: hash_secret(&secret),
        purpose: purpose.to_owned(),
        account_id: account,
        expires_at: tx.now() + VALID,
    };
    insert(tx, row).await?;
    Ok(format!("{}.{secret}", tx.ctx().tenant))
}

/// The account that a secret was issued for, when it holds.
pub(crate) async fn holder(tx: &Tx, purpose: &str, secret: &str) -> Result<Option<Uuid>> {
    let row = find::<Entity>(tx).filter(Column::SecretHash.eq(hash_secret(secret))).one(tx.conn()).await?;
    Ok(row.filter(|row| row.purpose == purpose && row.expires_at > tx.now()).map(|row| row.account_id))
}

/// Uses a secret up; the account it was issued for, when it holds.
pub(crate) async fn redeem(tx: &Tx, purpose: &str, secret: &str) -> Result<Option<Uuid>> {
    let account = holder(tx, purpose, secret).await?;
    let used = delete_many::<Entity>(tx).filter(Column::SecretHash.eq(hash_secret(secret))).exec(tx.conn()).await?;
    // Somebody else may have used it at the same moment.
    Ok(account.filter(|_| used.rows_affected == 1))
}

/// Whether an account was issued a secret for a purpose since a moment.
pub(crate) async fn issued_since(tx: &Tx, purpose: &str, account: Uuid, since: Timestamp) -> Result<bool> {
    let rows = find::<Entity>(tx)
        .filter(Column::Purpose.eq(purpose))
        .filter(Column::AccountId.eq(account))
        .filter(Column::ExpiresAt.gt(since + VALID));
    Ok(rows.one(tx.conn()).await?.is_some())
}
