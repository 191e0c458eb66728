//! The tables of every service. No foreign key leaves a service.

mod billing;
mod bot;
mod channels;
mod routing;
mod store;
mod table;
mod tenants;

use sea_orm::DatabaseConnection;
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
        ]
    }
}

/// Brings the database up to this binary.
///
/// # Errors
/// The database's error.
pub async fn up(conn: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::up(conn, None).await
}

/// Undoes everything. For tests.
///
/// # Errors
/// The database's error.
pub async fn down(conn: &DatabaseConnection) -> Result<(), DbErr> {
    Migrator::down(conn, None).await
}

/// Migrations that this database has not seen yet.
///
/// # Errors
/// The database's error.
pub async fn pending(conn: &DatabaseConnection) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(conn).await?.len())
}
