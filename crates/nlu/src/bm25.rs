//! Okapi BM25 (Robertson and Zaragoza, 2009) over short phrases.

use rustc_hash::FxHashMap;

use crate::number::count;

const K1: f32 = 1.2;
const B: f32 = 0.4;

/// An inverted index of phrases.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Index {
    /// Terms in order; their place says which postings are theirs.
    terms: Vec<u64>,
    /// Where each term's postings begin; one more for the end.
    starts: Vec<u32>,
    /// Phrase and what the term adds to its score.
    postings: Vec<(u32, f32)>,
    phrases: usize,
}

impl Index {
    /// Indexes the phrases, each given by its terms.
    pub(crate) fn build<'a>(phrases: impl ExactSizeIterator<Item = &'a [u64]> + Clone) -> Self {
        let total = phrases.len();
        let mean = phrases.clone().map(|terms| count(terms.len())).sum::<f32>() / count(total.max(1));
        let mut by_term: FxHashMap<u64, Vec<(u32, f32)>> = FxHashMap::default();
        for (terms, number) in phrases.zip(0_u32..) {
            let norm = K1 * (1.0 - B + B * count(terms.len()) / mean.max(f32::EPSILON));
            let mut sorted = terms.to_vec();
            sorted.sort_unstable();
            for same in sorted.chunk_by(|a, b| a == b) {
                let frequency = count(same.len());
                by_term.entry(same[0]).or_default().push((number, frequency * (K1 + 1.0) / (frequency + norm)));
            }
        }
        let mut ordered: Vec<(u64, Vec<(u32, f32)>)> = by_term.into_iter().collect();
        ordered.sort_unstable_by_key(|(term, _)| *term);
        let mut index = Self { phrases: total, starts: vec![0], ..Self::default() };
        for (term, postings) in ordered {
            let idf = idf(total, postings.len());
            index.terms.push(term);
            index.postings.extend(postings.into_iter().map(|(phrase, weight)| (phrase, idf * weight)));
            index.starts.push(u32::try_from(index.postings.len()).unwrap_or(u32::MAX));
        }
        index
    }

    /// Bytes that it takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        12 * self.terms.len() + 8 * self.postings.len()
    }

    /// Scores of all phrases, as a share of the score that a phrase of the query's own words would have (0 to about 1).
    pub(crate) fn search(&self, terms: &[u64]) -> Vec<f32> {
        let mut scores = vec![0.0_f32; self.phrases];
        let mut best = f32::EPSILON;
        for term in terms {
            let Ok(place) = self.terms.binary_search(term) else {
                best += idf(self.phrases, 0);
                continue;
            };
            let postings = &self.postings[self.starts[place] as usize..self.starts[place + 1] as usize];
            best += idf(self.phrases, postings.len());
            for (phrase, weight) in postings {
                scores[*phrase as usize] += weight;
            }
        }
        for score in &mut scores {
            *score /= best;
        }
        scores
    }
}

/// Inverse document frequency of a term that so many of all phrases have.
fn idf(total: usize, having: usize) -> f32 {
    ((count(total) - count(having) + 0.5) / (count(having) + 0.5)).ln_1p()
}
