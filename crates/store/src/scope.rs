//! The tenant scope: the only ways in which services reach rows of a tenant.

use lingxi_kernel::Result;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait as _, DbBackend, DeleteMany, EntityName as _, EntityTrait,
    IdenStatic, IntoActiveModel, Iterable as _, ModelTrait, PrimaryKeyToColumn, QueryFilter, Select, Statement,
    UpdateMany,
};
use uuid::Uuid;

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
{
    if !models.is_empty() {
        tx.conn().execute_raw(inserting(tx, models, "")).await?;
    }
    Ok(())
}

/// Stores those of some rows whose keys are not taken yet, in one statement, and gives what these have in a column, such as their id.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
pub async fn insert_new<M>(tx: &Tx, models: Vec<M>, given: <M::Entity as EntityTrait>::Column) -> Result<Vec<Uuid>>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    if models.is_empty() {
        return Ok(Vec::new());
    }
    let after = format!(" ON CONFLICT DO NOTHING RETURNING \"{}\"", given.as_str());
    let rows = tx.conn().query_all_raw(inserting(tx, models, &after)).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, sea_orm::DbErr>>()?)
}

/// Stores rows in one statement, whether they are new or changed.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
pub async fn upsert_all<M>(tx: &Tx, models: Vec<M>) -> Result<()>
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    M::Entity: TenantEntity<Model = M>,
{
    type Key<M> = <<M as ModelTrait>::Entity as EntityTrait>::PrimaryKey;
    if models.is_empty() {
        return Ok(());
    }
    let key: Vec<_> = Key::<M>::iter().map(|part| part.into_column().as_str()).collect();
    let columns = <M::Entity as EntityTrait>::Column::iter();
    let rest = columns.map(|column| column.as_str()).filter(|name| !key.contains(name));
    let set: Vec<String> = rest.map(|name| format!("\"{name}\" = excluded.\"{name}\"")).collect();
    let then = if set.is_empty() { "NOTHING".to_owned() } else { format!("UPDATE SET {}", set.join(", ")) };
    let after = format!(" ON CONFLICT (\"{}\") DO {then}", key.join("\", \""));
    tx.conn().execute_raw(inserting(tx, models, &after)).await?;
    Ok(())
}

/// The statement that inserts rows whole. Written here, because building it value by value as an expression costs more than storing it.
fn inserting<M>(tx: &Tx, models: Vec<M>, after: &str) -> Statement
where
    M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
{
    let backend = tx.conn().get_database_backend();
    let columns: Vec<_> = <M::Entity as EntityTrait>::Column::iter().collect();
    let names: Vec<&str> = columns.iter().map(IdenStatic::as_str).collect();
    let table = M::Entity::default();
    let mut sql = format!("INSERT INTO \"{}\" (\"{}\") VALUES ", table.table_name(), names.join("\", \""));
    let mut values = Vec::with_capacity(models.len() * columns.len());
    for model in models {
        sql.push_str(if values.is_empty() { "(" } else { "), (" });
        let mut row = model.into_active_model();
        for (position, column) in columns.iter().enumerate() {
            values.extend(row.take(*column).into_value());
            if position > 0 {
                sql.push_str(", ");
            }
            // SQLite looks every number up among all of those before it.
            match backend {
                DbBackend::Postgres => sql.extend(["$", &values.len().to_string()]),
                _ => sql.push('?'),
            }
        }
    }
    sql.push(')');
    sql.push_str(after);
    Statement::from_sql_and_values(backend, sql, values)
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
