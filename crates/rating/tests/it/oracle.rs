//! Bills against an oracle that was written apart from them: whole numbers over one denominator, and nothing is ever divided but once, by hand.

use lingxi_contracts::Words;
use lingxi_contracts::billing::{BillingProfile, Charge, PhaseKind, Plan, PriceModel, Tax, Tier};
use lingxi_kernel::{Currency, Decimal, Timestamp};
use lingxi_rating::{Phase, Taxing, bill};
use num_bigint::BigInt;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Decimals are whole numbers of this part of one.
const PART: i128 = 1_000_000_000_000;

fn big(number: i128) -> BigInt {
    BigInt::from(number)
}

/// `over / under`, halves away from zero, for an `over` of 0 or more.
fn nearest(over: &BigInt, under: &BigInt) -> BigInt {
    let doubled: BigInt = over * 2 + under;
    doubled / (under * 2)
}

/// Minor units of a charge. All quantities are times `whole`, all prices times `PART`.
fn cost(charge: &Charge, used: Decimal, part: i64, whole: i64, exponent: u32) -> BigInt {
    let scaled = |number: Decimal| big(number.units()) * whole;
    let shrunk = |number: Decimal| big(number.units()) * part;
    let rest: BigInt = scaled(used) - shrunk(charge.free);
    let units = if rest > big(0) { rest } else { big(0) };
    let price = big(charge.price.unwrap_or(Decimal::ZERO).units());
    let once = big(PART) * whole;
    let tiers = |index: usize| if index == 0 { big(0) } else { shrunk(charge.tiers[index - 1].up_to.unwrap()) };
    // The amount in major units, times PART twice, times `whole`; percentages a hundred times that.
    let (amount, hundred) = match charge.model {
        PriceModel::Flat => (price * PART * part, 1),
        PriceModel::PerUnit => (units * price, 1),
        PriceModel::Percentage => (units * price, 100),
        PriceModel::Package => {
            let size = scaled(charge.size.unwrap());
            let begun: BigInt = (units + &size - 1) / size;
            (begun * price * once, 1)
        }
        PriceModel::Volume => {
            let mut tier = None;
            for (index, candidate) in charge.tiers.iter().enumerate() {
                if units > tiers(index) {
                    tier = Some(candidate);
                }
            }
            (tier.map_or(big(0), |tier| &units * tier.unit.units() + &once * tier.flat.units()), 1)
        }
        PriceModel::Graduated => {
            // What all units cost at the first price, corrected at every boundary that is passed.
            let mut sum = big(0);
            let mut before = big(0);
            for (index, tier) in charge.tiers.iter().enumerate() {
                let over: BigInt = &units - tiers(index);
                if over > big(0) {
                    sum += over * (big(tier.unit.units()) - &before) + &once * tier.flat.units();
                }
                before = big(tier.unit.units());
            }
            (sum, 1)
        }
    };
    let under = big(PART) * PART * whole * hundred;
    nearest(&(amount * 10_i64.pow(exponent)), &under)
}

/// Net, tax and gross of an amount.
fn taxes(amount: &BigInt, tax: &Tax, reversed: bool) -> (BigInt, BigInt) {
    let hundred = big(100 * PART);
    let rate = big(tax.percent.units());
    if tax.included {
        let net = nearest(&(amount * &hundred), &(&hundred + rate));
        let gross = if reversed { net.clone() } else { amount.clone() };
        return (net, gross);
    }
    let added = if reversed { big(0) } else { nearest(&(amount * rate), &hundred) };
    (amount.clone(), amount + added)
}

fn quantities() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (0..10_000_i64).prop_map(Decimal::whole),
        (0..1_000_000_000_000_000_i128).prop_map(|units| Decimal::from_units(units * 1_000_000)),
        (0..10_000 * PART).prop_map(Decimal::from_units),
    ]
}

fn money() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        (0..100_000_i128).prop_map(|cents| Decimal::from_units(cents * PART / 100)),
        (0..50 * PART).prop_map(Decimal::from_units)
    ]
}

fn tiers() -> impl Strategy<Value = Vec<Tier>> {
    vec((1..2_000_i64, money(), prop_oneof![Just(Decimal::ZERO), money()]), 1..5).prop_map(|steps| {
        let mut end = 0;
        let last = steps.len() - 1;
        let tier = |(index, (step, unit, flat)): (usize, (i64, Decimal, Decimal))| {
            end += step;
            Tier { up_to: (index < last).then(|| Decimal::whole(end)), unit, flat }
        };
        steps.into_iter().enumerate().map(tier).collect()
    })
}

fn charge() -> impl Strategy<Value = Charge> {
    let model = (0..PriceModel::ALL.len()).prop_map(|index| PriceModel::ALL[index]);
    let free = prop_oneof![Just(Decimal::ZERO), (0..3_000_i64).prop_map(Decimal::whole)];
    (model, money(), 1..5_000_i64, free, tiers()).prop_map(|(model, price, size, free, tiers)| {
        let tiered = matches!(model, PriceModel::Graduated | PriceModel::Volume);
        Charge {
            key: "it".into(),
            name: Words::default(),
            meter: (model != PriceModel::Flat).then(|| "it".into()),
            model,
            price: (!tiered).then_some(price),
            size: (model == PriceModel::Package).then(|| Decimal::whole(size)),
            free,
            tiers: if tiered { tiers } else { Vec::new() },
        }
    })
}

fn plan() -> impl Strategy<Value = Plan> {
    let currency = (0..5_usize)
        .prop_map(|index| [Currency::Cny, Currency::Usd, Currency::Eur, Currency::Jpy, Currency::Kwd][index]);
    (currency, prop_oneof![Just(Decimal::ZERO), money()], vec(charge(), 1..4)).prop_map(
        |(currency, minimum, mut charges)| {
            for (index, charge) in charges.iter_mut().enumerate() {
                charge.key = format!("it_{index}");
            }
            Plan {
                code: "plan".into(),
                version: 1,
                name: Words::default(),
                about: Words::default(),
                currency,
                trial_days: 0,
                minimum,
                public: false,
                charges,
            }
        },
    )
}

type Case = (Plan, Vec<(i64, usize, Vec<Decimal>)>, Tax, bool);

fn case() -> impl Strategy<Value = Case> {
    let phase = (1..800_i64, 0..PhaseKind::ALL.len(), vec(quantities(), 3));
    let tax = (0..3_000_i128, any::<bool>(), any::<bool>()).prop_map(|(percent, included, reverse_charge)| Tax {
        region: "XX".into(),
        name: Words::default(),
        percent: Decimal::from_units(percent * PART / 100),
        included,
        reverse_charge,
    });
    (plan(), vec(phase, 1..4), tax, any::<bool>())
}

fn agrees((plan, stretches, tax, registered): Case) {
    let mut from = Timestamp::UNIX_EPOCH;
    let begin = from;
    let mut phases = Vec::new();
    for (hours, kind, _) in &stretches {
        let to = from + chrono::TimeDelta::hours(*hours);
        phases.push(Phase { from, to, kind: PhaseKind::ALL[*kind], plan: plan.clone() });
        from = to;
    }
    let whole = (from - begin).num_milliseconds();
    let payer = BillingProfile { tax_number: registered.then(|| "1".into()), ..BillingProfile::default() };
    let place =
        |meter: &str, phase: usize| stretches[phase].2[meter.trim_start_matches("it_").parse::<usize>().unwrap()];
    // Meters are named like their charges, so that each has its own usage.
    for phase in &mut phases {
        for charge in &mut phase.plan.charges {
            charge.meter = charge.meter.as_ref().map(|_| charge.key.clone());
        }
    }
    let taxing = Taxing { rule: Some(&tax), payer: &payer };
    let billed = bill((begin, from), &phases, |phase, meter| place(meter, phase), taxing).unwrap();
    let reversed = registered && tax.reverse_charge;
    let exponent = plan.currency.exponent();
    let mut lines = billed.lines.iter();
    let mut gross = 0;
    for (index, (hours, kind, _)) in stretches.iter().enumerate() {
        let (part, kind) = (hours * 3_600_000, PhaseKind::ALL[*kind]);
        let mut sum = big(0);
        for charge in &plan.charges {
            let free = kind == PhaseKind::Trial || kind == PhaseKind::Paused && charge.model == PriceModel::Flat;
            let used = if charge.model == PriceModel::Flat { Decimal::ZERO } else { place(&charge.key, index) };
            let amount = if free { big(0) } else { cost(charge, used, part, whole, exponent) };
            let line = lines.next().unwrap();
            let (net, with) = taxes(&amount, &tax, reversed);
            assert_eq!((big(line.net.minor.into()), big(line.gross.minor.into())), (net, with), "{charge:?} {used}");
            assert_eq!(line.net.minor + line.tax.minor, line.gross.minor);
            assert_eq!(line.pieces.iter().map(|piece| big(piece.amount.minor.into())).sum::<BigInt>(), amount);
            gross += line.gross.minor;
            sum += amount;
        }
        let least = nearest(&(big(plan.minimum.units()) * part * 10_i64.pow(exponent)), &(big(PART) * whole));
        if kind == PhaseKind::Active && least > sum {
            let line = lines.next().unwrap();
            let (net, with) = taxes(&(least - sum), &tax, reversed);
            assert_eq!((big(line.net.minor.into()), big(line.gross.minor.into())), (net, with), "the minimum");
            gross += line.gross.minor;
        }
    }
    assert!(lines.next().is_none());
    assert_eq!(billed.gross, gross);
}

#[test]
fn a_hundred_thousand_random_plans_are_rated_as_the_oracle_rates_them() {
    let mut runner = TestRunner::new(Config { cases: 100_000, failure_persistence: None, ..Config::default() });
    runner
        .run(&case(), |case| {
            agrees(case);
            Ok(())
        })
        .unwrap();
}
