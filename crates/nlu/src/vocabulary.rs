//! Known features and how much each says.

use rustc_hash::FxHashMap;

use crate::features::Features;
use crate::number::count;

/// A vector of known features: number and value, in the order of the numbers.
pub(crate) type Sparse = Vec<(u32, f32)>;

/// The share that words have in a vector's square length; the rest is pieces of words.
const WORDS: f32 = 0.35;
/// Cells of features and classes that a model may have; beyond, features that are seen seldom are left out.
const MOST_CELLS: usize = 2_500_000;

/// Feature numbers and weights.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Vocabulary {
    /// Hashes in order; their place is their number.
    hashes: Vec<u64>,
    /// Weight of each: root of the inverse document frequency.
    weights: Vec<f32>,
    /// Weight of a feature that is not known.
    unknown: f32,
}

impl Vocabulary {
    /// Of the phrases' features, for so many classes.
    pub(crate) fn build<'a>(phrases: impl ExactSizeIterator<Item = &'a Features>, classes: usize) -> Self {
        let total = count(phrases.len());
        let mut seen: FxHashMap<u64, u32> = FxHashMap::default();
        let mut unique = Vec::new();
        for features in phrases {
            unique.clear();
            unique.extend(features.words.iter().chain(&features.pieces));
            unique.sort_unstable();
            unique.dedup();
            for feature in &unique {
                *seen.entry(*feature).or_default() += 1;
            }
        }
        let mut least = 1;
        while seen.values().filter(|times| **times >= least).count() * classes > MOST_CELLS {
            least += 1;
        }
        let mut known: Vec<(u64, u32)> = seen.into_iter().filter(|(_, times)| *times >= least).collect();
        known.sort_unstable();
        let weight = |times: f32| (((1.0 + total) / (1.0 + times)).ln() + 1.0).sqrt();
        Self {
            weights: known.iter().map(|(_, times)| weight(count(*times as usize))).collect(),
            hashes: known.into_iter().map(|(hash, _)| hash).collect(),
            unknown: weight(0.0),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.hashes.len()
    }

    /// The features as a unit vector of sublinear tf-idf, and the share of their weight that is known (0 to 1).
    pub(crate) fn vector(&self, features: &Features) -> (Sparse, f32) {
        let mut vector = Sparse::new();
        let (mut known, mut all) = (0.0, f32::EPSILON);
        for (group, share) in [(&features.words, WORDS), (&features.pieces, 1.0 - WORDS)] {
            let start = vector.len();
            let mut sorted = group.clone();
            sorted.sort_unstable();
            for same in sorted.chunk_by(|a, b| a == b) {
                let Ok(number) = self.hashes.binary_search(&same[0]) else {
                    all += self.unknown * share;
                    continue;
                };
                let value = (1.0 + count(same.len()).ln()) * self.weights[number];
                known += self.weights[number] * share;
                all += self.weights[number] * share;
                vector.push((u32::try_from(number).unwrap_or(u32::MAX), value));
            }
            scale(&mut vector[start..], share.sqrt());
        }
        scale(&mut vector, 1.0);
        vector.sort_unstable_by_key(|(number, _)| *number);
        (vector, known / all)
    }
}

/// Brings a vector to a length.
fn scale(vector: &mut [(u32, f32)], length: f32) {
    let norm = vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(f32::EPSILON);
    for (_, value) in vector {
        *value *= length / norm;
    }
}
