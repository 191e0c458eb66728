//! Bot: knowledge, answers, feedback.

use lingxi_kernel::{
    ArticleId, BotModelId, ConversationId, FlowId, ImportId, LearnedQuestionId, ReleaseId, Timestamp, UnansweredId,
    text_enum,
};
use serde::{Deserialize, Serialize};

use crate::channels::{Card, Choice};

mod client;
mod events;
mod flow;
mod gold;
mod report;

pub use client::{BotCalls, BotClient, RemoteBot};
pub use events::ReplyDecided;
pub use flow::{
    Flow, FlowAsk, FlowBranch, FlowCall, FlowCase, FlowCaseResult, FlowChoice, FlowConfirm, FlowDefinition, FlowDoes,
    FlowLast, FlowRun, FlowRunStatus, FlowSay, FlowStep, FlowTake, FlowTest, FlowTrial, FlowTurn, FlowVersion, FlowWay,
    SlotKind, SlotValue,
};
pub use gold::{GoldQuestion, GoldResult, GoldStatus, PublishCheck};
pub use report::{ArticleReport, BotDay, BotReport, DecisionCounts, RulesExample, RulesPreview, UnansweredCluster};

text_enum! {
    /// Whether an article takes part.
    pub enum ArticleStatus {
        /// Being written; not in the next release.
        Draft = "draft",
        /// In the next release.
        Ready = "ready",
        /// Kept, but in no release.
        Archived = "archived",
    }
}

/// A link under an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "ArticleLinkInput"))]
pub struct ArticleLink {
    /// What is shown.
    pub label: String,
    /// Where it leads, `https`.
    pub url: String,
}

/// An answer in one language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "ArticleTextInput"))]
pub struct ArticleText {
    /// `zh-CN` or `en-US`.
    pub locale: String,
    /// Shown in lists and suggestions.
    pub title: String,
    /// Simple Markdown.
    pub answer: String,
}

/// An article of the knowledge base.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Article {
    /// Global id.
    pub id: ArticleId,
    /// The firm's own key, for imports that come again.
    pub key: Option<String>,
    /// Free grouping.
    pub category: String,
    /// Whether it takes part.
    pub status: ArticleStatus,
    /// The answer, one text per language.
    pub texts: Vec<ArticleText>,
    /// Ways in which customers ask, in any language.
    pub questions: Vec<String>,
    /// Links under the answer.
    pub links: Vec<ArticleLink>,
    /// The flow that starts after the answer.
    #[serde(default)]
    pub flow_id: Option<FlowId>,
    /// Not shown before.
    pub valid_from: Option<Timestamp>,
    /// Not shown after.
    pub valid_to: Option<Timestamp>,
    /// Counts changes, from 1.
    pub version: i32,
    /// Last change.
    pub updated_at: Timestamp,
}

/// What a new article or a change holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::InputObject))]
pub struct ArticleInput {
    /// The firm's own key.
    pub key: Option<String>,
    /// Free grouping.
    pub category: Option<String>,
    /// Whether it takes part; `READY` when left out.
    pub status: Option<ArticleStatus>,
    /// The answer, one text per language; at least one.
    pub texts: Vec<ArticleText>,
    /// Ways in which customers ask.
    pub questions: Vec<String>,
    /// Links under the answer.
    pub links: Option<Vec<ArticleLink>>,
    /// The flow that starts after the answer.
    #[serde(default)]
    pub flow_id: Option<FlowId>,
    /// Not shown before.
    pub valid_from: Option<Timestamp>,
    /// Not shown after.
    pub valid_to: Option<Timestamp>,
}

/// A published version of the knowledge base.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Release {
    /// Global id.
    pub id: ReleaseId,
    /// Counts from 1.
    pub number: i32,
    /// How many articles it holds.
    pub articles: i32,
    /// How many questions it holds.
    pub questions: i32,
    /// Whether customers get answers from it.
    pub active: bool,
    /// When it was published.
    pub created_at: Timestamp,
}

/// Rules of the bot.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "BotSettingsInput"))]
pub struct BotSettings {
    /// Whether the bot answers; otherwise every conversation goes to a person.
    pub enabled: bool,
    /// Probability from which one answer is given, 0 to 1.
    pub answer_threshold: f64,
    /// Probability from which a title is listed, 0 to 1.
    pub list_threshold: f64,
    /// Words that ask for a person, in any language.
    pub handover_phrases: Vec<String>,
    /// Whether the bot learns by itself from what customers choose, once a day.
    #[cfg_attr(feature = "graphql", graphql(default = true))]
    pub learns: bool,
    /// Whether answers are put into words that fit the question, where the platform has a language model; grounded in the articles.
    #[cfg_attr(feature = "graphql", graphql(default = false))]
    pub rephrases: bool,
}

impl Default for BotSettings {
    fn default() -> Self {
        let phrases = ["转人工", "人工客服", "真人", "human", "real person", "agent please", "talk to a person"];
        Self {
            enabled: true,
            answer_threshold: 0.55,
            list_threshold: 0.08,
            handover_phrases: phrases.map(str::to_owned).to_vec(),
            learns: true,
            rephrases: false,
        }
    }
}

text_enum! {
    /// What the bot does with a question.
    pub enum DecisionKind {
        /// One answer.
        Answer = "answer",
        /// At most three suggestions.
        Options = "options",
        /// A person.
        HandOver = "hand_over",
    }
}

/// An article that may be the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Candidate {
    /// The article.
    pub article_id: ArticleId,
    /// Its title in the customer's language.
    pub title: String,
    /// Calibrated probability that it is right, 0 to 1.
    pub probability: f64,
    /// The question variant that is most alike.
    pub matched_question: String,
    /// Retrieval score of that variant (BM25).
    pub similarity: f64,
}

/// What the bot does with a question, and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Decision {
    /// What it does.
    pub kind: DecisionKind,
    /// What it says.
    pub text: String,
    /// Suggestions to click.
    pub choices: Vec<Choice>,
    /// The article's links, as a card under the answer.
    pub card: Option<Card>,
    /// The best articles, at most five.
    pub candidates: Vec<Candidate>,
    /// Probability that the question is about anything in the knowledge base, 0 to 1.
    pub in_scope: f64,
    /// Probability that the best of all articles is right, 0 to 1: what is compared with the threshold for an answer. Zero where that
    /// article does not hold now, and where nothing was to be understood.
    #[serde(default)]
    pub trust: f64,
    /// Why: `confident`, `follow_up`, `several`, `close`, `unsure`, `far_off`, `asked_for_person`, `clicked`, `no_knowledge`,
    /// `small_talk`.
    pub reason: String,
    /// Language of the answer.
    pub locale: String,
    /// The flow that starts, where it is published.
    #[serde(default)]
    pub flow: Option<FlowId>,
    /// The release that decided.
    pub release: Option<ReleaseId>,
}

text_enum! {
    /// What became of what the bot learned.
    pub enum BotModelStatus {
        /// Customers get answers from it.
        Serving = "serving",
        /// Another one answers now.
        Retired = "retired",
        /// It would have answered worse than the one before.
        Refused = "refused",
    }
}

/// How a newly learned model compares with the one that answered then, on what customers did and neither had learned from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct ModelComparison {
    /// Estimated share of questions whose first answer is right, before; 0 to 1.
    pub before: f64,
    /// The same with what was learned.
    pub after: f64,
    /// Standard error of the difference.
    pub error: f64,
    /// From how many questions it is estimated.
    pub questions: i32,
}

/// What the bot learned by one training.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BotModel {
    /// Global id.
    pub id: BotModelId,
    /// Counts from 1.
    pub number: i32,
    /// What became of it.
    pub status: BotModelStatus,
    /// From how many choices of customers it learned.
    pub lessons: i32,
    /// How many questions it learned from them.
    pub learned: i32,
    /// How it compares with what answered before.
    pub comparison: ModelComparison,
    /// When it was trained.
    pub created_at: Timestamp,
}

/// A question that the bot has learned by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct LearnedQuestion {
    /// Global id.
    pub id: LearnedQuestionId,
    /// The question, personal data masked.
    pub text: String,
    /// What it asks for; none when the article is gone since.
    pub article: Option<Article>,
    /// Probability that this is right, 0 to 1.
    pub probability: f64,
    /// From how many choices of customers it was concluded.
    pub times: i32,
}

/// Outside models that help the bot.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BotProviders {
    /// Whether questions are understood by their meaning, too.
    pub embeddings: bool,
    /// Whether there is a language model to put answers into words.
    pub chat: bool,
    /// Tokens that the firm has used of it in this month (UTC).
    pub chat_tokens: i64,
    /// Tokens that it may use in a month.
    pub chat_tokens_per_month: i64,
}

/// A question that the bot could not answer: a draft for the admin.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Unanswered {
    /// Global id.
    pub id: UnansweredId,
    /// The question as first asked.
    pub text: String,
    /// How often it was asked in these words.
    pub count: i32,
    /// Where it was asked last.
    pub conversation_id: ConversationId,
    /// First asked.
    pub created_at: Timestamp,
    /// Last asked.
    pub updated_at: Timestamp,
}

/// A refused row of an import.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct ImportError {
    /// Row in the file, from 1, the heading counted.
    pub row: i32,
    /// What is wrong and how to mend it.
    pub message: String,
}

text_enum! {
    /// Where an import stands.
    pub enum ImportStatus {
        /// Read and checked; nothing stored yet.
        Preview = "preview",
        /// Being stored.
        Running = "running",
        /// Stored.
        Done = "done",
        /// Could not be read.
        Failed = "failed",
    }
}

/// A knowledge import.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Import {
    /// Global id.
    pub id: ImportId,
    /// Name of the file.
    pub file_name: String,
    /// Where it stands.
    pub status: ImportStatus,
    /// Encoding that was found.
    pub encoding: String,
    /// Rows in the file.
    pub rows: i32,
    /// Articles in the file.
    pub articles: i32,
    /// Articles stored so far.
    pub stored: i32,
    /// Refused rows, at most 100.
    pub errors: Vec<ImportError>,
    /// The first articles, at most ten.
    pub preview: Vec<ImportRow>,
    /// When it was uploaded.
    pub created_at: Timestamp,
}

/// An article as read from a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct ImportRow {
    /// Title, or the label.
    pub title: String,
    /// Answer; may be empty.
    pub answer: String,
    /// Language.
    pub locale: String,
    /// Grouping.
    pub category: String,
    /// Question variants.
    pub questions: Vec<String>,
}
