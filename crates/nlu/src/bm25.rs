//! Okapi BM25 (Robertson and Zaragoza, 2009) over short phrases.

use std::collections::HashMap;

const K1: f32 = 1.2;
const B: f32 = 0.4;

/// An inverted index of phrases.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    postings: HashMap<u64, Vec<(u32, f32)>>,
    lengths: Vec<f32>,
    mean_length: f32,
}

impl Index {
    /// Indexes the phrases, each given by its terms.
    pub(crate) fn build<'a>(phrases: impl Iterator<Item = &'a [u64]>) -> Self {
        let mut index = Self::default();
        for (number, terms) in phrases.enumerate() {
            let mut counts: HashMap<u64, f32> = HashMap::new();
            for term in terms {
                *counts.entry(*term).or_default() += 1.0;
            }
            index.lengths.push(count(terms.len()));
            for (term, frequency) in counts {
                index.postings.entry(term).or_default().push((u32::try_from(number).unwrap_or(u32::MAX), frequency));
            }
        }
        index.mean_length = index.lengths.iter().sum::<f32>() / count(index.lengths.len().max(1));
        index
    }

    fn idf(&self, documents: usize) -> f32 {
        let (total, having) = (count(self.lengths.len()), count(documents));
        ((total - having + 0.5) / (having + 0.5)).ln_1p()
    }

    /// Phrases that share a term with the query: number and score, as a share of the score that a phrase of the query's
    /// own words would have (0 to about 1).
    pub(crate) fn search(&self, terms: &[u64]) -> Vec<(usize, f32)> {
        let mut scores: HashMap<u32, f32> = HashMap::new();
        let mut best = f32::EPSILON;
        let unseen = self.idf(0);
        for term in terms {
            let Some(postings) = self.postings.get(term) else {
                best += unseen;
                continue;
            };
            let idf = self.idf(postings.len());
            best += idf;
            for (phrase, frequency) in postings {
                let length = self.lengths[*phrase as usize] / self.mean_length;
                let weight = frequency * (K1 + 1.0) / (frequency + K1 * (1.0 - B + B * length));
                *scores.entry(*phrase).or_default() += idf * weight;
            }
        }
        scores.into_iter().map(|(phrase, score)| (phrase as usize, score / best)).collect()
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of phrases and words stay far below 2^24")]
pub(crate) fn count(n: usize) -> f32 {
    n as f32
}
