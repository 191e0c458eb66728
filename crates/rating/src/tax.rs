//! Tax of a line: net and tax are the gross amount, to the last unit.

use lingxi_contracts::billing::{BillingProfile, Tax};
use lingxi_kernel::{Decimal, Result};
use num_bigint::BigInt;

use crate::exact::{Exact, exact};

/// An amount in minor units with its tax.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taxed {
    /// Before tax.
    pub net: i64,
    /// Percent.
    pub percent: Decimal,
    /// The tax.
    pub tax: i64,
    /// Both together.
    pub gross: i64,
}

/// The tax of an amount of a plan, rounded once, half away from zero. Where prices hold the tax, the amount is the gross one.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when an amount leaves 64 bits.
pub fn tax(amount: i64, rule: Option<&Tax>, payer: &BillingProfile) -> Result<Taxed> {
    let Some(rule) = rule else { return Ok(Taxed { net: amount, gross: amount, ..Taxed::default() }) };
    let reversed = rule.reverse_charge && payer.tax_number.is_some();
    let rate = exact(rule.percent) / Exact::from_integer(BigInt::from(100));
    let whole = |number: &Exact| -> Result<i64> { Ok(i64::try_from(number.round().to_integer())?) };
    let exact = Exact::from_integer(BigInt::from(amount));
    let one = Exact::from_integer(BigInt::from(1));
    if rule.included {
        let net = whole(&(exact / (one + rate)))?;
        return Ok(if reversed {
            Taxed { net, percent: Decimal::ZERO, tax: 0, gross: net }
        } else {
            Taxed { net, percent: rule.percent, tax: amount - net, gross: amount }
        });
    }
    if reversed {
        return Ok(Taxed { net: amount, gross: amount, ..Taxed::default() });
    }
    let tax = whole(&(exact * rate))?;
    Ok(Taxed { net: amount, percent: rule.percent, tax, gross: amount + tax })
}
