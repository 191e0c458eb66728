//! Calls of a service in another process: deadlines, errors, and who is asked again.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use lingxi_bus::Nats;
use lingxi_contracts::remote::{Question, Served, Transport, pack, unpack};
use lingxi_kernel::{Error, ErrorCode, Result};

use crate::nats;

/// A service that answers by the name of the call.
#[derive(Default)]
struct Echo {
    asked: AtomicUsize,
}

#[async_trait]
impl Served for Echo {
    fn service(&self) -> &'static str {
        "echo"
    }

    async fn answer(&self, method: &str, arguments: &[u8]) -> Result<Vec<u8>> {
        let before = self.asked.fetch_add(1, Ordering::Relaxed);
        match method {
            "refuse" => Err(Error::field("name", "Choose another name.").with_field("age", "Grow older.")),
            "fail" => Err(Error::internal("a secret cause")),
            "large" => pack(&"x".repeat(2 << 20)),
            // As one whose process died over it.
            "never" => std::future::pending().await,
            "never_at_first" if before == 0 => std::future::pending().await,
            _ => Ok(arguments.to_vec()),
        }
    }
}

fn question(method: &'static str, idempotent: bool) -> Question {
    Question { service: "echo", method, tenant: None, idempotent, arguments: pack(&"hello").unwrap() }
}

async fn connected(seconds: u64) -> Nats {
    let mut settings = nats::settings().await;
    settings.call_seconds = seconds;
    Nats::connect(&settings, settings.url.as_ref().unwrap()).await.unwrap()
}

#[tokio::test]
async fn an_answer_and_a_refusal_come_back_as_they_are_and_a_cause_stays_there() {
    let nats = connected(5).await;
    let serving = nats.serve(Arc::new(Echo::default())).await.unwrap();
    let answer = nats.ask(question("echo", false)).await.unwrap();
    assert_eq!(unpack::<String>(&answer).unwrap(), "hello");
    let refused = nats.ask(question("refuse", false)).await.unwrap_err();
    assert_eq!((refused.code, refused.fields.len()), (ErrorCode::Invalid, 2), "{refused}");
    assert_eq!(refused.fields[1].message, "Grow older.");
    let failed = nats.ask(question("fail", false)).await.unwrap_err();
    assert_eq!((failed.code, failed.cause), (ErrorCode::Internal, None), "the cause is in the log of the service");
    let large = nats.ask(question("large", false)).await.unwrap_err();
    assert_eq!(large.code, ErrorCode::TooLarge, "{large}");
    let arguments = pack(&"x".repeat(2 << 20)).unwrap();
    let large = nats.ask(Question { arguments, ..question("echo", false) }).await.unwrap_err();
    assert_eq!(large.code, ErrorCode::TooLarge, "{large}");
    serving.stop().await;
}

#[tokio::test]
async fn who_asks_waits_for_a_service_that_is_not_there_yet() {
    let nats = connected(10).await;
    let serving = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        nats.serve(Arc::new(Echo::default())).await.unwrap()
    };
    let (answer, serving) = tokio::join!(nats.ask(question("echo", false)), serving);
    assert_eq!(unpack::<String>(&answer.unwrap()).unwrap(), "hello");
    serving.stop().await;
}

#[tokio::test]
async fn a_call_that_may_not_be_asked_twice_ends_with_its_deadline_and_was_asked_once() {
    let (nats, echo) = (connected(1).await, Arc::new(Echo::default()));
    let _serving = nats.serve(echo.clone()).await.unwrap();
    let started = Instant::now();
    let late = nats.ask(question("never", false)).await.unwrap_err();
    assert_eq!(late.code, ErrorCode::Unavailable, "{late}");
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(echo.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_call_that_may_be_asked_twice_is_asked_again_when_no_answer_comes() {
    let (nats, echo) = (connected(20).await, Arc::new(Echo::default()));
    let _serving = nats.serve(echo.clone()).await.unwrap();
    let answer = nats.ask(question("never_at_first", true)).await.unwrap();
    assert_eq!(unpack::<String>(&answer).unwrap(), "hello");
    assert_eq!(echo.asked.load(Ordering::Relaxed), 2);
}
