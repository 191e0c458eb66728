//! What comes late is billed as the difference, and the whole comes out as if it had come in time.

use chrono::TimeDelta;
use lingxi_contracts::Words;
use lingxi_contracts::billing::{BillLine, BillingProfile, Charge, LineKind, PhaseKind, Plan, PriceModel};
use lingxi_kernel::{Currency, Decimal, Timestamp};
use lingxi_rating::{Phase, Taxing, adjustments, bill};
use proptest::prelude::*;

fn plan() -> Plan {
    let charge = Charge {
        key: "call".into(),
        name: Words::default(),
        meter: Some("call".into()),
        model: PriceModel::PerUnit,
        price: Some(Decimal::parse("0.333").unwrap()),
        size: None,
        free: Decimal::whole(10),
        tiers: Vec::new(),
    };
    Plan {
        code: "plan".into(),
        version: 3,
        name: Words::default(),
        about: Words::default(),
        currency: Currency::Eur,
        trial_days: 0,
        minimum: Decimal::whole(5),
        public: true,
        charges: vec![charge],
    }
}

fn rated(calls: i64) -> Vec<BillLine> {
    let (from, to) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH + TimeDelta::days(30));
    let phases = [Phase { from, to, kind: PhaseKind::Active, plan: plan() }];
    let payer = BillingProfile::default();
    bill((from, to), &phases, |_, _| Decimal::whole(calls), Taxing { rule: None, payer: &payer }).unwrap().lines
}

fn sum(lines: &[BillLine]) -> i64 {
    lines.iter().map(|line| line.gross.minor).sum()
}

#[test]
fn nothing_late_is_no_line() {
    assert_eq!(adjustments(&rated(40), &rated(40)).unwrap(), []);
}

#[test]
fn late_usage_that_only_fills_the_minimum_is_shown_and_costs_nothing_more() {
    let lines = adjustments(&rated(14), &rated(12)).unwrap();
    assert_eq!(sum(&lines), 0);
    assert_eq!(lines[0].quantity, Decimal::whole(2), "what was accepted is shown");
    assert!(lines.iter().all(|line| line.kind == LineKind::Adjustment));
}

proptest! {
    #[test]
    fn however_late_usage_trickles_in_the_sum_is_that_of_all(first in 0..100_i64, second in 0..100_i64, third in -50..100_i64) {
        let mut billed = rated(first);
        billed.extend(adjustments(&rated(first + second), &billed).unwrap());
        billed.extend(adjustments(&rated(first + second + third), &billed).unwrap());
        prop_assert_eq!(sum(&billed), sum(&rated(first + second + third)));
    }
}
