//! The one handle that store functions accept.

use std::sync::{Mutex, PoisonError};

use lingxi_contracts::tenants::ChangeNoted;
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::{Actor, Ctx, Env, EventId, Result, Timestamp};
use serde::Serialize;
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

use crate::conn::Conn;
use crate::db::{Backend, Db};
use crate::sqlite::Writer;

/// A handle on the database for one tenant: for reading, or for one write transaction.
pub struct Tx {
    db: Db,
    ctx: Ctx,
    conn: Conn,
    access: Access,
    emitted: Mutex<Vec<Envelope>>,
}

/// How a handle ends.
enum Access {
    Read,
    Sqlite(Option<OwnedMutexGuard<Writer>>),
    Postgres,
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx").field("ctx", &self.ctx).finish_non_exhaustive()
    }
}

impl Tx {
    fn new(db: Db, ctx: Ctx, conn: Conn, access: Access) -> Self {
        Self { db, ctx, conn, access, emitted: Mutex::default() }
    }

    pub(crate) fn reader(db: Db, ctx: Ctx, conn: Conn) -> Self {
        Self::new(db, ctx, conn, Access::Read)
    }

    pub(crate) fn writer(db: Db, ctx: Ctx, writer: OwnedMutexGuard<Writer>) -> Self {
        let conn = Conn::sqlite(writer.conn.clone());
        Self::new(db, ctx, conn, Access::Sqlite(Some(writer)))
    }

    pub(crate) fn transaction(db: Db, ctx: Ctx, conn: Conn) -> Self {
        Self::new(db, ctx, conn, Access::Postgres)
    }

    /// Goes on in another tenant: see [`crate::Together`].
    pub(crate) async fn enter(&mut self, ctx: &Ctx) -> Result<()> {
        self.conn.enter(ctx.tenant.uuid()).await?;
        self.ctx = ctx.clone();
        Ok(())
    }

    /// The connection, for store functions only.
    pub fn conn(&self) -> &Conn {
        &self.conn
    }

    /// Who asks.
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }

    /// The tenant in its stored form.
    pub fn tenant(&self) -> Uuid {
        self.ctx.tenant.uuid()
    }

    /// Time and randomness.
    pub fn env(&self) -> &Env {
        self.db.env()
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.env().now()
    }

    /// A fresh id.
    pub fn id<I: From<Uuid>>(&self) -> I {
        self.env().id()
    }

    /// Announces a fact: it is stored with the change when that commits, and delivered afterwards.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the fact is not representable in JSON.
    pub fn emit<E: Event>(&self, event: &E) -> Result<EventId> {
        let id = self.id();
        self.emit_as(id, event)?;
        Ok(id)
    }

    /// Announces a fact that has an identity already: however often it is announced, it has its effect once.
    ///
    /// # Errors
    /// As [`Tx::emit`].
    pub fn emit_as<E: Event>(&self, id: EventId, event: &E) -> Result<()> {
        let mut envelope = Envelope::new(id, self.ctx.tenant, self.now(), event)?;
        envelope.traceparent = lingxi_telemetry::trace::current();
        self.announce(envelope);
        Ok(())
    }

    /// Notes, for the firm's audit log, what a member or a key changed; what we do by ourselves is not noted.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when a value is not representable in JSON.
    pub fn note_change(
        &self,
        action: &str,
        target: impl ToString,
        before: impl Serialize,
        after: impl Serialize,
    ) -> Result<()> {
        let (actor_kind, actor_id) = self.ctx.actor_name();
        if matches!(self.ctx.actor, Actor::System { .. } | Actor::Visitor { .. }) {
            return Ok(());
        }
        let (before, after) = (serde_json::to_value(before)?, serde_json::to_value(after)?);
        let (actor_kind, action, target) = (actor_kind.to_owned(), action.to_owned(), target.to_string());
        self.emit(&ChangeNoted { actor_kind, actor_id, action, target, before, after })?;
        Ok(())
    }

    /// Announces a fact that has an envelope already.
    pub(crate) fn announce(&self, envelope: Envelope) {
        self.emitted.lock().unwrap_or_else(PoisonError::into_inner).push(envelope);
    }

    /// Makes the change durable.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when it could not be made durable; nothing of it is then kept.
    pub async fn commit(mut self) -> Result<()> {
        let emitted = std::mem::take(self.emitted.get_mut().unwrap_or_else(PoisonError::into_inner));
        let any = !emitted.is_empty();
        if any {
            self.conn.number_facts().await?;
            crate::outbox::insert(&self, &emitted).await?;
        }
        match (&mut self.access, &self.db.backend) {
            (Access::Sqlite(writer), Backend::Sqlite(sqlite)) => match writer.take() {
                Some(writer) => sqlite.finish(writer, any).await,
                None => Ok(()),
            },
            (Access::Postgres, _) => {
                self.conn.commit().await?;
                if any {
                    self.db.outbox_grew.notify_one();
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        // A transaction of PostgreSQL undoes itself.
        if let (Access::Sqlite(writer), Backend::Sqlite(sqlite)) = (&mut self.access, &self.db.backend)
            && let Some(writer) = writer.take()
        {
            let sqlite = sqlite.clone();
            tokio::spawn(async move { sqlite.abandon(writer).await });
        }
    }
}
