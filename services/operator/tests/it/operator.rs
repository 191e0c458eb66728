//! The operator as the chart runs it: with its account's rights and no more.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use lingxi_config::{Kubernetes, Limits};
use lingxi_operator::{Deps, work};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::cluster::{ADMIN, Cluster, OPERATOR};

/// An operator that works.
struct Working {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), String>>,
}

impl Working {
    async fn begin(cluster: &Cluster, identity: &str, asked: &Asked) -> Self {
        let settings = Kubernetes {
            namespace: "lingxi".into(),
            gateway: "http://gateway:8080".into(),
            image: "lingxi:1".into(),
            database_secret: "database".into(),
            ..Kubernetes::default()
        };
        let deps = Deps {
            settings,
            limits: Limits::default(),
            token: "the token of the test".into(),
            identity: identity.into(),
            http: asked.client(),
        };
        let (stop, stopped) = oneshot::channel::<()>();
        let client = cluster.client(OPERATOR).await;
        let task = tokio::spawn(work(client, deps, async move {
            let _ = stopped.await;
        }));
        Self { stop: Some(stop), task }
    }

    async fn end(mut self) {
        let _ = self.stop.take().unwrap().send(());
        self.task.await.unwrap().unwrap();
    }

    /// As if its machine were gone.
    async fn kill(self) {
        self.task.abort();
        let _ = self.task.await;
    }
}

/// Installations that answer, and what they were asked.
#[derive(Clone)]
struct Asked {
    address: std::net::SocketAddr,
    urls: Arc<Mutex<Vec<String>>>,
}

impl Asked {
    async fn begin() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let asked = Self { address: listener.local_addr().unwrap(), urls: Arc::default() };
        let urls = asked.urls.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(answer(stream, urls.clone()));
            }
        });
        asked
    }

    /// Reaches them whatever address is named.
    fn client(&self) -> reqwest::Client {
        let proxy = reqwest::Proxy::http(format!("http://{}", self.address)).unwrap();
        reqwest::Client::builder().proxy(proxy).pool_max_idle_per_host(0).build().unwrap()
    }
}

async fn answer(mut stream: TcpStream, urls: Arc<Mutex<Vec<String>>>) {
    let mut read = vec![0; 64 * 1024];
    let count = stream.read(&mut read).await.unwrap();
    let text = String::from_utf8_lossy(&read[..count]).into_owned();
    let line: Vec<&str> = text.split(' ').take(2).collect();
    urls.lock().unwrap().push(line.join(" "));
    let body = json!({ "id": "ten_1", "status": "active", "members": 1, "seats": 3, "usage": { "period": "2026-01", "total": "CNY 0.00" } }).to_string();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(format!("{head}{body}").as_bytes()).await;
}

fn tenant(name: &str, further: Value) -> Value {
    let mut spec = json!({ "firm": name, "owner": { "email": format!("{name}@example.com") } });
    for (key, value) in further.as_object().unwrap() {
        spec[key] = value.clone();
    }
    json!({ "apiVersion": "lingxi.dev/v1alpha1", "kind": "Tenant", "metadata": { "name": name }, "spec": spec })
}

/// The namespace, the operator's rights as the chart gives them, and its Secrets.
fn prepared(cluster: &Cluster) {
    cluster.kubectl(&["create", "namespace", "lingxi"]).unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts/lingxi/golden/ha.yaml");
    let text = std::fs::read_to_string(golden).unwrap();
    let kinds = ["kind: ClusterRole\n", "kind: ClusterRoleBinding\n", "kind: Role\n", "kind: RoleBinding\n"];
    let rights: Vec<&str> = text.split("\n---").filter(|one| kinds.iter().any(|kind| one.contains(kind))).collect();
    assert_eq!(rights.len(), 4);
    cluster.kubectl_with(&["apply", "--namespace", "lingxi", "-f", "-"], &rights.join("\n---")).unwrap();
    for name in ["database", "silo"] {
        let secret = json!({
            "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name, "namespace": "lingxi" },
            "stringData": { "app-url": "postgres://a@h/d", "owner-url": "postgres://o@h/d" },
        });
        cluster.apply(&secret).unwrap();
    }
}

fn define(cluster: &Cluster) {
    let definition = serde_json::to_value(lingxi_operator::definition()).unwrap();
    cluster.apply(&definition).unwrap();
    cluster.kubectl(&["wait", "--for=condition=Established", "crd/tenants.lingxi.dev", "--timeout=20s"]).unwrap();
}

async fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while !holds() {
        assert!(Instant::now() < deadline, "it did not come to: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn field(cluster: &Cluster, object: &[&str], path: &str) -> String {
    let path = format!("jsonpath={path}");
    let all: Vec<&str> = ["get"].iter().chain(object).copied().chain(["-o", &path]).collect();
    cluster.kubectl(&all).unwrap_or_default()
}

fn ready(cluster: &Cluster, name: &str) -> bool {
    field(cluster, &["tenant", name], "{.status.conditions[?(@.type==\"Ready\")].status}") == "True"
}

#[tokio::test(flavor = "multi_thread")]
async fn it_waits_for_its_kind_and_then_keeps_tenants_of_every_tier() {
    let Some(cluster) = Cluster::start() else { return };
    prepared(&cluster);
    let asked = Asked::begin().await;
    let operator = Working::begin(&cluster, "first", &asked).await;
    // Its lease says that it works, before there is anything for it.
    until("it holds its lease", || {
        field(&cluster, &["lease", "-n", "lingxi", "lingxi-operator"], "{.spec.holderIdentity}") == "first"
    })
    .await;
    define(&cluster);
    for one in [
        tenant("beside", json!({ "seats": 3 })),
        tenant("bridge", json!({ "tier": "bridge" })),
        tenant("silo", json!({ "tier": "silo", "silo": { "databaseSecret": "silo" } })),
    ] {
        cluster.apply(&one).unwrap();
    }
    until("the shared one is ready", || ready(&cluster, "beside")).await;
    for (namespace, name) in [("lingxi", "tenant-bridge"), ("lingxi-silo", "tenant-silo")] {
        let there = || !field(&cluster, &["deployment", "-n", namespace, name], "{.metadata.name}").is_empty();
        until("the Deployment is there", there).await;
        // What a cluster with nodes would come to.
        let status = r#"{"status":{"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1}}"#;
        let patch =
            ["patch", "deployment", "-n", namespace, name, "--subresource=status", "--type=merge", "-p", status];
        cluster.kubectl(&patch).unwrap();
    }
    until("the bridge and the silo are ready", || ready(&cluster, "bridge") && ready(&cluster, "silo")).await;
    let listed = cluster.kubectl(&["get", "tenants"]).unwrap();
    let beside = listed.lines().find(|line| line.starts_with("beside")).unwrap();
    let columns: Vec<&str> = beside.split_whitespace().collect();
    assert_eq!(columns[1..4], ["shared", "1/3", "CNY"], "{listed}");
    assert_eq!(columns[5], "True", "{listed}");

    // Somebody touches what is the operator's: it looks, and writes nothing, because all is as it should be.
    let versions = || {
        cluster
            .kubectl(&[
                "get",
                "tenants,deployments,secrets,namespaces",
                "-A",
                "-o",
                "jsonpath={.items[*].metadata.resourceVersion}",
            ])
            .unwrap()
    };
    for (namespace, name) in [("lingxi", "tenant-bridge"), ("lingxi-silo", "tenant-silo")] {
        let looks = || asked.urls.lock().unwrap().len();
        let before = looks();
        cluster.kubectl(&["label", "deployment", "-n", namespace, name, "looked=at"]).unwrap();
        let touched = versions();
        until(&format!("it looks at {name}"), || looks() > before).await;
        assert_eq!(versions(), touched);
    }

    cluster.kubectl(&["delete", "tenant", "silo", "--timeout=20s"]).unwrap();
    assert_eq!(field(&cluster, &["namespace", "lingxi-silo"], "{.status.phase}"), "Active", "its policy retains");
    operator.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_operators_one_writes_and_the_other_takes_over() {
    let Some(cluster) = Cluster::start() else { return };
    prepared(&cluster);
    define(&cluster);
    let asked = Asked::begin().await;
    let first = Working::begin(&cluster, "first", &asked).await;
    let holder = || field(&cluster, &["lease", "-n", "lingxi", "lingxi-operator"], "{.spec.holderIdentity}");
    until("the first leads", || holder() == "first").await;
    let second = Working::begin(&cluster, "second", &asked).await;
    cluster.apply(&tenant("one", json!({}))).unwrap();
    until("the first works", || ready(&cluster, "one")).await;
    assert_eq!(holder(), "first");
    first.kill().await;
    cluster.apply(&tenant("two", json!({}))).unwrap();
    until("the second works", || ready(&cluster, "two")).await;
    assert_eq!(holder(), "second");
    second.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_server_refuses_what_cannot_be() {
    let Some(cluster) = Cluster::start() else { return };
    define(&cluster);
    let silo = json!({ "databaseSecret": "x" });
    let refused = [
        (tenant("a", json!({ "tier": "silo" })), "needs silo.databaseSecret"),
        (tenant("a", json!({ "silo": silo })), "silo is for the tier silo"),
        (tenant("a", json!({ "tier": "bridge", "firmId": "ten_1" })), "firmId is for the tier shared"),
        (tenant("a", json!({ "url": "https://x" })), "url is for the tiers bridge and silo"),
        (tenant("a", json!({ "seats": 0 })), "spec.seats"),
        (tenant("a", json!({ "tier": "golden" })), "supported values"),
        (tenant("a.b", json!({})), "has no dots"),
        (tenant(&"a".repeat(41), json!({})), "at most 40 characters"),
    ];
    for (object, why) in refused {
        let refusal = cluster.apply(&object).unwrap_err();
        assert!(refusal.to_lowercase().contains(&why.to_lowercase()), "{why}: {refusal}");
    }
    cluster.apply(&tenant("a", json!({}))).unwrap();
    let refusal = cluster.apply(&tenant("a", json!({ "tier": "bridge" }))).unwrap_err();
    assert!(refusal.contains("the tier cannot be changed"), "{refusal}");
    // Who asks with the operator's rights may not do what it does not need.
    prepared(&cluster);
    let client = cluster.client(OPERATOR).await;
    let nodes: kube::Api<k8s_openapi::api::core::v1::Node> = kube::Api::all(client);
    assert!(nodes.list(&kube::api::ListParams::default()).await.unwrap_err().to_string().contains("forbidden"));
    let admin = cluster.client(ADMIN).await;
    let nodes: kube::Api<k8s_openapi::api::core::v1::Node> = kube::Api::all(admin);
    assert!(nodes.list(&kube::api::ListParams::default()).await.is_ok());
}
