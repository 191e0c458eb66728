//! Multinomial logistic regression over sparse tf-idf features, trained by `AdaGrad` (Duchi, Hazan and Singer, 2011).

use std::collections::HashMap;

use crate::bm25::count;

const EPOCHS: u32 = 24;
const RATE: f32 = 0.5;
const DECAY: f32 = 2e-5;

/// A sparse vector of known features.
pub(crate) type Sparse = Vec<(u32, f32)>;

/// Feature numbers and inverse document frequencies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Vocabulary {
    known: HashMap<u64, (u32, f32)>,
}

impl Vocabulary {
    pub(crate) fn build(documents: &[Vec<u64>]) -> Self {
        let mut frequency: HashMap<u64, u32> = HashMap::new();
        for document in documents {
            let mut unique = document.clone();
            unique.sort_unstable();
            unique.dedup();
            for feature in unique {
                *frequency.entry(feature).or_default() += 1;
            }
        }
        let total = count(documents.len());
        let mut ordered: Vec<(u64, u32)> = frequency.into_iter().collect();
        ordered.sort_unstable();
        let known = ordered
            .into_iter()
            .zip(0_u32..)
            .map(|((feature, having), number)| {
                let idf = ((1.0 + total) / (1.0 + count(having as usize))).ln() + 1.0;
                (feature, (number, idf))
            })
            .collect();
        Self { known }
    }

    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }

    /// The document as a unit vector of sublinear tf-idf.
    pub(crate) fn vector(&self, document: &[u64]) -> Sparse {
        let mut counts: HashMap<u32, (f32, f32)> = HashMap::new();
        for feature in document {
            if let Some((number, idf)) = self.known.get(feature) {
                counts.entry(*number).or_insert((0.0, *idf)).0 += 1.0;
            }
        }
        let mut vector: Sparse =
            counts.into_iter().map(|(number, (tf, idf))| (number, (1.0 + tf.ln()) * idf)).collect();
        vector.sort_unstable_by_key(|(number, _)| *number);
        let norm = vector.iter().map(|(_, value)| value * value).sum::<f32>().sqrt().max(f32::EPSILON);
        for (_, value) in &mut vector {
            *value /= norm;
        }
        vector
    }
}

/// The trained classifier.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    classes: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Linear {
    /// Trains on vectors with their classes. The order of the examples is mixed by a fixed generator.
    pub(crate) fn train(examples: &[(Sparse, usize)], features: usize, classes: usize) -> Self {
        let mut model = Self { classes, weights: vec![0.0; features * classes], bias: vec![0.0; classes] };
        let mut squares = vec![1e-3_f32; features * classes];
        let mut bias_squares = vec![1e-3_f32; classes];
        let mut order: Vec<usize> = (0..examples.len()).collect();
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        let mut scores = vec![0.0; classes];
        for _ in 0..EPOCHS {
            for index in (1..order.len()).rev() {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let other = usize::try_from(random >> 33).unwrap_or(0) % (index + 1);
                order.swap(index, other);
            }
            for example in &order {
                let (vector, class) = &examples[*example];
                model.logits(vector, &mut scores);
                softmax(&mut scores);
                scores[*class] -= 1.0;
                for (feature, value) in vector {
                    let row = *feature as usize * classes..(*feature as usize + 1) * classes;
                    step(&mut model.weights[row.clone()], &mut squares[row], &scores, *value);
                }
                step(&mut model.bias, &mut bias_squares, &scores, 0.1);
            }
        }
        model
    }

    /// Scores of all classes.
    pub(crate) fn logits(&self, vector: &[(u32, f32)], scores: &mut [f32]) {
        scores.copy_from_slice(&self.bias);
        for (feature, value) in vector {
            let row = &self.weights[*feature as usize * self.classes..(*feature as usize + 1) * self.classes];
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += value * weight;
            }
        }
    }
}

fn step(weights: &mut [f32], squares: &mut [f32], errors: &[f32], value: f32) {
    for ((weight, square), error) in weights.iter_mut().zip(squares).zip(errors) {
        let gradient = error * value + DECAY * *weight;
        *square += gradient * gradient;
        *weight -= RATE * gradient / square.sqrt();
    }
}

/// Turns scores into probabilities in place.
pub(crate) fn softmax(scores: &mut [f32]) {
    let top = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - top).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}
