//! Personal data out of questions, before they are kept to learn from.

use std::sync::LazyLock;

use regex::Regex;

/// What is replaced, and by what: addresses, then numbers of people and things, longest first. Each stands for one kind that
/// names a person or an account; amounts, dates and short codes stay.
static PATTERNS: LazyLock<Vec<(Regex, &str)>> = LazyLock::new(|| {
    let all = [
        // Mail addresses and links.
        (r"[\p{L}\p{N}._%+-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+", "[mail]"),
        (r"https?://\S+", "[link]"),
        // An identity number of the People's Republic (GB 11643): 17 digits and a digit or X.
        (r"(?-u:\b)[0-9]{17}[0-9Xx](?-u:\b)", "[id]"),
        // Number plates: a province, a letter, and 5 or 6 places.
        (
            r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][A-Z][·\s]?[A-Z0-9]{4,5}[A-Z0-9挂学警港澳]",
            "[plate]",
        ),
        // Cards, accounts, policies: seven digits and more; phones: groups of three and four, which dates have not.
        (r"[A-Z]{0,4}[0-9]{7,}", "[number]"),
        (r"\+?(?-u:\b)[0-9]{2,4}(?:[ -]?[0-9]{3,4}){2,5}(?-u:\b)", "[number]"),
    ];
    all.into_iter().filter_map(|(pattern, by)| Some((Regex::new(pattern).ok()?, by))).collect()
});

/// The text with a placeholder in place of every mail address, link, identity number, plate, and long number. Idempotent.
pub fn mask(text: &str) -> String {
    let masked = |text: String, (pattern, by): &(Regex, &str)| pattern.replace_all(&text, *by).into_owned();
    PATTERNS.iter().fold(text.to_owned(), masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_person_is_masked_and_the_question_stays() {
        for (text, masked) in [
            ("my mail is ann.lee@example.com, why no answer?", "my mail is [mail], why no answer?"),
            ("我的身份证11010519491231002X能用吗", "我的身份证[id]能用吗"),
            ("call me at +86 138-0013-8000 please", "call me at [number] please"),
            ("保单PDAA201944020000012345什么时候到期", "保单[number]什么时候到期"),
            ("车牌粤B12345出险了", "车牌[plate]出险了"),
            ("see https://a.example/x?y=1 now", "see [link] now"),
            ("I paid 1200 on 2024-05-01 twice", "I paid 1200 on 2024-05-01 twice"),
        ] {
            assert_eq!(mask(text), masked);
            assert_eq!(mask(masked), masked);
        }
    }

    #[test]
    fn every_pattern_is_read() {
        assert_eq!(PATTERNS.len(), 6);
    }
}
