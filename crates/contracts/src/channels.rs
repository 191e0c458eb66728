//! Channels: the ways in, contacts, conversations and messages.

use async_trait::async_trait;
use lingxi_kernel::{
    AttachmentId, CannedReplyId, ChannelId, ContactId, ConversationId, Ctx, DeliveryId, MemberId, MessageId, Page,
    PageArgs, Result, TenantId, Timestamp, WebhookId, text_enum,
};
use serde::{Deserialize, Serialize};

use crate::Event;
use crate::tenants::Issued;

text_enum! {
    /// How a channel reaches customers.
    pub enum ChannelKind {
        /// The widget on a web page.
        WebChat = "web_chat",
        /// An integrator's own front end.
        Api = "api",
    }
}

text_enum! {
    /// Where a conversation stands.
    pub enum ConversationStatus {
        /// Somebody should act.
        Open = "open",
        /// Waits for the customer.
        Pending = "pending",
        /// Waits for a moment.
        Snoozed = "snoozed",
        /// Done; a new message opens it again for a while.
        Resolved = "resolved",
    }
}

text_enum! {
    /// Who answers a conversation.
    pub enum Handler {
        /// The bot.
        Bot = "bot",
        /// Nobody yet: it waits in a queue.
        Queue = "queue",
        /// The assigned member.
        Member = "member",
    }
}

text_enum! {
    /// Who wrote a message.
    pub enum AuthorKind {
        /// The customer.
        Contact = "contact",
        /// The bot.
        Bot = "bot",
        /// A member.
        Member = "member",
        /// The product ("Li joined").
        System = "system",
    }
}

text_enum! {
    /// How a message is to be shown.
    pub enum MessageKind {
        /// Plain words; the bot's may hold simple Markdown.
        Text = "text",
        /// Words and a list of suggestions.
        Options = "options",
        /// A file or an image.
        File = "file",
        /// A card: a title, words, a picture, links.
        Card = "card",
        /// A line about what happened.
        Event = "event",
    }
}

/// How the widget looks and behaves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "ChannelSettingsInput"))]
pub struct ChannelSettings {
    /// First line in Chinese.
    pub greeting_zh: String,
    /// First line in English.
    pub greeting_en: String,
    /// Accent colour, `#rrggbb`.
    pub color: String,
    /// `light`, `dark` or `auto`.
    pub theme: String,
    /// `left` or `right`.
    pub position: String,
    /// Origins (`https://example.com`) that may embed the widget; none means any.
    pub allowed_origins: Vec<String>,
    /// Whether the widget asks for a name and a mail address while nobody is there.
    pub offline_form: bool,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            greeting_zh: "您好，请问有什么可以帮您？".into(),
            greeting_en: "Hello, how can we help?".into(),
            color: "#1456d9".into(),
            theme: "auto".into(),
            position: "right".into(),
            allowed_origins: Vec::new(),
            offline_form: true,
        }
    }
}

/// A way in for customers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Channel {
    /// Global id.
    pub id: ChannelId,
    /// How it reaches customers.
    pub kind: ChannelKind,
    /// Name for members.
    pub name: String,
    /// Public key that the page's snippet carries.
    pub public_key: String,
    /// Whether it takes messages.
    pub enabled: bool,
    /// Look and behaviour.
    pub settings: ChannelSettings,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a firm knows of a contact under a name of its own, such as `policy_number`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "AttributeInput"))]
pub struct Attribute {
    /// 1 to 40 letters, digits, `-` or `_`.
    pub key: String,
    /// At most 500 characters.
    pub value: String,
}

/// A page of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "CardLinkInput"))]
pub struct CardLink {
    /// What the button says.
    pub label: String,
    /// Where it leads, `https`.
    pub url: String,
}

/// Something to look at and to follow: a policy, a product, a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "CardInput"))]
pub struct Card {
    /// Head line, 1 to 120 characters.
    pub title: String,
    /// Address of a picture, `https`.
    #[serde(default)]
    pub image_url: Option<String>,
    /// Buttons, at most four.
    #[serde(default)]
    pub links: Vec<CardLink>,
}

/// What a channel's page proves about a signed-in customer: the HMAC-SHA256 of the id, in hex, under the channel's
/// identity secret. Only the firm's own server can make it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The firm's own id of the person.
    pub id: String,
    /// The proof.
    pub hash: String,
    /// Name, if known.
    #[serde(default)]
    pub name: Option<String>,
    /// Mail address, if known.
    #[serde(default)]
    pub email: Option<String>,
    /// Further facts.
    #[serde(default)]
    pub attributes: std::collections::BTreeMap<String, String>,
}

/// What changes of a contact; what is left out stays.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ContactPatch {
    /// New name.
    pub name: Option<String>,
    /// New mail address; empty removes it.
    pub email: Option<String>,
    /// New phone; empty removes it.
    pub phone: Option<String>,
    /// All labels.
    pub tags: Option<Vec<String>>,
    /// All attributes.
    pub attributes: Option<Vec<Attribute>>,
}

/// A member's reply or note.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Outbound {
    /// The words; may be empty beside a file or a card.
    pub text: String,
    /// Whether only members see it.
    pub private: bool,
    /// The sender's id of the message: the same id is stored once.
    pub client_id: Option<String>,
    /// An uploaded file.
    pub attachment: Option<AttachmentId>,
    /// A card.
    pub card: Option<Card>,
}

/// An end customer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Contact {
    /// Global id.
    pub id: ContactId,
    /// Name, if known.
    pub name: String,
    /// Mail address, if known.
    pub email: Option<String>,
    /// Phone, if known.
    pub phone: Option<String>,
    /// The firm's own id of the person, once verified.
    pub external_id: Option<String>,
    /// Preferred language.
    pub locale: String,
    /// Free labels.
    pub tags: Vec<String>,
    /// What the firm knows under names of its own, by name.
    pub attributes: Vec<Attribute>,
    /// First seen.
    pub created_at: Timestamp,
    /// Last seen.
    pub last_seen_at: Timestamp,
}

/// A conversation with a contact on one channel.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[cfg_attr(feature = "graphql", graphql(name = "ConversationData"))]
#[serde(rename_all = "camelCase")]
pub struct Conversation {
    /// Global id.
    pub id: ConversationId,
    /// Through which channel.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub channel_id: ChannelId,
    /// With whom.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub contact_id: ContactId,
    /// Where it stands.
    pub status: ConversationStatus,
    /// Who answers.
    pub handler: Handler,
    /// The member who answers.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub assignee: Option<MemberId>,
    /// Language of the customer.
    pub locale: String,
    /// Number of the newest message.
    pub last_seq: i64,
    /// Beginning of the newest message.
    pub preview: String,
    /// What the bot tells the person who takes over.
    pub summary: Option<String>,
    /// The customer's rating, 1 to 5.
    pub rating: Option<i32>,
    /// What the customer said with the rating.
    pub rating_comment: Option<String>,
    /// Number of the newest message that the customer has read.
    pub contact_read_seq: i64,
    /// Number of the newest message that a member has read.
    pub member_read_seq: i64,
    /// First message.
    pub created_at: Timestamp,
    /// Newest message.
    pub updated_at: Timestamp,
    /// When it was resolved.
    pub resolved_at: Option<Timestamp>,
    /// Until when it is out of sight.
    pub snoozed_until: Option<Timestamp>,
}

/// A suggestion that a customer can click.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Choice {
    /// What comes back when it is clicked: an article id, `solved`, `unsolved` or `person`.
    pub value: String,
    /// What is shown.
    pub label: String,
}

/// A file that was sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Global id.
    pub id: AttachmentId,
    /// Name as sent.
    pub name: String,
    /// Media type by its content.
    pub media_type: String,
    /// Bytes.
    pub size: i64,
}

/// A message of a conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Global id.
    pub id: MessageId,
    /// The conversation.
    pub conversation_id: ConversationId,
    /// Place in the conversation, from 1 without gaps.
    pub seq: i64,
    /// Who wrote it.
    pub author: AuthorKind,
    /// The member who wrote it.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub member_id: Option<MemberId>,
    /// How it is to be shown.
    pub kind: MessageKind,
    /// Whether only members see it.
    pub private: bool,
    /// The words.
    pub text: String,
    /// Suggestions to click.
    pub choices: Vec<Choice>,
    /// The file, for messages of kind `FILE`.
    pub attachment: Option<Attachment>,
    /// The card, for messages of kind `CARD`.
    #[serde(default)]
    pub card: Option<Card>,
    /// The id the sender gave it, for duplicates.
    pub client_id: Option<String>,
    /// When it was stored.
    pub created_at: Timestamp,
}

/// A reply kept for reuse.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct CannedReply {
    /// Global id.
    pub id: CannedReplyId,
    /// What an agent types after `/`.
    pub shortcut: String,
    /// The words.
    pub text: String,
    /// Language.
    pub locale: String,
}

/// An integrator's address for events.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Webhook {
    /// Global id.
    pub id: WebhookId,
    /// `https` address.
    pub url: String,
    /// Whether it is served.
    pub enabled: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

text_enum! {
    /// Where a delivery stands.
    pub enum DeliveryStatus {
        /// Will be tried (again).
        Pending = "pending",
        /// The receiver said yes.
        Delivered = "delivered",
        /// Given up; can be replayed.
        Failed = "failed",
    }
}

/// One event on its way to a webhook.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Delivery {
    /// Global id; the `webhook-id` header.
    pub id: DeliveryId,
    /// To which webhook.
    pub webhook_id: WebhookId,
    /// Event type.
    pub event_type: String,
    /// Where it stands.
    pub status: DeliveryStatus,
    /// Tries so far.
    pub attempts: i32,
    /// What the last try brought.
    pub last_result: Option<String>,
    /// When the next try is due.
    pub next_attempt_at: Option<Timestamp>,
    /// When the event happened.
    pub created_at: Timestamp,
}

/// Which conversations an inbox shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
pub struct ConversationFilter {
    /// Only of this status.
    pub status: Option<ConversationStatus>,
    /// Only of this handler.
    pub handler: Option<Handler>,
    /// Only those assigned to the caller.
    pub mine: Option<bool>,
    /// Only of this contact.
    pub contact_id: Option<ContactId>,
    /// Words in the newest message or the contact's name.
    pub search: Option<String>,
}

/// A message that a customer sends.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inbound {
    /// The conversation; none starts or continues the contact's newest one on the channel.
    pub conversation: Option<ConversationId>,
    /// The sender's id of the message: the same id is stored once.
    pub client_id: String,
    /// The words, at most 4,000 characters.
    pub text: String,
    /// The value of a clicked suggestion.
    pub choice: Option<String>,
    /// An uploaded file.
    pub attachment: Option<AttachmentId>,
    /// Language of the customer's page.
    pub locale: Option<String>,
}

/// What a widget gets when it opens.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VisitorSession {
    /// Secret of the visitor; stored by the widget.
    pub token: String,
    /// The contact.
    pub contact: ContactId,
    /// The firm's name.
    pub firm: String,
    /// Look and behaviour.
    pub settings: ChannelSettings,
    /// Whether people answer now.
    pub open: bool,
    /// Whether the firm can reach the customer by mail.
    pub known: bool,
}

/// A customer wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessageReceived {
    /// The message.
    pub message: Message,
    /// The channel.
    pub channel: ChannelId,
    /// The contact.
    pub contact: ContactId,
    /// Who answers at that moment.
    pub handler: Handler,
    /// Language of the conversation.
    pub locale: String,
    /// The value of a clicked suggestion.
    pub choice: Option<String>,
}

impl Event for MessageReceived {
    const TYPE: &'static str = "lingxi.channels.message.received.v1";
    fn subject(&self) -> String {
        self.message.conversation_id.to_string()
    }
}

/// The bot, a member or the product wrote.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessagePosted {
    /// The message.
    pub message: Message,
    /// The channel.
    pub channel: ChannelId,
    /// The contact.
    pub contact: ContactId,
}

impl Event for MessagePosted {
    const TYPE: &'static str = "lingxi.channels.message.posted.v1";
    fn subject(&self) -> String {
        self.message.conversation_id.to_string()
    }
}

/// A conversation needs a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HandoverRequested {
    /// The conversation.
    pub conversation: ConversationId,
    /// The channel.
    pub channel: ChannelId,
    /// Language of the customer.
    pub locale: String,
    /// What the person should know.
    pub summary: String,
    /// Why: `asked`, `unanswered`, `unsolved`, `rule`.
    pub reason: String,
}

impl Event for HandoverRequested {
    const TYPE: &'static str = "lingxi.channels.handover.requested.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A conversation is done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConversationResolved {
    /// The conversation.
    pub conversation: ConversationId,
    /// Who answered last.
    pub handler: Handler,
    /// The customer said so, or nobody objected.
    pub confirmed: bool,
}

impl Event for ConversationResolved {
    const TYPE: &'static str = "lingxi.channels.conversation.resolved.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A customer rated a conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConversationRated {
    /// The conversation.
    pub conversation: ConversationId,
    /// 1 to 5.
    pub rating: i32,
}

impl Event for ConversationRated {
    const TYPE: &'static str = "lingxi.channels.conversation.rated.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A file was stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FileStored {
    /// The file.
    pub attachment: Attachment,
}

impl Event for FileStored {
    const TYPE: &'static str = "lingxi.channels.file.stored.v1";
    fn subject(&self) -> String {
        self.attachment.id.to_string()
    }
}

/// The channels service, for the others.
#[async_trait]
pub trait ChannelsClient: Send + Sync {
    /// All channels.
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
    async fn authenticate_visitor(&self, token: &str) -> Result<Ctx>;
    /// Stores a customer's message once.
    async fn receive(&self, ctx: &Ctx, message: Inbound) -> Result<Message>;
    /// The API channel: finds or makes the contact of the integrator's id, and stores their message once.
    async fn receive_for(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        external_id: &str,
        name: Option<String>,
        message: Inbound,
    ) -> Result<Message>;
    /// The visitor's newest conversation.
    async fn visitor_conversation(&self, ctx: &Ctx) -> Result<Option<Conversation>>;
    /// Messages with a number above `after`, oldest first.
    async fn messages(&self, ctx: &Ctx, conversation: ConversationId, after: i64, limit: u32) -> Result<Vec<Message>>;
    /// Marks messages up to a number as read; never runs backwards.
    async fn mark_read(&self, ctx: &Ctx, conversation: ConversationId, seq: i64) -> Result<Conversation>;
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
    async fn conversations(&self, ctx: &Ctx, filter: ConversationFilter, page: PageArgs) -> Result<Page<Conversation>>;
    /// Conversations by id; unknown ids are left out.
    async fn conversations_by_id(&self, ctx: &Ctx, ids: &[ConversationId]) -> Result<Vec<Conversation>>;
    /// Contacts, newest first.
    async fn contacts(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<Contact>>;
    /// Contacts by id; unknown ids are left out.
    async fn contacts_by_id(&self, ctx: &Ctx, ids: &[ContactId]) -> Result<Vec<Contact>>;
    /// Changes what is known of a contact.
    async fn update_contact(&self, ctx: &Ctx, id: ContactId, patch: ContactPatch) -> Result<Contact>;
    /// Moves everything of `from` to `into` and removes `from`.
    async fn merge_contacts(&self, ctx: &Ctx, from: ContactId, into: ContactId) -> Result<Contact>;
    /// All canned replies.
    async fn canned_replies(&self, ctx: &Ctx) -> Result<Vec<CannedReply>>;
    /// Adds or changes a canned reply (by shortcut and language).
    async fn save_canned_reply(&self, ctx: &Ctx, shortcut: &str, locale: &str, text: &str) -> Result<CannedReply>;
    /// Removes a canned reply.
    async fn delete_canned_reply(&self, ctx: &Ctx, id: CannedReplyId) -> Result<()>;
    /// All webhooks.
    async fn webhooks(&self, ctx: &Ctx) -> Result<Vec<Webhook>>;
    /// Makes a webhook.
    async fn create_webhook(&self, ctx: &Ctx, url: &str) -> Result<Issued<Webhook>>;
    /// Removes a webhook.
    async fn delete_webhook(&self, ctx: &Ctx, id: WebhookId) -> Result<()>;
    /// The webhook log, newest first.
    async fn deliveries(&self, ctx: &Ctx, status: Option<DeliveryStatus>, page: PageArgs) -> Result<Page<Delivery>>;
    /// Tries a delivery again.
    async fn replay_delivery(&self, ctx: &Ctx, id: DeliveryId) -> Result<Delivery>;
    /// Which tenant a public key belongs to.
    async fn tenant_of_key(&self, public_key: &str) -> Result<TenantId>;
}
