//! SQLite: a pool of readers and one writer that commits in groups.
//!
//! SQLite has one writer at a time and a durable commit costs a sync of the disk. So write transactions are savepoints
//! of one outer transaction: whoever finishes while others wait leaves the commit to the last of them, and every
//! one is told of its success only after the outer commit is on disk.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lingxi_kernel::{Error, Result};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, oneshot};

/// Transactions that share one commit at most.
const GROUP: usize = 128;

/// The connections to one SQLite file. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Sqlite {
    pub(crate) readers: DatabaseConnection,
    writer: Arc<Mutex<Writer>>,
    waiting: Arc<AtomicUsize>,
    outbox_grew: Arc<Notify>,
}

/// The writing connection, and the transactions that wait for the group's commit.
pub(crate) struct Writer {
    pub(crate) conn: DatabaseConnection,
    open: bool,
    grew_outbox: bool,
    waiters: Vec<oneshot::Sender<Result<()>>>,
}

impl Sqlite {
    pub(crate) async fn open(path: &Path, outbox_grew: Arc<Notify>) -> Result<Self> {
        let (writer, readers) = (connect(path, 1).await?, connect(path, 4).await?);
        let writer = Writer { conn: writer, open: false, grew_outbox: false, waiters: Vec::new() };
        Ok(Self { readers, writer: Arc::new(Mutex::new(writer)), waiting: Arc::default(), outbox_grew })
    }

    /// Waits for its turn and starts a transaction.
    pub(crate) async fn begin(&self) -> Result<OwnedMutexGuard<Writer>> {
        let mut turn = Turn::wait(self);
        let mut writer = self.writer.clone().lock_owned().await;
        turn.taken = true;
        drop(turn);
        // In a task of its own: a caller who is cancelled meanwhile must leave no half of a start behind.
        let sqlite = self.clone();
        let started = tokio::spawn(async move {
            match writer.start().await {
                Ok(()) => Ok(Started { sqlite, writer: Some(writer) }),
                Err(error) => {
                    // Those who left the commit to us must not wait for it.
                    sqlite.commit_if_last(writer).await;
                    Err(error)
                }
            }
        });
        let mut started = started.await.map_err(Error::internal)??;
        started.writer.take().ok_or_else(|| Error::internal("the transaction has ended"))
    }

    /// Ends a transaction well: commits the group, or leaves that to the next one.
    pub(crate) async fn finish(&self, mut writer: OwnedMutexGuard<Writer>, grew_outbox: bool) -> Result<()> {
        writer.grew_outbox |= grew_outbox;
        let (done, wait) = oneshot::channel();
        writer.waiters.push(done);
        // Others wait for this commit, too, so it goes on when we are cancelled.
        let sqlite = self.clone();
        tokio::spawn(async move { sqlite.commit_if_last(writer).await });
        wait.await.map_err(Error::internal)?
    }

    /// Ends a transaction without effect.
    pub(crate) async fn abandon(&self, mut writer: OwnedMutexGuard<Writer>) {
        if let Err(error) = writer.conn.execute_unprepared("ROLLBACK TO tx; RELEASE tx").await {
            // After some faults, such as a full disk, SQLite has undone the whole group by itself.
            writer.fail(&Error::internal(error)).await;
            return;
        }
        self.commit_if_last(writer).await;
    }

    async fn commit_if_last(&self, mut writer: OwnedMutexGuard<Writer>) {
        if self.waiting.load(Ordering::Acquire) == 0 || writer.waiters.len() >= GROUP {
            writer.commit(&self.outbox_grew).await;
        }
    }
}

/// A transaction on its way to the one who asked for it; undone when that one has gone.
struct Started {
    sqlite: Sqlite,
    writer: Option<OwnedMutexGuard<Writer>>,
}

impl Drop for Started {
    fn drop(&mut self) {
        if let Some(writer) = self.writer.take() {
            let sqlite = self.sqlite.clone();
            tokio::spawn(async move { sqlite.abandon(writer).await });
        }
    }
}

impl Writer {
    async fn start(&mut self) -> Result<()> {
        // A transaction that ends well leaves its savepoint to the group's commit: one statement less for each.
        let start = if self.open { "SAVEPOINT tx" } else { "BEGIN IMMEDIATE; SAVEPOINT tx" };
        if let Err(error) = self.conn.execute_unprepared(start).await {
            if !self.open {
                let _ = self.conn.execute_unprepared("ROLLBACK").await;
            }
            return Err(Error::internal(error));
        }
        self.open = true;
        Ok(())
    }

    async fn commit(&mut self, outbox_grew: &Notify) {
        if !self.open {
            return;
        }
        if let Err(error) = self.conn.execute_unprepared("COMMIT").await {
            return self.fail(&Error::internal(error)).await;
        }
        self.open = false;
        if std::mem::take(&mut self.grew_outbox) {
            outbox_grew.notify_one();
        }
        for waiter in self.waiters.drain(..) {
            let _ = waiter.send(Ok(()));
        }
    }

    /// Undoes the group and tells everybody in it.
    async fn fail(&mut self, error: &Error) {
        tracing::error!(error.cause = %error, transactions = self.waiters.len(), "A group of transactions failed");
        // SQLite may or may not have rolled back by itself, so this may fail.
        let _ = self.conn.execute_unprepared("ROLLBACK").await;
        self.open = false;
        self.grew_outbox = false;
        for waiter in self.waiters.drain(..) {
            let _ = waiter.send(Err(error.clone()));
        }
    }
}

/// A place in the queue for the writer. If its owner is cancelled while waiting, the group that counted on it is committed.
struct Turn<'a> {
    db: &'a Sqlite,
    taken: bool,
}

impl<'a> Turn<'a> {
    fn wait(db: &'a Sqlite) -> Self {
        db.waiting.fetch_add(1, Ordering::AcqRel);
        Self { db, taken: false }
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.db.waiting.fetch_sub(1, Ordering::AcqRel);
        if !self.taken {
            let db = self.db.clone();
            tokio::spawn(async move {
                let writer = db.writer.clone().lock_owned().await;
                db.commit_if_last(writer).await;
            });
        }
    }
}

pub(crate) async fn connect(path: &Path, connections: u32) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
    options
        .min_connections(1)
        .max_connections(connections)
        .test_before_acquire(false)
        .acquire_timeout(Duration::from_secs(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("busy_timeout", "5000")
                .pragma("cache_size", "-8000")
                .pragma("temp_store", "MEMORY")
                .statement_cache_capacity(256)
        });
    options.idle_timeout(None).max_lifetime(None);
    Ok(Database::connect(options).await?)
}
