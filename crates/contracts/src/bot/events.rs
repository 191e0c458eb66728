//! What the bot tells the other services.

use lingxi_kernel::{ConversationId, MessageId};
use serde::{Deserialize, Serialize};

use super::DecisionKind;
use crate::Event;
use crate::channels::{Card, Choice};

/// What the bot says to a customer's message.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReplyDecided {
    /// The conversation.
    pub conversation: ConversationId,
    /// The message that is answered.
    pub in_reply_to: MessageId,
    /// What is done and said.
    pub kind: DecisionKind,
    /// The words.
    pub text: String,
    /// Suggestions to click.
    pub choices: Vec<Choice>,
    /// A card under the words.
    #[serde(default)]
    pub card: Option<Card>,
    /// Why, for the summary.
    pub reason: String,
    /// For the person who takes over.
    pub summary: Option<String>,
    /// The customer said that it is solved.
    pub solved: bool,
}

impl Event for ReplyDecided {
    const TYPE: &'static str = "lingxi.bot.reply.decided.v1";
    fn subject(&self) -> String {
        self.conversation.to_string()
    }
}
