//! Normal form of questions and the features that are cut from it.

/// The languages that features and answers differ by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Written with Han characters.
    Chinese,
    /// Everything else; words are separated.
    Other,
}

/// The language of a question: Chinese as soon as a fifth of its letters are Han characters.
pub fn language(text: &str) -> Language {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let han = text.chars().filter(|c| is_han(*c)).count();
    if han * 5 >= letters.max(1) { Language::Chinese } else { Language::Other }
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{2ffff}')
}

/// The normal form: full width to half width, lower case, digits as `0`, everything that is no letter or digit as one
/// space. Idempotent.
pub fn normalise(text: &str) -> String {
    let mut normal = String::with_capacity(text.len());
    for c in text.chars().map(half_width).flat_map(char::to_lowercase) {
        let kept = match c {
            _ if c.is_ascii_digit() => Some('0'),
            '\'' | '’' => continue,
            _ if c.is_alphanumeric() => Some(c),
            _ => None,
        };
        match kept {
            Some(c) => normal.push(c),
            None if normal.is_empty() || normal.ends_with(' ') => {}
            None => normal.push(' '),
        }
    }
    normal.truncate(normal.trim_end().len());
    normal
}

fn half_width(c: char) -> char {
    match c {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        _ => c,
    }
}

/// Retrieval terms of a normal form: words, and for Han text single characters and pairs.
pub(crate) fn terms(normal: &str) -> Vec<u64> {
    let mut terms = Vec::new();
    each_run(normal, |run, han| {
        if han {
            grams(run, 1..=2, |gram| terms.push(hash(b'h', gram)));
        } else {
            terms.push(hash(b'w', run));
        }
    });
    terms
}

/// Classifier features of a normal form: words, word pairs and character 2- to 5-grams; for Han text characters 1 to 3.
pub(crate) fn features(normal: &str) -> Vec<u64> {
    let mut features = Vec::new();
    let mut previous: Option<String> = None;
    each_run(normal, |run, han| {
        if han {
            grams(run, 1..=3, |gram| features.push(hash(b'h', gram)));
            previous = None;
            return;
        }
        features.push(hash(b'w', run));
        if let Some(previous) = &previous {
            features.push(hash(b'b', &format!("{previous} {run}")));
        }
        grams(&format!(" {run} "), 2..=5, |gram| features.push(hash(b'c', gram)));
        previous = Some(run.to_owned());
    });
    features
}

/// Calls `f` for every word, Han runs and other runs apart.
fn each_run(normal: &str, mut f: impl FnMut(&str, bool)) {
    for word in normal.split(' ').filter(|word| !word.is_empty()) {
        let mut start = 0;
        let mut kind = None;
        for (index, c) in word.char_indices() {
            let han = is_han(c);
            if kind.is_some_and(|kind| kind != han) {
                f(&word[start..index], !han);
                start = index;
            }
            kind = Some(han);
        }
        f(&word[start..], kind == Some(true));
    }
}

fn grams(run: &str, sizes: std::ops::RangeInclusive<usize>, mut f: impl FnMut(&str)) {
    let starts: Vec<usize> = run.char_indices().map(|(index, _)| index).chain([run.len()]).collect();
    for size in sizes {
        for window in starts.windows(size + 1) {
            f(&run[window[0]..window[size]]);
        }
    }
}

/// FNV-1a over a kind and a text.
fn hash(kind: u8, text: &str) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325_u64 ^ u64::from(kind);
    text.bytes().fold(start.wrapping_mul(0x0100_0000_01b3), |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
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
    }

    #[test]
    fn width_case_digits_and_punctuation_do_not_matter() {
        assert_eq!(normalise("Ｈｅｌｌｏ， World！ 42"), "hello world 00");
        assert_eq!(normalise("What's  up?"), "whats up");
    }

    #[test]
    fn languages_are_told_apart() {
        assert_eq!(language("我的保单 policy 什么时候生效"), Language::Chinese);
        assert_eq!(language("When does my policy start?"), Language::Other);
    }

    #[test]
    fn mixed_text_gives_han_grams_and_words() {
        assert_eq!(terms("app登录").len(), 1 + 3);
    }
}
