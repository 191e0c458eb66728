//! From metered facts to amounts: aggregation, periods, prices, tax, credit and forecast. Pure and exact.
//!
//! Quantities and prices are [`lingxi_kernel::Decimal`]s, what is computed from them are ratios of whole numbers, and an amount is rounded
//! once per line, half away from zero, at the exponent of its currency. No float touches a quantity or an amount; only the
//! forecast, which nobody pays, computes with floats.

mod bill;
mod catalog;
mod exact;
mod forecast;
mod period;
mod price;
mod split;
mod tax;
mod usage;
mod wallet;

pub use bill::{Billed, Phase, Taxing, adjustments, bill};
pub use catalog::{check_catalog, check_meter, check_plan, check_tax};
pub use forecast::{DayUsage, Forecast, forecast};
pub use period::{Period, first_moment, hour_of, month_of};
pub use price::{Piece, Priced, price};
pub use split::split;
pub use tax::{Taxed, tax};
pub use usage::{Bucket, Gauge, Reading, quantity, reading};
pub use wallet::{Grant, Use, spend};
