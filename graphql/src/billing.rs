//! Fields of the billing service.

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result, SimpleObject};
use lingxi_contracts::billing::{
    AsideEvent, BillingProfile, Catalog, ChangeMoment, Dispute, DraftBill, Fapiao, FapiaoRequest, Invoice, LedgerEntry,
    Payment, PaymentOptions, Plan, PlanSubscription, SpendLimits, UsageEvent, UsagePoint, UsageQuery, Wallet,
};
use lingxi_kernel::{InvoiceId, Money, PageArgs, Timestamp, UsageId};

use crate::outcome::{Shown as _, connection, parts, payload};

payload!(
    /// What setting the limits came to.
    SpendLimitsPayload {
        /// The limits.
        limits: SpendLimits
    }
);
payload!(
    /// What changing the subscription came to.
    SubscriptionPayload {
        /// The subscription.
        subscription: PlanSubscription
    }
);
payload!(
    /// What changing to whom bills are written came to.
    BillingProfilePayload {
        /// To whom bills are written.
        profile: BillingProfile
    }
);
payload!(
    /// What a dispute came to.
    DisputePayload {
        /// The dispute.
        dispute: Dispute
    }
);

payload!(
    /// A page of the payment provider's at which somebody pays or leaves a card.
    CheckoutPayload {
        /// Where it is.
        url: String
    }
);

payload!(
    /// What asking for a fapiao came to.
    FapiaoPayload {
        /// The fapiao.
        fapiao: Fapiao
    }
);

/// What the usage of the last whole month would have cost under a plan.
#[derive(SimpleObject)]
pub struct PlanSimulation {
    /// The plan.
    plan: Plan,
    /// What it would have cost, with tax.
    total: Money,
}

/// Reads of the billing service.
#[derive(Default)]
pub struct BillingQuery;

#[Object]
impl BillingQuery {
    /// The running period's bill, as it would be now.
    async fn draft_bill(&self, ctx: &Context<'_>) -> Result<DraftBill> {
        let (caller, services) = parts(ctx)?;
        services.billing.draft_bill(caller).await.shown()
    }

    /// Usage of a meter as a series; steps without usage are left out.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn usage(
        &self,
        ctx: &Context<'_>,
        query: UsageQuery,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, UsagePoint>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.usage(caller, query, page).await.shown()?))
    }

    /// The metered facts of a meter in a stretch of time, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn usage_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Key of the meter.")] meter: String,
        #[graphql(desc = "From this moment on.")] from: Timestamp,
        #[graphql(desc = "Up to this moment, which is not included.")] to: Timestamp,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, UsageEvent>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.usage_events(caller, &meter, from, to, page).await.shown()?))
    }

    /// Metered facts that were put aside instead of being counted, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn aside_events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, AsideEvent>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.aside_events(caller, page).await.shown()?))
    }

    /// Meters, taxes, and the plans that can be chosen; to operators everything that there is.
    async fn catalog(&self, ctx: &Context<'_>) -> Result<Catalog> {
        let (caller, services) = parts(ctx)?;
        services.billing.catalog(caller).await.shown()
    }

    /// The firm's subscription.
    async fn plan_subscription(&self, ctx: &Context<'_>) -> Result<PlanSubscription> {
        let (caller, services) = parts(ctx)?;
        services.billing.subscription(caller).await.shown()
    }

    /// What the last whole month would have cost under each plan that can be chosen.
    async fn plan_simulations(&self, ctx: &Context<'_>) -> Result<Vec<PlanSimulation>> {
        let (caller, services) = parts(ctx)?;
        let all = services.billing.simulate_plans(caller).await.shown()?;
        Ok(all.into_iter().map(|(plan, total)| PlanSimulation { plan, total }).collect())
    }

    /// To whom bills are written.
    async fn billing_profile(&self, ctx: &Context<'_>) -> Result<BillingProfile> {
        let (caller, services) = parts(ctx)?;
        services.billing.profile(caller).await.shown()
    }

    /// The firm's invoices, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, Invoice>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.invoices(caller, page).await.shown()?))
    }

    /// An invoice of the firm; null when there is no such one.
    async fn invoice(&self, ctx: &Context<'_>, id: InvoiceId) -> Result<Option<Invoice>> {
        let (caller, services) = parts(ctx)?;
        services.billing.invoice(caller, id).await.shown()
    }

    /// The firm's prepaid credit.
    async fn wallet(&self, ctx: &Context<'_>) -> Result<Wallet> {
        let (caller, services) = parts(ctx)?;
        services.billing.wallet(caller).await.shown()
    }

    /// Movements of the firm's accounts in the ledger, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn ledger(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, LedgerEntry>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.ledger(caller, page).await.shown()?))
    }

    /// The firm's payments, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn payments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, Payment>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.payments(caller, page).await.shown()?))
    }

    /// How the firm can pay.
    async fn payment_options(&self, ctx: &Context<'_>) -> Result<PaymentOptions> {
        let (caller, services) = parts(ctx)?;
        services.billing.payment_options(caller).await.shown()
    }

    /// The firm's fapiao, newest first.
    async fn fapiao(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those of this invoice.")] invoice_id: Option<InvoiceId>,
    ) -> Result<Vec<Fapiao>> {
        let (caller, services) = parts(ctx)?;
        services.billing.fapiao(caller, invoice_id).await.shown()
    }

    /// The firm's disputes, newest first.
    async fn disputes(&self, ctx: &Context<'_>) -> Result<Vec<Dispute>> {
        let (caller, services) = parts(ctx)?;
        services.billing.disputes(caller).await.shown()
    }
}

/// Changes of the billing service.
#[derive(Default)]
pub struct BillingMutation;

#[Object]
impl BillingMutation {
    /// Sets alerts and caps.
    async fn set_spend_limits(&self, ctx: &Context<'_>, input: SpendLimits) -> Result<SpendLimitsPayload> {
        let (caller, services) = parts(ctx)?;
        SpendLimitsPayload::of(services.billing.set_limits(caller, input).await)
    }

    /// Chooses a plan; from now on, or from the next period on.
    async fn choose_plan(&self, ctx: &Context<'_>, code: String, when: ChangeMoment) -> Result<SubscriptionPayload> {
        let (caller, services) = parts(ctx)?;
        SubscriptionPayload::of(services.billing.choose_plan(caller, &code, when).await)
    }

    /// Ends the subscription; now, or at the period's end.
    async fn cancel_subscription(&self, ctx: &Context<'_>, when: ChangeMoment) -> Result<SubscriptionPayload> {
        let (caller, services) = parts(ctx)?;
        SubscriptionPayload::of(services.billing.cancel_subscription(caller, when).await)
    }

    /// Pauses the subscription, or lets it go on; going on takes a cancellation back that has not taken effect.
    async fn pause_subscription(&self, ctx: &Context<'_>, paused: bool) -> Result<SubscriptionPayload> {
        let (caller, services) = parts(ctx)?;
        SubscriptionPayload::of(services.billing.pause_subscription(caller, paused).await)
    }

    /// Changes to whom bills are written.
    async fn set_billing_profile(&self, ctx: &Context<'_>, input: BillingProfile) -> Result<BillingProfilePayload> {
        let (caller, services) = parts(ctx)?;
        BillingProfilePayload::of(services.billing.set_profile(caller, input).await)
    }

    /// Begins to leave a card that invoices are charged to, at a page of the payment provider's.
    async fn set_up_card(&self, ctx: &Context<'_>) -> Result<CheckoutPayload> {
        let (caller, services) = parts(ctx)?;
        CheckoutPayload::of(services.billing.set_up_card(caller).await)
    }

    /// The page of the payment provider's at which the firm's cards are changed.
    async fn open_payment_portal(&self, ctx: &Context<'_>) -> Result<CheckoutPayload> {
        let (caller, services) = parts(ctx)?;
        CheckoutPayload::of(services.billing.payment_portal(caller).await)
    }

    /// Begins to fill the wallet, at a page of the payment provider's.
    async fn top_up_wallet(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Minor units of the firm's currency.")] minor: i64,
    ) -> Result<CheckoutPayload> {
        let (caller, services) = parts(ctx)?;
        CheckoutPayload::of(services.billing.top_up(caller, minor).await)
    }

    /// Begins to pay what is due of an invoice, at a page of the payment provider's.
    async fn pay_invoice(&self, ctx: &Context<'_>, id: InvoiceId) -> Result<CheckoutPayload> {
        let (caller, services) = parts(ctx)?;
        CheckoutPayload::of(services.billing.pay_invoice(caller, id).await)
    }

    /// Asks for the fapiao of a paid invoice.
    async fn request_fapiao(&self, ctx: &Context<'_>, input: FapiaoRequest) -> Result<FapiaoPayload> {
        let (caller, services) = parts(ctx)?;
        FapiaoPayload::of(services.billing.request_fapiao(caller, input).await)
    }

    /// Doubts a unit that the firm is billed for.
    async fn dispute_usage(&self, ctx: &Context<'_>, usage_id: UsageId, reason: String) -> Result<DisputePayload> {
        let (caller, services) = parts(ctx)?;
        DisputePayload::of(services.billing.dispute_usage(caller, usage_id, &reason).await)
    }
}
