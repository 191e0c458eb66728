//! Conversations that are changed in one transaction: each is loaded once, and all of them are written together.

use std::collections::HashMap;

use lingxi_contracts::channels::{Message, MessagePosted};
use lingxi_kernel::{ConversationId, Result};
use lingxi_store::{Tx, insert_all, upsert_all};
use uuid::Uuid;

use crate::store::conversation::Model;
use crate::store::{conversation, message};

/// The conversations of a transaction, and what is to be told of them once it is durable.
pub(crate) struct ConversationChanges {
    pub tx: Tx,
    loaded: HashMap<Uuid, Model>,
    changed: Vec<Uuid>,
    rows: Vec<message::row::Model>,
    messages: Vec<Message>,
}

/// What to tell open pages: new messages, and the conversations as they stand now.
pub(crate) struct Told {
    pub messages: Vec<Message>,
    pub conversations: Vec<Model>,
}

impl ConversationChanges {
    pub(crate) fn new(tx: Tx) -> Self {
        Self { tx, loaded: HashMap::new(), changed: Vec::new(), rows: Vec::new(), messages: Vec::new() }
    }

    /// Loads conversations that will be needed, in one go.
    pub(crate) async fn load(&mut self, mut ids: Vec<Uuid>) -> Result<()> {
        ids.retain(|id| !self.loaded.contains_key(id));
        if !ids.is_empty() {
            let rows = conversation::get_many(&self.tx, ids).await?;
            self.loaded.extend(rows.into_iter().map(|row| (row.id, row)));
        }
        Ok(())
    }

    /// Takes conversations that the caller has loaded.
    pub(crate) fn know(&mut self, rows: Vec<Model>) {
        for row in rows {
            self.loaded.entry(row.id).or_insert(row);
        }
    }

    /// A conversation as it stands in this transaction.
    pub(crate) async fn get(&mut self, id: ConversationId) -> Result<Option<Model>> {
        tracing::Span::current().record("conversation", tracing::field::display(id));
        self.load(vec![id.uuid()]).await?;
        Ok(self.loaded.get(&id.uuid()).cloned())
    }

    /// Notes a changed or new conversation.
    pub(crate) fn put(&mut self, row: Model) {
        if !self.changed.contains(&row.id) {
            self.changed.push(row.id);
        }
        self.loaded.insert(row.id, row);
    }

    /// Adds a message.
    pub(crate) async fn add(&mut self, row: &mut Model, draft: message::Draft) -> Result<Message> {
        let (stored, message) = message::next(&self.tx, row, draft).await?;
        self.rows.push(stored);
        self.messages.push(message.clone());
        Ok(message)
    }

    /// Adds a message of ours, and announces it unless only members see it.
    pub(crate) async fn post(&mut self, row: &mut Model, draft: message::Draft) -> Result<Message> {
        let message = self.add(row, draft).await?;
        if !message.private {
            let (channel, contact) = (row.channel_id.into(), row.contact_id.into());
            self.tx.emit(&MessagePosted { message: message.clone(), channel, contact })?;
        }
        Ok(message)
    }

    /// Writes everything and makes it durable.
    pub(crate) async fn commit(mut self) -> Result<Told> {
        let conversations: Vec<Model> = self.changed.iter().filter_map(|id| self.loaded.remove(id)).collect();
        upsert_all(&self.tx, conversations.clone()).await?;
        insert_all(&self.tx, self.rows).await?;
        self.tx.commit().await?;
        Ok(Told { messages: self.messages, conversations })
    }
}
