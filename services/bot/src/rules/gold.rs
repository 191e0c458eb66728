//! How gold questions fare.

use lingxi_contracts::bot::{BotSettings, Decision, DecisionKind, GoldQuestion, GoldStatus};
use lingxi_kernel::{ArticleId, Timestamp};

use super::{Asked, answer_locale, decide};
use crate::knowledge::{Knowledge, Meanings};

/// How a gold question fares with some knowledge, and what the bot does with it.
pub(crate) fn fares(
    knowledge: &Knowledge,
    settings: &BotSettings,
    question: &GoldQuestion,
    meanings: &Meanings,
    now: Timestamp,
) -> (GoldStatus, Decision) {
    let asked = Asked {
        text: &question.text,
        choice: None,
        locale: answer_locale(&question.text, "en-US"),
        topic: None,
        meanings,
    };
    // A bot that is switched off knows as much.
    let settings = BotSettings { enabled: true, ..settings.clone() };
    let decision = decide(Some(knowledge), &settings, asked, now);
    (status(&decision, question.article_id), decision)
}

fn status(decision: &Decision, expected: Option<ArticleId>) -> GoldStatus {
    let Some(expected) = expected else {
        return if decision.kind == DecisionKind::HandOver { GoldStatus::Right } else { GoldStatus::Wrong };
    };
    let first = decision.candidates.first().map(|first| first.article_id);
    match decision.kind {
        DecisionKind::Answer if first == Some(expected) => GoldStatus::Right,
        DecisionKind::Options if decision.choices.iter().any(|one| one.value == expected.to_string()) => {
            GoldStatus::Listed
        }
        _ => GoldStatus::Wrong,
    }
}
