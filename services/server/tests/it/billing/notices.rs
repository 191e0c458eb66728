//! What comes to the address for the payment provider's notices: signed or not, old, malformed, huge; and a process that is killed over it.

use chrono::TimeDelta;
use lingxi_fakes::Stripe;
use lingxi_fakes::stripe::Payer;
use lingxi_kernel::{Env, Timestamp};
use lingxi_payments::sign;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use reqwest::StatusCode;

use crate::cloud::folder;
use crate::process::{Server, client};

const SECRET: &str = "whsec_fake";

fn now() -> Timestamp {
    Env::system().now()
}

fn settings(fake: &Stripe) -> [String; 3] {
    [
        "billing.stripe.secret_key=sk_test_fake".to_owned(),
        format!("billing.stripe.webhook_secret={SECRET}"),
        format!("billing.stripe.url={}", fake.url()),
    ]
}

async fn send(http: &reqwest::Client, server: &Server, signature: &str, body: String) -> (StatusCode, String) {
    let request = http.post(format!("{}/billing/stripe", server.url)).header("stripe-signature", signature);
    match request.body(body).send().await {
        Ok(answer) => (answer.status(), answer.text().await.unwrap_or_default()),
        Err(_) => (StatusCode::BAD_GATEWAY, String::new()),
    }
}

fn event(id: &str, kind: &str, object: &str) -> String {
    serde_json::json!({ "id": id, "type": kind, "data": { "object": { "id": object } } }).to_string()
}

#[tokio::test]
async fn only_signed_fresh_and_readable_notices_are_taken() {
    let (folder, http, fake) = (folder(), client(), Stripe::start("127.0.0.1:0").unwrap());
    let server = Server::start_with(&folder, &settings(&fake));
    let fresh = |body: &str| sign(SECRET, now(), body).unwrap();
    // Unknown kinds, objects of others, objects that are not there: taken, and nothing happens.
    for (kind, object) in
        [("balance.available", ""), ("x.y", "zz_1"), ("product.created", "prod_1"), ("payment_method.attached", "pm_1")]
    {
        let body = event(&format!("evt_{object}_{kind}"), kind, object);
        assert_eq!(send(&http, &server, &fresh(&body), body.clone()).await.0, StatusCode::OK, "{kind}");
    }
    let body = event("evt_gone", "payment_intent.succeeded", "pi_of_nobody");
    assert_eq!(send(&http, &server, &fresh(&body), body.clone()).await.0, StatusCode::OK);
    // Not signed, signed by somebody else, changed on the way, recorded an hour ago.
    let good = event("evt_1", "balance.available", "");
    let hour_ago = sign(SECRET, now() - TimeDelta::hours(1), &good).unwrap();
    for (signature, why) in [
        (String::new(), "has no time"),
        (sign("whsec_other", now(), &good).unwrap(), "no signature fits"),
        (fresh("{}"), "no signature fits"),
        (hour_ago, "seconds off"),
    ] {
        let (status, answer) = send(&http, &server, &signature, good.clone()).await;
        assert!(status == StatusCode::UNPROCESSABLE_ENTITY && answer.contains(why), "{status} {answer}");
    }
    for malformed in [
        "",
        "{",
        "[]",
        "null",
        "{\"id\":7}",
        "{\"id\":\"evt_2\",\"type\":\"x\"}",
        "{\"id\":\"\",\"type\":\"x\",\"data\":{\"object\":{}}}",
    ] {
        let (status, answer) = send(&http, &server, &fresh(malformed), malformed.into()).await;
        assert!(
            status == StatusCode::UNPROCESSABLE_ENTITY && answer.contains("this is no event"),
            "{malformed}: {status} {answer}"
        );
    }
    let huge = event("evt_huge", "balance.available", &"x".repeat(600 << 10));
    assert_eq!(send(&http, &server, &fresh(&huge), huge.clone()).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let large =
        serde_json::json!({ "id": "evt_large", "type": "x", "more": "x".repeat(400 << 10), "data": { "object": {} } })
            .to_string();
    assert_eq!(send(&http, &server, &fresh(&large), large.clone()).await.0, StatusCode::OK);
    server.stop();
    fake.stop().await;
}

#[tokio::test]
async fn a_server_that_is_killed_over_payments_books_each_once() {
    let (folder, http, fake) = (folder(), client(), Stripe::start("127.0.0.1:0").unwrap());
    let all = settings(&fake);
    let mut server = Server::start_with(&folder, &all);
    let firm = server.firm(&http, "killed").await;
    let mut random = StdRng::seed_from_u64(7);
    let mut waiting: Vec<String> = Vec::new();
    for _ in 0..6 {
        for _ in 0..4 {
            let asked = "mutation { topUpWallet(minor: 1000) { url errors { message } } }";
            let answer = server.graphql(&http, &firm.cookie, asked).await;
            fake.at_page(answer["data"]["topUpWallet"]["url"].as_str().unwrap(), Payer::Pays);
        }
        waiting.extend(fake.take_events());
        let told = async {
            for event in &waiting {
                send(&http, &server, &sign(SECRET, now(), event).unwrap(), event.clone()).await;
            }
        };
        let moment = std::time::Duration::from_millis(random.random_range(0..120));
        let _ = tokio::time::timeout(moment, told).await;
        server.kill();
        server = Server::start_with(&folder, &all);
    }
    // The provider tells what was not taken until it is; here all of it again.
    for event in &waiting {
        let (status, answer) = send(&http, &server, &sign(SECRET, now(), event).unwrap(), event.clone()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
    let asked = "{ wallet { balance { minor } } ledger(first: 200) { edges { node { account amount { minor } } } } }";
    let seen = server.graphql(&http, &firm.cookie, asked).await["data"].clone();
    assert_eq!(seen["wallet"]["balance"]["minor"], 24_000);
    let entries = seen["ledger"]["edges"].as_array().unwrap();
    let provider = entries.iter().filter(|edge| edge["node"]["account"] == "PROVIDER");
    assert_eq!(provider.map(|edge| edge["node"]["amount"]["minor"].as_i64().unwrap()).sum::<i64>(), 24_000);
    server.stop();
    fake.stop().await;
}
