//! Timers: sends waiting mail when an SMTP server is set.

use lettre::message::Mailbox;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use lingxi_config::Mail;
use lingxi_kernel::{Error, Result, TenantId};
use lingxi_store::{Db, system};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use crate::store::mail;

/// The service's timers.
#[derive(Debug, Clone)]
pub struct Jobs {
    db: Db,
    settings: Mail,
}

impl Jobs {
    pub(crate) fn new(db: Db, settings: Mail) -> Self {
        Self { db, settings }
    }

    /// Sends waiting mails; does nothing without an SMTP server.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the server refuses; the mails stay and are tried again.
    pub async fn send_mail(&self) -> Result<()> {
        let Some(url) = &self.settings.smtp_url else { return Ok(()) };
        let waiting = mail::Entity::find()
            .filter(mail::Column::SentAt.is_null())
            .order_by_asc(mail::Column::Id)
            .limit(50)
            .all(system::reader(&self.db))
            .await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let server = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)?.build();
        let from: Mailbox = self.settings.from.parse()?;
        for mut row in waiting {
            let receiver: Mailbox = row.receiver.parse()?;
            let message = Message::builder()
                .from(from.clone())
                .to(receiver)
                .subject(&row.subject)
                .body(row.body.clone())
                .map_err(Error::internal)?;
            server.send(message).await?;
            let ctx = lingxi_kernel::Ctx::system(TenantId::from_uuid(row.tenant_id), "tenants");
            let tx = self.db.begin(&ctx).await?;
            row.sent_at = Some(tx.now());
            lingxi_store::update(&tx, row).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
