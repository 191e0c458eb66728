//! Small arithmetic that several rooms share.

/// A count as a number to reckon with.
#[expect(clippy::cast_precision_loss, reason = "counts of phrases and words stay far below 2^24")]
pub(crate) fn count(n: usize) -> f32 {
    n as f32
}

/// A sum of products of small numbers.
#[expect(clippy::cast_precision_loss, reason = "its last bits say nothing")]
pub(crate) fn real(sum: i32) -> f32 {
    sum as f32
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

/// The logistic function.
pub(crate) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

/// The place of the largest value.
pub(crate) fn argmax(values: &[f32]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// The largest value and the second largest.
pub(crate) fn top_two(values: &[f32]) -> (f32, f32) {
    values.iter().fold((f32::NEG_INFINITY, f32::NEG_INFINITY), |(first, second), value| {
        if *value > first { (*value, first) } else { (first, value.max(second)) }
    })
}

/// A fixed sequence of numbers, so that the same phrases give the same model (xorshift64, Marsaglia 2003).
#[derive(Debug)]
pub struct Sequence(u64);

impl Sequence {
    /// From its beginning.
    #[expect(clippy::new_without_default, reason = "a sequence is begun on purpose")]
    pub const fn new() -> Self {
        Self(0x9e37_79b9_7f4a_7c15)
    }

    /// The next number; all of its bits are as good as drawn.
    #[expect(clippy::should_implement_trait, reason = "it never ends")]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    /// True in about half of the calls, 64 answers from each number.
    pub(crate) fn coins(&mut self) -> impl FnMut() -> bool {
        let (mut bits, mut left) = (0, 0);
        move || {
            if left == 0 {
                (bits, left) = (self.next(), 64);
            }
            left -= 1;
            bits >>= 1;
            bits & 1 == 1
        }
    }

    /// A number below `n`, or 0.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() >> 11).unwrap_or(0) % n.max(1)
    }

    /// Brings things into another order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for index in (1..things.len()).rev() {
            things.swap(index, self.below(index + 1));
        }
    }
}
