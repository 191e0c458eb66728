//! PostgreSQL: row-level security keeps tenants apart, so every statement runs in a transaction that has said whose it is.
//!
//! A tenant has one writer at a time, as all of SQLite has: a write transaction begins with a lock of its tenant, which ends
//! with it. What use cases read they may therefore decide upon, and facts of a tenant are numbered in the order of their
//! commits. See `docs/adr/0007-postgresql.md`.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lingxi_kernel::{Ctx, Error, Result};
use sea_orm::{
    AccessMode, ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, Statement, TransactionTrait as _,
};
use tokio::sync::{OnceCell, OwnedMutexGuard};
use uuid::Uuid;

/// One schema per service; what is shared by all is in `store`. A connection's search path has them all; the migrations make
/// what is in it.
const SCHEMAS: [&str; 6] = ["store", "tenants", "channels", "bot", "routing", "billing"];

/// Connections of a process at most.
const CONNECTIONS: u32 = 20;

/// Tenants whose turns are kept before those are forgotten for which nobody waits.
const TURNS: usize = 1_024;

/// Whose rows a transaction sees.
#[derive(Clone, Copy)]
enum Scope {
    /// Those of one tenant.
    Tenant,
    /// Those of all tenants, for reading: timers that look for due work.
    System,
}

/// A transaction that begins with its first statement, after saying whose rows it may see.
pub(crate) struct Scoped {
    pool: DatabaseConnection,
    tenant: Uuid,
    scope: Scope,
    begun: OnceCell<DatabaseTransaction>,
    /// In whose turn it writes; after the transaction, so that they are let go when that has ended.
    turns: Vec<OwnedMutexGuard<()>>,
}

/// The connections of a process, and whose turn it is to write. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Postgres {
    pool: DatabaseConnection,
    /// A tenant's writers wait here for each other, and not on a connection each: a busy tenant leaves the others theirs.
    turns: Arc<Mutex<HashMap<Uuid, Arc<tokio::sync::Mutex<()>>>>>,
}

impl Postgres {
    /// Connects as the application's role.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] when the role could see rows of every tenant, with how to mend it.
    pub(crate) async fn connect(url: &str, prefix: &str) -> Result<Self> {
        let pool = Database::connect(options(url, prefix, CONNECTIONS)).await?;
        harmless(&pool).await?;
        Ok(Self { pool, turns: Arc::default() })
    }

    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// A tenant's rows, for reading.
    pub(crate) fn reading(&self, ctx: &Ctx) -> Scoped {
        Scoped::new(&self.pool, ctx.tenant.uuid(), Scope::Tenant, Vec::new())
    }

    /// The rows of all tenants, for reading.
    pub(crate) fn system(&self) -> Scoped {
        Scoped::new(&self.pool, Uuid::nil(), Scope::System, Vec::new())
    }

    /// A write transaction, begun; that of no tenant is housekeeping and sees all.
    pub(crate) async fn writing(&self, ctx: &Ctx) -> Result<Scoped> {
        let tenant = ctx.tenant.uuid();
        let turns = vec![self.turn_of(tenant).lock_owned().await];
        let scope = if tenant.is_nil() { Scope::System } else { Scope::Tenant };
        let scoped = Scoped::new(&self.pool, tenant, scope, turns);
        scoped.tx().await?;
        Ok(scoped)
    }

    /// A write transaction, begun in the first of some tenants, that may enter the others; none when somebody else writes in one of them:
    /// while it waited for that one, those who write in the others would wait for it.
    pub(crate) async fn writing_in(&self, tenants: &[Uuid]) -> Result<Option<Scoped>> {
        let mut turns = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            let Ok(turn) = self.turn_of(*tenant).try_lock_owned() else { return Ok(None) };
            turns.push(turn);
        }
        let first = tenants.first().copied().unwrap_or_default();
        let scoped = Scoped::new(&self.pool, first, Scope::Tenant, turns);
        let sql = "SELECT bool_and(pg_try_advisory_xact_lock(hashtextextended(one, 0))) AS free
            FROM unnest(string_to_array($1, ',')) AS one";
        let names: Vec<String> = tenants.iter().map(Uuid::to_string).collect();
        let all = Statement::from_sql_and_values(DbBackend::Postgres, sql, [names.join(",").into()]);
        let row = scoped.begin(false).await?.query_one_raw(all).await?;
        let free = row.map_or(Ok(false), |row| row.try_get::<bool>("", "free"))?;
        Ok(free.then_some(scoped))
    }

    fn turn_of(&self, tenant: Uuid) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        if turns.len() >= TURNS {
            turns.retain(|_, turn| Arc::strong_count(turn) > 1);
        }
        turns.entry(tenant).or_default().clone()
    }
}

impl Scoped {
    fn new(pool: &DatabaseConnection, tenant: Uuid, scope: Scope, turns: Vec<OwnedMutexGuard<()>>) -> Self {
        Self { pool: pool.clone(), tenant, scope, begun: OnceCell::new(), turns }
    }

    pub(crate) async fn tx(&self) -> Result<&DatabaseTransaction, DbErr> {
        self.begin(true).await
    }

    /// The transaction; begun when it is not yet, and then, if it writes and is to, with the lock of its tenant.
    async fn begin(&self, locks: bool) -> Result<&DatabaseTransaction, DbErr> {
        self.begun
            .get_or_try_init(|| async {
                let mode = if self.turns.is_empty() { AccessMode::ReadOnly } else { AccessMode::ReadWrite };
                let tx = self.pool.begin_with_config(None, Some(mode)).await?;
                let scope = match self.scope {
                    Scope::Tenant => "tenant",
                    Scope::System => "system",
                };
                let mut sql =
                    "SELECT set_config('app.tenant_id', $1, true), set_config('app.scope', $2, true)".to_owned();
                if locks && !self.turns.is_empty() {
                    sql.push_str(", pg_advisory_xact_lock(hashtextextended($1, 0))");
                }
                let values = [self.tenant.to_string().into(), scope.into()];
                tx.execute_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
                Ok(tx)
            })
            .await
    }

    /// Goes on in another of the tenants in whose turn it writes.
    pub(crate) async fn enter(&self, tenant: Uuid) -> Result<(), DbErr> {
        let sql = "SELECT set_config('app.tenant_id', $1, true)";
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, [tenant.to_string().into()]);
        self.tx().await?.execute_raw(statement).await.map(|_| ())
    }

    /// Makes what was done durable.
    pub(crate) async fn commit(&mut self) -> Result<(), DbErr> {
        match self.begun.take() {
            Some(tx) => tx.commit().await,
            None => Ok(()),
        }
    }
}

/// Connections whose search path has the schemas, each with the prefix. What belongs to none, such as the list of migrations, is
/// in the path's first: `public`, or the first of those with a prefix.
pub(crate) fn options(url: &str, prefix: &str, connections: u32) -> ConnectOptions {
    let own = SCHEMAS.map(|schema| format!("{prefix}{schema}")).join(",");
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(4))
        .sqlx_logging(false)
        .set_schema_search_path(if prefix.is_empty() { format!("public,{own}") } else { own });
    options
}

/// Refuses a role to which row-level security does not apply.
async fn harmless(pool: &DatabaseConnection) -> Result<()> {
    let sql = "SELECT current_user::text AS role,
            (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS above,
            EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = ANY (current_schemas(false)) AND c.relkind = 'r'
                    AND pg_has_role(current_user, c.relowner, 'USAGE')) AS owns";
    let row = pool.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    let row = row.ok_or_else(|| Error::internal("the role is unknown"))?;
    let role: String = row.try_get("", "role")?;
    let fault = match (row.try_get::<bool>("", "above")?, row.try_get::<bool>("", "owns")?) {
        (true, _) => "is a superuser or bypasses row-level security",
        (_, true) => "owns Lingxi's tables",
        _ => return Ok(()),
    };
    Err(Error::invalid(format!(
        "The database role `{role}` {fault}, so nothing would keep tenants apart. Connect as a role that owns nothing: \
         CREATE ROLE lingxi_app LOGIN PASSWORD '...' NOSUPERUSER NOBYPASSRLS, then run `lingxi migrate` as the owner."
    )))
}
