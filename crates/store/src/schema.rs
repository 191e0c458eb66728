//! Connections for changing the tables themselves: one each, because SQLite's others learn late of such changes, and the lock
//! that lets only one process change PostgreSQL's belongs to its connection.

use std::path::Path;

use lingxi_kernel::Result;
use sea_orm::{Database, DatabaseConnection};

/// Opens (and makes, if missing) a SQLite file.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the file cannot be opened or is no database.
pub async fn sqlite(path: &Path) -> Result<DatabaseConnection> {
    crate::sqlite::connect(path, 1).await
}

/// Connects to PostgreSQL as the owner of the tables, whose schemas begin with the prefix.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when it cannot be reached.
pub async fn postgres(url: &str, prefix: &str) -> Result<DatabaseConnection> {
    Ok(Database::connect(crate::postgres::options(url, prefix, 1)).await?)
}
