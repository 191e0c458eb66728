//! Small models that are fitted on held-out scores: how to mix two rankers, and how far to trust the result.

use crate::linear::softmax;

/// A held-out question: classifier logits, retrieval similarity by class, and its class, or none when its class was
/// held out as well.
pub(crate) struct HeldOut {
    pub(crate) logits: Vec<f32>,
    pub(crate) similarity: Vec<f32>,
    pub(crate) class: Option<usize>,
}

/// Weights of classifier and retrieval in the mixed score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix {
    pub(crate) classifier: f32,
    pub(crate) retrieval: f32,
}

impl Mix {
    pub(crate) const START: Self = Self { classifier: 1.0, retrieval: 4.0 };

    /// Mixed probabilities of all classes.
    pub(crate) fn apply(self, logits: &[f32], similarity: &[f32]) -> Vec<f32> {
        let mut scores: Vec<f32> =
            logits.iter().zip(similarity).map(|(l, s)| self.classifier * l + self.retrieval * s).collect();
        softmax(&mut scores);
        scores
    }

    /// Fits both weights by gradient descent on the log loss of the held-out questions of known class.
    pub(crate) fn fit(held_out: &[HeldOut]) -> Self {
        let known: Vec<(&HeldOut, usize)> = held_out.iter().filter_map(|q| q.class.map(|class| (q, class))).collect();
        let mut mix = Self::START;
        let (mut squares, rate) = ([1e-6_f32; 2], 0.3);
        for _ in 0..60 {
            let mut gradient = [0.0_f32; 2];
            for (question, class) in &known {
                let mut errors = mix.apply(&question.logits, &question.similarity);
                errors[*class] -= 1.0;
                for (error, (logit, similarity)) in errors.iter().zip(question.logits.iter().zip(&question.similarity))
                {
                    gradient[0] += error * logit;
                    gradient[1] += error * similarity;
                }
            }
            let size = crate::bm25::count(known.len().max(1));
            for (weight, (gradient, square)) in
                [&mut mix.classifier, &mut mix.retrieval].into_iter().zip(gradient.iter().zip(&mut squares))
            {
                let gradient = gradient / size;
                *square += gradient * gradient;
                *weight = (*weight - rate * gradient / square.sqrt()).clamp(0.05, 40.0);
            }
        }
        mix
    }
}

/// What the trust in an answer depends on.
pub(crate) const SIGNS: usize = 4;

/// Logistic model of "the first answer is right".
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trust {
    weights: [f32; SIGNS],
    bias: f32,
}

impl Trust {
    /// A cautious guess for knowledge bases that are too small to fit on.
    pub(crate) const START: Self = Self { weights: [1.6, 0.0, 7.0, 0.0], bias: -4.2 };

    /// The signs of a ranking: log odds of the best class, lead over the second, best similarity, and its lead.
    pub(crate) fn signs(probabilities: &[f32], similarity: &[f32]) -> [f32; SIGNS] {
        let (best, second) = top_two(probabilities);
        let (near, next) = top_two(similarity);
        let best = best.clamp(1e-4, 1.0 - 1e-4);
        [(best / (1.0 - best)).ln(), best - second, near, near - next]
    }

    /// Probability that the first answer is right.
    pub(crate) fn probability(&self, signs: [f32; SIGNS]) -> f32 {
        let score = self.bias + self.weights.iter().zip(signs).map(|(w, s)| w * s).sum::<f32>();
        1.0 / (1.0 + (-score).exp())
    }

    /// Fits by gradient descent, pulled towards the cautious guess; questions of unknown class count as wrong.
    pub(crate) fn fit(held_out: &[HeldOut], mix: Mix) -> Self {
        let mut trust = Self::START;
        let rows: Vec<([f32; SIGNS], f32)> = held_out
            .iter()
            .map(|question| {
                let probabilities = mix.apply(&question.logits, &question.similarity);
                let right = question.class.is_some_and(|class| class == argmax(&probabilities));
                (Self::signs(&probabilities, &question.similarity), if right { 1.0 } else { 0.0 })
            })
            .collect();
        let size = crate::bm25::count(rows.len().max(1));
        let pull = 5.0 / (size + 5.0) * 0.2;
        for _ in 0..400 {
            let mut gradient = [0.0_f32; SIGNS];
            let mut bias_gradient = 0.0;
            for (signs, right) in &rows {
                let error = trust.probability(*signs) - right;
                bias_gradient += error / size;
                for (sum, sign) in gradient.iter_mut().zip(signs) {
                    *sum += error * sign / size;
                }
            }
            for ((weight, start), gradient) in trust.weights.iter_mut().zip(Self::START.weights).zip(gradient) {
                *weight -= 0.5 * (gradient + pull * (*weight - start));
            }
            trust.bias -= 0.5 * (bias_gradient + pull * (trust.bias - Self::START.bias));
        }
        trust
    }
}

fn top_two(values: &[f32]) -> (f32, f32) {
    values.iter().fold(
        (0.0, 0.0),
        |(first, second), value| {
            if *value > first { (*value, first) } else { (first, value.max(second)) }
        },
    )
}

pub(crate) fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
