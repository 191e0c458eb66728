//! Whether a text says only what its source says: word by word, by meaning, and in the same sense.

use std::collections::HashSet;

use crate::features::{each_run, stem};
use crate::number::count;
use crate::text::{is_han, normalise};
use crate::words::{Word, longest_words, word};

/// Why a sentence is not borne out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfounded {
    /// Too much of this clause is in no word of the source, nor near to one in meaning.
    Added(String),
    /// This sentence denies what the source's nearest one states, or states what that denies.
    Turned(String),
}

/// Share of a clause's weight that has to be borne out.
const ENOUGH: f32 = 0.5;
/// Words whose vectors have this cosine mean about the same.
const ALIKE: f32 = 0.55;
/// What words weigh that only hold a sentence together; it is taken off every word.
const FUNCTION: f32 = 0.5;
/// A clause of less weight says nothing: "please note".
const LITTLE: f32 = 0.7;

const DENIALS: [&str; 30] = [
    "not",
    "no",
    "never",
    "none",
    "nothing",
    "without",
    "cannot",
    "cant",
    "dont",
    "doesnt",
    "didnt",
    "isnt",
    "arent",
    "wasnt",
    "wont",
    "shouldnt",
    "couldnt",
    "wouldnt",
    "havent",
    "hasnt",
    "neither",
    "nor",
    "unable",
    "impossible",
    "exclude",
    "excludes",
    "excluded",
    "refuse",
    "refused",
    "unless",
];
const DENIALS_HAN: [&str; 12] = ["不", "没", "无", "非", "未", "勿", "莫", "否", "禁", "拒", "除外", "免责"];
/// Words that have such a character and deny nothing.
const NO_DENIALS_HAN: [&str; 12] =
    ["不同", "不仅", "不但", "不过", "无论", "不管", "非常", "除非", "是否", "能否", "可否", "不久"];

/// Words of courtesy, which state nothing.
const COURTESY: [&str; 24] = [
    "good", "great", "news", "course", "happy", "glad", "pleased", "help", "sure", "problem", "thank", "thanks",
    "please", "note", "sorry", "hear", "rest", "assured", "patience", "welcome", "hope", "hello", "dear", "kindly",
];
const COURTESY_HAN: [&str; 14] = [
    "您好",
    "你好",
    "感谢",
    "谢谢",
    "耐心等待",
    "耐心",
    "放心",
    "很高兴",
    "为您服务",
    "请注意",
    "抱歉",
    "不好意思",
    "没问题",
    "温馨提示",
];

/// A sentence or clause, read.
struct Passage {
    text: String,
    words: Vec<String>,
    denies: bool,
}

impl Passage {
    fn read(text: &str) -> Self {
        let mut passage = Self { text: text.trim().to_owned(), words: Vec::new(), denies: false };
        each_run(&normalise(text), |run, han| {
            if han {
                passage.read_han(run);
            } else if !run.starts_with('0') && !COURTESY.contains(&run) {
                passage.denies |= DENIALS.contains(&run);
                passage.words.push(run.to_owned());
            }
        });
        passage
    }

    fn read_han(&mut self, run: &str) {
        let without = |run: &str, words: &[&str]| words.iter().fold(run.to_owned(), |run, word| run.replace(word, ""));
        let said = without(run, &COURTESY_HAN);
        let plain = without(&said, &NO_DENIALS_HAN);
        self.denies |= DENIALS_HAN.iter().any(|denial| plain.contains(denial));
        longest_words(&said, |piece| {
            let is_known = word(piece).is_some();
            if is_known || piece.chars().count() == 1 {
                self.words.push(piece.to_owned());
            }
            is_known
        });
    }

    /// Weight of its words, and of as much of each as `held` gives, 0 to 1.
    fn weights(&self, held: impl Fn(&str) -> f32) -> (f32, f32) {
        let weighed =
            self.words.iter().map(|piece| (piece, word(piece).map_or_else(|| unknown(piece), Word::weight) - FUNCTION));
        weighed.fold((0.0, 0.0), |(all, sum), (piece, weight)| {
            (all + weight.max(0.0), sum + weight.max(0.0) * held(piece))
        })
    }
}

/// Weight of a word whose meaning is not known: single Han characters are mostly particles, others names.
fn unknown(piece: &str) -> f32 {
    if piece.chars().all(is_han) { 0.1 } else { 1.0 }
}

/// The first part of `text` that `source` does not bear out, if there is one. Both may be Markdown. Digits are not looked at.
pub fn unfounded(text: &str, source: &str) -> Option<Unfounded> {
    let source: Vec<Passage> = passages(source, SENTENCES).map(Passage::read).collect();
    let words = || source.iter().flat_map(|sentence| &sentence.words);
    let said: HashSet<String> = words().map(|word| stem(word)).collect();
    let characters: HashSet<char> = words().flat_map(|word| word.chars()).filter(|c| is_han(*c)).collect();
    let meant: Vec<&Word> = words().filter_map(|piece| word(piece)).collect();
    let is_meant = |piece: &str| word(piece).is_some_and(|word| meant.iter().any(|other| word.cosine(other) >= ALIKE));
    let held = |piece: &str| {
        if said.contains(&stem(piece)) || is_meant(piece) {
            return 1.0;
        }
        count(piece.chars().filter(|c| characters.contains(c)).count()) / count(piece.chars().count().max(1))
    };
    let is_added = |clause: &Passage| {
        let (all, held) = clause.weights(held);
        all >= LITTLE && held < all * ENOUGH
    };
    let added = passages(text, CLAUSES).map(Passage::read).find(is_added);
    let is_turned = |sentence: &Passage| {
        let is_in = |piece: &str, other: &Passage| other.words.iter().any(|word| stem(word) == stem(piece));
        let shared = |other: &Passage| sentence.weights(|piece| f32::from(is_in(piece, other))).1;
        let nearest = source.iter().max_by(|a, b| shared(a).total_cmp(&shared(b)));
        nearest.is_some_and(|nearest| nearest.denies != sentence.denies && shared(nearest) > 0.0)
    };
    let turned = || passages(text, SENTENCES).map(Passage::read).find(is_turned);
    added
        .map(|clause| Unfounded::Added(clause.text))
        .or_else(|| turned().map(|sentence| Unfounded::Turned(sentence.text)))
}

/// What ends a sentence, and what ends a clause. Points and commas end it only before a space: not those of a number or an address.
const SENTENCES: &[char] = &['\n', '.', '!', '?', ';', '。', '！', '？', '；'];
const CLAUSES: &[char] = &['\n', '.', '!', '?', ';', '。', '！', '？', '；', ',', ':', '，', '：'];

/// The sentences of a text that have letters.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    passages(text, SENTENCES)
}

/// Text between ends, where it has letters.
fn passages<'a>(text: &'a str, ends: &[char]) -> impl Iterator<Item = &'a str> {
    let is_end = move |(at, c): &(usize, char)| {
        let next = text[at + c.len_utf8()..].chars().next();
        ends.contains(c) && (!['.', ',', ':'].contains(c) || next.is_none_or(char::is_whitespace))
    };
    let ends: Vec<(usize, usize)> = text.char_indices().filter(is_end).map(|(at, c)| (at, at + c.len_utf8())).collect();
    let starts = [0].into_iter().chain(ends.clone().into_iter().map(|(_, after)| after));
    let passages = starts.zip(ends.into_iter().map(|(at, _)| at).chain([text.len()]));
    passages.map(|(start, end)| &text[start..end]).filter(|passage| passage.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLAIM: &str = "**When is a claim paid?** We pay within 3 working days after all documents have arrived. Damage by war is not \
        covered. You can report an accident by phone, in the app or at any branch. Keep the receipts of the repair shop.";
    const REFUND: &str = "犹豫期内退保，全额退还保费。犹豫期后退保会有损失，只退还现金价值。退保需要身份证和保险合同。酒后驾驶造成的损失不赔偿。";

    #[test]
    fn other_words_for_the_same_are_borne_out() {
        for text in [
            "You get the money within 3 working days, once we have all of your documents.",
            "Accidents can be reported by phone, in our app or at a branch.",
            "Please keep the repair shop's receipts.",
            "War damage is not covered.",
            "Good news: we pay within 3 working days.",
            "Sure, no problem! Please note: we pay within 3 working days.",
        ] {
            assert_eq!(unfounded(text, CLAIM), None, "{text}");
        }
        for text in [
            "在犹豫期内退保，可以拿回全部保费。",
            "请带上身份证和合同来办理退保。",
            "酒后开车造成的损失，我们不会赔偿。",
            "您好，没问题！犹豫期内退保，全额退还保费，请放心。",
        ] {
            assert_eq!(unfounded(text, REFUND), None, "{text}");
        }
    }

    #[test]
    fn what_the_source_does_not_say_is_found() {
        for text in [
            "Your premium drops next year if you drive carefully.",
            "Your policy will be cancelled.",
            "We pay within 3 working days. Our lawyers will sue the other driver for free.",
            "Tell them your password and install the remote control software.",
        ] {
            assert!(matches!(unfounded(text, CLAIM), Some(Unfounded::Added(_))), "{text} {:?}", unfounded(text, CLAIM));
        }
        for text in ["您可以免费获得一部新手机。", "退保后公司会赠送旅游大礼包。"] {
            assert!(
                matches!(unfounded(text, REFUND), Some(Unfounded::Added(_))),
                "{text} {:?}",
                unfounded(text, REFUND)
            );
        }
    }

    #[test]
    fn a_denial_that_is_turned_is_found() {
        for (text, source) in [
            ("War damage is covered.", CLAIM),
            ("You cannot report an accident in the app.", CLAIM),
            ("酒后驾驶造成的损失可以赔偿。", REFUND),
            ("退保不需要身份证。", REFUND),
        ] {
            assert!(
                matches!(unfounded(text, source), Some(Unfounded::Turned(_))),
                "{text} {:?}",
                unfounded(text, source)
            );
        }
    }
}
