//! Fields of billing for the platform's operators.

use async_graphql::connection::Connection;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use lingxi_contracts::billing::{
    CreditGrant, CreditNote, Dispute, Fapiao, FapiaoStatus, Invoice, InvoiceStatus, Meter, Payment, Plan,
    Reconciliation, Tax,
};
use lingxi_kernel::{Currency, DisputeId, FapiaoId, InvoiceId, Money, PageArgs, PaymentId, TenantId, Timestamp};

use crate::outcome::{Shown as _, connection, parts, payload};

payload!(
    /// What changing a meter came to.
    MeterPayload {
        /// The meter.
        meter: Meter
    }
);
payload!(
    /// What adding a version of a plan came to.
    PlanPayload {
        /// The version.
        plan: Plan
    }
);
payload!(
    /// What setting a tax came to.
    TaxPayload {
        /// The tax.
        tax: Tax
    }
);
payload!(
    /// What moving firms to another version of a plan came to.
    MigratePlanPayload {
        /// How many firms move, each from its next period on.
        firms: i64
    }
);
payload!(
    /// What a credit note came to.
    CreditNotePayload {
        /// The note.
        credit_note: CreditNote
    }
);
payload!(
    /// What writing off came to.
    WriteOffPayload {
        /// The invoice.
        invoice: Invoice
    }
);
payload!(
    /// What recording a payment came to.
    PaymentPayload {
        /// The payment.
        payment: Payment
    }
);
payload!(
    /// What giving credit came to.
    CreditGrantPayload {
        /// The credit.
        grant: CreditGrant
    }
);
payload!(
    /// What deciding a dispute came to.
    DecidedDisputePayload {
        /// The dispute.
        dispute: Dispute
    }
);

payload!(
    /// What recording a fapiao came to.
    RecordedFapiaoPayload {
        /// The fapiao.
        fapiao: Fapiao
    }
);

/// An invoice and whose it is.
#[derive(SimpleObject)]
pub struct TenantInvoice {
    /// Whose it is.
    tenant_id: TenantId,
    /// The invoice.
    invoice: Invoice,
}

/// A dispute and whose it is.
#[derive(SimpleObject)]
pub struct TenantDispute {
    /// Whose it is.
    tenant_id: TenantId,
    /// The dispute.
    dispute: Dispute,
}

/// A payment and whose it is.
#[derive(SimpleObject)]
pub struct TenantPayment {
    /// Whose it is.
    tenant_id: TenantId,
    /// The payment.
    payment: Payment,
}

/// A fapiao and whose it is.
#[derive(SimpleObject)]
pub struct TenantFapiao {
    /// Whose it is.
    tenant_id: TenantId,
    /// The fapiao.
    fapiao: Fapiao,
}

/// An amount of money.
#[derive(InputObject)]
pub struct MoneyInput {
    /// Minor units, such as cents.
    minor: i64,
    /// The currency.
    currency: Currency,
}

impl From<MoneyInput> for Money {
    fn from(input: MoneyInput) -> Self {
        Self::new(input.minor, input.currency)
    }
}

/// Reads of billing for the platform's operators.
#[derive(Default)]
pub struct SellingQuery;

#[Object]
impl SellingQuery {
    /// Invoices of all firms, newest first. For operators.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn all_invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand so.")] status: Option<InvoiceStatus>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, TenantInvoice>> {
        let (caller, services) = parts(ctx)?;
        let args = PageArgs::new(first, after).shown()?;
        let page = services.billing.all_invoices(caller, status, args).await.shown()?;
        Ok(connection(page.map(|(tenant_id, invoice)| TenantInvoice { tenant_id, invoice })))
    }

    /// Payments of all firms, newest first. For operators.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn all_payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, TenantPayment>> {
        let (caller, services) = parts(ctx)?;
        let page = services.billing.all_payments(caller, PageArgs::new(first, after).shown()?).await.shown()?;
        Ok(connection(page.map(|(tenant_id, payment)| TenantPayment { tenant_id, payment })))
    }

    /// Fapiao of all firms, newest first. For operators.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn all_fapiao(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those that stand so.")] status: Option<FapiaoStatus>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, TenantFapiao>> {
        let (caller, services) = parts(ctx)?;
        let page = services.billing.all_fapiao(caller, status, PageArgs::new(first, after).shown()?).await.shown()?;
        Ok(connection(page.map(|(tenant_id, fapiao)| TenantFapiao { tenant_id, fapiao })))
    }

    /// The latest comparisons of what came, what was counted, what was billed and the ledger, newest first. For operators.
    async fn reconciliations(&self, ctx: &Context<'_>) -> Result<Vec<Reconciliation>> {
        let (caller, services) = parts(ctx)?;
        services.billing.reconciliations(caller).await.shown()
    }

    /// Open disputes of all firms, oldest first. For operators.
    async fn open_disputes(&self, ctx: &Context<'_>) -> Result<Vec<TenantDispute>> {
        let (caller, services) = parts(ctx)?;
        let all = services.billing.open_disputes(caller).await.shown()?;
        Ok(all.into_iter().map(|(tenant_id, dispute)| TenantDispute { tenant_id, dispute }).collect())
    }
}

payload!(
    /// What comparing everything came to.
    ReconciliationPayload {
        /// The report.
        reconciliation: Reconciliation
    }
);

/// Changes of billing for the platform's operators.
#[derive(Default)]
pub struct SellingMutation;

#[Object]
impl SellingMutation {
    /// Adds a meter, or changes its names. For operators.
    async fn put_meter(&self, ctx: &Context<'_>, input: Meter) -> Result<MeterPayload> {
        let (caller, services) = parts(ctx)?;
        MeterPayload::of(services.billing.put_meter(caller, input).await)
    }

    /// Adds a version of a plan; a version never changes. For operators.
    async fn add_plan(&self, ctx: &Context<'_>, input: Plan) -> Result<PlanPayload> {
        let (caller, services) = parts(ctx)?;
        PlanPayload::of(services.billing.add_plan(caller, input).await)
    }

    /// Sets the tax of a region. For operators.
    async fn put_tax(&self, ctx: &Context<'_>, input: Tax) -> Result<TaxPayload> {
        let (caller, services) = parts(ctx)?;
        TaxPayload::of(services.billing.put_tax(caller, input).await)
    }

    /// Moves the firms on a plan to another version of it, each from its next period on. For operators.
    async fn migrate_plan(&self, ctx: &Context<'_>, code: String, version: i32) -> Result<MigratePlanPayload> {
        let (caller, services) = parts(ctx)?;
        MigratePlanPayload::of(services.billing.migrate_plan(caller, &code, version).await)
    }

    /// Takes back part of a final invoice. For operators.
    async fn credit_invoice(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        invoice_id: InvoiceId,
        #[graphql(desc = "Minor units, with tax.")] minor: i64,
        reason: String,
    ) -> Result<CreditNotePayload> {
        let (caller, services) = parts(ctx)?;
        CreditNotePayload::of(services.billing.credit_invoice(caller, tenant_id, invoice_id, minor, &reason).await)
    }

    /// Counts what is due of an invoice that is past due or given up as lost, for good. For operators.
    async fn write_off_invoice(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        invoice_id: InvoiceId,
        reason: String,
    ) -> Result<WriteOffPayload> {
        let (caller, services) = parts(ctx)?;
        WriteOffPayload::of(services.billing.write_off_invoice(caller, tenant_id, invoice_id, &reason).await)
    }

    /// Records a bank transfer, for an invoice or for the wallet. For operators.
    async fn record_transfer(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        #[graphql(desc = "Without one it fills the wallet.")] invoice_id: Option<InvoiceId>,
        amount: MoneyInput,
        #[graphql(desc = "The bank's reference, which counts once.")] reference: String,
    ) -> Result<PaymentPayload> {
        let (caller, services) = parts(ctx)?;
        let amount = amount.into();
        PaymentPayload::of(services.billing.record_transfer(caller, tenant_id, invoice_id, amount, &reference).await)
    }

    /// Gives back part of a payment, out of credit that the firm has not used. For operators.
    async fn refund_payment(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        payment_id: PaymentId,
        #[graphql(desc = "Minor units.")] minor: i64,
        reason: String,
    ) -> Result<PaymentPayload> {
        let (caller, services) = parts(ctx)?;
        PaymentPayload::of(services.billing.refund_payment(caller, tenant_id, payment_id, minor, &reason).await)
    }

    /// Records the number that a fapiao got that was issued by hand, or why it was refused. For operators.
    async fn record_fapiao(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        fapiao_id: FapiaoId,
        #[graphql(desc = "The number that it got.")] number: Option<String>,
        #[graphql(desc = "Or why it was refused.")] refusal: Option<String>,
    ) -> Result<RecordedFapiaoPayload> {
        let (caller, services) = parts(ctx)?;
        RecordedFapiaoPayload::of(services.billing.record_fapiao(caller, tenant_id, fapiao_id, number, refusal).await)
    }

    /// Gives a firm credit. For operators.
    async fn grant_credit(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        amount: MoneyInput,
        note: String,
        expires_at: Option<Timestamp>,
    ) -> Result<CreditGrantPayload> {
        let (caller, services) = parts(ctx)?;
        let amount = amount.into();
        CreditGrantPayload::of(services.billing.grant_credit(caller, tenant_id, amount, &note, expires_at).await)
    }

    /// Compares what came, what was counted, what was billed and the ledger of all firms now. For operators.
    async fn reconcile(&self, ctx: &Context<'_>) -> Result<ReconciliationPayload> {
        let (caller, services) = parts(ctx)?;
        ReconciliationPayload::of(services.billing.reconcile(caller).await)
    }

    /// Decides a dispute; an accepted one takes the unit back. For operators.
    async fn decide_dispute(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        dispute_id: DisputeId,
        accept: bool,
        answer: String,
    ) -> Result<DecidedDisputePayload> {
        let (caller, services) = parts(ctx)?;
        DecidedDisputePayload::of(services.billing.decide_dispute(caller, tenant_id, dispute_id, accept, &answer).await)
    }
}
