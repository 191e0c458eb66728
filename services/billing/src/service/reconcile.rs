//! The nightly comparison: what came, what was counted, what was billed, and what the ledger says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use lingxi_contracts::billing::{Difference, LedgerAccount, Meter, PaymentStatus, Reconciliation};
use lingxi_kernel::{Ctx, EventId, Money, PageArgs, Result, TenantId, Timestamp};
use lingxi_payments::Progress;
use lingxi_rating::{Bucket, hour_of, reading};
use lingxi_store::{Tx, find, system};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::Billing;
use crate::rules::periods;
use crate::store::invoice::{late, row};
use crate::store::{money, payment, usage};

/// Facts of the running period are added up again, and at least of so many days.
const FACTS: TimeDelta = TimeDelta::days(3);
/// What came or was told within this time may still be on its way.
const SETTLING: TimeDelta = TimeDelta::hours(3);
/// Invoices of so many days are rated again.
const INVOICES: TimeDelta = TimeDelta::days(70);

impl Billing {
    /// Compares everything of all firms, and keeps the report; a difference is an alert.
    pub(crate) async fn reconcile(&self) -> Result<Reconciliation> {
        let mut differences = Vec::new();
        let firms = crate::jobs::firms(&self.deps.db).await?;
        for id in &firms {
            let tenant = TenantId::from_uuid(*id);
            let tx = self.deps.db.read(&Ctx::system(tenant, "billing"));
            let mut note = |check: &str, expected: String, found: String| {
                if expected != found {
                    let check = check.to_owned();
                    differences.push(Difference { tenant: Some(tenant.to_string()), check, expected, found });
                }
            };
            let compared = async {
                self.compare_facts(&tx, &mut note).await?;
                self.compare_invoices(&tx, &mut note).await?;
                compare_ledger(&tx, &mut note).await
            };
            // A firm whose rows cannot be read is a difference of its own, and no reason to leave out the others.
            if let Err(error) = compared.await {
                note("comparison", "possible".to_owned(), error.to_string());
            }
        }
        differences.extend(self.compare_provider(&firms).await?);
        for (series, last, found) in crate::jobs::numbers(&self.deps.db).await? {
            if last != found {
                let (check, expected, found) = (format!("numbers of {series}"), last.to_string(), found.to_string());
                differences.push(Difference { tenant: None, check, expected, found });
            }
        }
        let at = self.deps.db.env().now();
        let report = Reconciliation { at, firms: i64::try_from(firms.len())?, differences };
        self.keep(&report).await?;
        Ok(report)
    }

    /// What came through the payment provider against what it has, and what it told against what was done.
    async fn compare_provider(&self, firms: &[Uuid]) -> Result<Vec<Difference>> {
        let mut differences = Vec::new();
        let mut note = |tenant: Option<TenantId>, check: String, expected: &str, found: String| {
            if expected != found {
                let (tenant, expected) = (tenant.map(|id| id.to_string()), expected.to_owned());
                differences.push(Difference { tenant, check, expected, found });
            }
        };
        let now = self.deps.db.env().now();
        for row in crate::jobs::stuck_notices(&self.deps.db, now - SETTLING).await? {
            let failure = row.failure.unwrap_or_else(|| "not handled yet".into());
            note(None, format!("notice {} of {}", row.id, row.kind), "handled", failure);
        }
        let Some(gateway) = self.deps.gateway.as_deref() else { return Ok(differences) };
        let theirs = match gateway.payments_since(now - FACTS).await {
            Ok(all) => all,
            Err(error) => {
                note(None, "payment provider".into(), "an answer", error.to_string());
                return Ok(differences);
            }
        };
        let mut known = BTreeMap::new();
        for paid in theirs.into_iter().filter(|paid| paid.progress == Progress::Succeeded) {
            known.extend(paid.about.payment.clone().map(|id| (id, paid)));
        }
        for id in firms {
            let tenant = TenantId::from_uuid(*id);
            let tx = self.deps.db.read(&Ctx::system(tenant, "billing"));
            for row in payment::through_provider(&tx, now - FACTS + SETTLING, now - SETTLING).await? {
                let id = row.id().to_string();
                let is =
                    |there: bool, amount: Money| format!("{amount} {}", if there { "succeeded" } else { "not there" });
                let here = row.is(PaymentStatus::Succeeded) || row.is(PaymentStatus::Refunded);
                let amount = row.money()?;
                let theirs = known.get(&id).map_or(is(false, amount), |paid| is(true, paid.amount));
                note(Some(tenant), format!("payment {id}"), &theirs, is(here, amount));
            }
        }
        Ok(differences)
    }

    async fn keep(&self, report: &Reconciliation) -> Result<()> {
        let count = report.differences.len();
        metrics::gauge!("lingxi_billing_differences").set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        for one in &report.differences {
            tracing::error!(
                tenant = one.tenant,
                check = one.check,
                expected = one.expected,
                found = one.found,
                "Billing does not add up"
            );
        }
        let tx = self.deps.db.begin(&system::ctx("billing")).await?;
        crate::store::catalog::keep_report(&tx, tx.id::<EventId>().uuid(), report).await?;
        tx.commit().await
    }

    /// What came against what was counted: every fact of the period is read and added up again.
    async fn compare_facts(&self, tx: &Tx, note: &mut impl FnMut(&str, String, String)) -> Result<()> {
        let catalog = self.sold().await?;
        let subscription = self.subscription_of(tx).await?;
        let zone = periods::zone(&subscription.zone);
        let from = hour_of((tx.now() - FACTS).min(subscription.period_from), zone);
        let to = hour_of(tx.now(), zone) + TimeDelta::hours(1);
        for meter in &catalog.meters {
            let mut sums: BTreeMap<_, Bucket> = BTreeMap::new();
            let mut args = PageArgs { first: 2_000, after: None };
            loop {
                let page = usage::page(tx, &meter.event_type, (from, to), &args).await?;
                args.after = page.rows.last().map(|(cursor, _)| cursor.clone());
                for (_, fact) in page.rows {
                    let hour = hour_of(fact.at, zone);
                    sums.entry(hour).or_default().merge(worth(meter, &fact, hour)?)?;
                }
                if !page.has_next {
                    break;
                }
            }
            let counted = usage::buckets(tx, Some(&meter.key), (from, to), "").await?;
            let kept: BTreeMap<_, Bucket> = counted.into_iter().map(|(key, bucket)| (key.hour, bucket)).collect();
            let hours: BTreeSet<_> = sums.keys().chain(kept.keys()).copied().collect();
            for hour in hours {
                note(&format!("{} at {hour}", meter.key), said(sums.get(&hour)), said(kept.get(&hour)));
            }
        }
        Ok(())
    }

    /// What was counted against what was billed: every final invoice to which nothing came late is rated again.
    async fn compare_invoices(&self, tx: &Tx, note: &mut impl FnMut(&str, String, String)) -> Result<()> {
        let invoices = find::<row::Entity>(tx)
            .filter(row::Column::Number.is_not_null())
            .filter(row::Column::To.gt(tx.now() - INVOICES))
            .all(tx.conn())
            .await?;
        let late: Vec<_> =
            find::<late::Entity>(tx).all(tx.conn()).await?.into_iter().map(|row| row.invoice_id).collect();
        for invoice in invoices.iter().filter(|invoice| !late.contains(&invoice.id)) {
            let terms = self.terms_of(tx, invoice).await?;
            let again = terms.rate(&self.used(tx, &terms).await?)?.gross;
            let mut billed = 0;
            for other in &invoices {
                let within =
                    other.lines()?.into_iter().filter(|line| line.from >= invoice.from && line.to <= invoice.to);
                billed += within.map(|line| line.gross.minor).sum::<i64>();
            }
            let number = invoice.number.clone().unwrap_or_default();
            note(&format!("invoice {number} rated again"), again.to_string(), billed.to_string());
        }
        Ok(())
    }
}

/// What a fact comes to in its hour. One that the meter cannot read was not counted by it either.
fn worth(meter: &Meter, fact: &usage::event::Model, hour: Timestamp) -> Result<Bucket> {
    let Ok(read) = reading(meter, &serde_json::from_str(&fact.data)?) else { return Ok(Bucket::default()) };
    let one = Bucket::of(hour, fact.at, fact.id.to_string(), read.value)?;
    Ok(if fact.reverses.is_some() { one.negated() } else { one })
}

fn said(bucket: Option<&Bucket>) -> String {
    bucket.map_or_else(|| said(Some(&Bucket::default())), |one| format!("{} in {} facts", one.sum, one.count))
}

/// What was billed and paid against the ledger, and the ledger against itself.
async fn compare_ledger(tx: &Tx, note: &mut impl FnMut(&str, String, String)) -> Result<()> {
    let invoices = find::<row::Entity>(tx).filter(row::Column::Number.is_not_null()).all(tx.conn()).await?;
    let entries = find::<money::entry::Entity>(tx).all(tx.conn()).await?;
    let mut by_transaction: BTreeMap<&str, i64> = BTreeMap::new();
    let mut by_account: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in &entries {
        *by_transaction.entry(&entry.transaction).or_default() += entry.amount;
        *by_account.entry(&entry.account).or_default() += entry.amount;
    }
    for (transaction, sum) in by_transaction {
        note(&format!("ledger {transaction}"), "0".into(), sum.to_string());
    }
    let balance = |account: LedgerAccount| by_account.get(account.as_str()).copied().unwrap_or(0);
    let due: i64 = invoices.iter().map(row::Model::due).sum();
    note("receivable", due.to_string(), balance(LedgerAccount::Receivable).to_string());
    let left: i64 = money::grants(tx).await?.iter().map(|grant| grant.remaining).sum();
    note("wallet", (-left).to_string(), balance(LedgerAccount::Wallet).to_string());
    for invoice in &invoices {
        let key = format!("invoice/{}", invoice.id());
        let booked = entries
            .iter()
            .filter(|entry| entry.transaction == key && entry.account == LedgerAccount::Receivable.as_str());
        let booked: i64 = booked.map(|entry| entry.amount).sum();
        note(&key, invoice.total.to_string(), booked.to_string());
    }
    Ok(())
}
