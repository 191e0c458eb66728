//! Traces reach a collector, and a message and its answer are one trace.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use crate::cloud::folder;
use crate::process::{Server, by, client, until};

type Spans = Arc<Mutex<Vec<Span>>>;

/// A collector that keeps what it gets.
async fn collector() -> (String, Spans) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let spans = Spans::default();
    let kept = spans.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let kept = kept.clone();
            tokio::spawn(async move {
                let mut request = Vec::new();
                let mut buffer = [0; 8192];
                loop {
                    let read = socket.read(&mut buffer).await.unwrap_or(0);
                    request.extend_from_slice(&buffer[..read]);
                    let Some(head) = request.windows(4).position(|four| four == b"\r\n\r\n") else {
                        if read == 0 {
                            return;
                        }
                        continue;
                    };
                    let text = String::from_utf8_lossy(&request[..head]).to_lowercase();
                    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next());
                    let length: usize = length.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
                    if request.len() < head + 4 + length {
                        continue;
                    }
                    let body = request[head + 4..head + 4 + length].to_vec();
                    request.drain(..head + 4 + length);
                    let export = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
                    let scopes = export.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
                    kept.lock().unwrap().extend(scopes.flat_map(|scope| scope.spans));
                    let answer =
                        b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n";
                    if socket.write_all(answer).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    (url, spans)
}

fn names_of(spans: &Spans, trace: &[u8]) -> Vec<String> {
    spans.lock().unwrap().iter().filter(|span| span.trace_id == trace).map(|span| span.name.clone()).collect()
}

#[tokio::test]
async fn a_message_and_its_answer_are_one_trace() {
    let (folder, http) = (folder(), client());
    let (url, spans) = collector().await;
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
