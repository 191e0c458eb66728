//! What words mean, built in, in English and in Chinese; see `data/README.md`.

use std::sync::{Arc, LazyLock};

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::features::each_run;
use crate::meanings::Meaning;
use crate::number::real;

/// Numbers of a meaning. Both languages are written into the same ones; Chinese needs fewer.
const LENGTH: usize = 128;
const ENGLISH: usize = LENGTH;
const CHINESE: usize = 100;
/// Words of both.
const COUNT: usize = 90_000;
/// Characters of the longest Chinese word.
const LONGEST: usize = 6;

/// A word's vector: a byte for each number, and what they are multiplied with.
pub(crate) struct Word {
    scale: f32,
    numbers: &'static [u8],
}

impl Word {
    /// How much it says: 1 is what the middle one of all words says, frequent words say less.
    pub(crate) fn weight(&self) -> f32 {
        self.product(self).sqrt()
    }

    /// How near it is in meaning to another word of its language, -1 to 1.
    pub(crate) fn cosine(&self, other: &Self) -> f32 {
        if self.numbers.len() == other.numbers.len() {
            self.product(other) / (self.weight() * other.weight()).max(f32::MIN_POSITIVE)
        } else {
            0.0
        }
    }

    fn product(&self, other: &Self) -> f32 {
        let byte = |byte: &u8| i32::from(byte.cast_signed());
        let products = self.numbers.iter().zip(other.numbers).map(|(one, other)| byte(one) * byte(other));
        real(products.sum()) * self.scale * other.scale
    }
}

/// What a word of a normal form means.
pub(crate) fn word(word: &str) -> Option<&'static Word> {
    WORDS.get(word.as_bytes())
}

static WORDS: LazyLock<FxHashMap<&'static [u8], Word>> = LazyLock::new(|| {
    let mut words = FxHashMap::with_capacity_and_hasher(COUNT, FxBuildHasher);
    words.extend(read(include_bytes!("../data/english.bin"), ENGLISH));
    words.extend(read(include_bytes!("../data/chinese.bin"), CHINESE));
    words
});

fn read(mut rest: &'static [u8], length: usize) -> impl Iterator<Item = (&'static [u8], Word)> {
    std::iter::from_fn(move || {
        let (letters, behind) = rest.split_first()?;
        let (word, behind) = behind.split_at(usize::from(*letters));
        let (scale, behind) = behind.split_first_chunk()?;
        let (numbers, behind) = behind.split_at(length);
        rest = behind;
        Some((word, Word { scale: f32::from_le_bytes(*scale), numbers }))
    })
}

/// What the words of a normal form mean together, as a unit vector: the sum of their vectors, in which frequent words are short. None
/// where less than half of the letters are in known words.
pub(crate) fn meaning(normal: &str) -> Option<Meaning> {
    let mut sum = vec![0.0_f32; LENGTH];
    let (mut known, mut letters) = (0, 0);
    let mut add = |word: &str| {
        let Some(found) = self::word(word) else { return false };
        for (sum, number) in sum.iter_mut().zip(found.numbers) {
            *sum += found.scale * f32::from(number.cast_signed());
        }
        known += word.chars().count();
        true
    };
    each_run(normal, |run, han| {
        letters += run.chars().filter(|c| !c.is_ascii_digit()).count();
        if han {
            longest_words(run, &mut add);
        } else {
            add(run);
        }
    });
    let length = sum.iter().map(|number| number * number).sum::<f32>().sqrt();
    (length > 0.0 && known * 4 >= letters).then(|| sum.iter().map(|number| number / length).collect::<Arc<[f32]>>())
}

/// Takes Han text apart from the left, the longest known word first; `add` says whether a word is known.
pub(crate) fn longest_words(run: &str, mut add: impl FnMut(&str) -> bool) {
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).take(LONGEST);
        let mut ends = ends.collect::<Vec<_>>().into_iter().rev();
        let end = ends.find(|end| add(&rest[..*end]));
        rest = &rest[end.unwrap_or(first.len_utf8())..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::normalise;

    fn alike(one: &str, other: &str) -> f32 {
        let meaning = |text: &str| meaning(&normalise(text)).unwrap();
        meaning(one).iter().zip(meaning(other).iter()).map(|(a, b)| a * b).sum()
    }

    #[test]
    fn words_of_one_matter_are_alike() {
        for (one, near, far) in [
            ("refund", "reimbursement", "weather"),
            ("hospital", "clinic", "password"),
            ("My card doesn't work", "the card is broken", "when do you open"),
            ("医院", "诊所", "密码"),
            ("汽车坏了", "车辆故障", "退款"),
            ("怎么付钱", "如何支付", "天气"),
        ] {
            assert!(
                alike(one, near) > alike(one, far) + 0.3,
                "{one} {near} {}, {far} {}",
                alike(one, near),
                alike(one, far)
            );
        }
        assert!(alike("i want a refund", "refund") > 0.7, "frequent words say little");
        assert!(alike("醫院", "医院") > 0.99, "traditional characters are read as simplified ones");
    }

    #[test]
    fn of_what_it_does_not_know_it_says_nothing() {
        for text in ["", "zxcvq qwerf", "00 00", "zxcvq qwerf it", "zxcvqwerf退"] {
            assert!(meaning(text).is_none(), "{text}");
        }
        assert!(meaning("app怎么登录").is_some(), "two languages in one question");
    }
}
