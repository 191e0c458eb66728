//! Facts of ours cannot be forged, and a fact is taken back as what it was, once.

use chrono::TimeDelta;
use lingxi_contracts::billing::{UsageAnswer, UsageInput, UsageOutcome, UsageQuery, UsageStep, meters};
use lingxi_kernel::{Ctx, Decimal, PageArgs};
use serde_json::{Value, json};

use crate::billing::ingest::count_calls;
use crate::cloud::TestCloud;

struct Firm {
    test: TestCloud,
    owner: Ctx,
}

fn call(id: &str, value: &str) -> UsageInput {
    UsageInput {
        source: "shop".into(),
        id: id.into(),
        kind: "test.call".into(),
        subject: String::new(),
        at: None,
        data: json!({ "value": value }),
        reverses: None,
    }
}

fn back(id: &str, of: &str) -> UsageInput {
    UsageInput { reverses: Some(of.into()), data: Value::Null, ..call(id, "0") }
}

impl Firm {
    async fn start() -> Self {
        let test = TestCloud::start().await;
        let owner = test.firm("Harbor").await;
        count_calls(&test).await;
        Self { test, owner }
    }

    async fn report(&self, facts: Vec<UsageInput>) -> Vec<UsageAnswer> {
        self.test.cloud.services.billing.report_usage(&self.owner, facts).await.unwrap()
    }

    async fn is_refused(&self, fact: UsageInput, why: &str) {
        let answer = self.report(vec![fact]).await.remove(0);
        assert_eq!(answer.status, UsageOutcome::Rejected, "{why}");
        assert!(answer.reason.as_deref().unwrap_or_default().contains(why), "{answer:?}");
    }

    async fn used(&self, meter: &str) -> Decimal {
        let query = UsageQuery {
            meter: meter.into(),
            from: "2026-11-01T00:00:00Z".parse().unwrap(),
            to: "2027-02-01T00:00:00Z".parse().unwrap(),
            step: UsageStep::Month,
            dimension: None,
            dimension_value: None,
        };
        let points = self.test.cloud.services.billing.usage(&self.owner, query, PageArgs::largest()).await.unwrap();
        points.into_items().into_iter().fold(Decimal::ZERO, |sum, point| sum.plus(point.quantity).unwrap())
    }
}

#[tokio::test]
async fn our_source_is_refused_from_a_firm_and_ours_is_counted() {
    let firm = Firm::start().await;
    for source in ["lingxi", " Lingxi", "LINGXI", "lingxi/bot"] {
        firm.is_refused(UsageInput { source: source.into(), ..call("1", "1") }, "that of Lingxi itself").await;
    }
    let visitor = firm.test.visitor(&firm.owner).await;
    firm.test.say(&visitor, "1", "how do I cancel my policy").await;
    // A resolution that nobody confirmed is counted under a name that the firm can foresee.
    let conversation = firm.test.conversation(&visitor).await.id;
    firm.test.pass(TimeDelta::minutes(121));
    firm.test.cloud.run_timers().await.unwrap();
    firm.test.settle().await;
    let at = firm.test.db().env().now().timestamp_millis();
    let forged = UsageInput { source: "lingxi".into(), ..call(&format!("{conversation}/{at}"), "1") };
    firm.is_refused(forged, "that of Lingxi itself").await;
    firm.test.pass(TimeDelta::hours(73));
    firm.test.cloud.run_timers().await.unwrap();
    firm.test.settle().await;
    assert_eq!(firm.used(meters::RESOLUTION_ASSUMED).await, Decimal::ONE);
    assert_eq!(firm.used(meters::MESSAGE).await, Decimal::whole(2));
    firm.test.end().await;
}

#[tokio::test]
async fn what_is_taken_back_is_what_that_event_was_worth() {
    let firm = Firm::start().await;
    firm.report(vec![call("a", "40"), call("b", "2")]).await;
    let claims_more = UsageInput { data: json!({ "value": "1000" }), subject: "other".into(), ..back("x", "a") };
    let answer = firm.report(vec![claims_more.clone()]).await.remove(0);
    assert_eq!(answer.status, UsageOutcome::Accepted, "{answer:?}");
    assert_eq!(firm.used("call").await, Decimal::whole(2));
    assert_eq!(firm.report(vec![claims_more]).await[0].status, UsageOutcome::Duplicate, "the same again is told so");
    firm.is_refused(back("y", "a"), "took this one back already").await;
    assert_eq!(firm.used("call").await, Decimal::whole(2));
    let billing = &firm.test.cloud.services.billing;
    let found = billing.reconcile(&lingxi_store::system::ctx("billing")).await.unwrap();
    assert!(found.differences.is_empty(), "{:?}", found.differences);
    firm.test.end().await;
}

#[tokio::test]
async fn nothing_is_taken_back_that_is_not_there_is_not_of_the_meter_or_takes_back_itself() {
    let firm = Firm::start().await;
    firm.report(vec![call("a", "4")]).await;
    firm.is_refused(back("x", "unknown"), "There is no event `unknown`").await;
    firm.is_refused(back("x", "x"), "cannot take itself back").await;
    firm.is_refused(UsageInput { source: "other".into(), ..back("x", "a") }, "There is no event `a`").await;
    firm.is_refused(UsageInput { source: "lingxi".into(), ..back("x", "a") }, "that of Lingxi itself").await;
    let other = firm.test.firm("Other").await;
    let answers = firm.test.cloud.services.billing.report_usage(&other, vec![back("x", "a")]).await.unwrap();
    assert_eq!(answers[0].status, UsageOutcome::Rejected, "of another firm");
    assert_eq!(firm.report(vec![back("r", "a")]).await[0].status, UsageOutcome::Accepted);
    firm.is_refused(back("rr", "r"), "takes another back itself").await;
    assert_eq!(firm.used("call").await, Decimal::ZERO);
    firm.test.pass(TimeDelta::days(1));
    firm.report(vec![call("old", "5")]).await;
    firm.test.pass(TimeDelta::days(40));
    firm.is_refused(back("late", "old"), "can no longer be taken back").await;
    assert_eq!(firm.used("call").await, Decimal::whole(5));
    firm.test.end().await;
}

#[tokio::test]
async fn an_event_and_what_takes_it_back_may_come_in_one_batch_in_any_order() {
    let firm = Firm::start().await;
    let answers = firm.report(vec![back("x", "a"), call("a", "7"), back("y", "a"), call("b", "1")]).await;
    let said: Vec<UsageOutcome> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(said, [UsageOutcome::Accepted, UsageOutcome::Accepted, UsageOutcome::Rejected, UsageOutcome::Accepted]);
    assert_eq!(firm.used("call").await, Decimal::ONE);
    firm.test.end().await;
}
