//! Storing what customers send. Messages of a firm that come while others are being stored are stored together, in one
//! transaction: at peaks the statements of many messages become those of one.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use lingxi_contracts::channels::{
    AuthorKind, Choice, ConversationStatus, Handler, Inbound, Message, MessageKind, MessageReceived,
};
use lingxi_kernel::{ChannelId, ContactId, ConversationId, Ctx, Error, Result, TenantId};
use lingxi_store::update_many;
use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};
use tokio::sync::oneshot;
use tracing::Span;
use uuid::Uuid;

use super::inbound::own_attachment;
use super::{Channels, ConversationChanges};
use crate::rules;
use crate::store::{contact, conversation, message};

/// Messages that are stored together at most.
const TOGETHER: usize = 64;

/// A message that waits to be stored.
pub(crate) struct Letter {
    channel: ChannelId,
    contact: ContactId,
    text: String,
    inbound: Inbound,
    /// The trace that it belongs to.
    span: Span,
    done: oneshot::Sender<Result<Message>>,
}

impl Channels {
    /// Stores a customer's message, once per sender's id, and announces it.
    pub(super) async fn store_inbound(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        contact: ContactId,
        inbound: Inbound,
    ) -> Result<Message> {
        rules::client_id(&inbound.client_id)?;
        let text = rules::text(&inbound.text, inbound.attachment.is_some())?;
        let (done, stored) = oneshot::channel();
        let letter = Letter { channel, contact, text, inbound, span: Span::current(), done };
        if self.inbound.add(ctx.tenant, letter) {
            let service = self.myself.upgrade().ok_or_else(|| Error::internal("the service is gone"))?;
            let tenant = ctx.tenant;
            // A task of its own: the sender may go away, and others wait for it.
            tokio::spawn(async move {
                while let Some(letters) = service.inbound.take(tenant, TOGETHER) {
                    service.store_letters(tenant, letters).await;
                }
            });
        }
        stored.await.map_err(Error::internal)?
    }

    async fn store_letters(&self, tenant: TenantId, letters: Vec<Letter>) {
        let ctx = Ctx::system(tenant, "channels");
        // A panic is the outcome of these letters and not the end of all that come after them.
        let storing = AssertUnwindSafe(self.store_together(&ctx, &letters)).catch_unwind();
        match storing.await.unwrap_or_else(|_| Err(Error::internal("storing messages panicked"))) {
            Ok(outcomes) => {
                for (letter, outcome) in letters.into_iter().zip(outcomes) {
                    if outcome.is_ok() {
                        metrics::counter!("lingxi_messages_received_total").increment(1);
                    }
                    let _ = letter.done.send(outcome);
                }
            }
            Err(error) => {
                for letter in letters {
                    let _ = letter.done.send(Err(error.clone()));
                }
            }
        }
    }

    /// Stores letters in one transaction; what is wrong with one of them is its own outcome.
    async fn store_together(&self, ctx: &Ctx, letters: &[Letter]) -> Result<Vec<Result<Message>>> {
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let mut senders = Senders::open(&mut changes, letters).await?;
        let mut outcomes = Vec::with_capacity(letters.len());
        for letter in letters {
            match senders.store(&mut changes, letter).await {
                Err(error) if !error.code.is_expected() => return Err(error),
                outcome => outcomes.push(outcome),
            }
        }
        senders.close(&changes).await?;
        self.finish(changes).await?;
        Ok(outcomes)
    }
}

/// What a customer clicked, as their message keeps it.
fn clicked(inbound: &Inbound, text: &str) -> Vec<Choice> {
    inbound.choice.iter().map(|value| Choice { value: value.clone(), label: text.to_owned() }).collect()
}

/// What is known of the senders of some letters.
struct Senders {
    /// The conversation that a contact's message on a channel continues.
    continuing: HashMap<(Uuid, Uuid), ConversationId>,
    /// Messages that were stored before and what was clicked, by conversation and sender's id.
    stored: HashMap<(ConversationId, String), (Message, Option<String>)>,
    /// Contacts who began a conversation.
    began: Vec<Uuid>,
}

impl Senders {
    async fn open(changes: &mut ConversationChanges, letters: &[Letter]) -> Result<Self> {
        let named: Vec<Uuid> =
            letters.iter().filter_map(|letter| letter.inbound.conversation).map(Into::into).collect();
        changes.load(named.clone()).await?;
        let unnamed = letters.iter().filter(|letter| letter.inbound.conversation.is_none());
        let contacts = unnamed.map(|letter| letter.contact.uuid()).collect();
        let since = changes.tx.now() - rules::REOPEN;
        let rows = conversation::continuing(&changes.tx, contacts, since).await?;
        let mut continuing = HashMap::new();
        for row in &rows {
            continuing.entry((row.channel_id, row.contact_id)).or_insert(row.id.into());
        }
        let conversations = rows.iter().map(|row| row.id).chain(named).collect();
        changes.know(rows);
        let ids = letters.iter().map(|letter| letter.inbound.client_id.as_str()).collect();
        let stored = message::by_client_ids(&changes.tx, conversations, ids).await?;
        let key =
            |known: (Message, Option<String>)| Some(((known.0.conversation_id, known.0.client_id.clone()?), known));
        Ok(Self { continuing, stored: stored.into_iter().filter_map(key).collect(), began: Vec::new() })
    }

    async fn store(&mut self, changes: &mut ConversationChanges, letter: &Letter) -> Result<Message> {
        let Letter { contact, text, inbound, .. } = letter;
        let (mut row, new) = self.conversation(changes, letter).await?;
        let key = (ConversationId::from_uuid(row.id), inbound.client_id.clone());
        if let Some((known, clicked)) = self.stored.get(&key) {
            rules::same_inbound(known, clicked.as_deref(), text, inbound)?;
            return Ok(known.clone());
        }
        if let Some(id) = inbound.attachment {
            own_attachment(&changes.tx, id, *contact).await?;
        }
        if row.status()? == ConversationStatus::Resolved {
            row.set_handler(Handler::Bot, None);
        }
        row.set_status(ConversationStatus::Open, changes.tx.now());
        let kind = if inbound.attachment.is_some() { MessageKind::File } else { MessageKind::Text };
        let draft = message::Draft {
            kind,
            attachment: inbound.attachment,
            client_id: Some(inbound.client_id.clone()),
            choices: clicked(inbound, text),
            ..message::Draft::text(AuthorKind::Contact, text.clone())
        };
        let message = changes.add(&mut row, draft).await?;
        row.contact_read_seq = message.seq;
        let received = MessageReceived {
            message: message.clone(),
            channel: row.channel_id.into(),
            contact: *contact,
            handler: row.handler()?,
            locale: row.locale.clone(),
            choice: inbound.choice.clone(),
        };
        letter.span.in_scope(|| changes.tx.emit(&received))?;
        if new {
            self.continuing.insert((row.channel_id, row.contact_id), row.id.into());
            self.began.push(row.contact_id);
        }
        changes.put(row);
        self.stored.insert(key, (message.clone(), inbound.choice.clone()));
        Ok(message)
    }

    /// The conversation that a letter names or continues, or a new one, and whether it is new.
    async fn conversation(
        &self,
        changes: &mut ConversationChanges,
        letter: &Letter,
    ) -> Result<(conversation::Model, bool)> {
        let (channel, contact) = (letter.channel.uuid(), letter.contact.uuid());
        let known = letter.inbound.conversation.or_else(|| self.continuing.get(&(channel, contact)).copied());
        if let Some(id) = known {
            let row = changes.get(id).await?.filter(|row| row.contact_id == contact);
            return row.map(|row| (row, false)).ok_or_else(|| Error::not_found("conversation"));
        }
        let sender = contact::get(&changes.tx, contact).await?.ok_or_else(|| Error::not_found("contact"))?;
        let locale = letter.inbound.locale.clone().unwrap_or(sender.locale);
        Ok((conversation::new(&changes.tx, letter.channel, letter.contact, &locale), true))
    }

    /// Notes when those who began a conversation were last seen.
    async fn close(self, changes: &ConversationChanges) -> Result<()> {
        if self.began.is_empty() {
            return Ok(());
        }
        update_many::<contact::Entity>(&changes.tx)
            .col_expr(contact::Column::LastSeenAt, Expr::value(changes.tx.now()))
            .filter(contact::Column::Id.is_in(self.began))
            .exec(changes.tx.conn())
            .await?;
        Ok(())
    }
}
