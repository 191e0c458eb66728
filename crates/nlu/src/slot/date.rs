//! Days, as people name them.

use std::sync::LazyLock;

use chrono::{Datelike as _, Days, NaiveDate};
use regex::Regex;

use super::number::digits;
use super::{Refusal, only, regex};

static ISO: LazyLock<Regex> = LazyLock::new(|| regex(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})"));
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:^|[^\d年])(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?"));
static DAY: LazyLock<Regex> = LazyLock::new(|| regex(r"(?:^|[^\d月])(\d{1,2})\s*[日号號](?:$|[^\d码线])"));
static SLASHED: LazyLock<Regex> = LazyLock::new(|| regex(r"\b(\d{1,2})[/.](\d{1,2})[/.](\d{4})\b"));
static ENGLISH: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?:\b(\d{1,2})(?:st|nd|rd|th)?(?: of)? )?\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: (\d{1,2})(?:st|nd|rd|th)?\b)?(?:,? (\d{4}))?",
    )
});
static AGO: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(\d{1,3}|\ba|\bone|\btwo|\bthree)\s*(天|日|周|星期|个星期|个月|days?|weeks?)\s*(?:之?前|ago)")
});
static WEEKDAY: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(上上?|这|本)?个?(?:周|星期|礼拜)([一二三四五六日天])|\b(last |this |on )?(mon|tues|wednes|thurs|fri|satur|sun)day\b",
    )
});

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NAMED: [(&str, i64); 14] = [
    ("大前天", -3),
    ("前天", -2),
    ("前日", -2),
    ("昨", -1),
    ("今天", 0),
    ("今日", 0),
    ("今早", 0),
    ("今晚", 0),
    ("刚才", 0),
    ("the day before yesterday", -2),
    ("yesterday", -1),
    ("last night", -1),
    ("today", 0),
    ("just now", 0),
];

/// The only day in the words, for who writes on the day `today`: `2026年3月5日`, `3月5号`, `上周三`, `两天前`, `yesterday`,
/// `March 5th`, `last Monday`, `2026-03-05`. A day without a year is the latest one that is not after today, unless the words say that it
/// is to come (`明天`, `tomorrow`). `month_first` says how `3/5/2026` is read.
///
/// # Errors
/// [`Refusal::Missing`], [`Refusal::Several`], [`Refusal::NoSuchDay`].
pub fn date(text: &str, today: NaiveDate, month_first: bool) -> Result<NaiveDate, Refusal> {
    let lower = text.to_lowercase();
    let written = digits(&lower);
    let mut found = exact(&written, month_first);
    if found.is_empty() {
        found.extend(month_and_day(&written, today));
        found.extend(english(&written, today));
    }
    if found.is_empty() {
        found.extend(counted(&written, today));
        found.extend(weekdays(&lower, today));
        found.extend(named(&lower, today));
    }
    if found.is_empty() {
        found.extend(DAY.captures_iter(&written).map(|day| latest(None, digit(&day[1]), today)));
    }
    only(found)?.ok_or(Refusal::NoSuchDay)
}

type Day = Option<NaiveDate>;

fn digit(text: &str) -> u32 {
    text.parse().unwrap_or_default()
}

fn exact(text: &str, month_first: bool) -> Vec<Day> {
    let of = |year: &str, month: &str, day: &str| {
        NaiveDate::from_ymd_opt(year.parse().unwrap_or_default(), digit(month), digit(day))
    };
    let iso = ISO.captures_iter(text).map(|day| of(&day[1], &day[2], &day[3]));
    let slashed = SLASHED.captures_iter(text).map(|day| {
        let (month, date) = if month_first { (1, 2) } else { (2, 1) };
        // 25/12 is no month in either order but the other.
        of(&day[3], &day[month], &day[date]).or_else(|| of(&day[3], &day[date], &day[month]))
    });
    iso.chain(slashed).collect()
}

/// The latest such day that is not after today.
fn latest(month: Option<u32>, day: u32, today: NaiveDate) -> Day {
    if !(1..=31).contains(&day) {
        return None;
    }
    let mut back = 0..if month.is_some() { 9 } else { 3 };
    back.find_map(|back: u32| {
        let (year, month) = match month {
            Some(month) => (today.year() - i32::try_from(back).ok()?, month),
            None if today.month() > back => (today.year(), today.month() - back),
            None => (today.year() - 1, today.month() + 12 - back),
        };
        NaiveDate::from_ymd_opt(year, month, day).filter(|date| *date <= today)
    })
}

fn month_and_day(text: &str, today: NaiveDate) -> Vec<Day> {
    MONTH_DAY.captures_iter(text).map(|day| latest(Some(digit(&day[1])), digit(&day[2]), today)).collect()
}

fn english(text: &str, today: NaiveDate) -> Vec<Day> {
    let read = |found: regex::Captures<'_>| {
        let day = found.get(1).or_else(|| found.get(3)).map(|day| digit(day.as_str()))?;
        let month = MONTHS.iter().zip(1_u32..).find(|(name, _)| **name == &found[2])?.1;
        Some(match found.get(4) {
            Some(year) => NaiveDate::from_ymd_opt(year.as_str().parse().ok()?, month, day),
            None => latest(Some(month), day, today),
        })
    };
    ENGLISH.captures_iter(text).filter_map(read).collect()
}

fn counted(text: &str, today: NaiveDate) -> Vec<Day> {
    let read = |found: regex::Captures<'_>| {
        let count: u64 = match &found[1] {
            "a" | "one" => 1,
            "two" => 2,
            "three" => 3,
            digits => digits.parse().ok()?,
        };
        let days = match &found[2] {
            "天" | "日" | "day" | "days" => 1,
            "个月" => 30,
            _ => 7,
        };
        Some(today.checked_sub_days(Days::new(count * days)))
    };
    AGO.captures_iter(text).filter_map(read).collect()
}

/// A day of this week or of one before; without a word for it, the last such day.
fn weekdays(text: &str, today: NaiveDate) -> Vec<Day> {
    let now = u64::from(today.weekday().num_days_from_monday());
    let read = |found: regex::Captures<'_>| {
        let chinese =
            |name: &str| "一二三四五六日".chars().position(|c| name.starts_with(c)).or((name == "天").then_some(6));
        let english =
            |name: &str| ["mon", "tues", "wednes", "thurs", "fri", "satur", "sun"].iter().position(|day| *day == name);
        let wanted = match (found.get(2), found.get(4)) {
            (Some(name), _) => chinese(name.as_str())?,
            (_, Some(name)) => english(name.as_str())?,
            _ => return None,
        };
        let wanted = u64::try_from(wanted).ok()?;
        let which = found.get(1).or_else(|| found.get(3)).map(|which| which.as_str().trim());
        // Monday of this week is `now` days ago.
        let ago = match which {
            Some("上") => now + 7 - wanted,
            Some("上上") => now + 14 - wanted,
            _ if wanted < now => now - wanted,
            Some("last") if wanted == now => 7,
            _ if wanted == now => 0,
            _ => now + 7 - wanted,
        };
        Some(today.checked_sub_days(Days::new(ago)))
    };
    WEEKDAY.captures_iter(text).filter_map(read).collect()
}

fn named(text: &str, today: NaiveDate) -> Vec<Day> {
    const TO_COME: [(&str, u64); 5] = [("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("tomorrow", 1)];
    if let Some((_, days)) = TO_COME.iter().find(|(name, _)| text.contains(name)) {
        return vec![today.checked_add_days(Days::new(*days))];
    }
    let first = NAMED.iter().find(|(name, _)| text.contains(name));
    first.map(|(_, days)| today.checked_sub_days(Days::new(days.unsigned_abs()))).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A Wednesday.
    fn today() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, 18).unwrap()
    }

    #[test]
    fn days_are_read_as_people_name_them() {
        for (text, expected) in [
            ("昨天下午", "2026-11-17"),
            ("昨晚", "2026-11-17"),
            ("前天", "2026-11-16"),
            ("大前天", "2026-11-15"),
            ("今天早上八点", "2026-11-18"),
            ("两天前", "2026-11-16"),
            ("一周前", "2026-11-11"),
            ("3月5日", "2026-03-05"),
            ("十二月三号", "2025-12-03"),
            ("二〇二五年十月一日", "2025-10-01"),
            ("2026年3月5号", "2026-03-05"),
            ("2026-03-05", "2026-03-05"),
            ("2026/3/5 左右", "2026-03-05"),
            ("上周三", "2026-11-11"),
            ("周一", "2026-11-16"),
            ("星期五", "2026-11-13"),
            ("上星期天", "2026-11-15"),
            ("明天", "2026-11-19"),
            ("15号", "2026-11-15"),
            ("25号", "2026-10-25"),
            ("yesterday evening", "2026-11-17"),
            ("the day before yesterday", "2026-11-16"),
            ("3 days ago", "2026-11-15"),
            ("a week ago", "2026-11-11"),
            ("last Monday", "2026-11-16"),
            ("on Friday", "2026-11-13"),
            ("March 5th", "2026-03-05"),
            ("5 March 2025", "2025-03-05"),
            ("on the 5th of December", "2025-12-05"),
            ("3/5/2026", "2026-03-05"),
        ] {
            assert_eq!(date(text, today(), true).map(|day| day.to_string()).as_deref(), Ok(expected), "{text}");
        }
        assert_eq!(date("3/5/2026", today(), false).unwrap().to_string(), "2026-05-03");
        assert_eq!(date("2026-02-30", today(), true), Err(Refusal::NoSuchDay));
        assert_eq!(date("13月5日", today(), true), Err(Refusal::NoSuchDay));
        assert_eq!(date("3月5日或者3月6日", today(), true), Err(Refusal::Several));
        assert_eq!(date("我不记得了", today(), true), Err(Refusal::Missing));
        assert_eq!(date("maybe later", today(), true), Err(Refusal::Missing));
    }

    proptest! {
        #[test]
        fn every_day_is_read_as_written(days in 0_u64..40_000) {
            let day = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(days);
            prop_assert_eq!(date(&day.to_string(), today(), true), Ok(day));
            let chinese = format!("{}年{}月{}日", day.year(), day.month(), day.day());
            prop_assert_eq!(date(&chinese, today(), true), Ok(day));
        }

        #[test]
        fn nothing_makes_it_fall(text in ".{0,60}|[0-9月日号前天周一上/ -]{0,20}", days in 0_u64..40_000) {
            let day = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + Days::new(days);
            let _ = date(&text, day, true);
        }
    }
}
