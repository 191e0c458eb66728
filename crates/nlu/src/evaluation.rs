//! How good answers are: figures over questions whose right answer is known.

use std::collections::HashMap;

/// What a model said to a question of known class.
#[derive(Debug, Clone, Copy)]
pub struct Scored {
    /// The right class.
    pub truth: usize,
    /// The first class, or none when nothing was found.
    pub predicted: Option<usize>,
    /// Probability that the first is right, 0 to 1.
    pub probability: f64,
    /// Whether the right class is among the first three.
    pub in_top_three: bool,
}

/// Figures over questions of known class. All are shares from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// Share whose first class is right.
    pub accuracy: f64,
    /// Mean over the classes of the harmonic mean of precision and recall.
    pub macro_f1: f64,
    /// Share whose right class is among the first three.
    pub top_three: f64,
    /// Expected calibration error: mean distance between probability and accuracy over 15 bins of equal width, weighed by their
    /// questions (Guo and others, 2017).
    pub calibration_error: f64,
}

/// Figures of a whole set; all 0 for an empty one.
pub fn figures(scored: &[Scored]) -> Figures {
    Figures {
        accuracy: share(scored, |one| one.predicted == Some(one.truth)),
        macro_f1: macro_f1(scored),
        top_three: share(scored, |one| one.in_top_three),
        calibration_error: calibration_error(scored),
    }
}

fn share<T>(all: &[T], is: impl Fn(&T) -> bool) -> f64 {
    real(all.iter().filter(|one| is(one)).count()) / real(all.len().max(1))
}

#[expect(clippy::cast_precision_loss, reason = "counts of questions stay far below 2^53")]
fn real(n: usize) -> f64 {
    n as f64
}

fn macro_f1(scored: &[Scored]) -> f64 {
    // Right, said, true.
    let mut counts: HashMap<usize, [usize; 3]> = HashMap::new();
    for one in scored {
        counts.entry(one.truth).or_default()[2] += 1;
        if let Some(predicted) = one.predicted {
            counts.entry(predicted).or_default()[1] += 1;
            counts.entry(predicted).or_default()[0] += usize::from(predicted == one.truth);
        }
    }
    let asked: Vec<_> = counts.values().filter(|[_, _, truth]| *truth > 0).collect();
    let f1 = |[right, said, truth]: &&[usize; 3]| 2.0 * real(*right) / real(said + truth);
    asked.iter().map(f1).sum::<f64>() / real(asked.len().max(1))
}

fn calibration_error(scored: &[Scored]) -> f64 {
    const BINS: usize = 15;
    let bin = |one: &Scored| (1..BINS).filter(|bin| one.probability > real(*bin) / real(BINS)).count();
    let mut bins = [(0.0, 0.0); BINS];
    for one in scored {
        let (probability, right) = &mut bins[bin(one)];
        *probability += one.probability;
        *right += if one.predicted == Some(one.truth) { 1.0 } else { 0.0 };
    }
    let distance: f64 = bins.iter().map(|(probability, right): &(f64, f64)| (probability - right).abs()).sum();
    distance / real(scored.len().max(1))
}

/// The share of questions that may be answered when answers are given from some probability on, such that at least
/// `precision` of the given answers are right.
pub fn coverage(scored: &[Scored], precision: f64) -> f64 {
    let mut order: Vec<&Scored> = scored.iter().collect();
    order.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    let (mut right, mut best) = (0, 0);
    for (number, one) in order.iter().enumerate() {
        right += usize::from(one.predicted == Some(one.truth));
        // Equal probabilities are answered together.
        let is_last = order.get(number + 1).is_none_or(|next| next.probability < one.probability);
        if is_last && real(right) >= precision * real(number + 1) {
            best = number + 1;
        }
    }
    real(best) / real(scored.len().max(1))
}

/// How well scores tell questions inside from those outside: probability that one from inside has the higher score (area
/// under the ROC curve, by ranks; Hanley and `McNeil`, 1982). 0.5 without questions of both kinds.
pub fn auroc(inside: &[f64], outside: &[f64]) -> f64 {
    if inside.is_empty() || outside.is_empty() {
        return 0.5;
    }
    let mut below = outside.to_vec();
    below.sort_by(f64::total_cmp);
    let wins = |score: &f64| {
        let less = below.partition_point(|other| other < score);
        let not_more = below.partition_point(|other| other <= score);
        real(less) + real(not_more - less) / 2.0
    };
    inside.iter().map(wins).sum::<f64>() / real(inside.len()) / real(outside.len())
}

/// The share of questions outside that are refused when the threshold refuses at most `false_rejects` of those inside.
pub fn refused(inside: &[f64], outside: &[f64], false_rejects: f64) -> f64 {
    let mut inside = inside.to_vec();
    inside.sort_by(f64::total_cmp);
    let allowed = (0..inside.len()).filter(|n| real(*n) <= false_rejects * real(inside.len())).max().unwrap_or(0);
    let Some(threshold) = inside.get(allowed) else { return 0.0 };
    share(outside, |score| score < threshold)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(truth: usize, predicted: usize, probability: f64) -> Scored {
        Scored { truth, predicted: Some(predicted), probability, in_top_three: truth == predicted }
    }

    #[test]
    fn figures_are_those_of_the_books() {
        let all = [scored(0, 0, 0.9), scored(0, 1, 0.6), scored(1, 1, 0.8), scored(1, 1, 0.7)];
        let figures = figures(&all);
        assert!((figures.accuracy - 0.75).abs() < 1e-9);
        // Class 0: precision 1, recall 1/2; class 1: precision 2/3, recall 1.
        assert!((figures.macro_f1 - f64::midpoint(2.0 / 3.0, 0.8)).abs() < 1e-9);
        assert!((figures.calibration_error - (0.1 + 0.6 + 0.2 + 0.3) / 4.0).abs() < 1e-9);
    }

    #[test]
    fn coverage_is_what_can_be_answered_at_a_precision() {
        let all = [scored(0, 0, 0.9), scored(0, 0, 0.8), scored(0, 1, 0.7), scored(1, 1, 0.6)];
        assert!((coverage(&all, 1.0) - 0.5).abs() < 1e-9);
        assert!((coverage(&all, 0.75) - 1.0).abs() < 1e-9);
        assert!(coverage(&[scored(0, 1, 0.9)], 0.5).abs() < 1e-9);
    }

    #[test]
    fn scores_that_tell_all_apart_have_the_whole_area() {
        assert!((auroc(&[0.9, 0.8], &[0.1, 0.2]) - 1.0).abs() < 1e-9);
        assert!((auroc(&[0.5], &[0.5]) - 0.5).abs() < 1e-9);
        assert!((refused(&[0.9, 0.8, 0.7], &[0.1, 0.75], 0.05) - 0.5).abs() < 1e-9);
    }
}
