//! A tenant's model: a classifier and an index over the same phrases, mixed and calibrated on held-out phrases.

use crate::bm25::Index;
use crate::calibration::{HeldOut, Mix, Trust};
use crate::linear::{Linear, Vocabulary};
use crate::text::{features, normalise, terms};

const FOLDS: usize = 4;

/// A way to ask, and the number of what it asks for.
#[derive(Debug, Clone)]
pub struct Phrase {
    /// The words.
    pub text: String,
    /// Number of the article, from 0.
    pub class: usize,
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
    /// Probability that the first is right, questions about something else altogether considered.
    pub trust: f32,
}

/// A trained model.
#[derive(Debug, Clone)]
pub struct Model {
    classes: usize,
    phrase_classes: Vec<usize>,
    index: Index,
    vocabulary: Vocabulary,
    linear: Linear,
    mix: Mix,
    trust: Trust,
}

struct Prepared {
    terms: Vec<u64>,
    features: Vec<u64>,
    class: usize,
}

impl Model {
    /// Trains on phrases of `classes` articles, numbered from 0.
    ///
    /// Mix and trust are fitted on scores of phrases that a fold's model has not seen; a fold also leaves out a quarter
    /// of the articles, whose phrases stand for questions about something else.
    pub fn train(phrases: &[Phrase], classes: usize) -> Self {
        let prepared: Vec<Prepared> = phrases
            .iter()
            .filter(|phrase| phrase.class < classes)
            .map(|phrase| {
                let normal = normalise(&phrase.text);
                Prepared { terms: terms(&normal), features: features(&normal), class: phrase.class }
            })
            .collect();
        let all: Vec<&Prepared> = prepared.iter().collect();
        let mut model = Self::fit(&all, classes);
        let held_out = held_out(&prepared, classes);
        if held_out.len() >= 20 {
            model.mix = Mix::fit(&held_out);
            model.trust = Trust::fit(&held_out, model.mix);
        }
        model
    }

    fn fit(phrases: &[&Prepared], classes: usize) -> Self {
        let documents: Vec<Vec<u64>> = phrases.iter().map(|phrase| phrase.features.clone()).collect();
        let vocabulary = Vocabulary::build(&documents);
        let examples: Vec<_> =
            phrases.iter().map(|phrase| (vocabulary.vector(&phrase.features), phrase.class)).collect();
        let linear = Linear::train(&examples, vocabulary.len(), classes);
        Self {
            classes,
            phrase_classes: phrases.iter().map(|phrase| phrase.class).collect(),
            index: Index::build(phrases.iter().map(|phrase| phrase.terms.as_slice())),
            vocabulary,
            linear,
            mix: Mix::START,
            trust: Trust::START,
        }
    }

    /// The articles that a question may mean, at most `limit`.
    pub fn rank(&self, question: &str, limit: usize) -> Ranking {
        if self.classes == 0 {
            return Ranking { best: Vec::new(), trust: 0.0 };
        }
        let normal = normalise(question);
        let scores = self.scores(&terms(&normal), &features(&normal));
        let probabilities = self.mix.apply(&scores.logits, &scores.similarity);
        let mut order: Vec<usize> = (0..self.classes).collect();
        order.sort_by(|a, b| probabilities[*b].total_cmp(&probabilities[*a]));
        let known = scores.similarity.iter().any(|s| *s > 0.0);
        let trust = if known { self.trust.probability(Trust::signs(&probabilities, &scores.similarity)) } else { 0.0 };
        let best = order.into_iter().take(limit).map(|class| Ranked {
            class,
            probability: probabilities[class],
            nearest: scores.nearest[class],
            similarity: scores.similarity[class],
        });
        Ranking { best: best.collect(), trust }
    }

    fn scores(&self, terms: &[u64], features: &[u64]) -> Scores {
        let mut similarity = vec![0.0_f32; self.classes];
        let mut nearest = vec![None; self.classes];
        for (phrase, score) in self.index.search(terms) {
            let class = self.phrase_classes[phrase];
            if score > similarity[class] {
                similarity[class] = score;
                nearest[class] = Some(phrase);
            }
        }
        let mut logits = vec![0.0; self.classes];
        self.linear.logits(&self.vocabulary.vector(features), &mut logits);
        Scores { logits, similarity, nearest }
    }
}

struct Scores {
    logits: Vec<f32>,
    similarity: Vec<f32>,
    nearest: Vec<Option<usize>>,
}

fn held_out(phrases: &[Prepared], classes: usize) -> Vec<HeldOut> {
    let mut result = Vec::new();
    for fold in 0..FOLDS {
        let left_out_class = |class: usize| classes >= 8 && class % FOLDS == fold;
        let left_out =
            |number: usize, phrase: &Prepared| left_out_class(phrase.class) || (number / 7 + number) % FOLDS == fold;
        let seen: Vec<&Prepared> =
            phrases.iter().enumerate().filter(|(number, phrase)| !left_out(*number, phrase)).map(|(_, p)| p).collect();
        if seen.is_empty() {
            continue;
        }
        let model = Model::fit(&seen, classes);
        for (number, phrase) in phrases.iter().enumerate().filter(|(number, phrase)| left_out(*number, phrase)) {
            let unknown = left_out_class(phrase.class);
            // Of each left-out article every second phrase is enough to stand for questions about something else.
            if unknown && number % 2 == 1 {
                continue;
            }
            let scores = model.scores(&phrase.terms, &phrase.features);
            result.push(HeldOut {
                logits: scores.logits,
                similarity: scores.similarity,
                class: (!unknown).then_some(phrase.class),
            });
        }
    }
    result
}
