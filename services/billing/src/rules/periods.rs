//! How periods follow each other.

use chrono::TimeDelta;
use chrono_tz::Tz;
use lingxi_kernel::Timestamp;
use lingxi_rating::{Period, hour_of, month_of};

/// A period that a change of the time zone would make shorter is joined with the next month.
const SHORTEST: TimeDelta = TimeDelta::days(15);

/// The zone of a name; one that is not known counts as UTC.
pub(crate) fn zone(name: &str) -> Tz {
    name.parse().unwrap_or(Tz::UTC)
}

/// The first period of a firm: from the hour in which it began to the end of that month.
pub(crate) fn first(began: Timestamp, zone: Tz) -> (Timestamp, Timestamp) {
    (hour_of(began, zone), month_of(began, zone).to)
}

/// The period that follows one, in the zone that the firm has by then. Periods leave no gap and do not overlap, also when the zone changes.
pub(crate) fn following(ended: Timestamp, zone: Tz) -> (Timestamp, Timestamp) {
    let month = month_of(ended, zone);
    let to = if month.to - ended < SHORTEST { month_of(month.to, zone).to } else { month.to };
    (ended, to)
}

/// The calendar month that shares of a period are taken of; its name is the period's.
pub(crate) fn month(from: Timestamp, to: Timestamp, zone: Tz) -> Period {
    month_of(from + (to - from) / 2, zone)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_firm_that_moves_west_has_one_longer_period_and_no_gap() {
        let ended = month_of(at("2026-11-10T00:00:00Z"), chrono_tz::Asia::Shanghai).to;
        let (from, to) = following(ended, chrono_tz::America::New_York);
        assert_eq!(from, ended);
        assert_eq!(to, at("2027-01-01T05:00:00Z"));
        assert_eq!(month(from, to, chrono_tz::America::New_York).name, "2026-12");
    }

    #[test]
    fn a_firm_that_moves_east_has_a_shorter_period() {
        let ended = month_of(at("2026-11-10T00:00:00Z"), chrono_tz::America::New_York).to;
        let (from, to) = following(ended, chrono_tz::Asia::Shanghai);
        assert_eq!((from, to), (ended, at("2026-12-31T16:00:00Z")));
    }

    #[test]
    fn a_firm_begins_in_the_hour_of_its_sign_up() {
        let (from, to) = first(at("2026-11-22T10:45:10Z"), chrono_tz::Asia::Kolkata);
        assert_eq!((from, to), (at("2026-11-22T10:30:00Z"), at("2026-11-30T18:30:00Z")));
    }
}
