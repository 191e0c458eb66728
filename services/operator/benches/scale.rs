//! `cargo bench --package lingxi-operator --bench scale [-- TENANTS]`: an operator before a real API server, and as many silos as asked for (1,000).
//! Prints JSON: seconds until all are ready, looks and writes per tenant, writes at rest, memory. What a cluster's
//! controllers and the firms' installations would do is played here.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a measurement that cannot go on should stop with its line")]

#[path = "../tests/it/cluster.rs"]
#[allow(dead_code, reason = "the tests use more of it")]
mod cluster;

use std::collections::HashSet;
use std::io::Write as _;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures::{StreamExt as _, TryStreamExt as _};
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Namespace, Secret};
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use kube::runtime::{WatchStreamExt as _, watcher};
use kube::{Api, Client, ResourceExt as _};
use lingxi_config::{Kubernetes, Limits};
use lingxi_operator::tenant::Tenant;
use lingxi_operator::{Deps, definition, work};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::cluster::{ADMIN, Cluster};

/// The operator's counters, as they are.
#[derive(Clone, Default)]
struct Counts {
    looks: Arc<AtomicU64>,
    writes: Arc<AtomicU64>,
}

impl Recorder for Counts {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        match key.name() {
            "lingxi_operator_reconciles_total" => Counter::from_arc(self.looks.clone()),
            "lingxi_operator_writes_total" => Counter::from_arc(self.writes.clone()),
            _ => Counter::noop(),
        }
    }
    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }
    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

fn memory_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<f64>().unwrap() / 1024.0
}

/// Installations that all answer the same.
async fn installations() -> reqwest::Client {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = reqwest::Proxy::http(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut read = vec![0; 16 * 1024];
                let _ = stream.read(&mut read).await;
                let body =
                    json!({ "id": "ten_1", "members": 1, "seats": 5, "usage": { "total": "CNY 0.00" } }).to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                    body.len()
                );
                let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
            });
        }
    });
    reqwest::Client::builder().proxy(proxy).pool_max_idle_per_host(0).build().unwrap()
}

/// Every Deployment serves as soon as it is there.
async fn play(client: Client) {
    let all: Api<Deployment> = Api::all(client.clone());
    let seen = watcher(all, watcher::Config::default()).default_backoff().applied_objects();
    seen.try_for_each_concurrent(8, |deployment| {
        let client = client.clone();
        async move {
            let known = deployment.status.as_ref().and_then(|status| status.available_replicas);
            if known != Some(1) {
                let own: Api<Deployment> = Api::namespaced(client, &deployment.namespace().unwrap());
                let status = json!({ "status": { "observedGeneration": deployment.metadata.generation, "replicas": 1,
                    "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1 } });
                own.patch_status(&deployment.name_any(), &PatchParams::default(), &Patch::Merge(status)).await.unwrap();
            }
            Ok(())
        }
    })
    .await
    .unwrap();
}

fn serves(tenant: &Tenant) -> bool {
    let conditions = tenant.status.iter().flat_map(|status| status.conditions.iter());
    conditions.into_iter().any(|one| one.type_ == "Ready" && one.status == "True")
}

/// Watches until so many tenants are ready.
async fn ready(client: Client, wanted: usize) {
    let mut changes = watcher(Api::<Tenant>::all(client), watcher::Config::default()).applied_objects().boxed();
    let mut names = HashSet::new();
    while names.len() < wanted {
        let tenant = changes.next().await.unwrap().unwrap();
        let degraded = tenant.status.iter().flat_map(|status| &status.conditions).find(|one| one.type_ == "Degraded");
        assert!(degraded.is_none_or(|one| one.status == "False"), "{}: {degraded:?}", tenant.name_any());
        if serves(&tenant) {
            names.insert(tenant.name_any());
        }
    }
}

async fn prepare(client: &Client) {
    let namespaces: Api<Namespace> = Api::all(client.clone());
    let namespace = serde_json::from_value(json!({ "metadata": { "name": "lingxi" } })).unwrap();
    namespaces.create(&PostParams::default(), &namespace).await.unwrap();
    let secrets: Api<Secret> = Api::namespaced(client.clone(), "lingxi");
    let secret = json!({ "metadata": { "name": "silo" }, "stringData": { "app-url": "postgres://a", "owner-url": "postgres://o" } });
    secrets.create(&PostParams::default(), &serde_json::from_value(secret).unwrap()).await.unwrap();
}

/// What is played stays out of the operator's process: who signs the firms up, and the cluster's controllers.
fn players(cluster: &Cluster, wanted: usize) -> Child {
    let mut players = std::process::Command::new(std::env::current_exe().unwrap());
    players.args(["play", &wanted.to_string()]).env("KUBECONFIG", cluster.folder.join("kubeconfig"));
    players.spawn().unwrap()
}

async fn sign_up(client: Client, wanted: usize) {
    let tenants: Api<Tenant> = Api::all(client);
    futures::stream::iter(0..wanted).for_each_concurrent(16, |number| {
        let tenants = tenants.clone();
        async move {
            let spec = json!({ "firm": "Firm", "owner": { "email": "o@example.com" }, "tier": "silo", "silo": { "databaseSecret": "silo" } });
            let tenant = json!({ "apiVersion": "lingxi.dev/v1alpha1", "kind": "Tenant", "metadata": { "name": format!("t{number}") }, "spec": spec });
            tenants.create(&PostParams::default(), &serde_json::from_value(tenant).unwrap()).await.unwrap();
        }
    }).await;
}

async fn measure(cluster: &Cluster, wanted: usize) -> serde_json::Value {
    let counts = Counts::default();
    assert!(metrics::set_global_recorder(counts.clone()).is_ok());
    let client = cluster.client(ADMIN).await;
    prepare(&client).await;
    let mut players = players(cluster, wanted);
    let before = memory_mb();
    let settings = Kubernetes { namespace: "lingxi".into(), image: "lingxi:1".into(), ..Kubernetes::default() };
    let (token, identity) = ("the token of the measurement".to_owned(), "bench".to_owned());
    let deps = Deps { settings, limits: Limits::default(), token, identity, http: installations().await };
    tokio::spawn(work(cluster.client(ADMIN).await, deps, std::future::pending()));
    let started = Instant::now();
    let all_ready = tokio::time::timeout(Duration::from_mins(10), ready(client.clone(), wanted)).await;
    assert!(all_ready.is_ok(), "they do not become ready");
    let seconds = started.elapsed().as_secs_f64();
    let (looks, writes) = (counts.looks.load(Ordering::Relaxed), counts.writes.load(Ordering::Relaxed));
    let after = memory_mb();
    // At rest: every Deployment is touched, so every tenant is looked at again.
    let touch = json!({ "metadata": { "labels": { "looked": "at" } } });
    for deployment in Api::<Deployment>::all(client.clone()).list(&ListParams::default()).await.unwrap() {
        let own: Api<Deployment> = Api::namespaced(client.clone(), &deployment.namespace().unwrap());
        own.patch(&deployment.name_any(), &PatchParams::default(), &Patch::Merge(&touch)).await.unwrap();
    }
    let again = looks + wanted as u64;
    let deadline = Instant::now() + Duration::from_mins(3);
    while counts.looks.load(Ordering::Relaxed) < again && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    players.kill().unwrap();
    players.wait().unwrap();
    let float = |count: u64| f64::from(u32::try_from(count).unwrap());
    let each = |count: u64| (float(count) / float(wanted as u64) * 100.0).round() / 100.0;
    json!({
        "silo_tenants": wanted,
        "seconds_until_all_ready": seconds.round(),
        "looks_per_tenant": each(looks),
        "writes_per_tenant": each(writes),
        "looks_at_rest": counts.looks.load(Ordering::Relaxed) - looks,
        "writes_at_rest": counts.writes.load(Ordering::Relaxed) - writes,
        "memory_mb_before": before.round(),
        "memory_mb_with_operator": after.round(),
    })
}

/// What the measurement's own child does.
async fn play_all(wanted: usize) {
    let client = Client::try_default().await.unwrap();
    futures::join!(sign_up(client.clone(), wanted), play(client));
}

fn main() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wanted = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    if std::env::args().any(|argument| argument == "play") {
        return runtime.block_on(play_all(wanted));
    }
    let Some(cluster) = Cluster::start() else { return };
    let definition = serde_json::to_value(definition()).unwrap();
    cluster.apply(&definition).unwrap();
    cluster.kubectl(&["wait", "--for=condition=Established", "crd/tenants.lingxi.dev", "--timeout=20s"]).unwrap();
    let figures = runtime.block_on(measure(&cluster, wanted));
    let _ = writeln!(std::io::stdout(), "{figures:#}");
}
