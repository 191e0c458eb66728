//! Fields of the channels service.

use async_graphql::connection::Connection;
use async_graphql::{ComplexObject, Context, InputObject, Object, Result, SimpleObject};
use lingxi_contracts::channels::{
    Attribute, CannedReply, Card, Channel, ChannelKind, ChannelSettings, Contact, ContactIdentity, ContactPatch,
    Conversation, ConversationFilter, ConversationStatus, Delivery, DeliveryStatus, Inbound, Message, Outbound,
    Webhook,
};
use lingxi_contracts::routing::QueuePosition;
use lingxi_contracts::tenants::{Issued, Member};
use lingxi_kernel::{
    AttachmentId, CannedReplyId, ChannelId, ContactId, ConversationId, DeliveryId, PageArgs, Timestamp, WebhookId,
};

use crate::loaders::{Loaders, not_loaded};
use crate::outcome::{Shown as _, connection, parts, payload};
use crate::routing::TaskNode;
use crate::tenants::RemovalPayload;

/// A conversation with what belongs to it.
#[derive(SimpleObject, Clone)]
#[graphql(complex, name = "Conversation")]
pub struct ConversationNode {
    #[graphql(flatten)]
    inner: Conversation,
}

impl From<Conversation> for ConversationNode {
    fn from(inner: Conversation) -> Self {
        Self { inner }
    }
}

#[ComplexObject]
impl ConversationNode {
    /// With whom.
    async fn contact(&self, ctx: &Context<'_>) -> Result<Option<Contact>> {
        let loaders = ctx.data::<Loaders>()?;
        loaders.load_one(self.inner.contact_id).await.map_err(not_loaded)
    }

    /// The member who answers.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<Member>> {
        let Some(id) = self.inner.assignee else { return Ok(None) };
        let loaders = ctx.data::<Loaders>()?;
        loaders.load_one(id).await.map_err(not_loaded)
    }

    /// Messages with a number above `afterSeq`, oldest first: the first 500 of them, or the last ones when `last` or
    /// `beforeSeq` is given.
    #[graphql(
        complexity = "crate::bounds::page(last.or(before_seq.map_or(Some(500), |_| Some(100))), child_complexity)"
    )]
    async fn messages(
        &self,
        ctx: &Context<'_>,
        #[graphql(default)] after_seq: i64,
        #[graphql(desc = "Only those with a number below.")] before_seq: Option<i64>,
        #[graphql(desc = "The last ones, 1 to 500; 100 when only `beforeSeq` is given.")] last: Option<u32>,
    ) -> Result<Vec<Message>> {
        let (caller, services) = parts(ctx)?;
        if last.is_none() && before_seq.is_none() {
            return services.channels.messages(caller, self.inner.id, after_seq, 500).await.shown();
        }
        let wanted = last.unwrap_or(100);
        let page = services.channels.newest_messages(caller, self.inner.id, after_seq, before_seq, wanted).await;
        Ok(page.shown()?.messages)
    }

    /// The newest task for people.
    async fn task(&self, ctx: &Context<'_>) -> Result<Option<TaskNode>> {
        let (caller, services) = parts(ctx)?;
        Ok(services.routing.task_of(caller, self.inner.id).await.shown()?.map(TaskNode::from))
    }

    /// Where it stands in its queue.
    async fn queue_position(&self, ctx: &Context<'_>) -> Result<Option<QueuePosition>> {
        let (caller, services) = parts(ctx)?;
        services.routing.position(caller, self.inner.id).await.shown()
    }
}

/// A fresh webhook. The secret is shown this once.
#[derive(SimpleObject)]
pub struct NewWebhook {
    /// The webhook.
    webhook: Webhook,
    /// Signing secret, `whsec_...` (Standard Webhooks).
    secret: String,
}

impl From<Issued<Webhook>> for NewWebhook {
    fn from(issued: Issued<Webhook>) -> Self {
        Self { webhook: issued.item, secret: issued.secret }
    }
}

/// What may change of a channel.
#[derive(InputObject)]
pub struct UpdateChannelInput {
    /// Which one.
    id: ChannelId,
    /// New name.
    name: Option<String>,
    /// Whether it takes messages.
    enabled: Option<bool>,
    /// Look and behaviour.
    settings: Option<ChannelSettings>,
}

/// What may change of a contact.
#[derive(InputObject)]
pub struct UpdateContactInput {
    /// Who.
    id: ContactId,
    /// New name.
    name: Option<String>,
    /// New mail address; empty removes it.
    email: Option<String>,
    /// New phone; empty removes it.
    phone: Option<String>,
    /// All labels.
    tags: Option<Vec<String>>,
    /// All attributes.
    attributes: Option<Vec<Attribute>>,
}

/// A member's reply or note.
#[derive(InputObject)]
pub struct SendMessageInput {
    /// To which conversation.
    conversation_id: ConversationId,
    /// The words, at most 4,000 characters; may be empty beside a file or a card.
    #[graphql(default)]
    text: String,
    /// Whether only members see it.
    #[graphql(default)]
    private: bool,
    /// The sender's id of the message: the same id is stored once.
    client_id: Option<String>,
    /// A file that was uploaded for the conversation (`POST /files?conversation=...`).
    attachment_id: Option<AttachmentId>,
    /// A card.
    card: Option<Card>,
}

/// A channel's fresh identity secret. It is shown this once.
#[derive(SimpleObject)]
pub struct NewIdentitySecret {
    /// The channel.
    channel: Channel,
    /// The key of the HMAC-SHA256 over the firm's own id of a customer.
    secret: String,
}

impl From<Issued<Channel>> for NewIdentitySecret {
    fn from(issued: Issued<Channel>) -> Self {
        Self { channel: issued.item, secret: issued.secret }
    }
}

/// A customer's message that an integrator passes on.
#[derive(InputObject)]
pub struct ReceiveMessageInput {
    /// An API channel.
    channel_id: ChannelId,
    /// Who wrote; an identity that is not known yet makes a new contact.
    identity: ContactIdentity,
    /// The customer's name, for the first message.
    name: Option<String>,
    /// The integrator's id of the message: the same id is stored once.
    idempotency_key: String,
    /// The words, at most 4,000 characters.
    text: String,
    /// The value of a clicked suggestion.
    choice: Option<String>,
    /// Language of the customer.
    locale: Option<String>,
}

payload!(
    /// What changing a channel came to.
    ChannelPayload {
        /// The channel.
        channel: Channel
    }
);
payload!(
    /// What changing a conversation came to.
    ConversationPayload {
        /// The conversation.
        conversation: ConversationNode
    }
);
payload!(
    /// What sending came to.
    MessagePayload {
        /// The message.
        message: Message
    }
);
payload!(
    /// What changing a contact came to.
    ContactPayload {
        /// The contact.
        contact: Contact
    }
);
payload!(
    /// What saving a canned reply came to.
    CannedReplyPayload {
        /// The canned reply.
        canned_reply: CannedReply
    }
);
payload!(
    /// What making a webhook came to.
    NewWebhookPayload {
        /// The webhook with its secret.
        created: NewWebhook
    }
);
payload!(
    /// What drawing an identity secret came to.
    IdentitySecretPayload {
        /// The channel with its secret.
        created: NewIdentitySecret
    }
);
payload!(
    /// What replaying came to.
    DeliveryPayload {
        /// The delivery.
        delivery: Delivery
    }
);

/// Reads of the channels service.
#[derive(Default)]
pub struct ChannelsQuery;

#[Object]
impl ChannelsQuery {
    /// All channels.
    async fn channels(&self, ctx: &Context<'_>) -> Result<Vec<Channel>> {
        let (caller, services) = parts(ctx)?;
        services.channels.channels(caller).await.shown()
    }

    /// Conversations, newest activity first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn conversations(
        &self,
        ctx: &Context<'_>,
        filter: Option<ConversationFilter>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, ConversationNode>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        let found = services.channels.conversations(caller, filter.unwrap_or_default(), page).await.shown()?;
        Ok(connection(found.map(ConversationNode::from)))
    }

    /// A conversation by id.
    async fn conversation(&self, ctx: &Context<'_>, id: ConversationId) -> Result<Option<ConversationNode>> {
        let (caller, services) = parts(ctx)?;
        let mut found = services.channels.conversations_by_id(caller, &[id]).await.shown()?;
        Ok(found.pop().map(ConversationNode::from))
    }

    /// Contacts, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to find in name, mail address, phone or identities.")] search: Option<String>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, Contact>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.channels.contacts(caller, search, page).await.shown()?))
    }

    /// All canned replies.
    async fn canned_replies(&self, ctx: &Context<'_>) -> Result<Vec<CannedReply>> {
        let (caller, services) = parts(ctx)?;
        services.channels.canned_replies(caller).await.shown()
    }

    /// All webhooks.
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Vec<Webhook>> {
        let (caller, services) = parts(ctx)?;
        services.channels.webhooks(caller).await.shown()
    }

    /// The webhook log, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only of this status; `FAILED` are the ones that were given up.")] status: Option<
            DeliveryStatus,
        >,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, Delivery>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.channels.deliveries(caller, status, page).await.shown()?))
    }
}

/// Changes of the channels service.
#[derive(Default)]
pub struct ChannelsMutation;

#[Object]
impl ChannelsMutation {
    /// Makes a channel.
    async fn create_channel(&self, ctx: &Context<'_>, kind: ChannelKind, name: String) -> Result<ChannelPayload> {
        let (caller, services) = parts(ctx)?;
        ChannelPayload::of(services.channels.create_channel(caller, kind, &name).await)
    }

    /// Changes a channel.
    async fn update_channel(&self, ctx: &Context<'_>, input: UpdateChannelInput) -> Result<ChannelPayload> {
        let (caller, services) = parts(ctx)?;
        let UpdateChannelInput { id, name, enabled, settings } = input;
        ChannelPayload::of(services.channels.update_channel(caller, id, name, enabled, settings).await)
    }

    /// Stores a customer's message that came through an integrator, once per idempotency key.
    async fn receive_message(&self, ctx: &Context<'_>, input: ReceiveMessageInput) -> Result<MessagePayload> {
        let (caller, services) = parts(ctx)?;
        let inbound = Inbound {
            conversation: None,
            client_id: input.idempotency_key,
            text: input.text,
            choice: input.choice,
            attachment: None,
            locale: input.locale,
        };
        let stored = services.channels.receive_for(caller, input.channel_id, input.identity, input.name, inbound).await;
        MessagePayload::of(stored)
    }

    /// Replies to the customer, or adds a private note.
    async fn send_message(&self, ctx: &Context<'_>, input: SendMessageInput) -> Result<MessagePayload> {
        let (caller, services) = parts(ctx)?;
        let SendMessageInput { conversation_id, text, private, client_id, attachment_id, card } = input;
        let message = Outbound { text, private, client_id, attachment: attachment_id, card };
        MessagePayload::of(services.channels.post(caller, conversation_id, message).await)
    }

    /// Draws a new identity secret for a channel; the one before ends.
    async fn rotate_identity_secret(&self, ctx: &Context<'_>, channel_id: ChannelId) -> Result<IdentitySecretPayload> {
        let (caller, services) = parts(ctx)?;
        let issued = services.channels.rotate_identity_secret(caller, channel_id).await;
        IdentitySecretPayload::of(issued.map(NewIdentitySecret::from))
    }

    /// Marks messages up to a number as read by members; never runs backwards.
    async fn mark_read(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        seq: i64,
    ) -> Result<ConversationPayload> {
        let (caller, services) = parts(ctx)?;
        let read = services.channels.mark_read(caller, conversation_id, seq).await;
        ConversationPayload::of(read.map(ConversationNode::from))
    }

    /// Moves a conversation to a status.
    async fn set_conversation_status(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        status: ConversationStatus,
        #[graphql(desc = "Until when, for `SNOOZED`.")] until: Option<Timestamp>,
    ) -> Result<ConversationPayload> {
        let (caller, services) = parts(ctx)?;
        let moved = services.channels.set_status(caller, conversation_id, status, until).await;
        ConversationPayload::of(moved.map(ConversationNode::from))
    }

    /// Changes what is known of a contact.
    async fn update_contact(&self, ctx: &Context<'_>, input: UpdateContactInput) -> Result<ContactPayload> {
        let (caller, services) = parts(ctx)?;
        let UpdateContactInput { id, name, email, phone, tags, attributes } = input;
        let patch = ContactPatch { name, email, phone, tags, attributes };
        ContactPayload::of(services.channels.update_contact(caller, id, patch).await)
    }

    /// Adds an identity to a contact: who writes under it is then this person. `CONFLICT` when it is another contact's.
    async fn add_contact_identity(
        &self,
        ctx: &Context<'_>,
        contact_id: ContactId,
        identity: ContactIdentity,
    ) -> Result<ContactPayload> {
        let (caller, services) = parts(ctx)?;
        ContactPayload::of(services.channels.add_identity(caller, contact_id, identity).await)
    }

    /// Removes an identity from a contact: who writes under it afterwards is a new contact.
    async fn remove_contact_identity(
        &self,
        ctx: &Context<'_>,
        contact_id: ContactId,
        identity: ContactIdentity,
    ) -> Result<ContactPayload> {
        let (caller, services) = parts(ctx)?;
        ContactPayload::of(services.channels.remove_identity(caller, contact_id, identity).await)
    }

    /// Moves everything of one contact, its identities too, to another and removes the first.
    async fn merge_contacts(&self, ctx: &Context<'_>, from: ContactId, into: ContactId) -> Result<ContactPayload> {
        let (caller, services) = parts(ctx)?;
        ContactPayload::of(services.channels.merge_contacts(caller, from, into).await)
    }

    /// Adds or changes a canned reply, by shortcut and language.
    async fn save_canned_reply(
        &self,
        ctx: &Context<'_>,
        shortcut: String,
        locale: String,
        text: String,
    ) -> Result<CannedReplyPayload> {
        let (caller, services) = parts(ctx)?;
        CannedReplyPayload::of(services.channels.save_canned_reply(caller, &shortcut, &locale, &text).await)
    }

    /// Removes a canned reply.
    async fn delete_canned_reply(&self, ctx: &Context<'_>, id: CannedReplyId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.channels.delete_canned_reply(caller, id).await)
    }

    /// Makes a webhook.
    async fn create_webhook(&self, ctx: &Context<'_>, url: String) -> Result<NewWebhookPayload> {
        let (caller, services) = parts(ctx)?;
        NewWebhookPayload::of(services.channels.create_webhook(caller, &url).await.map(NewWebhook::from))
    }

    /// Removes a webhook with its log.
    async fn delete_webhook(&self, ctx: &Context<'_>, id: WebhookId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.channels.delete_webhook(caller, id).await)
    }

    /// Tries a delivery again.
    async fn replay_webhook_delivery(&self, ctx: &Context<'_>, id: DeliveryId) -> Result<DeliveryPayload> {
        let (caller, services) = parts(ctx)?;
        DeliveryPayload::of(services.channels.replay_delivery(caller, id).await)
    }
}
