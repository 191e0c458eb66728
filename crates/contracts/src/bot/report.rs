//! How the bot fares.

use lingxi_kernel::UnansweredId;
use serde::{Deserialize, Serialize};

use super::{Article, Unanswered};

/// How the bot fared in some days.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BotReport {
    /// Questions that customers typed.
    pub questions: i32,
    /// Of these, those with one answer.
    pub answered: i32,
    /// Of these, those with suggestions.
    pub listed: i32,
    /// Of these, those that went to a person.
    pub handed_over: i32,
    /// Visits: what a customer said without a pause of six hours.
    pub visits: i32,
    /// Visits in which no person was needed (containment).
    pub contained: i32,
    /// Of the contained, those whose customer came back within seven days with the same question, or for a person (false containment).
    pub came_back: i32,
    /// Day by day, in UTC, oldest first.
    pub days: Vec<BotDay>,
    /// By article, most often answered first.
    pub articles: Vec<ArticleReport>,
}

/// How the bot fared on a day.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BotDay {
    /// The day, in UTC: `2026-03-05`.
    pub date: String,
    /// Questions with one answer.
    pub answered: i32,
    /// Questions with suggestions.
    pub listed: i32,
    /// Questions that went to a person.
    pub handed_over: i32,
}

/// How an article fares.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct ArticleReport {
    /// The article; none when it is gone.
    pub article: Option<Article>,
    /// How often it was the answer, clicks included.
    pub answered: i32,
    /// How often customers chose it of a list.
    pub chosen: i32,
    /// How often customers said that it solved it.
    pub solved: i32,
    /// How often they said that it did not.
    pub unsolved: i32,
    /// How often they came back with the same within seven days.
    pub came_back: i32,
    /// Mean of the ratings of conversations in which it was the last answer, 1 to 5.
    pub rating: Option<f64>,
    /// How many ratings that is the mean of.
    pub ratings: i32,
}

/// What became of questions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct DecisionCounts {
    /// One answer.
    pub answered: i32,
    /// Suggestions.
    pub listed: i32,
    /// A person.
    pub handed_over: i32,
}

/// What other rules would have done with the questions of the last seven days.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct RulesPreview {
    /// Questions that were looked at, at most the newest 2,000.
    pub questions: i32,
    /// By the rules of now.
    pub now: DecisionCounts,
    /// By the other rules.
    pub then: DecisionCounts,
    /// Some questions that would be treated differently, newest first.
    pub examples: Vec<RulesExample>,
}

/// A question that other rules treat differently.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct RulesExample {
    /// The question, personal data masked.
    pub text: String,
    /// By the rules of now.
    pub now: super::DecisionKind,
    /// By the other rules.
    pub then: super::DecisionKind,
    /// Title of the article that comes first.
    pub first: Option<String>,
}

/// Unanswered questions that ask for the same: a draft for an article.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct UnansweredCluster {
    /// Of its first question.
    pub id: UnansweredId,
    /// How often all of them were asked.
    pub count: i32,
    /// The questions; the first is most like all others.
    pub questions: Vec<Unanswered>,
    /// The article that is nearest, to which they may belong.
    pub nearest: Option<Article>,
}
