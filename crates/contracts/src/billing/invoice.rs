//! Bills: drafts, invoices, credit notes, disputes.

use lingxi_kernel::{CreditNoteId, Decimal, DisputeId, InvoiceId, Money, Timestamp, UsageId, text_enum};
use serde::{Deserialize, Serialize};

use super::{PriceModel, SpendLimits};
use crate::Words;

/// Part of a line: the units of one tier, or the packages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BillPiece {
    /// How many units.
    pub quantity: Decimal,
    /// For each, in the major unit; of packages, for each package.
    pub unit: Decimal,
    /// Once, in the major unit.
    pub flat: Decimal,
    /// What they cost; the pieces of a line add up to its amount.
    pub amount: Money,
}

text_enum! {
    /// Why a bill has a line.
    pub enum LineKind {
        /// Usage or a flat charge of the plan.
        Charge = "charge",
        /// What is missing to the plan's minimum.
        Minimum = "minimum",
        /// What came late to a period that was invoiced already.
        Adjustment = "adjustment",
    }
}

/// One line of a bill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BillLine {
    /// Why it is there.
    pub kind: LineKind,
    /// Key of the plan's charge, or `minimum`.
    pub charge: String,
    /// What it says.
    pub name: Words,
    /// The plan and its version, such as `starter-cny/1`.
    pub plan: String,
    /// Key of the meter.
    pub meter: Option<String>,
    /// How the quantity became an amount.
    pub model: PriceModel,
    /// What it is for begins here.
    pub from: Timestamp,
    /// And ends before this.
    pub to: Timestamp,
    /// How much was used, in the meter's unit; of an adjustment, how much more than was billed.
    pub quantity: Decimal,
    /// How much of it is free.
    pub free: Decimal,
    /// Units in a package, where packages are charged.
    #[serde(default)]
    pub size: Option<Decimal>,
    /// Whether it costs nothing because of the trial.
    pub trial: bool,
    /// Its parts.
    pub pieces: Vec<BillPiece>,
    /// Before tax.
    pub net: Money,
    /// Percent of tax.
    pub tax_percent: Decimal,
    /// The tax.
    pub tax: Money,
    /// With tax: `net` and `tax` together.
    pub gross: Money,
}

/// The running period's bill, as it would be now.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct DraftBill {
    /// The month, `YYYY-MM`, in the tenant's time zone.
    pub period: String,
    /// Its first moment.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// Code of the plan.
    pub plan: String,
    /// One line per charge.
    pub lines: Vec<BillLine>,
    /// Before tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// The sum of the lines.
    pub total: Money,
    /// What the wallet will pay of it.
    pub from_wallet: Money,
    /// What it may be at the period's end; none before the first whole day of use.
    pub forecast: Option<BillForecast>,
    /// Alerts and cap.
    pub limits: SpendLimits,
}

/// What a bill may be at the period's end; four times in five it lies in the band.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct BillForecast {
    /// The band's lower end.
    pub low: Money,
    /// What is expected.
    pub expected: Money,
    /// The band's upper end.
    pub high: Money,
}

text_enum! {
    /// Where an invoice stands.
    pub enum InvoiceStatus {
        /// The period is over; what comes late within the grace still counts.
        Draft = "draft",
        /// Final, and to be paid.
        Open = "open",
        /// Final and paid.
        Paid = "paid",
        /// Final and not paid by its date; it is tried again.
        PastDue = "past_due",
        /// Final and given up.
        Uncollectible = "uncollectible",
        /// Final, and what was not paid of it counts as lost.
        WrittenOff = "written_off",
    }
}

/// An invoice. Once it is final nothing of it changes but how much is paid.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Invoice {
    /// Global id.
    pub id: InvoiceId,
    /// Its number, without gaps within the issuing firm; a draft has none.
    pub number: Option<String>,
    /// Where it stands.
    pub status: InvoiceStatus,
    /// What it is for begins here.
    pub from: Timestamp,
    /// And ends before this.
    pub to: Timestamp,
    /// IANA time zone of its dates.
    pub time_zone: String,
    /// Its lines.
    pub lines: Vec<BillLine>,
    /// Before tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub total: Money,
    /// What was paid: from the wallet, by card, by transfer.
    pub paid: Money,
    /// What was taken back by credit notes.
    pub credited: Money,
    /// What counts as lost.
    pub written_off: Money,
    /// What is still to be paid.
    pub due: Money,
    /// When a draft becomes final.
    pub finalizes_at: Timestamp,
    /// When it became final.
    pub finalized_at: Option<Timestamp>,
    /// Until when it is to be paid.
    pub due_at: Option<Timestamp>,
    /// How often payment was tried.
    pub attempts: i32,
    /// When payment is tried next.
    pub next_attempt_at: Option<Timestamp>,
    /// Credit notes on it.
    pub credit_notes: Vec<CreditNote>,
    /// To whom it is written.
    pub bill_to: BillingProfile,
}

/// To whom bills are written.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "BillingProfileInput"))]
#[serde(default)]
pub struct BillingProfile {
    /// The firm's legal name.
    pub name: String,
    /// ISO 3166 code of its country, which decides the tax.
    pub region: String,
    /// Its tax number.
    pub tax_number: Option<String>,
    /// Its address, in lines.
    pub address: String,
    /// Where invoices are sent, besides to those who manage billing.
    pub email: Option<String>,
}

/// Takes back part of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct CreditNote {
    /// Global id.
    pub id: CreditNoteId,
    /// Its number, without gaps within the issuing firm.
    pub number: String,
    /// Of which invoice.
    pub invoice_id: InvoiceId,
    /// Why.
    pub reason: String,
    /// Before tax.
    pub net: Money,
    /// The tax.
    pub tax: Money,
    /// With tax.
    pub total: Money,
    /// What of it went to the wallet; the rest lowers what is due.
    pub to_wallet: Money,
    /// When it was written.
    pub at: Timestamp,
}

text_enum! {
    /// Where a dispute stands.
    pub enum DisputeStatus {
        /// Waits for a decision.
        Open = "open",
        /// The firm was right: the unit was taken back.
        Accepted = "accepted",
        /// The unit stands.
        Rejected = "rejected",
    }
}

/// A firm's doubt about a unit that it is billed for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Dispute {
    /// Global id.
    pub id: DisputeId,
    /// The unit.
    pub usage_id: UsageId,
    /// What shows the unit.
    pub subject: String,
    /// Why the firm doubts it.
    pub reason: String,
    /// Where it stands.
    pub status: DisputeStatus,
    /// What the operator said.
    pub answer: Option<String>,
    /// When it was raised.
    pub at: Timestamp,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
}
