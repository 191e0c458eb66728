//! Timers: mail that waits, archives that were asked for, firms that end.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use lingxi_contracts::TenantData;
use lingxi_contracts::tenants::{ExportStatus, TenantEnded, TenantStatus, TenantsClient as _};
use lingxi_kernel::{Ctx, Error, ErrorCode, ExportId, Result, TenantId};
use lingxi_store::turns::Key;
use lingxi_store::{Turns, delete_many, system};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};

use crate::service::Tenants;
use crate::store::{account, export, mail, member, newest, tenant};
use crate::{Deps, archive};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    deps: Deps,
    service: Arc<Tenants>,
    sources: Vec<Arc<dyn TenantData>>,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

/// The timer of mails, by which their setbacks are found.
pub(crate) const WAITING_MAIL: &str = "waiting mail";
/// Mails of one firm, and of all, that are sent in a round, and how many side by side.
const OF_ONE: u64 = 5;
const AT_ONCE: u64 = 100;
const SIDE_BY_SIDE: usize = 8;
/// How long the server may take for a mail.
const PATIENCE: Duration = Duration::from_secs(30);

impl Jobs {
    pub(crate) fn new(deps: Deps, service: Arc<Tenants>) -> Self {
        Self { deps, service, sources: Vec::new() }
    }

    /// With every service's part of a tenant's data, for archives.
    #[must_use]
    pub fn with_sources(self, sources: Vec<Arc<dyn TenantData>>) -> Self {
        Self { sources, ..self }
    }

    /// Writes the archives that were asked for, and removes those whose time is over.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; an archive that fails is noted in its row.
    pub async fn write_exports(&self) -> Result<()> {
        let db = &self.deps.db;
        let rows = export::Entity::find().filter(export::Column::Status.eq(ExportStatus::Running.as_str()));
        let turns = Turns::new(db, "archives", 1, 10).side_by_side(2);
        let rows = turns.due(rows, export::Column::Id, export::Column::CreatedAt).await?;
        let write = |row: export::Model| {
            async move {
                let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "tenants");
                let firm = self.service.tenant(&ctx).await?;
                archive::write(db, &self.deps.exports_dir, &self.sources, &firm, row).await
            }
            .boxed()
        };
        turns.each(rows, |row| (row.tenant_id, row.id), write).await?;
        let over = export::Entity::find().filter(export::Column::ExpiresAt.lte(db.env().now()));
        let turns = Turns::new(db, "archives that expire", 10, 200);
        let over = turns.due_keys(over, export::Column::Id, export::Column::ExpiresAt).await?;
        turns.each(over, |key| *key, |key| self.remove_export(key).boxed()).await
    }

    async fn remove_export(&self, (tenant, row): Key) -> Result<()> {
        let (tenant, id) = (TenantId::from_uuid(tenant), ExportId::from_uuid(row));
        match std::fs::remove_file(archive::path(&self.deps.exports_dir, tenant, id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let tx = self.deps.db.begin(&Ctx::system(tenant, "tenants")).await?;
        delete_many::<export::Entity>(&tx).filter(export::Column::Id.eq(row)).exec(tx.conn()).await?;
        tx.commit().await
    }

    /// Ends the firms whose grace period is over: their names go, every service erases its rows, and accounts that belong
    /// to no other firm are deleted.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn end_tenants(&self) -> Result<()> {
        let db = &self.deps.db;
        let due = tenant::due(&system::reader(db), db.env().now()).await?;
        let turns = Turns::new(db, "firms that end", 1, 200);
        turns.each(due, |row| (row.id, row.id), |row| self.end_tenant(row).boxed()).await
    }

    async fn end_tenant(&self, row: tenant::Model) -> Result<()> {
        let db = &self.deps.db;
        let id = TenantId::from_uuid(row.id);
        let tx = db.begin(&Ctx::system(id, "tenants")).await?;
        for member in newest::<member::Entity>(&tx, member::Column::Id).await? {
            if account::memberships(&system::reader(db), member.account_id).await?.len() == 1 {
                account::delete(tx.conn(), member.account_id).await?;
            }
        }
        let ended = tenant::Model {
            name: String::new(),
            status: TenantStatus::Ended.as_str().to_owned(),
            delete_after: None,
            ..row
        };
        tenant::update(&tx, ended).await?;
        tx.emit(&TenantEnded { tenant: id })?;
        tx.commit().await?;
        self.service.forget(id);
        let _ = std::fs::remove_dir_all(self.deps.exports_dir.join(id.to_string()));
        Ok(())
    }

    /// Seals the secrets of second factors that were stored before there was a key.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn seal_secrets(&self) -> Result<()> {
        let db = &self.deps.db;
        if !db.seals() {
            return Ok(());
        }
        for id in account::with_plain_secret(&system::reader(db)).await? {
            self.service.seal_totp(id).await?;
        }
        Ok(())
    }

    /// Sends waiting mails, some of each firm at a time; does nothing without an SMTP server. What the server refuses is tried again later
    /// and later, and given up after more than a day.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the settings are wrong or the database refuses.
    pub async fn send_mail(&self) -> Result<()> {
        let Some(url) = &self.deps.mail.smtp_url else { return Ok(()) };
        let waiting = mail::Entity::find().filter(mail::Column::SentAt.is_null());
        let turns = Turns::new(&self.deps.db, WAITING_MAIL, OF_ONE, AT_ONCE).side_by_side(SIDE_BY_SIDE);
        let waiting = turns.due(waiting, mail::Column::Id, mail::Column::CreatedAt).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.build();
        let from: Mailbox = self.deps.mail.from.parse()?;
        let (server, from) = (&server, &from);
        let send = |mut row: mail::Model| {
            async move {
                let sent = tokio::time::timeout(PATIENCE, send(server, from, &row)).await;
                sent.map_err(|_| Error::internal("the mail server did not take the mail in time"))??;
                let tx = self.deps.db.begin(&Ctx::system(TenantId::from_uuid(row.tenant_id), "tenants")).await?;
                row.sent_at = Some(tx.now());
                // Its receiver has it now; nobody else needs it.
                row.link = None;
                lingxi_store::update(&tx, row).await?;
                tx.commit().await
            }
            .boxed()
        };
        turns.each(waiting, |row| (row.tenant_id, row.id), send).await
    }
}

async fn send(server: &AsyncSmtpTransport<Tokio1Executor>, from: &Mailbox, row: &mail::Model) -> Result<()> {
    let message = Message::builder()
        .from(from.clone())
        .to(row.receiver.parse()?)
        .subject(&row.subject)
        .body(crate::mail::whole(&row.body, row.link.as_deref()))
        .map_err(Error::internal)?;
    match server.send(message).await {
        Ok(_) => Ok(()),
        // What the server answers is about this mail; a server that is not there is no mail's fault.
        Err(error) if error.status().is_some() || error.is_client() => Err(Error::internal(error)),
        Err(error) => Err(Error::new(ErrorCode::Unavailable, format!("the mail server is away: {error}"))),
    }
}
