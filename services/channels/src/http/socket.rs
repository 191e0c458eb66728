//! The widget's socket. Frames are JSON objects with a `type`.
//!
//! From the widget: `send {id, text, choice?, attachment?, locale?}`, `delivered` and `read {conversation, seq}`,
//! `rate {conversation, rating, comment?}`, `ping`. To the widget: `state {conversation, messages, older, queue}` once at
//! the start (the newest messages above the last number that it knows; `older` when some between are left out),
//! `message {message}`, `conversation {...}`, `ack {id, seq}`, `error {id?, code, message}`, `pong`.
//!
//! The token is looked at again while the socket is open: with its proof, its channel, its secret or its firm the socket ends.

use std::time::{Duration, Instant};

use actix_web::{HttpRequest, web};
use actix_ws::{AggregatedMessage, CloseCode, CloseReason, Closed, Session};
use futures::StreamExt as _;
use lingxi_bus::{Heard, LiveEvent};
use lingxi_contracts::channels::{ChannelsClient as _, Inbound, MessagePage};
use lingxi_http::HttpResult;
use lingxi_kernel::{AttachmentId, ConversationId, Ctx, Error, ErrorCode, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use tracing::Instrument as _;

use super::{Edge, visitor, visitor_token};
use crate::service::{messages_for_customer, seen_by_customer};

const IDLE: Duration = Duration::from_mins(1);
/// A peer may keep us waiting so long.
const SLOWEST: Duration = Duration::from_secs(20);
const LARGEST_FRAME: usize = 64 << 10;
/// How long it is known that a visitor may write.
const KNOWN: Duration = Duration::from_secs(2);
/// How often it is looked at when the visitor is silent.
const BEAT: Duration = Duration::from_secs(5);
/// What a socket is closed with when its token is no longer good.
const ENDED: u16 = 4401;

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Send {
        id: String,
        #[serde(default)]
        text: String,
        choice: Option<String>,
        attachment: Option<AttachmentId>,
        locale: Option<String>,
    },
    Delivered {
        conversation: ConversationId,
        seq: i64,
    },
    Read {
        conversation: ConversationId,
        seq: i64,
    },
    Rate {
        conversation: ConversationId,
        rating: i32,
        comment: Option<String>,
    },
    Ping,
}

#[derive(Deserialize)]
pub(super) struct Resume {
    #[serde(default)]
    after: i64,
    conversation: Option<ConversationId>,
    /// Language of the widget.
    #[serde(default)]
    locale: String,
}

/// Messages that a widget gets at once; older ones on request.
pub(super) const PAGE: u32 = 200;

/// The visitor's conversation and the newest of its messages above a number. Another conversation than the widget knows
/// starts at 0.
pub(super) async fn state(edge: &Edge, ctx: &Ctx, known: Option<ConversationId>, after: i64) -> Result<Value> {
    let Some(conversation) = edge.service.visitor_conversation(ctx).await? else {
        return Ok(json!({ "type": "state", "conversation": null, "messages": [], "older": false }));
    };
    let after = if known.is_none_or(|known| known == conversation.id) { after } else { 0 };
    let MessagePage { messages, older } = edge.service.newest_messages(ctx, conversation.id, after, None, PAGE).await?;
    let queue = edge.routing.position(ctx, conversation.id).await?;
    let messages = messages_for_customer(&messages)?;
    let conversation = seen_by_customer(&conversation);
    Ok(json!({
        "type": "state", "conversation": conversation, "messages": messages, "older": older, "queue": queue,
    }))
}

pub(super) async fn connect(
    request: HttpRequest,
    body: web::Payload,
    edge: web::Data<Edge>,
    query: web::Query<Resume>,
) -> HttpResult {
    let ctx = visitor(&edge, &request).await?;
    let token = visitor_token(&request)?;
    let (response, session, stream) =
        actix_ws::handle(&request, body).map_err(|error| Error::invalid(error.to_string()))?;
    let frames = stream.max_frame_size(LARGEST_FRAME).aggregate_continuations().max_continuation_size(LARGEST_FRAME);
    let edge = edge.get_ref().clone();
    let address = lingxi_http::origin(&request);
    actix_web::rt::spawn(async move {
        metrics::gauge!("lingxi_widget_sockets").increment(1.0);
        let query = query.into_inner();
        let chinese = lingxi_http::prefers_chinese(&query.locale);
        let known = Instant::now();
        let mut socket = Socket { edge, ctx, token, known, session, told: None, chinese, address };
        // A closed socket is no fault: the widget comes back with its last number.
        let closing = socket.serve(frames, query).await.unwrap_or_default();
        let _ = tokio::time::timeout(SLOWEST, socket.session.close(closing)).await;
        metrics::gauge!("lingxi_widget_sockets").decrement(1.0);
    });
    Ok(response)
}

struct Socket {
    edge: Edge,
    ctx: Ctx,
    token: String,
    /// When the token was looked at last.
    known: Instant,
    session: Session,
    /// What the widget knows of its conversation; the same is not told twice.
    told: Option<LiveEvent>,
    /// Whether refusals are said in Chinese.
    chinese: bool,
    /// The network address that it comes from.
    address: String,
}

impl Socket {
    async fn serve(
        &mut self,
        mut frames: actix_ws::AggregatedMessageStream,
        resume: Resume,
    ) -> std::result::Result<Option<CloseReason>, Closed> {
        let Ok((_, contact)) = self.ctx.visitor() else { return Ok(None) };
        // Listen first, then read: nothing falls between; the widget drops numbers it has.
        let mut live = self.edge.service.deps.live.subscribe(self.ctx.tenant, &format!("contact:{contact}")).await;
        let start = state(&self.edge, &self.ctx, resume.conversation, resume.after).await;
        self.reply(None, start).await?;
        let (mut beat, mut heard) = (tokio::time::interval(BEAT), Instant::now());
        loop {
            tokio::select! {
                event = live.recv() => match event {
                    Heard::Event(event) if event["type"] == "conversation" && self.told.as_ref() == Some(&event) => {}
                    Heard::Event(event) => {
                        if event["type"] == "conversation" {
                            self.told = Some(event.clone());
                        }
                        self.write(event.to_string()).await?;
                    }
                    Heard::Missed => {
                        let all = state(&self.edge, &self.ctx, None, 0).await;
                        self.reply(None, all).await?;
                    }
                },
                frame = frames.next() => {
                    heard = Instant::now();
                    match frame {
                        Some(Ok(AggregatedMessage::Text(text))) => {
                            if let Some(ended) = self.ended(KNOWN).await? {
                                return Ok(Some(ended));
                            }
                            self.handle(&text).await?;
                        }
                        Some(Ok(AggregatedMessage::Ping(bytes))) => {
                            tokio::time::timeout(SLOWEST, self.session.pong(&bytes)).await.map_err(|_| Closed)??;
                        }
                        Some(Ok(AggregatedMessage::Pong(_))) => {}
                        _ => return Ok(None),
                    }
                }
                _ = beat.tick() => {
                    if heard.elapsed() > IDLE {
                        return Ok(None);
                    }
                    if let Some(ended) = self.ended(BEAT / 2).await? {
                        return Ok(Some(ended));
                    }
                }
            }
        }
    }

    /// Why the socket ends, when its token is no longer good; looked at again when that was longer ago.
    async fn ended(&mut self, ago: Duration) -> std::result::Result<Option<CloseReason>, Closed> {
        if self.known.elapsed() < ago {
            return Ok(None);
        }
        let ended = CloseReason { code: CloseCode::from(ENDED), description: None };
        match self.edge.service.authenticate_visitor(&self.token).await {
            Ok(ctx) if ctx == self.ctx => {
                self.known = Instant::now();
                Ok(None)
            }
            // The visitor turned out to be a known contact; the widget opens again.
            Ok(_) => Ok(Some(ended)),
            Err(error) if matches!(error.code, ErrorCode::Unauthenticated | ErrorCode::Forbidden) => {
                self.reply(None, Err(error)).await?;
                Ok(Some(ended))
            }
            // What cannot be asked now is asked soon again.
            Err(_) => Ok(None),
        }
    }

    async fn handle(&mut self, text: &str) -> std::result::Result<(), Closed> {
        let frame = match serde_json::from_str::<Frame>(text) {
            Ok(frame) => frame,
            Err(error) => {
                let refused = Err(Error::invalid(format!("This frame is not understood: {error}")));
                return self.reply(None, refused).await;
            }
        };
        if let Err(error) = self.edge.service.check_visitor(&self.ctx, &self.address) {
            let id = if let Frame::Send { id, .. } = frame { Some(id) } else { None };
            return self.reply(id, Err(error)).await;
        }
        match frame {
            Frame::Ping => self.write(r#"{"type":"pong"}"#.to_owned()).await,
            Frame::Send { id, text, choice, attachment, locale } => {
                let span = tracing::info_span!(
                    target: "lingxi", "widget.send", otel.kind = "server", tenant = %self.ctx.tenant, message.client_id = id,
                    conversation = tracing::field::Empty,
                );
                let inbound = Inbound { conversation: None, client_id: id.clone(), text, choice, attachment, locale };
                let stored = self.edge.service.receive(&self.ctx, inbound).instrument(span).await;
                let ack = stored.map(|message| {
                    json!({ "type": "ack", "id": id, "seq": message.seq, "conversation": message.conversation_id })
                });
                self.reply(Some(id), ack).await
            }
            Frame::Delivered { conversation, seq } => {
                match self.edge.service.mark_delivered(&self.ctx, conversation, seq).await {
                    Ok(()) => Ok(()),
                    Err(error) => self.reply(None, Err(error)).await,
                }
            }
            Frame::Read { conversation, seq } => {
                match self.edge.service.mark_read(&self.ctx, conversation, seq).await {
                    Ok(_) => Ok(()),
                    Err(error) => self.reply(None, Err(error)).await,
                }
            }
            Frame::Rate { conversation, rating, comment } => {
                let rated = self.edge.service.rate(&self.ctx, conversation, rating, comment).await;
                self.reply(None, rated.map(|()| json!({ "type": "rated", "rating": rating }))).await
            }
        }
    }

    async fn reply(&mut self, id: Option<String>, outcome: Result<Value>) -> std::result::Result<(), Closed> {
        let frame = outcome.unwrap_or_else(|error| {
            if let Some(cause) = &error.cause {
                tracing::error!(error.cause = %cause, "A widget frame failed");
            }
            let error = if self.chinese { lingxi_http::in_chinese(error) } else { error };
            json!({ "type": "error", "id": id, "code": error.code, "message": error.message })
        });
        self.write(frame.to_string()).await
    }

    /// Writes a frame. A peer that takes nothing for so long is cut off; it comes back with its last number.
    async fn write(&mut self, text: String) -> std::result::Result<(), Closed> {
        tokio::time::timeout(SLOWEST, self.session.text(text)).await.map_err(|_| Closed)?
    }
}
