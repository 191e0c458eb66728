//! Money that goes back: what operators give back out of unused credit, and what is taken back at the provider or by a payer's bank.

use chrono::TimeDelta;
use lingxi_contracts::billing::{CreditKind, LedgerAccount, Payment, PaymentMethod, PaymentStatus};
use lingxi_kernel::{Ctx, Error, Money, PaymentId, RefundId, Result, TenantId, text};
use lingxi_payments::{About, Chargeback, Found, GatewayError, Progress, Refunded};
use lingxi_rating::{Grant, spend};
use lingxi_store::{Tx, insert, update};
use sea_orm::prelude::Uuid;

use super::{Billing, key, shown, told};
use crate::service::money::left;
use crate::store::invoice;
use crate::store::money::{self, grant};
use crate::store::payment::{self, refund, row};

/// For so long a refund that got no answer is asked for again with its key.
const KEY_HELD: TimeDelta = TimeDelta::hours(20);

impl Billing {
    pub(in crate::service) async fn do_refund_payment(
        &self,
        ctx: &Ctx,
        (tenant, id): (TenantId, PaymentId),
        minor: i64,
        reason: &str,
    ) -> Result<Payment> {
        self.require_operator(ctx).await?;
        if text::is_blank(reason) {
            return Err(Error::field("reason", "Say why, so that the refund explains itself."));
        }
        let own = Ctx::system(tenant, "billing");
        let tx = self.deps.db.begin(&own).await?;
        let row = payment::known(&tx, id).await?;
        if !row.is(PaymentStatus::Succeeded) {
            return Err(Error::conflict("Nothing of this payment can go back."));
        }
        let by_transfer = row.method == PaymentMethod::BankTransfer.as_str();
        if !by_transfer {
            self.gateway()?;
        }
        let most = Money::new(row.left(), row.money()?.currency);
        if minor <= 0 || minor > most.minor {
            return Err(Error::field("minor", format!("Between 1 minor unit and {most} can go back.")));
        }
        let amount = Money::new(minor, most.currency);
        let taken = self.take_credit(&tx, amount).await?;
        if taken < minor {
            let unused = Money::new(taken, most.currency);
            let message =
                format!("Only {unused} of it is credit that was not used; take part of an invoice back first.");
            return Err(Error::field("minor", message));
        }
        let (status, from) = if by_transfer {
            (PaymentStatus::Succeeded, LedgerAccount::Bank)
        } else {
            (PaymentStatus::Pending, LedgerAccount::Provider)
        };
        let row = self.went_back(&tx, row, minor).await?;
        let refund = self.begin_refund(&tx, &row, amount, reason.trim(), (status, None)).await?;
        let movements = [(LedgerAccount::Wallet, minor), (from, -minor)];
        money::post(&tx, &format!("refund/{}", refund.id()), amount.currency, &movements).await?;
        tx.commit().await?;
        if !by_transfer {
            self.send_back(&own, refund).await?;
        }
        let tx = self.deps.db.read(&own);
        shown(&tx, payment::known(&tx, id).await?).await
    }

    /// Takes credit that was paid for out of the wallet, oldest first, and gives how much there was, in minor units.
    async fn take_credit(&self, tx: &Tx, amount: Money) -> Result<i64> {
        let rows = money::grants(tx).await?;
        let given = CreditKind::Promotional.as_str();
        let usable = rows.iter().filter(|row| row.currency == amount.currency.code() && row.kind != given);
        let usable: Vec<Grant<Uuid>> = usable.map(left).collect();
        let uses = spend(&usable, amount.minor, tx.now());
        for used in &uses {
            if let Some(row) = rows.iter().find(|row| row.id == used.id) {
                update(tx, grant::Model { remaining: row.remaining - used.minor, ..row.clone() }).await?;
            }
        }
        Ok(uses.iter().map(|used| used.minor).sum())
    }

    /// So much more of a payment went back, in minor units; less than nothing came again.
    async fn went_back(&self, tx: &Tx, mut row: row::Model, minor: i64) -> Result<row::Model> {
        row.refunded = Some(row.refunded.unwrap_or(0) + minor);
        let status = if row.left() == 0 { PaymentStatus::Refunded } else { PaymentStatus::Succeeded };
        row.status = status.as_str().into();
        self.changed(tx, &row).await?;
        Ok(row)
    }

    async fn begin_refund(
        &self,
        tx: &Tx,
        payment: &row::Model,
        amount: Money,
        reason: &str,
        (status, reference): (PaymentStatus, Option<String>),
    ) -> Result<refund::Model> {
        let id: RefundId = tx.id();
        let row = refund::Model {
            tenant_id: tx.tenant(),
            id: id.uuid(),
            payment_id: payment.id,
            status: status.as_str().into(),
            currency: amount.currency.code().into(),
            amount: amount.minor,
            reason: reason.to_owned(),
            reference: reference.unwrap_or_else(|| id.to_string()),
            failure: None,
            at: tx.now(),
        };
        insert(tx, row.clone()).await?;
        Ok(row)
    }

    /// Asks the provider to give back, or what became of it.
    pub(crate) async fn send_back(&self, ctx: &Ctx, refund: refund::Model) -> Result<()> {
        let payment = payment::known(&self.deps.db.read(ctx), refund.payment_id.into()).await?;
        let about = About {
            tenant: Some(ctx.tenant.to_string()),
            payment: Some(payment.id().to_string()),
            refund: Some(refund.id().to_string()),
        };
        let amount = Money::new(refund.amount, payment.money()?.currency);
        let of = (ctx.tenant, payment.id());
        // The provider forgets keys after a day: one that it knows is looked up, and one that is old is never asked for again.
        if refund.reference != refund.id().to_string() {
            return match self.gateway()?.look_up(&refund.reference).await.map_err(told)? {
                Found::Refund(refunded) => self.apply_refund(of, refunded).await,
                _ => Ok(()),
            };
        }
        if self.deps.db.env().now() - refund.at >= KEY_HELD {
            let why = format!("nobody knows whether refund {} was made; see at the payment provider", refund.id());
            return Err(Error::internal(why));
        }
        let key = key(ctx.tenant, refund.id(), "refund");
        match self.gateway()?.refund(&key, &payment.reference, amount, &about).await {
            Ok(refunded) => self.apply_refund(of, refunded).await,
            Err(error @ GatewayError::Unknown(_)) => {
                let why = told(error);
                tracing::warn!(%why, refund = %refund.id(), "Nobody knows yet what became of a refund");
                Ok(())
            }
            Err(GatewayError::Declined(why) | GatewayError::Refused(why)) => {
                let tx = self.deps.db.begin(ctx).await?;
                self.refund_failed(&tx, refund.id, why).await?;
                tx.commit().await
            }
        }
    }

    /// What the provider says of a refund, whoever asked for it.
    pub(super) async fn apply_refund(&self, (tenant, payment): (TenantId, PaymentId), it: Refunded) -> Result<()> {
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        let Some(paid) = row::get(&tx, payment).await? else { return Ok(()) };
        let own = it.about.refund.as_ref().and_then(|id| id.parse::<RefundId>().ok());
        let known = match own {
            Some(id) => refund::get(&tx, id).await?,
            None => payment::refund_of_reference(&tx, &it.id).await?,
        };
        match (known, it.progress) {
            (Some(known), Progress::Failed(why)) => self.refund_failed(&tx, known.id, why).await?,
            (Some(mut known), progress) => {
                known.reference = it.id;
                if progress == Progress::Succeeded && known.is(PaymentStatus::Pending) {
                    known.status = PaymentStatus::Succeeded.as_str().into();
                }
                update(&tx, known).await?;
            }
            (None, Progress::Failed(_)) => {}
            // Somebody gave it back at the provider's own pages.
            (None, _) => self.taken_back(&tx, paid, it.amount, ("Given back at the provider", it.id)).await?,
        }
        tx.commit().await
    }

    /// What did not go back is the firm's credit again.
    async fn refund_failed(&self, tx: &Tx, id: Uuid, why: String) -> Result<()> {
        let Some(mut refund) = refund::get(tx, id).await? else { return Ok(()) };
        if refund.is(PaymentStatus::Failed) {
            return Ok(());
        }
        self.came_again(tx, &refund).await?;
        refund.status = PaymentStatus::Failed.as_str().into();
        refund.failure = Some(why);
        update(tx, refund).await?;
        Ok(())
    }

    /// Money that had gone back is there again: as credit.
    async fn came_again(&self, tx: &Tx, refund: &refund::Model) -> Result<()> {
        let paid = payment::known(tx, refund.payment_id.into()).await?;
        let amount = Money::new(refund.amount, paid.money()?.currency);
        self.went_back(tx, paid, -amount.minor).await?;
        self.grant(tx, CreditKind::Paid, amount, &refund.reference, None).await?;
        let movements = [(LedgerAccount::Provider, amount.minor), (LedgerAccount::Wallet, -amount.minor)];
        money::post(tx, &format!("refund/{}/back", refund.id()), amount.currency, &movements).await?;
        self.settle(tx, &refund.id().to_string()).await
    }

    /// Money is gone that nobody here gave back: out of the firm's credit; what that lacks, its invoice is due again; the rest is lost.
    async fn taken_back(
        &self,
        tx: &Tx,
        paid: row::Model,
        amount: Money,
        (reason, reference): (&str, String),
    ) -> Result<()> {
        let from_wallet = self.take_credit(tx, amount).await?;
        let mut from_invoice = 0;
        if let Some(id) = paid.invoice_id {
            let mut invoice = invoice::known(tx, id.into()).await?;
            from_invoice = (amount.minor - from_wallet).min(invoice.paid.max(0));
            if from_invoice > 0 {
                invoice.paid -= from_invoice;
                // Whether it is tried again is for people to decide.
                invoice.status = invoice.unpaid(tx.now()).as_str().into();
                update(tx, invoice).await?;
            }
        }
        let lost = amount.minor - from_wallet - from_invoice;
        let paid = self.went_back(tx, paid, amount.minor).await?;
        let done = (PaymentStatus::Succeeded, Some(reference));
        let refund = self.begin_refund(tx, &paid, amount, reason, done).await?;
        let movements = [
            (LedgerAccount::Provider, -amount.minor),
            (LedgerAccount::Wallet, from_wallet),
            (LedgerAccount::Receivable, from_invoice),
            (LedgerAccount::BadDebt, lost),
        ];
        money::post(tx, &format!("refund/{}", refund.id()), amount.currency, &movements).await
    }

    /// The payer's bank took a payment back, or had to give it again.
    pub(super) async fn apply_chargeback(
        &self,
        (tenant, payment): (TenantId, PaymentId),
        it: Chargeback,
    ) -> Result<()> {
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        let Some(paid) = row::get(&tx, payment).await? else { return Ok(()) };
        match payment::refund_of_reference(&tx, &it.id).await? {
            None => self.taken_back(&tx, paid, it.amount, ("Taken back by the payer's bank", it.id.clone())).await?,
            Some(_) if !it.won => return Ok(()),
            Some(_) => {}
        }
        if it.won
            && let Some(known) = payment::refund_of_reference(&tx, &it.id).await?
        {
            self.refund_failed(&tx, known.id, "The payer's bank gave it again".into()).await?;
        }
        tx.commit().await
    }
}
