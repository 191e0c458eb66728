//! What statements run on: SQLite's connections as they are, PostgreSQL's inside a transaction that knows its tenant.

use async_trait::async_trait;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use uuid::Uuid;

use crate::postgres::Scoped;

/// A connection for store functions.
pub struct Conn(pub(crate) Kind);

pub(crate) enum Kind {
    Sqlite(DatabaseConnection),
    Postgres(Scoped),
}

impl std::fmt::Debug for Conn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Conn").finish_non_exhaustive()
    }
}

impl Conn {
    pub(crate) fn sqlite(conn: DatabaseConnection) -> Self {
        Self(Kind::Sqlite(conn))
    }

    /// Whether a column holds some words, small and large letters alike.
    pub fn contains<C: ColumnTrait>(&self, column: C, words: &str) -> Expr {
        match &self.0 {
            Kind::Sqlite(_) => column.contains(words),
            Kind::Postgres(_) => column.ilike(format!("%{words}%")),
        }
    }

    /// From here to the end of the transaction nobody else numbers facts: who reads them by number then misses none.
    pub(crate) async fn number_facts(&self) -> Result<(), DbErr> {
        if let Kind::Postgres(scoped) = &self.0 {
            scoped.tx().await?.execute_unprepared("SELECT pg_advisory_xact_lock(7306002)").await?;
        }
        Ok(())
    }

    /// From here on a transaction of several tenants is in this one.
    pub(crate) async fn enter(&self, tenant: Uuid) -> Result<(), DbErr> {
        match &self.0 {
            Kind::Sqlite(_) => Ok(()),
            Kind::Postgres(scoped) => scoped.enter(tenant).await,
        }
    }

    /// Ends a transaction of PostgreSQL well.
    pub(crate) async fn commit(&mut self) -> Result<(), DbErr> {
        match &mut self.0 {
            Kind::Sqlite(_) => Ok(()),
            Kind::Postgres(scoped) => scoped.commit().await,
        }
    }
}

#[async_trait]
impl ConnectionTrait for Conn {
    fn get_database_backend(&self) -> DbBackend {
        match &self.0 {
            Kind::Sqlite(_) => DbBackend::Sqlite,
            Kind::Postgres(_) => DbBackend::Postgres,
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Kind::Sqlite(conn) => conn.execute_raw(statement).await,
            Kind::Postgres(scoped) => scoped.tx().await?.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.0 {
            Kind::Sqlite(conn) => conn.execute_unprepared(sql).await,
            Kind::Postgres(scoped) => scoped.tx().await?.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match &self.0 {
            Kind::Sqlite(conn) => conn.query_one_raw(statement).await,
            Kind::Postgres(scoped) => scoped.tx().await?.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match &self.0 {
            Kind::Sqlite(conn) => conn.query_all_raw(statement).await,
            Kind::Postgres(scoped) => scoped.tx().await?.query_all_raw(statement).await,
        }
    }
}
