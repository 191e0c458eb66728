//! Facts of other services, and our own for webhooks.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::billing::{InvoiceFinalized, LimitReached, PaymentChanged};
use lingxi_contracts::bot::ReplyDecided;
use lingxi_contracts::channels::{
    ConversationRated, ConversationResolved, HandoverRequested, MessagePosted, MessageReceived,
};
use lingxi_contracts::routing::{TaskAssigned, TaskQueued};
use lingxi_contracts::tenants::{MemberChanged, TenantCreated, TenantEnded};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::{ConversationId, Result};
use lingxi_store::{TenantTables, inbox};
use tracing::Instrument as _;

use crate::service::{Channels, ConversationChanges};
use crate::store::member;

const NAME: &str = "channels";

/// What webhooks get.
const PUBLIC: [&str; 8] = [
    MessageReceived::TYPE,
    MessagePosted::TYPE,
    HandoverRequested::TYPE,
    ConversationResolved::TYPE,
    ConversationRated::TYPE,
    LimitReached::TYPE,
    InvoiceFinalized::TYPE,
    PaymentChanged::TYPE,
];

pub(crate) struct ChannelsConsumer {
    pub(crate) service: Arc<Channels>,
    pub(crate) tables: Arc<TenantTables>,
}

#[async_trait]
impl Consumer for ChannelsConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        let ours = [
            TenantCreated::TYPE,
            TenantEnded::TYPE,
            MemberChanged::TYPE,
            ReplyDecided::TYPE,
            TaskQueued::TYPE,
            TaskAssigned::TYPE,
        ];
        ours.contains(&kind) || PUBLIC.contains(&kind)
    }

    fn gathers(&self) -> Option<Duration> {
        Some(Duration::ZERO)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        self.handle_many(&[Arc::new(event.clone())]).await
    }

    /// Handles the facts in one transaction, and tells open pages once it is durable.
    async fn handle_many(&self, events: &[Arc<Envelope>]) -> Result<()> {
        let Some(first) = events.first() else { return Ok(()) };
        let ctx = first.ctx(NAME);
        // Most firms have no webhook: look before taking the writer.
        let hooked = !self.service.hooks(&ctx).await?.is_empty();
        let wanted = |event: &&Arc<Envelope>| hooked || !PUBLIC.contains(&event.kind.as_str());
        let events: Vec<_> = events.iter().filter(wanted).cloned().collect();
        if events.is_empty() {
            return Ok(());
        }
        let mut changes = ConversationChanges::new(self.service.deps.db.begin(&ctx).await?);
        let fresh = inbox::first_times(&changes.tx, NAME, &events).await?;
        let mut replies = Vec::new();
        for event in fresh.iter().filter(|event| event.kind == ReplyDecided::TYPE) {
            replies.extend(event.subject.parse::<ConversationId>().map(ConversationId::uuid));
        }
        changes.load(replies).await?;
        for event in fresh {
            self.apply(&mut changes, event).instrument(lingxi_bus::span(event, NAME)).await?;
        }
        self.service.finish(changes).await
    }
}

impl ChannelsConsumer {
    async fn apply(&self, changes: &mut ConversationChanges, event: &Envelope) -> Result<()> {
        let service = &self.service;
        if let Some(reply) = event.open::<ReplyDecided>()? {
            service.apply_reply(changes, reply).await
        } else if let Some(queued) = event.open::<TaskQueued>()? {
            service.apply_queued(changes, queued).await
        } else if let Some(assigned) = event.open::<TaskAssigned>()? {
            service.apply_assigned(changes, assigned).await
        } else if let Some(created) = event.open::<TenantCreated>()? {
            service.apply_pack(&changes.tx, created).await
        } else if let Some(changed) = event.open::<MemberChanged>()? {
            member::put(&changes.tx, changed.member, &changed.name).await
        } else if event.open::<TenantEnded>()?.is_some() {
            self.tables.erase(&changes.tx).await?;
            self.tables.erase_files(changes.tx.ctx()).await
        } else {
            service.enqueue_deliveries(&changes.tx, event).await
        }
    }
}
