//! Small models that are fitted on held-out questions: how to mix the rankers, how far to trust the first answer, and
//! whether a question is about anything that is known at all.

use crate::number::{argmax, count, sigmoid, softmax, top_two};

/// How a model that has not seen a question scores it.
#[derive(Debug, Clone)]
pub(crate) struct HeldOut {
    /// By ranker, then by class.
    pub(crate) scores: [Vec<f32>; RANKERS],
    /// Share of the question's feature weight that is known.
    pub(crate) known: f32,
    /// Its class, or none when its class was held out as well.
    pub(crate) class: Option<usize>,
}

/// Support vector machine, logistic regression, centroids.
pub(crate) const LINEAR: usize = 3;
/// Those, and likeness of the nearest phrase in meaning and in words.
pub(crate) const RANKERS: usize = LINEAR + 2;

/// Weights of the rankers in the mixed score.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mix(pub(crate) [f32; RANKERS]);

impl Mix {
    /// For knowledge bases that are too small to fit on.
    pub(crate) const START: Self = Self([3.0, 0.4, 3.0, 3.0, 1.0]);

    /// Weights of likeness in meaning and in words.
    pub(crate) fn likeness(self) -> [f32; RANKERS - LINEAR] {
        let [.., meaning, words] = self.0;
        [meaning, words]
    }

    fn mixed(self, scores: &[Vec<f32>; RANKERS]) -> Vec<f32> {
        let mut mixed = vec![0.0; scores[0].len()];
        for (weight, scores) in self.0.iter().zip(scores) {
            for (sum, score) in mixed.iter_mut().zip(scores) {
                *sum += weight * score;
            }
        }
        mixed
    }

    /// Fits the weights by gradient descent on the log loss of the questions of known class, pulled a little towards the start.
    pub(crate) fn fit(held_out: &[HeldOut]) -> Self {
        let known: Vec<(&HeldOut, usize)> = held_out.iter().filter_map(|q| q.class.map(|class| (q, class))).collect();
        let (mut mix, mut squares) = (Self::START, [1e-6_f32; RANKERS]);
        let size = count(known.len().max(1));
        let pull = 2.0 / (size + 100.0);
        for _ in 0..80 {
            let mut gradient = [0.0_f32; RANKERS];
            for (question, class) in &known {
                let mut errors = mix.mixed(&question.scores);
                softmax(&mut errors);
                errors[*class] -= 1.0;
                for (gradient, scores) in gradient.iter_mut().zip(&question.scores) {
                    *gradient += errors.iter().zip(scores).map(|(error, score)| error * score).sum::<f32>() / size;
                }
            }
            for (index, gradient) in gradient.into_iter().enumerate() {
                let weight = &mut mix.0[index];
                let gradient = gradient + pull * (*weight - Self::START.0[index]) / Self::START.0[index];
                squares[index] += gradient * gradient;
                *weight = (*weight - 0.4 * gradient / squares[index].sqrt()).clamp(0.0, 60.0);
            }
        }
        mix
    }
}

/// A question in the eyes of the whole model.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// Mixed score by class.
    pub(crate) scores: Vec<f32>,
    /// What likeness in meaning has in that.
    pub(crate) by_meaning: Vec<f32>,
    /// Likeness of the nearest phrase by class.
    pub(crate) similarity: Vec<f32>,
    /// Share of the question's feature weight that is known.
    pub(crate) known: f32,
}

impl View {
    pub(crate) fn of(held_out: &HeldOut, mix: Mix) -> Self {
        let similarity = held_out.scores[RANKERS - 1].clone();
        let by_meaning = held_out.scores[LINEAR].iter().map(|near| near * mix.0[LINEAR]).collect();
        Self { scores: mix.mixed(&held_out.scores), by_meaning, similarity, known: held_out.known }
    }

    /// Probabilities of all classes by the mixed score alone.
    pub(crate) fn probabilities(&self) -> Vec<f32> {
        let mut probabilities = self.scores.clone();
        softmax(&mut probabilities);
        probabilities
    }

    /// What tells whether a question is in scope: best score, its lead, likeness of the nearest phrase, what is known, and
    /// best score and likeness together. The score is that without likeness in meaning: a question of words whose meaning is not known
    /// is not out of scope for that.
    fn signs(&self) -> [f32; SIGNS] {
        let (best, second) = top_two(&self.scores);
        let first = argmax(&self.scores);
        let (score, near) = (best - self.by_meaning[first], self.similarity[first]);
        [score, best - second.max(best - 20.0), near, self.known, score * near]
    }
}

const SIGNS: usize = 5;

/// Share of the errors that is left with all phrases, given those of models that have seen 7 of 8: errors fall with the 0.4th power of the number of phrases
/// (a power law, Hestness and others, 2017; the power as measured from 5 to 20 phrases an article).
const STILL_WRONG: f32 = 0.948;

/// Brings a probability to what was seen: `sigmoid(slope * log odds + shift)` (Platt, 1999).
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Platt {
    slope: f32,
    shift: f32,
}

impl Platt {
    pub(crate) const START: Self = Self { slope: 1.0, shift: 0.0 };

    pub(crate) fn apply(self, probability: f32) -> f32 {
        sigmoid(self.slope * log_odds(probability) + self.shift)
    }

    /// Fits on "the first is right" of the questions of known class.
    pub(crate) fn fit(views: &[(View, Option<usize>)]) -> Self {
        let rows: Vec<(f32, f32)> = views
            .iter()
            .filter_map(|(view, class)| {
                let probabilities = view.probabilities();
                let best = argmax(&probabilities);
                class.map(|class| (log_odds(probabilities[best]), if class == best { 1.0 } else { 0.0 }))
            })
            .collect();
        let mut platt = Self::START;
        let size = count(rows.len().max(1));
        for _ in 0..300 {
            let (mut slope, mut shift) = (0.0, 0.0);
            for (odds, right) in &rows {
                let error = (sigmoid(platt.slope * odds + platt.shift) - right) / size;
                slope += error * odds;
                shift += error;
            }
            platt.slope = (platt.slope - 0.2 * (slope + 0.02 * (platt.slope - 1.0))).max(0.1);
            platt.shift -= 0.2 * shift;
        }
        platt.of_whole_model(&rows)
    }

    /// Shifted so that of these questions as many fewer are expected to be wrong as the whole model is better than the ones that they were
    /// held out of.
    fn of_whole_model(mut self, rows: &[(f32, f32)]) -> Self {
        let wrong = |shift: f32| rows.iter().map(|(odds, _)| sigmoid(-(self.slope * odds + shift))).sum::<f32>();
        let aim = wrong(self.shift) * STILL_WRONG;
        let (mut low, mut high) = (self.shift, self.shift + 1.0);
        for _ in 0..20 {
            let middle = f32::midpoint(low, high);
            if wrong(middle) > aim { low = middle } else { high = middle }
        }
        self.shift = f32::midpoint(low, high);
        self
    }
}

fn log_odds(probability: f32) -> f32 {
    let probability = probability.clamp(1e-4, 1.0 - 1e-4);
    (probability / (1.0 - probability)).ln()
}

/// Logistic model of "the question is about something that is known".
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(crate) struct Scope {
    weights: [f32; SIGNS],
    bias: f32,
}

impl Scope {
    /// A cautious guess for knowledge bases that are too small to fit on.
    pub(crate) const START: Self = Self { weights: [0.3, 0.1, 2.0, 3.0, 0.3], bias: -2.6 };

    pub(crate) fn probability(&self, view: &View) -> f32 {
        sigmoid(self.bias + self.weights.iter().zip(view.signs()).map(|(weight, sign)| weight * sign).sum::<f32>())
    }

    /// Fits by gradient descent on signs of unit spread; those of unknown class count as much as the others together.
    pub(crate) fn fit(views: &[(View, Option<usize>)]) -> Self {
        let rows: Vec<([f32; SIGNS], bool)> =
            views.iter().map(|(view, class)| (view.signs(), class.is_some())).collect();
        let inside = rows.iter().filter(|(_, inside)| *inside).count();
        let outside = rows.len() - inside;
        if inside < 10 || outside < 10 {
            return Self::START;
        }
        let size = count(rows.len());
        let mean: [f32; SIGNS] = std::array::from_fn(|i| rows.iter().map(|(signs, _)| signs[i]).sum::<f32>() / size);
        let spread: [f32; SIGNS] = std::array::from_fn(|i| {
            (rows.iter().map(|(signs, _)| (signs[i] - mean[i]).powi(2)).sum::<f32>() / size).sqrt().max(1e-3)
        });
        let (mut weights, mut bias) = ([0.5_f32; SIGNS], 0.0_f32);
        for _ in 0..400 {
            let (mut gradient, mut bias_gradient) = ([0.0_f32; SIGNS], 0.0);
            for (signs, is_inside) in &rows {
                let unit: [f32; SIGNS] = std::array::from_fn(|i| (signs[i] - mean[i]) / spread[i]);
                let score = bias + weights.iter().zip(unit).map(|(weight, sign)| weight * sign).sum::<f32>();
                let (truth, share) = if *is_inside { (1.0, 0.5 / count(inside)) } else { (0.0, 0.5 / count(outside)) };
                let error = (sigmoid(score) - truth) * share;
                bias_gradient += error;
                for (sum, sign) in gradient.iter_mut().zip(unit) {
                    *sum += error * sign;
                }
            }
            bias -= bias_gradient;
            for (weight, gradient) in weights.iter_mut().zip(gradient) {
                // More known or more alike never speaks against a question.
                *weight = (*weight - (gradient + 0.01 * *weight)).max(0.0);
            }
        }
        let weights: [f32; SIGNS] = std::array::from_fn(|i| weights[i] / spread[i]);
        let shift = weights.iter().zip(mean).map(|(weight, mean)| weight * mean).sum::<f32>();
        Self { weights, bias: bias - shift }
    }
}
