//! Transfers that finance records.

use lingxi_contracts::billing::{Payment, PaymentMethod};
use lingxi_kernel::{Ctx, Error, InvoiceId, Money, Result, TenantId};

use super::{Billing, shown};
use crate::store::payment;

impl Billing {
    pub(in crate::service) async fn do_record_transfer(
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
        if let Some(known) = payment::of_reference(&tx, PaymentMethod::BankTransfer, reference).await? {
            let same = known.amount == amount.minor && known.invoice_id == invoice.map(InvoiceId::uuid);
            let message = "This reference was recorded already, with another amount or for something else.";
            return if same { shown(&tx, known).await } else { Err(Error::field("reference", message)) };
        }
        let row = self.begin_payment(&tx, PaymentMethod::BankTransfer, amount, invoice, Some(reference)).await?;
        let row = self.succeeded(&tx, row).await?;
        let shown = shown(&tx, row).await?;
        tx.commit().await?;
        Ok(shown)
    }
}
