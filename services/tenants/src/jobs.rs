//! Timers: mail that waits, archives that were asked for, firms that end.

use std::sync::Arc;

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use lingxi_contracts::TenantData;
use lingxi_contracts::tenants::{ExportStatus, TenantEnded, TenantStatus, TenantsClient as _};
use lingxi_kernel::{Ctx, Error, ExportId, Result, TenantId};
use lingxi_store::{delete_many, system};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

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
        let rows = export::Entity::find()
            .filter(export::Column::Status.eq(ExportStatus::Running.as_str()))
            .order_by_asc(export::Column::Id)
            .limit(10)
            .all(&system::reader(db))
            .await?;
        for row in rows {
            let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "tenants");
            let firm = self.service.tenant(&ctx).await?;
            Box::pin(archive::write(db, &self.deps.exports_dir, &self.sources, &firm, row)).await?;
        }
        let over = export::Entity::find()
            .filter(export::Column::ExpiresAt.lte(db.env().now()))
            .all(&system::reader(db))
            .await?;
        for row in over {
            let (tenant, id) = (TenantId::from_uuid(row.tenant_id), ExportId::from_uuid(row.id));
            match std::fs::remove_file(archive::path(&self.deps.exports_dir, tenant, id)) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
                _ => {}
            }
            let tx = db.begin(&Ctx::system(tenant, "tenants")).await?;
            delete_many::<export::Entity>(&tx).filter(export::Column::Id.eq(row.id)).exec(tx.conn()).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Ends the firms whose grace period is over: their names go, every service erases its rows, and accounts that belong
    /// to no other firm are deleted.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn end_tenants(&self) -> Result<()> {
        let db = &self.deps.db;
        for row in tenant::due(&system::reader(db), db.env().now()).await? {
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
        }
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

    /// Sends waiting mails; does nothing without an SMTP server. What the server refuses stays and is tried again.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the settings are wrong or the database refuses.
    pub async fn send_mail(&self) -> Result<()> {
        let Some(url) = &self.deps.mail.smtp_url else { return Ok(()) };
        let waiting = mail::Entity::find()
            .filter(mail::Column::SentAt.is_null())
            .order_by_asc(mail::Column::Id)
            .limit(50)
            .all(&system::reader(&self.deps.db))
            .await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.build();
        let from: Mailbox = self.deps.mail.from.parse()?;
        for mut row in waiting {
            let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "tenants");
            // One that the server refuses must not keep the others.
            if let Err(error) = send(&server, &from, &row).await {
                tracing::warn!(tenant = %ctx.tenant, error.cause = %error, "A mail was refused; it is tried again");
                continue;
            }
            let tx = self.deps.db.begin(&ctx).await?;
            row.sent_at = Some(tx.now());
            // Its receiver has it now; nobody else needs it.
            row.link = None;
            lingxi_store::update(&tx, row).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

async fn send(server: &AsyncSmtpTransport<Tokio1Executor>, from: &Mailbox, row: &mail::Model) -> Result<()> {
    let message = Message::builder()
        .from(from.clone())
        .to(row.receiver.parse()?)
        .subject(&row.subject)
        .body(crate::mail::whole(&row.body, row.link.as_deref()))
        .map_err(Error::internal)?;
    server.send(message).await?;
    Ok(())
}
