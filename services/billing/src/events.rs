//! Facts of other services that are counted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chrono::TimeDelta;
use lingxi_bus::Consumer;
use lingxi_contracts::billing::{ApiCallsCounted, UsageInput, UsageReported};
use lingxi_contracts::channels::{
    ConversationResolved, FileStored, Handler, HandoverRequested, Message, MessageKind, MessagePosted, MessageReceived,
};
use lingxi_contracts::routing::{Activity, ActivityEnded};
use lingxi_contracts::tenants::{TenantCreated, TenantEnded};
use lingxi_contracts::{Envelope, Event};
use lingxi_kernel::{ChannelId, ContactId, ConversationId, Decimal, Result, Timestamp};
use lingxi_store::{TenantTables, Tx, delete_many, find, inbox, upsert_all};
use sea_orm::{ColumnTrait as _, QueryFilter as _};
use serde_json::json;

use crate::rules::{self, identity::OURS};
use crate::service::Billing;
use crate::store::usage::{self, outcome};

const NAME: &str = "billing";
const CONFIRMED: &str = "lingxi.resolution.confirmed";
const ASSUMED: &str = "lingxi.resolution.assumed";

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
            UsageReported::TYPE,
            TenantCreated::TYPE,
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
            } else if event.kind == TenantCreated::TYPE {
                self.service.begin(&tx).await?;
            } else if let Some(wanted) = event.open::<HandoverRequested>()? {
                self.service.ingest(&tx, std::mem::take(&mut facts)).await?;
                if let Some(contact) = wanted.contact {
                    self.service.take_back_resolutions(&tx, contact).await?;
                }
            } else if let Some(resolved) = event.open::<ConversationResolved>()? {
                if resolved.handler == Handler::Bot {
                    self.service.resolved(&tx, event, &resolved, &mut facts).await?;
                }
            } else {
                if let Some(received) = event.open::<MessageReceived>()? {
                    self.service.not_quiet(&tx, received.contact).await?;
                }
                facts.extend(counted(event)?);
            }
        }
        if ended {
            self.tables.erase(&tx).await?;
        } else {
            self.service.ingest(&tx, facts).await?;
        }
        tx.commit().await?;
        self.service.forget(&ctx);
        Ok(())
    }
}

fn fact(id: String, kind: &str, subject: String, at: Timestamp, value: Decimal) -> UsageInput {
    let (source, kind) = (OURS.to_owned(), kind.to_owned());
    UsageInput { source, id, kind, subject, at: Some(at), data: json!({ "value": value }), reverses: None }
}

fn message(message: &Message, channel: ChannelId) -> Option<UsageInput> {
    let conversation = message.conversation_id.to_string();
    // Lines about what happened cost nothing.
    (message.kind != MessageKind::Event).then(|| UsageInput {
        data: json!({ "value": Decimal::ONE, "channel": channel }),
        ..fact(message.id.to_string(), "lingxi.message", conversation, message.created_at, Decimal::ONE)
    })
}

/// What an event counts as. Time away costs nothing.
fn counted(event: &Envelope) -> Result<Option<UsageInput>> {
    let (id, at) = (event.id.to_string(), event.time);
    Ok(if let Some(received) = event.open::<MessageReceived>()? {
        message(&received.message, received.channel)
    } else if let Some(posted) = event.open::<MessagePosted>()? {
        message(&posted.message, posted.channel)
    } else if let Some(ended) = event.open::<ActivityEnded>()? {
        let at_work = [Activity::Available, Activity::Busy].contains(&ended.activity);
        let minutes = rules::minutes(ended.from, ended.to);
        (at_work && minutes > 0)
            .then(|| fact(id, "lingxi.agent", ended.member.to_string(), at, Decimal::whole(minutes)))
    } else if let Some(stored) = event.open::<FileStored>()? {
        let file = stored.attachment.id.to_string();
        Some(fact(file.clone(), "lingxi.stored", file, at, megabytes(stored.attachment.size)))
    } else if let Some(calls) = event.open::<ApiCallsCounted>()? {
        Some(fact(id, "lingxi.api", calls.key, at, Decimal::whole(calls.calls)))
    } else {
        event.open::<UsageReported>()?.map(|reported| reported.usage)
    })
}

/// Megabytes of some bytes, begun kilobytes counted as whole: a part of 1,024 is exact in ten places.
fn megabytes(bytes: i64) -> Decimal {
    let kilobytes = i128::from((bytes.max(0) + 1023) / 1024);
    Decimal::from_units(kilobytes * Decimal::ONE_UNITS / 1024)
}

/// A conversation counts one resolution within so long.
const COUNTED_ONCE: TimeDelta = TimeDelta::days(30);

impl Billing {
    /// A firm's subscription begins with the firm.
    pub(crate) async fn begin(&self, tx: &Tx) -> Result<()> {
        self.stored_subscription(tx).await.map(|_| ())
    }

    /// The bot resolved a conversation: what the customer confirmed counts now, the rest when nobody comes back.
    async fn resolved(
        &self,
        tx: &Tx,
        event: &Envelope,
        resolved: &ConversationResolved,
        facts: &mut Vec<UsageInput>,
    ) -> Result<()> {
        let conversation = resolved.conversation;
        let subject = conversation.to_string();
        let in_hand = facts.iter().any(|fact| fact.kind == CONFIRMED && fact.subject == subject);
        if in_hand || self.has_counted(tx, &subject).await? {
            return Ok(());
        }
        if resolved.confirmed {
            facts.push(fact(event.id.to_string(), CONFIRMED, conversation.to_string(), event.time, Decimal::ONE));
        }
        let row = outcome::Model {
            tenant_id: tx.tenant(),
            conversation_id: conversation.uuid(),
            contact_id: resolved.contact.map(ContactId::uuid),
            confirmed: resolved.confirmed,
            resolved_at: event.time,
            due_at: event.time + TimeDelta::days(self.deps.settings.quiet_days.into()),
        };
        upsert_all(tx, vec![row]).await
    }

    /// Whether a resolution of a conversation counts already: one that is resolved, goes on and is resolved again counts once.
    async fn has_counted(&self, tx: &Tx, conversation: &str) -> Result<bool> {
        let since = tx.now() - COUNTED_ONCE;
        for kind in [CONFIRMED, ASSUMED] {
            if !usage::standing(tx, kind, conversation, since).await?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A customer came back within the quiet days of resolutions that nobody confirmed: they will not count.
    async fn not_quiet(&self, tx: &Tx, contact: ContactId) -> Result<()> {
        delete_many::<outcome::Entity>(tx)
            .filter(outcome::Column::ContactId.eq(contact.uuid()))
            .filter(outcome::Column::Confirmed.eq(false))
            .exec(tx.conn())
            .await?;
        Ok(())
    }

    /// A customer came to a person after all: what the bot had resolved for them within the quiet days is taken back.
    async fn take_back_resolutions(&self, tx: &Tx, contact: ContactId) -> Result<()> {
        self.not_quiet(tx, contact).await?;
        let rows =
            find::<outcome::Entity>(tx).filter(outcome::Column::ContactId.eq(contact.uuid())).all(tx.conn()).await?;
        for row in rows.into_iter().filter(|row| tx.now() < row.due_at) {
            let conversation = ConversationId::from_uuid(row.conversation_id).to_string();
            let units = usage::standing(tx, CONFIRMED, &conversation, row.resolved_at).await?;
            self.take_back(tx, units).await?;
        }
        Ok(())
    }

    /// The quiet days of a resolution are over: one that nobody confirmed counts, at the moment at which it was.
    pub(crate) async fn count_outcome(&self, tx: &Tx, row: outcome::Model) -> Result<()> {
        let own = outcome::Column::ConversationId.eq(row.conversation_id);
        let same = delete_many::<outcome::Entity>(tx).filter(own).filter(outcome::Column::DueAt.eq(row.due_at));
        // Unless the customer has just come back.
        if same.exec(tx.conn()).await?.rows_affected == 1 && !row.confirmed {
            let conversation = ConversationId::from_uuid(row.conversation_id);
            if self.has_counted(tx, &conversation.to_string()).await? {
                return Ok(());
            }
            let id = format!("{conversation}/{}", row.resolved_at.timestamp_millis());
            let one = fact(id, ASSUMED, conversation.to_string(), row.resolved_at, Decimal::ONE);
            self.ingest(tx, vec![one]).await?;
        }
        Ok(())
    }
}
