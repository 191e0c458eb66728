//! Scenarios of billing as files: what a firm does and when, and what its bills say then.
//!
//! A file has the rule that it shows, the firm's time zone, optionally meters, plans and taxes as operators apply them, and steps. A step has a
//! local time `at` and, besides, any of the fields of [`Step`]; before each, the clock moves there and the timers run. Amounts are written in
//! the major unit. Lines are written as `charge quantity = net`, with `trial`, `adjustment` before where that is what they are.

use chrono::{NaiveDateTime, TimeZone as _};
use lingxi_contracts::billing::{
    BillLine, BillingClient, BillingProfile, Catalog, ChangeMoment, CreditKind, Invoice, LineKind, Meter, OverCap,
    Plan, SpendLimits, Tax, UsageInput, UsageQuery, UsageStep, meters,
};
use lingxi_contracts::tenants::TenantPatch;
use lingxi_kernel::{Ctx, Decimal, Money, PageArgs, Timestamp};
use lingxi_store::system;
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::cloud::TestCloud;

/// A scenario as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// The rule that it shows.
    #[allow(dead_code, reason = "it is for whoever reads the file")]
    rule: String,
    /// When the firm signs up, local time.
    starts: String,
    #[serde(default = "shanghai")]
    zone: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    tax_number: Option<String>,
    /// The plan that is chosen at the start; else the firm stays on the one of its language.
    #[serde(default)]
    plan: Option<String>,
    #[serde(default)]
    meters: Vec<Meter>,
    #[serde(default)]
    plans: Vec<Plan>,
    #[serde(default)]
    taxes: Vec<Tax>,
    steps: Vec<Step>,
}

fn shanghai() -> String {
    "Asia/Shanghai".into()
}

/// What happens at a moment, and what is then so.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Step {
    at: String,
    usage: Option<Used>,
    choose: Option<String>,
    choose_at_period_end: Option<String>,
    cancel: Option<ChangeMoment>,
    pause: Option<bool>,
    add_plan: Option<Plan>,
    migrate: Option<(String, i32)>,
    move_to: Option<String>,
    grant: Option<Granted>,
    transfer: Option<Transfer>,
    credit: Option<Credited>,
    /// Whether what is due of the newest invoice is written off, and that may be.
    write_off: Option<bool>,
    /// Gives back part of the newest payment.
    refund: Option<Credited>,
    dispute: Option<Disputed>,
    cap: Option<Cap>,
    /// What the running bill says.
    bill: Option<Expected>,
    /// What the newest invoice says.
    invoice: Option<Expected>,
    /// The wallet's balance.
    wallet: Option<String>,
    /// Balances of accounts of the ledger.
    ledger: BTreeMap<String, String>,
    /// How many invoices there are.
    invoices: Option<usize>,
    /// What a query of usage gives: `date quantity`.
    series: Option<Series>,
    /// Whether more may be used.
    may_use: Option<bool>,
    /// The subscription's status.
    status: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Used {
    /// The event's type.
    kind: String,
    #[serde(default)]
    value: Option<String>,
    /// When it happened, local time, if it was not now.
    #[serde(default)]
    when: Option<String>,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    reverses: Option<String>,
    #[serde(default = "accepted")]
    answer: String,
}

fn accepted() -> String {
    "accepted".into()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Granted {
    amount: String,
    #[serde(default)]
    expires: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transfer {
    amount: String,
    reference: String,
    #[serde(default)]
    to_invoice: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credited {
    amount: String,
    /// Whether it is refused, because it is too much.
    #[serde(default)]
    refused: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Disputed {
    /// The id of the event.
    id: String,
    meter: String,
    /// What the operator decides at once.
    accepted: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cap {
    #[serde(default)]
    bill: Option<String>,
    #[serde(default)]
    meter: Option<(String, String)>,
    #[serde(default)]
    allow: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Expected {
    lines: Option<Vec<String>>,
    net: Option<String>,
    tax: Option<String>,
    total: Option<String>,
    number: Option<String>,
    status: Option<String>,
    due: Option<String>,
    from: Option<String>,
    to: Option<String>,
    from_wallet: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Series {
    meter: String,
    step: UsageStep,
    from: String,
    to: String,
    #[serde(default)]
    by: Option<String>,
    points: Vec<String>,
}

/// An amount without its currency, as the files write it.
fn major(money: Money) -> String {
    money.to_string().split_once(' ').unwrap().1.to_owned()
}

fn line(line: &BillLine) -> String {
    let kind = match line.kind {
        LineKind::Adjustment => "adjustment ",
        _ if line.trial => "trial ",
        _ => "",
    };
    format!("{kind}{} {} = {}", line.charge, line.quantity, major(line.net))
}

/// A scenario as it is played.
struct Play {
    test: TestCloud,
    billing: Arc<dyn BillingClient>,
    owner: Ctx,
    operator: Ctx,
    zone: chrono_tz::Tz,
    sent: usize,
}

/// Plays a scenario, and holds it against what it says.
pub async fn play(name: &str, text: &str) {
    let scenario: Scenario = toml::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"));
    let cloud = TestCloud::start().await;
    let zone: chrono_tz::Tz = scenario.zone.parse().unwrap();
    cloud.set_clock(local(zone, &scenario.starts));
    let billing = cloud.cloud.services.billing.clone();
    let operator = system::ctx("billing");
    let Scenario { meters, plans, taxes, .. } = scenario;
    let mut catalog: Catalog = toml::from_str(include_str!("golden.toml")).unwrap();
    catalog.meters.extend(meters);
    catalog.plans.extend(plans);
    catalog.taxes.extend(taxes);
    billing.apply_catalog(&operator, catalog).await.unwrap();
    let owner = cloud.firm_in(name, "en-US", &scenario.zone).await;
    if !scenario.region.is_empty() {
        let (name, region, tax_number) = (name.to_owned(), scenario.region, scenario.tax_number);
        let profile = BillingProfile { name, region, tax_number, ..BillingProfile::default() };
        billing.set_profile(&owner, profile).await.unwrap();
    }
    if let Some(plan) = &scenario.plan {
        billing.choose_plan(&owner, plan, ChangeMoment::Now).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let mut play = Play { test: cloud, billing, owner, operator, zone, sent: 0 };
    for step in scenario.steps {
        let at = format!("{name} at {}", step.at);
        play.step(&at, step).await;
    }
    play.balanced(name).await;
    play.test.end().await;
}

fn local(zone: chrono_tz::Tz, text: &str) -> Timestamp {
    if let Ok(exact) = text.parse::<Timestamp>() {
        return exact;
    }
    let wall = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap_or_else(|error| panic!("{text}: {error}"));
    zone.from_local_datetime(&wall).earliest().unwrap().to_utc()
}

impl Play {
    async fn step(&mut self, at: &str, step: Step) {
        let now = local(self.zone, &step.at);
        self.test.set_clock(now);
        self.test.cloud.run_timers().await.unwrap();
        self.test.settle().await;
        self.subscription(&step).await;
        if let Some(used) = &step.usage {
            self.report(at, used, now).await;
        }
        self.money(at, &step).await;
        self.expect(at, &step).await;
    }

    async fn report(&mut self, at: &str, used: &Used, now: Timestamp) {
        self.sent += 1;
        let usage = UsageInput {
            source: "golden".into(),
            id: used.id.clone().unwrap_or_else(|| self.sent.to_string()),
            kind: used.kind.clone(),
            subject: used.subject.clone(),
            at: Some(used.when.as_ref().map_or(now, |when| local(self.zone, when))),
            data: used.value.as_ref().map_or(json!({}), |value| json!({ "value": value })),
            reverses: used.reverses.clone(),
        };
        let answer = self.billing.report_usage(&self.owner, vec![usage]).await.unwrap().remove(0);
        assert_eq!(answer.status.as_str(), used.answer, "{at}: {:?}", answer.reason);
    }

    async fn subscription(&mut self, step: &Step) {
        let (billing, owner) = (&self.billing, &self.owner);
        if let Some(plan) = &step.add_plan {
            billing.add_plan(&self.operator, plan.clone()).await.unwrap();
        }
        if let Some((code, version)) = &step.migrate {
            billing.migrate_plan(&self.operator, code, *version).await.unwrap();
        }
        if let Some(code) = &step.choose {
            billing.choose_plan(owner, code, ChangeMoment::Now).await.unwrap();
        }
        if let Some(code) = &step.choose_at_period_end {
            billing.choose_plan(owner, code, ChangeMoment::PeriodEnd).await.unwrap();
        }
        if let Some(when) = step.cancel {
            billing.cancel_subscription(owner, when).await.unwrap();
        }
        if let Some(paused) = step.pause {
            billing.pause_subscription(owner, paused).await.unwrap();
        }
        if let Some(zone) = &step.move_to {
            let change = TenantPatch { time_zone: Some(zone.clone()), ..TenantPatch::default() };
            self.test.cloud.services.tenants.update_tenant(owner, change).await.unwrap();
            self.zone = zone.parse().unwrap();
        }
    }

    async fn amount(&self, text: &str) -> Money {
        let currency = self.billing.draft_bill(&self.owner).await.unwrap().total.currency;
        let units = Decimal::parse(text).unwrap().units() * 10_i128.pow(currency.exponent());
        Money::new(i64::try_from(units / Decimal::ONE_UNITS).unwrap(), currency)
    }

    async fn newest(&self) -> Invoice {
        let page = self.billing.invoices(&self.owner, PageArgs::largest()).await.unwrap();
        page.into_items().into_iter().next().expect("there is no invoice")
    }

    async fn money(&mut self, at: &str, step: &Step) {
        let (billing, tenant) = (self.billing.clone(), self.owner.tenant);
        if let Some(Granted { amount, expires }) = &step.grant {
            let expires = expires.as_ref().map(|expires| local(self.zone, expires));
            let amount = self.amount(amount).await;
            let granted = billing.grant_credit(&self.operator, tenant, amount, "welcome", expires).await.unwrap();
            assert_eq!(granted.kind, CreditKind::Promotional);
        }
        if let Some(Transfer { amount, reference, to_invoice }) = &step.transfer {
            let invoice = if *to_invoice { Some(self.newest().await.id) } else { None };
            let amount = self.amount(amount).await;
            billing.record_transfer(&self.operator, tenant, invoice, amount, reference).await.unwrap();
        }
        if let Some(Credited { amount, refused }) = &step.credit {
            let (id, amount) = (self.newest().await.id, self.amount(amount).await);
            let note = billing.credit_invoice(&self.operator, tenant, id, amount.minor, "agreed").await;
            assert_eq!(note.is_err(), *refused, "{at}: {note:?}");
        }
        if let Some(allowed) = step.write_off {
            let id = self.newest().await.id;
            let done = billing.write_off_invoice(&self.operator, tenant, id, "the firm is gone").await;
            assert_eq!(done.is_ok(), allowed, "{at}: {done:?}");
        }
        if let Some(Credited { amount, refused }) = &step.refund {
            let payments = billing.payments(&self.owner, PageArgs::largest()).await.unwrap().into_items();
            let amount = self.amount(amount).await.minor;
            let back = billing.refund_payment(&self.operator, tenant, payments[0].id, amount, "agreed").await;
            assert_eq!(back.is_err(), *refused, "{at}: {back:?}");
        }
        if let Some(Disputed { id, meter, accepted }) = &step.dispute {
            let (from, to) = (Timestamp::UNIX_EPOCH, local(self.zone, &step.at));
            let all =
                billing.usage_events(&self.owner, meter, from, to, PageArgs::largest()).await.unwrap().into_items();
            let unit = all.iter().find(|unit| unit.source_id == *id).unwrap();
            let dispute = billing.dispute_usage(&self.owner, unit.id, "this was not solved").await.unwrap();
            billing.decide_dispute(&self.operator, tenant, dispute.id, *accepted, "we looked").await.unwrap();
            self.test.settle().await;
            let decision = if *accepted { "is taken back" } else { "stays as it was billed" };
            let mails = self.test.cloud.services.tenants.mails(&self.owner).await.unwrap();
            assert!(mails.iter().any(|it| it.body.contains(decision) && it.body.contains("we looked")), "{at}");
        }
        if let Some(cap) = &step.cap {
            let mut limits = SpendLimits::default();
            if let Some(amount) = &cap.bill {
                limits.cap_minor = Some(self.amount(amount).await.minor);
            }
            if let Some((meter, quantity)) = &cap.meter {
                let (meter, quantity) = (meter.clone(), Decimal::parse(quantity).unwrap());
                limits.meters.push(lingxi_contracts::billing::MeterLimit { meter, quantity, hard: true });
            }
            if cap.allow {
                limits.over = OverCap::Allow;
            }
            billing.set_limits(&self.owner, limits).await.unwrap();
        }
    }

    async fn expect(&self, at: &str, step: &Step) {
        let (billing, owner) = (&self.billing, &self.owner);
        if let Some(expected) = &step.bill {
            let bill = billing.draft_bill(owner).await.unwrap();
            lines(at, expected, &bill.lines);
            amounts(at, expected, [bill.net, bill.tax, bill.total]);
            same(at, "from", expected.from.as_ref(), bill.from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            same(at, "to", expected.to.as_ref(), bill.to.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            same(at, "from_wallet", expected.from_wallet.as_ref(), major(bill.from_wallet));
        }
        if let Some(expected) = &step.invoice {
            let invoice = self.newest().await;
            lines(at, expected, &invoice.lines);
            amounts(at, expected, [invoice.net, invoice.tax, invoice.total]);
            same(at, "number", expected.number.as_ref(), invoice.number.unwrap_or_default());
            same(at, "status", expected.status.as_ref(), invoice.status.as_str().to_owned());
            same(at, "due", expected.due.as_ref(), major(invoice.due));
            same(at, "from", expected.from.as_ref(), invoice.from.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
            same(at, "to", expected.to.as_ref(), invoice.to.to_rfc3339_opts(chrono::SecondsFormat::Secs, true));
        }
        if let Some(count) = step.invoices {
            let all = billing.invoices(owner, PageArgs::largest()).await.unwrap().into_items();
            assert_eq!(all.len(), count, "{at}: invoices");
        }
        same(at, "wallet", step.wallet.as_ref(), major(billing.wallet(owner).await.unwrap().balance));
        if let Some(may) = step.may_use {
            let reserved = billing.reserve(owner, meters::MESSAGE, Decimal::ONE).await.unwrap();
            assert_eq!(reserved.granted >= Decimal::ONE, may, "{at}: {reserved:?}");
        }
        if let Some(status) = &step.status {
            let subscription = billing.subscription(owner).await.unwrap();
            assert_eq!(subscription.status.as_str(), status, "{at}: status");
        }
        self.accounts(at, &step.ledger).await;
        if let Some(Series { meter, step, from, to, by, points }) = &step.series {
            let query = UsageQuery {
                meter: meter.clone(),
                from: local(self.zone, from),
                to: local(self.zone, to),
                step: *step,
                dimension: by.clone(),
                dimension_value: None,
            };
            let found = billing.usage(owner, query, PageArgs::largest()).await.unwrap().into_items();
            let found: Vec<String> = found
                .iter()
                .map(|point| format!("{} {} {}", point.date, point.dimension_value, point.quantity).replace("  ", " "))
                .collect();
            assert_eq!(found, *points, "{at}: usage");
        }
    }

    async fn accounts(&self, at: &str, wanted: &BTreeMap<String, String>) {
        let entries = self.billing.ledger(&self.owner, PageArgs::largest()).await.unwrap().into_items();
        for (account, balance) in wanted {
            let of = entries.iter().filter(|entry| entry.account.as_str() == account);
            let minor = of.map(|entry| entry.amount.minor).sum();
            let currency = entries.first().unwrap().amount.currency;
            assert_eq!(major(Money::new(minor, currency)), *balance, "{at}: {account}");
        }
    }

    /// Every transaction adds up to zero, and invoices are what the ledger says; so says the product's own comparison.
    async fn balanced(&self, name: &str) {
        let report = self.billing.reconcile(&self.operator).await.unwrap();
        assert_eq!(report.differences, [], "{name}");
        let entries = self.billing.ledger(&self.owner, PageArgs::largest()).await.unwrap().into_items();
        let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
        for entry in &entries {
            *sums.entry(&entry.transaction).or_default() += entry.amount.minor;
        }
        assert!(sums.values().all(|sum| *sum == 0), "{name}: {sums:?}");
        let invoices = self.billing.invoices(&self.owner, PageArgs::largest()).await.unwrap().into_items();
        let due: i64 = invoices.iter().map(|invoice| invoice.due.minor).sum();
        let owed = entries.iter().filter(|entry| entry.account.as_str() == "receivable");
        assert_eq!(owed.map(|entry| entry.amount.minor).sum::<i64>(), due, "{name}: receivable is what is due");
        for invoice in invoices.iter().filter(|invoice| invoice.number.is_some()) {
            let sum: i64 = invoice.lines.iter().map(|line| line.gross.minor).sum();
            assert_eq!(sum, invoice.total.minor, "{name}: an invoice is its lines");
        }
    }
}

fn lines(at: &str, expected: &Expected, found: &[BillLine]) {
    let Some(wanted) = &expected.lines else { return };
    // Lines about nothing are left out of the files.
    let said: Vec<String> =
        found.iter().filter(|one| !one.quantity.is_zero() || one.net.minor != 0).map(line).collect();
    assert_eq!(said, *wanted, "{at}: lines");
}

fn amounts(at: &str, expected: &Expected, [net, tax, total]: [Money; 3]) {
    same(at, "net", expected.net.as_ref(), major(net));
    same(at, "tax", expected.tax.as_ref(), major(tax));
    same(at, "total", expected.total.as_ref(), major(total));
}

fn same(at: &str, what: &str, wanted: Option<&String>, found: String) {
    if let Some(wanted) = wanted {
        assert_eq!(found, *wanted, "{at}: {what}");
    }
}
