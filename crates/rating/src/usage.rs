//! From facts to quantities. Buckets are merged in any order and give the same.

use lingxi_contracts::billing::{Aggregation, Meter};
use lingxi_kernel::{Decimal, Error, Result, Timestamp};
use serde_json::Value;

use crate::exact::{Exact, decimal, exact, ratio};
use num_bigint::BigInt;

/// What one fact says to a meter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What it is worth.
    pub value: Decimal,
    /// Its value as a text, for those that count different ones.
    pub text: String,
}

/// What a fact says to a meter.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Invalid`] when the meter's field is missing or holds no decimal number.
pub fn reading(meter: &Meter, data: &Value) -> Result<Reading> {
    let Some(field) = &meter.value_field else { return Ok(Reading { value: Decimal::ONE, text: String::new() }) };
    let found = data.get(field).filter(|found| !found.is_null());
    let found = found
        .ok_or_else(|| Error::invalid(format!("The data lacks `{field}`, which the meter `{}` reads.", meter.key)))?;
    if meter.aggregation == Aggregation::Unique {
        let text = match found {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => return Err(Error::invalid(format!("`{field}` must be a text or a number."))),
        };
        return Ok(Reading { value: Decimal::ONE, text });
    }
    let value = match found {
        Value::String(text) => Decimal::parse(text),
        Value::Number(number) if !number.is_f64() => Decimal::parse(&number.to_string()),
        _ => Err(Error::invalid(format!("`{field}` must be a decimal number written as a text, such as \"12.5\"."))),
    }?;
    Ok(Reading { value, text: String::new() })
}

/// A value with its moment; of two of the same moment the one with the larger id is the later.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gauge {
    /// When it was so.
    pub at: Timestamp,
    /// Id of the fact that said it.
    pub id: String,
    /// What it was.
    pub value: Decimal,
}

/// What the facts of one local hour come to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Bucket {
    /// How many facts.
    pub count: i64,
    /// The sum of their values.
    pub sum: Decimal,
    /// The sum of value times milliseconds into the hour, in units of 10⁻¹² of the meter's unit: what a weighted sum needs.
    pub moment: i128,
    /// The largest value.
    pub max: Option<Decimal>,
    /// The latest value.
    pub latest: Option<Gauge>,
}

impl Bucket {
    /// What one fact comes to in the hour that starts at `hour`.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when a number leaves 128 bits.
    pub fn of(hour: Timestamp, at: Timestamp, id: String, value: Decimal) -> Result<Self> {
        let into = i128::from((at - hour).num_milliseconds());
        let moment = value.units().checked_mul(into).ok_or_else(|| Error::internal("a moment leaves 128 bits"))?;
        Ok(Self { count: 1, sum: value, moment, max: Some(value), latest: Some(Gauge { at, id, value }) })
    }

    /// What takes this back: of values and counts the opposite, and nothing of what only the largest or latest says.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { count: -self.count, sum: self.sum.negated(), moment: -self.moment, max: None, latest: None }
    }

    /// Both together.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when a number leaves 128 bits.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        self.count += other.count;
        self.sum = self.sum.plus(other.sum)?;
        let moment = self.moment.checked_add(other.moment);
        self.moment = moment.ok_or_else(|| Error::internal("a moment leaves 128 bits"))?;
        self.max = self.max.max(other.max);
        self.latest = self.latest.take().max(other.latest);
        Ok(())
    }
}

/// The quantity of a stretch of time, from the hours in it, as it counts in a period of `whole` milliseconds. `carried` is the level at its start,
/// for weighted sums; `different` is how many different values there were, for those that count them.
///
/// Counts and sums add up over the parts of a period by themselves. What stands for a while (the largest, the latest, how many different ones,
/// a level) counts in a part of a period with the part's share of it. A weighted sum is `∫ level dt / whole`: with changes `vᵢ` at `tᵢ`,
/// `(carried (to − from) + Σ vᵢ (to − tᵢ)) / whole`.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when a number leaves 128 bits.
pub fn quantity<'a>(
    aggregation: Aggregation,
    (from, to): (Timestamp, Timestamp),
    whole: i64,
    hours: impl Iterator<Item = (Timestamp, &'a Bucket)>,
    carried: Decimal,
    different: i64,
) -> Result<Decimal> {
    let within = hours.filter(|(hour, _)| (from..to).contains(hour));
    let part = (to - from).num_milliseconds();
    let standing = |number: Decimal| decimal(&(exact(number) * ratio(part, whole)));
    match aggregation {
        Aggregation::Count => Ok(Decimal::whole(within.map(|(_, bucket)| bucket.count).sum())),
        Aggregation::Sum => within.map(|(_, bucket)| bucket.sum).try_fold(Decimal::ZERO, Decimal::plus),
        Aggregation::Max => standing(within.filter_map(|(_, bucket)| bucket.max).max().unwrap_or_default()),
        Aggregation::Latest => {
            let latest = within.filter_map(|(_, bucket)| bucket.latest.as_ref()).max();
            standing(latest.map_or(Decimal::ZERO, |latest| latest.value))
        }
        Aggregation::Unique => standing(Decimal::whole(different)),
        Aggregation::WeightedSum => {
            let mut weighted = BigInt::from(carried.units()) * part;
            for (hour, bucket) in within {
                weighted +=
                    BigInt::from(bucket.sum.units()) * (to - hour).num_milliseconds() - BigInt::from(bucket.moment);
            }
            decimal(&Exact::new(weighted, BigInt::from(whole.max(1)) * BigInt::from(Decimal::ONE_UNITS)))
        }
    }
}
