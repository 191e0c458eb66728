//! Fields of the bot service: flows.

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result};
use lingxi_contracts::bot::{Flow, FlowDefinition, FlowRun, FlowTrial};
use lingxi_kernel::{FlowId, PageArgs};

use crate::outcome::{Shown as _, connection, parts, payload};
use crate::tenants::RemovalPayload;

payload!(
    /// What changing a flow came to.
    FlowPayload {
        /// The flow.
        flow: Flow
    }
);
payload!(
    /// What trying a flow came to.
    FlowTrialPayload {
        /// How it went.
        trial: FlowTrial
    }
);
payload!(
    /// What a new secret came to.
    FlowSecretPayload {
        /// The secret; it is shown once.
        secret: String
    }
);

/// Reads of flows.
#[derive(Default)]
pub struct FlowQuery;

#[Object]
impl FlowQuery {
    /// Dialogues that the bot leads, oldest first.
    async fn flows(&self, ctx: &Context<'_>) -> Result<Vec<Flow>> {
        let (caller, services) = parts(ctx)?;
        services.bot.flows(caller).await.shown()
    }

    /// Walks of customers through a flow, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn flow_runs(
        &self,
        ctx: &Context<'_>,
        id: FlowId,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, FlowRun>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.bot.flow_runs(caller, id, page).await.shown()?))
    }
}

/// Changes of flows.
#[derive(Default)]
pub struct FlowMutation;

#[Object]
impl FlowMutation {
    /// Makes a flow, or changes the draft of the one of `id`.
    async fn save_flow(
        &self,
        ctx: &Context<'_>,
        id: Option<FlowId>,
        #[graphql(desc = "The version of the draft that was read; refused when somebody changed it since.")]
        expected_version: Option<i32>,
        draft: FlowDefinition,
    ) -> Result<FlowPayload> {
        let (caller, services) = parts(ctx)?;
        FlowPayload::of(services.bot.save_flow(caller, id, expected_version, draft).await)
    }

    /// Goes through a draft as a customer would, and through its cases. Nothing is recorded, no webhook is called.
    async fn try_flow(
        &self,
        ctx: &Context<'_>,
        draft: FlowDefinition,
        #[graphql(desc = "What the customer says, one by one; at most 50.")] says: Vec<String>,
        locale: String,
        #[graphql(desc = "What webhooks answer, as JSON; without it they fail.")] webhook: Option<String>,
    ) -> Result<FlowTrialPayload> {
        let (caller, services) = parts(ctx)?;
        FlowTrialPayload::of(services.bot.try_flow(caller, draft, says, &locale, webhook).await)
    }

    /// Publishes the draft for a share of the customers, in percent. Refused when a case of it fails.
    async fn publish_flow(
        &self,
        ctx: &Context<'_>,
        id: FlowId,
        #[graphql(default = 100)] share: i32,
    ) -> Result<FlowPayload> {
        let (caller, services) = parts(ctx)?;
        FlowPayload::of(services.bot.publish_flow(caller, id, share).await)
    }

    /// Gives a published version to a share of the customers, in percent; the others keep the one that most of them have.
    async fn share_flow(&self, ctx: &Context<'_>, id: FlowId, number: i32, share: i32) -> Result<FlowPayload> {
        let (caller, services) = parts(ctx)?;
        FlowPayload::of(services.bot.share_flow(caller, id, number, share).await)
    }

    /// A new secret for the signatures of a flow's webhooks; the old one is void.
    async fn renew_flow_secret(&self, ctx: &Context<'_>, id: FlowId) -> Result<FlowSecretPayload> {
        let (caller, services) = parts(ctx)?;
        FlowSecretPayload::of(services.bot.renew_flow_secret(caller, id).await)
    }

    /// Removes a flow for good; articles answer without it.
    async fn delete_flow(&self, ctx: &Context<'_>, id: FlowId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.bot.delete_flow(caller, id).await)
    }
}
