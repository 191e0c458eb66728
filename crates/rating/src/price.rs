//! From a quantity to an amount, by one charge of a plan.

use lingxi_contracts::billing::{Charge, PriceModel, Tier};
use lingxi_kernel::{Currency, Decimal, Result};
use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};

use crate::exact::{Exact, decimal, exact, minor, ratio};
use crate::split::split;

/// The units of one tier, or the packages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// How many.
    pub quantity: Decimal,
    /// For each, in the major unit.
    pub unit: Decimal,
    /// Once, in the major unit.
    pub flat: Decimal,
    /// What they cost, in the minor unit.
    pub minor: i64,
}

/// What a quantity costs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Priced {
    /// Minor units, rounded once.
    pub minor: i64,
    /// Units that cost nothing.
    pub free: Decimal,
    /// The parts; they add up to the amount.
    pub pieces: Vec<Piece>,
}

/// An exact part: how many, at what price, with what once.
struct Part {
    quantity: Exact,
    unit: Decimal,
    flat: Decimal,
    amount: Exact,
}

impl Part {
    fn new(quantity: Exact, unit: Decimal, flat: Decimal) -> Self {
        let amount = &quantity * exact(unit) + exact(flat);
        Self { quantity, unit, flat, amount }
    }
}

/// Prices a quantity. Of a charge that covers only a share of a period (`part` of `whole` milliseconds), the flat price, the free units and the
/// ends of the tiers shrink with it; prices of units and packages do not. Quantities below zero cost nothing.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when an amount leaves 64 bits.
pub fn price(charge: &Charge, quantity: Decimal, (part, whole): (i64, i64), currency: Currency) -> Result<Priced> {
    let share = ratio(part, whole);
    let free = exact(charge.free) * &share;
    let billable = (exact(quantity) - &free).max(Exact::zero());
    let unit = charge.price.unwrap_or_default();
    let parts = match charge.model {
        PriceModel::Flat => {
            let amount = exact(unit) * &share;
            vec![Part { quantity: share, unit, flat: Decimal::ZERO, amount }]
        }
        PriceModel::PerUnit => vec![Part::new(billable, unit, Decimal::ZERO)],
        PriceModel::Package => {
            let size = exact(charge.size.unwrap_or(Decimal::ONE));
            vec![Part::new((billable / size).ceil(), unit, Decimal::ZERO)]
        }
        PriceModel::Percentage => {
            let amount = &billable * exact(unit) / Exact::from_integer(BigInt::from(100));
            vec![Part { quantity: billable, unit, flat: Decimal::ZERO, amount }]
        }
        PriceModel::Graduated => graduated(&charge.tiers, &billable, &share),
        PriceModel::Volume => volume(&charge.tiers, billable, &share).into_iter().collect(),
    };
    priced(parts, decimal(&free)?, currency)
}

/// Every unit at the price of its tier; a tier's flat price once a unit falls into it.
fn graduated(tiers: &[Tier], billable: &Exact, share: &Exact) -> Vec<Part> {
    let mut begin = Exact::zero();
    let mut parts = Vec::new();
    for tier in tiers {
        let end = tier.up_to.map(|end| exact(end) * share);
        let within = end.as_ref().map_or_else(|| billable.clone(), |end| billable.clone().min(end.clone())) - &begin;
        if !within.is_positive() {
            break;
        }
        parts.push(Part::new(within, tier.unit, tier.flat));
        begin = end.unwrap_or_default();
    }
    parts
}

/// All units at the price of the tier that their number falls into.
fn volume(tiers: &[Tier], billable: Exact, share: &Exact) -> Option<Part> {
    if billable.is_zero() {
        return None;
    }
    let fits = |tier: &&Tier| tier.up_to.is_none_or(|end| billable <= exact(end) * share);
    let tier = tiers.iter().find(fits)?;
    Some(Part::new(billable, tier.unit, tier.flat))
}

fn priced(parts: Vec<Part>, free: Decimal, currency: Currency) -> Result<Priced> {
    let total = minor(&parts.iter().map(|part| &part.amount).sum(), currency)?;
    let weights = parts.iter().map(|part| Ok(u128::try_from(decimal(&part.amount)?.units())?));
    let split = split(total, &weights.collect::<Result<Vec<u128>>>()?);
    let piece = |(part, minor): (Part, i64)| {
        Ok(Piece { quantity: decimal(&part.quantity)?, unit: part.unit, flat: part.flat, minor })
    };
    let pieces = parts.into_iter().zip(split).map(piece).collect::<Result<_>>()?;
    Ok(Priced { minor: total, free, pieces })
}
