//! Every role as processes of its own, two of each: what customers see stays true whatever becomes of one of them.

mod facts;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use lingxi_config::Config;
use lingxi_server::cloud::migrate;
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard};

use crate::cloud::folder;
use crate::customers::{Customer, nothing_lost_nothing_twice, write_round};
use crate::nats::Broker;
use crate::postgres::{Cluster, Fresh};
use crate::process::{Firm, Server, client, until};
use crate::proxy::{Proxy, Wire};

const SERVICES: [&str; 5] = ["tenants", "channels", "bot", "routing", "billing"];
/// Of those, the ones with routes of their own.
const ROUTED: [&str; 3] = ["tenants", "channels", "bot"];

/// Which of a role's processes.
type Which = (&'static str, usize);

/// Two processes of every role, with a PostgreSQL and a NATS of their own.
pub struct Shape {
    folder: PathBuf,
    postgres: Cluster,
    broker: Broker,
    /// From the processes to the database, and to NATS.
    wires: [Proxy; 2],
    /// As the owner of the tables.
    config: Config,
    settings: Vec<String>,
    addresses: BTreeMap<Which, String>,
    running: BTreeMap<Which, Server>,
    /// Twelve processes at a time are enough for a machine.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::const_new(());

/// An address that is free, also when a process comes back to it: below the ports that the system gives to others.
fn free_address() -> String {
    loop {
        let port = 20_000 + (std::process::id() + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000;
        let address = format!("127.0.0.1:{port}");
        if std::net::TcpListener::bind(&address).is_ok() {
            return address;
        }
    }
}

static NEXT: AtomicU32 = AtomicU32::new(0);

/// Host and port of a URL.
fn host_of(url: &str) -> &str {
    let host = url.split("//").nth(1).unwrap().split('/').next().unwrap();
    host.rsplit('@').next().unwrap()
}

impl Shape {
    pub async fn start(further: &[String]) -> Self {
        let alone = ALONE.lock().await;
        let (postgres, broker) = (Cluster::start().await, Broker::start().await);
        let Fresh { app, owner, .. } = postgres.fresh().await;
        let mut config = Config::default();
        config.storage.database_url = Some(owner);
        config.nats = broker.settings();
        migrate(&config).await.unwrap();
        let roles = SERVICES.into_iter().chain(["gateway"]);
        let all = roles.flat_map(|role| [(role, 0), (role, 1)]);
        let addresses: BTreeMap<Which, String> = all.map(|which| (which, free_address())).collect();
        let wires = [&app, &broker.url()].map(|url| Proxy::start(host_of(url).to_owned()));
        let through = |url: &str, wire: &Proxy| url.replacen(host_of(url), &wire.address, 1);
        let mut settings = vec![
            format!("storage.database_url={}", through(&app, &wires[0])),
            format!("nats.url={}", through(&broker.url(), &wires[1])),
            format!("nats.prefix={}", config.nats.prefix),
        ];
        for role in ROUTED {
            settings.push(format!("gateway.{role}=http://{} http://{}", addresses[&(role, 0)], addresses[&(role, 1)]));
        }
        settings.extend_from_slice(further);
        let mut shape = Self {
            folder: folder(),
            postgres,
            broker,
            wires,
            config,
            settings,
            addresses,
            running: BTreeMap::new(),
            _alone: alone,
        };
        for which in shape.addresses.keys().copied().collect::<Vec<_>>() {
            shape.up(which);
        }
        shape
    }

    fn up(&mut self, which: Which) {
        // A gateway knows of no database.
        let knows = |setting: &&String| which.0 != "gateway" || !setting.starts_with("storage.");
        let settings: Vec<String> = self.settings.iter().filter(knows).cloned().collect();
        let server = Server::start_role(&self.folder, which.0, &self.addresses[&which], &settings);
        self.running.insert(which, server);
    }

    fn kill(&mut self, which: Which) {
        self.running.remove(&which).unwrap().kill();
    }

    pub fn gateway(&self) -> &Server {
        &self.running[&("gateway", 0)]
    }

    async fn ready(&self, http: &reqwest::Client) {
        for server in self.running.values() {
            until("every process is ready", async || {
                let ready = http.get(format!("{}/health/ready", server.url)).send().await;
                ready.is_ok_and(|answer| answer.status().is_success())
            })
            .await;
        }
    }

    /// Ends every process in good order.
    pub fn stop(mut self) {
        while let Some((_, server)) = self.running.pop_first() {
            server.stop();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }

    fn end(mut self) {
        while let Some((_, server)) = self.running.pop_first() {
            server.kill();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn each_process_is_killed_while_customers_write_and_nothing_is_lost_or_happens_twice() {
    let (mut shape, http) = (Shape::start(&[]).await, client());
    let firm = shape.gateway().firm(&http, "killed").await;
    let mut customers = Customer::several(shape.gateway(), &http, &firm).await;
    let order = ["bot", "channels", "billing", "tenants", "routing", "gateway"];
    for (round, role) in (0_u64..).zip(order.into_iter().chain(order)) {
        let (url, which) = (shape.gateway().url.clone(), (role, usize::from(round >= 6)));
        let writing = write_round(&http, &url, &mut customers, round);
        let killing = async {
            tokio::time::sleep(Duration::from_millis(40 + 25 * round)).await;
            shape.kill(which);
        };
        tokio::join!(writing, killing);
        shape.up(which);
    }
    shape.ready(&http).await;
    nothing_lost_nothing_twice(shape.gateway(), &http, &firm, &mut customers).await;
    shape.end();
}

#[tokio::test]
async fn a_process_that_stands_still_for_longer_than_its_leases_delays_nobody_and_breaks_no_order() {
    let (shape, http) = (Shape::start(&[]).await, client());
    let firm = shape.gateway().firm(&http, "still").await;
    let mut customers = Customer::several(shape.gateway(), &http, &firm).await;
    let url = shape.gateway().url.clone();
    for (round, role) in (0_u64..).zip(["bot", "billing", "routing", "channels"]) {
        let still = &shape.running[&(role, 0)];
        let stopping = async {
            tokio::time::sleep(Duration::from_millis(30)).await;
            still.signal("STOP");
            // Longer than a lease, and than a pull that it may have left at the server.
            tokio::time::sleep(Duration::from_secs(8)).await;
            still.signal("CONT");
        };
        tokio::join!(write_round(&http, &url, &mut customers, round), stopping);
    }
    nothing_lost_nothing_twice(shape.gateway(), &http, &firm, &mut customers).await;
    shape.end();
}

#[tokio::test]
async fn nats_is_killed_and_then_loses_everything_and_every_message_is_answered_once() {
    let (mut shape, http) = (Shape::start(&[]).await, client());
    let firm = shape.gateway().firm(&http, "broker").await;
    let mut customers = Customer::several(shape.gateway(), &http, &firm).await;
    let url = shape.gateway().url.clone();
    for round in 0..3_u64 {
        let loses = round > 0;
        let breaking = async {
            tokio::time::sleep(Duration::from_millis(60 + 30 * round)).await;
            shape.broker.down();
            if loses {
                shape.broker.lose_everything();
            }
            shape.broker.up().await;
            // The administrator's step, as after every loss.
            migrate(&shape.config).await.unwrap();
        };
        tokio::join!(write_round(&http, &url, &mut customers, round), breaking);
    }
    shape.ready(&http).await;
    nothing_lost_nothing_twice(shape.gateway(), &http, &firm, &mut customers).await;
    shape.end();
}

#[tokio::test]
async fn postgresql_crashes_under_all_processes_and_nothing_is_lost_or_happens_twice() {
    let (mut shape, http) = (Shape::start(&[]).await, client());
    let firm = shape.gateway().firm(&http, "database").await;
    let mut customers = Customer::several(shape.gateway(), &http, &firm).await;
    let url = shape.gateway().url.clone();
    for round in 0..2_u64 {
        let crashing = async {
            tokio::time::sleep(Duration::from_millis(50 + 60 * round)).await;
            shape.postgres.down().await;
            shape.postgres.up().await;
        };
        tokio::join!(write_round(&http, &url, &mut customers, round), crashing);
        shape.ready(&http).await;
    }
    nothing_lost_nothing_twice(shape.gateway(), &http, &firm, &mut customers).await;
    shape.end();
}

/// Stands still, breaks, or is slow, for some seconds.
async fn harm(wire: &Proxy, how: u64) {
    match how {
        0 => wire.set(Wire::Still),
        1 => {
            for _ in 0..6 {
                wire.cut();
                tokio::time::sleep(Duration::from_millis(150)).await;
            }
        }
        _ => wire.set(Wire::Slow(Duration::from_millis(20))),
    }
    tokio::time::sleep(Duration::from_secs(if how == 0 { 6 } else { 2 })).await;
}

#[tokio::test]
async fn wires_that_stand_still_break_and_are_slow_lose_nothing_and_do_nothing_twice() {
    let (shape, http) = (Shape::start(&[]).await, client());
    let firm = shape.gateway().firm(&http, "wires").await;
    let mut customers = Customer::several(shape.gateway(), &http, &firm).await;
    let url = shape.gateway().url.clone();
    for (round, wire) in (0_u64..).zip([0, 1, 0, 1, 0, 1]) {
        let wire = &shape.wires[wire];
        let harming = async {
            tokio::time::sleep(Duration::from_millis(40)).await;
            harm(wire, round / 2).await;
            wire.set(Wire::Good);
        };
        tokio::join!(write_round(&http, &url, &mut customers, round), harming);
    }
    shape.ready(&http).await;
    nothing_lost_nothing_twice(shape.gateway(), &http, &firm, &mut customers).await;
    shape.end();
}

/// The owner's answer to what the portal asks.
async fn asked(server: &Server, http: &reqwest::Client, firm: &Firm, query: &str) -> Value {
    server.graphql(http, &firm.cookie, query).await["data"].clone()
}

/// Resolves the conversation of a task that was accepted, and completes one that is in wrap-up; whether it did the latter.
async fn step(server: &Server, http: &reqwest::Client, firm: &Firm, task: &Value) -> bool {
    let (id, conversation) = (&task["id"], &task["conversation"]["id"]);
    let query = match task["status"].as_str() {
        Some("ASSIGNED") => {
            format!(
                "mutation {{ setConversationStatus(conversationId: {conversation}, status: RESOLVED) {{ status }} }}"
            )
        }
        Some("WRAP_UP") => format!("mutation {{ completeTask(id: {id}) {{ status }} }}"),
        _ => return false,
    };
    asked(server, http, firm, &query).await["completeTask"]["status"] == "OK"
}

#[tokio::test]
async fn nobody_gets_more_than_they_can_take_and_a_conversation_has_one_owner_while_routing_is_killed() {
    const CAPACITY: u64 = 2;
    let (mut shape, http) = (Shape::start(&[]).await, client());
    let firm = shape.gateway().firm(&http, "owners").await;
    let me =
        asked(shape.gateway(), &http, &firm, "mutation { setActivity(activity: AVAILABLE) { worker { id } } }").await;
    let me = me["setActivity"]["worker"]["id"].as_str().unwrap().to_owned();
    let able = format!(
        "mutation {{ updateWorker(input: {{ id: \"{me}\", capacity: {CAPACITY}, skills: [], locales: [] }}) {{ status }} }}"
    );
    asked(shape.gateway(), &http, &firm, &able).await;
    let mut customers = Customer::several(shape.gateway(), &http, &firm).await;
    let url = shape.gateway().url.clone();
    for customer in &mut customers {
        customer.write(&http, &url, "please", "talk to a person").await;
    }
    let mut owned: BTreeMap<String, usize> = BTreeMap::new();
    let mut rounds = 0;
    while owned.len() < customers.len() {
        rounds += 1;
        assert!(rounds < 600, "every customer is served: {owned:?}");
        // Whichever of the two is at work.
        if rounds % 20 == 10 {
            let which = ("routing", rounds / 20 % 2);
            shape.kill(which);
            shape.up(which);
        }
        let query = "{ workers { load } myReservations { id } tasks { id status conversation { id } } }";
        let seen = asked(shape.gateway(), &http, &firm, query).await;
        for worker in seen["workers"].as_array().into_iter().flatten() {
            assert!(worker["load"].as_u64().unwrap() <= CAPACITY, "above capacity: {worker}");
        }
        for offer in seen["myReservations"].as_array().into_iter().flatten() {
            let accept = format!("mutation {{ acceptReservation(id: {}) {{ status }} }}", offer["id"]);
            asked(shape.gateway(), &http, &firm, &accept).await;
        }
        for task in seen["tasks"].as_array().into_iter().flatten() {
            if step(shape.gateway(), &http, &firm, task).await {
                *owned.entry(task["conversation"]["id"].to_string()).or_default() += 1;
            }
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(owned.values().all(|times| *times == 1), "one owner each: {owned:?}");
    shape.end();
}

#[tokio::test]
async fn a_firm_has_one_rate_whichever_gateway_its_requests_reach() {
    // So many a second, and ten times as many in a burst.
    const RATE: usize = 5;
    let (shape, http) = (Shape::start(&[format!("limits.requests_per_second={RATE}")]).await, client());
    let firm = shape.gateway().firm(&http, "rate").await;
    let ask = async |which: usize| {
        let url = format!("{}/graphql", shape.running[&("gateway", which)].url);
        let request = http.post(url).header("cookie", &firm.cookie).json(&json!({ "query": "{ __typename }" }));
        request.send().await.unwrap().status()
    };
    while ask(0).await.is_success() {}
    let mut more = 0;
    while ask(1).await.is_success() {
        more += 1;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(more < 9 * RATE, "{more} requests above what the firm may ask: a burst of its own");
    shape.end();
}
