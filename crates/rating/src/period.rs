//! Periods and buckets of a time zone: half-open, and without a gap where clocks change.

use chrono::{DateTime, Datelike as _, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use lingxi_kernel::Timestamp;

/// A calendar month of a time zone: half-open, named `YYYY-MM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// `YYYY-MM`.
    pub name: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
}

/// The month that a moment lies in.
pub fn month_of(at: Timestamp, zone: Tz) -> Period {
    let local = at.with_timezone(&zone).date_naive();
    let first = local.with_day(1).unwrap_or(local);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    Period { name: first.format("%Y-%m").to_string(), from: first_moment(first, zone), to: first_moment(next, zone) }
}

/// The first moment of a local day, also where clocks skip its midnight.
pub fn first_moment(day: NaiveDate, zone: Tz) -> Timestamp {
    let wall: NaiveDateTime = day.and_time(NaiveTime::MIN);
    for minutes in 0..=180 {
        match zone.from_local_datetime(&(wall + chrono::TimeDelta::minutes(minutes))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
            LocalResult::None => {}
        }
    }
    wall.and_utc()
}

/// The start of the local hour that a moment lies in: the bucket it is counted in.
pub fn hour_of(at: Timestamp, zone: Tz) -> Timestamp {
    let local: DateTime<Tz> = at.with_timezone(&zone);
    let into = i64::from(local.minute()) * 60 + i64::from(local.second());
    Timestamp::from_timestamp(at.timestamp() - into, 0).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn months_are_local_and_half_open() {
        let month = month_of(at("2026-10-31T16:00:00Z"), chrono_tz::Asia::Shanghai);
        assert_eq!(month.name, "2026-11");
        assert_eq!((month.from, month.to), (at("2026-10-31T16:00:00Z"), at("2026-11-30T16:00:00Z")));
        assert_eq!(month_of(month.to, chrono_tz::Asia::Shanghai).name, "2026-12");
        let spring = month_of(at("2026-03-15T00:00:00Z"), chrono_tz::America::New_York);
        assert_eq!((spring.to - spring.from).num_hours(), 31 * 24 - 1, "clocks go forward in March");
    }

    #[test]
    fn hours_of_half_hour_zones_start_at_the_half_hour() {
        assert_eq!(hour_of(at("2026-11-22T10:45:10Z"), chrono_tz::Asia::Kolkata), at("2026-11-22T10:30:00Z"));
        assert_eq!(hour_of(at("2026-11-22T10:45:10Z"), chrono_tz::Asia::Shanghai), at("2026-11-22T10:00:00Z"));
    }

    #[test]
    fn the_hour_that_clocks_repeat_is_two_buckets() {
        let zone = chrono_tz::America::New_York;
        let (first, second) = (hour_of(at("2026-11-01T05:30:00Z"), zone), hour_of(at("2026-11-01T06:30:00Z"), zone));
        assert_eq!((second - first).num_minutes(), 60, "half past one comes twice");
    }
}
