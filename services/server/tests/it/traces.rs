//! Traces reach a collector, and a message and its answer are one trace.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;

use crate::cloud::folder;
use crate::process::{Server, by, client, until};

type Spans = Arc<Mutex<Vec<Span>>>;

/// A collector that keeps what it gets.
fn collector() -> (String, Spans) {
    let spans = Spans::default();
    let kept = web::Data::new(spans.clone());
    let server = HttpServer::new(move || App::new().app_data(kept.clone()).route("/v1/traces", web::post().to(keep)));
    let server = server.workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", server.addrs()[0]);
    tokio::spawn(server.run());
    (url, spans)
}

async fn keep(spans: web::Data<Spans>, body: web::Bytes) -> HttpResponse {
    let export = ExportTraceServiceRequest::decode(body).unwrap();
    let scopes = export.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
    spans.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
    HttpResponse::Ok().finish()
}

fn names_of(spans: &Spans, trace: &[u8]) -> Vec<String> {
    spans.lock().unwrap().iter().filter(|span| span.trace_id == trace).map(|span| span.name.clone()).collect()
}

#[tokio::test]
async fn a_message_and_its_answer_are_one_trace() {
    let (folder, http) = (folder(), client());
    let (url, spans) = collector();
    let server = Server::start_with(&folder, &[format!("telemetry.otlp_endpoint={url}")]);
    let firm = server.firm(&http, "traced").await;
    let token = server.visitor(&http, &firm).await;
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let body = json!({ "clientId": "1", "text": "how do I cancel my policy" });
    let request = http.post(format!("{}/widget/v1/messages", server.url)).bearer_auth(&token).json(&body);
    let request = request.header("traceparent", format!("00-{trace}-b7ad6b7169203331-01"));
    assert!(request.send().await.unwrap().status().is_success());
    until("the answer", || async { by(&server.messages(&http, &token).await, "bot") == 1 }).await;
    tokio::time::timeout(Duration::from_secs(20), tokio::task::spawn_blocking(move || server.stop()))
        .await
        .unwrap()
        .unwrap();
    let id: Vec<u8> = (0..16).map(|at| u8::from_str_radix(&trace[2 * at..2 * at + 2], 16).unwrap()).collect();
    let names = names_of(&spans, &id);
    assert!(names.iter().any(|name| name == "POST /widget/v1/messages"), "{names:?}");
    assert!(names.iter().any(|name| name.starts_with("sea_orm.")), "the database is part of it: {names:?}");
    let handled = names.iter().filter(|name| *name == "bus.handle").count();
    assert!(handled >= 2, "the bot's part and the posting of its reply: {names:?}");
    let _ = std::fs::remove_dir_all(&folder);
}
