//! Facts that the channels service announces.

use lingxi_kernel::{ChannelId, ContactId, ConversationId, MemberId};
use serde::{Deserialize, Serialize};

use super::{Attachment, Handler, Message};
use crate::Event;

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
    /// The contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
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
    /// The contact.
    #[serde(default)]
    pub contact: Option<ContactId>,
}

impl Event for ConversationResolved {
    const TYPE: &'static str = "lingxi.channels.conversation.resolved.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}

/// A member opened a resolved conversation again that people answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConversationReopened {
    /// The conversation.
    pub conversation: ConversationId,
    /// Language of the customer.
    pub locale: String,
    /// What the person should know.
    pub summary: String,
    /// The member who had it and has it again; none when it waits.
    pub assignee: Option<MemberId>,
}

impl Event for ConversationReopened {
    const TYPE: &'static str = "lingxi.channels.conversation.reopened.v1";
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
