//! What English words mean, built in; see `data/README.md`.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use crate::model::Meaning;
use crate::text::is_han;

/// Numbers of a word's vector.
const LENGTH: usize = 100;

/// A word's vector: a byte for each number, and what they are multiplied with.
struct Word {
    scale: f32,
    numbers: &'static [u8],
}

static WORDS: LazyLock<HashMap<&'static [u8], Word>> = LazyLock::new(|| {
    let mut rest: &'static [u8] = include_bytes!("../data/words.bin");
    let mut words = HashMap::new();
    while let Some((length, behind)) = rest.split_first() {
        let (word, behind) = behind.split_at(usize::from(*length));
        let (scale, behind) = behind.split_at(size_of::<f32>());
        let (numbers, behind) = behind.split_at(LENGTH);
        words.insert(word, Word { scale: scale.try_into().map_or(0.0, f32::from_le_bytes), numbers });
        rest = behind;
    }
    words
});

/// What the words of a normal form mean together, as a unit vector: the sum of their vectors, in which frequent words are short. None
/// where less than half of the words are known, or the text has Han characters.
pub(crate) fn meaning(normal: &str) -> Option<Meaning> {
    if normal.chars().any(is_han) {
        return None;
    }
    let words: Vec<Option<&Word>> = normal.split(' ').map(|word| WORDS.get(word.as_bytes())).collect();
    let known: Vec<&Word> = words.iter().copied().flatten().collect();
    if known.len() * 2 < words.len() {
        return None;
    }
    let mut sum = vec![0.0_f32; LENGTH];
    for word in known {
        for (sum, number) in sum.iter_mut().zip(word.numbers) {
            *sum += word.scale * f32::from(number.cast_signed());
        }
    }
    let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
    (length > 0.0).then(|| sum.iter().map(|number| number / length).collect::<Arc<[f32]>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn alike(one: &str, other: &str) -> f32 {
        let (one, other) = (meaning(one).unwrap(), meaning(other).unwrap());
        one.iter().zip(other.iter()).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn words_of_one_matter_are_alike() {
        for (one, near, far) in [("refund", "reimbursement", "weather"), ("hospital", "clinic", "password")] {
            assert!(alike(one, near) > 0.5, "{one} {near}");
            assert!(alike(one, far) < 0.3, "{one} {far}");
        }
        assert!(alike("i want a refund", "refund") > 0.7, "frequent words say little");
    }

    #[test]
    fn of_what_it_does_not_know_it_says_nothing() {
        for text in ["", "zxcv qwer", "怎么退保", "app怎么登录", "00 00", "zxcv qwer refund"] {
            assert!(meaning(text).is_none(), "{text}");
        }
    }
}
