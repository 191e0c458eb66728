//! Fields of the billing service.

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result};
use lingxi_contracts::billing::{DraftBill, Meter, SpendLimits, UsageDay, UsageEvent};
use lingxi_kernel::PageArgs;

use crate::outcome::{Shown as _, connection, parts, payload};

payload!(
    /// What setting the limits came to.
    SpendLimitsPayload {
        /// The limits.
        limits: SpendLimits
    }
);

/// Reads of the billing service.
#[derive(Default)]
pub struct BillingQuery;

#[Object]
impl BillingQuery {
    /// The running month's bill, as it would be now.
    async fn draft_bill(&self, ctx: &Context<'_>) -> Result<DraftBill> {
        let (caller, services) = parts(ctx)?;
        services.billing.draft_bill(caller).await.shown()
    }

    /// The running month's usage by day and meter.
    async fn usage_by_day(&self, ctx: &Context<'_>) -> Result<Vec<UsageDay>> {
        let (caller, services) = parts(ctx)?;
        services.billing.usage_by_day(caller).await.shown()
    }

    /// The metered facts behind a line of the running month's bill, newest first.
    #[graphql(complexity = "first.unwrap_or(50) as usize * child_complexity")]
    async fn usage_events(
        &self,
        ctx: &Context<'_>,
        meter: Meter,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, UsageEvent>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.billing.evidence(caller, meter, page).await.shown()?))
    }
}

/// Changes of the billing service.
#[derive(Default)]
pub struct BillingMutation;

#[Object]
impl BillingMutation {
    /// Sets the month's alert and cap.
    async fn set_spend_limits(&self, ctx: &Context<'_>, input: SpendLimits) -> Result<SpendLimitsPayload> {
        let (caller, services) = parts(ctx)?;
        SpendLimitsPayload::of(services.billing.set_limits(caller, input).await)
    }
}
