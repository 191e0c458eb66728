//! Alerts and caps: people are told in time, and what may be used ahead of being counted is bounded.

use chrono::TimeDelta;
use lingxi_contracts::billing::{MeterLimit, OverCap, SpendLimits, UsageInput, UsageQuery, UsageStep, meters};
use lingxi_contracts::channels::Handler;
use lingxi_kernel::{Ctx, Decimal, ErrorCode, PageArgs};
use serde_json::json;

use crate::cloud::TestCloud;

fn messages(quantity: i64, hard: bool, over: OverCap) -> SpendLimits {
    let meter = MeterLimit { meter: meters::MESSAGE.into(), quantity: Decimal::whole(quantity), hard };
    SpendLimits { over, meters: vec![meter], ..SpendLimits::default() }
}

async fn granted(test: &TestCloud, owner: &Ctx, wanted: i64) -> i64 {
    let reserved = test.cloud.services.billing.reserve(owner, meters::MESSAGE, Decimal::whole(wanted)).await.unwrap();
    reserved.granted.to_string().parse().unwrap()
}

#[tokio::test]
async fn what_is_leased_and_what_is_counted_never_go_over_a_cap_together() {
    let test = TestCloud::start().await;
    let owner = test.firm("Lease Firm").await;
    let limits = messages(60, true, OverCap::HandOver);
    test.cloud.services.billing.set_limits(&owner, limits).await.unwrap();
    let other = test.beside().await;
    assert_eq!(granted(&test, &owner, 50).await, 50);
    let beside = other.services.billing.reserve(&owner, meters::MESSAGE, Decimal::whole(50)).await.unwrap();
    assert_eq!(beside.granted, Decimal::whole(10), "another process gets what is left");
    assert_eq!(granted(&test, &owner, 1).await, 0);
    test.pass(TimeDelta::seconds(31));
    assert_eq!(granted(&test, &owner, 100).await, 60, "what was leased and not used falls back");
    test.end().await;
}

#[tokio::test]
async fn a_firm_that_closes_at_its_cap_neither_answers_nor_takes_people_s_time() {
    let test = TestCloud::start().await;
    let owner = test.firm("Closed Firm").await;
    test.cloud.services.billing.set_limits(&owner, messages(0, true, OverCap::Block)).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let said = test.transcript(&visitor).await;
    assert!(said.iter().any(|message| message.text.contains("closed for now")), "{said:?}");
    assert_eq!(test.conversation(&visitor).await.handler, Handler::Bot);
    test.end().await;
}

#[tokio::test]
async fn a_cap_that_other_use_reaches_holds_for_the_next_message() {
    let test = TestCloud::start().await;
    let owner = test.firm("Caller Firm").await;
    super::ingest::count_calls(&test).await;
    let meter = MeterLimit { meter: "call".into(), quantity: Decimal::whole(100), hard: true };
    let limits = SpendLimits { over: OverCap::HandOver, meters: vec![meter], ..SpendLimits::default() };
    test.cloud.services.billing.set_limits(&owner, limits).await.unwrap();
    let called = async |id: &str, value: &str| {
        let usage = UsageInput {
            source: "test".into(),
            id: id.into(),
            kind: "test.call".into(),
            subject: String::new(),
            at: None,
            data: json!({ "value": value }),
            reverses: None,
        };
        test.cloud.services.billing.report_usage(&owner, vec![usage]).await.unwrap();
        test.settle().await;
    };
    called("1", "99").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    assert_eq!(test.conversation(&visitor).await.handler, Handler::Bot, "the bot holds a lease of fifty now");
    // Not a second passes.
    called("2", "1").await;
    let next = test.visitor(&owner).await;
    test.say(&next, "1", "how do I cancel my policy").await;
    assert_ne!(test.conversation(&next).await.handler, Handler::Bot);
    test.end().await;
}

#[tokio::test]
async fn a_firm_that_wants_to_go_on_goes_on() {
    let test = TestCloud::start().await;
    let owner = test.firm("Allowed Firm").await;
    test.cloud.services.billing.set_limits(&owner, messages(0, true, OverCap::Allow)).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let said = test.transcript(&visitor).await;
    assert!(!said.iter().any(|message| message.text.contains("closed for now")), "{said:?}");
    assert_eq!(test.conversation(&visitor).await.handler, Handler::Bot);
    test.end().await;
}

#[tokio::test]
async fn a_meter_s_alerts_come_by_mail_at_each_step_once() {
    let test = TestCloud::start().await;
    let owner = test.firm("Meter Firm").await;
    let services = &test.cloud.services;
    services.billing.set_limits(&owner, messages(10, false, OverCap::HandOver)).await.unwrap();
    let visitor = test.visitor(&owner).await;
    for number in 0..6 {
        test.pass(TimeDelta::seconds(1));
        test.say(&visitor, &number.to_string(), "how do I cancel my policy").await;
    }
    let mails = services.tenants.mails(&owner).await.unwrap();
    let told: Vec<&str> =
        mails.iter().filter(|mail| mail.subject.contains("spend alert")).map(|mail| mail.body.as_str()).collect();
    assert_eq!(told.len(), 3, "at 50, 80 and 100 %: {told:?}");
    assert!(told.iter().all(|body| body.contains("use of message")));
    test.end().await;
}

#[tokio::test]
async fn limits_of_unknown_meters_and_below_nothing_are_refused_all_at_once() {
    let test = TestCloud::start().await;
    let owner = test.firm("Wrong Firm").await;
    let mut limits = messages(-1, true, OverCap::HandOver);
    limits.cap_minor = Some(-1);
    limits.meters.push(MeterLimit { meter: "nothing".into(), ..limits.meters[0].clone() });
    let error = test.cloud.services.billing.set_limits(&owner, limits).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Invalid);
    let fields: Vec<&str> = error.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["capMinor", "meters.0.quantity", "meters.1.meter", "meters.1.quantity"]);
    test.end().await;
}

#[tokio::test]
async fn a_series_comes_in_pages() {
    let test = TestCloud::start().await;
    let owner = test.firm("Paged Firm").await;
    let visitor = test.visitor(&owner).await;
    for number in 0..3 {
        test.say(&visitor, &number.to_string(), "how do I cancel my policy").await;
        test.pass(TimeDelta::hours(1));
    }
    let billing = &test.cloud.services.billing;
    let bill = billing.draft_bill(&owner).await.unwrap();
    let query = UsageQuery {
        meter: meters::MESSAGE.into(),
        from: bill.from,
        to: bill.to,
        step: UsageStep::Hour,
        dimension: None,
        dimension_value: None,
    };
    let mut args = PageArgs::new(Some(2), None).unwrap();
    let first = billing.usage(&owner, query.clone(), args.clone()).await.unwrap();
    assert!(first.has_next);
    args.after = first.rows.last().map(|(cursor, _)| cursor.clone());
    let second = billing.usage(&owner, query, args).await.unwrap();
    let froms: Vec<_> = first.rows.iter().chain(&second.rows).map(|(_, point)| point.from).collect();
    assert_eq!(froms.len(), 3);
    assert!(froms.is_sorted() && !second.has_next);
    test.end().await;
}
