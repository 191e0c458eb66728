//! A tenant's model: linear classifiers and an index over the same phrases, mixed and calibrated on held-out phrases.

use std::sync::Arc;

use crate::bm25::Index;
use crate::calibration::{HeldOut, LINEAR, Mix, Platt, Scope, View};
use crate::features::{Features, features};
use crate::linear::{Example, Matrix, Packed, centroids, logistic, machine};
use crate::number::argmax;
use crate::text::normalise;
use crate::vocabulary::{Sparse, Vocabulary};
use crate::words;

/// Parts that the phrases are dealt into; each is held out once, until enough questions are.
const PARTS: usize = 8;
/// Held-out questions that are enough.
const ENOUGH: usize = 1_200;
/// Questions about left-out articles that are enough.
const ENOUGH_OUTSIDE: usize = 1_000;

/// Changes whenever what is trained or how it is read changes, so that models that were kept are trained anew.
const FORMAT: u32 = 3;

/// Phrases of an article, about, beyond which the words' meanings add nothing to what the phrases say.
const FEW: usize = 60;

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

/// What a text means, as a unit vector.
pub type Meaning = Arc<[f32]>;

/// Where meanings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
enum Source {
    /// From an outside model, which is asked elsewhere.
    Outside,
    /// From the words, with few phrases: many phrases say the same by themselves.
    Words,
    /// There are none.
    Nowhere,
}

impl Source {
    fn of(phrases: &[Phrase], classes: usize) -> Self {
        if phrases.iter().all(|phrase| phrase.meaning.is_some()) {
            Self::Outside
        } else if phrases.len() <= FEW * classes {
            Self::Words
        } else {
            Self::Nowhere
        }
    }

    /// What a text means, given what it means outside.
    fn meaning(self, normal: &str, outside: Option<Meaning>) -> Option<Meaning> {
        match self {
            Self::Outside => outside,
            Self::Words => words::meaning(normal),
            Self::Nowhere => None,
        }
    }

    /// The share that meaning has in a vector's square length, where it is known.
    fn share(self) -> f32 {
        if self == Self::Outside { 0.85 } else { 0.6 }
    }

    /// Numbers of a meaning by which the nearest phrase is looked for: what words mean together says less than the words then.
    fn near(self, meanings: usize) -> usize {
        if self == Self::Outside { meanings } else { 0 }
    }
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
    classes: usize,
    phrase_classes: Vec<usize>,
    index: Index,
    vocabulary: Vocabulary,
    source: Source,
    /// Length of the meanings that it was trained with, or 0.
    meanings: usize,
    /// The linear rankers, mixed.
    matrix: Packed,
    /// The phrases' meanings: what a meaning is multiplied with to know how near it is to each of them.
    near: Packed,
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
        let source = Source::of(phrases, classes);
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
        Self {
            classes,
            phrase_classes: all.iter().map(|phrase| phrase.class).collect(),
            matrix: rankers.blend(mix).pack(),
            near: rankers.near.pack(),
            index: rankers.index,
            vocabulary: rankers.vocabulary,
            source,
            meanings: rankers.meanings,
            likeness: mix.likeness(),
            platt,
            scope,
        }
    }

    /// The articles that a question may mean, at most `limit`.
    pub fn rank(&self, question: &str, limit: usize) -> Ranking {
        self.rank_meaning(question, None, limit)
    }

    /// The same, of a question whose meaning is known; a model that was trained with meanings should be given them.
    pub fn rank_meaning(&self, question: &str, meaning: Option<&[f32]>, limit: usize) -> Ranking {
        if self.classes == 0 || self.phrase_classes.is_empty() {
            return Ranking { best: Vec::new(), in_scope: 0.0, trust: 0.0 };
        }
        let normal = normalise(question);
        let features = features(&normal);
        let (similarity, nearest) = alike(&self.index, &self.phrase_classes, self.classes, &features);
        let (vector, known) = self.vocabulary.vector(&features);
        let meaning = self.source.meaning(&normal, meaning.map(Into::into));
        let meaning = meaning.as_deref().filter(|meaning| meaning.len() == self.meanings);
        let near = meaning.filter(|meaning| meaning.len() == self.source.near(self.meanings));
        let near = near.map(|meaning| self.near.scores(&numbered(0, meaning).collect::<Sparse>()));
        let near = near.map(|near| best_of_class(&near, &self.phrase_classes, self.classes));
        let vector = joined(vector, self.vocabulary.len(), meaning, self.source.share());
        let mut scores = self.matrix.scores(&vector);
        for (weight, likeness) in self.likeness.iter().zip([near.as_deref().unwrap_or_default(), &similarity]) {
            for (score, likeness) in scores.iter_mut().zip(likeness) {
                *score += weight * likeness;
            }
        }
        let view = View { scores, similarity, known };
        let probabilities = self.probabilities(&view);
        let in_scope = if vector.is_empty() { 0.0 } else { self.scope.probability(&view) };
        let mut order: Vec<usize> = (0..self.classes).collect();
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
        if self.classes > 1 && after > second * rest {
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
        self.matrix.bytes()
            + self.near.bytes()
            + 12 * self.vocabulary.len()
            + self.index.bytes()
            + 8 * self.phrase_classes.len()
    }
}

/// All rankers, before they are mixed.
struct Rankers {
    classes: usize,
    phrase_classes: Vec<usize>,
    vocabulary: Vocabulary,
    source: Source,
    meanings: usize,
    index: Index,
    /// The phrases' meanings as a matrix.
    near: Matrix,
    linear: [Matrix; LINEAR],
}

impl Rankers {
    fn fit(phrases: &[&Prepared], classes: usize, source: Source) -> Self {
        let vocabulary = Vocabulary::build(phrases.iter().map(|phrase| &phrase.features), classes);
        let meanings = phrases.iter().find_map(|phrase| phrase.meaning.as_ref()).map_or(0, |meaning| meaning.len());
        let example = |phrase: &&Prepared| {
            let (vector, _) = vocabulary.vector(&phrase.features);
            let vector = joined(vector, vocabulary.len(), phrase.meaning(meanings), source.share());
            Example { vector, class: phrase.class, weight: phrase.weight }
        };
        let examples: Vec<Example> = phrases.iter().map(example).collect();
        let size = vocabulary.len() + meanings;
        let near = source.near(meanings);
        Self {
            classes,
            source,
            meanings,
            phrase_classes: phrases.iter().map(|phrase| phrase.class).collect(),
            index: Index::build(phrases.iter().map(|phrase| phrase.features.terms.as_slice())),
            near: Matrix::of_columns(near, phrases.iter().map(|phrase| phrase.meaning(near))),
            linear: [machine, logistic, centroids].map(|fit| fit(&examples, size, classes)),
            vocabulary,
        }
    }

    fn scores(&self, phrase: &Prepared, class: Option<usize>) -> HeldOut {
        let (vector, known) = self.vocabulary.vector(&phrase.features);
        let meaning = phrase.meaning(self.meanings);
        let vector = joined(vector, self.vocabulary.len(), meaning, self.source.share());
        let (similarity, _) = alike(&self.index, &self.phrase_classes, self.classes, &phrase.features);
        let near = phrase.meaning(self.source.near(self.meanings)).map_or_else(
            || vec![0.0; self.classes],
            |meaning| {
                let mut near = vec![0.0; self.phrase_classes.len()];
                self.near.scores(&numbered(0, meaning).collect::<Sparse>(), &mut near);
                best_of_class(&near, &self.phrase_classes, self.classes)
            },
        );
        let linear = |matrix: &Matrix| {
            let mut scores = vec![0.0; self.classes];
            matrix.scores(&vector, &mut scores);
            scores
        };
        let [a, b, c] = &self.linear;
        HeldOut { scores: [linear(a), linear(b), linear(c), near, similarity], known, class }
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

/// A vector of features with a meaning behind it, whose numbers follow those of the features; it has a share of the square length.
fn joined(mut vector: Sparse, features: usize, meaning: Option<&[f32]>, share: f32) -> Sparse {
    let Some(meaning) = meaning.filter(|meaning| !meaning.is_empty()) else { return vector };
    for (_, value) in &mut vector {
        *value *= (1.0 - share).sqrt();
    }
    vector.extend(numbered(features, meaning).map(|(number, value)| (number, value * share.sqrt())));
    vector
}

/// A meaning's numbers as features, the first of which is `first`.
fn numbered(first: usize, meaning: &[f32]) -> impl Iterator<Item = (u32, f32)> {
    (u32::try_from(first).unwrap_or(u32::MAX)..).zip(meaning.iter().copied())
}

/// The best of every class's phrases.
fn best_of_class(scores: &[f32], classes_of: &[usize], classes: usize) -> Vec<f32> {
    let mut best = vec![0.0_f32; classes];
    for (score, class) in scores.iter().zip(classes_of) {
        best[*class] = best[*class].max(*score);
    }
    best
}

/// Likeness of the nearest phrase of every class, and which it is.
fn alike(index: &Index, classes_of: &[usize], classes: usize, features: &Features) -> (Vec<f32>, Vec<Option<usize>>) {
    let (mut similarity, mut nearest) = (vec![0.0_f32; classes], vec![None; classes]);
    for (phrase, score) in index.search(&features.terms).into_iter().enumerate() {
        let class = classes_of[phrase];
        if score > similarity[class] {
            similarity[class] = score;
            nearest[class] = Some(phrase);
        }
    }
    (similarity, nearest)
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
