//! From the customer's question to the resolved conversation.

use chrono::TimeDelta;
use lingxi_contracts::channels::{AuthorKind, ConversationStatus, Handler};
use lingxi_contracts::routing::{Activity, TaskStatus};
use lingxi_kernel::{ErrorCode, Role};

use crate::cloud::{TestCloud, inbound, reply};

#[tokio::test]
async fn the_bot_answers_and_hands_over_with_a_summary() {
    let test = TestCloud::start().await;
    let owner = test.firm("Answer Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let answer = test.transcript(&visitor).await.pop().unwrap();
    assert_eq!(answer.author, AuthorKind::Bot);
    assert!(answer.text.contains("15 days"), "{}", answer.text);
    test.say(&visitor, "2", "please let me talk to a person").await;
    let conversation = test.conversation(&visitor).await;
    assert_eq!(conversation.handler, Handler::Queue);
    let summary = conversation.summary.unwrap();
    assert!(
        summary.contains("Asked: how do I cancel my policy") && summary.contains("asked for a person"),
        "{summary}"
    );
    let seqs: Vec<i64> = test.transcript(&visitor).await.iter().map(|message| message.seq).collect();
    assert_eq!(seqs, (1..=i64::try_from(seqs.len()).unwrap()).collect::<Vec<_>>(), "numbers have no gaps");
    test.end().await;
}

#[tokio::test]
async fn the_same_message_id_is_stored_and_answered_once() {
    let test = TestCloud::start().await;
    let owner = test.firm("Twice Firm").await;
    let visitor = test.visitor(&owner).await;
    let first = test.say(&visitor, "same", "how do I cancel my policy").await;
    let second = test.say(&visitor, "same", "how do I cancel my policy").await;
    assert_eq!(first.id, second.id);
    assert_eq!(test.transcript(&visitor).await.len(), 2, "one question, one answer");
    test.end().await;
}

#[tokio::test]
async fn an_offer_that_nobody_answers_goes_back_to_its_place_and_its_worker_is_away() {
    let test = TestCloud::start().await;
    let owner = test.firm("Offer Firm").await;
    let agent = test.member(&owner, "Ada", Role::Agent).await;
    let routing = &test.cloud.services.routing;
    routing.set_activity(&agent, Activity::Available).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "talk to a person").await;
    let offer = routing.my_reservations(&agent).await.unwrap().remove(0);
    test.pass(TimeDelta::seconds(31));
    let late = routing.accept(&agent, offer.id).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Conflict);
    test.cloud.run_timers().await.unwrap();
    let task = routing.tasks(&owner, false).await.unwrap().remove(0);
    assert_eq!((task.status, task.created_at), (TaskStatus::Pending, offer.task.created_at));
    assert_eq!(routing.me(&agent).await.unwrap().activity, Activity::Away);
    test.end().await;
}

#[tokio::test]
async fn nobody_is_offered_more_than_their_capacity_and_the_oldest_goes_first() {
    let test = TestCloud::start().await;
    let owner = test.firm("Capacity Firm").await;
    let agent = test.member(&owner, "Ada", Role::Agent).await;
    let routing = &test.cloud.services.routing;
    let mut visitors = Vec::new();
    for number in 0..5 {
        let visitor = test.visitor(&owner).await;
        test.say(&visitor, "1", "talk to a person").await;
        visitors.push(test.conversation(&visitor).await.id);
        test.pass(TimeDelta::seconds(number + 1));
    }
    routing.set_activity(&agent, Activity::Available).await.unwrap();
    let offers = routing.my_reservations(&agent).await.unwrap();
    let offered: Vec<_> = offers.iter().map(|offer| offer.task.conversation_id).collect();
    assert_eq!(offered.len(), 3, "the capacity of a new worker");
    assert!(visitors[..3].iter().all(|id| offered.contains(id)), "the oldest three");
    assert_eq!(routing.me(&agent).await.unwrap().load, 3);
    test.end().await;
}

#[tokio::test]
async fn an_agent_replies_only_to_what_they_accepted_and_a_resolved_talk_opens_again_for_a_day() {
    let test = TestCloud::start().await;
    let owner = test.firm("Reply Firm").await;
    let agent = test.member(&owner, "Ada", Role::Agent).await;
    let services = &test.cloud.services;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "talk to a person").await;
    let id = test.conversation(&visitor).await.id;
    let refused = services.channels.post(&agent, id, reply("Hello", false)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    services.channels.post(&agent, id, reply("VIP customer", true)).await.unwrap();
    services.routing.set_activity(&agent, Activity::Available).await.unwrap();
    let offer = services.routing.my_reservations(&agent).await.unwrap().remove(0);
    services.routing.accept(&agent, offer.id).await.unwrap();
    test.settle().await;
    services.channels.post(&agent, id, reply("Hello", false)).await.unwrap();
    let seen = test.transcript(&visitor).await;
    assert!(seen.iter().any(|message| message.text == "Hello"));
    assert!(seen.iter().all(|message| message.text != "VIP customer"), "notes are for members");
    services.channels.set_status(&agent, id, ConversationStatus::Resolved, None).await.unwrap();
    test.settle().await;
    let task = services.routing.tasks(&agent, false).await.unwrap().remove(0);
    assert_eq!(task.status, TaskStatus::WrapUp);
    services.routing.complete(&agent, task.id, Some("solved".into())).await.unwrap();
    assert_eq!(services.routing.me(&agent).await.unwrap().load, 0);
    test.pass(TimeDelta::hours(23));
    test.say(&visitor, "2", "how do I cancel my policy").await;
    assert_eq!(test.conversation(&visitor).await.id, id, "within a day it continues");
    services.channels.set_status(&owner, id, ConversationStatus::Resolved, None).await.unwrap();
    test.pass(TimeDelta::hours(25));
    test.say(&visitor, "3", "how do I cancel my policy").await;
    assert_ne!(test.conversation(&visitor).await.id, id, "later a new one starts");
    test.end().await;
}

#[tokio::test]
async fn outside_business_hours_the_customer_is_told_and_the_task_waits() {
    use lingxi_contracts::tenants::{BusinessHours, OpeningHours};
    let test = TestCloud::start().await;
    let owner = test.firm("Closed Firm").await;
    let monday_only = OpeningHours { weekday: 1, opens: "09:00".into(), closes: "18:00".into() };
    let hours = BusinessHours { weekly: vec![monday_only], holidays: Vec::new() };
    test.cloud.services.tenants.set_business_hours(&owner, hours).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "talk to a person").await;
    let last = test.transcript(&visitor).await.pop().unwrap();
    assert!(last.text.contains("We are closed"), "{}", last.text);
    assert_eq!(test.cloud.services.routing.tasks(&owner, false).await.unwrap().len(), 1);
    test.end().await;
}

#[tokio::test]
async fn read_places_never_run_backwards_and_too_long_messages_say_the_limit() {
    let test = TestCloud::start().await;
    let owner = test.firm("Read Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let (channels, id) = (&test.cloud.services.channels, test.conversation(&visitor).await.id);
    channels.mark_delivered(&visitor, id, 1).await.unwrap();
    channels.mark_delivered(&visitor, id, 0).await.unwrap();
    assert_eq!(test.conversation(&visitor).await.contact_delivered_seq, 1);
    let read = channels.mark_read(&visitor, id, 2).await.unwrap();
    assert_eq!((read.contact_read_seq, read.contact_delivered_seq), (2, 2), "what was read was delivered");
    channels.mark_delivered(&visitor, id, 1).await.unwrap();
    assert_eq!(test.conversation(&visitor).await.contact_delivered_seq, 2);
    assert_eq!(channels.mark_read(&visitor, id, 1).await.unwrap().contact_read_seq, 2);
    assert_eq!(channels.mark_read(&visitor, id, 99).await.unwrap().contact_read_seq, 2, "not beyond the last message");
    let refused = channels.receive(&visitor, inbound("2", &"x".repeat(4_001))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::TooLarge);
    assert!(refused.message.contains("4000"));
    test.end().await;
}

#[tokio::test]
async fn a_release_can_be_rolled_back() {
    use lingxi_contracts::bot::{ArticleInput, ArticleText};
    let test = TestCloud::start().await;
    let owner = test.firm("Release Firm").await;
    let bot = &test.cloud.services.bot;
    let words = ArticleText { locale: "en-US".into(), title: "Pet cover".into(), answer: "Cats and dogs.".into() };
    let input = ArticleInput {
        key: None,
        category: None,
        status: None,
        texts: vec![words],
        questions: ["do you insure my cat", "is my dog covered", "pet insurance"].map(str::to_owned).to_vec(),
        links: None,
        flow_id: None,
        valid_from: None,
        valid_to: None,
    };
    let article = bot.save_article(&owner, None, None, input.clone()).await.unwrap();
    let stale = bot.save_article(&owner, Some(article.id), Some(7), input).await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::Conflict, "a lost update is refused");
    let asks = || bot.test(&owner, "is my dog covered", "en-US");
    assert!(asks().await.unwrap().text != "Cats and dogs.", "not before it is published");
    let other = test.beside().await.services.bot;
    assert_ne!(other.test(&owner, "is my dog covered", "en-US").await.unwrap().text, "Cats and dogs.");
    let second = bot.publish(&owner, false).await.unwrap();
    assert_eq!(asks().await.unwrap().text, "Cats and dogs.");
    test.pass(TimeDelta::seconds(5));
    let there = other.test(&owner, "is my dog covered", "en-US").await.unwrap();
    assert_eq!(there.text, "Cats and dogs.", "another process sees it after a moment");
    let first = bot.releases(&owner).await.unwrap().into_iter().find(|release| release.id != second.id).unwrap();
    bot.activate_release(&owner, first.id).await.unwrap();
    assert_ne!(asks().await.unwrap().text, "Cats and dogs.");
    test.end().await;
}

#[tokio::test]
async fn a_supervisor_gives_a_task_to_somebody_but_never_above_their_capacity() {
    let test = TestCloud::start().await;
    let owner = test.firm("Assign Firm").await;
    let agent = test.member(&owner, "Ann", Role::Agent).await;
    let services = test.cloud.services.clone();
    let member = agent.member().unwrap();
    services.routing.update_worker(&owner, member, 1, Vec::new(), Vec::new()).await.unwrap();
    for number in 0..2 {
        let visitor = test.visitor(&owner).await;
        test.say(&visitor, &number.to_string(), "please let me talk to a person").await;
    }
    let tasks = services.routing.tasks(&owner, false).await.unwrap();
    assert_eq!(services.routing.assign(&agent, tasks[0].id, member).await.unwrap_err().code, ErrorCode::Forbidden);
    services.routing.assign(&owner, tasks[0].id, member).await.unwrap();
    test.settle().await;
    let found = services.channels.conversations_by_id(&owner, &[tasks[0].conversation_id]).await.unwrap();
    assert_eq!((found[0].handler, found[0].assignee), (Handler::Member, Some(member)));
    let full = services.routing.assign(&owner, tasks[1].id, member).await.unwrap_err();
    assert!(full.code == ErrorCode::Conflict && full.message.contains("1 of 1"), "{full}");
    services.routing.assign(&owner, tasks[0].id, owner.member().unwrap()).await.unwrap();
    services.routing.assign(&owner, tasks[1].id, member).await.expect("the place is free again");
    test.end().await;
}

#[tokio::test]
async fn a_waiting_task_is_at_risk_before_its_target_is_missed() {
    let test = TestCloud::start().await;
    let owner = test.firm("Target Firm").await;
    let agent = test.member(&owner, "Ann", Role::Agent).await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "please let me talk to a person").await;
    let routing = test.cloud.services.routing.clone();
    assert!(routing.tasks(&agent, true).await.unwrap().is_empty());
    test.pass(TimeDelta::seconds(84));
    let task = routing.tasks(&agent, true).await.unwrap().remove(0);
    assert_eq!(task.due_at.unwrap() - task.at_risk_at.unwrap(), TimeDelta::seconds(36), "30 % of two minutes");
    routing.assign(&owner, task.id, agent.member().unwrap()).await.unwrap();
    assert!(routing.tasks(&agent, true).await.unwrap().is_empty(), "somebody has it");
    test.end().await;
}
