//! Storage: the connection, the tenant scope, the transactional outbox and inbox.
//!
//! A [`Tx`] is the only handle that store functions take; it carries the tenant, and [`find`], [`update_many`] and
//! [`delete_many`] narrow every statement to it. What spans tenants is named in [`system`].

mod cache;
mod conn;
mod db;
pub mod dead_letters;
mod entity;
pub mod inbox;
pub mod leases;
pub mod outbox;
mod postgres;
pub mod schema;
mod scope;
pub mod sealed;
mod sqlite;
pub mod system;
mod tenant_tables;
mod together;
pub mod turns;
mod tx;

pub use cache::TenantCache;
pub use conn::Conn;
pub use db::Db;
pub use lingxi_vault::{Place, is_sealed};
pub use scope::{TenantEntity, delete_many, find, insert, insert_all, insert_new, update, update_many, upsert_all};
pub use sealed::seal_plain;
pub use tenant_tables::TenantTables;
pub use together::Together;
pub use turns::Turns;
pub use tx::Tx;

/// Whether an error says that a unique key is taken.
pub fn is_duplicate(error: &sea_orm::DbErr) -> bool {
    matches!(error.sql_err(), Some(sea_orm::SqlErr::UniqueConstraintViolation(_)))
}
