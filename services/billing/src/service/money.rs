//! Wallet, payments, and their movements in the ledger.

use lingxi_contracts::billing::{
    BillingMailWanted, BillingNews, CreditGrant, CreditKind, InvoiceStatus, LedgerAccount, LedgerEntry, Payment,
    PaymentChanged, PaymentMethod, PaymentStatus, Wallet,
};
use lingxi_kernel::{
    CreditGrantId, Ctx, Error, InvoiceId, Money, Page, PageArgs, PaymentId, Permission, Result, TenantId, Timestamp,
};
use lingxi_rating::{Grant, spend};
use lingxi_store::{Tx, insert, update};
use sea_orm::prelude::Uuid;

use super::{Billing, invoice_currency};
use crate::store::invoice;
use crate::store::money::{self, grant, payment};

/// What is left of a grant, for the rules.
pub(super) fn left(row: &grant::Model) -> Grant<Uuid> {
    Grant { id: row.id, remaining: row.remaining, granted_at: row.granted_at, expires_at: row.expires_at }
}

impl Billing {
    pub(super) async fn do_wallet(&self, ctx: &Ctx) -> Result<Wallet> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let (row, _) = self.subscription_of(&tx).await?;
        let currency = invoice_currency(&row)?;
        let grants = money::grants(&tx).await?;
        let usable = grants.iter().filter(|grant| grant.currency == row.currency);
        let usable = usable.filter(|grant| grant.expires_at.is_none_or(|end| tx.now() < end));
        let balance = Money::new(usable.map(|grant| grant.remaining).sum(), currency);
        let grants = grants.into_iter().map(grant::Model::into_contract).collect::<Result<_>>()?;
        Ok(Wallet { balance, grants })
    }

    pub(super) async fn do_ledger(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<LedgerEntry>> {
        ctx.require(Permission::ReadBilling)?;
        money::entries(&self.deps.db.read(ctx), &args).await
    }

    pub(super) async fn do_payments(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<Payment>> {
        ctx.require(Permission::ReadBilling)?;
        let page = money::payments(&self.deps.db.read(ctx), &args).await?;
        let rows = page.rows.into_iter().map(|(cursor, row)| Ok((cursor, row.into_contract()?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, has_next: page.has_next })
    }

    /// Puts credit into the wallet; its place in the ledger belongs to whoever grants.
    pub(super) async fn grant(
        &self,
        tx: &Tx,
        kind: CreditKind,
        amount: Money,
        note: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<grant::Model> {
        let row = grant::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<CreditGrantId>().uuid(),
            kind: kind.as_str().into(),
            currency: amount.currency.code().into(),
            amount: amount.minor,
            remaining: amount.minor,
            note: note.to_owned(),
            granted_at: tx.now(),
            expires_at,
        };
        insert(tx, row.clone()).await?;
        Ok(row)
    }

    pub(super) async fn do_grant_credit(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        amount: Money,
        (note, expires_at): (&str, Option<Timestamp>),
    ) -> Result<CreditGrant> {
        self.require_operator(ctx).await?;
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        self.check_amount(&tx, amount).await?;
        if expires_at.is_some_and(|end| end <= tx.now()) {
            return Err(Error::field("expiresAt", "Credit expires in the future, or never."));
        }
        let row = self.grant(&tx, CreditKind::Promotional, amount, note, expires_at).await?;
        let key = format!("grant/{}", CreditGrantId::from_uuid(row.id));
        let movements = [(LedgerAccount::Promotions, amount.minor), (LedgerAccount::Wallet, -amount.minor)];
        money::post(&tx, &key, amount.currency, &movements).await?;
        tx.commit().await?;
        row.into_contract()
    }

    async fn check_amount(&self, tx: &Tx, amount: Money) -> Result<()> {
        let row = self.stored_subscription(tx).await?;
        if amount.minor <= 0 {
            return Err(Error::field("amount", "An amount is more than nothing."));
        }
        if amount.currency.code() != row.currency {
            let (own, other) = (&row.currency, amount.currency.code());
            return Err(Error::field("amount", format!("The amount is in {other}, and this account in {own}.")));
        }
        Ok(())
    }

    /// Pays what it can of an invoice from the wallet, oldest credit first, and gives how much, in minor units.
    pub(super) async fn pay_from_wallet(&self, tx: &Tx, invoice: InvoiceId, due: Money) -> Result<i64> {
        let rows = money::grants(tx).await?;
        let usable: Vec<Grant<Uuid>> =
            rows.iter().filter(|row| row.currency == due.currency.code()).map(left).collect();
        let uses = spend(&usable, due.minor, tx.now());
        let paid: i64 = uses.iter().map(|used| used.minor).sum();
        for used in uses {
            if let Some(row) = rows.iter().find(|row| row.id == used.id) {
                update(tx, grant::Model { remaining: row.remaining - used.minor, ..row.clone() }).await?;
            }
        }
        let movements = [(LedgerAccount::Wallet, paid), (LedgerAccount::Receivable, -paid)];
        money::post(tx, &format!("invoice/{invoice}/wallet"), due.currency, &movements).await?;
        Ok(paid)
    }

    /// Takes credit out of the wallet that has expired.
    pub(crate) async fn expire(&self, tx: &Tx, mut row: grant::Model) -> Result<()> {
        let taken = std::mem::take(&mut row.remaining);
        if taken == 0 {
            return Ok(());
        }
        let to = if row.kind == CreditKind::Promotional.as_str() {
            LedgerAccount::Promotions
        } else {
            LedgerAccount::Breakage
        };
        let movements = [(LedgerAccount::Wallet, taken), (to, -taken)];
        let key = format!("grant/{}/expired", CreditGrantId::from_uuid(row.id));
        money::post(tx, &key, invoice::currency(&row.currency)?, &movements).await?;
        update(tx, row).await?;
        Ok(())
    }

    pub(super) async fn do_record_transfer(
        &self,
        ctx: &Ctx,
        (tenant, invoice): (TenantId, Option<InvoiceId>),
        amount: Money,
        reference: &str,
    ) -> Result<Payment> {
        self.require_operator(ctx).await?;
        let reference = reference.trim();
        if reference.is_empty() || reference.len() > 200 {
            return Err(Error::field("reference", "Give the bank's reference, up to 200 bytes; it counts once."));
        }
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        self.check_amount(&tx, amount).await?;
        if let Some(known) = money::payment_of(&tx, PaymentMethod::BankTransfer, reference).await? {
            let same = known.amount == amount.minor && known.invoice_id == invoice.map(InvoiceId::uuid);
            let message = "This reference was recorded already, with another amount or for something else.";
            return if same { known.into_contract() } else { Err(Error::field("reference", message)) };
        }
        let row = payment::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<PaymentId>().uuid(),
            method: PaymentMethod::BankTransfer.as_str().into(),
            status: PaymentStatus::Pending.as_str().into(),
            currency: amount.currency.code().into(),
            amount: amount.minor,
            invoice_id: invoice.map(InvoiceId::uuid),
            reference: reference.to_owned(),
            failure: None,
            at: tx.now(),
        };
        insert(&tx, row.clone()).await?;
        let row = self.succeeded(&tx, row).await?;
        tx.commit().await?;
        row.into_contract()
    }

    /// The money of a payment is there: it has its one effect on the ledger, and pays the invoice or fills the wallet. What is more than
    /// the invoice still needs goes to the wallet.
    pub(crate) async fn succeeded(&self, tx: &Tx, mut row: payment::Model) -> Result<payment::Model> {
        if row.status == PaymentStatus::Succeeded.as_str() {
            return Ok(row);
        }
        let id = PaymentId::from_uuid(row.id);
        let currency = invoice::currency(&row.currency)?;
        let mut to_invoice = 0;
        if let Some(invoice_id) = row.invoice_id {
            let mut invoice = invoice::known(tx, invoice_id.into()).await?;
            to_invoice = row.amount.min(invoice.due().max(0));
            invoice.paid += to_invoice;
            if invoice.due() == 0 && !invoice.is_draft() {
                invoice.status = InvoiceStatus::Paid.as_str().into();
                invoice.next_attempt_at = None;
                let (number, amount) = (invoice.number.clone().unwrap_or_default(), Money::new(row.amount, currency));
                tx.emit(&BillingMailWanted { news: BillingNews::Paid { number, amount }, also: None })?;
            }
            update(tx, invoice).await?;
        }
        let to_wallet = row.amount - to_invoice;
        if to_wallet > 0 {
            self.grant(tx, CreditKind::Paid, Money::new(to_wallet, currency), &row.reference, None).await?;
        }
        let from = if row.method == PaymentMethod::BankTransfer.as_str() {
            LedgerAccount::Bank
        } else {
            LedgerAccount::Provider
        };
        let movements =
            [(from, row.amount), (LedgerAccount::Receivable, -to_invoice), (LedgerAccount::Wallet, -to_wallet)];
        money::post(tx, &format!("payment/{id}"), currency, &movements).await?;
        row.status = PaymentStatus::Succeeded.as_str().into();
        row.failure = None;
        let amount = Money::new(row.amount, currency);
        tx.emit(&PaymentChanged {
            id,
            status: PaymentStatus::Succeeded,
            amount,
            invoice: row.invoice_id.map(Into::into),
        })?;
        update(tx, row.clone()).await?;
        Ok(row)
    }
}
