//! Price models, each with the figures that a price list would show.

use lingxi_contracts::Words;
use lingxi_contracts::billing::{Charge, PriceModel, Tier};
use lingxi_kernel::{Currency, Decimal};
use lingxi_rating::{Priced, price};
use proptest::prelude::*;

fn number(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn charge(model: PriceModel, cost: Option<&str>) -> Charge {
    Charge {
        key: "it".into(),
        name: Words::default(),
        meter: Some("it".into()),
        model,
        price: cost.map(number),
        size: None,
        free: Decimal::ZERO,
        tiers: Vec::new(),
    }
}

fn tiered(model: PriceModel) -> Charge {
    let tier =
        |up_to: Option<&str>, unit, flat| Tier { up_to: up_to.map(number), unit: number(unit), flat: number(flat) };
    let tiers = vec![tier(Some("100"), "0.10", "0"), tier(Some("1000"), "0.05", "2"), tier(None, "0.01", "0")];
    Charge { tiers, ..charge(model, None) }
}

fn of(charge: &Charge, quantity: &str) -> Priced {
    price(charge, number(quantity), (1, 1), Currency::Usd).unwrap()
}

fn cents(charge: &Charge, quantity: &str) -> i64 {
    of(charge, quantity).minor
}

#[test]
fn halves_of_a_minor_unit_are_rounded_away_from_zero_once_per_line() {
    let unit = charge(PriceModel::PerUnit, Some("0.005"));
    assert_eq!((cents(&unit, "1"), cents(&unit, "3"), cents(&unit, "0.9")), (1, 2, 0));
    let yen = price(&charge(PriceModel::PerUnit, Some("0.5")), number("3"), (1, 1), Currency::Jpy).unwrap();
    let dinar = price(&charge(PriceModel::PerUnit, Some("0.0005")), number("3"), (1, 1), Currency::Kwd).unwrap();
    assert_eq!((yen.minor, dinar.minor), (2, 2), "each currency at its own exponent");
}

#[test]
fn graduated_units_cost_what_their_tier_says() {
    let graduated = tiered(PriceModel::Graduated);
    assert_eq!((cents(&graduated, "0"), cents(&graduated, "100")), (0, 1000), "the end of a tier belongs to it");
    assert_eq!(cents(&graduated, "101"), 1000 + 205, "the flat price with the tier's first unit");
    assert_eq!(cents(&graduated, "2000"), 1000 + 4500 + 200 + 1000);
    assert_eq!(of(&graduated, "2000").pieces.len(), 3);
}

#[test]
fn at_a_volume_price_all_units_cost_the_same() {
    let volume = tiered(PriceModel::Volume);
    assert_eq!((cents(&volume, "0"), cents(&volume, "100"), cents(&volume, "101")), (0, 1000, 705));
    assert_eq!(cents(&volume, "2000"), 2000);
}

#[test]
fn begun_packages_count() {
    let package =
        Charge { size: Some(number("1000")), free: number("10000"), ..charge(PriceModel::Package, Some("1.5")) };
    assert_eq!((cents(&package, "10000"), cents(&package, "10000.1"), cents(&package, "11001")), (0, 150, 300));
}

#[test]
fn a_percentage_is_of_an_amount() {
    let percentage = charge(PriceModel::Percentage, Some("1.5"));
    assert_eq!(cents(&percentage, "1000.00"), 1500);
}

#[test]
fn a_share_of_a_period_has_a_share_of_flat_prices_free_units_and_tiers() {
    let half = |charge: &Charge, quantity| price(charge, number(quantity), (1, 2), Currency::Usd).unwrap().minor;
    assert_eq!(half(&charge(PriceModel::Flat, Some("99")), "0"), 4950);
    let free = Charge { free: number("100"), ..charge(PriceModel::PerUnit, Some("1")) };
    assert_eq!((half(&free, "50"), half(&free, "51")), (0, 100));
    assert_eq!(half(&tiered(PriceModel::Graduated), "50"), 500, "and none of the second tier");
}

#[test]
fn usage_that_was_taken_back_beyond_nothing_costs_nothing() {
    for model in [PriceModel::PerUnit, PriceModel::Percentage] {
        assert_eq!(cents(&charge(model, Some("1")), "-5"), 0);
    }
    assert_eq!(cents(&tiered(PriceModel::Graduated), "-5"), 0);
}

proptest! {
    #[test]
    fn more_never_costs_less_at_graduated_prices(one in 0..5_000_i64, more in 0..5_000_i64) {
        let graduated = tiered(PriceModel::Graduated);
        let cost = |quantity| price(&graduated, Decimal::whole(quantity), (1, 1), Currency::Usd).unwrap().minor;
        prop_assert!(cost(one) <= cost(one + more));
    }
}
