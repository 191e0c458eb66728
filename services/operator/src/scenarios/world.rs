//! An API server and installations in memory, and one reconciler before them.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::{Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::{Client, ResourceExt as _};
use lingxi_config::{Kubernetes, Limits, Plan};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::firms::Firms;
use crate::leader::Leader;
use crate::reconcile::{Context, reconcile};
use crate::tenant::Tenant;

/// How installations answer.
#[derive(Clone, Copy)]
pub(super) enum Installation {
    Serves,
    Refuses(&'static str),
    Away,
}

/// What installations were asked.
pub(super) struct Asked {
    answers: Mutex<Installation>,
    /// URL and body of the last firm that was kept.
    pub(super) kept: Mutex<Option<(String, Value)>>,
    pub(super) ended: Mutex<Option<String>>,
    pub(super) token: Mutex<String>,
}

#[derive(Default)]
struct Server {
    objects: Mutex<BTreeMap<String, Value>>,
    writes: Mutex<Vec<String>>,
}

pub(super) struct World {
    server: Arc<Server>,
    asked: Arc<Asked>,
    context: Arc<Context>,
    tenants: Mutex<u32>,
}

impl World {
    pub(super) fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let server = Arc::new(Server::default());
        let asked = Arc::new(Asked {
            answers: Mutex::new(Installation::Serves),
            kept: Mutex::default(),
            ended: Mutex::default(),
            token: Mutex::default(),
        });
        let answering = server.clone();
        let service = tower::service_fn(move |request: Request<Body>| {
            let server = answering.clone();
            async move { Ok::<_, std::convert::Infallible>(server.answer(request).await) }
        });
        let settings = Kubernetes {
            namespace: "lingxi".into(),
            gateway: "http://gateway:8080".into(),
            image: "lingxi:1".into(),
            database_secret: "release-db".into(),
            nats_url: Some("nats://nats:4222".into()),
            ..Kubernetes::default()
        };
        let small = Plan { members: Some(5), ..Plan::default() };
        let context = Context {
            client: Client::new(service, "lingxi"),
            settings,
            limits: Limits { plans: [("small".to_owned(), small)].into(), ..Limits::default() },
            token: "the-master-token".into(),
            firms: Firms::new(installations(asked.clone())),
            leader: Leader::alone(),
            failures: Mutex::new(HashMap::new()),
        };
        Self { server, asked, context: Arc::new(context), tenants: Mutex::new(0) }
    }

    /// With another operator that leads.
    pub(super) fn following(self) -> Self {
        let Ok(mut context) = Arc::try_unwrap(self.context) else { panic!("it is shared") };
        context.leader = Leader::default();
        Self { context: Arc::new(context), ..self }
    }

    pub(super) fn installation(&self) -> &Asked {
        &self.asked
    }

    pub(super) fn answers(&self, how: Installation) {
        *self.asked.answers.lock().unwrap() = how;
    }

    /// Makes the tenant `acme`, or one with another specification.
    pub(super) fn tenant(&self, further: Value) {
        let mut made = self.tenants.lock().unwrap();
        *made += 1;
        let mut spec = json!({ "firm": "Acme", "owner": { "email": "o@acme.test" } });
        merge(&mut spec, &further);
        let metadata = json!({ "name": "acme", "uid": format!("uid-{made}"), "generation": *made });
        self.put("tenants/acme", json!({ "metadata": metadata, "spec": spec }));
    }

    pub(super) fn delete_tenant(&self) {
        self.change("tenants/acme", json!({ "metadata": { "deletionTimestamp": "2026-01-01T00:00:00Z" } }));
    }

    /// A Secret with the URLs of a database.
    pub(super) fn database(&self, name: &str) {
        let url = BASE64_STANDARD.encode("postgres://u@h/d");
        let data = json!({ "app-url": url, "owner-url": url });
        self.put(&format!("namespaces/lingxi/secrets/{name}"), json!({ "metadata": { "name": name }, "data": data }));
    }

    /// The processes of a Deployment serve.
    pub(super) fn serve(&self, path: &str) {
        let there = json!({ "observedGeneration": 1, "availableReplicas": 1, "updatedReplicas": 1 });
        self.change(path, json!({ "status": there, "metadata": { "generation": 1 } }));
    }

    pub(super) fn put(&self, path: &str, object: Value) {
        self.server.objects.lock().unwrap().insert(path.into(), object);
    }

    pub(super) fn change(&self, path: &str, with: Value) {
        merge(self.server.objects.lock().unwrap().get_mut(path).unwrap(), &with);
    }

    pub(super) fn get(&self, path: &str) -> Value {
        self.server.objects.lock().unwrap().get(path).cloned().unwrap_or_default()
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.server.objects.lock().unwrap().contains_key(path)
    }

    /// Status and message of a condition.
    pub(super) fn condition(&self, kind: &str) -> (String, String) {
        let tenant = self.get("tenants/acme");
        let all = tenant["status"]["conditions"].as_array().cloned().unwrap_or_default();
        let one = all.into_iter().find(|one| one["type"] == kind).unwrap_or_default();
        let text = |key: &str| one[key].as_str().unwrap_or_default().to_owned();
        (text("status"), text("message"))
    }

    pub(super) fn finalizers(&self) -> Vec<String> {
        let tenant: Tenant = serde_json::from_value(self.get("tenants/acme")).unwrap();
        tenant.finalizers().to_vec()
    }

    /// One reconciliation; returns when the next one is due.
    pub(super) async fn look(&self) -> Duration {
        let tenant: Tenant = serde_json::from_value(self.get("tenants/acme")).unwrap();
        let action = reconcile(Arc::new(tenant), self.context.clone()).await.unwrap();
        // An action shows its time only to those who print it.
        let shown = format!("{action:?}");
        let number = |unit: &str| {
            let at = shown.find(unit)?;
            shown[..at].rsplit(|c: char| !(c.is_ascii_digit() || c == '.')).next()?.parse::<f64>().ok()
        };
        number("s)").map_or(Duration::MAX, Duration::from_secs_f64)
    }

    /// What was written since the last time.
    pub(super) fn writes(&self) -> Vec<String> {
        std::mem::take(&mut self.server.writes.lock().unwrap())
    }
}

impl Server {
    async fn answer(&self, request: Request<Body>) -> Response<Body> {
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let path = path.trim_start_matches("/api/v1/").to_owned();
        let path = match path.strip_prefix("/apis/") {
            Some(rest) => rest.splitn(3, '/').nth(2).unwrap_or_default().to_owned(),
            None => path,
        };
        let body = request.into_body().collect().await.unwrap().to_bytes();
        if method != Method::GET {
            self.writes.lock().unwrap().push(format!("{method} {path}"));
        }
        let mut objects = self.objects.lock().unwrap();
        let of = path.trim_end_matches("/status").to_owned();
        match method {
            Method::GET => objects.get(&path).map_or_else(missing, found),
            Method::DELETE => objects.remove(&path).map_or_else(missing, |gone| found(&gone)),
            _ => {
                let sent: Value = serde_json::from_slice(&body).unwrap();
                let object = objects.entry(of).or_insert_with(|| json!({ "metadata": { "generation": 1 } }));
                merge(object, &sent);
                found(object)
            }
        }
    }
}

fn found(object: &Value) -> Response<Body> {
    Response::new(Body::from(serde_json::to_vec(object).unwrap()))
}

fn missing() -> Response<Body> {
    let status = json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "message": "no", "reason": "NotFound", "code": 404 });
    let mut response = found(&status);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

/// A JSON merge patch (RFC 7386).
fn merge(into: &mut Value, patch: &Value) {
    match patch {
        Value::Object(patch) => {
            if !into.is_object() {
                *into = json!({});
            }
            for (key, value) in patch {
                merge(into.as_object_mut().unwrap().entry(key.clone()).or_insert(Value::Null), value);
            }
        }
        other => *into = other.clone(),
    }
}

/// A client all of whose requests reach one server in memory, whatever address they name.
fn installations(asked: Arc<Asked>) -> reqwest::Client {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let proxy = reqwest::Proxy::http(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(converse(stream, asked.clone()));
        }
    });
    reqwest::Client::builder().proxy(proxy).pool_max_idle_per_host(0).build().unwrap()
}

/// One request of a connection.
async fn converse(mut stream: TcpStream, asked: Arc<Asked>) {
    let mut read = Vec::new();
    let (head, body) = loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.unwrap();
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if body.len() >= length.unwrap_or(0) {
            break (head.to_owned(), body.to_owned());
        }
    };
    let how = *asked.answers.lock().unwrap();
    let url = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let token = head.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap_or_default();
    let (status, answer) = match how {
        Installation::Away => return,
        Installation::Refuses(why) => (422, json!({ "detail": why })),
        Installation::Serves => {
            *asked.token.lock().unwrap() = token.to_owned();
            if head.starts_with("DELETE") {
                *asked.ended.lock().unwrap() = Some(url);
            } else {
                *asked.kept.lock().unwrap() = Some((url, serde_json::from_str(&body).unwrap()));
            }
            (
                200,
                json!({ "id": "ten_1", "status": "active", "members": 2, "seats": 3, "usage": { "period": "2026-01", "total": "CNY 1.50" } }),
            )
        }
    };
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", answer.len());
    let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
}
