//! Industry packs: what a new firm starts from. Data in `data/<code>.toml`; this crate only reads it.

use std::sync::LazyLock;

use serde::Deserialize;

/// What a new firm starts from.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Stable code.
    pub code: String,
    /// Greetings of the first web chat.
    pub greeting: Texts,
    /// Queues of the desk; the first one takes what no rule sends elsewhere.
    #[serde(rename = "queue")]
    pub queues: Vec<Queue>,
    /// Replies kept for reuse.
    #[serde(rename = "canned")]
    pub canned: Vec<Canned>,
    /// Articles of the knowledge base.
    #[serde(rename = "article")]
    pub articles: Vec<Article>,
    /// Dialogue flows.
    #[serde(skip)]
    pub flows: Vec<Flow>,
}

/// A dialogue flow; in `data/flows/<key>.json`.
#[derive(Debug, Clone)]
pub struct Flow {
    /// Stable key.
    pub key: String,
    /// Key of the article that starts it.
    pub article: String,
    /// What it does, in the form of the bot's contract.
    pub definition: serde_json::Value,
}

/// A text in both languages.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// A queue, and the rule that sends tasks to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Name.
    pub name: Texts,
    /// Words in the summary that send a task here.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Higher goes first.
    #[serde(default)]
    pub priority: i32,
}

/// A canned reply.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Canned {
    /// What is typed after `/`.
    pub shortcut: String,
    /// The words.
    pub text: Texts,
}

/// An article.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Article {
    /// Stable key.
    pub key: String,
    /// Grouping.
    pub category: String,
    /// Title.
    pub title: Texts,
    /// Answer in simple Markdown.
    pub answer: Texts,
    /// Ways to ask, in both languages.
    pub questions: Vec<String>,
}

const FLOWS: [(&str, &str, &str); 3] = [
    ("claim-report", "claim-report", include_str!("../data/flows/claim-report.json")),
    ("claim-status", "claim-status", include_str!("../data/flows/claim-status.json")),
    ("policy-question", "policy-question", include_str!("../data/flows/policy-question.json")),
];

static PACKS: LazyLock<Vec<Pack>> = LazyLock::new(|| {
    let mut packs: Vec<Pack> = [include_str!("../data/insurance.toml"), include_str!("../data/general.toml")]
        .iter()
        .filter_map(|data| toml::from_str(data).ok())
        .collect();
    let flow = |(key, article, data): (&str, &str, &str)| {
        Some(Flow { key: key.into(), article: article.into(), definition: serde_json::from_str(data).ok()? })
    };
    if let Some(insurance) = packs.first_mut() {
        insurance.flows = FLOWS.into_iter().filter_map(flow).collect();
    }
    packs
});

/// All packs.
pub fn all() -> &'static [Pack] {
    &PACKS
}

/// The pack of a code.
pub fn get(code: &str) -> Option<&'static Pack> {
    PACKS.iter().find(|pack| pack.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_pack_is_readable_and_complete() {
        for data in [include_str!("../data/insurance.toml"), include_str!("../data/general.toml")] {
            toml::from_str::<Pack>(data).unwrap();
        }
        assert_eq!(all()[0].flows.len(), FLOWS.len());
        assert_eq!(all().iter().map(|pack| pack.code.as_str()).collect::<Vec<_>>(), ["insurance", "general"]);
        for pack in all() {
            assert!(!pack.queues.is_empty() && !pack.articles.is_empty() && !pack.canned.is_empty());
            let keys: HashSet<&str> = pack.articles.iter().map(|article| article.key.as_str()).collect();
            assert_eq!(keys.len(), pack.articles.len(), "keys of {} are unique", pack.code);
            assert!(pack.flows.iter().all(|flow| keys.contains(flow.article.as_str())), "an article starts each flow");
            for article in &pack.articles {
                assert!(article.questions.len() >= 4, "{} has too few questions", article.key);
            }
        }
    }
}
