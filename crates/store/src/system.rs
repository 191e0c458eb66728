//! What spans tenants: accounts, the list of tenants, the outbox. Every use outside this crate is listed in
//! ARCHITECTURE.md.

use lingxi_kernel::{Ctx, TenantId};
use sea_orm::{ConnectionTrait as _, DbErr, Statement};
use uuid::Uuid;

use crate::db::Backend;
use crate::{Conn, Db};

/// A connection for reading over all tenants: timers that look for due work, and tables that belong to no tenant.
pub fn reader(db: &Db) -> Conn {
    db.system()
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
    db.system().execute_unprepared("SELECT 1").await.map(|_| ())
}

/// Bytes of the database.
///
/// # Errors
/// The database's error.
pub async fn size(db: &Db) -> Result<i64, DbErr> {
    let sql = match &db.backend {
        Backend::Sqlite(_) => "SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
        Backend::Postgres(_) => "SELECT pg_database_size(current_database()) AS bytes",
    };
    let conn = db.system();
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    row.map_or(Ok(0), |row| row.try_get("", "bytes"))
}
