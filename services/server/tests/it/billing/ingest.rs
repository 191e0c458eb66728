//! Metered facts by HTTP: an answer for each, and exact whatever happens to the process.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures::FutureExt as _;
use lingxi_contracts::billing::{Meter, UsageAnswer, UsageInput, UsageOutcome, UsageQuery, UsageStep};
use lingxi_kernel::{Ctx, Decimal, ErrorCode, PageArgs};
use lingxi_store::system;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::StatusCode;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use crate::cloud::{TestCloud, folder};
use crate::process::{Firm, Server, client};

pub const METER: &str = r#"
[[meters]]
key = "token"
name = { en = "Tokens" }
unit = { en = "token" }
event_type = "acme.tokens"
aggregation = "sum"
value_field = "amount"
dimensions = ["model"]
"#;

/// Runs `lingxi billing apply` over a folder that nobody serves yet.
fn apply(folder: &Path, text: &str) -> (bool, String) {
    let database = crate::postgres::wanted().then(|| crate::postgres::of_folder(folder));
    apply_to(folder, database.as_deref(), text)
}

/// The same over a database; over a file of the folder's where none is given.
pub fn apply_to(folder: &Path, database: Option<&str>, text: &str) -> (bool, String) {
    let file = folder.join("catalog.toml");
    std::fs::write(&file, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_lingxi"));
    command.args(["billing", "apply"]).arg(&file).arg("--data-dir").arg(folder);
    command.args(database.into_iter().flat_map(|url| ["--database-url", url]));
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr });
    (output.status.success(), said.into_owned())
}

/// An event of the meter above.
pub fn event(id: &str, amount: &str) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "acme", "type": "acme.tokens", "subject": "bot",
        "data": { "amount": amount, "model": "small" }
    })
}

async fn send(http: &reqwest::Client, server: &Server, firm: &Firm, body: &Value) -> (StatusCode, Value) {
    let kind = if body.is_array() { "application/cloudevents-batch+json" } else { "application/cloudevents+json" };
    let request = http.post(format!("{}/v1/events", server.url)).header("cookie", &firm.cookie);
    let answer = request.header("content-type", kind).body(body.to_string()).send().await.unwrap();
    let status = answer.status();
    (status, answer.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn every_event_gets_its_own_answer() {
    let (folder, http) = (folder(), client());
    assert!(apply(&folder, METER).0);
    let server = Server::start(&folder);
    let firm = server.firm(&http, "answers").await;
    let (status, answer) = send(&http, &server, &firm, &event("1", "12.5")).await;
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("accepted")));
    let (status, answer) = send(&http, &server, &firm, &event("1", "12.5")).await;
    assert_eq!((status, &answer["status"]), (StatusCode::OK, &json!("duplicate")), "also without a time");
    let (status, answer) = send(&http, &server, &firm, &event("1", "13")).await;
    assert_eq!((status, &answer["status"]), (StatusCode::CONFLICT, &json!("conflict")));
    let mut float = event("2", "1");
    float["data"]["amount"] = json!(1.5);
    let (status, answer) = send(&http, &server, &firm, &float).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer["reason"].as_str().unwrap().contains("written as a text"), "{answer}");
    let mut future = event("3", "1");
    future["time"] = json!("2999-01-01T00:00:00Z");
    let mut old = event("4", "1");
    old["time"] = json!("2020-01-01T00:00:00Z");
    let mut nameless = event("5", "1");
    nameless.as_object_mut().unwrap().remove("id");
    let mut ours = event("6", "1");
    ours["type"] = json!("lingxi.message");
    let batch = json!([
        event("7", "1"),
        future,
        event("7", "1"),
        old,
        nameless,
        17,
        ours,
        event("7", "2"),
        event("8", "0.000000000001")
    ]);
    let (status, answer) = send(&http, &server, &firm, &batch).await;
    assert_eq!(status, StatusCode::MULTI_STATUS);
    let said: Vec<&str> =
        answer["events"].as_array().unwrap().iter().map(|one| one["status"].as_str().unwrap()).collect();
    assert_eq!(
        said,
        ["accepted", "rejected", "duplicate", "rejected", "rejected", "rejected", "rejected", "conflict", "accepted"]
    );
    let reason = |index: usize| answer["events"][index]["reason"].as_str().unwrap();
    assert!(
        reason(1).contains("in the future") && reason(3).contains("35 days") && reason(4).contains("`id` is missing")
    );
    assert!(reason(6).contains("name your own"));
    let usage = "{ asideEvents { edges { node { sourceId reason } } } \
        usage(query: { meter: \"token\", from: \"2020-01-01T00:00:00Z\", to: \"2999-01-01T00:00:00Z\", step: MONTH, dimension: \"model\" }) { edges { node { dimensionValue quantity } } } }";
    let seen = server.graphql(&http, &firm.cookie, usage).await;
    assert_eq!(seen["errors"][0]["message"], "This spans more than 10000 steps; take longer steps or less time.");
    let usage = usage.replace("2020-01-01T00:00:00Z\", to: \"2999", "2026-01-01T00:00:00Z\", to: \"2036");
    let seen = server.graphql(&http, &firm.cookie, &usage).await["data"].clone();
    let aside: Vec<Value> =
        seen["asideEvents"]["edges"].as_array().unwrap().iter().map(|edge| edge["node"]["sourceId"].clone()).collect();
    assert_eq!(aside.len(), 3, "two conflicts and one that came too late can be seen: {aside:?}");
    assert_eq!(seen["usage"]["edges"][0]["node"], json!({ "dimensionValue": "small", "quantity": "13.500000000001" }));
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn requests_that_cannot_be_read_or_are_too_large_are_refused_with_the_way_to_mend_them() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "malformed").await;
    let post = async |kind: &str, body: String| {
        let request = http.post(format!("{}/v1/events", server.url)).header("cookie", &firm.cookie);
        let answer = request.header("content-type", kind).body(body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    };
    let (status, body) = post("application/cloudevents+json", "{".into()).await;
    assert!(status == StatusCode::UNPROCESSABLE_ENTITY && body.contains("no CloudEvents JSON"), "{body}");
    let (status, body) = post("text/plain", "{}".into()).await;
    assert!(
        status == StatusCode::UNPROCESSABLE_ENTITY && body.contains("application/cloudevents-batch+json"),
        "{body}"
    );
    let many = json!(vec![event("1", "1"); 1_001]).to_string();
    let (status, body) = post("application/cloudevents-batch+json", many).await;
    assert!(status == StatusCode::PAYLOAD_TOO_LARGE && body.contains("send up to 1000"), "{body}");
    let (status, _) = post("application/cloudevents-batch+json", format!("[{}]", " ".repeat(1_000_000))).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn a_catalog_is_applied_whole_or_not_at_all_and_never_changes_what_counts() {
    let folder = folder();
    let (done, said) = apply(&folder, METER);
    assert!(done && said.contains("1 meters"), "{said}");
    assert!(apply(&folder, METER).0, "the same again changes nothing");
    let (done, said) = apply(&folder, &METER.replace("\"sum\"", "\"max\""));
    assert!(!done && said.contains("what it counts cannot change"), "{said}");
    let wrong = "[[plans]]\ncode = \"X\"\nversion = 0\nname = {}\ncurrency = \"EUR\"\ncharges = []\n";
    let (done, said) = apply(&folder, wrong);
    assert!(!done && said.contains("plans.0.code") && said.contains("plans.0.charges"), "{said}");
    let (done, said) = apply(&folder, "[[plans]]\ncode = 1\n");
    assert!(!done && said.contains("catalog.toml"), "{said}");
    let _ = std::fs::remove_dir_all(&folder);
}

/// A fact of a call of a second, at an hour of the day on which the test begins.
fn call(id: &str, hour: u32) -> UsageInput {
    UsageInput {
        source: "test".into(),
        id: id.into(),
        kind: "test.call".into(),
        subject: String::new(),
        at: Some(format!("2026-11-18T{hour:02}:30:00Z").parse().unwrap()),
        data: json!({ "value": "1" }),
        reverses: None,
    }
}

/// The seconds of calls on that day.
async fn called(test: &TestCloud, owner: &Ctx) -> Decimal {
    let day = UsageQuery {
        meter: "call".into(),
        from: "2026-11-17T16:00:00Z".parse().unwrap(),
        to: "2026-11-18T16:00:00Z".parse().unwrap(),
        step: UsageStep::Day,
        dimension: None,
        dimension_value: None,
    };
    let points = test.cloud.services.billing.usage(owner, day, PageArgs::largest()).await.unwrap();
    points.into_items().first().map_or(Decimal::ZERO, |point| point.quantity)
}

/// A meter of calls, which no plan has a price for.
pub async fn count_calls(test: &TestCloud) {
    let meter: Meter = toml::from_str(
        "key = \"call\"\nname = { en = \"Calls\" }\nunit = { en = \"s\" }\nevent_type = \"test.call\"\naggregation = \"sum\"\n\
         value_field = \"value\"\ndimensions = []\n",
    )
    .unwrap();
    test.cloud.services.billing.put_meter(&system::ctx("billing"), meter).await.unwrap();
}

async fn with_calls() -> (TestCloud, Ctx) {
    let test = TestCloud::start().await;
    let owner = test.firm("Calling Firm").await;
    count_calls(&test).await;
    (test, owner)
}

#[tokio::test]
async fn batches_that_come_together_are_answered_each_for_itself() {
    let (test, owner) = with_calls().await;
    let report = |facts| test.cloud.services.billing.report_usage(&owner, facts);
    report(vec![call("0", 1)]).await.unwrap();
    let (one, two, three) =
        tokio::join!(report(vec![call("1", 1)]), report(vec![call("1", 1), call("2", 2)]), report(vec![]));
    let said = |answers: Vec<UsageAnswer>| answers.into_iter().map(|one| one.status).collect::<Vec<_>>();
    assert_eq!(said(one.unwrap()), [UsageOutcome::Accepted]);
    assert_eq!(said(two.unwrap()), [UsageOutcome::Duplicate, UsageOutcome::Accepted]);
    assert_eq!(said(three.unwrap()), []);
    assert_eq!(called(&test, &owner).await, Decimal::whole(3));
    test.end().await;
}

#[tokio::test]
async fn a_batch_that_cannot_be_stored_keeps_no_other_from_it() {
    let (test, owner) = with_calls().await;
    let report = |facts| test.cloud.services.billing.report_usage(&owner, facts);
    report(vec![call("0", 1)]).await.unwrap();
    let tx = test.db().begin(&owner).await.unwrap();
    tx.conn().execute_unprepared("UPDATE billing_bucket SET sum = 'torn' WHERE meter = 'call'").await.unwrap();
    tx.commit().await.unwrap();
    let (before, torn, after) =
        tokio::join!(report(vec![call("1", 2)]), report(vec![call("2", 1)]), report(vec![call("3", 2)]));
    assert_eq!(torn.unwrap_err().code, ErrorCode::Internal);
    for kept in [before, after] {
        assert_eq!(kept.unwrap()[0].status, UsageOutcome::Accepted);
    }
    test.end().await;
}

#[tokio::test]
async fn a_sender_that_leaves_takes_no_other_with_it() {
    let (test, owner) = with_calls().await;
    let report = |facts| test.cloud.services.billing.report_usage(&owner, facts);
    report(vec![call("0", 1)]).await.unwrap();
    assert!(report(vec![call("1", 1)]).now_or_never().is_none(), "it leaves before the answer");
    let answers = report(vec![call("2", 1)]).await.unwrap();
    assert_eq!(answers[0].status, UsageOutcome::Accepted);
    assert_eq!(called(&test, &owner).await, Decimal::whole(3), "what it sent was stored none the less");
    test.end().await;
}

/// What was counted of the meter above.
pub async fn counted(http: &reqwest::Client, server: &Server, firm: &Firm) -> Decimal {
    let query = "{ usage(query: { meter: \"token\", from: \"2026-01-01T00:00:00Z\", to: \"2036-01-01T00:00:00Z\", step: MONTH }) { edges { node { quantity } } } }";
    let seen = server.graphql(http, &firm.cookie, query).await;
    let edges = seen["data"]["usage"]["edges"].as_array().unwrap();
    let parts = edges.iter().map(|edge| Decimal::parse(edge["node"]["quantity"].as_str().unwrap()).unwrap());
    parts.fold(Decimal::ZERO, |sum, part| sum.plus(part).unwrap())
}

/// Events with a third of duplicates, in an order of chance, and the sum of the different ones.
fn shuffled(count: usize, rng: &mut StdRng) -> (Vec<Value>, Decimal) {
    let mut sum = Decimal::ZERO;
    let mut all = Vec::new();
    for number in 0..count {
        let amount = Decimal::from_units(rng.random_range(1..10_i128.pow(15)));
        sum = sum.plus(amount).unwrap();
        let mut one = event(&number.to_string(), &amount.to_string());
        one["subject"] = json!(format!("bot-{}", number % 7));
        all.push(one.clone());
        if number % 10 < 3 {
            all.push(one);
        }
    }
    all.shuffle(rng);
    (all, sum)
}

/// Sends every fourth batch until the process is gone, and gives the first that it does not know to have come.
async fn send_every_fourth(http: &reqwest::Client, url: &str, firm: &Firm, batches: &[Value], first: usize) -> usize {
    let mut next = first;
    while let Some(batch) = batches.get(next) {
        let request = http.post(format!("{url}/v1/events")).header("cookie", &firm.cookie);
        let request = request.header("content-type", "application/cloudevents-batch+json");
        match request.body(batch.to_string()).send().await {
            Ok(answer) if answer.status() == StatusCode::OK => next += 4,
            _ => break,
        }
    }
    next
}

#[tokio::test]
async fn killed_at_any_moment_what_is_counted_is_what_was_sent_to_the_last_digit() {
    let (folder, http) = (folder(), client());
    assert!(apply(&folder, METER).0);
    let mut server = Server::start(&folder);
    let firm = server.firm(&http, "exact").await;
    let mut rng = StdRng::seed_from_u64(5);
    let (events, sum) = shuffled(8_000, &mut rng);
    let batches: Vec<Value> = events.chunks(100).map(|batch| json!(batch)).collect();
    let mut next = 0;
    for _ in 0..6 {
        let url = server.url.clone();
        let pause = Duration::from_millis(rng.random_range(20..250));
        let senders = (next..next + 4).map(|first| send_every_fourth(&http, &url, &firm, &batches, first));
        let sending = futures::future::join_all(senders);
        let killing = async {
            tokio::time::sleep(pause).await;
            server.kill();
        };
        // Whoever was further ahead sends again what came already.
        let (ends, ()) = tokio::join!(sending, killing);
        next = ends.into_iter().min().unwrap();
        server = Server::start(&folder);
    }
    for batch in &batches[next.min(batches.len())..] {
        let (status, answer) = send(&http, &server, &firm, batch).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    assert_eq!(counted(&http, &server, &firm).await, sum);
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}
