//! The tenant scope: the only ways in which services reach rows of a tenant.

use lingxi_kernel::Result;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DeleteMany, EntityTrait, IdenStatic, IntoActiveModel, Iterable as _, ModelTrait,
    PrimaryKeyToColumn, QueryFilter, Select, UpdateMany,
};

use crate::Tx;

/// An entity whose rows belong to tenants.
pub trait TenantEntity: EntityTrait {
    /// The column of the tenant.
    const TENANT: Self::Column;
}

/// The tenant's rows.
pub fn find<E: TenantEntity>(tx: &Tx) -> Select<E> {
    E::find().filter(E::TENANT.eq(tx.tenant()))
}

/// A change of many of the tenant's rows.
pub fn update_many<E: TenantEntity>(tx: &Tx) -> UpdateMany<E> {
    E::update_many().filter(E::TENANT.eq(tx.tenant()))
}

/// A removal of many of the tenant's rows.
pub fn delete_many<E: TenantEntity>(tx: &Tx) -> DeleteMany<E> {
    E::delete_many().filter(E::TENANT.eq(tx.tenant()))
}

/// Stores a new row.
///
/// # Errors
/// The database's own error, so that callers can tell a taken key ([`crate::is_duplicate`]).
pub async fn insert<M>(tx: &Tx, model: M) -> Result<(), sea_orm::DbErr>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    M::Entity::insert(model.into_active_model()).exec_without_returning(tx.conn()).await.map(|_| ())
}

/// Stores new rows in one statement.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when a key is taken or the database refuses.
pub async fn insert_all<M>(tx: &Tx, models: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    if !models.is_empty() {
        let rows = models.into_iter().map(IntoActiveModel::into_active_model);
        M::Entity::insert_many(rows).exec_without_returning(tx.conn()).await?;
    }
    Ok(())
}

/// Stores rows in one statement, whether they are new or changed.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
pub async fn upsert_all<M>(tx: &Tx, models: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: TenantEntity<Model = M>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    type Key<M> = <<M as ModelTrait>::Entity as EntityTrait>::PrimaryKey;
    if models.is_empty() {
        return Ok(());
    }
    let key: Vec<_> = Key::<M>::iter().map(PrimaryKeyToColumn::into_column).collect();
    let names: Vec<&str> = key.iter().map(IdenStatic::as_str).collect();
    let rest = <M::Entity as EntityTrait>::Column::iter().filter(|column| !names.contains(&column.as_str()));
    let known = OnConflict::columns(key).update_columns(rest).to_owned();
    let rows = models.into_iter().map(IntoActiveModel::into_active_model);
    M::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx.conn()).await?;
    Ok(())
}

/// Stores a changed row.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the row is gone or the database refuses.
pub async fn update<M>(tx: &Tx, model: M) -> Result<M>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: TenantEntity<Model = M>,
    <M::Entity as EntityTrait>::ActiveModel: Send,
{
    let row = model.clone().into_active_model().reset_all();
    M::Entity::update(row)
        .validate()?
        .filter(<M::Entity as TenantEntity>::TENANT.eq(tx.tenant()))
        .exec_without_returning(tx.conn())
        .await?;
    Ok(model)
}
