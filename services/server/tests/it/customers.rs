//! Customers who write whatever happens, and what must be true of their messages in the end.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::process::{Firm, Server, by};

const CUSTOMERS: usize = 6;

/// A customer's view: what was written, and whether it was acknowledged.
pub struct Customer {
    pub token: String,
    sent: HashMap<String, bool>,
}

impl Customer {
    /// Some new customers of a firm.
    pub async fn several(server: &Server, http: &reqwest::Client, firm: &Firm) -> Vec<Self> {
        let mut customers = Vec::new();
        for _ in 0..CUSTOMERS {
            customers.push(Self { token: server.visitor(http, firm).await, sent: HashMap::new() });
        }
        customers
    }

    /// Writes a message, and notes whether it was acknowledged.
    pub async fn write(&mut self, http: &reqwest::Client, url: &str, id: &str, text: &str) {
        let body = json!({ "clientId": id, "text": text });
        let request = http.post(format!("{url}/widget/v1/messages")).bearer_auth(&self.token).json(&body);
        let stored = request.send().await.is_ok_and(|response| response.status().is_success());
        *self.sent.entry(id.to_owned()).or_default() |= stored;
    }

    async fn ask(&mut self, http: &reqwest::Client, url: &str, id: &str) {
        self.write(http, url, id, "how do I cancel my policy").await;
    }
}

/// All of them write, side by side.
pub async fn write_round(http: &reqwest::Client, url: &str, customers: &mut [Customer], round: u64) {
    let writing = customers.iter_mut().map(async |customer| {
        for number in 0..12 {
            customer.ask(http, url, &format!("{round}-{number}")).await;
        }
    });
    futures::future::join_all(writing).await;
}

/// Everything is taken in the end, read once and in order, answered once, and billed once.
pub async fn nothing_lost_nothing_twice(
    server: &Server,
    http: &reqwest::Client,
    firm: &Firm,
    customers: &mut [Customer],
) {
    // As the widget does, everything unconfirmed is sent again under its id.
    for customer in customers.iter_mut() {
        let ids: Vec<String> = customer.sent.keys().cloned().collect();
        for id in ids {
            customer.ask(http, &server.url, &id).await;
        }
        assert!(customer.sent.values().all(|stored| *stored), "after the restart everything is taken");
    }
    let deadline = Instant::now() + Duration::from_mins(2);
    for customer in customers.iter() {
        let seen = loop {
            let seen = server.messages(http, &customer.token).await;
            if by(&seen, "bot") >= customer.sent.len() || Instant::now() > deadline {
                break seen;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        let mut ids: Vec<&str> = seen.iter().filter_map(|message| message["clientId"].as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), customer.sent.len(), "every message is there");
        assert_eq!(by(&seen, "contact"), customer.sent.len(), "and there once");
        assert_eq!(by(&seen, "bot"), customer.sent.len(), "answered once each");
        let seqs: Vec<u64> = seen.iter().filter_map(|message| message["seq"].as_u64()).collect();
        assert_eq!(seqs, (1..=seen.len() as u64).collect::<Vec<_>>(), "numbered without gaps");
    }
    let expected = customers.iter().map(|customer| 2 * customer.sent.len() as u64).sum::<u64>();
    let billed = loop {
        let bill = server.graphql(http, &firm.cookie, "{ draftBill { lines { meter quantity } } }").await;
        let lines = bill["data"]["draftBill"]["lines"].as_array().unwrap().clone();
        let billed = lines.iter().find(|line| line["meter"] == "message").unwrap()["quantity"].as_str().unwrap();
        let billed: u64 = billed.parse().unwrap();
        if billed >= expected || Instant::now() > deadline {
            break billed;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(billed, expected, "billed = distinct billable messages");
}
