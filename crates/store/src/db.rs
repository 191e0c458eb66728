//! The database of a process: a file of SQLite, or PostgreSQL.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use lingxi_kernel::{Ctx, Env, Error, Result};
use lingxi_vault::Keys;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::cache::Memories;
use crate::conn::{Conn, Kind};
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Together, Tx};

/// The storage of a process. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    pub(crate) backend: Backend,
    env: Env,
    pub(crate) outbox_grew: Arc<Notify>,
    pub(crate) memories: Arc<Memories>,
    pub(crate) keys: Option<Arc<Keys>>,
}

#[derive(Clone)]
pub(crate) enum Backend {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl std::fmt::Debug for Db {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Db").finish_non_exhaustive()
    }
}

impl Db {
    /// Opens (and makes, if missing) the SQLite database at a path.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the file cannot be opened or is no database.
    pub async fn open(path: &Path, env: Env) -> Result<Self> {
        let outbox_grew = Arc::new(Notify::new());
        let backend = Backend::Sqlite(Sqlite::open(path, outbox_grew.clone()).await?);
        Ok(Self { backend, env, outbox_grew, memories: Arc::default(), keys: None })
    }

    /// Connects to the PostgreSQL database of a URL, as the application's role; the schemas begin with the prefix.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when it cannot be reached; [`lingxi_kernel::ErrorCode::Invalid`] when the role
    /// owns tables or is above row-level security, with how to mend it.
    pub async fn connect(url: &str, prefix: &str, env: Env) -> Result<Self> {
        let backend = Backend::Postgres(Postgres::connect(url, prefix).await?);
        Ok(Self { backend, env, outbox_grew: Arc::default(), memories: Arc::default(), keys: None })
    }

    /// With the operator's keys, by which secrets are sealed.
    #[must_use]
    pub fn with_keys(self, keys: Keys) -> Self {
        Self { keys: Some(Arc::new(keys)), ..self }
    }

    /// Time and randomness of this process.
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// A handle for reading in a tenant.
    pub fn read(&self, ctx: &Ctx) -> Tx {
        let conn = match &self.backend {
            Backend::Sqlite(sqlite) => Conn::sqlite(sqlite.readers.clone()),
            Backend::Postgres(postgres) => Conn(Kind::Postgres(postgres.reading(ctx))),
        };
        Tx::reader(self.clone(), ctx.clone(), conn)
    }

    /// Starts a write transaction in a tenant; it is undone unless committed.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn begin(&self, ctx: &Ctx) -> Result<Tx> {
        match &self.backend {
            Backend::Sqlite(sqlite) => Ok(Tx::writer(self.clone(), ctx.clone(), sqlite.begin().await?)),
            Backend::Postgres(postgres) => {
                let conn = Conn(Kind::Postgres(postgres.writing(ctx).await?));
                Ok(Tx::transaction(self.clone(), ctx.clone(), conn))
            }
        }
    }

    /// Starts a write transaction of several tenants; it is undone unless committed. None when somebody else writes in one of them at
    /// this moment; for a single tenant it waits.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn begin_together(&self, tenants: impl IntoIterator<Item = Ctx>) -> Result<Option<Together>> {
        let tenants: HashMap<Uuid, Ctx> = tenants.into_iter().map(|ctx| (ctx.tenant.uuid(), ctx)).collect();
        let Some(first) = tenants.values().next() else { return Err(Error::internal("a transaction of no tenant")) };
        let tx = match &self.backend {
            Backend::Postgres(postgres) if tenants.len() > 1 => {
                let ids: Vec<Uuid> = tenants.keys().copied().collect();
                let Some(scoped) = postgres.writing_in(&ids).await? else { return Ok(None) };
                Tx::transaction(self.clone(), first.clone(), Conn(Kind::Postgres(scoped)))
            }
            _ => self.begin(first).await?,
        };
        Ok(Some(Together { tx, tenants }))
    }

    /// A connection for reading over all tenants.
    pub(crate) fn system(&self) -> Conn {
        match &self.backend {
            Backend::Sqlite(sqlite) => Conn::sqlite(sqlite.readers.clone()),
            Backend::Postgres(postgres) => Conn(Kind::Postgres(postgres.system())),
        }
    }
}
