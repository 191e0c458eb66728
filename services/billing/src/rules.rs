//! Periods, plans and prices. Pure and exact: integers only.

use chrono::{DateTime, Datelike as _, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use lingxi_contracts::billing::{BillLine, Meter};
use lingxi_kernel::{Currency, Error, Money, Result, Timestamp};

/// What a meter costs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Price {
    pub meter: Meter,
    /// Units that cost nothing.
    pub free: i64,
    /// Units that the price is for.
    pub package: i64,
    /// Minor units of the plan's currency for one package.
    pub minor: i64,
}

/// A plan: one price per meter in one currency.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub code: &'static str,
    pub currency: Currency,
    pub prices: [Price; 5],
}

const fn price(meter: Meter, free: i64, package: i64, minor: i64) -> Price {
    Price { meter, free, package, minor }
}

/// The plans that firms can be on.
const PLANS: [Plan; 2] = [
    Plan {
        code: "starter-cny-1",
        currency: Currency::Cny,
        prices: [
            price(Meter::BotResolution, 100, 1, 60),
            price(Meter::Message, 2_000, 100, 100),
            price(Meter::AgentMinute, 2_400, 60, 300),
            price(Meter::StoredKb, 1_048_576, 1_024, 2),
            price(Meter::ApiCall, 10_000, 1_000, 100),
        ],
    },
    Plan {
        code: "starter-usd-1",
        currency: Currency::Usd,
        prices: [
            price(Meter::BotResolution, 100, 1, 10),
            price(Meter::Message, 2_000, 100, 15),
            price(Meter::AgentMinute, 2_400, 60, 50),
            price(Meter::StoredKb, 1_048_576, 1_024, 1),
            price(Meter::ApiCall, 10_000, 1_000, 15),
        ],
    },
];

/// The plan that a new firm of a language starts on.
pub(crate) fn first_plan(locale: &str) -> Plan {
    if locale == "zh-CN" { PLANS[0] } else { PLANS[1] }
}

/// The plan of a code.
pub(crate) fn plan(code: &str) -> Result<Plan> {
    PLANS
        .into_iter()
        .find(|plan| plan.code == code)
        .ok_or_else(|| Error::internal(format!("there is no plan `{code}`")))
}

/// Prices a quantity: units beyond the free ones, multiplied exactly and rounded once, half away from zero.
pub(crate) fn rate(price: Price, quantity: i64, currency: Currency) -> Result<BillLine> {
    let billable = i128::from((quantity - price.free).max(0));
    let exact = billable * i128::from(price.minor);
    let package = i128::from(price.package);
    let rounded = (2 * exact + package) / (2 * package);
    Ok(BillLine {
        meter: price.meter,
        quantity,
        free: price.free,
        unit_price: Money::new(price.minor, currency),
        package: price.package,
        amount: Money::new(i64::try_from(rounded)?, currency),
    })
}

/// A calendar month of a time zone: half-open, `YYYY-MM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Period {
    pub name: String,
    pub from: Timestamp,
    pub to: Timestamp,
}

/// The month that a moment lies in.
pub(crate) fn month_of(at: Timestamp, zone: Tz) -> Period {
    let local = at.with_timezone(&zone).date_naive();
    let first = local.with_day(1).unwrap_or(local);
    let next = first.checked_add_months(chrono::Months::new(1)).unwrap_or(first);
    Period { name: first.format("%Y-%m").to_string(), from: midnight(first, zone), to: midnight(next, zone) }
}

fn midnight(day: NaiveDate, zone: Tz) -> Timestamp {
    first_moment(day.and_time(NaiveTime::MIN), zone)
}

/// The first moment whose local time is at or after a wall-clock time, also where clocks skip it.
fn first_moment(wall: NaiveDateTime, zone: Tz) -> Timestamp {
    for minutes in 0..=180 {
        match zone.from_local_datetime(&(wall + chrono::TimeDelta::minutes(minutes))) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
            LocalResult::None => {}
        }
    }
    wall.and_utc()
}

/// The start of the local hour that a moment lies in: the bucket it is counted in.
pub(crate) fn hour_of(at: Timestamp, zone: Tz) -> Timestamp {
    let local: DateTime<Tz> = at.with_timezone(&zone);
    let into = i64::from(local.minute()) * 60 + i64::from(local.second());
    Timestamp::from_timestamp(at.timestamp() - into, 0).unwrap_or(at)
}

/// Minutes that are billed for a stretch of work: begun ones count.
pub(crate) fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    ((to - from).num_seconds().max(0) + 59) / 60
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn free_units_cost_nothing_and_halves_round_away_from_zero() {
        let messages = price(Meter::Message, 2_000, 100, 15);
        let amount = |quantity| rate(messages, quantity, Currency::Usd).unwrap().amount.minor;
        assert_eq!((amount(0), amount(2_000), amount(2_003), amount(2_010)), (0, 0, 0, 2));
        assert_eq!(amount(2_100), 15);
    }

    #[test]
    fn begun_minutes_count() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |seconds| minutes(start, start + chrono::TimeDelta::seconds(seconds));
        assert_eq!((after(0), after(1), after(60), after(61)), (0, 1, 1, 2));
        assert_eq!(minutes(start + chrono::TimeDelta::seconds(5), start), 0, "a clock that went back bills nothing");
    }

    proptest! {
        #[test]
        fn a_line_differs_from_the_exact_price_by_at_most_half_a_minor_unit(
            quantity in 0..i64::from(u32::MAX), free in 0..10_000_i64, package in 1..10_000_i64, minor in 0..100_000_i64,
        ) {
            let line = rate(price(Meter::Message, free, package, minor), quantity, Currency::Cny).unwrap();
            let exact = i128::from((quantity - free).max(0)) * i128::from(minor);
            let off = i128::from(line.amount.minor) * i128::from(package) - exact;
            prop_assert!(2 * off.abs() <= i128::from(package));
        }
    }
}
