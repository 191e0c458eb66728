//! What is cut out of a normal form: words, their stems and pairs, and pieces of words.

use crate::text::is_han;

/// Stems up to so many places apart make a pair.
const APART: usize = 6;

/// The features of a question, hashed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Features {
    /// Words, neighbouring words, stems, and pairs of stems in any order.
    pub(crate) words: Vec<u64>,
    /// Pieces of words, 2 to 4 letters; of Han text 1 to 3 characters.
    pub(crate) pieces: Vec<u64>,
    /// What retrieval looks for: stems; of Han text single characters and pairs.
    pub(crate) terms: Vec<u64>,
}

/// Cuts features out of a normal form.
pub(crate) fn features(normal: &str) -> Features {
    let mut features = Features::default();
    let mut words: Vec<&str> = Vec::new();
    each_run(normal, |run, han| {
        if han {
            grams(run, 1..=3, |gram| features.pieces.push(hash(b'h', gram)));
            grams(run, 1..=2, |gram| features.terms.push(hash(b'h', gram)));
            words.push("");
        } else {
            grams(&format!(" {run} "), 2..=4, |gram| features.pieces.push(hash(b'c', gram)));
            words.push(run);
        }
    });
    let stems: Vec<String> = words.iter().filter(|word| !word.is_empty()).map(|word| stem(word)).collect();
    features.words.extend(words.iter().filter(|word| !word.is_empty()).map(|word| hash(b'w', word)));
    let both = words.windows(2).filter(|pair| !pair[0].is_empty() && !pair[1].is_empty());
    features.words.extend(both.map(|pair| hash(b'b', &format!("{} {}", pair[0], pair[1]))));
    features.terms.extend(stems.iter().map(|stem| hash(b's', stem)));
    features.words.extend(stems.iter().map(|stem| hash(b's', stem)));
    for (place, one) in stems.iter().enumerate() {
        for other in stems.iter().skip(place + 1).take(APART) {
            let (first, second) = if one < other { (one, other) } else { (other, one) };
            features.words.push(hash(b'p', &format!("{first} {second}")));
        }
    }
    features
}

/// Endings that are cut off, longest first.
const ENDINGS: [&str; 15] =
    ["ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "e"];

/// A word without its English ending: a light stemmer in the way of Lovins (1968), one longest ending and a doubled consonant.
pub(crate) fn stem(word: &str) -> String {
    let mut stem = word.to_owned();
    let ending = ENDINGS.iter().find(|ending| word.len() >= ending.len() + 3 && word.ends_with(*ending));
    if let Some(ending) = ending {
        stem.truncate(word.len() - ending.len());
        if ["ies", "ied"].contains(ending) {
            stem.push('y');
        }
    }
    let doubled = matches!(stem.as_bytes(), [.., a, b] if a == b && a.is_ascii_alphabetic() && !b"ls".contains(a));
    if doubled && stem.len() > 3 {
        stem.pop();
    }
    stem
}

/// Calls `f` for every word, Han runs and other runs apart.
pub(crate) fn each_run<'a>(normal: &'a str, mut f: impl FnMut(&'a str, bool)) {
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

    #[test]
    fn forms_of_a_word_have_one_stem() {
        for (one, other) in
            [("cancelled", "cancelling"), ("policies", "policy"), ("pays", "payment"), ("topped", "topping")]
        {
            assert_eq!(stem(one), stem(other));
        }
        assert_eq!(stem("is"), "is");
    }

    #[test]
    fn mixed_text_gives_characters_and_words() {
        assert_eq!(features("app登录").terms.len(), 1 + 3);
    }

    #[test]
    fn the_order_of_two_words_does_not_matter_to_their_pair() {
        let (one, other) = (features("card lost"), features("lost card"));
        assert!(one.words.iter().filter(|feature| other.words.contains(feature)).count() >= 5);
    }
}
