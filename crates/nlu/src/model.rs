//! A tenant's model: linear classifiers and an index over the same phrases, mixed and calibrated on held-out phrases.

use std::borrow::Cow;

use crate::bm25::Index;
use crate::calibration::{HeldOut, LINEAR, Mix, Platt, Scope, View};
use crate::features::{Features, features};
use crate::linear::{Example, Matrix, Packed, centroids, logistic, machine};
use crate::meanings::{Meaning, Meanings, Source};
use crate::number::argmax;
use crate::text::normalise;
use crate::vocabulary::{Sparse, Vocabulary};

/// Parts that the phrases are dealt into; each is held out once, until enough questions are.
const PARTS: usize = 8;
/// Held-out questions that are enough.
const ENOUGH: usize = 1_000;
/// Questions about left-out articles that are enough.
const ENOUGH_OUTSIDE: usize = 1_000;

/// A question that is so much like a phrase means about the same, where its own words' meaning is not known.
const ALIKE: f32 = 0.5;

/// Changes whenever what is trained or how it is read changes, so that models that were kept are trained anew.
const FORMAT: u32 = 5;

/// A way to ask, and the number of what it asks for.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// The words.
    pub text: String,
    /// Number of the article, from 0.
    pub class: usize,
    /// How much it counts, above 0: 1 for what a person wrote down, less for what was concluded from clicks.
    pub weight: f32,
    /// Whether customers ask in such words. A title is learned from, but nothing is measured on it.
    pub asked: bool,
    /// What it means, as a unit vector of an outside model. A model is trained with the meanings of all phrases or of none.
    pub meaning: Option<Meaning>,
}

/// An article that may be meant.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranked {
    /// Number of the article.
    pub class: usize,
    /// Probability that it is meant, given that one of the articles is; all of them sum to 1.
    pub probability: f32,
    /// The phrase that is most alike.
    pub nearest: Option<usize>,
    /// How alike it is: share of the question's own BM25 score, 0 to about 1.
    pub similarity: f32,
}

/// What a question may mean.
#[derive(Debug, Clone, PartialEq)]
pub struct Ranking {
    /// The best articles, most probable first.
    pub best: Vec<Ranked>,
    /// Probability that the question is about one of the articles.
    pub in_scope: f32,
    /// Probability that the first is right, questions about something else altogether considered.
    pub trust: f32,
}

/// A trained model.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub struct Model {
    phrases: Phrases,
    /// The linear rankers, mixed.
    matrix: Packed,
    /// Weights of likeness, in meaning and in words, in the mixed score.
    likeness: [f32; 2],
    platt: Platt,
    scope: Scope,
}

struct Prepared {
    features: Features,
    class: usize,
    weight: f32,
    asked: bool,
    meaning: Option<Meaning>,
}

impl Prepared {
    /// What it means, if that has a length.
    fn meaning(&self, length: usize) -> Option<&[f32]> {
        self.meaning.as_deref().filter(|meaning| meaning.len() == length)
    }
}

impl Model {
    /// Trains on phrases of `classes` articles, numbered from 0. The same phrases give the same model.
    ///
    /// Mix and calibration are fitted on scores of phrases that a part's model has not seen; the sense of scope by models
    /// without a quarter of the articles, whose phrases stand for questions about something else.
    pub fn train(phrases: &[Phrase], classes: usize) -> Self {
        let are_given = phrases.iter().all(|phrase| phrase.meaning.is_some());
        let source = if are_given { Source::Outside } else { Source::Words };
        let prepare = |phrase: &Phrase| {
            let normal = normalise(&phrase.text);
            Prepared {
                features: features(&normal),
                class: phrase.class,
                weight: phrase.weight,
                asked: phrase.asked,
                meaning: source.meaning(&normal, phrase.meaning.clone()),
            }
        };
        let prepared: Vec<Prepared> = phrases.iter().map(prepare).collect();
        let all: Vec<&Prepared> = prepared.iter().filter(|phrase| phrase.class < classes).collect();
        let (mut mix, mut platt, mut scope) = (Mix::START, Platt::START, Scope::START);
        if all.len() >= 20 {
            let held_out = held_out(&all, classes, source);
            mix = Mix::fit(&held_out);
            platt = Platt::fit(&views(&held_out, mix));
            scope = Scope::fit(&views(&outside(&all, classes, source), mix));
        }
        let rankers = Rankers::fit(&all, classes, source);
        Self { matrix: rankers.blend(mix).pack(), phrases: rankers.phrases, likeness: mix.likeness(), platt, scope }
    }

    /// The articles that a question may mean, at most `limit`.
    pub fn rank(&self, question: &str, limit: usize) -> Ranking {
        self.rank_meaning(question, None, limit)
    }

    /// The same, of a question whose meaning is known; a model that was trained with meanings should be given them.
    pub fn rank_meaning(&self, question: &str, meaning: Option<&[f32]>, limit: usize) -> Ranking {
        let classes = self.phrases.classes;
        if classes == 0 || self.phrases.classes_of.is_empty() {
            return Ranking { best: Vec::new(), in_scope: 0.0, trust: 0.0 };
        }
        let normal = normalise(question);
        let meaning = self.phrases.source.meaning(&normal, meaning.map(Into::into));
        let Seen { vector, known, meaning, similarity, nearest } =
            self.phrases.see(&features(&normal), meaning.as_deref());
        let mut scores = self.matrix.scores(&vector);
        let [by_meaning, by_words] = self.likeness;
        add(&mut scores, &similarity, by_words);
        let near = self.phrases.near(meaning.as_deref(), &scores);
        add(&mut scores, &near, by_meaning);
        let by_meaning = near.into_iter().map(|near| near * by_meaning).collect();
        let view = View { scores, by_meaning, similarity, known };
        let probabilities = self.probabilities(&view);
        let in_scope = if vector.is_empty() { 0.0 } else { self.scope.probability(&view) };
        let mut order: Vec<usize> = (0..classes).collect();
        let by_probability = |a: &usize, b: &usize| probabilities[*b].total_cmp(&probabilities[*a]);
        if limit < order.len() && limit > 0 {
            order.select_nth_unstable_by(limit - 1, by_probability);
            order.truncate(limit);
        }
        order.sort_by(by_probability);
        let best = order.into_iter().take(limit).map(|class| Ranked {
            class,
            probability: probabilities[class],
            nearest: nearest[class],
            similarity: view.similarity[class],
        });
        let trust = in_scope * probabilities[argmax(&probabilities)];
        Ranking { best: best.collect(), in_scope, trust }
    }

    /// Probabilities that were brought to what was seen of the first; the others share the rest as before.
    fn probabilities(&self, view: &View) -> Vec<f32> {
        let mut probabilities = view.probabilities();
        let best = argmax(&probabilities);
        let before = probabilities[best];
        let after = self.platt.apply(before);
        let rest = (1.0 - after) / (1.0 - before).max(1e-6);
        // The first stays the first.
        let (_, second) = crate::number::top_two(&probabilities);
        if probabilities.len() > 1 && after > second * rest {
            for probability in &mut probabilities {
                *probability *= rest;
            }
            probabilities[best] = after;
        }
        probabilities
    }

    /// The model as bytes, for this version of this crate.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_stdvec(&(FORMAT, self)).unwrap_or_default()
    }

    /// A model from its bytes; none when they are of another version, or of no model.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = postcard::take_from_bytes::<u32>(bytes).ok()?;
        (format == FORMAT).then(|| postcard::from_bytes(rest).ok())?
    }

    /// Bytes that it takes in memory, about.
    pub fn bytes(&self) -> usize {
        self.matrix.bytes() + self.phrases.bytes()
    }
}

/// The phrases that were learned from, and how a question looks beside them.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Phrases {
    classes: usize,
    classes_of: Vec<usize>,
    index: Index,
    vocabulary: Vocabulary,
    source: Source,
    meanings: Meanings,
}

/// A question beside the phrases.
struct Seen<'a> {
    /// Its features, and its meaning behind them.
    vector: Sparse,
    /// Share of its features' weight that is known.
    known: f32,
    /// Its own, or the one that it borrows.
    meaning: Option<Cow<'a, [f32]>>,
    /// By class, the likeness of the nearest phrase, and which it is.
    similarity: Vec<f32>,
    nearest: Vec<Option<usize>>,
}

impl Phrases {
    fn of(phrases: &[&Prepared], classes: usize, source: Source) -> Self {
        let length = phrases.iter().find_map(|phrase| phrase.meaning.as_ref()).map_or(0, |meaning| meaning.len());
        Self {
            classes,
            classes_of: phrases.iter().map(|phrase| phrase.class).collect(),
            index: Index::build(phrases.iter().map(|phrase| phrase.features.terms.as_slice())),
            vocabulary: Vocabulary::build(phrases.iter().map(|phrase| &phrase.features), classes),
            source,
            meanings: Meanings::new(length, phrases.iter().map(|phrase| phrase.meaning(length))),
        }
    }

    /// Numbers of a vector.
    fn width(&self) -> usize {
        self.vocabulary.len() + self.meanings.length()
    }

    fn example(&self, phrase: &Prepared) -> Example {
        let (vector, _) = self.vocabulary.vector(&phrase.features);
        let meaning = phrase.meaning(self.meanings.length());
        let vector = self.source.joined(vector, self.vocabulary.len(), meaning);
        Example { vector, class: phrase.class, weight: phrase.weight }
    }

    fn see<'a>(&self, features: &Features, meaning: Option<&'a [f32]>) -> Seen<'a> {
        let (vector, known) = self.vocabulary.vector(features);
        let (mut similarity, mut nearest) = (vec![0.0_f32; self.classes], vec![None; self.classes]);
        for (phrase, score) in self.index.search(&features.terms).into_iter().enumerate() {
            let class = self.classes_of[phrase];
            if score > similarity[class] {
                similarity[class] = score;
                nearest[class] = Some(phrase);
            }
        }
        let meaning = meaning.filter(|meaning| meaning.len() == self.meanings.length()).map(Cow::Borrowed);
        let meaning = meaning.or_else(|| self.borrowed(&similarity, &nearest).map(Cow::Owned));
        let vector = self.source.joined(vector, self.vocabulary.len(), meaning.as_deref());
        Seen { vector, known, meaning, similarity, nearest }
    }

    /// The meaning of the phrase that is most alike, for a question that has none of its own.
    fn borrowed(&self, similarity: &[f32], nearest: &[Option<usize>]) -> Option<Vec<f32>> {
        let best = argmax(similarity);
        let is_alike = similarity.get(best).is_some_and(|similarity| *similarity >= ALIKE);
        let phrase = nearest.get(best).copied().flatten().filter(|_| is_alike && self.source.borrows())?;
        self.meanings.of(phrase)
    }

    /// By class, how near the nearest phrase is in meaning; `scores` say which classes are worth a look.
    fn near(&self, meaning: Option<&[f32]>, scores: &[f32]) -> Vec<f32> {
        self.meanings.nearest(meaning, &self.classes_of, scores)
    }

    fn bytes(&self) -> usize {
        self.meanings.bytes() + 12 * self.vocabulary.len() + self.index.bytes() + 8 * self.classes_of.len()
    }
}

/// All rankers, before they are mixed.
struct Rankers {
    phrases: Phrases,
    linear: [Matrix; LINEAR],
}

impl Rankers {
    fn fit(phrases: &[&Prepared], classes: usize, source: Source) -> Self {
        let all = Phrases::of(phrases, classes, source);
        let examples: Vec<Example> = phrases.iter().map(|phrase| all.example(phrase)).collect();
        Self { linear: [machine, logistic, centroids].map(|fit| fit(&examples, all.width(), classes)), phrases: all }
    }

    fn scores(&self, phrase: &Prepared, class: Option<usize>) -> HeldOut {
        let seen = self.phrases.see(&phrase.features, phrase.meaning.as_deref());
        let linear = |matrix: &Matrix| {
            let mut scores = vec![0.0; self.phrases.classes];
            matrix.scores(&seen.vector, &mut scores);
            scores
        };
        let [a, b, c] = self.linear.each_ref().map(linear);
        let none = vec![0.0; self.phrases.classes];
        let mut held_out = HeldOut { scores: [a, b, c, none, seen.similarity], known: seen.known, class };
        let before = View::of(&held_out, Mix::START).scores;
        held_out.scores[LINEAR] = self.phrases.near(seen.meaning.as_deref(), &before);
        held_out
    }

    /// The linear rankers as one.
    fn blend(&self, mix: Mix) -> Matrix {
        let [machine, logistic, centroids] = &self.linear;
        let mut matrix = machine.clone();
        matrix.blend(mix.0[0], logistic, mix.0[1]);
        matrix.blend(1.0, centroids, mix.0[2]);
        matrix
    }
}

/// Adds to the scores what others say, so many times.
fn add(scores: &mut [f32], others: &[f32], times: f32) {
    for (score, other) in scores.iter_mut().zip(others) {
        *score += times * other;
    }
}

fn views(held_out: &[HeldOut], mix: Mix) -> Vec<(View, Option<usize>)> {
    held_out.iter().map(|question| (View::of(question, mix), question.class)).collect()
}

/// The part that a phrase is dealt to: phrases of a class go around, so that every part has some of it.
fn parts(phrases: &[&Prepared], classes: usize) -> Vec<usize> {
    let mut dealt: Vec<usize> = (0..classes).map(|class| class * 5).collect();
    let mut deal = |class: usize| {
        dealt[class] += 1;
        dealt[class] % PARTS
    };
    phrases.iter().map(|phrase| deal(phrase.class)).collect()
}

/// Scores of phrases by models that have not seen them.
fn held_out(phrases: &[&Prepared], classes: usize, source: Source) -> Vec<HeldOut> {
    let parts = parts(phrases, classes);
    let mut result = Vec::new();
    for part in 0..PARTS {
        let (out, seen): (Vec<_>, Vec<_>) = phrases.iter().zip(&parts).partition(|(p, of)| p.asked && **of == part);
        let seen: Vec<&Prepared> = seen.into_iter().map(|(phrase, _)| *phrase).collect();
        if seen.is_empty() || result.len() >= ENOUGH {
            continue;
        }
        let rankers = Rankers::fit(&seen, classes, source);
        let have: Vec<bool> = (0..classes).map(|class| seen.iter().any(|phrase| phrase.class == class)).collect();
        // Of a class with one phrase nothing can be known when that phrase is out.
        let out = out.into_iter().filter(|(phrase, _)| have[phrase.class]);
        result.extend(out.map(|(phrase, _)| rankers.scores(phrase, Some(phrase.class))));
    }
    result
}

/// Scores by models without some of the articles: of unseen phrases of the others, and of phrases of those.
fn outside(phrases: &[&Prepared], classes: usize, source: Source) -> Vec<HeldOut> {
    const QUARTERS: usize = 4;
    if classes < 2 * QUARTERS {
        return Vec::new();
    }
    let parts = parts(phrases, classes);
    let mut result = Vec::new();
    // Of many phrases, some are enough to know the scope by.
    let stride = (phrases.len() / 4_000).max(1);
    for quarter in 0..QUARTERS {
        if result.len() >= ENOUGH_OUTSIDE {
            break;
        }
        let is_out = |phrase: &Prepared| phrase.class % QUARTERS == quarter;
        let is_held_out = |phrase: &Prepared, part: usize| phrase.asked && part % QUARTERS == quarter;
        let dealt =
            || phrases.iter().zip(&parts).enumerate().filter(|(number, _)| number % stride == 0).map(|(_, x)| x);
        let seen: Vec<&Prepared> =
            dealt().filter(|(p, part)| !is_out(p) && !is_held_out(p, **part)).map(|(p, _)| *p).collect();
        if seen.is_empty() {
            continue;
        }
        let rankers = Rankers::fit(&seen, classes, source);
        for (phrase, part) in dealt().filter(|(phrase, _)| phrase.asked) {
            if is_out(phrase) {
                result.push(rankers.scores(phrase, None));
            } else if is_held_out(phrase, *part) {
                result.push(rankers.scores(phrase, Some(phrase.class)));
            }
        }
    }
    result
}
