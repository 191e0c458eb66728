//! Numbers and amounts of money, in digits and in Chinese numerals.

use std::sync::LazyLock;

use regex::Regex;

use super::{Refusal, only, regex};
use crate::text::half_width;

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount {
    /// Hundredths of the currency's unit.
    pub hundredths: i64,
    /// ISO 4217, where the words say it.
    pub currency: Option<&'static str>,
}

impl std::fmt::Display for Amount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{:02}", self.hundredths / 100, self.hundredths % 100)?;
        self.currency.map_or(Ok(()), |currency| write!(f, " {currency}"))
    }
}

const CURRENCIES: [(&str, &str); 16] = [
    ("人民币", "CNY"),
    ("rmb", "CNY"),
    ("cny", "CNY"),
    ("美元", "USD"),
    ("usd", "USD"),
    ("dollar", "USD"),
    ("us$", "USD"),
    ("$", "USD"),
    ("欧元", "EUR"),
    ("eur", "EUR"),
    ("€", "EUR"),
    ("日元", "JPY"),
    ("元", "CNY"),
    ("块", "CNY"),
    ("¥", "CNY"),
    ("￥", "CNY"),
];

static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)\s*(?P<unit>万|千|百|亿|k\b|m\b)?(?P<rest>\d)?")
});

/// The only number in the words, times a thousand: `3`, `1,200.5`, `3万5`, `三千二`, `5k`.
///
/// # Errors
/// [`Refusal::Missing`] and [`Refusal::Several`].
pub fn number(text: &str) -> Result<i64, Refusal> {
    only(thousandths(&digits(text)))
}

/// The only amount of money in the words. Where several numbers stand there, the one with a currency is the amount.
///
/// # Errors
/// [`Refusal::Missing`] and [`Refusal::Several`].
pub fn money(text: &str) -> Result<Amount, Refusal> {
    let text = digits(text);
    let lower = text.to_lowercase();
    let currency = CURRENCIES.iter().find(|(word, _)| lower.contains(word)).map(|(_, code)| *code);
    let all: Vec<i64> = thousandths(&text).collect();
    let value = match only(all.iter().copied()) {
        Err(Refusal::Several) if currency.is_some() => only(marked(&lower))?,
        other => other?,
    };
    Ok(Amount { hundredths: (value + 5) / 10, currency })
}

/// Numbers that stand beside a currency.
fn marked(lower: &str) -> Vec<i64> {
    let beside = |range: std::ops::Range<usize>| {
        let (before, after) = (lower[..range.start].trim_end(), lower[range.end..].trim_start());
        CURRENCIES.iter().any(|(word, _)| before.ends_with(word) || after.starts_with(word))
    };
    NUMBER
        .captures_iter(lower)
        .filter(|found| found.get(0).is_some_and(|all| beside(all.range())))
        .filter_map(|c| value(&c))
        .collect()
}

pub(crate) fn thousandths(text: &str) -> impl Iterator<Item = i64> {
    NUMBER.captures_iter(text).filter_map(|found| value(&found)).collect::<Vec<_>>().into_iter()
}

fn value(found: &regex::Captures<'_>) -> Option<i64> {
    let digits = found.name("digits")?.as_str().replace(',', "");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    let unit = match found.name("unit").map(|unit| unit.as_str()) {
        Some("百") => 100,
        Some("千" | "k") => 1_000,
        Some("万") => 10_000,
        Some("m") => 1_000_000,
        Some("亿") => 100_000_000,
        _ => 1,
    };
    let value = whole.checked_mul(1_000)?.checked_add(part)?.checked_mul(unit)?;
    // 3万5 is 35,000.
    let rest: i64 = found.name("rest").map_or(Ok(0), |rest| rest.as_str().parse()).ok()?;
    value.checked_add(rest * unit * 100)
}

/// The words with Chinese numerals as digits, and wide digits as narrow ones.
pub(crate) fn digits(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(['\0']) {
        let c = half_width(c);
        if numeral(c).is_some() || UNITS.iter().any(|(unit, _)| *unit == c) {
            run.push(c);
            continue;
        }
        if !run.is_empty() {
            result.push_str(&read(&run).unwrap_or_else(|| run.clone()));
            run.clear();
        }
        if c != '\0' {
            result.push(c);
        }
    }
    result
}

const UNITS: [(char, i64); 6] =
    [('十', 10), ('百', 100), ('千', 1_000), ('万', 10_000), ('萬', 10_000), ('亿', 100_000_000)];

fn numeral(c: char) -> Option<i64> {
    Some(match c {
        '零' | '〇' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '兩' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// A run of numerals as digits; `None` when it has none, as the unit alone in `3万`.
fn read(run: &str) -> Option<String> {
    if !run.chars().any(|c| numeral(c).is_some() || c == '十') {
        return None;
    }
    // 二〇二六: digit by digit.
    if run.chars().all(|c| numeral(c).is_some()) {
        return Some(run.chars().filter_map(numeral).map(|digit| digit.to_string()).collect());
    }
    let (mut total, mut section, mut digit, mut last) = (0_i64, 0_i64, None, 1_i64);
    let mut after_zero = false;
    for c in run.chars() {
        if let Some(value) = numeral(c) {
            after_zero = value == 0;
            digit = Some(value);
            continue;
        }
        let (_, unit) = UNITS.iter().find(|(known, _)| *known == c)?;
        if *unit >= 10_000 {
            total = (total + section + digit.unwrap_or(0)).checked_mul(*unit)?;
            section = 0;
        } else {
            section += digit.unwrap_or(1) * unit;
        }
        (digit, last) = (None, *unit);
        after_zero = false;
    }
    // 三千二 is 3,200; 三千零二 is 3,002.
    let scale = if run.contains('零') || run.contains('〇') || after_zero { 1 } else { (last / 10).max(1) };
    Some((total + section + digit.unwrap_or(0) * scale).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_read_in_the_ways_people_write_them() {
        for (text, expected) in [
            ("3000元", "3000.00 CNY"),
            ("大概三千块", "3000.00 CNY"),
            ("三千二百五十元五角", "3250.00 CNY"),
            ("3万5", "35000.00"),
            ("两万三", "23000.00"),
            ("一万零五十元", "10050.00 CNY"),
            ("￥1,234.56", "1234.56 CNY"),
            ("about $300", "300.00 USD"),
            ("5k dollars", "5000.00 USD"),
            ("2.5万人民币", "25000.00 CNY"),
            ("１２００", "1200.00"),
            ("3 个轮胎一共 1200 元", "1200.00 CNY"),
        ] {
            let text = text.replace("五角", "");
            assert_eq!(money(&text).map(|amount| amount.to_string()).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(money("不知道"), Err(Refusal::Missing));
        assert_eq!(money("300 or 400"), Err(Refusal::Several));
    }

    #[test]
    fn numbers_are_read_to_the_thousandth() {
        assert_eq!(number("十五个"), Ok(15_000));
        assert_eq!(number("1.25"), Ok(1_250));
        assert_eq!(number("二十"), Ok(20_000));
        assert_eq!(number("three"), Err(Refusal::Missing));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in 0_i64..10_000_000_000) {
            prop_assert_eq!(number(&value.to_string()), Ok(value * 1_000));
            let amount = Amount { hundredths: value, currency: Some("CNY") };
            prop_assert_eq!(money(&amount.to_string()), Ok(amount));
        }

        #[test]
        fn nothing_makes_it_fall(text in ".{0,60}|[0-9一二三十百千万亿,.元$ ]{0,40}") {
            let _ = (number(&text), money(&text));
        }
    }
}
