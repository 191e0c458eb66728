//! Gold questions: what the bot must get right, whatever else is changed or learned.

use lingxi_kernel::{ArticleId, GoldQuestionId, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use super::{Article, DecisionKind};

/// A question with the answer that it must get.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct GoldQuestion {
    /// Global id.
    pub id: GoldQuestionId,
    /// The question.
    pub text: String,
    /// The article that answers it; none when it must go to a person.
    pub article_id: Option<ArticleId>,
    /// When it was written down.
    pub created_at: Timestamp,
}

text_enum! {
    /// How a gold question fares.
    pub enum GoldStatus {
        /// The right answer is given, or the question goes to a person as it must.
        Right = "right",
        /// The right answer is among the suggestions.
        Listed = "listed",
        /// Anything else.
        Wrong = "wrong",
    }
}

/// How a gold question fares now, and how it would after publishing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct GoldResult {
    /// The question.
    pub question: GoldQuestion,
    /// What it expects; none when it expects a person, or when the article is gone.
    pub expected: Option<Article>,
    /// With what customers get answers from now; none before the first release.
    pub now: Option<GoldStatus>,
    /// With all ready articles published.
    pub after: GoldStatus,
    /// What the bot would do then.
    pub kind: DecisionKind,
    /// The title of the article that would be first.
    pub first: Option<String>,
}

/// What publishing would change.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct PublishCheck {
    /// How many articles would answer.
    pub articles: i32,
    /// How many would be new to customers.
    pub added: i32,
    /// How many would change.
    pub changed: i32,
    /// How many would go.
    pub removed: i32,
    /// The gold questions, those that fare worse first.
    pub gold: Vec<GoldResult>,
}

impl PublishCheck {
    /// How many gold questions would fare worse than they do now.
    pub fn worse(&self) -> usize {
        self.gold.iter().filter(|one| one.is_worse()).count()
    }
}

impl GoldResult {
    /// Whether it would fare worse than it does now.
    pub fn is_worse(&self) -> bool {
        self.now.is_some_and(|now| self.after.rank() > now.rank())
    }
}

impl GoldStatus {
    /// 0 is best.
    pub const fn rank(self) -> u8 {
        match self {
            Self::Right => 0,
            Self::Listed => 1,
            Self::Wrong => 2,
        }
    }
}
