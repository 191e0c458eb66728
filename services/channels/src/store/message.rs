//! Messages.

use std::collections::HashMap;

use lingxi_contracts::channels::{AuthorKind, Card, Choice, Message, MessageKind, MessagePage};
use lingxi_kernel::{AttachmentId, ConversationId, MemberId, MessageId, Result};
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::{attachment, conversation};
use crate::rules;

tenant_entity!(row, "channels_message", {
    conversation_id: Uuid,
    seq: i64,
    author: String,
    member_id: Option<Uuid>,
    kind: String,
    private: bool,
    text: String,
    choices: Json,
    attachment_id: Option<Uuid>,
    client_id: Option<String>,
    created_at: DateTimeUtc,
    card: Option<Json>,
});

/// A message to be stored.
pub(crate) struct Draft {
    pub author: AuthorKind,
    pub member: Option<MemberId>,
    pub kind: MessageKind,
    pub private: bool,
    pub text: String,
    pub choices: Vec<Choice>,
    pub attachment: Option<AttachmentId>,
    pub card: Option<Card>,
    pub client_id: Option<String>,
}

impl Draft {
    /// Plain words of an author.
    pub(crate) fn text(author: AuthorKind, text: impl Into<String>) -> Self {
        Self {
            author,
            member: None,
            kind: MessageKind::Text,
            private: false,
            text: text.into(),
            choices: Vec::new(),
            attachment: None,
            card: None,
            client_id: None,
        }
    }

    /// A line about what happened.
    pub(crate) fn event(text: impl Into<String>) -> Self {
        Self { kind: MessageKind::Event, ..Self::text(AuthorKind::System, text) }
    }
}

/// A message with the next number of its conversation, noted in the conversation; the caller stores both.
pub(crate) async fn next(
    tx: &Tx,
    conversation: &mut conversation::Model,
    draft: Draft,
) -> Result<(row::Model, Message)> {
    conversation.last_seq += 1;
    conversation.updated_at = tx.now();
    if !draft.private && draft.kind != MessageKind::Event {
        conversation.preview = rules::preview(draft.card.as_ref().map_or(&draft.text, |card| &card.title));
    }
    let row = row::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<MessageId>().uuid(),
        conversation_id: conversation.id,
        seq: conversation.last_seq,
        author: draft.author.as_str().to_owned(),
        member_id: draft.member.map(MemberId::uuid),
        kind: draft.kind.as_str().to_owned(),
        private: draft.private,
        text: draft.text,
        choices: serde_json::to_value(&draft.choices)?,
        attachment_id: draft.attachment.map(AttachmentId::uuid),
        client_id: draft.client_id,
        created_at: tx.now(),
        card: draft.card.map(serde_json::to_value).transpose()?,
    };
    let attachment = match row.attachment_id {
        Some(id) => attachment::get(tx, id).await?,
        None => None,
    };
    let message = contract(row.clone(), attachment)?;
    Ok((row, message))
}

/// Messages of some conversations that their senders gave one of some ids, each with what the customer clicked.
pub(crate) async fn by_client_ids(
    tx: &Tx,
    conversations: Vec<uuid::Uuid>,
    ids: Vec<&str>,
) -> Result<Vec<(Message, Option<String>)>> {
    if conversations.is_empty() {
        return Ok(Vec::new());
    }
    let rows = find::<row::Entity>(tx)
        .filter(row::Column::ConversationId.is_in(conversations))
        .filter(row::Column::ClientId.is_in(ids));
    let rows = rows.all(tx.conn()).await?;
    let clicked = rows.iter().map(row::Model::clicked).collect::<Result<Vec<_>>>()?;
    Ok(with_attachments(tx, rows).await?.into_iter().zip(clicked).collect())
}

/// The message that a sender gave an id.
pub(crate) async fn by_client_id(tx: &Tx, conversation: ConversationId, id: &str) -> Result<Option<Message>> {
    let row = find::<row::Entity>(tx)
        .filter(row::Column::ConversationId.eq(conversation.uuid()))
        .filter(row::Column::ClientId.eq(id))
        .one(tx.conn())
        .await?;
    match row {
        Some(row) => Ok(with_attachments(tx, vec![row]).await?.pop()),
        None => Ok(None),
    }
}

/// Whether the bot or a member has answered the customer's last words.
pub(crate) async fn answered(tx: &Tx, conversation: ConversationId) -> Result<bool> {
    let last = find::<row::Entity>(tx)
        .filter(row::Column::ConversationId.eq(conversation.uuid()))
        .filter(row::Column::Private.eq(false))
        .filter(row::Column::Kind.ne(MessageKind::Event.as_str()))
        .order_by_desc(row::Column::Seq)
        .one(tx.conn())
        .await?;
    Ok(last.is_some_and(|row| row.author != AuthorKind::Contact.as_str()))
}

/// Messages above a number, oldest first; customers do not get private ones.
pub(crate) async fn after(
    tx: &Tx,
    conversation: ConversationId,
    seq: i64,
    with_private: bool,
    limit: u32,
) -> Result<Vec<Message>> {
    let mut rows = find::<row::Entity>(tx)
        .filter(row::Column::ConversationId.eq(conversation.uuid()))
        .filter(row::Column::Seq.gt(seq))
        .order_by_asc(row::Column::Seq)
        .limit(u64::from(limit));
    if !with_private {
        rows = rows.filter(row::Column::Private.eq(false));
    }
    with_attachments(tx, rows.all(tx.conn()).await?).await
}

/// Which messages are wanted.
pub(crate) struct Window {
    pub after: i64,
    pub before: Option<i64>,
    pub limit: u32,
}

/// The newest messages of a window, oldest first; customers do not get private ones.
pub(crate) async fn newest(
    tx: &Tx,
    conversation: ConversationId,
    window: Window,
    with_private: bool,
) -> Result<MessagePage> {
    let mut rows = find::<row::Entity>(tx)
        .filter(row::Column::ConversationId.eq(conversation.uuid()))
        .filter(row::Column::Seq.gt(window.after))
        .order_by_desc(row::Column::Seq)
        .limit(u64::from(window.limit) + 1);
    if let Some(before) = window.before {
        rows = rows.filter(row::Column::Seq.lt(before));
    }
    if !with_private {
        rows = rows.filter(row::Column::Private.eq(false));
    }
    let mut rows = rows.all(tx.conn()).await?;
    let most = usize::try_from(window.limit)?;
    let older = rows.len() > most;
    rows.truncate(most);
    rows.reverse();
    Ok(MessagePage { messages: with_attachments(tx, rows).await?, older })
}

async fn with_attachments(tx: &Tx, rows: Vec<row::Model>) -> Result<Vec<Message>> {
    let ids: Vec<_> = rows.iter().filter_map(|row| row.attachment_id).collect();
    let mut attachments = HashMap::new();
    if !ids.is_empty() {
        attachments = attachment::get_many(tx, ids).await?.into_iter().map(|file| (file.id, file)).collect();
    }
    let attached = |row: &row::Model| row.attachment_id.and_then(|id| attachments.get(&id).cloned());
    rows.into_iter()
        .map(|row| {
            let file = attached(&row);
            contract(row, file)
        })
        .collect()
}

impl row::Model {
    /// The value that a customer clicked: their message keeps it where others keep what they offer.
    fn clicked(&self) -> Result<Option<String>> {
        if self.author != AuthorKind::Contact.as_str() {
            return Ok(None);
        }
        let choices: Vec<Choice> = serde_json::from_value(self.choices.clone())?;
        Ok(choices.into_iter().next().map(|choice| choice.value))
    }
}

fn contract(row: row::Model, attachment: Option<attachment::Model>) -> Result<Message> {
    let author = AuthorKind::parse(&row.author)?;
    // What a customer clicked is no offer.
    let choices = if author == AuthorKind::Contact { Vec::new() } else { serde_json::from_value(row.choices)? };
    Ok(Message {
        id: row.id.into(),
        conversation_id: row.conversation_id.into(),
        seq: row.seq,
        author,
        member_id: row.member_id.map(MemberId::from_uuid),
        kind: MessageKind::parse(&row.kind)?,
        private: row.private,
        text: row.text,
        choices,
        attachment: attachment.map(attachment::Model::into_contract),
        card: row.card.map(serde_json::from_value).transpose()?,
        client_id: row.client_id,
        created_at: row.created_at,
    })
}
