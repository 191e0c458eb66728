//! The tables of every service. No foreign key leaves a service.

mod billing;
mod bot;
mod channels;
mod routing;
mod store;
mod table;
mod tenants;

use std::collections::HashSet;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::prelude::*;

/// All migrations, in order.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(store::Initial),
            Box::new(tenants::Initial),
            Box::new(channels::Initial),
            Box::new(bot::Initial),
            Box::new(routing::Initial),
            Box::new(billing::Initial),
            Box::new(tenants::ExportsAndQuotas),
            Box::new(channels::IdentityAndCards),
            Box::new(routing::Targets),
            Box::new(channels::ContactIdentities),
            Box::new(channels::SendersIds),
            Box::new(store::Leases),
            Box::new(bot::Learning),
            Box::new(bot::Gold),
            Box::new(bot::Flows),
            Box::new(bot::Outcomes),
            Box::new(bot::OutsideModels),
            Box::new(bot::Trained),
            Box::new(billing::Billing),
            Box::new(billing::Payments),
            Box::new(billing::Documents),
            Box::new(billing::Reversals),
            Box::new(tenants::ProvedAddresses),
            Box::new(store::DataKeys),
            Box::new(routing::Asked),
            Box::new(channels::ProvedVisitors),
            Box::new(store::Setbacks),
            Box::new(tenants::KeyMakers),
        ]
    }
}

/// The lock under which PostgreSQL's tables are changed, by one process at a time.
const LOCK: i64 = 7_306_001;

/// Brings the database up to this binary. On PostgreSQL the connection is one of the owner's, and the only one of its pool.
///
/// # Errors
/// The database's error.
pub async fn up(conn: &DatabaseConnection) -> Result<(), DbErr> {
    if conn.get_database_backend() != DbBackend::Postgres {
        return Migrator::up(conn, None).await;
    }
    conn.execute_unprepared(&format!("SELECT pg_advisory_lock({LOCK})")).await?;
    let done = async {
        for schema in search_path(conn).await? {
            conn.execute_unprepared(&format!("CREATE SCHEMA IF NOT EXISTS {schema}")).await?;
        }
        Migrator::up(conn, None).await
    };
    let done = done.await;
    conn.execute_unprepared(&format!("SELECT pg_advisory_unlock({LOCK})")).await?;
    done
}

/// The schemas of the connection's search path, which are those of this installation; `public` is everybody's.
async fn search_path(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT current_setting('search_path')";
    let row = conn.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let path: String = row.map_or(Ok(String::new()), |row| row.try_get_by_index(0))?;
    let schemas = path.split(',').map(|schema| schema.trim().trim_matches('"').to_owned());
    Ok(schemas.filter(|schema| schema != "public").collect())
}

/// The schema of a table: that of the search path with the beginning of the table's name at its end.
pub(crate) async fn schema_of(conn: &impl ConnectionTrait, table: &str) -> Result<String, DbErr> {
    let service = table.split('_').next().unwrap_or_default();
    let fits =
        |schema: &String| schema.strip_suffix(service).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    let found = search_path(conn).await?.into_iter().find(fits);
    found.ok_or_else(|| DbErr::Custom(format!("the search path has no schema for the table {table}")))
}

/// Undoes everything. For tests.
///
/// # Errors
/// The database's error.
pub async fn down(conn: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::down(conn, None).await
}

/// Lets the application's role of PostgreSQL work with the rows of all tables, and with nothing else.
///
/// # Errors
/// The database's error, such as that the role does not exist.
pub async fn grant(conn: &DatabaseConnection, role: &str) -> Result<(), DbErr> {
    let schemas = search_path(conn).await?.join(", ");
    let rights = [
        format!("GRANT USAGE ON SCHEMA {schemas} TO {role}"),
        format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schemas} TO {role}"),
        format!("GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schemas} TO {role}"),
        format!("REVOKE INSERT, UPDATE, DELETE ON seaql_migrations FROM {role}"),
        format!("GRANT SELECT ON seaql_migrations TO {role}"),
    ];
    conn.execute_unprepared(&rights.join("; ")).await.map(|_| ())
}

/// Whether a database has never been brought up by any binary.
///
/// # Errors
/// The database's error.
pub async fn is_empty(conn: &impl ConnectionTrait) -> Result<bool, DbErr> {
    Ok(pending(conn).await? == Migrator::migrations().len())
}

/// Migrations that this database has not seen yet. One of a newer binary has seen more, which is borne.
///
/// # Errors
/// The database's error.
pub async fn pending(conn: &impl ConnectionTrait) -> Result<usize, DbErr> {
    let backend = conn.get_database_backend();
    let there = match backend {
        DbBackend::Postgres => "SELECT 1 WHERE to_regclass('seaql_migrations') IS NOT NULL",
        _ => "SELECT 1 FROM sqlite_master WHERE name = 'seaql_migrations'",
    };
    let mut seen = HashSet::new();
    if conn.query_one_raw(Statement::from_string(backend, there)).await?.is_some() {
        let versions = Statement::from_string(backend, "SELECT version FROM seaql_migrations");
        for row in conn.query_all_raw(versions).await? {
            seen.insert(row.try_get::<String>("", "version")?);
        }
    }
    Ok(Migrator::migrations().iter().filter(|migration| !seen.contains(migration.name())).count())
}
