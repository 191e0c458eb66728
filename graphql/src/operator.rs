//! Fields for the platform's operators.

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result};
use lingxi_contracts::tenants::{DeadLetter, PlatformHealth, Quota, Tenant, TenantOverview};
use lingxi_kernel::{EventId, PageArgs, TenantId};

use crate::outcome::{Shown as _, connection, parts, payload};
use crate::tenants::RemovalPayload;

payload!(
    /// What changing a firm as an operator came to.
    OperatedTenantPayload {
        /// The firm.
        tenant: Tenant
    }
);

/// Reads of the platform's operators.
#[derive(Default)]
pub struct OperatorQuery;

#[Object]
impl OperatorQuery {
    /// All firms of the platform, newest first. For operators.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn all_tenants(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to find in the name, or an id.")] search: Option<String>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, TenantOverview>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.tenants.all_tenants(caller, search, page).await.shown()?))
    }

    /// The names of the plans that the platform's settings have. For operators.
    async fn plans(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.plans(caller).await.shown()
    }

    /// How the platform is. For operators.
    async fn platform_health(&self, ctx: &Context<'_>) -> Result<PlatformHealth> {
        let (caller, services) = parts(ctx)?;
        services.tenants.health(caller).await.shown()
    }

    /// Facts that services gave up on, newest first, at most 200. For operators.
    async fn dead_letters(&self, ctx: &Context<'_>) -> Result<Vec<DeadLetter>> {
        let (caller, services) = parts(ctx)?;
        services.tenants.dead_letters(caller).await.shown()
    }
}

/// Changes of the platform's operators.
#[derive(Default)]
pub struct OperatorMutation;

#[Object]
impl OperatorMutation {
    /// Sets what a firm is allowed. For operators.
    async fn set_tenant_quota(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        quota: Quota,
    ) -> Result<OperatedTenantPayload> {
        let (caller, services) = parts(ctx)?;
        OperatedTenantPayload::of(services.tenants.set_quota(caller, tenant_id, quota).await)
    }

    /// Stops a firm, or lets it go on. For operators.
    async fn set_tenant_suspended(
        &self,
        ctx: &Context<'_>,
        tenant_id: TenantId,
        suspended: bool,
    ) -> Result<OperatedTenantPayload> {
        let (caller, services) = parts(ctx)?;
        OperatedTenantPayload::of(services.tenants.set_suspended(caller, tenant_id, suspended).await)
    }

    /// Delivers a fact again to who gave up on it. For operators.
    async fn replay_dead_letter(
        &self,
        ctx: &Context<'_>,
        event_id: EventId,
        consumer: String,
    ) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.tenants.replay_dead_letter(caller, event_id, &consumer).await)
    }
}
