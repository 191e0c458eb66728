//! From the usage of a period to the lines of its bill.

use lingxi_contracts::Words;
use lingxi_contracts::billing::{
    BillLine, BillPiece, BillingProfile, Charge, LineKind, PhaseKind, Plan, PriceModel, Tax,
};
use lingxi_kernel::{Decimal, Money, Result, Timestamp};

use crate::exact::{exact, minor, ratio};
use crate::price::{Priced, price};
use crate::tax::tax;

/// A stretch of a period on one version of a plan.
#[derive(Debug, Clone)]
pub struct Phase {
    /// Its first moment: the start of a local hour.
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// What it costs.
    pub kind: PhaseKind,
    /// By which plan.
    pub plan: Plan,
}

/// The lines of a period, and what they add up to, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Billed {
    /// The lines.
    pub lines: Vec<BillLine>,
    /// Before tax.
    pub net: i64,
    /// The tax.
    pub tax: i64,
    /// With tax.
    pub gross: i64,
}

impl Billed {
    /// Lines with their sums.
    pub fn of(lines: Vec<BillLine>) -> Self {
        let sum = |of: fn(&BillLine) -> Money| lines.iter().map(|line| of(line).minor).sum();
        Self { net: sum(|line| line.net), tax: sum(|line| line.tax), gross: sum(|line| line.gross), lines }
    }
}

/// Who is taxed, and how.
#[derive(Debug, Clone, Copy)]
pub struct Taxing<'a> {
    /// The rule of the payer's region, where there is one.
    pub rule: Option<&'a Tax>,
    /// Who pays.
    pub payer: &'a BillingProfile,
}

/// The bill of a period: for each phase in it, one line per charge of its plan, and one for what is missing to the plan's minimum.
/// `used` gives the quantity of a meter in the phase of an index.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when an amount leaves 64 bits.
pub fn bill(
    (from, to): (Timestamp, Timestamp),
    phases: &[Phase],
    used: impl Fn(usize, &str) -> Decimal,
    taxing: Taxing<'_>,
) -> Result<Billed> {
    let whole = (to - from).num_milliseconds();
    let mut lines = Vec::new();
    for (index, phase) in phases.iter().enumerate() {
        let share = ((phase.to - phase.from).num_milliseconds(), whole);
        let mut sum = 0;
        for charge in &phase.plan.charges {
            let quantity = charge.meter.as_ref().map_or(Decimal::ZERO, |meter| used(index, meter));
            let priced = charged(phase, charge, quantity, share)?;
            sum += priced.minor;
            lines.push(phase.line(charge, quantity, priced, taxing)?);
        }
        lines.extend(phase.minimum(sum, share, taxing)?);
    }
    Ok(Billed::of(lines))
}

fn charged(phase: &Phase, charge: &Charge, quantity: Decimal, share: (i64, i64)) -> Result<Priced> {
    let costs = match phase.kind {
        PhaseKind::Active => true,
        PhaseKind::Paused => charge.model != PriceModel::Flat,
        PhaseKind::Trial => false,
    };
    if costs { price(charge, quantity, share, phase.plan.currency) } else { Ok(Priced::default()) }
}

impl Phase {
    fn line(&self, charge: &Charge, quantity: Decimal, priced: Priced, taxing: Taxing<'_>) -> Result<BillLine> {
        let currency = self.plan.currency;
        let piece = |piece: crate::price::Piece| BillPiece {
            quantity: piece.quantity,
            unit: piece.unit,
            flat: piece.flat,
            amount: Money::new(piece.minor, currency),
        };
        let line = BillLine {
            kind: LineKind::Charge,
            charge: charge.key.clone(),
            name: charge.name.clone(),
            meter: charge.meter.clone(),
            model: charge.model,
            quantity,
            size: charge.size,
            free: priced.free,
            pieces: priced.pieces.into_iter().map(piece).collect(),
            ..self.blank()
        };
        taxed(line, priced.minor, taxing)
    }

    /// What is missing to the plan's minimum, when something is.
    fn minimum(&self, sum: i64, (part, whole): (i64, i64), taxing: Taxing<'_>) -> Result<Option<BillLine>> {
        if self.kind != PhaseKind::Active {
            return Ok(None);
        }
        let least = minor(&(exact(self.plan.minimum) * ratio(part, whole)), self.plan.currency)?;
        if least <= sum {
            return Ok(None);
        }
        taxed(self.blank(), least - sum, taxing).map(Some)
    }

    /// A line of this phase about its minimum, without an amount.
    fn blank(&self) -> BillLine {
        let nothing = Money::new(0, self.plan.currency);
        BillLine {
            kind: LineKind::Minimum,
            charge: "minimum".into(),
            name: Words { zh: "补足最低消费".into(), en: "Up to the minimum".into() },
            plan: format!("{}/{}", self.plan.code, self.plan.version),
            meter: None,
            model: PriceModel::Flat,
            from: self.from,
            to: self.to,
            quantity: Decimal::ZERO,
            free: Decimal::ZERO,
            size: None,
            trial: self.kind == PhaseKind::Trial,
            pieces: Vec::new(),
            net: nothing,
            tax_percent: Decimal::ZERO,
            tax: nothing,
            gross: nothing,
        }
    }
}

fn taxed(line: BillLine, amount: i64, taxing: Taxing<'_>) -> Result<BillLine> {
    let taxed = tax(amount, taxing.rule, taxing.payer)?;
    let money = |minor| Money::new(minor, line.net.currency);
    Ok(BillLine {
        net: money(taxed.net),
        tax_percent: taxed.percent,
        tax: money(taxed.tax),
        gross: money(taxed.gross),
        ..line
    })
}

/// What differs between a period rated again and what was billed for it so far: one line for each charge of each phase whose quantity or amount is
/// another. Billed lines are those of the invoice and of the adjustments since.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when a quantity leaves 128 bits.
pub fn adjustments(again: &[BillLine], billed: &[BillLine]) -> Result<Vec<BillLine>> {
    let key = |line: &BillLine| (line.charge.clone(), line.plan.clone(), line.from, line.to);
    let mut lines = Vec::new();
    let gone = billed.iter().filter(|old| !again.iter().any(|new| key(new) == key(old)));
    // A minimum that is no longer missing is a line of the bill that has no successor.
    let mut gone_once: Vec<BillLine> = Vec::new();
    for old in gone {
        if !gone_once.iter().any(|known| key(known) == key(old)) {
            let nothing = Money::new(0, old.net.currency);
            gone_once.push(BillLine {
                quantity: Decimal::ZERO,
                net: nothing,
                tax: nothing,
                gross: nothing,
                ..old.clone()
            });
        }
    }
    for new in again.iter().chain(&gone_once) {
        let mut line = BillLine { kind: LineKind::Adjustment, pieces: Vec::new(), ..new.clone() };
        for old in billed.iter().filter(|old| key(old) == key(new)) {
            line.quantity = line.quantity.minus(old.quantity)?;
            line.net.minor -= old.net.minor;
            line.tax.minor -= old.tax.minor;
            line.gross.minor -= old.gross.minor;
        }
        if !line.quantity.is_zero() || line.gross.minor != 0 {
            lines.push(line);
        }
    }
    Ok(lines)
}
