//! Three linear classifiers over the same vectors: a support vector machine, a logistic regression and the classes'
//! centroids. Each is a matrix of features by classes; weighed together they are one.

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::number::{Sequence, softmax};
use crate::vocabulary::Sparse;

/// A phrase to learn from.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    pub(crate) vector: Sparse,
    pub(crate) class: usize,
    /// How much it counts: 1 for a phrase that a person wrote down.
    pub(crate) weight: f32,
}

/// Weights by feature and class, and a bias by class.
#[derive(Debug, Clone)]
pub(crate) struct Matrix {
    classes: usize,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Matrix {
    fn new(features: usize, classes: usize) -> Self {
        Self { classes, weights: vec![0.0; features * classes], bias: vec![0.0; classes] }
    }

    /// Scores of all classes.
    pub(crate) fn scores(&self, vector: &[(u32, f32)], scores: &mut [f32]) {
        scores.copy_from_slice(&self.bias);
        for (feature, value) in vector {
            for (score, weight) in scores.iter_mut().zip(self.row(*feature)) {
                *score += value * weight;
            }
        }
    }

    fn row(&self, feature: u32) -> &[f32] {
        &self.weights[feature as usize * self.classes..][..self.classes]
    }

    /// Adds the vector, so many times for each class. Where it is for few classes, only those are touched.
    fn add(&mut self, vector: &[(u32, f32)], change: &[f32]) {
        let changed: Vec<(usize, f32)> =
            change.iter().copied().enumerate().filter(|(_, change)| *change != 0.0).collect();
        let are_few = changed.len() * FEW <= self.classes;
        for (feature, value) in vector {
            let row = &mut self.weights[*feature as usize * self.classes..][..self.classes];
            if are_few {
                for (class, change) in &changed {
                    row[*class] += value * change;
                }
            } else {
                for (weight, change) in row.iter_mut().zip(change) {
                    *weight += value * change;
                }
            }
        }
        for (class, change) in changed {
            self.bias[class] += change;
        }
    }

    fn column(&self, class: usize) -> Column {
        let weights = self.weights.iter().skip(class).step_by(self.classes).copied().collect();
        Column { weights, bias: self.bias[class] }
    }

    fn put(&mut self, class: usize, column: &Column) {
        for (weight, new) in self.weights.iter_mut().skip(class).step_by(self.classes).zip(&column.weights) {
            *weight = *new;
        }
        self.bias[class] = column.bias;
    }

    /// Adds another's weights, `share` times.
    pub(crate) fn blend(&mut self, own: f32, other: &Self, share: f32) {
        let pairs = self.weights.iter_mut().zip(&other.weights).chain(self.bias.iter_mut().zip(&other.bias));
        for (weight, other) in pairs {
            *weight = own * *weight + share * other;
        }
    }

    /// In a quarter of the memory.
    pub(crate) fn pack(&self) -> Packed {
        let rows = self.weights.chunks_exact(self.classes.max(1));
        let scale = |row: &[f32]| row.iter().fold(0.0_f32, |most, weight| most.max(weight.abs())) / 127.0;
        let scales: Vec<f32> = rows.clone().map(scale).collect();
        let weights = rows.zip(&scales).flat_map(|(row, scale)| row.iter().map(move |weight| byte(*weight, *scale)));
        Packed { classes: self.classes, weights: Bytes(weights.collect()), scales, bias: self.bias.clone() }
    }
}

/// One class's weights by feature, and its bias.
struct Column {
    weights: Vec<f32>,
    bias: f32,
}

impl Column {
    /// The class's score. Four sums beside each other: one alone waits for itself at every feature.
    fn score(&self, vector: &[(u32, f32)]) -> f32 {
        let term = |(feature, value): &(u32, f32)| value * self.weights[*feature as usize];
        let (fours, rest) = vector.as_chunks::<4>();
        let mut sums = [0.0_f32; 4];
        for four in fours {
            for (sum, one) in sums.iter_mut().zip(four) {
                *sum += term(one);
            }
        }
        self.bias + sums.iter().sum::<f32>() + rest.iter().map(term).sum::<f32>()
    }

    /// Adds the vector, so many times.
    fn add(&mut self, vector: &[(u32, f32)], times: f32) {
        if times != 0.0 {
            for (feature, value) in vector {
                self.weights[*feature as usize] += value * times;
            }
            self.bias += times;
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the scale brings every weight of a row into -127 to 127")]
pub(crate) fn byte(weight: f32, scale: f32) -> i8 {
    (weight / scale.max(f32::MIN_POSITIVE)).round() as i8
}

/// A matrix with eight bits for each weight and a scale for each feature.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Packed {
    classes: usize,
    weights: Bytes,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

impl Packed {
    /// Scores of all classes.
    pub(crate) fn scores(&self, vector: &[(u32, f32)]) -> Vec<f32> {
        let mut scores = self.bias.clone();
        for (feature, value) in vector {
            let feature = *feature as usize;
            let factor = value * self.scales[feature];
            let row = &self.weights.0[feature * self.classes..][..self.classes];
            for (score, weight) in scores.iter_mut().zip(row) {
                *score += factor * f32::from(*weight);
            }
        }
        scores
    }

    pub(crate) fn bytes(&self) -> usize {
        self.weights.0.len() + 4 * (self.scales.len() + self.bias.len())
    }
}

/// Small numbers, kept as the bytes that they are, not one by one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bytes(pub(crate) Vec<i8>);

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().map(|number| number.cast_unsigned()).collect();
        to.serialize_bytes(&bytes)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Bytes;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("bytes")
            }
            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.iter().map(|byte| byte.cast_signed()).collect()))
            }
        }
        from.deserialize_bytes(Read)
    }
}

/// Cost of a phrase on the wrong side of the margin.
const COST: f32 = 1.0;
/// How much more a class's own phrases cost: they are few against all others.
const OWN: f32 = 10.0;
/// Passes over all phrases and classes at once.
const TOGETHER: usize = 3;
/// Passes after that, class by class, over the phrases that carry weight.
const ALONE: usize = 9;
/// One of so many classes are few: one by one they cost less than all together.
const FEW: usize = 6;

/// One support vector machine per class against all others, squared hinge loss, by dual coordinate descent (Hsieh and
/// others, 2008).
///
/// Nine of ten pairs of phrase and class and more say nothing: the phrase is beyond the margin. A few passes tell which these are; the passes after them
/// go over the other pairs alone (shrinking, as there), class by class, because the weights of one class fit the cache.
pub(crate) fn machine(examples: &[Example], features: usize, classes: usize) -> Matrix {
    let mut matrix = Matrix::new(features, classes);
    let mut alphas = vec![0.0_f32; examples.len() * classes];
    let lengths: Vec<f32> = examples.iter().map(|example| square(&example.vector) + 1.0).collect();
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let (mut scores, mut change) = (vec![0.0; classes], vec![0.0; classes]);
    let mut sequence = Sequence::new();
    for _ in 0..TOGETHER {
        sequence.shuffle(&mut order);
        for number in &order {
            let (example, length) = (&examples[*number], lengths[*number]);
            matrix.scores(&example.vector, &mut scores);
            let alphas = &mut alphas[number * classes..][..classes];
            let own = alphas[example.class];
            let others = slack(example, false);
            for ((alpha, score), change) in alphas.iter_mut().zip(&scores).zip(&mut change) {
                *change = -step(alpha, -score, length, others);
            }
            let alpha = &mut alphas[example.class];
            *alpha = own;
            change[example.class] = step(alpha, scores[example.class], length, slack(example, true));
            matrix.add(&example.vector, &change);
        }
    }
    for class in 0..classes {
        let mut column = matrix.column(class);
        let mut order: Vec<usize> = (0..examples.len()).filter(|n| alphas[n * classes + class] > 0.0).collect();
        for _ in 0..ALONE {
            sequence.shuffle(&mut order);
            for number in &order {
                let example = &examples[*number];
                let is_own = example.class == class;
                let side = if is_own { 1.0 } else { -1.0 };
                let margin = side * column.score(&example.vector);
                let alpha = &mut alphas[number * classes + class];
                column.add(&example.vector, side * step(alpha, margin, lengths[*number], slack(example, is_own)));
            }
        }
        matrix.put(class, &column);
    }
    matrix
}

fn slack(example: &Example, is_own: bool) -> f32 {
    0.5 / (COST * example.weight * if is_own { OWN } else { 1.0 })
}

/// Goes to the best place along one coordinate, given how far the phrase is on the right side; returns how far it went.
fn step(alpha: &mut f32, margin: f32, length: f32, slack: f32) -> f32 {
    let gradient = margin - 1.0 + slack * *alpha;
    let next = (*alpha - gradient / (length + slack)).max(0.0);
    next - std::mem::replace(alpha, next)
}

fn square(vector: &[(u32, f32)]) -> f32 {
    vector.iter().map(|(_, value)| value * value).sum()
}

/// Passes over the phrases: more over few, fewer over many.
const PASSES: std::ops::RangeInclusive<usize> = 3..=12;
const STEPS: usize = 12_000;
const RATE: f32 = 0.5;
const DECAY: f32 = 2e-5;

/// Multinomial logistic regression by `AdaGrad` (Duchi, Hazan and Singer, 2011); half of a phrase's features are left out
/// at random each time (dropout, Wager and others, 2013), which keeps few phrases from being learned by heart.
pub(crate) fn logistic(examples: &[Example], features: usize, classes: usize) -> Matrix {
    let mut matrix = Matrix::new(features, classes);
    let (mut squares, mut bias_square) = (vec![1e-3_f32; features], 1e-3_f32);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut errors = vec![0.0; classes];
    let (mut sequence, mut coins) = (Sequence::new(), Sequence::new());
    let mut coin = coins.coins();
    let mut kept = Sparse::new();
    for _ in 0..(STEPS / examples.len().max(1)).clamp(*PASSES.start(), *PASSES.end()) {
        sequence.shuffle(&mut order);
        for number in &order {
            let example = &examples[*number];
            kept.clear();
            kept.extend(example.vector.iter().filter(|_| coin()).map(|(f, v)| (*f, v * std::f32::consts::SQRT_2)));
            matrix.scores(&kept, &mut errors);
            softmax(&mut errors);
            errors[example.class] -= 1.0;
            let square = errors.iter().map(|error| error * error).sum::<f32>() * example.weight;
            for (feature, value) in &kept {
                let sum = &mut squares[*feature as usize];
                *sum += square * value * value / 2.0;
                let step = RATE * example.weight / sum.sqrt();
                let row = &mut matrix.weights[*feature as usize * classes..][..classes];
                for (weight, error) in row.iter_mut().zip(&errors) {
                    *weight -= step * (error * value + DECAY * *weight);
                }
            }
            bias_square += square * 0.01;
            let step = RATE * 0.1 / bias_square.sqrt();
            for (bias, error) in matrix.bias.iter_mut().zip(&errors) {
                *bias -= step * error;
            }
        }
    }
    matrix
}

/// The mean direction of every class (Rocchio, 1971).
pub(crate) fn centroids(examples: &[Example], features: usize, classes: usize) -> Matrix {
    let mut matrix = Matrix::new(features, classes);
    for example in examples {
        for (feature, value) in &example.vector {
            matrix.weights[*feature as usize * classes + example.class] += value * example.weight;
        }
    }
    let mut lengths = vec![0.0_f32; classes];
    for row in matrix.weights.chunks_exact(classes.max(1)) {
        for (length, weight) in lengths.iter_mut().zip(row) {
            *length += weight * weight;
        }
    }
    for row in matrix.weights.chunks_exact_mut(classes.max(1)) {
        for (length, weight) in lengths.iter().zip(row) {
            *weight /= length.sqrt().max(1e-6);
        }
    }
    matrix
}
