//! Wallet, and its movements in the ledger.

use lingxi_contracts::billing::{CreditGrant, CreditKind, LedgerAccount, LedgerEntry, Wallet};
use lingxi_kernel::{CreditGrantId, Ctx, Error, Money, Page, PageArgs, Permission, Result, TenantId, Timestamp};
use lingxi_rating::{Grant, spend};
use lingxi_store::{Tx, insert, update};
use sea_orm::prelude::Uuid;

use super::{Billing, invoice_currency};
use crate::store::invoice;
use crate::store::money::{self, grant};

/// What is left of a grant, for the rules.
pub(super) fn left(row: &grant::Model) -> Grant<Uuid> {
    Grant { id: row.id, remaining: row.remaining, granted_at: row.granted_at, expires_at: row.expires_at }
}

impl Billing {
    pub(super) async fn do_wallet(&self, ctx: &Ctx) -> Result<Wallet> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let row = self.subscription_of(&tx).await?;
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
        self.settle(&tx, &CreditGrantId::from_uuid(row.id).to_string()).await?;
        let row = grant::get(&tx, row.id).await?.unwrap_or(row);
        tx.commit().await?;
        row.into_contract()
    }

    pub(super) async fn check_amount(&self, tx: &Tx, amount: Money) -> Result<()> {
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

    /// Pays what it can of something due from the wallet, oldest credit first, and gives how much, in minor units.
    pub(super) async fn pay_from_wallet(&self, tx: &Tx, transaction: &str, due: Money) -> Result<i64> {
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
        money::post(tx, transaction, due.currency, &movements).await?;
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
}
