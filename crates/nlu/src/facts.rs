//! Facts that have to be taken as they are: numbers, in digits and in words, and addresses of pages and of mail.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::slot::{digits, regex, thousandths};
use crate::text::{half_width, is_han};

/// English words for numbers, each with its value times a thousand; `half` is one of them, `third` is not: it is a party.
const WORDS: [(&str, i64); 48] = [
    ("zero", 0),
    ("half", 500),
    ("one", 1_000),
    ("two", 2_000),
    ("twice", 2_000),
    ("three", 3_000),
    ("four", 4_000),
    ("fourth", 4_000),
    ("five", 5_000),
    ("fifth", 5_000),
    ("six", 6_000),
    ("sixth", 6_000),
    ("seven", 7_000),
    ("seventh", 7_000),
    ("eight", 8_000),
    ("eighth", 8_000),
    ("nine", 9_000),
    ("ninth", 9_000),
    ("ten", 10_000),
    ("tenth", 10_000),
    ("eleven", 11_000),
    ("eleventh", 11_000),
    ("twelve", 12_000),
    ("twelfth", 12_000),
    ("dozen", 12_000),
    ("thirteen", 13_000),
    ("fourteen", 14_000),
    ("fifteen", 15_000),
    ("fifteenth", 15_000),
    ("sixteen", 16_000),
    ("seventeen", 17_000),
    ("eighteen", 18_000),
    ("nineteen", 19_000),
    ("twenty", 20_000),
    ("twentieth", 20_000),
    ("thirty", 30_000),
    ("thirtieth", 30_000),
    ("forty", 40_000),
    ("fifty", 50_000),
    ("sixty", 60_000),
    ("seventy", 70_000),
    ("eighty", 80_000),
    ("ninety", 90_000),
    ("fortnight", 14_000),
    ("hundred", 100_000),
    ("thousand", 1_000_000),
    ("million", 1_000_000_000),
    ("billion", 1_000_000_000_000),
];
/// The words from here on multiply what stands before them.
const MULTIPLIER: i64 = 100_000;

/// What is counted after `one` and `half`, which otherwise are no numbers: "one of our branches".
const MEASURES: [&str; 18] = [
    "second", "minute", "hour", "day", "week", "month", "year", "percent", "cent", "dollar", "euro", "yuan", "pound",
    "time", "working", "business", "calendar", "price",
];

/// Chinese numerals with what they count. Without a measure they are mostly parts of words: 一下, 三者险.
static COUNTED: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"百分之(?P<share>[零〇一二两三四五六七八九十百点]+)|(?P<before>第?)(?P<number>[零〇一壹二两贰三叁四肆五伍六陆七柒八捌九玖十百千万亿半]+)(?P<measure>多|余|来|几|个|整)?(?:自然日|工作日|小时|星期|月|天|日|周|年|分钟|秒|元|块|角|美元|欧元|折|倍|次|成|%|％|公里|岁|人|份|张)",
    )
});

/// The numbers of a text, in one form each: of digits (`3`, `1,200.5`), of words (`twenty-five`, `三百元`, `百分之五`). `strictly`, only
/// words that surely are numbers count; otherwise all that may be read as one. Marks of lists (`1.`, `2.` at the starts of lines, in this
/// order) are none.
pub fn numbers(text: &str, strictly: bool) -> BTreeSet<String> {
    let text: String = without_list_marks(text).chars().map(half_width).collect();
    let mut found: BTreeSet<String> = thousandths(&text).map(written).collect();
    // Digits of other scripts, circled numbers and fractions stand for themselves.
    let strange = |c: &char| c.is_numeric() && !c.is_ascii_digit() && !is_han(*c);
    found.extend(text.chars().filter(strange).map(String::from));
    found.extend(words(&text, strictly).into_iter().map(written));
    if strictly {
        found.extend(counted(&text).into_iter().map(written));
    } else {
        found.extend(thousandths(&digits(&text)).map(written));
        found.extend(counted(&text).into_iter().map(written));
    }
    found
}

fn written(thousandths: i64) -> String {
    let (whole, part) = (thousandths / 1_000, thousandths % 1_000);
    if part == 0 { whole.to_string() } else { format!("{whole}.{part:03}").trim_end_matches('0').to_owned() }
}

fn without_list_marks(text: &str) -> String {
    let mut next = 1;
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        let start = line.trim_start();
        let digits = start.len() - start.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (mark, rest) = start.split_at(digits);
        let after = rest.strip_prefix(['.', ')', '、', '．']);
        let spaced = after.is_some_and(|after| rest.starts_with('、') || after.starts_with(char::is_whitespace));
        let number = mark.parse::<u32>().ok().filter(|number| spaced && (*number == next || *number == 1));
        match (number, after) {
            (Some(number), Some(after)) => {
                next = number + 1;
                plain.push_str(after);
            }
            _ => plain.push_str(line),
        }
        plain.push('\n');
    }
    plain
}

/// Numbers in English words, times a thousand.
fn words(text: &str, strictly: bool) -> Vec<i64> {
    let lower = text.to_lowercase();
    let tokens: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    let value = |word: &str| WORDS.iter().find(|(known, _)| *known == word).map(|(_, value)| *value);
    let measures = |at: usize| {
        let is_one = |word: &&str| {
            MEASURES.iter().any(|measure| word.strip_prefix(measure).is_some_and(|end| matches!(end, "" | "s")))
        };
        tokens.get(at).is_some_and(is_one) || tokens.get(at) == Some(&"a") && tokens.get(at + 1).is_some_and(is_one)
    };
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = tokens.get(at) {
        let Some(begun) = value(first) else {
            at += 1;
            continue;
        };
        let (mut total, mut section, mut end) = (0_i64, begun, at + 1);
        while let Some(word) = tokens.get(end) {
            match value(word) {
                Some(value) if value >= 1_000_000 => {
                    total = total.saturating_add(section.max(1_000).saturating_mul(value / 1_000));
                    section = 0;
                }
                Some(value) if value >= MULTIPLIER => section = section.max(1_000).saturating_mul(value / 1_000),
                Some(value) if value < section || section == 0 => section = section.saturating_add(value),
                None if *word == "and"
                    && (section >= MULTIPLIER || total > 0)
                    && tokens.get(end + 1).is_some_and(|next| value(next).is_some()) => {}
                _ => break,
            }
            end += 1;
        }
        let sure = end > at + 1 || !["one", "half"].contains(first) || measures(end);
        if sure || !strictly {
            found.push(total.saturating_add(section));
        }
        at = end;
    }
    found
}

/// Chinese numerals that count something, times a thousand.
fn counted(text: &str) -> Vec<i64> {
    let mut found = Vec::new();
    for one in COUNTED.captures_iter(text) {
        let group = |name: &str| one.name(name).map(|found| found.as_str());
        if let Some(share) = group("share") {
            let (whole, part) = share.split_once('点').unwrap_or((share, ""));
            let joined = if part.is_empty() { digits(whole) } else { format!("{}.{}", digits(whole), digits(part)) };
            found.extend(thousandths(&joined));
        } else if group("before") != Some("第")
            && let Some(number) = group("number")
        {
            if number.contains('半') {
                found.push(500);
            }
            found.extend(thousandths(&digits(number)));
        }
    }
    found
}

/// Addresses of pages and of mail, in one form each: in small letters, without scheme, `www.` and what ends a sentence. A page's host is
/// one of its own: whoever names the page may name it.
pub fn addresses(text: &str) -> BTreeSet<String> {
    let text: String = text.chars().map(half_width).map(|c| if matches!(c, '。' | '｡') { '。' } else { c }).collect();
    let is_part = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@%&=+".contains(c) || c.is_alphabetic() && !is_han(c);
    let mut found = BTreeSet::new();
    for run in text.split(|c: char| !is_part(c)) {
        let run = run.trim_matches(['.', ':', '/', '?', '#', '&', '=', '-', '_', '~']).to_lowercase();
        let plain = run.split_once("://").map_or(run.as_str(), |(_, rest)| rest);
        let plain = plain.strip_prefix("mailto:").unwrap_or(plain);
        let plain = plain.strip_prefix("www.").unwrap_or(plain);
        let host = plain.split(['/', '?', '#', ':']).next().unwrap_or_default();
        if run.contains("://") || run.contains('@') || is_host(host) {
            found.insert(host.to_owned());
            found.insert(plain.to_owned());
        }
    }
    // Domains of Han characters: a point stands between no other two.
    let letters: Vec<char> = text.chars().collect();
    for three in letters.windows(3) {
        if three[1] == '.' && is_han(three[0]) && is_han(three[2]) {
            found.insert(three.iter().collect());
        }
    }
    found
}

/// Whether a name is one of the domain name system: labels with points between, and the last of at least two letters.
fn is_host(name: &str) -> bool {
    let labels: Vec<&str> = name.split('.').collect();
    let last = labels.last().copied().unwrap_or_default();
    labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
        && last.chars().count() > 1
        && last.chars().next().is_some_and(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strict(text: &str) -> Vec<String> {
        numbers(text, true).into_iter().collect()
    }

    #[test]
    fn numbers_are_found_in_digits_and_in_words() {
        for (text, expected) in [
            ("We pay within 3 working days.", "3"),
            ("It costs 1,200.50 yuan", "1200.5"),
            ("within five days", "5"),
            ("up to twenty-five percent", "25"),
            ("two hundred and fifty dollars", "250"),
            ("three thousand two hundred", "3200"),
            ("a million yuan", "1000000"),
            ("half a year", "0.5"),
            ("one working day", "1"),
            ("在五个工作日内", "5"),
            ("最高赔三百元", "300"),
            ("百分之五", "5"),
            ("百分之二点五", "2.5"),
            ("等半年", "0.5"),
            ("３天", "3"),
            ("② documents", "②"),
        ] {
            assert_eq!(strict(text), [expected], "{text}");
        }
    }

    #[test]
    fn words_that_only_look_like_numbers_are_none() {
        for text in [
            "One of our branches helps you; a third party pays.",
            "请稍等一下，第三者责任险万一用到",
            "1. Report it.\n2. Send the papers.\n3. Wait.",
            "Half of it is done.",
        ] {
            assert_eq!(strict(text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(strict("1. Pay 500.\n500. Done"), ["500"], "only what counts a list's lines is a mark of it");
        assert_eq!(strict("30. days"), ["30"]);
    }

    #[test]
    fn a_source_holds_what_may_be_read_as_a_number() {
        assert!(
            numbers("三者险, one of them, 二十日", false)
                .is_superset(&["1".to_owned(), "20".into(), "3".into()].into())
        );
    }

    #[test]
    fn addresses_are_found_however_they_are_written() {
        for (text, expected) in [
            ("See https://WWW.Firm.example/claims?a=1.", "firm.example/claims?a=1"),
            ("pay at evil.example now", "evil.example"),
            ("请访问evil.example办理", "evil.example"),
            ("write to Claims@firm.example!", "claims@firm.example"),
            ("ｅｖｉｌ．ｅｘａｍｐｌｅ", "evil.example"),
            ("打开支付.中国", "付.中"),
            ("see [here](evil.example/x)", "evil.example/x"),
        ] {
            assert!(addresses(text).contains(expected), "{text}: {:?}", addresses(text));
        }
        for text in ["It takes 3.5 days, e.g. by post. Then wait.", "保单号。请稍等", "at 9:30, 24/7"] {
            assert_eq!(addresses(text), BTreeSet::new(), "{text}");
        }
    }
}
