//! What can be concluded from what customers and agents did: phrases with weights, and whether a new model may replace the old.

use std::collections::{BTreeMap, HashMap};

use crate::meanings::Meaning;
use crate::model::{Model, Phrase};
use crate::number::count;
use crate::text::normalise;

/// A class that was shown as a possible answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shown {
    /// Number of the article.
    pub class: usize,
    /// Probability that it is meant, as the model said then.
    pub probability: f32,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The customer chose this one of the list, or said that this answer solved it.
    Chosen(usize),
    /// An agent said what was meant.
    Labelled(usize),
    /// The customer said that this answer did not solve it, or came back with the same.
    Refused(usize),
}

/// A question, what was shown for it in which order, and what came of it.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The question, personal data masked.
    pub text: String,
    /// What was shown, first first; empty when the question went to a person at once.
    pub shown: Vec<Shown>,
    /// What came of it.
    pub outcome: Outcome,
    /// Who asked. Of one visitor only some lessons count.
    pub visitor: u64,
    /// What the question means, where an outside model says it.
    pub meaning: Option<Meaning>,
}

/// How lessons are read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Share of choices that are wrong whatever was shown.
    pub slips: f32,
    /// How much less each further place is looked at: the probability that place `n` is seen is `1 / (1 + n * this)`, from 0
    /// (position-based click model, Craswell and others, 2008).
    pub fading: f32,
    /// Lessons that count of one visitor.
    pub per_visitor: usize,
    /// Probability from which a conclusion is learned from.
    pub sure: f32,
}

impl Default for Reading {
    fn default() -> Self {
        Self { slips: 0.1, fading: 0.15, per_visitor: 5, sure: 0.6 }
    }
}

/// A phrase that was concluded from lessons.
#[derive(Debug, Clone)]
pub struct Conclusion {
    /// What is learned; its weight is the probability that it is right.
    pub phrase: Phrase,
    /// Places of the lessons that it comes from.
    pub lessons: Vec<usize>,
}

/// What can be learned, in the order of the normal forms: for every question in the same words, the class that the lessons speak for most, when that is sure enough.
///
/// Each lesson moves the odds of the classes by Bayes' rule: from how probable the model held them, by how probable the outcome is
/// under each. So the choice of an improbable answer says less than that of a probable one, and a choice far down, where
/// slips are few, says more than one at the top.
pub fn conclude(lessons: &[Lesson], reading: Reading) -> Vec<Conclusion> {
    let mut of_visitor: HashMap<u64, usize> = HashMap::new();
    let mut by_text: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (number, lesson) in lessons.iter().enumerate() {
        let counted = of_visitor.entry(lesson.visitor).or_default();
        let labelled = matches!(lesson.outcome, Outcome::Labelled(_));
        if *counted >= reading.per_visitor && !labelled {
            continue;
        }
        *counted += usize::from(!labelled);
        let normal = normalise(&lesson.text);
        if normal.chars().count() < 2 {
            continue;
        }
        by_text.entry(normal).or_default().push(number);
    }
    let conclusion = |of: Vec<usize>| {
        let (class, probability) = surest(of.iter().map(|number| &lessons[*number]), reading)?;
        let first = &lessons[*of.first()?];
        let (text, meaning) = (first.text.clone(), first.meaning.clone());
        // To the percent: what is kept of it is enough to train the same model again.
        let phrase = Phrase { text, class, weight: (probability * 100.0).round() / 100.0, asked: true, meaning };
        (probability >= reading.sure).then_some(Conclusion { phrase, lessons: of })
    };
    by_text.into_values().filter_map(conclusion).collect()
}

/// Conclusions from that many questions are worth a second look.
const SECOND_LOOK: usize = 150;

/// Learns from what people wrote down and from lessons: the new model, and what was concluded.
///
/// When there are lessons enough, they are read a second time, with the probabilities of a model that has learned from the
/// other half of them, in the place of what the serving model said when it knew less (cross-fitting). So a slip is found
/// out by what the others chose.
pub fn learn(written: &[Phrase], classes: usize, lessons: &[Lesson], reading: Reading) -> (Model, Vec<Conclusion>) {
    let mut conclusions = conclude(lessons, reading);
    let train = |concluded: &mut dyn Iterator<Item = &Conclusion>| {
        let phrases: Vec<Phrase> = written.iter().chain(concluded.map(|one| &one.phrase)).cloned().collect();
        Model::train(&phrases, classes)
    };
    if conclusions.len() >= SECOND_LOOK {
        // Lessons about the same words are in the same half.
        let mut half = vec![0; lessons.len()];
        for (number, conclusion) in conclusions.iter().enumerate() {
            for lesson in &conclusion.lessons {
                half[*lesson] = number % 2;
            }
        }
        let of = |wanted: usize| move |(number, one): (usize, _)| (number % 2 == wanted).then_some(one);
        let models = [1, 0].map(|other| train(&mut conclusions.iter().enumerate().filter_map(of(other))));
        let again = |(lesson, half): (&Lesson, usize)| looked_at_again(lesson, &models[half], classes);
        let lessons: Vec<Lesson> = lessons.iter().zip(half).map(again).collect();
        conclusions = conclude(&lessons, reading);
    }
    (train(&mut conclusions.iter()), conclusions)
}

/// A lesson with what another model holds of what was shown.
fn looked_at_again(lesson: &Lesson, model: &Model, classes: usize) -> Lesson {
    let ranking = model.rank_meaning(&lesson.text, lesson.meaning.as_deref(), classes);
    let probability = |class: usize| ranking.best.iter().find(|one| one.class == class).map(|one| one.probability);
    let shown = |one: &Shown| Shown { probability: probability(one.class).unwrap_or(one.probability), ..*one };
    Lesson { shown: lesson.shown.iter().map(shown).collect(), ..lesson.clone() }
}

/// The class that some lessons about the same question speak for most, and its probability.
fn surest<'a>(lessons: impl Iterator<Item = &'a Lesson>, reading: Reading) -> Option<(usize, f32)> {
    // Log odds against "none of those that were ever named".
    let mut scores: HashMap<usize, f32> = HashMap::new();
    for (number, lesson) in lessons.enumerate() {
        let named = match lesson.outcome {
            Outcome::Chosen(class) | Outcome::Labelled(class) | Outcome::Refused(class) => class,
        };
        let place = |class: usize| lesson.shown.iter().position(|shown| shown.class == class);
        let known: f32 = lesson.shown.iter().map(|shown| shown.probability).sum();
        let other = (1.0 - known).clamp(0.02, 1.0);
        // What was held probable counts once, with the first lesson.
        if number == 0 {
            for shown in &lesson.shown {
                scores.insert(shown.class, (shown.probability.max(1e-3) / other).ln());
            }
        }
        let score = scores.entry(named).or_insert((0.01_f32 / other).ln());
        // Slips fall where people look first.
        let seen = |place: usize| 1.0 / (1.0 + count(place) * reading.fading);
        let all_seen: f32 = (0..lesson.shown.len().max(1)).map(seen).sum();
        let slip = reading.slips * place(named).map_or(1.0, seen) / all_seen;
        // How much more probable the outcome is when the named class is right.
        *score += match lesson.outcome {
            Outcome::Chosen(_) => ((1.0 - reading.slips) / slip).ln(),
            Outcome::Labelled(_) => 8.0,
            Outcome::Refused(_) => (slip / (1.0 - reading.slips)).ln(),
        };
    }
    let all: f32 = 1.0 + scores.values().map(|score| score.exp()).sum::<f32>();
    let best = scores.into_iter().max_by(|(a, x), (b, y)| x.total_cmp(y).then(b.cmp(a)))?;
    Some((best.0, best.1.exp() / all))
}

/// What a model is worth by lessons that it has not learned from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Worth {
    /// Estimated share of questions whose first answer is right, 0 to 1.
    pub accuracy: f64,
    /// Standard error of the difference to the model that is compared with, 0 to 1.
    pub error: f64,
    /// Lessons that it is estimated from.
    pub lessons: usize,
}

/// Compares a candidate with the model that serves, on lessons neither has learned from. Lessons are weighed by the inverse of
/// the probability that their place was looked at (inverse propensity scoring, self-normalised; Swaminathan and Joachims, 2015).
/// Returns what the serving model and the candidate are worth.
pub fn compare(serving: &Model, candidate: &Model, lessons: &[Lesson], reading: Reading) -> (Worth, Worth) {
    let mut rows = Vec::new();
    for lesson in lessons {
        let (class, sign) = match lesson.outcome {
            Outcome::Chosen(class) | Outcome::Labelled(class) => (class, true),
            Outcome::Refused(class) => (class, false),
        };
        let place = lesson.shown.iter().position(|shown| shown.class == class).unwrap_or(0);
        let weight = f64::from(1.0 + count(place) * reading.fading);
        let right = |model: &Model| {
            let best =
                model.rank_meaning(&lesson.text, lesson.meaning.as_deref(), 1).best.first().map(|best| best.class);
            if (best == Some(class)) == sign { 1.0 } else { 0.0 }
        };
        rows.push((weight, right(serving), right(candidate)));
    }
    let all = rows.iter().map(|(weight, _, _)| weight).sum::<f64>().max(f64::MIN_POSITIVE);
    let mean = |of: &dyn Fn(&(f64, f64, f64)) -> f64| rows.iter().map(|row| row.0 * of(row)).sum::<f64>() / all;
    let (before, after) = (mean(&|row| row.1), mean(&|row| row.2));
    let spread = rows.iter().map(|row| (row.0 * (row.2 - row.1 - (after - before))).powi(2)).sum::<f64>();
    let error = spread.sqrt() / all;
    let worth = |accuracy| Worth { accuracy, error, lessons: rows.len() };
    (worth(before), worth(after))
}

/// Whether a candidate may replace the serving model: it is not worse by what it is worth, beyond chance, and answers no fewer
/// gold questions.
pub fn may_replace(serving: Worth, candidate: Worth, gold: (usize, usize)) -> bool {
    candidate.accuracy + candidate.error >= serving.accuracy && gold.1 >= gold.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lesson(text: &str, outcome: Outcome, visitor: u64) -> Lesson {
        let shown = [(0, 0.5), (1, 0.3), (2, 0.05)].map(|(class, probability)| Shown { class, probability });
        Lesson { text: text.into(), shown: shown.to_vec(), outcome, visitor, meaning: None }
    }

    fn concluded(lessons: &[Lesson]) -> Vec<(String, usize, f32)> {
        let all = conclude(lessons, Reading::default());
        all.into_iter().map(|one| (one.phrase.text, one.phrase.class, one.phrase.weight)).collect()
    }

    #[test]
    fn the_choice_of_a_probable_answer_says_more_than_that_of_an_improbable_one() {
        let weight = |class| concluded(&[lesson("lost it", Outcome::Chosen(class), 1)]).first().map(|one| one.2);
        let (first, second) = (weight(0).unwrap(), weight(1).unwrap());
        assert!(first > second && second > 0.6, "{first} {second}");
        assert!(weight(2).is_none_or(|weight| weight < second));
    }

    #[test]
    fn an_agent_overrules_a_click() {
        let all = concluded(&[lesson("lost it", Outcome::Chosen(0), 1), lesson("Lost it!", Outcome::Labelled(7), 2)]);
        assert_eq!(all.len(), 1);
        assert_eq!(all[0].1, 7);
    }

    #[test]
    fn customers_who_say_different_things_teach_nothing() {
        let all = concluded(&[lesson("lost it", Outcome::Chosen(0), 1), lesson("lost it", Outcome::Refused(0), 2)]);
        assert!(all.is_empty(), "{all:?}");
    }

    #[test]
    fn one_visitor_cannot_teach_more_than_some() {
        let texts: Vec<String> = (0..50)
            .map(|n: u8| {
                format!(
                    "question {}",
                    char::from(b'a' + n % 26).to_string().repeat(2) + &"x".repeat(usize::from(n / 26) + 1) + "y"
                )
            })
            .collect();
        let lessons: Vec<Lesson> = texts.iter().map(|text| lesson(text, Outcome::Chosen(1), 1)).collect();
        assert_eq!(concluded(&lessons).len(), Reading::default().per_visitor);
    }

    #[test]
    fn a_worse_candidate_may_not_replace() {
        let worth = |accuracy| Worth { accuracy, error: 0.01, lessons: 200 };
        assert!(!may_replace(worth(0.8), worth(0.7), (5, 5)));
        assert!(!may_replace(worth(0.8), worth(0.9), (5, 4)));
        assert!(may_replace(worth(0.8), worth(0.85), (5, 5)));
    }
}
