//! Facts that are counted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lingxi_bus::Consumer;
use lingxi_contracts::billing::{ApiCallsCounted, Meter};
use lingxi_contracts::channels::{
    ConversationResolved, FileStored, Handler, HandoverRequested, Message, MessageKind, MessagePosted, MessageReceived,
};
use lingxi_contracts::routing::{Activity, ActivityEnded};
use lingxi_contracts::tenants::TenantEnded;
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::Result;
use lingxi_store::{TenantTables, inbox};

use crate::rules;
use crate::service::{Billing, Usage};

const NAME: &str = "billing";

pub(crate) struct BillingConsumer {
    pub(crate) service: Arc<Billing>,
    pub(crate) tables: Arc<TenantTables>,
}

#[async_trait]
impl Consumer for BillingConsumer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn wants(&self, kind: &str) -> bool {
        [
            MessageReceived::TYPE,
            MessagePosted::TYPE,
            ConversationResolved::TYPE,
            HandoverRequested::TYPE,
            ActivityEnded::TYPE,
            FileStored::TYPE,
            ApiCallsCounted::TYPE,
            TenantEnded::TYPE,
        ]
        .contains(&kind)
    }

    fn gathers(&self) -> Option<Duration> {
        Some(Duration::from_millis(50))
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        self.handle_many(&[Arc::new(event.clone())]).await
    }

    /// Counts the facts of a tenant in one transaction. A hand-over takes back what stands before it.
    async fn handle_many(&self, events: &[Arc<Envelope>]) -> Result<()> {
        let Some(first) = events.first() else { return Ok(()) };
        let ctx = first.ctx(NAME);
        let tx = self.service.deps.db.begin(&ctx).await?;
        let mut facts = Vec::new();
        let mut ended = false;
        for event in inbox::first_times(&tx, NAME, events).await? {
            if event.kind == TenantEnded::TYPE {
                ended = true;
            } else if let Some(wanted) = event.open::<HandoverRequested>()? {
                self.service.count(&tx, std::mem::take(&mut facts)).await?;
                self.service.reverse_resolution(&tx, &wanted.conversation.to_string()).await?;
            } else {
                facts.extend(usage(event)?);
            }
        }
        if ended {
            self.tables.erase(&tx).await?;
        } else {
            self.service.count(&tx, facts).await?;
        }
        tx.commit().await?;
        self.service.forget(&ctx);
        Ok(())
    }
}

/// What an event counts as. Lines about what happened cost nothing, nor does time away.
fn usage(event: &Envelope) -> Result<Option<Usage>> {
    let fact = |source_id: String, meter, quantity, evidence: String| Usage {
        source: NAME,
        source_id,
        meter,
        quantity,
        at: event.time,
        evidence,
    };
    let message = |message: Message| {
        let evidence = message.conversation_id.to_string();
        (message.kind != MessageKind::Event).then(|| fact(message.id.to_string(), Meter::Message, 1, evidence))
    };
    let id = event.id.to_string();
    Ok(if let Some(received) = event.open::<MessageReceived>()? {
        message(received.message)
    } else if let Some(posted) = event.open::<MessagePosted>()? {
        message(posted.message)
    } else if let Some(resolved) = event.open::<ConversationResolved>()? {
        let by_bot = resolved.handler == Handler::Bot;
        by_bot.then(|| fact(id, Meter::BotResolution, 1, resolved.conversation.to_string()))
    } else if let Some(ended) = event.open::<ActivityEnded>()? {
        let at_work = [Activity::Available, Activity::Busy].contains(&ended.activity);
        let minutes = rules::minutes(ended.from, ended.to);
        at_work.then(|| fact(id, Meter::AgentMinute, minutes, ended.member.to_string()))
    } else if let Some(stored) = event.open::<FileStored>()? {
        let kilobytes = (stored.attachment.size + 1023) / 1024;
        Some(fact(stored.attachment.id.to_string(), Meter::StoredKb, kilobytes, stored.attachment.id.to_string()))
    } else {
        event.open::<ApiCallsCounted>()?.map(|counted| fact(id, Meter::ApiCall, counted.calls, counted.key))
    })
}
