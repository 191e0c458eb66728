//! Fapiao.

use lingxi_contracts::billing::{Fapiao, FapiaoKind, FapiaoStatus};
use lingxi_kernel::{FapiaoId, Money, Result};
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};
use serde::{Deserialize, Serialize};

use super::invoice::{self, currency};

tenant_entity!(row, "billing_fapiao", {
    invoice_id: Uuid,
    kind: String,
    status: String,
    corrects: Option<String>,
    payer: Json,
    currency: String,
    amount: i64,
    tax: i64,
    number: Option<String>,
    url: Option<String>,
    failure: Option<String>,
    at: DateTimeUtc,
    issued_at: Option<DateTimeUtc>,
});

/// To whom a fapiao is written.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payer {
    pub title: String,
    pub tax_number: Option<String>,
    pub address: Option<String>,
    pub bank: Option<String>,
    pub email: Option<String>,
}

impl row::Model {
    pub(crate) fn id(&self) -> FapiaoId {
        self.id.into()
    }

    pub(crate) fn is(&self, status: FapiaoStatus) -> bool {
        self.status == status.as_str()
    }

    pub(crate) fn payer(&self) -> Result<Payer> {
        Ok(serde_json::from_value(self.payer.clone())?)
    }

    fn into_contract(self, invoice_number: String) -> Result<Fapiao> {
        let currency = currency(&self.currency)?;
        let Payer { title, tax_number, address, bank, email } = self.payer()?;
        Ok(Fapiao {
            id: self.id(),
            invoice_id: self.invoice_id.into(),
            invoice_number,
            kind: FapiaoKind::parse(&self.kind)?,
            status: FapiaoStatus::parse(&self.status)?,
            corrects: self.corrects,
            title,
            tax_number,
            address,
            bank,
            email,
            amount: Money::new(self.amount, currency),
            tax: Money::new(self.tax, currency),
            number: self.number,
            url: self.url,
            failure: self.failure,
            at: self.at,
            issued_at: self.issued_at,
        })
    }
}

/// The firm's fapiao, newest first; or those of one invoice.
pub(crate) async fn all(tx: &Tx, of: Option<Uuid>) -> Result<Vec<row::Model>> {
    let mut rows = find::<row::Entity>(tx).order_by_desc(row::Column::Id);
    if let Some(invoice) = of {
        rows = rows.filter(row::Column::InvoiceId.eq(invoice));
    }
    Ok(rows.all(tx.conn()).await?)
}

/// A fapiao as it is shown, with its invoice's number.
pub(crate) async fn shown(tx: &Tx, row: row::Model) -> Result<Fapiao> {
    let number = invoice::known(tx, row.invoice_id.into()).await?.number.unwrap_or_default();
    row.into_contract(number)
}
