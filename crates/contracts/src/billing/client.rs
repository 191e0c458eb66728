//! The billing service, for the others.

use async_trait::async_trait;
use lingxi_kernel::{
    CreditNoteId, Ctx, Decimal, DisputeId, EventId, FapiaoId, InvoiceId, Money, Page, PageArgs, PaymentId, Result,
    TenantId, Timestamp, UsageId,
};

use super::{
    AsideEvent, BillingProfile, Catalog, ChangeMoment, CreditGrant, CreditNote, Dispute, DraftBill, Entitlement,
    Fapiao, FapiaoRequest, FapiaoStatus, Invoice, InvoiceStatus, LedgerEntry, Meter, Payment, PaymentOptions, Plan,
    PlanSubscription, Reconciliation, SpendLimits, Tax, UsageAnswer, UsageEvent, UsageInput, UsagePoint, UsageQuery,
    Wallet,
};
use crate::remote::remote;

/// The billing service, for the others.
#[remote("billing")]
#[async_trait]
pub trait BillingClient: Send + Sync {
    /// Stores and counts metered facts, and answers for each, in their order. What is accepted is counted when this returns.
    #[idempotent]
    async fn report_usage(&self, ctx: &Ctx, usage: Vec<UsageInput>) -> Result<Vec<UsageAnswer>>;
    /// Usage as a series.
    #[idempotent]
    async fn usage(&self, ctx: &Ctx, query: UsageQuery, page: PageArgs) -> Result<Page<UsagePoint>>;
    /// The metered facts of a meter in a stretch of time, newest first.
    #[idempotent]
    async fn usage_events(
        &self,
        ctx: &Ctx,
        meter: &str,
        from: Timestamp,
        to: Timestamp,
        page: PageArgs,
    ) -> Result<Page<UsageEvent>>;
    /// Facts that were put aside instead of being counted, newest first.
    #[idempotent]
    async fn aside_events(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<AsideEvent>>;
    /// Counts calls by API key; those of one report once, however often it is given.
    #[idempotent]
    async fn count_api_calls(&self, ctx: &Ctx, report: EventId, calls: i64) -> Result<()>;

    /// What operators sell: all of it to them, to others what concerns them.
    #[idempotent]
    async fn catalog(&self, ctx: &Ctx) -> Result<Catalog>;
    /// For operators: adds a meter, or changes its names.
    async fn put_meter(&self, ctx: &Ctx, meter: Meter) -> Result<Meter>;
    /// For operators: adds a version of a plan. The same again changes nothing; another one under a known version is refused.
    async fn add_plan(&self, ctx: &Ctx, plan: Plan) -> Result<Plan>;
    /// For operators: sets the tax of a region, for bills that are not final yet.
    async fn put_tax(&self, ctx: &Ctx, tax: Tax) -> Result<Tax>;
    /// For operators: applies a whole file, or nothing of it.
    async fn apply_catalog(&self, ctx: &Ctx, catalog: Catalog) -> Result<Catalog>;
    /// For operators: moves the firms on a plan to another version of it, each from its next period on; gives how many.
    async fn migrate_plan(&self, ctx: &Ctx, code: &str, version: i32) -> Result<i64>;

    /// The firm's subscription.
    #[idempotent]
    async fn subscription(&self, ctx: &Ctx) -> Result<PlanSubscription>;
    /// Chooses a public plan.
    async fn choose_plan(&self, ctx: &Ctx, code: &str, when: ChangeMoment) -> Result<PlanSubscription>;
    /// Ends the subscription.
    async fn cancel_subscription(&self, ctx: &Ctx, when: ChangeMoment) -> Result<PlanSubscription>;
    /// Pauses the subscription, lets it go on, or takes its cancellation back.
    async fn pause_subscription(&self, ctx: &Ctx, paused: bool) -> Result<PlanSubscription>;
    /// What the usage of the last whole period would have cost under each public plan of the firm's currency.
    #[idempotent]
    async fn simulate_plans(&self, ctx: &Ctx) -> Result<Vec<(Plan, Money)>>;

    /// The running period's bill.
    #[idempotent]
    async fn draft_bill(&self, ctx: &Ctx) -> Result<DraftBill>;
    /// Sets alerts and caps.
    async fn set_limits(&self, ctx: &Ctx, limits: SpendLimits) -> Result<SpendLimits>;
    /// Reserves use of a meter ahead of it, at most `wanted`, and gives how much may be used; none left is a reached cap.
    #[idempotent]
    async fn reserve(&self, ctx: &Ctx, meter: &str, wanted: Decimal) -> Result<Entitlement>;
    /// To whom bills are written.
    #[idempotent]
    async fn profile(&self, ctx: &Ctx) -> Result<BillingProfile>;
    /// Changes to whom bills are written.
    async fn set_profile(&self, ctx: &Ctx, profile: BillingProfile) -> Result<BillingProfile>;

    /// The firm's invoices, newest first.
    #[idempotent]
    async fn invoices(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<Invoice>>;
    /// An invoice.
    #[idempotent]
    async fn invoice(&self, ctx: &Ctx, id: InvoiceId) -> Result<Option<Invoice>>;
    /// An invoice as a PDF, in a language, or in the firm's.
    #[idempotent]
    async fn invoice_pdf(&self, ctx: &Ctx, id: InvoiceId, locale: Option<String>) -> Result<Option<Vec<u8>>>;
    /// A credit note as a PDF, in the same way.
    #[idempotent]
    async fn credit_note_pdf(&self, ctx: &Ctx, id: CreditNoteId, locale: Option<String>) -> Result<Option<Vec<u8>>>;
    /// For operators: invoices of all firms, newest first.
    #[idempotent]
    async fn all_invoices(
        &self,
        ctx: &Ctx,
        status: Option<InvoiceStatus>,
        page: PageArgs,
    ) -> Result<Page<(TenantId, Invoice)>>;
    /// For operators: takes back part of a firm's final invoice: minor units with tax, at most what was not taken back yet.
    async fn credit_invoice(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: InvoiceId,
        minor: i64,
        reason: &str,
    ) -> Result<CreditNote>;
    /// For operators: counts what is due of a firm's past or given-up invoice as lost, for good.
    async fn write_off_invoice(&self, ctx: &Ctx, tenant: TenantId, id: InvoiceId, reason: &str) -> Result<Invoice>;
    /// For operators: records a transfer, for an invoice or for the wallet; the bank's reference counts once.
    async fn record_transfer(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        invoice: Option<InvoiceId>,
        amount: Money,
        reference: &str,
    ) -> Result<Payment>;
    /// For operators: gives credit.
    async fn grant_credit(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        amount: Money,
        note: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<CreditGrant>;
    /// The firm's prepaid credit.
    #[idempotent]
    async fn wallet(&self, ctx: &Ctx) -> Result<Wallet>;
    /// Movements of the firm's accounts, newest first.
    #[idempotent]
    async fn ledger(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<LedgerEntry>>;
    /// The firm's payments, newest first.
    #[idempotent]
    async fn payments(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<Payment>>;

    /// How the firm can pay.
    #[idempotent]
    async fn payment_options(&self, ctx: &Ctx) -> Result<PaymentOptions>;
    /// Begins to leave a card that invoices are charged to; gives the address of the provider's page.
    async fn set_up_card(&self, ctx: &Ctx) -> Result<String>;
    /// The address of the provider's page at which the firm's cards are changed.
    async fn payment_portal(&self, ctx: &Ctx) -> Result<String>;
    /// Begins to fill the wallet with so many minor units; gives the address of the provider's page.
    async fn top_up(&self, ctx: &Ctx, minor: i64) -> Result<String>;
    /// Begins to pay what is due of an invoice; gives the address of the provider's page.
    async fn pay_invoice(&self, ctx: &Ctx, id: InvoiceId) -> Result<String>;
    /// For operators: payments of all firms, newest first.
    #[idempotent]
    async fn all_payments(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<(TenantId, Payment)>>;
    /// For operators: gives back part of a payment, in minor units, out of credit that the firm has not used.
    async fn refund_payment(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: PaymentId,
        minor: i64,
        reason: &str,
    ) -> Result<Payment>;
    /// What the payment provider tells: the body as it came, and its signature. It is kept when this returns.
    #[idempotent]
    async fn provider_notice(&self, body: String, signature: &str) -> Result<()>;

    /// Asks for the fapiao of a paid invoice.
    async fn request_fapiao(&self, ctx: &Ctx, request: FapiaoRequest) -> Result<Fapiao>;
    /// The firm's fapiao, newest first; or those of one invoice.
    #[idempotent]
    async fn fapiao(&self, ctx: &Ctx, invoice: Option<InvoiceId>) -> Result<Vec<Fapiao>>;
    /// For operators: fapiao of all firms, newest first.
    #[idempotent]
    async fn all_fapiao(
        &self,
        ctx: &Ctx,
        status: Option<FapiaoStatus>,
        page: PageArgs,
    ) -> Result<Page<(TenantId, Fapiao)>>;
    /// For operators: records the number that the state's system gave to a fapiao that was issued by hand, or why it was refused.
    async fn record_fapiao(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: FapiaoId,
        number: Option<String>,
        refusal: Option<String>,
    ) -> Result<Fapiao>;

    /// Doubts a unit that the firm is billed for.
    async fn dispute_usage(&self, ctx: &Ctx, usage: UsageId, reason: &str) -> Result<Dispute>;
    /// The firm's disputes, newest first.
    #[idempotent]
    async fn disputes(&self, ctx: &Ctx) -> Result<Vec<Dispute>>;
    /// For operators: open disputes of all firms, oldest first.
    #[idempotent]
    async fn open_disputes(&self, ctx: &Ctx) -> Result<Vec<(TenantId, Dispute)>>;
    /// For operators: the latest comparisons of everything, newest first.
    #[idempotent]
    async fn reconciliations(&self, ctx: &Ctx) -> Result<Vec<Reconciliation>>;
    /// For operators: compares everything now.
    async fn reconcile(&self, ctx: &Ctx) -> Result<Reconciliation>;
    /// For operators: decides a dispute; an accepted one takes the unit back.
    async fn decide_dispute(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: DisputeId,
        accept: bool,
        answer: &str,
    ) -> Result<Dispute>;
}
