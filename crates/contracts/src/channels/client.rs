//! What the channels service does for the others.

use async_trait::async_trait;
use lingxi_kernel::{
    CannedReplyId, ChannelId, ContactId, ConversationId, Ctx, DeliveryId, Page, PageArgs, Result, TenantId, Timestamp,
    WebhookId,
};

use super::{
    CannedReply, Channel, ChannelKind, ChannelSettings, Contact, ContactIdentity, ContactPatch, Conversation,
    ConversationFilter, ConversationStatus, Delivery, DeliveryStatus, Identity, Inbound, Message, MessagePage,
    Outbound, VisitorSession, Webhook,
};
use crate::remote::remote;
use crate::tenants::Issued;

/// The channels service, for the others.
#[remote("channels")]
#[async_trait]
pub trait ChannelsClient: Send + Sync {
    /// All channels.
    #[idempotent]
    async fn channels(&self, ctx: &Ctx) -> Result<Vec<Channel>>;
    /// Makes a channel.
    async fn create_channel(&self, ctx: &Ctx, kind: ChannelKind, name: &str) -> Result<Channel>;
    /// Changes a channel.
    async fn update_channel(
        &self,
        ctx: &Ctx,
        id: ChannelId,
        name: Option<String>,
        enabled: Option<bool>,
        settings: Option<ChannelSettings>,
    ) -> Result<Channel>;
    /// Opens the widget of a public key; `token` continues as an earlier visitor.
    async fn open_visitor(
        &self,
        public_key: &str,
        origin: Option<String>,
        token: Option<String>,
        locale: &str,
        identity: Option<Identity>,
    ) -> Result<VisitorSession>;
    /// What a customer says of themselves in the widget: name, mail address, phone.
    async fn introduce(&self, ctx: &Ctx, patch: ContactPatch) -> Result<Contact>;
    /// Draws a new identity secret for a channel; the one before ends.
    async fn rotate_identity_secret(&self, ctx: &Ctx, id: ChannelId) -> Result<Issued<Channel>>;
    /// The context of a visitor's secret.
    #[idempotent]
    async fn authenticate_visitor(&self, token: &str) -> Result<Ctx>;
    /// Stores a customer's message once.
    #[idempotent]
    async fn receive(&self, ctx: &Ctx, message: Inbound) -> Result<Message>;
    /// The API channel: finds or makes the contact of an identity, and stores their message once.
    #[idempotent]
    async fn receive_for(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        from: ContactIdentity,
        name: Option<String>,
        message: Inbound,
    ) -> Result<Message>;
    /// The visitor's newest conversation.
    #[idempotent]
    async fn visitor_conversation(&self, ctx: &Ctx) -> Result<Option<Conversation>>;
    /// Messages with a number above `after`, oldest first.
    #[idempotent]
    async fn messages(&self, ctx: &Ctx, conversation: ConversationId, after: i64, limit: u32) -> Result<Vec<Message>>;
    /// The newest messages with a number above `after` and below `before`, oldest first.
    #[idempotent]
    async fn newest_messages(
        &self,
        ctx: &Ctx,
        conversation: ConversationId,
        after: i64,
        before: Option<i64>,
        limit: u32,
    ) -> Result<MessagePage>;
    /// Marks messages up to a number as read; never runs backwards.
    #[idempotent]
    async fn mark_read(&self, ctx: &Ctx, conversation: ConversationId, seq: i64) -> Result<Conversation>;
    /// Notes, for the customer's widget, that messages up to a number have reached it; never runs backwards.
    #[idempotent]
    async fn mark_delivered(&self, ctx: &Ctx, conversation: ConversationId, seq: i64) -> Result<()>;
    /// A member's reply or private note.
    async fn post(&self, ctx: &Ctx, conversation: ConversationId, message: Outbound) -> Result<Message>;
    /// Moves a conversation to a status; `until` for snoozing.
    async fn set_status(
        &self,
        ctx: &Ctx,
        conversation: ConversationId,
        status: ConversationStatus,
        until: Option<Timestamp>,
    ) -> Result<Conversation>;
    /// The customer's rating, 1 to 5.
    async fn rate(&self, ctx: &Ctx, conversation: ConversationId, rating: i32, comment: Option<String>) -> Result<()>;
    /// A page of conversations, newest activity first.
    #[idempotent]
    async fn conversations(&self, ctx: &Ctx, filter: ConversationFilter, page: PageArgs) -> Result<Page<Conversation>>;
    /// Conversations by id; unknown ids are left out.
    #[idempotent]
    async fn conversations_by_id(&self, ctx: &Ctx, ids: &[ConversationId]) -> Result<Vec<Conversation>>;
    /// Conversations that a person has or that wait for one, by id, at most 500 above an id.
    #[idempotent]
    async fn needing_a_person(&self, ctx: &Ctx, after: Option<ConversationId>) -> Result<Vec<Conversation>>;
    /// Firms with such conversations; for timers.
    #[idempotent]
    async fn firms_that_need_people(&self) -> Result<Vec<TenantId>>;
    /// Contacts, newest first.
    #[idempotent]
    async fn contacts(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<Contact>>;
    /// Contacts by id; unknown ids are left out.
    #[idempotent]
    async fn contacts_by_id(&self, ctx: &Ctx, ids: &[ContactId]) -> Result<Vec<Contact>>;
    /// Changes what is known of a contact.
    async fn update_contact(&self, ctx: &Ctx, id: ContactId, patch: ContactPatch) -> Result<Contact>;
    /// Adds an identity to a contact.
    async fn add_identity(&self, ctx: &Ctx, id: ContactId, identity: ContactIdentity) -> Result<Contact>;
    /// Removes an identity from a contact.
    async fn remove_identity(&self, ctx: &Ctx, id: ContactId, identity: ContactIdentity) -> Result<Contact>;
    /// Moves everything of `from`, its identities too, to `into` and removes `from`.
    async fn merge_contacts(&self, ctx: &Ctx, from: ContactId, into: ContactId) -> Result<Contact>;
    /// All canned replies.
    #[idempotent]
    async fn canned_replies(&self, ctx: &Ctx) -> Result<Vec<CannedReply>>;
    /// Adds or changes a canned reply (by shortcut and language).
    async fn save_canned_reply(&self, ctx: &Ctx, shortcut: &str, locale: &str, text: &str) -> Result<CannedReply>;
    /// Removes a canned reply.
    async fn delete_canned_reply(&self, ctx: &Ctx, id: CannedReplyId) -> Result<()>;
    /// All webhooks.
    #[idempotent]
    async fn webhooks(&self, ctx: &Ctx) -> Result<Vec<Webhook>>;
    /// Makes a webhook.
    async fn create_webhook(&self, ctx: &Ctx, url: &str) -> Result<Issued<Webhook>>;
    /// Removes a webhook.
    async fn delete_webhook(&self, ctx: &Ctx, id: WebhookId) -> Result<()>;
    /// The webhook log, newest first.
    #[idempotent]
    async fn deliveries(&self, ctx: &Ctx, status: Option<DeliveryStatus>, page: PageArgs) -> Result<Page<Delivery>>;
    /// Tries a delivery again.
    async fn replay_delivery(&self, ctx: &Ctx, id: DeliveryId) -> Result<Delivery>;
    /// Which tenant a public key belongs to.
    #[idempotent]
    async fn tenant_of_key(&self, public_key: &str) -> Result<TenantId>;
}
