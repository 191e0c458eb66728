//! Facts of other services, and our own for webhooks.

use std::sync::Arc;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::bot::ReplyDecided;
use lingxi_contracts::channels::{
    ConversationRated, ConversationResolved, HandoverRequested, MessagePosted, MessageReceived,
};
use lingxi_contracts::routing::{TaskAssigned, TaskQueued};
use lingxi_contracts::tenants::{MemberChanged, TenantCreated};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::Result;
use lingxi_store::inbox;

use crate::service::Channels;
use crate::store::{self, member, webhook};

const NAME: &str = "channels";

/// What webhooks get.
const PUBLIC: [&str; 5] = [
    MessageReceived::TYPE,
    MessagePosted::TYPE,
    HandoverRequested::TYPE,
    ConversationResolved::TYPE,
    ConversationRated::TYPE,
];

pub(crate) struct ChannelsConsumer {
    pub(crate) service: Arc<Channels>,
}

#[async_trait]
impl Consumer for ChannelsConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        let ours = [TenantCreated::TYPE, MemberChanged::TYPE, ReplyDecided::TYPE, TaskQueued::TYPE, TaskAssigned::TYPE];
        ours.contains(&kind) || PUBLIC.contains(&kind)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        let service = &self.service;
        let ctx = event.ctx(NAME);
        if PUBLIC.contains(&event.kind.as_str()) {
            // Most firms have no webhook: look before taking the writer.
            let hooks = store::oldest::<webhook::Entity>(&service.deps.db.read(&ctx), webhook::Column::Id).await?;
            if hooks.is_empty() {
                return Ok(());
            }
        }
        let tx = service.deps.db.begin(&ctx).await?;
        if !inbox::first_time(&tx, NAME, event).await? {
            return Ok(());
        }
        if let Some(created) = event.open::<TenantCreated>()? {
            service.apply_pack(tx, created).await
        } else if let Some(changed) = event.open::<MemberChanged>()? {
            member::put(&tx, changed.member, &changed.name).await?;
            tx.commit().await
        } else if let Some(reply) = event.open::<ReplyDecided>()? {
            service.apply_reply(tx, reply).await
        } else if let Some(queued) = event.open::<TaskQueued>()? {
            service.apply_queued(tx, queued).await
        } else if let Some(assigned) = event.open::<TaskAssigned>()? {
            service.apply_assigned(tx, assigned).await
        } else {
            service.enqueue_deliveries(&tx, event).await?;
            tx.commit().await
        }
    }
}
