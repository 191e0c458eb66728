//! Plans: immutable versions of prices.

use lingxi_kernel::{Currency, Decimal, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use super::Meter;
use crate::Words;

text_enum! {
    /// How a quantity becomes an amount.
    pub enum PriceModel {
        /// `price` a period, whatever is used.
        Flat = "flat",
        /// `price` for each unit.
        PerUnit = "per_unit",
        /// Each unit at the price of the tier that it falls into.
        Graduated = "graduated",
        /// All units at the price of the tier that their number falls into.
        Volume = "volume",
        /// `price` for each begun package of `size` units.
        Package = "package",
        /// `price` percent of the quantity, which is an amount in the plan's currency.
        Percentage = "percentage",
    }
}

/// A tier of a graduated or volume price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "TierInput"))]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The last unit of the tier; the last tier has none.
    #[serde(default)]
    pub up_to: Option<Decimal>,
    /// For each unit, in the currency's major unit.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub unit: Decimal,
    /// Once, when a unit falls into the tier.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub flat: Decimal,
}

/// What a plan charges for: one line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "ChargeInput"))]
#[serde(deny_unknown_fields)]
pub struct Charge {
    /// Its name within the plan: lower-case letters, digits and `_`.
    pub key: String,
    /// What the line of a bill says.
    pub name: Words,
    /// Key of the meter; a flat charge has none.
    #[serde(default)]
    pub meter: Option<String>,
    /// How the quantity becomes an amount.
    pub model: PriceModel,
    /// The price, in the currency's major unit, or the percentage; tiers have their own.
    #[serde(default)]
    pub price: Option<Decimal>,
    /// Units in a package.
    #[serde(default)]
    pub size: Option<Decimal>,
    /// Units of a period that cost nothing.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub free: Decimal,
    /// Tiers, each ending higher than the one before; the last without an end.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub tiers: Vec<Tier>,
}

/// A version of a plan. It never changes: other prices are another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "PlanInput"))]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Its name for machines: lower-case letters, digits and `-`.
    pub code: String,
    /// Which version, from 1 on.
    pub version: i32,
    /// What people call it.
    pub name: Words,
    /// For whom it is.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub about: Words,
    /// What it is paid in.
    pub currency: Currency,
    /// Days at the start of the first subscription that cost nothing.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub trial_days: i32,
    /// The least that a period costs before tax, in the major unit.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub minimum: Decimal,
    /// Whether firms can choose it themselves.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub public: bool,
    /// What it charges for.
    pub charges: Vec<Charge>,
}

/// How sales are taxed in a region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "TaxInput"))]
#[serde(deny_unknown_fields)]
pub struct Tax {
    /// ISO 3166 code of the country, such as `CN`.
    pub region: String,
    /// What bills call it.
    pub name: Words,
    /// Percent.
    pub percent: Decimal,
    /// Whether prices of plans hold it already.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub included: bool,
    /// Whether a firm with a tax number owes it itself (reverse charge).
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub reverse_charge: bool,
}

/// What operators sell: meters, plans and taxes. The form of the file that `lingxi billing apply` reads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
#[serde(deny_unknown_fields, default)]
pub struct Catalog {
    /// What is counted.
    pub meters: Vec<Meter>,
    /// Versions of plans.
    pub plans: Vec<Plan>,
    /// Taxes by region.
    pub taxes: Vec<Tax>,
}

text_enum! {
    /// What a stretch of a subscription costs.
    pub enum PhaseKind {
        /// Nothing: usage is shown, and costs nothing.
        Trial = "trial",
        /// What the plan says.
        Active = "active",
        /// Usage only: no flat charges and no minimum.
        Paused = "paused",
    }
}

text_enum! {
    /// Where a subscription stands.
    pub enum SubscriptionStatus {
        /// In its trial.
        Trialing = "trialing",
        /// Running.
        Active = "active",
        /// Paused by the firm.
        Paused = "paused",
        /// Ended.
        Canceled = "canceled",
    }
}

/// A firm's subscription.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct PlanSubscription {
    /// Where it stands.
    pub status: SubscriptionStatus,
    /// The plan of now.
    pub plan: Plan,
    /// The running period's first moment.
    pub period_from: Timestamp,
    /// The first moment after it.
    pub period_to: Timestamp,
    /// IANA time zone of its periods.
    pub time_zone: String,
    /// When the trial ends, while there is one.
    pub trial_ends_at: Option<Timestamp>,
    /// The plan that follows at the period's end, if another was chosen.
    pub next_plan: Option<String>,
    /// When it ends, if it was canceled.
    pub ends_at: Option<Timestamp>,
}

text_enum! {
    /// When a change of plan or a cancellation takes effect.
    pub enum ChangeMoment {
        /// From the start of the running hour on.
        Now = "now",
        /// From the next period on.
        PeriodEnd = "period_end",
    }
}
