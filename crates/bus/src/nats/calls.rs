//! Calls of services in other processes: request and reply, with deadline and trace.

use std::sync::Arc;
use std::time::Duration;

use async_nats::{HeaderMap, HeaderValue, Message, RequestErrorKind, Subscriber};
use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use lingxi_contracts::remote::{Question, Served, Transport};
use lingxi_kernel::{Error, ErrorCode, Result};
use lingxi_telemetry::trace;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{Nats, away};

const METHOD: &str = "Lingxi-Method";
/// Milliseconds that the caller waits.
const PATIENCE: &str = "Lingxi-Patience";
const TRACE: &str = "traceparent";
/// Whose question it is, for logs and traces.
const TENANT: &str = "Lingxi-Tenant";
/// On an answer that is an error.
const REFUSED: &str = "Lingxi-Refused";

/// After this time, who may ask twice asks another process.
const ASKED_AGAIN: Duration = Duration::from_secs(3);
/// A service that nobody serves at the moment is asked again after this time.
const NOBODY: Duration = Duration::from_millis(50);

impl Nats {
    /// Answers calls of a service from now on, beside other processes that do so.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the connection has ended.
    pub async fn serve(&self, served: Arc<dyn Served>) -> Result<Serving> {
        let service = served.service();
        let subject = self.names.call(service);
        let calls = self.client.queue_subscribe(subject, service.to_owned()).await.map_err(|error| away(&error))?;
        self.client.flush().await.map_err(|error| away(&error))?;
        let (stop, stopping) = watch::channel(false);
        Ok(Serving { stop, task: tokio::spawn(answer_all(self.clone(), served, calls, stopping)) })
    }

    async fn ask_once(&self, question: &Question, patience: Duration) -> Result<Vec<u8>, Missing> {
        let mut headers = HeaderMap::new();
        headers.insert(METHOD, question.method);
        headers.insert(PATIENCE, patience.as_millis().to_string().as_str());
        if let Some(tenant) = question.tenant {
            headers.insert(TENANT, tenant.to_string().as_str());
        }
        if let Some(traceparent) = trace::current() {
            headers.insert(TRACE, traceparent.as_str());
        }
        let request = async_nats::Request::new()
            .payload(question.arguments.clone().into())
            .headers(headers)
            .timeout(Some(patience));
        let answer = self.client.send_request(self.names.call(question.service), request).await;
        let answer = answer.map_err(|error| match error.kind() {
            RequestErrorKind::NoResponders => Missing::Nobody,
            RequestErrorKind::TimedOut => Missing::Answer,
            RequestErrorKind::MaxPayloadExceeded => Missing::Refused(too_large("This request")),
            _ => Missing::Refused(away(&error)),
        })?;
        let refused = answer.headers.as_ref().is_some_and(|headers| headers.get(REFUSED).is_some());
        if refused {
            let error = serde_json::from_slice(&answer.payload).unwrap_or_else(Error::internal);
            return Err(Missing::Refused(error));
        }
        Ok(answer.payload.to_vec())
    }
}

/// Why there is no result.
enum Missing {
    /// Nobody serves this at the moment; nothing has happened.
    Nobody,
    /// Somebody was asked; what happened is not known.
    Answer,
    Refused(Error),
}

#[async_trait]
impl Transport for Nats {
    async fn ask(&self, question: Question) -> Result<Vec<u8>> {
        let span = tracing::info_span!(
            target: "lingxi",
            "call",
            otel.kind = "client",
            otel.name = format!("{}.{}", question.service, question.method),
            tenant = question.tenant.map(tracing::field::display),
        );
        let asking = async {
            let deadline = Instant::now() + self.call_time;
            let started = Instant::now();
            loop {
                let left = deadline.saturating_duration_since(Instant::now());
                let patience = if question.idempotent { left.min(ASKED_AGAIN) } else { left };
                let outcome = match self.ask_once(&question, patience).await {
                    Ok(answer) => Ok(answer),
                    Err(Missing::Refused(error)) => Err(error),
                    Err(Missing::Nobody) if left > NOBODY => {
                        tokio::time::sleep(NOBODY).await;
                        continue;
                    }
                    Err(Missing::Answer) if question.idempotent && left > patience => continue,
                    Err(_) => Err(unanswered(&question)),
                };
                let seconds = started.elapsed().as_secs_f64();
                metrics::histogram!("lingxi_call_seconds", "service" => question.service).record(seconds);
                return outcome;
            }
        };
        asking.instrument(span).await
    }
}

fn unanswered(question: &Question) -> Error {
    let message = "A part of the service does not answer at the moment. Please try again.";
    let cause = format!("no answer of {}.{} in time", question.service, question.method);
    Error { cause: Some(cause), ..Error::new(ErrorCode::Unavailable, message) }
}

fn too_large(what: &str) -> Error {
    Error::new(ErrorCode::TooLarge, format!("{what} is larger than a message may be; ask for less at a time."))
}

/// Answers calls until it is stopped.
#[derive(Debug)]
pub struct Serving {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Serving {
    /// Takes no new calls, and returns when those that were taken are answered.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn answer_all(nats: Nats, served: Arc<dyn Served>, mut calls: Subscriber, mut stop: watch::Receiver<bool>) {
    let mut answering = JoinSet::new();
    loop {
        tokio::select! {
            call = calls.next() => match call {
                Some(call) => {
                    answering.spawn(answer(nats.clone(), served.clone(), call));
                }
                None => break,
            },
            _ = answering.join_next(), if !answering.is_empty() => {}
            // What has come to this process already is answered still.
            _ = stop.changed() => {
                if calls.drain().await.is_err() {
                    break;
                }
                while let Some(call) = calls.next().await {
                    answering.spawn(answer(nats.clone(), served.clone(), call));
                }
                break;
            }
        }
    }
    while answering.join_next().await.is_some() {}
    let _ = nats.client.flush().await;
}

async fn answer(nats: Nats, served: Arc<dyn Served>, call: Message) {
    let Some(reply) = call.reply else { return };
    let header = |name: &str| call.headers.as_ref().and_then(|headers| headers.get(name)).map(HeaderValue::as_str);
    let method = header(METHOD).unwrap_or_default();
    let patience =
        header(PATIENCE).and_then(|patience| patience.parse().ok()).map_or(nats.call_time, Duration::from_millis);
    let span = tracing::info_span!(
        target: "lingxi", "answer", otel.kind = "server", otel.name = format!("{}.{method}", served.service()),
        tenant = header(TENANT), conversation = tracing::field::Empty,
    );
    trace::continue_from(&span, header(TRACE));
    // Nobody waits for an answer that comes later.
    let started = Instant::now();
    let answered = tokio::time::timeout(patience, served.answer(method, &call.payload).instrument(span)).await;
    let outcome = match &answered {
        Ok(Ok(_)) => "ok",
        Ok(Err(error)) if error.cause.is_none() => "refused",
        Ok(Err(_)) => "failed",
        Err(_) => "late",
    };
    metrics::counter!("lingxi_answers_total", "service" => served.service(), "outcome" => outcome).increment(1);
    metrics::histogram!("lingxi_answer_seconds", "service" => served.service()).record(started.elapsed().as_secs_f64());
    let most = nats.client.server_info().max_payload;
    let answer = match answered {
        Err(_) => return,
        Ok(Ok(answer)) if answer.len() > most => Err(too_large("The answer")),
        Ok(answer) => answer,
    };
    let sent = match answer {
        Ok(answer) => nats.client.publish(reply, answer.into()).await,
        Err(error) => {
            if let Some(cause) = &error.cause {
                tracing::error!(service = served.service(), method, error.cause = %cause, "A call failed");
            }
            let mut headers = HeaderMap::new();
            headers.insert(REFUSED, "1");
            let error = serde_json::to_vec(&error).map_or_else(|_| Bytes::new(), Bytes::from);
            nats.client.publish_with_headers(reply, headers, error).await
        }
    };
    if let Err(error) = sent {
        tracing::warn!(error.cause = %error, "An answer could not be sent");
    }
}
