//! Channels: the ways in, contacts, conversations and messages.

use lingxi_kernel::{
    AttachmentId, CannedReplyId, ChannelId, ContactId, ConversationId, DeliveryId, MemberId, MessageId, Timestamp,
    WebhookId, text_enum,
};
use serde::{Deserialize, Serialize};

mod client;
mod events;

pub use client::{ChannelsCalls, ChannelsClient, RemoteChannels};
pub use events::{
    ConversationRated, ConversationReopened, ConversationResolved, FileStored, HandoverRequested, MessagePosted,
    MessageReceived,
};

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
    /// By what a contact is recognised.
    pub enum IdentityKind {
        /// The firm's own id of the person.
        External = "external",
        /// A mail address.
        Email = "email",
        /// A phone number.
        Phone = "phone",
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

/// What a contact is recognised by; it names one contact of the firm. Unlike the mail address and the phone number that
/// customers give of themselves, identities come from the firm: proved by its page, passed on by its integrator, or
/// written down by a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "ContactIdentityInput"))]
pub struct ContactIdentity {
    /// What it is.
    pub kind: IdentityKind,
    /// The firm's own id (1 to 200 bytes), the mail address, or the phone number with its country code (`+8613800000000`).
    pub value: String,
}

/// What a channel's page proves about a signed-in customer, by an HMAC-SHA256 in hex under the channel's identity secret.
/// Only the firm's own server can make it. It proves the text `signed`, a JSON object with the fields of this one, or else
/// the id alone: then the name, the mail address and the attributes are what the page claims.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The firm's own id of the person.
    pub id: String,
    /// The proof.
    pub hash: String,
    /// The text that the proof is of: a JSON object with `id`, and if known `name`, `email`, `attributes`.
    #[serde(default)]
    pub signed: Option<String>,
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
    /// What this person is recognised by, over all channels.
    pub identities: Vec<ContactIdentity>,
    /// Preferred language.
    pub locale: String,
    /// Free labels.
    pub tags: Vec<String>,
    /// What the firm knows under names of its own, by name.
    pub attributes: Vec<Attribute>,
    /// What of this only the customer or their page has said, and nobody has proved: `name`, `email`, `phone`, and the
    /// attributes as `attributes.KEY`.
    #[serde(default)]
    pub claimed: Vec<String>,
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
    /// Number of the newest message that has reached the customer's device.
    pub contact_delivered_seq: i64,
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

/// Messages of a conversation from its end, or from before one of them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MessagePage {
    /// Oldest first.
    pub messages: Vec<Message>,
    /// Whether older ones of those asked for are left out.
    pub older: bool,
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
    /// Fields of the page's customer that are left out because they do not fit.
    #[serde(default)]
    pub dropped: Vec<String>,
}
