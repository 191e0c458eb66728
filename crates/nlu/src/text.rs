//! Normal form of questions.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The languages that features and answers differ by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Written with Han characters.
    Chinese,
    /// Everything else; words are separated.
    Other,
}

/// Traditional characters and their simplified ones, see `data/README.md`.
static SIMPLIFIED: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let lines = include_str!("../data/traditional.txt").lines();
    lines.filter_map(|line| Some((line.chars().next()?, line.chars().nth(1)?))).collect()
});

/// A letter may follow itself once, a digit three times: "hellooo" is "helloo", and a long number is a long number.
const LETTERS: usize = 2;
const DIGITS: usize = 4;

/// The language of a question: Chinese as soon as a fifth of its letters are Han characters.
pub fn language(text: &str) -> Language {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let han = text.chars().filter(|c| is_han(*c)).count();
    if han * 5 >= letters.max(1) { Language::Chinese } else { Language::Other }
}

pub(crate) fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ffff}')
}

/// The normal form: full width to half width, traditional characters to simplified ones, lower case, digits as `0`,
/// everything that is no letter or digit (emoji too) as one space, long repetitions cut. Idempotent.
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    let mut last = (' ', 0_usize);
    for c in text.chars().map(half_width).flat_map(char::to_lowercase).map(simplified) {
        let kept = match c {
            _ if c.is_ascii_digit() => '0',
            '\'' | '’' => continue,
            _ if c.is_alphanumeric() => c,
            _ => ' ',
        };
        last = if kept == last.0 { (kept, last.1 + 1) } else { (kept, 1) };
        let most = match kept {
            ' ' => usize::from(!normal.is_empty()),
            '0' => DIGITS,
            _ if is_han(kept) => usize::MAX,
            _ => LETTERS,
        };
        if last.1 <= most {
            normal.push(kept);
        }
    }
    normal.truncate(normal.trim_end().len());
    normal
}

pub(crate) fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

fn simplified(c: char) -> char {
    if is_han(c) { SIMPLIFIED.get(&c).copied().unwrap_or(c) } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn normalisation_is_idempotent(text in ".{0,80}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }

        #[test]
        fn normalisation_is_idempotent_for_what_customers_write(text in "[a-c０-９A-C 理賠乾麵'’🙂！, ]{0,40}") {
            let once = normalise(&text);
            prop_assert_eq!(normalise(&once), once);
        }
    }

    #[test]
    fn width_case_digits_and_punctuation_do_not_matter() {
        assert_eq!(normalise("Ｈｅｌｌｏ， World！ 42"), "hello world 00");
        assert_eq!(normalise("What's  up? 🙂"), "whats up");
        assert_eq!(normalise("soooo looong 6222021234567890"), "soo loong 0000");
    }

    #[test]
    fn traditional_characters_are_read_as_simplified_ones() {
        assert_eq!(normalise("保險理賠怎麼辦"), normalise("保险理赔怎么办"));
        assert!(SIMPLIFIED.values().all(|c| !SIMPLIFIED.contains_key(c)), "a simplified character is changed again");
        assert!(SIMPLIFIED.len() > 2_500);
    }

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(language("我的保单 policy 什么时候生效"), Language::Chinese);
        assert_eq!(language("When does my policy start?"), Language::Other);
    }
}
