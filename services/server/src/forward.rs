//! What the gateway hands on to other processes: the routes of services that it does not serve itself.
//!
//! An address that cannot be reached is left out for the next one. Bodies go through piece by piece, sockets frame by frame.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, web};
use actix_ws::{AggregatedMessage, CloseCode, CloseReason};
use futures::{SinkExt as _, StreamExt as _};
use lingxi_config::Gateway;
use lingxi_http::{HttpResult, Problem};
use lingxi_kernel::{Error, ErrorCode, Result};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{self, Message};

use crate::cloud::Cloud;

/// Headers of one connection, which the next one has its own of.
const OWN: [HeaderName; 6] =
    [header::CONNECTION, header::HOST, header::TRANSFER_ENCODING, header::UPGRADE, header::TE, header::TRAILER];
/// How long an address may take to answer the door.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a connection is kept without use: less than a process serves on after it was told to stop, so that none is used that
/// it is about to close.
const IDLE: Duration = Duration::from_secs(3);
const LARGEST_FRAME: usize = 1 << 20;

const TENANTS: &[&str] = &["/auth/{rest:.*}", "/exports/{rest:.*}"];
const CHANNELS: &[&str] = &["/widget/v1/{rest:.*}", "/v1/channels/{rest:.*}", "/files", "/files/{rest:.*}"];
const BOT: &[&str] = &["/knowledge/{rest:.*}"];
/// Of these routes, the one that is a socket.
const SOCKET: &str = "/widget/v1/socket";

/// The processes of a service.
#[derive(Clone)]
struct Peers {
    service: &'static str,
    urls: Arc<[String]>,
    next: Arc<AtomicUsize>,
    http: reqwest::Client,
}

/// Everything that is handed on.
#[derive(Clone)]
pub(crate) struct Forwards(Vec<(&'static [&'static str], Peers)>);

impl Forwards {
    /// The routes of services that are not served by this process.
    pub(crate) fn to(settings: &Gateway, cloud: &Cloud) -> Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(PATIENCE)
            .pool_idle_timeout(IDLE)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()?;
        let peers = |service, urls: &str| Peers {
            service,
            urls: urls.split_whitespace().map(|url| url.trim_end_matches('/').to_owned()).collect(),
            next: Arc::default(),
            http: http.clone(),
        };
        let mut all = Vec::new();
        if cloud.tenants.is_none() {
            all.push((TENANTS, peers("tenants", &settings.tenants)));
        }
        if cloud.channels.is_none() {
            all.push((CHANNELS, peers("channels", &settings.channels)));
        }
        if cloud.bot.is_none() {
            all.push((BOT, peers("bot", &settings.bot)));
        }
        Ok(Self(all))
    }

    pub(crate) fn routes(&self, config: &mut web::ServiceConfig) {
        for (paths, peers) in &self.0 {
            for path in *paths {
                let (peers, sockets) = (peers.clone(), peers.clone());
                if path.starts_with("/widget") {
                    let socket = move |request, body| connect(sockets.clone(), request, body);
                    config.route(SOCKET, web::get().to(socket));
                }
                config.route(path, web::to(move |request, body| hand_on(peers.clone(), request, body)));
            }
        }
    }
}

impl Peers {
    /// The addresses, beginning with the one whose turn it is.
    fn in_turn(&self) -> impl Iterator<Item = &String> {
        let first = self.next.fetch_add(1, Ordering::Relaxed);
        (0..self.urls.len()).filter_map(move |number| self.urls.get((first + number) % self.urls.len()))
    }

    fn nobody(&self, cause: &str) -> Problem {
        let message = "This part of the service does not answer at the moment. Please try again.";
        let cause = if self.urls.is_empty() {
            format!("`gateway.{}` is not set: nobody serves this route", self.service)
        } else {
            format!("no process of {} can be reached: {cause}", self.service)
        };
        Problem(Error { cause: Some(cause), ..Error::new(ErrorCode::Unavailable, message) })
    }
}

/// What is asked for, if it is what the route says. A client of HTTP would leave out the dot segments of
/// [RFC 3986](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4), and so come to a route that is not handed on.
fn asked_for(request: &HttpRequest) -> Result<&str> {
    if has_dot_segments(request.uri().path()) {
        return Err(Error::invalid("The path has segments of dots; write it without them."));
    }
    Ok(request.uri().path_and_query().map_or("/", |path| path.as_str()))
}

fn has_dot_segments(path: &str) -> bool {
    let plain =
        path.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/").replace('\\', "/");
    plain.split('/').any(|segment| segment == "." || segment == "..")
}

/// The headers that go on: of the answer or of the question.
fn going_on<'a, V: 'a>(
    headers: impl Iterator<Item = (&'a HeaderName, V)>,
) -> impl Iterator<Item = (&'a HeaderName, V)> {
    headers.filter(|(name, _)| !OWN.contains(name))
}

async fn hand_on(peers: Peers, request: HttpRequest, mut body: web::Payload) -> HttpResult {
    let method = reqwest::Method::from_bytes(request.method().as_str().as_bytes()).map_err(Error::internal)?;
    let asked_for = asked_for(&request)?;
    let mut headers = reqwest::header::HeaderMap::new();
    for (name, value) in going_on(request.headers().iter()) {
        let (name, value) = (name.as_str().parse::<reqwest::header::HeaderName>(), value.as_bytes());
        if let (Ok(name), Ok(value)) = (name, reqwest::header::HeaderValue::from_bytes(value)) {
            headers.append(name, value);
        }
    }
    // Whoever is asked next sees this process, so it is told for whom.
    if let Ok(origin) = lingxi_http::origin(&request).parse() {
        headers.insert("x-forwarded-for", origin);
    }
    // Whoever compares the page's origin with the host needs the one that the browser asked.
    if let Some(host) = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()?.parse().ok()) {
        headers.insert("x-forwarded-host", host);
    }
    if let Some(traceparent) = lingxi_telemetry::trace::current().and_then(|trace| trace.parse().ok()) {
        headers.insert("traceparent", traceparent);
    }
    let mut cause = String::new();
    for url in peers.in_turn() {
        // Who does not answer the door has not been told anything: the next one can be.
        if peers.urls.len() > 1
            && let Err(error) = knock(url).await
        {
            cause = format!("{url}: {error}");
            continue;
        }
        let target = format!("{url}{asked_for}");
        let (pieces, taken) = mpsc::channel::<std::result::Result<web::Bytes, std::io::Error>>(4);
        // The body belongs to this thread; its pieces go to whoever sends them.
        actix_web::rt::spawn(async move {
            while let Some(piece) = body.next().await {
                if pieces.send(piece.map_err(std::io::Error::other)).await.is_err() {
                    break;
                }
            }
        });
        let taken =
            futures::stream::unfold(taken, |mut taken| async { taken.recv().await.map(|piece| (piece, taken)) });
        let asked = peers.http.request(method, target).headers(headers).body(reqwest::Body::wrap_stream(taken));
        let answer = asked.send().await.map_err(|error| peers.nobody(&error.to_string()))?;
        return Ok(answer_of(answer));
    }
    Err(peers.nobody(&cause))
}

async fn knock(url: &str) -> std::io::Result<()> {
    let knocking = tokio::net::TcpStream::connect(url.trim_start_matches("http://"));
    tokio::time::timeout(PATIENCE, knocking).await.map_err(std::io::Error::other)?.map(|_| ())
}

fn answer_of(answer: reqwest::Response) -> HttpResponse {
    let mut response = builder(answer.status().as_u16(), answer.headers());
    let length = answer.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    if let Some(length) = length {
        response.no_chunking(length);
    }
    response.streaming(answer.bytes_stream())
}

fn builder(status: u16, headers: &reqwest::header::HeaderMap) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY));
    let mut own = HeaderMap::new();
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (name.as_str().parse(), header::HeaderValue::from_bytes(value.as_bytes())) {
            own.append(name, value);
        }
    }
    for (name, value) in going_on(own.iter()) {
        response.append_header((name.clone(), value.clone()));
    }
    response
}

/// Opens the socket at a process of the service, then here, and hands frames on in both directions.
async fn connect(peers: Peers, request: HttpRequest, body: web::Payload) -> HttpResult {
    let asked_for = asked_for(&request)?;
    let mut cause = String::new();
    for url in peers.in_turn() {
        let target = format!("{}{asked_for}", url.replacen("http://", "ws://", 1));
        let mut asked = target.into_client_request().map_err(Error::internal)?;
        for name in ["authorization", "cookie", "origin", "accept-language", "user-agent"] {
            let value = request.headers().get(name).and_then(|value| value.to_str().ok()?.parse().ok());
            if let Some(value) = value {
                asked.headers_mut().insert(name, value);
            }
        }
        let opening = tokio::time::timeout(PATIENCE * 2, tokio_tungstenite::connect_async(asked));
        let theirs = match opening.await {
            Ok(Ok((theirs, _))) => theirs,
            // The service itself refuses, with a reason.
            Ok(Err(tungstenite::Error::Http(refusal))) => {
                let (parts, body) = refusal.into_parts();
                let mut response =
                    HttpResponse::build(StatusCode::from_u16(parts.status.as_u16()).map_err(Error::internal)?);
                if let Some(kind) = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok()) {
                    response.insert_header((header::CONTENT_TYPE, kind));
                }
                return Ok(response.body(body.unwrap_or_default()));
            }
            Ok(Err(error)) => {
                cause = format!("{url}: {error}");
                continue;
            }
            Err(late) => {
                cause = format!("{url}: {late}");
                continue;
            }
        };
        let (response, session, frames) =
            actix_ws::handle(&request, body).map_err(|error| Error::invalid(error.to_string()))?;
        let frames = frames.max_frame_size(LARGEST_FRAME).aggregate_continuations();
        actix_web::rt::spawn(bridge(session, frames, theirs));
        return Ok(response);
    }
    Err(peers.nobody(&cause))
}

type Theirs = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn bridge(mut ours: actix_ws::Session, mut frames: actix_ws::AggregatedMessageStream, theirs: Theirs) {
    let (mut to_them, mut from_them) = theirs.split();
    let closing = loop {
        tokio::select! {
            frame = frames.next() => {
                let frame = match frame {
                    Some(Ok(AggregatedMessage::Text(text))) => Message::Text(text.to_string().into()),
                    Some(Ok(AggregatedMessage::Binary(bytes))) => Message::Binary(bytes),
                    Some(Ok(AggregatedMessage::Ping(bytes))) => Message::Ping(bytes),
                    Some(Ok(AggregatedMessage::Pong(bytes))) => Message::Pong(bytes),
                    _ => break None,
                };
                if to_them.send(frame).await.is_err() {
                    break None;
                }
            }
            frame = from_them.next() => {
                let handed = match frame {
                    Some(Ok(Message::Text(text))) => ours.text(text.as_str()).await,
                    Some(Ok(Message::Binary(bytes))) => ours.binary(bytes).await,
                    Some(Ok(Message::Ping(bytes))) => ours.ping(&bytes).await,
                    Some(Ok(Message::Pong(bytes))) => ours.pong(&bytes).await,
                    Some(Ok(Message::Close(Some(close)))) => {
                        let description = Some(close.reason.to_string());
                        break Some(CloseReason { code: CloseCode::from(u16::from(close.code)), description });
                    }
                    Some(Ok(_)) => Ok(()),
                    _ => break None,
                };
                if handed.is_err() {
                    break None;
                }
            }
        }
    };
    let _ = to_them.close().await;
    let _ = ours.close(closing).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_leads_to_another_route_is_told() {
        for path in [
            "/widget/v1/../../metrics",
            "/files/./a",
            "/files/%2e%2E/metrics",
            "/files/..",
            "/files/a%2F..%2fb",
            "/files/.%2e\\b",
        ] {
            assert!(has_dot_segments(path), "{path}");
        }
        for path in ["/files/a.pdf", "/files/...", "/widget/v1/..a", "/files/a..b", "/auth/%2e%2e%2e"] {
            assert!(!has_dot_segments(path), "{path}");
        }
    }
}
