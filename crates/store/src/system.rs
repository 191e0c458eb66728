//! What spans tenants: accounts, the list of tenants, the outbox. Every use outside this crate is listed in
//! ARCHITECTURE.md.

use lingxi_kernel::{Ctx, TenantId};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbBackend, DbErr, Statement};
use uuid::Uuid;

use crate::Db;

/// A connection for reading tables that belong to no tenant.
pub fn reader(db: &Db) -> &DatabaseConnection {
    db.readers()
}

/// The connection that changes the tables themselves. It is the one that writes: SQLite's others learn late of such changes.
pub async fn schema(db: &Db) -> DatabaseConnection {
    db.writer().await
}

/// The context of changes that belong to no tenant.
pub fn ctx(service: &str) -> Ctx {
    Ctx::system(TenantId::from_uuid(Uuid::nil()), service)
}

/// Whether the database answers.
///
/// # Errors
/// The database's error.
pub async fn ping(db: &Db) -> Result<(), DbErr> {
    db.readers().execute_unprepared("SELECT 1").await.map(|_| ())
}

/// Bytes of the database.
///
/// # Errors
/// The database's error.
pub async fn size(db: &Db) -> Result<i64, DbErr> {
    let sql = "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()";
    let row = db.readers().query_one_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    row.map_or(Ok(0), |row| row.try_get("", "bytes"))
}
