//! What the provider tells. A notice is kept as it came, and only says which object to ask for: so it may come twice, late, or in any order.

use chrono::TimeDelta;
use lingxi_kernel::{Ctx, Error, PaymentId, Result, TenantId, Timestamp};
use lingxi_payments::{About, Found, Notice, verify};
use lingxi_store::system;

use super::{Billing, told};
use crate::store::notice;
use crate::store::payment::row;

/// Attempts at a notice; then it stands in the comparison until somebody looks at it.
const ATTEMPTS: i32 = 12;
/// Before the second attempt; then twice as long each time, up to half a day.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// The tenant and the payment that an object of the provider names; none of another installation's.
fn named(about: &About) -> Option<(TenantId, PaymentId)> {
    Some((about.tenant.as_ref()?.parse().ok()?, about.payment.as_ref()?.parse().ok()?))
}

impl Billing {
    pub(in crate::service) async fn do_provider_notice(&self, body: String, signature: &str) -> Result<()> {
        self.gateway()?;
        let secret = self.deps.settings.stripe.webhook_secret.as_deref().unwrap_or_default();
        let refuse = |why: String| Error::invalid(format!("This notice is refused: {why}."));
        verify(secret, signature, &body, self.deps.db.env().now()).map_err(refuse)?;
        let notice = Notice::read(&body).map_err(refuse)?;
        let tx = self.deps.db.begin(&system::ctx("billing")).await?;
        let row = notice::keep(&tx, &notice, body).await?;
        tx.commit().await?;
        if row.handled_at.is_none() {
            self.handle(row).await?;
        }
        Ok(())
    }

    /// Does what a notice is about; when that fails, later.
    pub(crate) async fn handle(&self, mut row: notice::Model) -> Result<()> {
        let done = self.look_at(&row.object).await;
        let tx = self.deps.db.begin(&system::ctx("billing")).await?;
        row.attempts += 1;
        match done {
            Ok(()) => (row.handled_at, row.failure) = (Some(tx.now()), None),
            Err(error) => {
                tracing::error!(notice = row.id, kind = row.kind, object = row.object, %error, cause = error.cause, "A notice of the payment provider could not be handled");
                let pause = PAUSE * 2_i32.pow(u32::try_from(row.attempts - 1)?.min(9));
                row.next_at = tx.now() + if row.attempts < ATTEMPTS { pause } else { TimeDelta::days(365) };
                row.failure = Some(error.cause.unwrap_or(error.message));
            }
        }
        notice::note(&tx, row).await?;
        tx.commit().await
    }

    pub(crate) async fn prune_notices(&self, before: Timestamp) -> Result<()> {
        let tx = self.deps.db.begin(&system::ctx("billing")).await?;
        notice::prune(&tx, before).await?;
        tx.commit().await
    }

    /// Asks for an object, and takes over what is new of it.
    async fn look_at(&self, object: &str) -> Result<()> {
        let gateway = self.gateway()?;
        match gateway.look_up(object).await.map_err(told)? {
            Found::Payment(paid) => {
                let Some((tenant, id)) = named(&paid.about) else { return Ok(()) };
                let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
                let Some(row) = row::get(&tx, id).await? else { return Ok(()) };
                self.apply(&tx, row, paid).await?;
                tx.commit().await
            }
            Found::Refund(refunded) => match named(&refunded.about) {
                Some(of) => self.apply_refund(of, refunded).await,
                None => Ok(()),
            },
            Found::Chargeback(chargeback) => match named(&chargeback.about) {
                Some(of) => self.apply_chargeback(of, chargeback).await,
                None => Ok(()),
            },
            Found::Customer { id, tenant: Some(tenant) } => {
                let Ok(tenant) = tenant.parse() else { return Ok(()) };
                self.refresh_card(&Ctx::system(tenant, "billing"), gateway, &id).await
            }
            Found::Customer { tenant: None, .. } | Found::Other => Ok(()),
        }
    }
}
