//! Values that customers give in a dialogue, read out of what they write: dates, amounts of money, numbers of phones, plates,
//! policies and identity cards, yes and no. Each reader finds its value anywhere in the words and gives it in one normal form.

mod date;
mod identity;
mod number;

pub use date::date;
pub use identity::{chinese_id, phone, plate, policy_number};
pub use number::{Amount, money, number};
pub(crate) use number::{digits, thousandths};

use regex::Regex;

use crate::text::normalise;

pub(crate) fn regex(pattern: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "a constant of this crate")]
    Regex::new(pattern).expect("a pattern of this crate is right")
}

/// Why no value was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is none in the words.
    Missing,
    /// There are several; it is not known which is meant.
    Several,
    /// There is no such day.
    NoSuchDay,
    /// A digit is wrong: the check digit does not fit.
    CheckDigit,
}

const YES: [&str; 25] = [
    "是",
    "是的",
    "对",
    "对的",
    "好",
    "好的",
    "可以",
    "没错",
    "确认",
    "正确",
    "嗯",
    "行",
    "没问题",
    "要",
    "需要",
    "同意",
    "yes",
    "y",
    "yeah",
    "yep",
    "ok",
    "okay",
    "sure",
    "correct",
    "confirm",
];
const NO: [&str; 20] = [
    "不",
    "不是",
    "不对",
    "否",
    "错",
    "错了",
    "不要",
    "不用",
    "不可以",
    "不行",
    "不同意",
    "有误",
    "没有",
    "no",
    "n",
    "nope",
    "wrong",
    "incorrect",
    "not correct",
    "no thanks",
];

/// Yes or no.
///
/// # Errors
/// [`Refusal::Missing`] when the words are neither.
pub fn yes_no(text: &str) -> Result<bool, Refusal> {
    let normal = normalise(text);
    let normal = normal.trim_end_matches(['的', '吧', '了', '啊', '呀', '哦']);
    let said = |words: &[&str]| {
        words.iter().any(|word| {
            let word = word.trim_end_matches(['的', '了']);
            // "yes please" is yes; a Chinese word that begins another one is not.
            normal == word || word.is_ascii() && normal.strip_prefix(word).is_some_and(|rest| rest.starts_with(' '))
        })
    };
    match (said(&YES), said(&NO)) {
        (true, false) => Ok(true),
        (false, true) => Ok(false),
        _ => Err(Refusal::Missing),
    }
}

/// The only one of what was found.
fn only<T: PartialEq>(found: impl IntoIterator<Item = T>) -> Result<T, Refusal> {
    let mut found = found.into_iter();
    let first = found.next().ok_or(Refusal::Missing)?;
    if found.all(|other| other == first) { Ok(first) } else { Err(Refusal::Several) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_told_apart() {
        for text in ["是的", "对", "好的！", "可以啊", "Yes, please", "OK", "y"] {
            assert_eq!(yes_no(text), Ok(true), "{text}");
        }
        for text in ["不是", "不对", "不用了", "No.", "no thanks", "错了"] {
            assert_eq!(yes_no(text), Ok(false), "{text}");
        }
        for text in ["对不起，我没懂", "maybe", "", "nobody", "是不是"] {
            assert_eq!(yes_no(text), Err(Refusal::Missing), "{text}");
        }
    }
}
