//! What is counted, and what it costs.

use chrono::TimeDelta;
use lingxi_contracts::billing::{SpendLimits, meters};
use lingxi_contracts::channels::Handler;
use lingxi_kernel::{Ctx, PageArgs};

use crate::cloud::{TestCloud, inbound};

async fn quantity(test: &TestCloud, owner: &Ctx, meter: &str) -> i64 {
    let bill = test.cloud.services.billing.draft_bill(owner).await.unwrap();
    let line = bill.lines.iter().find(|line| line.meter.as_deref() == Some(meter)).unwrap();
    line.quantity.to_string().parse().unwrap()
}

async fn solve(test: &TestCloud, visitor: &Ctx, id: &str) {
    let mut solved = inbound(id, "Solved");
    solved.choice = Some("solved".into());
    test.cloud.services.channels.receive(visitor, solved).await.unwrap();
    test.settle().await;
}

#[tokio::test]
async fn messages_and_resolutions_are_counted_once_with_evidence() {
    let test = TestCloud::start().await;
    let owner = test.firm("Count Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    assert_eq!(quantity(&test, &owner, meters::MESSAGE).await, 2, "a question and its answer");
    solve(&test, &visitor, "2").await;
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_CONFIRMED).await, 1);
    let page = PageArgs::new(None, None).unwrap();
    let billing = &test.cloud.services.billing;
    let bill = billing.draft_bill(&owner).await.unwrap();
    let evidence = billing.usage_events(&owner, meters::RESOLUTION_CONFIRMED, bill.from, bill.to, page).await.unwrap();
    assert_eq!(evidence.into_items()[0].subject, test.conversation(&visitor).await.id.to_string());
    test.end().await;
}

#[tokio::test]
async fn a_bill_is_forecast_once_there_is_a_whole_day_to_go_by() {
    let test = TestCloud::start().await;
    let owner = test.firm("New Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let bill = async || test.cloud.services.billing.draft_bill(&owner).await.unwrap();
    assert!(bill().await.forecast.is_none(), "a first day is no measure of the next");
    test.pass(TimeDelta::days(1));
    assert!(bill().await.forecast.is_some());
    test.end().await;
}

#[tokio::test]
async fn a_resolution_is_taken_back_when_the_customer_needs_a_person_after_all() {
    let test = TestCloud::start().await;
    let owner = test.firm("Recontact Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    solve(&test, &visitor, "2").await;
    test.pass(TimeDelta::hours(50));
    test.say(&visitor, "3", "talk to a person").await;
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_CONFIRMED).await, 0);
    test.end().await;
}

#[tokio::test]
async fn silence_after_an_answer_counts_as_resolved_once_it_has_lasted() {
    let test = TestCloud::start().await;
    let owner = test.firm("Quiet Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let timers = async || {
        test.cloud.run_timers().await.unwrap();
        test.settle().await;
    };
    test.pass(TimeDelta::minutes(121));
    timers().await;
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_ASSUMED).await, 0, "it is resolved, and may still come back");
    test.pass(TimeDelta::hours(71));
    timers().await;
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_ASSUMED).await, 0);
    test.pass(TimeDelta::hours(2));
    timers().await;
    timers().await;
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_ASSUMED).await, 1, "once, however often it is looked for");
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_CONFIRMED).await, 0, "and apart from what was confirmed");
    test.end().await;
}

#[tokio::test]
async fn who_comes_back_within_the_quiet_days_was_not_resolved() {
    let test = TestCloud::start().await;
    let owner = test.firm("Back Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    test.pass(TimeDelta::hours(3));
    test.cloud.run_timers().await.unwrap();
    test.settle().await;
    test.pass(TimeDelta::hours(24));
    test.say(&visitor, "2", "talk to a person").await;
    test.pass(TimeDelta::hours(24 * 4));
    test.cloud.run_timers().await.unwrap();
    test.settle().await;
    assert_eq!(quantity(&test, &owner, meters::RESOLUTION_ASSUMED).await, 0);
    test.end().await;
}

#[tokio::test]
async fn at_the_cap_the_bot_hands_over_and_the_admin_gets_one_mail() {
    let test = TestCloud::start().await;
    let owner = test.firm("Cap Firm").await;
    let services = &test.cloud.services;
    let limits = SpendLimits { alert_minor: Some(0), cap_minor: Some(0), ..SpendLimits::default() };
    services.billing.set_limits(&owner, limits).await.unwrap();
    test.settle().await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    assert_eq!(test.conversation(&visitor).await.handler, Handler::Queue);
    let mails = services.tenants.mails(&owner).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("spend alert")).count(), 1);
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("cap is reached")).count(), 1);
    services.billing.set_limits(&owner, SpendLimits::default()).await.unwrap();
    let other = test.visitor(&owner).await;
    test.say(&other, "1", "how do I cancel my policy").await;
    assert_eq!(test.conversation(&other).await.handler, Handler::Bot, "without a cap the bot answers again");
    test.end().await;
}

#[tokio::test]
async fn webhooks_are_told_of_limits() {
    let test = TestCloud::start().await;
    let owner = test.firm("Told Firm").await;
    let services = &test.cloud.services;
    services.channels.create_webhook(&owner, "https://example.com/hook").await.unwrap();
    let limits = SpendLimits { alert_minor: Some(0), ..SpendLimits::default() };
    services.billing.set_limits(&owner, limits).await.unwrap();
    test.settle().await;
    let page = PageArgs::new(None, None).unwrap();
    let deliveries = services.channels.deliveries(&owner, None, page).await.unwrap().into_items();
    assert_eq!(deliveries[0].event_type, "lingxi.billing.limit.reached.v1");
    test.end().await;
}

#[tokio::test]
async fn a_seat_is_counted_while_somebody_sits_on_it() {
    use lingxi_contracts::routing::Activity;
    let test = TestCloud::start().await;
    let owner = test.firm("Seat Firm").await;
    let routing = test.cloud.services.routing.clone();
    routing.set_activity(&owner, Activity::Available).await.unwrap();
    test.pass(TimeDelta::minutes(61));
    test.cloud.run_timers().await.unwrap();
    test.settle().await;
    assert_eq!(quantity(&test, &owner, meters::AGENT_MINUTE).await, 61, "not only at the end of the day");
    test.pass(TimeDelta::minutes(9));
    routing.set_activity(&owner, Activity::Away).await.unwrap();
    test.settle().await;
    assert_eq!(quantity(&test, &owner, meters::AGENT_MINUTE).await, 70, "and no minute twice");
    test.end().await;
}
