//! Traces reach a collector, and a message and its answer are one trace.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;

use crate::cloud::folder;
use crate::process::{Server, by, client, until};
use crate::shape::Shape;

/// Spans with the names of their processes.
type Spans = Arc<Mutex<Vec<(String, Span)>>>;

/// A collector that keeps what it gets.
fn collector() -> (String, Spans) {
    let spans = Spans::default();
    let kept = web::Data::new(spans.clone());
    // A batch of spans is larger than actix takes by itself.
    let large = web::PayloadConfig::new(16 << 20);
    let app =
        move || App::new().app_data(kept.clone()).app_data(large.clone()).route("/v1/traces", web::post().to(keep));
    let server = HttpServer::new(app);
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    (url, spans)
}

async fn keep(spans: web::Data<Spans>, body: web::Bytes) -> HttpResponse {
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    for resource in export.resource_spans {
        let attributes = resource.resource.unwrap().attributes;
        let name = attributes.into_iter().find(|attribute| attribute.key == "service.name").unwrap();
        let Some(any_value::Value::StringValue(name)) = name.value.unwrap().value else { panic!("a name") };
        let found = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.lock().unwrap().extend(found.map(|span| (name.clone(), span)));
    }
    HttpResponse::Ok().finish()
}

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";

/// A visitor asks in a trace of their own, and is answered.
async fn ask_traced(server: &Server, http: &reqwest::Client) {
    let firm = server.firm(http, "traced").await;
    let token = server.visitor(http, &firm).await;
    let body = json!({ "clientId": "1", "text": "how do I cancel my policy" });
    let request = http.post(format!("{}/widget/v1/messages", server.url)).bearer_auth(&token).json(&body);
    let request = request.header("traceparent", format!("00-{TRACE}-b7ad6b7169203331-01"));
    assert!(request.send().await.unwrap().status().is_success());
    until("the answer", || async { by(&server.messages(http, &token).await, "bot") == 1 }).await;
}

/// Process and name of every span of the trace.
fn traced(spans: &Spans) -> Vec<(String, String)> {
    let id: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).unwrap()).collect();
    let spans = spans.lock().unwrap();
    let ours = spans.iter().filter(|(_, span)| span.trace_id == id);
    ours.map(|(process, span)| (process.clone(), span.name.clone())).collect()
}

#[tokio::test]
async fn a_message_and_its_answer_are_one_trace() {
    let (folder, http) = (folder(), client());
    let (url, spans) = collector();
    let server = Server::start_with(&folder, &[format!("telemetry.otlp_endpoint={url}")]);
    ask_traced(&server, &http).await;
    stopped(move || server.stop()).await;
    let names: Vec<String> = traced(&spans).into_iter().map(|(_, name)| name).collect();
    assert!(names.iter().any(|name| name == "POST /widget/v1/messages"), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("sea_orm.")), "the database is part of it: {names:?}");
    let handled = names.iter().filter(|name| *name == "bus.handle").count();
    assert!(handled >= 2, "the bot's part and the posting of its reply: {names:?}");
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn a_message_and_its_answer_are_one_trace_through_every_process() {
    let (url, spans) = collector();
    let (shape, http) = (Shape::start(&[format!("telemetry.otlp_endpoint={url}")]).await, client());
    ask_traced(shape.gateway(), &http).await;
    stopped(move || shape.stop()).await;
    let seen = traced(&spans);
    let has = |process: &str, name: &str| seen.iter().any(|(p, n)| p == process && n.starts_with(name));
    assert!(has("lingxi-gateway", "POST /widget/v1/"), "where it came in: {seen:?}");
    assert!(has("lingxi-channels", "POST /widget/v1/messages"), "where it was stored: {seen:?}");
    assert!(has("lingxi-channels", "tenants.tenant"), "what was asked of another service: {seen:?}");
    assert!(has("lingxi-tenants", "tenants.tenant"), "and its answer: {seen:?}");
    assert!(has("lingxi-bot", "bus.handle"), "where it was answered: {seen:?}");
    assert!(has("lingxi-channels", "bus.handle"), "where the reply was posted: {seen:?}");
    assert!(has("lingxi-channels", "sea_orm."), "the database is part of it: {seen:?}");
}

/// Stops processes in good order, so that they send what they have.
async fn stopped(stop: impl FnOnce() + Send + 'static) {
    let stopping = tokio::task::spawn_blocking(stop);
    tokio::time::timeout(Duration::from_secs(40), stopping).await.unwrap().unwrap();
}
