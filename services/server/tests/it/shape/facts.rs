//! Metered facts under the death of any process: what is counted is what was sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lingxi_kernel::Decimal;
use lingxi_server::cloud::migrate;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom as _, SliceRandom as _};
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;

use super::Shape;
use crate::billing::ingest::{METER, apply_to, counted, event};
use crate::process::{Firm, client, until};

const SENDERS: u64 = 4;
/// How often something is killed.
const KILLS: usize = 20;

/// Sends facts to whichever gateway answers, a part of them more than once and none in order, until it is told to stop; gives how many
/// different ones that were, and their sum.
async fn report(
    (http, firm): (&reqwest::Client, &Firm),
    gateways: &[String; 2],
    sender: u64,
    stop: &AtomicBool,
) -> (usize, Decimal) {
    let mut rng = StdRng::seed_from_u64(sender);
    let (mut sent, mut sum) = (Vec::new(), Decimal::ZERO);
    while !stop.load(Ordering::Relaxed) {
        let mut batch = Vec::new();
        for _ in 0..20 {
            let amount = Decimal::from_units(rng.random_range(1..10_i128.pow(15)));
            sum = sum.plus(amount).unwrap();
            batch.push(event(&format!("{sender}-{}", sent.len() + batch.len()), &amount.to_string()));
        }
        sent.extend(batch.clone());
        batch.extend(sent.sample(&mut rng, 9).cloned());
        batch.shuffle(&mut rng);
        let body = json!(batch).to_string();
        let turn = std::cell::Cell::new(sender);
        until("a gateway takes the facts", async || {
            turn.set(turn.get() + 1);
            let url = &gateways[usize::from(turn.get().is_multiple_of(2))];
            let request = http.post(format!("{url}/v1/events")).header("cookie", &firm.cookie);
            let request = request.header("content-type", "application/cloudevents-batch+json");
            request.body(body.clone()).send().await.is_ok_and(|answer| answer.status() == reqwest::StatusCode::OK)
        })
        .await;
    }
    (sent.len(), sum)
}

#[tokio::test]
async fn any_process_is_killed_while_facts_come_and_what_is_counted_is_what_was_sent_to_the_last_digit() {
    let (mut shape, http) = (Shape::start(&[]).await, client());
    let database = shape.settings.iter().find_map(|setting| setting.strip_prefix("storage.database_url="));
    let (done, said) = apply_to(&shape.folder, database, METER);
    assert!(done, "{said}");
    let firm = shape.gateway().firm(&http, "counted").await;
    let gateways = [0, 1].map(|which| shape.running[&("gateway", which)].url.clone());
    let stop = AtomicBool::new(false);
    let sending = (0..SENDERS).map(|sender| report((&http, &firm), &gateways, sender, &stop));
    let killing = async {
        let mut rng = StdRng::seed_from_u64(99);
        for kill in 0..KILLS {
            tokio::time::sleep(Duration::from_millis(rng.random_range(20..250))).await;
            let other = kill / 5 % 2;
            match ["billing", "postgres", "gateway", "nats", "tenants"][kill % 5] {
                "postgres" => {
                    shape.postgres.down().await;
                    shape.postgres.up().await;
                }
                "nats" if other == 0 => {
                    shape.broker.down();
                    shape.broker.up().await;
                }
                "nats" => {
                    shape.broker.down();
                    shape.broker.lose_everything();
                    shape.broker.up().await;
                    migrate(&shape.config).await.unwrap();
                }
                role => {
                    shape.kill((role, other));
                    shape.up((role, other));
                }
            }
        }
        stop.store(true, Ordering::Relaxed);
    };
    let (sent, ()) = tokio::join!(futures::future::join_all(sending), killing);
    shape.ready(&http).await;
    let different: usize = sent.iter().map(|(count, _)| count).sum();
    assert!(different > 20 * KILLS, "too few facts came between the kills: {different}");
    let sum = sent.into_iter().fold(Decimal::ZERO, |sum, (_, part)| sum.plus(part).unwrap());
    assert_eq!(counted(&http, shape.gateway(), &firm).await, sum, "of {different} facts");
    shape.end();
}
