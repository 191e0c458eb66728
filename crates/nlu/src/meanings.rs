//! Meanings of texts: where they come from, how they stand behind a text's features, and which phrase's is nearest.

use std::sync::Arc;

use crate::linear::{Bytes, byte};
use crate::number::real;
use crate::vocabulary::Sparse;
use crate::words;

/// What a text means, as a unit vector.
pub type Meaning = Arc<[f32]>;

/// Where meanings come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Source {
    /// From an outside model, which is asked elsewhere.
    Outside,
    /// From what words mean.
    Words,
}

impl Source {
    /// What a text means, given what it means outside.
    pub(crate) fn meaning(self, normal: &str, outside: Option<Meaning>) -> Option<Meaning> {
        match self {
            Self::Outside => outside,
            Self::Words => words::meaning(normal),
        }
    }

    /// Whether a question of words whose meaning is not known takes that of the phrase that is most alike; without an outside model's meanings
    /// there is a model of its own.
    pub(crate) fn borrows(self) -> bool {
        self == Self::Words
    }

    /// A vector of features with a meaning behind it, whose numbers follow those of the features; it has a share of the square length.
    pub(crate) fn joined(self, mut vector: Sparse, features: usize, meaning: Option<&[f32]>) -> Sparse {
        let Some(meaning) = meaning.filter(|meaning| !meaning.is_empty()) else { return vector };
        let share: f32 = if self == Self::Outside { 0.85 } else { 0.5 };
        for (_, value) in &mut vector {
            *value *= (1.0 - share).sqrt();
        }
        let numbers = u32::try_from(features).unwrap_or(u32::MAX)..;
        vector.extend(numbers.zip(meaning.iter().map(|value| value * share.sqrt())));
        vector
    }
}

/// What a number of a question's meaning is brought to at most, so that the sum over thousands of numbers stays below 2^31.
const MOST: f32 = 2_047.0;

/// Articles whose phrases are compared with a question by meaning: the others are too far behind to be the nearest one's.
const ARTICLES: usize = 16;

/// The phrases' meanings, with a byte for each number and a scale for each phrase.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Meanings {
    length: usize,
    numbers: Bytes,
    /// 0 for a phrase whose meaning is not known.
    scales: Vec<f32>,
}

impl Meanings {
    /// Of the phrases, in their order; meanings of another length than `length` are not known.
    pub(crate) fn new<'a>(length: usize, phrases: impl ExactSizeIterator<Item = Option<&'a [f32]>>) -> Self {
        let mut all = Self { length, numbers: Bytes::default(), scales: Vec::with_capacity(phrases.len()) };
        for meaning in phrases {
            let scale = meaning.map_or(0.0, most) / 127.0;
            let numbers = &mut all.numbers.0;
            match meaning.filter(|meaning| meaning.len() == length) {
                Some(meaning) => numbers.extend(meaning.iter().map(|number| byte(*number, scale))),
                None => numbers.resize(numbers.len() + length, 0),
            }
            all.scales.push(scale);
        }
        all
    }

    /// Numbers of a meaning; 0 where none is known.
    pub(crate) fn length(&self) -> usize {
        self.length
    }

    /// What a phrase means, where that is known.
    pub(crate) fn of(&self, phrase: usize) -> Option<Vec<f32>> {
        let scale = self.scales.get(phrase).copied().filter(|scale| *scale > 0.0)?;
        let numbers = self.numbers.0.get(phrase * self.length..)?.get(..self.length)?;
        Some(numbers.iter().map(|number| f32::from(*number) * scale).collect())
    }

    /// The cosine of the nearest phrase of each class. Only the classes with the best `scores` are looked at; the others get the least that
    /// is found.
    pub(crate) fn nearest(&self, meaning: Option<&[f32]>, classes_of: &[usize], scores: &[f32]) -> Vec<f32> {
        let mut nearest = vec![f32::NEG_INFINITY; scores.len()];
        let Some(meaning) = meaning.filter(|meaning| meaning.len() == self.length && self.length > 0) else {
            return vec![0.0; scores.len()];
        };
        let least = nth_best(scores, ARTICLES);
        let scale = most(meaning) / MOST;
        let question: Vec<i16> = meaning.iter().map(|number| whole(*number, scale)).collect();
        for ((phrase, own), class) in self.numbers.0.chunks_exact(self.length).zip(&self.scales).zip(classes_of) {
            if scores[*class] >= least {
                let product: i32 = phrase.iter().zip(&question).map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
                nearest[*class] = nearest[*class].max(real(product) * own * scale);
            }
        }
        let found = nearest.iter().copied().filter(|near| near.is_finite()).fold(f32::INFINITY, f32::min);
        let found = if found.is_finite() { found } else { 0.0 };
        nearest.iter().map(|near| near.max(found)).collect()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.numbers.0.len() + 4 * self.scales.len()
    }
}

fn most(meaning: &[f32]) -> f32 {
    meaning.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()))
}

#[expect(clippy::cast_possible_truncation, reason = "the scale brings every number into -2047 to 2047")]
fn whole(number: f32, scale: f32) -> i16 {
    (number / scale).round() as i16
}

/// The n-th best of the values, or less than all where there are not as many.
fn nth_best(values: &[f32], n: usize) -> f32 {
    if values.len() <= n {
        return f32::NEG_INFINITY;
    }
    let mut values = values.to_vec();
    *values.select_nth_unstable_by(n - 1, |a, b| b.total_cmp(a)).1
}
