//! Customers who are played: what a knowledge base learns from their clicks, by what learns from those of real ones.

use std::collections::HashMap;

use lingxi_kernel::ArticleId;
use lingxi_nlu::Sequence;
use lingxi_nlu::learning::{Lesson, Outcome, Reading, Shown, compare, may_replace};
use serde::Serialize;

use crate::evaluate::{Labels, Sample, accuracy};
use crate::knowledge::Knowledge;

/// Questions between two trainings.
const ROUND: usize = 1_000;
/// Every so many-th lesson is not learned from: candidates are compared on these.
const KEPT_BACK: usize = 8;
/// As many of them at most; older ones are learned from then.
const COMPARED: usize = 200;
/// Customers who choose from the list of three, of those who find their answer there; choices that are wrong; hand-overs whose
/// meaning the agent says. In percent.
const CHOOSE: usize = 50;
const SLIP: usize = 10;
const LABEL: usize = 30;

/// Where learning stands after some questions.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Round {
    /// Questions that customers asked so far.
    pub questions: usize,
    /// Questions that were concluded from what they did.
    pub learned: usize,
    /// Share of test questions whose first answer is right.
    pub accuracy: f64,
    /// Whether the newly trained model was better and answers now.
    pub promoted: bool,
}

/// Lets customers ask; trains after each round, and answers from the new model only when the comparison allows it.
pub(crate) fn run(
    labels: &Labels,
    mut serving: Knowledge,
    questions: &[Sample],
    test: &[Sample],
) -> (Knowledge, Vec<Round>) {
    let mut people = People(Sequence::new());
    let mut order: Vec<&Sample> = questions.iter().collect();
    people.0.shuffle(&mut order);
    let classes: HashMap<ArticleId, usize> =
        labels.articles.iter().enumerate().map(|(class, article)| (article.id, class)).collect();
    let by_name: HashMap<&str, usize> =
        labels.names.iter().filter_map(|(id, name)| Some((name.as_str(), *classes.get(id)?))).collect();
    let (mut learned_from, mut kept_back, mut asked) = (Vec::new(), Vec::new(), 0);
    let mut rounds =
        vec![Round { questions: 0, learned: 0, accuracy: accuracy(labels, &serving, test), promoted: true }];
    for questions in order.chunks(ROUND) {
        for question in questions {
            asked += 1;
            let Some(truth) = by_name.get(question.label.as_str()) else { continue };
            let shown: Vec<Shown> = labels
                .ask(&serving, &question.text)
                .candidates
                .iter()
                .take(3)
                .filter_map(|one| {
                    Some(Shown { class: *classes.get(&one.article_id)?, probability: narrow(one.probability) })
                })
                .collect();
            if let Some(outcome) = people.behave(&shown, *truth) {
                let meaning = labels.meanings.get(&question.text).cloned();
                let (asked_words, visitor) = (question.text.clone(), people.0.next());
                let lesson = Lesson { text: asked_words, shown, outcome, visitor, meaning };
                if asked % KEPT_BACK == 0 { kept_back.push(lesson) } else { learned_from.push(lesson) }
            }
        }
        let (candidate, learned) = labels.train(&learned_from);
        let (before, after) = compare(serving.model(), candidate.model(), &kept_back, Reading::default());
        let promoted = may_replace(before, after, (0, 0));
        if promoted {
            serving = candidate;
        }
        // What was compared on long ago is learned from; what comes next is compared on later lessons.
        let old = kept_back.len().saturating_sub(COMPARED);
        learned_from.extend(kept_back.drain(..old));
        rounds.push(Round { questions: asked, learned, accuracy: accuracy(labels, &serving, test), promoted });
    }
    (serving, rounds)
}

#[expect(clippy::cast_possible_truncation, reason = "a probability")]
fn narrow(probability: f64) -> f32 {
    probability as f32
}

/// Customers, and the agents behind them.
struct People(Sequence);

impl People {
    fn percent(&mut self, share: usize) -> bool {
        self.0.below(100) < share
    }

    /// What a customer does with a list, or the agent after it.
    fn behave(&mut self, shown: &[Shown], truth: usize) -> Option<Outcome> {
        let there = shown.iter().any(|one| one.class == truth);
        if !there {
            return self.percent(LABEL).then_some(Outcome::Labelled(truth));
        }
        if !self.percent(CHOOSE) {
            return None;
        }
        let others: Vec<usize> = shown.iter().map(|one| one.class).filter(|class| *class != truth).collect();
        if self.percent(SLIP) && !others.is_empty() {
            return Some(Outcome::Chosen(others[self.0.below(others.len())]));
        }
        Some(Outcome::Chosen(truth))
    }
}
