//! What spans tenants: accounts, the list of tenants, the outbox. Every use outside this crate is listed in
//! ARCHITECTURE.md.

use lingxi_kernel::{Ctx, TenantId};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, DbErr};
use uuid::Uuid;

use crate::Db;

/// A connection for reading tables that belong to no tenant.
pub fn reader(db: &Db) -> &DatabaseConnection {
    db.readers()
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
