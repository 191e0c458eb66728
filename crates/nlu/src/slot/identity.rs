//! Numbers of phones, plates, policies and identity cards.

use std::sync::LazyLock;

use chrono::NaiveDate;
use regex::Regex;

use super::{Refusal, only, regex};
use crate::text::half_width;

/// Wide letters and digits as narrow ones, upper case.
fn narrow(text: &str) -> String {
    text.chars().map(half_width).collect::<String>().to_uppercase()
}

static PHONE: LazyLock<Regex> = LazyLock::new(|| regex(r"\+?\d(?:[ ()-]{0,2}\d){6,14}"));

/// The only phone number in the words: 7 to 15 digits (ITU-T E.164), a mainland mobile number with its 11. In digits, with a `+`
/// before a country code.
///
/// # Errors
/// [`Refusal::Missing`] and [`Refusal::Several`].
pub fn phone(text: &str) -> Result<String, Refusal> {
    let text = narrow(text);
    // What goes on from letters is a number of something else.
    let apart = |at: usize| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    only(PHONE.find_iter(&text).filter(|found| apart(found.start())).filter_map(|found| {
        let plus = found.as_str().starts_with('+');
        let digits: String = found.as_str().chars().filter(char::is_ascii_digit).collect();
        // A mobile number has its 11 digits and nothing more.
        let mobile = digits.starts_with('1') && !plus && digits.len() >= 9;
        let right = if mobile { is_mobile(&digits) } else { true };
        right.then(|| if plus { format!("+{digits}") } else { digits })
    }))
}

/// A mainland mobile number, or a North American one with its country code.
fn is_mobile(digits: &str) -> bool {
    digits.len() == 11 && digits.as_bytes()[1] >= b'2'
}

static PLATE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z][\s·.-]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]",
    )
});
static FOREIGN_PLATE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"\b[A-Z0-9]{1,4}[ -]?[A-Z0-9]{1,4}(?:[ -][A-Z0-9]{1,4})?\b"));

/// The only number plate in the words, without spaces: a mainland one (GA 36-2018: province, letter, 5 or 6 signs without I and O), or
/// else one that is all there is in the words, with a digit and a letter.
///
/// # Errors
/// [`Refusal::Missing`] and [`Refusal::Several`].
pub fn plate(text: &str) -> Result<String, Refusal> {
    let text = narrow(text);
    let plain = |plate: &str| plate.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    match only(PLATE.find_iter(&text).map(|found| plain(found.as_str()))) {
        Err(Refusal::Missing) => {}
        other => return other,
    }
    let whole = text.trim().trim_end_matches(['.', '。']);
    let found = FOREIGN_PLATE.find(whole).filter(|found| found.as_str().len() == whole.len()).map(|_| plain(whole));
    let mixed = |plate: &String| {
        plate.chars().any(|c| c.is_ascii_digit()) && plate.chars().any(|c| c.is_ascii_alphabetic()) && plate.len() <= 8
    };
    found.filter(mixed).ok_or(Refusal::Missing)
}

static POLICY: LazyLock<Regex> = LazyLock::new(|| regex(r"[A-Z0-9](?:-?[A-Z0-9]){5,29}"));

/// The only policy number in the words: 6 to 30 letters, digits and hyphens, with at least four digits. In upper case.
///
/// # Errors
/// [`Refusal::Missing`] and [`Refusal::Several`].
pub fn policy_number(text: &str) -> Result<String, Refusal> {
    let text = narrow(text);
    let numbers = POLICY.find_iter(&text).map(|found| found.as_str().to_owned());
    only(numbers.filter(|number| number.chars().filter(char::is_ascii_digit).count() >= 4))
}

static ID: LazyLock<Regex> = LazyLock::new(|| regex(r"\d{17}[\dX]"));

/// The only Chinese identity number in the words (GB 11643-1999): 17 digits and a check digit or `X`, a day of birth that there was.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::Several`], [`Refusal::NoSuchDay`] for the day of birth, [`Refusal::CheckDigit`].
pub fn chinese_id(text: &str) -> Result<String, Refusal> {
    let text = narrow(text).replace([' ', '-'], "");
    let id = only(ID.find_iter(&text).map(|found| found.as_str().to_owned()))?;
    let birth = NaiveDate::parse_from_str(&id[6..14], "%Y%m%d").map_err(|_| Refusal::NoSuchDay)?;
    if birth < NaiveDate::from_ymd_opt(1850, 1, 1).unwrap_or_default() {
        return Err(Refusal::NoSuchDay);
    }
    if check_digit(&id) == id.chars().last() { Ok(id) } else { Err(Refusal::CheckDigit) }
}

/// ISO 7064, MOD 11-2.
fn check_digit(id: &str) -> Option<char> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = id.chars().zip(WEIGHTS).filter_map(|(c, weight)| Some(c.to_digit(10)? * weight)).sum();
    "10X98765432".chars().nth(usize::try_from(sum % 11).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn phones_are_read() {
        for (text, expected) in [
            ("我的电话是 138 1234 5678", "13812345678"),
            ("138-1234-5678。", "13812345678"),
            ("+86 13812345678", "+8613812345678"),
            ("call (415) 555-0132", "4155550132"),
            ("１３８１２３４５６７８", "13812345678"),
            ("021-61234567", "02161234567"),
        ] {
            assert_eq!(phone(text).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(phone("1381234567"), Err(Refusal::Missing), "a digit is missing");
        assert_eq!(phone("12345"), Err(Refusal::Missing));
        assert_eq!(phone("保单 PX-2026-00123"), Err(Refusal::Missing), "a policy is no phone");
        assert_eq!(phone("13812345678 或 13912345678"), Err(Refusal::Several));
    }

    #[test]
    fn plates_are_read() {
        for (text, expected) in [
            ("车牌是沪A12345", "沪A12345"),
            ("京a·d12345 新能源", "京AD12345"),
            ("粤B 1234学", "粤B1234学"),
            ("AB12 CDE", "AB12CDE"),
            ("b-md 1234", "BMD1234"),
        ] {
            assert_eq!(plate(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["沪AI2345", "我不知道", "hello", "12345", "the red car 1"] {
            assert_eq!(plate(text), Err(Refusal::Missing), "{text}");
        }
    }

    #[test]
    fn policy_numbers_are_read() {
        assert_eq!(policy_number("保单号 PX-2026-00123").as_deref(), Ok("PX-2026-00123"));
        assert_eq!(policy_number("it is 6602001234567 I think").as_deref(), Ok("6602001234567"));
        assert_eq!(policy_number("I have forgotten it completely"), Err(Refusal::Missing));
    }

    #[test]
    fn identity_numbers_are_checked() {
        assert_eq!(chinese_id("身份证 11010519491231002x").as_deref(), Ok("11010519491231002X"));
        assert_eq!(chinese_id("110105194912310021"), Err(Refusal::CheckDigit));
        assert_eq!(chinese_id("110105194913310021"), Err(Refusal::NoSuchDay));
        assert_eq!(chinese_id("12345"), Err(Refusal::Missing));
    }

    proptest! {
        #[test]
        fn one_wrong_digit_is_always_found(place in 0_usize..17, other in 0_u32..10) {
            let id = "11010519491231002X";
            let mut digits: Vec<char> = id.chars().collect();
            let wrong = char::from_digit(other, 10).unwrap();
            prop_assume!(digits[place] != wrong);
            digits[place] = wrong;
            prop_assert!(chinese_id(&digits.into_iter().collect::<String>()).is_err());
        }

        #[test]
        fn nothing_makes_it_fall(text in ".{0,60}") {
            let _ = (phone(&text), plate(&text), policy_number(&text), chinese_id(&text));
        }
    }
}
