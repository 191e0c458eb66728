//! Payments, and what goes back of them.

use lingxi_contracts::billing::{Payment, PaymentMethod, PaymentStatus, Refund};
use lingxi_kernel::{Error, Money, Page, PageArgs, PaymentId, RefundId, Result, Timestamp};
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::invoice::currency;

tenant_entity!(row, "billing_payment", {
    method: String,
    status: String,
    currency: String,
    amount: i64,
    invoice_id: Option<Uuid>,
    // The word of the bank or the provider for it; until the provider has one, our own id.
    reference: String,
    failure: Option<String>,
    at: DateTimeUtc,
    refunded: Option<i64>,
    // The provider's id of the card that is charged; of what somebody pays at the provider's page, none.
    card: Option<String>,
});

tenant_entity!(refund, "billing_refund", {
    payment_id: Uuid,
    status: String,
    currency: String,
    amount: i64,
    reason: String,
    // The provider's id of it; until it has one, our own id.
    reference: String,
    failure: Option<String>,
    at: DateTimeUtc,
});

impl row::Model {
    pub(crate) fn id(&self) -> PaymentId {
        self.id.into()
    }

    pub(crate) fn is(&self, status: PaymentStatus) -> bool {
        self.status == status.as_str()
    }

    pub(crate) fn money(&self) -> Result<Money> {
        Ok(Money::new(self.amount, currency(&self.currency)?))
    }

    /// What can still go back, in minor units.
    pub(crate) fn left(&self) -> i64 {
        self.amount - self.refunded.unwrap_or(0)
    }

    /// Whether the provider has answered about it.
    pub(crate) fn is_known(&self) -> bool {
        self.reference != self.id().to_string()
    }

    pub(crate) fn into_contract(self, refunds: Vec<refund::Model>) -> Result<Payment> {
        let currency = currency(&self.currency)?;
        Ok(Payment {
            id: self.id(),
            method: PaymentMethod::parse(&self.method)?,
            status: PaymentStatus::parse(&self.status)?,
            amount: Money::new(self.amount, currency),
            invoice_id: self.invoice_id.map(Into::into),
            refunded: Money::new(self.refunded.unwrap_or(0), currency),
            refunds: refunds.into_iter().map(refund::Model::into_contract).collect::<Result<_>>()?,
            reference: self.reference,
            failure: self.failure,
            at: self.at,
        })
    }
}

impl refund::Model {
    pub(crate) fn id(&self) -> RefundId {
        self.id.into()
    }

    pub(crate) fn is(&self, status: PaymentStatus) -> bool {
        self.status == status.as_str()
    }

    fn into_contract(self) -> Result<Refund> {
        Ok(Refund {
            id: self.id(),
            status: PaymentStatus::parse(&self.status)?,
            amount: Money::new(self.amount, currency(&self.currency)?),
            reason: self.reason,
            reference: self.reference,
            failure: self.failure,
            at: self.at,
        })
    }
}

/// The firm's payment of an id.
pub(crate) async fn known(tx: &Tx, id: PaymentId) -> Result<row::Model> {
    row::get(tx, id).await?.ok_or_else(|| Error::not_found("payment"))
}

/// The payment of a method with a reference.
pub(crate) async fn of_reference(tx: &Tx, method: PaymentMethod, reference: &str) -> Result<Option<row::Model>> {
    let rows = find::<row::Entity>(tx).filter(row::Column::Method.eq(method.as_str()));
    Ok(rows.filter(row::Column::Reference.eq(reference)).one(tx.conn()).await?)
}

/// The charge of a card for an invoice of which nobody knows yet what became of it.
pub(crate) async fn pending_charge(tx: &Tx, invoice: Uuid) -> Result<Option<row::Model>> {
    Ok(find::<row::Entity>(tx)
        .filter(row::Column::InvoiceId.eq(invoice))
        .filter(row::Column::Status.eq(PaymentStatus::Pending.as_str()))
        .filter(row::Column::Card.is_not_null())
        .one(tx.conn())
        .await?)
}

/// Payments through the provider that were begun in a stretch of time.
pub(crate) async fn through_provider(tx: &Tx, from: Timestamp, to: Timestamp) -> Result<Vec<row::Model>> {
    Ok(find::<row::Entity>(tx)
        .filter(row::Column::Method.eq(PaymentMethod::Provider.as_str()))
        .filter(row::Column::At.gte(from))
        .filter(row::Column::At.lt(to))
        .all(tx.conn())
        .await?)
}

/// Payments, newest first.
pub(crate) async fn page(tx: &Tx, args: &PageArgs) -> Result<Page<row::Model>> {
    let mut rows = find::<row::Entity>(tx).order_by_desc(row::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(after) = &args.after {
        rows = rows.filter(row::Column::Id.lt(after.parse::<PaymentId>()?.uuid()));
    }
    Ok(Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| row.id().to_string()))
}

/// What went back of some payments, oldest first.
pub(crate) async fn refunds(tx: &Tx, payments: Vec<Uuid>) -> Result<Vec<refund::Model>> {
    let rows = find::<refund::Entity>(tx).filter(refund::Column::PaymentId.is_in(payments));
    Ok(rows.order_by_asc(refund::Column::Id).all(tx.conn()).await?)
}

/// The refund with a reference.
pub(crate) async fn refund_of_reference(tx: &Tx, reference: &str) -> Result<Option<refund::Model>> {
    let rows = find::<refund::Entity>(tx).filter(refund::Column::Reference.eq(reference));
    Ok(rows.one(tx.conn()).await?)
}
