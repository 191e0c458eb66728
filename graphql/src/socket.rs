//! GraphQL over a socket (`graphql-transport-ws`, and the older `graphql-ws`): what HTTP gives, and no longer than HTTP gives it.
//!
//! Each operation is authenticated anew, limited and counted as over HTTP; who has lost the right to ask loses the socket.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::{HttpRequest, web};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, Session};
use async_graphql::http::{WebSocket, WebSocketProtocols, WsMessage};
use async_graphql::{Data, Executor, Request, Response};
use futures::stream::{self, BoxStream, Stream, StreamExt as _};
use lingxi_http::{HttpResult, MaybeSigned, Signed};
use lingxi_kernel::{Error, ErrorCode, Result};
use tokio::sync::{Mutex, mpsc};
use tokio::time::{Instant, interval, timeout};

use crate::http::Edge;
use crate::measure::BYTES;
use crate::outcome::fault;

/// Operations that one socket has open.
const OPEN: usize = 100;
/// Messages that wait for their turn.
const WAITING: usize = 16;
/// How long it is known who asks.
const KNOWN: Duration = Duration::from_secs(2);
/// How often it is asked whether they still may, and whether anybody is there.
const BEAT: Duration = Duration::from_secs(5);
/// A peer that says nothing for so long is gone.
const SILENCE: Duration = Duration::from_secs(20);
/// A peer may take so long to read a message.
const SLOWEST: Duration = Duration::from_secs(20);
/// Nobody is kept who does not begin to speak.
const BEGIN: Duration = Duration::from_secs(10);

/// Opens a socket.
pub(crate) async fn subscribe(
    http: HttpRequest,
    signed: MaybeSigned,
    edge: web::Data<Edge>,
    body: web::Payload,
) -> HttpResult {
    let header = |name: &str| http.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let wanted = header("sec-websocket-protocol").split(',').find_map(|name| name.trim().parse().ok());
    let protocol: WebSocketProtocols =
        wanted.ok_or_else(|| Error::invalid("Ask for the protocol graphql-transport-ws in sec-websocket-protocol."))?;
    let (mut response, session, stream) =
        actix_ws::handle(&http, body).map_err(|error| Error::invalid(error.to_string()))?;
    // Clients check that they got what they asked for.
    response.headers_mut().insert(
        HeaderName::from_static("sec-websocket-protocol"),
        HeaderValue::from_static(protocol.sec_websocket_protocol()),
    );
    // A browser sends its cookie from any site, so a socket with a cookie must come from our own pages.
    let signed = signed.0.filter(|_| same_origin(&http) || http.headers().contains_key("authorization"));
    let opened = rights(signed.as_ref());
    let known = Mutex::new(signed.map(|signed| (signed, Instant::now())));
    let caller = Arc::new(Caller { edge: edge.into_inner(), opened, known });
    let chinese = lingxi_http::prefers_chinese(header("accept-language"));
    let frames = stream.max_frame_size(BYTES).aggregate_continuations().max_continuation_size(BYTES);
    actix_web::rt::spawn(lingxi_http::speaking(chinese, async move {
        metrics::gauge!("lingxi_graphql_sockets").increment(1.0);
        let closing = serve(session.clone(), frames, caller, protocol).await;
        let _ = timeout(SLOWEST, session.close(closing)).await;
        metrics::gauge!("lingxi_graphql_sockets").decrement(1.0);
    }));
    Ok(response)
}

fn same_origin(http: &HttpRequest) -> bool {
    let header = |name: &str| http.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("origin"), header("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of == host),
        (None, _) => true,
        _ => false,
    }
}

/// Serves a socket to its end; the reason that the peer is told.
async fn serve(
    mut session: Session,
    mut frames: AggregatedMessageStream,
    caller: Arc<Caller>,
    protocol: WebSocketProtocols,
) -> Option<CloseReason> {
    let (messages, taken) = mpsc::channel::<Vec<u8>>(WAITING);
    let taken = stream::unfold(taken, |mut taken| async { taken.recv().await.map(|message| (message, taken)) });
    let operations = Operations { caller: caller.clone(), open: Arc::default() };
    let answers = WebSocket::new(operations, Box::pin(taken), protocol);
    let mut answers = std::pin::pin!(answers);
    let (mut beat, mut heard, opened, mut begun) = (interval(BEAT), Instant::now(), Instant::now(), false);
    let mut next: Option<Vec<u8>> = None;
    loop {
        tokio::select! {
            frame = frames.next(), if next.is_none() => {
                heard = Instant::now();
                match frame {
                    Some(Ok(AggregatedMessage::Text(text))) => next = Some(text.into_bytes().to_vec()),
                    Some(Ok(AggregatedMessage::Binary(bytes))) => next = Some(bytes.to_vec()),
                    Some(Ok(AggregatedMessage::Ping(bytes))) => timeout(SLOWEST, session.pong(&bytes)).await.ok()?.ok()?,
                    Some(Ok(AggregatedMessage::Pong(_))) => {}
                    Some(Ok(AggregatedMessage::Close(_))) | None => return None,
                    Some(Err(error)) => return Some(closed(CloseCode::Size, &error.to_string())),
                }
                begun |= next.is_some();
            }
            place = messages.reserve(), if next.is_some() => {
                if let (Ok(place), Some(message)) = (place, next.take()) {
                    place.send(message);
                }
            }
            answer = answers.next() => match answer? {
                WsMessage::Text(text) => timeout(SLOWEST, session.text(text)).await.ok()?.ok()?,
                WsMessage::Close(code, why) => return Some(closed(CloseCode::from(code), &why)),
            },
            _ = beat.tick() => {
                if heard.elapsed() > SILENCE {
                    return None;
                }
                if !begun && opened.elapsed() > BEGIN {
                    return Some(closed(CloseCode::from(4408), "Connection initialisation timeout"));
                }
                timeout(SLOWEST, session.ping(b"")).await.ok()?.ok()?;
                if let Err(ended) = caller.still().await {
                    return Some(closed(CloseCode::from(4403), &ended));
                }
            }
        }
    }
}

fn closed(code: CloseCode, why: &str) -> CloseReason {
    // A reason has at most 123 bytes.
    let end = (0..=why.len().min(120)).rev().find(|end| why.is_char_boundary(*end)).unwrap_or_default();
    CloseReason { code, description: Some(why[..end].to_owned()) }
}

/// Who a socket belongs to, and when that was known last; none for nobody.
struct Caller {
    edge: Arc<Edge>,
    /// What they might do when the socket was opened.
    opened: Option<String>,
    known: Mutex<Option<(Signed, Instant)>>,
}

impl Caller {
    /// Who asks, known for at most [`KNOWN`].
    async fn now(&self) -> Result<Option<Signed>> {
        let mut known = self.known.lock().await;
        let Some((signed, at)) = known.as_mut() else { return Ok(None) };
        if at.elapsed() > KNOWN {
            signed.ctx = self.edge.authenticate(&signed.token).await?;
            *at = Instant::now();
        }
        Ok(Some(signed.clone()))
    }

    /// Whether the socket may go on.
    ///
    /// # Errors
    /// Why it may not: who has lost their session, key or firm ends, and who has other rights now asks anew for what runs.
    async fn still(&self) -> std::result::Result<(), String> {
        match timeout(BEAT, self.now()).await {
            Ok(Ok(now)) if rights(now.as_ref()) == self.opened => Ok(()),
            Ok(Ok(_)) => Err(lingxi_http::said("Your rights have changed; connect again.").into_owned()),
            Ok(Err(error)) if matches!(error.code, ErrorCode::Unauthenticated | ErrorCode::Forbidden) => {
                Err(lingxi_http::worded(error).message)
            }
            // What cannot be asked now is asked soon again.
            Ok(Err(_)) | Err(_) => Ok(()),
        }
    }
}

/// What somebody may do, so that it can be compared.
fn rights(signed: Option<&Signed>) -> Option<String> {
    signed.map(|signed| format!("{:?}", signed.ctx.actor))
}

/// Executes the operations of one socket.
#[derive(Clone)]
struct Operations {
    caller: Arc<Caller>,
    open: Arc<AtomicUsize>,
}

impl Operations {
    async fn begin(&self, request: Request) -> Result<BoxStream<'static, Response>> {
        let signed = self.caller.now().await?;
        let request = self.caller.edge.admit(request, signed).await?;
        Ok(self.caller.edge.schema().execute_stream(request).boxed())
    }

    fn run(self, request: Request) -> impl Stream<Item = Response> + Send + 'static {
        stream::once(async move {
            let begun = match Place::take(&self.open) {
                Some(place) => self.begin(request).await.map(|answers| (answers, place)),
                None => Err(Error::new(
                    ErrorCode::LimitExceeded,
                    format!("A socket has at most {OPEN} operations open; end one of them, or open another socket."),
                )),
            };
            match begun {
                Ok((answers, place)) => answers
                    .map(move |answer| {
                        let _ = &place;
                        answer
                    })
                    .boxed(),
                Err(error) => {
                    let refused = fault(error).into_server_error(async_graphql::Pos::default());
                    stream::once(async { Response::from_errors(vec![refused]) }).boxed()
                }
            }
        })
        .flatten()
    }
}

impl Executor for Operations {
    async fn execute(&self, request: Request) -> Response {
        let mut answers = std::pin::pin!(self.clone().run(request));
        answers.next().await.unwrap_or_default()
    }

    fn execute_stream(&self, request: Request, _: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        self.clone().run(request).boxed()
    }
}

/// One of the places of a socket, free again when it is dropped.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(open: &Arc<AtomicUsize>) -> Option<Self> {
        let taken = open.fetch_add(1, Ordering::Relaxed);
        let place = Self(open.clone());
        (taken < OPEN).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
