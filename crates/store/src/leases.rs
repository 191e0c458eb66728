//! Leases of work that many processes could do, by the database's clock. A file of SQLite has one process, which holds all.

use std::collections::BTreeMap;
use std::time::Duration;

use lingxi_kernel::Result;
use sea_orm::{ConnectionTrait as _, DbBackend, Statement, Value};
use uuid::Uuid;

use crate::Db;
use crate::db::Backend;

/// Every lease that runs, by name, with its holder.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be read.
pub async fn standing(db: &Db) -> Result<BTreeMap<String, Uuid>> {
    let Backend::Postgres(postgres) = &db.backend else { return Ok(BTreeMap::new()) };
    let sql = "SELECT name, holder FROM store_lease WHERE until > now()";
    let rows = postgres.pool().query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    rows.into_iter().map(|row| Ok((row.try_get("", "name")?, row.try_get("", "holder")?))).collect()
}

/// Holds leases for a time, and lets the holder's others go; gives those that are held: of some, another may have been faster.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be written.
pub async fn hold(db: &Db, holder: Uuid, names: &[String], time: Duration) -> Result<Vec<String>> {
    let Backend::Postgres(postgres) = &db.backend else { return Ok(names.to_vec()) };
    let names = serde_json::to_string(names)?;
    let let_go =
        "DELETE FROM store_lease WHERE holder = $1 AND name NOT IN (SELECT json_array_elements_text($2::json))";
    let values: [Value; 2] = [holder.into(), names.clone().into()];
    postgres.pool().execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, let_go, values)).await?;
    let take = "INSERT INTO store_lease (name, holder, until)
        SELECT name, $1, now() + make_interval(secs => $3) FROM json_array_elements_text($2::json) AS name
        ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
        WHERE store_lease.holder = excluded.holder OR store_lease.until <= now()
        RETURNING name";
    let values: [Value; 3] = [holder.into(), names.into(), time.as_secs_f64().into()];
    let rows = postgres.pool().query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, take, values)).await?;
    rows.into_iter().map(|row| Ok(row.try_get("", "name")?)).collect()
}

/// Lets all leases of a holder go.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the table cannot be written.
pub async fn give_up(db: &Db, holder: Uuid) -> Result<()> {
    hold(db, holder, &[], Duration::ZERO).await.map(|_| ())
}
