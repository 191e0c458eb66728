//! Facts become quantities, in whatever order they come.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use lingxi_contracts::Words;
use lingxi_contracts::billing::{Aggregation, Meter};
use lingxi_kernel::{Decimal, Timestamp};
use lingxi_rating::{Bucket, hour_of, quantity, reading};
use proptest::prelude::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn buckets(facts: &[(Timestamp, i64)]) -> BTreeMap<Timestamp, Bucket> {
    let mut all: BTreeMap<Timestamp, Bucket> = BTreeMap::new();
    for (index, (moment, value)) in facts.iter().enumerate() {
        let hour = hour_of(*moment, chrono_tz::Asia::Kolkata);
        let one = Bucket::of(hour, *moment, format!("{index:03}"), Decimal::whole(*value)).unwrap();
        all.entry(hour).or_default().merge(one).unwrap();
    }
    all
}

fn total(
    aggregation: Aggregation,
    period: (Timestamp, Timestamp),
    facts: &[(Timestamp, i64)],
    carried: i64,
) -> Decimal {
    let all = buckets(facts);
    let hours = all.iter().map(|(hour, bucket)| (*hour, bucket));
    let whole = (period.1 - period.0).num_milliseconds();
    quantity(aggregation, period, whole, hours, Decimal::whole(carried), 0).unwrap()
}

const NOVEMBER: (&str, &str) = ("2026-10-31T18:30:00Z", "2026-11-30T18:30:00Z");

#[test]
fn a_level_is_weighted_by_how_long_it_stood() {
    let period = (at(NOVEMBER.0), at(NOVEMBER.1));
    let middle = at("2026-11-15T18:30:00Z");
    let weighted = |facts: &[(Timestamp, i64)], carried| total(Aggregation::WeightedSum, period, facts, carried);
    assert_eq!(weighted(&[], 7), Decimal::whole(7), "what was there before stays");
    assert_eq!(weighted(&[(middle, 10)], 0), Decimal::whole(5), "ten for half a month");
    assert_eq!(weighted(&[(middle, -10)], 10), Decimal::whole(5), "removed in the middle");
    let into_an_hour = at("2026-11-23T06:30:00Z") + TimeDelta::milliseconds(1);
    let exact = i128::from((period.1 - into_an_hour).num_milliseconds()) * 1_000_000_000_000;
    let all = i128::from((period.1 - period.0).num_milliseconds());
    assert_eq!(weighted(&[(into_an_hour, 1)], 0).units(), (2 * exact + all) / (2 * all), "to the millisecond");
}

#[test]
fn the_latest_of_a_moment_is_the_one_with_the_larger_id() {
    let period = (at(NOVEMBER.0), at(NOVEMBER.1));
    let moment = at("2026-11-03T00:00:00Z");
    assert_eq!(total(Aggregation::Latest, period, &[(moment, 5), (moment, 3)], 0), Decimal::whole(3));
    assert_eq!(total(Aggregation::Max, period, &[(moment, 5), (moment, 3)], 0), Decimal::whole(5));
    assert_eq!(total(Aggregation::Max, period, &[(moment, -5)], 0), Decimal::whole(-5));
    assert_eq!(total(Aggregation::Latest, period, &[], 0), Decimal::ZERO);
}

#[test]
fn what_stands_for_part_of_a_period_counts_with_that_part() {
    let (from, middle, to) = (at(NOVEMBER.0), at("2026-11-15T18:30:00Z"), at(NOVEMBER.1));
    let all = buckets(&[(from, 10)]);
    let hours = || all.iter().map(|(hour, bucket)| (*hour, bucket));
    let whole = (to - from).num_milliseconds();
    let of = |aggregation, part, carried| quantity(aggregation, part, whole, hours(), carried, 0).unwrap();
    let (first, second) = ((from, middle), (middle, to));
    for aggregation in [Aggregation::Max, Aggregation::Latest, Aggregation::WeightedSum] {
        assert_eq!(of(aggregation, first, Decimal::ZERO), Decimal::whole(5), "{aggregation:?}");
    }
    assert_eq!(of(Aggregation::WeightedSum, second, Decimal::whole(10)), Decimal::whole(5), "both halves are ten");
}

#[test]
fn periods_are_half_open() {
    let period = (at(NOVEMBER.0), at(NOVEMBER.1));
    let facts = [
        (period.0 - TimeDelta::milliseconds(1), 1),
        (period.0, 2),
        (period.1 - TimeDelta::milliseconds(1), 4),
        (period.1, 8),
    ];
    assert_eq!(total(Aggregation::Sum, period, &facts, 0), Decimal::whole(6));
    assert_eq!(total(Aggregation::Count, period, &facts, 0), Decimal::whole(2));
}

#[test]
fn floats_and_missing_fields_are_refused_with_the_way_to_mend_them() {
    let meter = |aggregation| Meter {
        key: "tokens".into(),
        name: Words::default(),
        unit: Words::default(),
        event_type: "tokens".into(),
        aggregation,
        value_field: Some("n".into()),
        dimensions: Vec::new(),
    };
    let read = |aggregation, data: &str| reading(&meter(aggregation), &serde_json::from_str(data).unwrap());
    assert_eq!(read(Aggregation::Sum, r#"{"n": "1.5"}"#).unwrap().value, Decimal::parse("1.5").unwrap());
    assert_eq!(read(Aggregation::Sum, r#"{"n": 2}"#).unwrap().value, Decimal::whole(2));
    assert!(read(Aggregation::Sum, r#"{"n": 1.5}"#).unwrap_err().message.contains("written as a text"));
    assert!(read(Aggregation::Sum, r#"{"n": null}"#).unwrap_err().message.contains("lacks `n`"));
    assert_eq!(read(Aggregation::Unique, r#"{"n": "ann"}"#).unwrap().text, "ann");
    assert!(read(Aggregation::Unique, r#"{"n": []}"#).is_err());
}

proptest! {
    #[test]
    fn the_order_of_facts_does_not_matter(
        facts in proptest::collection::vec((0..2_592_000_000_i64, -1_000..1_000_i64), 0..40).prop_shuffle(), seed in any::<u64>(),
    ) {
        let period = (at(NOVEMBER.0), at(NOVEMBER.1));
        let moment = |millis: i64| period.0 + TimeDelta::milliseconds(millis);
        let parts: Vec<(Timestamp, Bucket)> = facts.iter().enumerate().map(|(index, (millis, value))| {
            let hour = hour_of(moment(*millis), chrono_tz::Asia::Kolkata);
            (hour, Bucket::of(hour, moment(*millis), format!("{index:03}"), Decimal::whole(*value)).unwrap())
        }).collect();
        let merged = |parts: Vec<(Timestamp, Bucket)>| {
            let mut all: BTreeMap<Timestamp, Bucket> = BTreeMap::new();
            for (hour, bucket) in parts {
                all.entry(hour).or_default().merge(bucket).unwrap();
            }
            all
        };
        let mut turned = parts.clone();
        let half = usize::try_from(seed % 41).unwrap().min(turned.len());
        turned.rotate_left(half);
        turned.reverse();
        prop_assert_eq!(merged(parts), merged(turned));
    }
}
