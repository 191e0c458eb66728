//! Exact decimal numbers for quantities and prices.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Error, Result};

/// An exact decimal number with up to 12 places. It is written, sent and stored as text; no float ever touches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Decimal(i128);

impl Decimal {
    /// Places after the point.
    pub const PLACES: u32 = 12;
    /// Units of the last place in one.
    pub const ONE_UNITS: i128 = 10_i128.pow(Self::PLACES);
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(Self::ONE_UNITS);
    /// The most digits before the point that a text may have.
    const DIGITS: usize = 15;

    /// A whole number.
    pub const fn whole(number: i64) -> Self {
        Self(number as i128 * Self::ONE_UNITS)
    }

    /// A number of units of the last place, 10⁻¹².
    pub const fn from_units(units: i128) -> Self {
        Self(units)
    }

    /// The number in units of the last place, 10⁻¹².
    pub const fn units(self) -> i128 {
        self.0
    }

    /// Reads a text such as `12`, `-0.5` or `1234.000001`.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] when it is no such number, or has more than 15 digits before or 12 after the point.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(format!(
                "`{text}` is not a decimal number: write up to 15 digits before and 12 after the point, such as `12.5`."
            ))
        };
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
        let part = match part {
            Some("") => return Err(wrong()),
            Some(part) => part.trim_end_matches('0'),
            None => "",
        };
        let trimmed = whole.trim_start_matches('0');
        let fits = !whole.is_empty() && trimmed.len() <= Self::DIGITS && part.len() <= Self::PLACES as usize;
        if !fits || !whole.bytes().chain(part.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let number = |digits: &str| digits.bytes().fold(0_i128, |all, digit| all * 10 + i128::from(digit - b'0'));
        let scaled = number(part) * 10_i128.pow(Self::PLACES - u32::try_from(part.len())?);
        Ok(Self(sign * (number(whole) * Self::ONE_UNITS + scaled)))
    }

    /// The sum.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Internal`] when it leaves 128 bits.
    pub fn plus(self, other: Self) -> Result<Self> {
        let sum = self.0.checked_add(other.0);
        sum.map(Self).ok_or_else(|| Error::internal(format!("{self} + {other} leaves 128 bits")))
    }

    /// The difference.
    ///
    /// # Errors
    /// As [`Decimal::plus`].
    pub fn minus(self, other: Self) -> Result<Self> {
        self.plus(Self(-other.0))
    }

    /// The number with the other sign.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(-self.0)
    }

    /// Whether it is under zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// Whether it is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, size) = (if self.0 < 0 { "-" } else { "" }, self.0.unsigned_abs());
        let one = Self::ONE_UNITS.unsigned_abs();
        let (whole, part) = (size / one, size % one);
        if part == 0 {
            return write!(f, "{sign}{whole}");
        }
        let part = format!("{part:0width$}", width = Self::PLACES as usize);
        write!(f, "{sign}{whole}.{}", part.trim_end_matches('0'))
    }
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        Self::parse(text)
    }
}

impl From<i64> for Decimal {
    fn from(number: i64) -> Self {
        Self::whole(number)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// From a text, or from a whole number; never from a float.
impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        struct Reading;
        impl de::Visitor<'_> for Reading {
            type Value = Decimal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal number as a text, or a whole number")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> std::result::Result<Decimal, E> {
                Decimal::parse(text).map_err(|error| E::custom(error.message))
            }
            fn visit_i64<E: de::Error>(self, number: i64) -> std::result::Result<Decimal, E> {
                self.visit_str(&number.to_string())
            }
            fn visit_u64<E: de::Error>(self, number: u64) -> std::result::Result<Decimal, E> {
                self.visit_str(&number.to_string())
            }
        }
        deserializer.deserialize_any(Reading)
    }
}

/// An exact decimal number, written as a text: up to 15 digits before and 12 after the point.
#[cfg(feature = "graphql")]
#[async_graphql::Scalar]
impl async_graphql::ScalarType for Decimal {
    fn parse(value: async_graphql::Value) -> async_graphql::InputValueResult<Self> {
        let text = match &value {
            async_graphql::Value::String(text) => text.clone(),
            async_graphql::Value::Number(number) if !number.is_f64() => number.to_string(),
            _ => return Err(async_graphql::InputValueError::expected_type(value)),
        };
        Self::parse(&text).map_err(|error| async_graphql::InputValueError::custom(error.message))
    }

    fn to_value(&self) -> async_graphql::Value {
        async_graphql::Value::String(self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_that_are_no_decimals_are_refused() {
        for text in
            ["", "-", ".5", "1.", "1e3", "+1", "1,000", " 1", "0x1", "1.2.3", "1.1234567890123", "1234567890123456"]
        {
            assert!(Decimal::parse(text).is_err(), "{text}");
        }
        assert_eq!(Decimal::parse("000000000000000000012.5000000000000000").unwrap().to_string(), "12.5");
        assert_eq!(Decimal::parse("-0").unwrap().to_string(), "0");
    }

    #[test]
    fn json_gives_texts_and_takes_whole_numbers_but_no_floats() {
        assert_eq!(serde_json::to_string(&Decimal::parse("-1.50").unwrap()).unwrap(), "\"-1.5\"");
        assert_eq!(serde_json::from_str::<Decimal>("12").unwrap(), Decimal::whole(12));
        assert!(serde_json::from_str::<Decimal>("1.5").is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(units in -10_i128.pow(26)..10_i128.pow(26)) {
            let number = Decimal::from_units(units);
            prop_assert_eq!(Decimal::parse(&number.to_string()).unwrap(), number);
        }
    }
}
