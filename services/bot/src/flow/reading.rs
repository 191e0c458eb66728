//! Values of slots, out of what customers write.

use chrono::NaiveDate;
use lingxi_contracts::bot::{FlowAsk, SlotKind};
use lingxi_nlu::normalise;
use lingxi_nlu::slot::{self, Refusal};
use regex::Regex;

/// A text is cut there.
const LONGEST: usize = 1_000;
/// A choice that begins with this is a value.
pub(super) const CHOSEN: &str = "flow:";

/// Why a value is not taken, in words for the customer: Chinese and English.
pub(super) type Why = (String, String);

fn why(zh: &str, en: &str) -> Why {
    (zh.to_owned(), en.to_owned())
}

/// How days are written and what day it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Today<'a> {
    pub(crate) date: NaiveDate,
    pub(crate) locale: &'a str,
}

/// The value that the words give for a question.
pub(super) fn read(ask: &FlowAsk, text: &str, choice: Option<&str>, today: Today<'_>) -> Result<String, Why> {
    if ask.kind == SlotKind::Choice {
        return chosen(ask, text, choice)
            .ok_or_else(|| why("请从列出的选项中选择。", "Please choose one of the list."));
    }
    let value = value(ask.kind, text, today)?;
    if let Some(pattern) = ask.pattern.as_deref().filter(|pattern| !pattern.is_empty()) {
        let matches = Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(&value));
        if !matches {
            return Err(why(
                "格式不正确，请核对后重新输入。",
                "That does not look right; please check and type it again.",
            ));
        }
    }
    within(ask, &value, today)?;
    Ok(value)
}

/// The value that the words give by themselves, before they are asked for; none for what could be anything.
pub(super) fn found(ask: &FlowAsk, text: &str, today: Today<'_>) -> Option<String> {
    match ask.kind {
        SlotKind::Date | SlotKind::Phone | SlotKind::Plate | SlotKind::ChineseId => {}
        // A number with letters is hardly anything else.
        SlotKind::PolicyNumber => {
            let number = slot::policy_number(text).ok()?;
            number.chars().any(|c| c.is_ascii_alphabetic()).then_some(())?;
        }
        SlotKind::Text | SlotKind::Number | SlotKind::Money | SlotKind::Choice => return None,
    }
    read(ask, text, None, today).ok()
}

fn value(kind: SlotKind, text: &str, today: Today<'_>) -> Result<String, Why> {
    let several = || why("请只写一个。", "Please write just one.");
    let or = |missing: Why| {
        move |refusal: Refusal| match refusal {
            Refusal::Several => several(),
            Refusal::NoSuchDay => why("没有这一天，请核对日期。", "There is no such day; please check the date."),
            Refusal::CheckDigit => {
                why("身份证号校验位不对，请核对。", "A digit of this identity number is wrong; please check it.")
            }
            Refusal::Missing => missing,
        }
    };
    match kind {
        SlotKind::Text | SlotKind::Choice => {
            let text = text.trim();
            if text.is_empty() {
                return Err(why("请输入文字。", "Please write something."));
            }
            Ok(text.chars().take(LONGEST).collect())
        }
        SlotKind::Number => {
            let number = slot::number(text).map_err(or(why("请输入数字。", "Please type a number.")))?;
            Ok(plain(number))
        }
        SlotKind::Date => {
            let month_first = !today.locale.starts_with("zh");
            let hint =
                why("请写日期，例如「昨天」或「3月5日」。", "Please give a date, such as “yesterday” or “March 5”.");
            Ok(slot::date(text, today.date, month_first).map_err(or(hint))?.to_string())
        }
        SlotKind::Money => {
            let hint = why("请写金额，例如「3000元」。", "Please give an amount, such as “3000”.");
            Ok(slot::money(text).map_err(or(hint))?.to_string())
        }
        SlotKind::Phone => slot::phone(text).map_err(or(why(
            "请写完整的电话号码，例如 13812345678。",
            "Please give the whole phone number, with its area code.",
        ))),
        SlotKind::Plate => slot::plate(text)
            .map_err(or(why("请写车牌号，例如「沪A12345」。", "Please give the number plate, such as “AB12 CDE”."))),
        SlotKind::PolicyNumber => slot::policy_number(text).map_err(or(why(
            "请写保单号：6 到 30 位的字母、数字和连字符。",
            "Please give the policy number: 6 to 30 letters, digits and hyphens.",
        ))),
        SlotKind::ChineseId => slot::chinese_id(text)
            .map_err(or(why("请写 18 位身份证号。", "Please give the identity number of 18 digits."))),
    }
}

fn chosen(ask: &FlowAsk, text: &str, choice: Option<&str>) -> Option<String> {
    if let Some(value) = choice.and_then(|choice| choice.strip_prefix(CHOSEN)) {
        return ask.choices.iter().find(|one| one.value == value).map(|one| one.value.clone());
    }
    let said = normalise(text);
    let number: Option<usize> = text.trim().trim_end_matches(['.', '、', ')']).parse().ok();
    if let Some(one) = number.and_then(|number| ask.choices.get(number.checked_sub(1)?)) {
        return Some(one.value.clone());
    }
    let labels = |one: &lingxi_contracts::bot::FlowChoice| {
        [&one.label.zh, &one.label.en, &one.value].map(|label| normalise(label))
    };
    let mut named =
        ask.choices.iter().filter(|one| labels(one).iter().any(|label| !label.is_empty() && *label == said));
    if let Some(one) = named.next() {
        return Some(one.value.clone());
    }
    // "it is about my car": the only label in the words.
    let mut inside =
        ask.choices.iter().filter(|one| labels(one).iter().any(|label| !label.is_empty() && has(&said, label)));
    let one = inside.next()?;
    inside.next().is_none().then(|| one.value.clone())
}

/// Whether words stand in others; those of letters as whole words.
fn has(said: &str, label: &str) -> bool {
    if label.is_ascii() { format!(" {said} ").contains(&format!(" {label} ")) } else { said.contains(label) }
}

/// Thousandths as people write them.
fn plain(thousandths: i64) -> String {
    let text = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn within(ask: &FlowAsk, value: &str, today: Today<'_>) -> Result<(), Why> {
    let beyond = |bound: &Option<String>, order: std::cmp::Ordering| {
        let bound = bound.as_deref().filter(|bound| !bound.is_empty())?;
        (compare(ask.kind, value, bound, today.date)? == order).then(|| resolved(ask.kind, bound, today.date))
    };
    if let Some(bound) = beyond(&ask.least, std::cmp::Ordering::Less) {
        return Err((format!("不能早于或小于 {bound}。"), format!("It must be {bound} at the least.")));
    }
    if let Some(bound) = beyond(&ask.most, std::cmp::Ordering::Greater) {
        return Err((format!("不能晚于或大于 {bound}。"), format!("It must be {bound} at the most.")));
    }
    Ok(())
}

/// How a value compares with a bound; none when they cannot be compared.
pub(super) fn compare(kind: SlotKind, value: &str, bound: &str, today: NaiveDate) -> Option<std::cmp::Ordering> {
    match kind {
        SlotKind::Date => Some(day(value, today)?.cmp(&day(bound, today)?)),
        SlotKind::Number => Some(slot::number(value).ok()?.cmp(&slot::number(bound).ok()?)),
        SlotKind::Money => Some(slot::money(value).ok()?.hundredths.cmp(&slot::money(bound).ok()?.hundredths)),
        _ => Some(value.cmp(bound)),
    }
}

fn resolved(kind: SlotKind, bound: &str, today: NaiveDate) -> String {
    let date = (kind == SlotKind::Date).then(|| day(bound, today)).flatten();
    date.map_or_else(|| bound.to_owned(), |date| date.to_string())
}

/// `today`, `today-30`, `today+7` or `2026-03-05`.
pub(super) fn day(text: &str, today: NaiveDate) -> Option<NaiveDate> {
    let Some(days) = text.trim().strip_prefix("today") else { return text.trim().parse().ok() };
    let days: i64 = if days.is_empty() { 0 } else { days.trim().replace(' ', "").parse().ok()? };
    today.checked_add_signed(chrono::TimeDelta::try_days(days)?)
}
