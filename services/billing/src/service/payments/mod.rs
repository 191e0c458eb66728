//! Payments: what the provider is asked for, and what its answers change here.

mod collect;
mod notices;
mod pages;
mod refunds;
mod transfers;

use lingxi_contracts::billing::{
    BillingMailWanted, BillingNews, CreditKind, InvoiceStatus, LedgerAccount, Payment, PaymentChanged, PaymentMethod,
    PaymentStatus,
};
use lingxi_kernel::{Ctx, Error, ErrorCode, InvoiceId, Money, Page, PageArgs, PaymentId, Permission, Result, TenantId};
use lingxi_payments::{About, GatewayError, Paid, PaymentGateway, Progress};
use lingxi_store::{Tx, insert, update};

use super::Billing;
use crate::store::invoice;
use crate::store::money;
use crate::store::payment::{self, row};

/// The key under which the provider does something once: of the tenant, the object and the attempt, which has an object of its own.
fn key(tenant: TenantId, object: impl std::fmt::Display, deed: &str) -> String {
    format!("{tenant}/{object}/{deed}")
}

fn about(tenant: TenantId, payment: PaymentId) -> About {
    About { tenant: Some(tenant.to_string()), payment: Some(payment.to_string()), refund: None }
}

/// What somebody who waits is told of the provider's refusal.
fn told(error: GatewayError) -> Error {
    match error {
        GatewayError::Unknown(why) => {
            tracing::error!(why, "The payment provider does not answer as it should");
            Error::new(ErrorCode::Unavailable, "The payment provider does not answer at the moment; try again later.")
        }
        GatewayError::Declined(why) | GatewayError::Refused(why) => {
            tracing::error!(why, "The payment provider refused a request");
            Error::conflict(format!("The payment provider refused this: {why}"))
        }
    }
}

impl Billing {
    fn gateway(&self) -> Result<&dyn PaymentGateway> {
        let off = "Online payment is off in this installation; pay by transfer.";
        self.deps.gateway.as_deref().ok_or_else(|| Error::conflict(off))
    }

    pub(super) async fn do_payments(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<Payment>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let page = payment::page(&tx, &args).await?;
        let refunds = payment::refunds(&tx, page.rows.iter().map(|(_, row)| row.id).collect()).await?;
        let open = |row: row::Model| {
            let own = refunds.iter().filter(|refund| refund.payment_id == row.id).cloned().collect();
            row.into_contract(own)
        };
        let rows = page.rows.into_iter().map(|(cursor, row)| Ok((cursor, open(row)?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, has_next: page.has_next })
    }

    pub(super) async fn do_all_payments(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<(TenantId, Payment)>> {
        self.require_operator(ctx).await?;
        let page = crate::jobs::all_payments(&self.deps.db, &args).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for (cursor, row) in page.rows {
            let tenant = TenantId::from_uuid(row.tenant_id);
            let shown = shown(&self.deps.db.read(&Ctx::system(tenant, "billing")), row).await?;
            rows.push((cursor, (tenant, shown)));
        }
        Ok(Page { rows, has_next: page.has_next })
    }

    /// A payment that was not there before.
    async fn begin_payment(
        &self,
        tx: &Tx,
        method: PaymentMethod,
        amount: Money,
        invoice: Option<InvoiceId>,
        reference: Option<&str>,
    ) -> Result<row::Model> {
        let id: PaymentId = tx.id();
        let row = row::Model {
            tenant_id: tx.tenant(),
            id: id.uuid(),
            method: method.as_str().into(),
            status: PaymentStatus::Pending.as_str().into(),
            currency: amount.currency.code().into(),
            amount: amount.minor,
            invoice_id: invoice.map(InvoiceId::uuid),
            reference: reference.map_or_else(|| id.to_string(), str::to_owned),
            failure: None,
            at: tx.now(),
            refunded: None,
            card: None,
        };
        insert(tx, row.clone()).await?;
        Ok(row)
    }

    /// What the provider says of a payment, whoever asked: it has its effect once, however often it is said, and in whatever order.
    async fn apply(&self, tx: &Tx, mut row: row::Model, paid: Paid) -> Result<row::Model> {
        let amount = row.money()?;
        if paid.amount != amount {
            let id = row.id();
            return Err(Error::internal(format!("the provider has {} for payment {id} of {amount}", paid.amount)));
        }
        if row.reference != paid.id {
            row.reference = paid.id;
            update(tx, row.clone()).await?;
        }
        match paid.progress {
            Progress::Succeeded => self.succeeded(tx, row).await,
            Progress::Failed(why) => self.failed(tx, row, why).await,
            // Nobody is there to try another card.
            Progress::Waits(why) if row.card.is_some() => self.failed(tx, row, why).await,
            Progress::Waits(_) | Progress::Pending => Ok(row),
        }
    }

    /// The money of a payment is there: it has its one effect on the ledger, and pays the invoice or fills the wallet. What is more than
    /// the invoice still needs goes to the wallet. One that was given up and comes after all counts like any other.
    async fn succeeded(&self, tx: &Tx, mut row: row::Model) -> Result<row::Model> {
        if row.is(PaymentStatus::Succeeded) || row.is(PaymentStatus::Refunded) {
            return Ok(row);
        }
        let (id, whole) = (row.id(), row.money()?);
        let mut to_invoice = 0;
        if let Some(invoice_id) = row.invoice_id {
            let invoice = invoice::known(tx, invoice_id.into()).await?;
            to_invoice = row.amount.min(invoice.due().max(0));
            self.paid(tx, invoice, to_invoice).await?;
        }
        let to_wallet = row.amount - to_invoice;
        let from = if row.method == PaymentMethod::BankTransfer.as_str() {
            LedgerAccount::Bank
        } else {
            LedgerAccount::Provider
        };
        let movements =
            [(from, row.amount), (LedgerAccount::Receivable, -to_invoice), (LedgerAccount::Wallet, -to_wallet)];
        money::post(tx, &format!("payment/{id}"), whole.currency, &movements).await?;
        row.status = PaymentStatus::Succeeded.as_str().into();
        row.failure = None;
        self.changed(tx, &row).await?;
        if to_wallet > 0 {
            self.grant(tx, CreditKind::Paid, Money::new(to_wallet, whole.currency), &row.reference, None).await?;
            self.settle(tx, &id.to_string()).await?;
        }
        Ok(row)
    }

    async fn failed(&self, tx: &Tx, mut row: row::Model, why: String) -> Result<row::Model> {
        if !row.is(PaymentStatus::Pending) {
            return Ok(row);
        }
        row.status = PaymentStatus::Failed.as_str().into();
        row.failure = Some(why.clone());
        self.changed(tx, &row).await?;
        if let (Some(invoice_id), Some(_)) = (row.invoice_id, &row.card) {
            let invoice = invoice::known(tx, invoice_id.into()).await?;
            if invoice.due() > 0 {
                self.not_collected(tx, invoice, why).await?;
            }
        }
        Ok(row)
    }

    /// Stores a payment's new state, and says so.
    async fn changed(&self, tx: &Tx, row: &row::Model) -> Result<()> {
        let (status, invoice) = (PaymentStatus::parse(&row.status)?, row.invoice_id.map(Into::into));
        tx.emit(&PaymentChanged { id: row.id(), status, amount: row.money()?, invoice })?;
        update(tx, row.clone()).await?;
        Ok(())
    }

    /// So much more of an invoice is paid, in minor units.
    pub(super) async fn paid(&self, tx: &Tx, mut row: invoice::row::Model, minor: i64) -> Result<()> {
        if minor == 0 {
            return Ok(());
        }
        row.paid += minor;
        if row.due() == 0 && !row.is_draft() {
            row.status = InvoiceStatus::Paid.as_str().into();
            row.next_attempt_at = None;
            let (number, amount) = (row.number.clone().unwrap_or_default(), row.money(minor)?);
            tx.emit(&BillingMailWanted { news: BillingNews::Paid { number, amount }, also: None })?;
        }
        update(tx, row).await?;
        Ok(())
    }

    /// New credit pays what is open, oldest invoice first.
    pub(super) async fn settle(&self, tx: &Tx, by: &str) -> Result<()> {
        for row in invoice::unpaid(tx).await? {
            let due = row.money(row.due())?;
            let minor = self.pay_from_wallet(tx, &format!("invoice/{}/wallet/{by}", row.id()), due).await?;
            self.paid(tx, row, minor).await?;
        }
        Ok(())
    }
}

/// A payment with what went back of it.
async fn shown(tx: &Tx, row: row::Model) -> Result<Payment> {
    let refunds = payment::refunds(tx, vec![row.id]).await?;
    row.into_contract(refunds)
}
