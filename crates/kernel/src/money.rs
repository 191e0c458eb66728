//! Money: integer minor units with a currency.

use std::fmt;

use serde::{Deserialize, Serialize};

#[cfg(feature = "graphql")]
use crate::Decimal;
use crate::{Error, Result};

/// An ISO 4217 currency that bills can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
pub enum Currency {
    /// Renminbi, 2 decimals.
    #[cfg_attr(feature = "graphql", graphql(name = "CNY"))]
    Cny,
    /// US dollar, 2 decimals.
    #[cfg_attr(feature = "graphql", graphql(name = "USD"))]
    Usd,
    /// Euro, 2 decimals.
    #[cfg_attr(feature = "graphql", graphql(name = "EUR"))]
    Eur,
    /// Yen, no decimals.
    #[cfg_attr(feature = "graphql", graphql(name = "JPY"))]
    Jpy,
    /// Kuwaiti dinar, 3 decimals.
    #[cfg_attr(feature = "graphql", graphql(name = "KWD"))]
    Kwd,
}

impl Currency {
    /// Decimal places of the minor unit.
    pub fn exponent(self) -> u32 {
        match self {
            Self::Cny | Self::Usd | Self::Eur => 2,
            Self::Jpy => 0,
            Self::Kwd => 3,
        }
    }

    /// The ISO 4217 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Cny => "CNY",
            Self::Usd => "USD",
            Self::Eur => "EUR",
            Self::Jpy => "JPY",
            Self::Kwd => "KWD",
        }
    }
}

/// An amount in minor units (cents, fen) of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject), graphql(complex))]
pub struct Money {
    /// Minor units; negative for credits.
    #[cfg_attr(feature = "graphql", graphql(skip))]
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

impl Money {
    /// An amount of minor units.
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Internal`] when the currencies differ or the sum leaves 64 bits.
    pub fn plus(self, other: Self) -> Result<Self> {
        if self.currency != other.currency {
            return Err(Error::internal(format!("{self} + {other}: the currencies differ")));
        }
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or_else(|| Error::internal(format!("{self} + {other} leaves 64 bits")))?;
        Ok(Self { minor, ..self })
    }
}

/// `Int` has 32 bits in GraphQL, and an amount may have more.
#[cfg(feature = "graphql")]
#[async_graphql::ComplexObject]
impl Money {
    /// The exact amount in units of the currency (yuan, dollars), such as `1234.50`; negative for credits.
    fn amount(&self) -> Decimal {
        Decimal::from_units(i128::from(self.minor) * (Decimal::ONE_UNITS / 10_i128.pow(self.currency.exponent())))
    }

    /// Minor units; negative for credits. An amount beyond 32 bits is an error: ask for `amount`.
    fn minor(&self) -> async_graphql::Result<i32> {
        let message = "The amount has more minor units than an Int can hold; ask for `amount`.";
        i32::try_from(self.minor).map_err(|_| async_graphql::Error::new(message))
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        let unit = 10_u64.pow(exponent);
        let (sign, size) = (if self.minor < 0 { "-" } else { "" }, self.minor.unsigned_abs());
        write!(f, "{} {sign}{}", self.currency.code(), size / unit)?;
        if exponent > 0 {
            write!(f, ".{:0width$}", size % unit, width = exponent as usize)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_print_with_the_decimals_of_their_currency() {
        assert_eq!(Money::new(-105, Currency::Cny).to_string(), "CNY -1.05");
        assert_eq!(Money::new(105, Currency::Jpy).to_string(), "JPY 105");
        assert_eq!(Money::new(1005, Currency::Kwd).to_string(), "KWD 1.005");
    }

    #[test]
    fn amounts_of_different_currencies_do_not_add() {
        assert!(Money::new(1, Currency::Cny).plus(Money::new(1, Currency::Usd)).is_err());
        assert!(Money::new(i64::MAX, Currency::Cny).plus(Money::new(1, Currency::Cny)).is_err());
    }
}
