//! Use cases.

mod bill;
mod catalog;
mod disputes;
mod fapiao;
mod ingest;
mod invoice;
mod limits;
mod money;
mod paper;
mod payments;
mod profile;
mod reconcile;
mod reversals;
mod subscription;
mod together;
mod usage;

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use lingxi_bus::Gathering;
use lingxi_contracts::billing::{
    ApiCallsCounted, AsideEvent, BillingClient, BillingProfile, Catalog, ChangeMoment, CreditGrant, CreditNote,
    Dispute, DraftBill, Entitlement, Fapiao, FapiaoRequest, FapiaoStatus, Invoice, InvoiceStatus, LedgerEntry, Meter,
    Payment, PaymentOptions, Plan, PlanSubscription, Reconciliation, SpendLimits, Tax, UsageAnswer, UsageEvent,
    UsageInput, UsagePoint, UsageQuery, Wallet,
};
use lingxi_kernel::{
    CreditNoteId, Ctx, Currency, Decimal, DisputeId, EventId, FapiaoId, InvoiceId, Money, Page, PageArgs, PaymentId,
    Result, TenantId, Timestamp, UsageId,
};
use lingxi_store::TenantCache;

pub use catalog::BUILT_IN;
pub(crate) use ingest::MOST;
pub(crate) use subscription::tenant;

use crate::Deps;
use crate::store::{self, settings};

/// The billing service.
pub(crate) struct Billing {
    pub(crate) deps: Deps,
    settings: TenantCache<settings::Settings>,
    known: catalog::Known,
    batches: Gathering<together::Batch>,
    /// Itself, for work that goes on when nobody asks for it any more.
    myself: Weak<Self>,
}

/// The currency of a subscription.
fn invoice_currency(row: &store::subscription::Model) -> Result<Currency> {
    store::invoice::currency(&row.currency)
}

impl Billing {
    pub(crate) fn new(deps: Deps) -> Arc<Self> {
        let settings = TenantCache::new(&deps.db, "billing.settings");
        Arc::new_cyclic(|myself| Self {
            deps,
            settings,
            known: catalog::Known::default(),
            batches: Gathering::default(),
            myself: myself.clone(),
        })
    }

    /// The firm's settings, from memory where they are known.
    async fn settings(&self, ctx: &Ctx) -> Result<settings::Settings> {
        let read = self.deps.db.read(ctx);
        self.settings.get(ctx.tenant, read.now(), settings::get(&read)).await
    }

    /// Forgets what memory knows of the firm, after a commit that may have changed it.
    pub(crate) fn forget(&self, ctx: &Ctx) {
        self.settings.forget(ctx.tenant);
    }
}

#[async_trait]
impl BillingClient for Billing {
    async fn report_usage(&self, ctx: &Ctx, usage: Vec<UsageInput>) -> Result<Vec<UsageAnswer>> {
        self.do_report_usage(ctx, usage).await
    }
    async fn usage(&self, ctx: &Ctx, query: UsageQuery, page: PageArgs) -> Result<Page<UsagePoint>> {
        self.do_usage(ctx, query, page).await
    }
    async fn usage_events(
        &self,
        ctx: &Ctx,
        meter: &str,
        from: Timestamp,
        to: Timestamp,
        page: PageArgs,
    ) -> Result<Page<UsageEvent>> {
        self.do_usage_events(ctx, meter, (from, to), page).await
    }
    async fn aside_events(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<AsideEvent>> {
        self.do_aside_events(ctx, page).await
    }
    async fn count_api_calls(&self, ctx: &Ctx, report: EventId, calls: i64) -> Result<()> {
        let (_, key) = ctx.actor_name();
        let tx = self.deps.db.begin(ctx).await?;
        tx.emit_as(report, &ApiCallsCounted { key, calls })?;
        tx.commit().await
    }
    async fn catalog(&self, ctx: &Ctx) -> Result<Catalog> {
        self.do_catalog(ctx).await
    }
    async fn put_meter(&self, ctx: &Ctx, meter: Meter) -> Result<Meter> {
        self.do_put_meter(ctx, meter).await
    }
    async fn add_plan(&self, ctx: &Ctx, plan: Plan) -> Result<Plan> {
        self.do_add_plan(ctx, plan).await
    }
    async fn put_tax(&self, ctx: &Ctx, tax: Tax) -> Result<Tax> {
        self.do_put_tax(ctx, tax).await
    }
    async fn apply_catalog(&self, ctx: &Ctx, catalog: Catalog) -> Result<Catalog> {
        self.do_apply_catalog(ctx, catalog).await
    }
    async fn migrate_plan(&self, ctx: &Ctx, code: &str, version: i32) -> Result<i64> {
        self.do_migrate_plan(ctx, code, version).await
    }
    async fn subscription(&self, ctx: &Ctx) -> Result<PlanSubscription> {
        self.do_subscription(ctx).await
    }
    async fn choose_plan(&self, ctx: &Ctx, code: &str, when: ChangeMoment) -> Result<PlanSubscription> {
        self.do_choose_plan(ctx, code, when).await
    }
    async fn cancel_subscription(&self, ctx: &Ctx, when: ChangeMoment) -> Result<PlanSubscription> {
        self.do_cancel_subscription(ctx, when).await
    }
    async fn pause_subscription(&self, ctx: &Ctx, paused: bool) -> Result<PlanSubscription> {
        self.do_pause_subscription(ctx, paused).await
    }
    async fn simulate_plans(&self, ctx: &Ctx) -> Result<Vec<(Plan, Money)>> {
        self.do_simulate_plans(ctx).await
    }
    async fn draft_bill(&self, ctx: &Ctx) -> Result<DraftBill> {
        self.do_draft_bill(ctx).await
    }
    async fn set_limits(&self, ctx: &Ctx, limits: SpendLimits) -> Result<SpendLimits> {
        self.do_set_limits(ctx, limits).await
    }
    async fn reserve(&self, ctx: &Ctx, meter: &str, wanted: Decimal) -> Result<Entitlement> {
        self.do_reserve(ctx, meter, wanted).await
    }
    async fn profile(&self, ctx: &Ctx) -> Result<BillingProfile> {
        self.do_profile(ctx).await
    }
    async fn set_profile(&self, ctx: &Ctx, profile: BillingProfile) -> Result<BillingProfile> {
        self.do_set_profile(ctx, profile).await
    }
    async fn invoices(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<Invoice>> {
        self.do_invoices(ctx, page).await
    }
    async fn invoice(&self, ctx: &Ctx, id: InvoiceId) -> Result<Option<Invoice>> {
        self.do_invoice(ctx, id).await
    }
    async fn invoice_pdf(&self, ctx: &Ctx, id: InvoiceId, locale: Option<String>) -> Result<Option<Vec<u8>>> {
        self.do_invoice_pdf(ctx, id, locale.as_deref()).await
    }
    async fn credit_note_pdf(&self, ctx: &Ctx, id: CreditNoteId, locale: Option<String>) -> Result<Option<Vec<u8>>> {
        self.do_credit_note_pdf(ctx, id, locale.as_deref()).await
    }
    async fn all_invoices(
        &self,
        ctx: &Ctx,
        status: Option<InvoiceStatus>,
        page: PageArgs,
    ) -> Result<Page<(TenantId, Invoice)>> {
        self.do_all_invoices(ctx, status, page).await
    }
    async fn credit_invoice(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: InvoiceId,
        minor: i64,
        reason: &str,
    ) -> Result<CreditNote> {
        self.do_credit_invoice(ctx, (tenant, id), minor, reason).await
    }
    async fn write_off_invoice(&self, ctx: &Ctx, tenant: TenantId, id: InvoiceId, reason: &str) -> Result<Invoice> {
        self.do_write_off_invoice(ctx, (tenant, id), reason).await
    }
    async fn record_transfer(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        invoice: Option<InvoiceId>,
        amount: Money,
        reference: &str,
    ) -> Result<Payment> {
        self.do_record_transfer(ctx, (tenant, invoice), amount, reference).await
    }
    async fn grant_credit(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        amount: Money,
        note: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<CreditGrant> {
        self.do_grant_credit(ctx, tenant, amount, (note, expires_at)).await
    }
    async fn wallet(&self, ctx: &Ctx) -> Result<Wallet> {
        self.do_wallet(ctx).await
    }
    async fn ledger(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<LedgerEntry>> {
        self.do_ledger(ctx, page).await
    }
    async fn payments(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<Payment>> {
        self.do_payments(ctx, page).await
    }
    async fn payment_options(&self, ctx: &Ctx) -> Result<PaymentOptions> {
        self.do_payment_options(ctx).await
    }
    async fn set_up_card(&self, ctx: &Ctx) -> Result<String> {
        self.do_set_up_card(ctx).await
    }
    async fn payment_portal(&self, ctx: &Ctx) -> Result<String> {
        self.do_payment_portal(ctx).await
    }
    async fn top_up(&self, ctx: &Ctx, minor: i64) -> Result<String> {
        self.do_top_up(ctx, minor).await
    }
    async fn pay_invoice(&self, ctx: &Ctx, id: InvoiceId) -> Result<String> {
        self.do_pay_invoice(ctx, id).await
    }
    async fn all_payments(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<(TenantId, Payment)>> {
        self.do_all_payments(ctx, page).await
    }
    async fn refund_payment(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: PaymentId,
        minor: i64,
        reason: &str,
    ) -> Result<Payment> {
        self.do_refund_payment(ctx, (tenant, id), minor, reason).await
    }
    async fn provider_notice(&self, body: String, signature: &str) -> Result<()> {
        self.do_provider_notice(body, signature).await
    }
    async fn request_fapiao(&self, ctx: &Ctx, request: FapiaoRequest) -> Result<Fapiao> {
        self.do_request_fapiao(ctx, request).await
    }
    async fn fapiao(&self, ctx: &Ctx, invoice: Option<InvoiceId>) -> Result<Vec<Fapiao>> {
        self.do_fapiao(ctx, invoice).await
    }
    async fn all_fapiao(
        &self,
        ctx: &Ctx,
        status: Option<FapiaoStatus>,
        page: PageArgs,
    ) -> Result<Page<(TenantId, Fapiao)>> {
        self.do_all_fapiao(ctx, status, page).await
    }
    async fn record_fapiao(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: FapiaoId,
        number: Option<String>,
        refusal: Option<String>,
    ) -> Result<Fapiao> {
        self.do_record_fapiao(ctx, (tenant, id), number, refusal).await
    }
    async fn dispute_usage(&self, ctx: &Ctx, usage: UsageId, reason: &str) -> Result<Dispute> {
        self.do_dispute_usage(ctx, usage, reason).await
    }
    async fn disputes(&self, ctx: &Ctx) -> Result<Vec<Dispute>> {
        self.do_disputes(ctx).await
    }
    async fn open_disputes(&self, ctx: &Ctx) -> Result<Vec<(TenantId, Dispute)>> {
        self.do_open_disputes(ctx).await
    }
    async fn reconciliations(&self, ctx: &Ctx) -> Result<Vec<Reconciliation>> {
        self.require_operator(ctx).await?;
        store::catalog::reports(&self.deps.db).await
    }
    async fn reconcile(&self, ctx: &Ctx) -> Result<Reconciliation> {
        self.require_operator(ctx).await?;
        Self::reconcile(self).await
    }
    async fn decide_dispute(
        &self,
        ctx: &Ctx,
        tenant: TenantId,
        id: DisputeId,
        accept: bool,
        answer: &str,
    ) -> Result<Dispute> {
        self.do_decide_dispute(ctx, (tenant, id), accept, answer).await
    }
}
