//! What the disk and SQLite give without us: bare durable inserts of single rows.

use std::path::Path;
use std::time::{Duration, Instant};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};

use crate::Failure;

/// Single-row durable inserts per second, one after the other, into a database with the product's settings.
pub(crate) async fn inserts_per_second(folder: &Path) -> Result<f64, Failure> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", folder.join("reference.db").display()));
    options
        .max_connections(1)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| sqlite.pragma("journal_mode", "WAL").pragma("synchronous", "FULL"));
    let database = Database::connect(options).await?;
    database.execute_unprepared("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)").await?;
    let (started, mut rows) = (Instant::now(), 0_u32);
    while started.elapsed() < Duration::from_secs(3) {
        database.execute_unprepared("INSERT INTO row (text) VALUES ('how do I cancel my policy')").await?;
        rows += 1;
    }
    Ok(f64::from(rows) / started.elapsed().as_secs_f64())
}
