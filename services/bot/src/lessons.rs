//! What customers did, as lessons. Pure.

use std::collections::HashMap;

use lingxi_contracts::bot::DecisionKind;
use lingxi_kernel::ArticleId;
use lingxi_nlu::learning::{Lesson, Outcome, Shown};

use crate::report::came_back;
use crate::rules::{SOLVED, UNSOLVED};
use crate::store::impression;

/// Choices of customers that learning takes.
pub(crate) const LEAST: usize = 30;
/// Every so many-th lesson is kept back, to compare models on.
const KEPT_BACK: u128 = 5;
/// As many of them at most; older ones are learned from.
const COMPARED: usize = 200;

const LEANING: [&str; 2] = ["follow_up", "several"];

/// A lesson, when what people did says what was meant: what an agent said, what the customer chose, or that they came back with the
/// same, which no answer of a list nor a "solved" outweighs.
pub(crate) fn lesson(
    impression: &impression::Model,
    classes: &HashMap<ArticleId, usize>,
    came_back: bool,
) -> Option<Lesson> {
    // Words that lean on others, or ask several things, mean nothing by themselves.
    if LEANING.contains(&impression.reason.as_str()) {
        return None;
    }
    let shown: Vec<Shown> = impression.shown.as_array()?.iter().filter_map(|one| shown(one, classes)).collect();
    let answered = || (impression.kind == DecisionKind::Answer.as_str()).then(|| shown.first().map(|one| one.class))?;
    let outcome = match (impression.label_id, impression.outcome.as_deref()) {
        (Some(label), _) => Outcome::Labelled(*classes.get(&label.into())?),
        (None, Some(SOLVED)) if came_back => return None,
        (None, Some(SOLVED)) => Outcome::Chosen(answered()?),
        (None, Some(UNSOLVED)) => Outcome::Refused(answered()?),
        (None, Some(choice)) => Outcome::Chosen(*classes.get(&choice.parse().ok()?)?),
        (None, None) if came_back => Outcome::Refused(answered()?),
        (None, None) => return None,
    };
    let visitor = impression.contact_id.unwrap_or(impression.conversation_id).as_u64_pair().1;
    Some(Lesson { text: impression.question.clone(), shown, outcome, visitor, meaning: None })
}

fn shown(one: &serde_json::Value, classes: &HashMap<ArticleId, usize>) -> Option<Shown> {
    let id = one.get("article").or_else(|| one.get("value"))?.as_str()?;
    let class = *classes.get(&id.parse().ok()?)?;
    let probability = one.get("probability").and_then(serde_json::Value::as_f64).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, reason = "a probability")]
    let probability = probability as f32;
    Some(Shown { class, probability })
}

/// Lessons to learn from, and the newest of those that are kept back; given are impressions, oldest first.
pub(crate) fn split(
    impressions: &[impression::Model],
    classes: &HashMap<ArticleId, usize>,
) -> (Vec<Lesson>, Vec<Lesson>) {
    let is_kept = |impression: &impression::Model| impression.id.as_u128().is_multiple_of(KEPT_BACK);
    let back = came_back(impressions);
    let read = |impression: &impression::Model| {
        Some((is_kept(impression), lesson(impression, classes, back.contains(&impression.id))?))
    };
    let all: Vec<(bool, Lesson)> = impressions.iter().filter_map(read).collect();
    let kept = all.iter().filter(|(kept, _)| *kept).count();
    let mut old = kept.saturating_sub(COMPARED);
    let (mut learned, mut compared) = (Vec::new(), Vec::new());
    for (kept, lesson) in all {
        if kept && old == 0 {
            compared.push(lesson);
            continue;
        }
        old -= usize::from(kept);
        learned.push(lesson);
    }
    (learned, compared)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;
    use serde_json::json;

    fn impression(kind: DecisionKind, shown: serde_json::Value, outcome: Option<&str>) -> impression::Model {
        let env = Env::system();
        impression::Model {
            tenant_id: uuid::Uuid::nil(),
            id: env.id::<lingxi_kernel::ImpressionId>().uuid(),
            conversation_id: uuid::Uuid::nil(),
            contact_id: None,
            message_id: uuid::Uuid::nil(),
            release_id: None,
            question: "lost my card".into(),
            kind: kind.as_str().into(),
            shown,
            reason: String::new(),
            outcome: outcome.map(str::to_owned),
            label_id: None,
            rating: None,
            created_at: env.now(),
            outcome_at: None,
        }
    }

    #[test]
    fn what_customers_do_says_what_they_meant() {
        let ids: [ArticleId; 2] = [Env::system().id(), Env::system().id()];
        let classes: HashMap<ArticleId, usize> = ids.iter().copied().zip(0..).collect();
        let list = json!([{ "value": ids[0], "probability": 0.5 }, { "value": ids[1], "probability": 0.3 }, { "value": "person" }]);
        let answer = json!([{ "article": ids[0], "probability": 0.9 }, { "value": "solved" }, { "value": "unsolved" }]);
        let outcome = |kind, shown: &serde_json::Value, outcome: Option<&str>| {
            lesson(&impression(kind, shown.clone(), outcome), &classes, false).map(|lesson| lesson.outcome)
        };
        let second = ids[1].to_string();
        assert_eq!(outcome(DecisionKind::Options, &list, Some(&second)), Some(Outcome::Chosen(1)));
        assert_eq!(outcome(DecisionKind::Answer, &answer, Some("solved")), Some(Outcome::Chosen(0)));
        assert_eq!(outcome(DecisionKind::Answer, &answer, Some("unsolved")), Some(Outcome::Refused(0)));
        // To ask for a person says nothing about what was meant, nor does silence.
        assert_eq!(outcome(DecisionKind::Options, &list, Some("person")), None);
        assert_eq!(outcome(DecisionKind::Options, &list, None), None);
        // Who comes back with the same has not been helped; an agent knows best.
        let mut row = impression(DecisionKind::Answer, answer, None);
        assert_eq!(lesson(&row, &classes, true).map(|lesson| lesson.outcome), Some(Outcome::Refused(0)));
        row.outcome = Some(SOLVED.into());
        assert!(lesson(&row, &classes, true).is_none());
        row.label_id = Some(ids[1].uuid());
        assert_eq!(lesson(&row, &classes, true).map(|lesson| lesson.outcome), Some(Outcome::Labelled(1)));
    }
}
