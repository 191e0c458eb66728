//! Ledger, wallet and payments.

use lingxi_contracts::billing::{CreditGrant, CreditKind, LedgerAccount, LedgerEntry};
use lingxi_kernel::{Currency, Error, LedgerId, Money, Page, PageArgs, Result};
use lingxi_store::{Tx, find, insert_all, tenant_entity};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::invoice::currency;

tenant_entity!(grant, "billing_grant", {
    kind: String,
    currency: String,
    amount: i64,
    remaining: i64,
    note: String,
    granted_at: DateTimeUtc,
    expires_at: Option<DateTimeUtc>,
});

tenant_entity!(entry, "billing_entry", {
    transaction: String,
    position: i32,
    account: String,
    currency: String,
    amount: i64,
    at: DateTimeUtc,
});

impl grant::Model {
    pub(crate) fn into_contract(self) -> Result<CreditGrant> {
        let currency = currency(&self.currency)?;
        Ok(CreditGrant {
            id: self.id.into(),
            kind: CreditKind::parse(&self.kind)?,
            amount: Money::new(self.amount, currency),
            remaining: Money::new(self.remaining, currency),
            note: self.note,
            granted_at: self.granted_at,
            expires_at: self.expires_at,
        })
    }
}

/// The firm's grants, oldest first.
pub(crate) async fn grants(tx: &Tx) -> Result<Vec<grant::Model>> {
    let rows = find::<grant::Entity>(tx).order_by_asc(grant::Column::GrantedAt).order_by_asc(grant::Column::Id);
    Ok(rows.all(tx.conn()).await?)
}

/// Writes a transaction into the ledger. The same key again is refused by the database, and with it the change that it belongs to.
pub(crate) async fn post(
    tx: &Tx,
    transaction: &str,
    currency: Currency,
    movements: &[(LedgerAccount, i64)],
) -> Result<()> {
    let sum: i128 = movements.iter().map(|(_, amount)| i128::from(*amount)).sum();
    if sum != 0 {
        return Err(Error::internal(format!("the movements of `{transaction}` add up to {sum} and not to zero")));
    }
    let moved = movements.iter().filter(|(_, amount)| *amount != 0);
    let rows = moved.enumerate().map(|(position, (account, amount))| {
        Ok(entry::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<LedgerId>().uuid(),
            transaction: transaction.to_owned(),
            position: i32::try_from(position)?,
            account: account.as_str().to_owned(),
            currency: currency.code().to_owned(),
            amount: *amount,
            at: tx.now(),
        })
    });
    insert_all(tx, rows.collect::<Result<_>>()?).await
}

/// Movements, newest first.
pub(crate) async fn entries(tx: &Tx, args: &PageArgs) -> Result<Page<LedgerEntry>> {
    let mut rows = find::<entry::Entity>(tx).order_by_desc(entry::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(after) = &args.after {
        rows = rows.filter(entry::Column::Id.lt(after.parse::<LedgerId>()?.uuid()));
    }
    let page = Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| LedgerId::from_uuid(row.id).to_string());
    let open = |row: entry::Model| -> Result<LedgerEntry> {
        Ok(LedgerEntry {
            id: row.id.into(),
            account: LedgerAccount::parse(&row.account)?,
            amount: Money::new(row.amount, currency(&row.currency)?),
            transaction: row.transaction,
            at: row.at,
        })
    };
    let rows = page.rows.into_iter().map(|(cursor, row)| Ok((cursor, open(row)?))).collect::<Result<_>>()?;
    Ok(Page { rows, has_next: page.has_next })
}
