//! Ratios of whole numbers, and the two ways in which they are rounded.

use lingxi_kernel::{Currency, Decimal, Result};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive as _;

/// A number that is never rounded.
pub(crate) type Exact = BigRational;

pub(crate) fn exact(number: Decimal) -> Exact {
    Exact::new(BigInt::from(number.units()), BigInt::from(Decimal::ONE_UNITS))
}

/// The whole number of a ratio, halves away from zero.
fn rounded(number: &Exact) -> Option<i128> {
    number.round().to_integer().to_i128()
}

/// An amount in the major unit of a currency, in its minor unit.
pub(crate) fn minor(amount: &Exact, currency: Currency) -> Result<i64> {
    let scaled = amount * Exact::from_integer(BigInt::from(10_u32.pow(currency.exponent())));
    let whole = rounded(&scaled).and_then(|minor| i64::try_from(minor).ok());
    whole.ok_or_else(|| lingxi_kernel::Error::internal(format!("{amount} {} leaves 64 bits", currency.code())))
}

/// A number with the places that decimals have.
pub(crate) fn decimal(number: &Exact) -> Result<Decimal> {
    let scaled = number * Exact::from_integer(BigInt::from(Decimal::ONE_UNITS));
    let units = rounded(&scaled);
    units.map(Decimal::from_units).ok_or_else(|| lingxi_kernel::Error::internal(format!("{number} leaves 128 bits")))
}

pub(crate) fn ratio(part: i64, whole: i64) -> Exact {
    Exact::new(BigInt::from(part), BigInt::from(whole.max(1)))
}
