//! Questions as they come in a conversation: several in one message, and those that lean on what was said before.

use crate::text::{Language, language, normalise};

/// Questions of one message that are looked at, at most.
const MOST_PARTS: usize = 3;

/// What begins another question in the middle of a sentence. The word stays with the question where it is part of it.
const JOINTS: [(&str, usize); 20] = [
    // (words in lower case, how many bytes at their start are left out)
    ("另外", "另外".len()),
    ("还有", "还有".len()),
    ("此外", "此外".len()),
    ("顺便", "顺便".len()),
    ("再问", "再问".len()),
    ("同时想问", "同时想问".len()),
    ("还想问", "还想问".len()),
    (" and also ", 10),
    (", also ", 7),
    (" and how ", 5),
    (" and what ", 5),
    (" and when ", 5),
    (" and where ", 5),
    (" and which ", 5),
    (" and can ", 5),
    (" and could ", 5),
    (" and do ", 5),
    (" and is ", 5),
    (" and i also ", 5),
    (" as well as how ", 12),
];

/// The questions of a message, in their order, at most three: cut at the ends of sentences and where words begin another
/// question. A message with one question is itself.
pub fn parts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for sentence in text.split(['?', '？', '!', '！', '。', ';', '；', '\n']).flat_map(sentences) {
        let mut rest = sentence;
        // The same length in bytes: only ASCII is changed.
        let mut lower = sentence.to_ascii_lowercase();
        while let Some((at, skip)) = next_joint(&lower) {
            found.push(&rest[..at]);
            rest = &rest[at + skip..];
            lower.drain(..at + skip);
        }
        found.push(rest);
    }
    let all = || found.iter().map(|part| part.trim()).filter(|part| normalise(part).chars().count() >= 2);
    if all().count() < 2 {
        return vec![text.trim()];
    }
    all().take(MOST_PARTS).collect()
}

/// Sentences that a full stop ends; one inside a number or a name ends none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split(". ")
}

fn next_joint(lower: &str) -> Option<(usize, usize)> {
    // What stands at the very beginning joins nothing.
    JOINTS.iter().filter_map(|(words, skip)| Some((lower.find(words).filter(|at| *at > 0)?, *skip))).min()
}

/// What a question begins with that goes on with the last one.
const GOES_ON: [&str; 22] = [
    "那",
    "如果是",
    "要是",
    "换成",
    "对于",
    "同样",
    "and ",
    "and for",
    "what about",
    "how about",
    "what if",
    "but if",
    "or if",
    "even if",
    "same for",
    "also for",
    "is it the same",
    "does that",
    "does it",
    "is that",
    "then ",
    "for my ",
];
/// Words that stand for what was said before.
const POINTS_BACK: [&str; 8] = ["it", "that", "this", "them", "they", "those", "one", "there"];
const POINTS_BACK_ZH: [&str; 6] = ["这个", "那个", "它", "这种", "那种", "上面"];

/// Whether a question is too short to be understood without the one before: it goes on with that, or points back to it.
pub fn is_follow_up(text: &str) -> bool {
    let normal = normalise(text);
    if language(text) == Language::Chinese {
        let short = (2..=14).contains(&normal.chars().count());
        return short
            && (normal.ends_with('呢')
                || GOES_ON.iter().any(|words| normal.starts_with(words))
                || POINTS_BACK_ZH.iter().any(|words| normal.contains(words)));
    }
    let words: Vec<&str> = normal.split(' ').collect();
    (2..=9).contains(&words.len())
        && (GOES_ON.iter().any(|start| normal.starts_with(start))
            || words.iter().any(|word| POINTS_BACK.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_message_is_cut_into_its_questions() {
        for (text, expected) in [
            ("怎么报案？理赔要什么材料？", vec!["怎么报案", "理赔要什么材料"]),
            ("我想退保，另外发票怎么开", vec!["我想退保，", "发票怎么开"]),
            (
                "How do I report a claim and what documents do I need?",
                vec!["How do I report a claim", "what documents do I need"],
            ),
            ("I lost my card. How do I get a new one?", vec!["I lost my card", "How do I get a new one"]),
            ("How do I cancel? ", vec!["How do I cancel?"]),
            ("我的保费是 3.5 元吗", vec!["我的保费是 3.5 元吗"]),
            ("还有多久到账", vec!["还有多久到账"]),
            ("", vec![""]),
        ] {
            assert_eq!(parts(text), expected, "{text}");
        }
        assert_eq!(parts("a b? c d? e f? g h? i j?").len(), 3);
    }

    #[test]
    fn what_leans_on_the_last_question_is_told_from_what_stands_alone() {
        for text in [
            "那我老婆呢",
            "如果是猫呢？",
            "这个多少钱",
            "and for my wife?",
            "What about my car?",
            "how long does it take?",
        ] {
            assert!(is_follow_up(text), "{text}");
        }
        for text in ["怎么报案", "理赔需要哪些材料", "How do I cancel my policy?", "呢", "wife"] {
            assert!(!is_follow_up(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn nothing_is_made_up(text in "[a-c 那还有另外呢?？.。;, and how\n]{0,60}") {
            let found = parts(&text);
            prop_assert!((1..=MOST_PARTS).contains(&found.len()));
            prop_assert!(found.iter().all(|part| text.contains(part)));
        }
    }
}
