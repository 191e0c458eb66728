//! A fact that cannot be handled stops nobody but what belongs to the same subject.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on should stop with its line")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use lingxi_bus::{Consumer, Relay};
use lingxi_contracts::billing::ApiCallsCounted;
use lingxi_contracts::{Envelope, Event as _};
use lingxi_kernel::{Ctx, Env, Error, Result, TenantId};
use lingxi_store::{Db, outbox, schema};

/// Fails or panics on the key `poison` until it is healed, and keeps what it handled.
struct Picky {
    gathers: bool,
    panics: bool,
    healed: AtomicBool,
    handled: Mutex<Vec<(String, i64)>>,
}

#[async_trait]
impl Consumer for Picky {
    fn name(&self) -> &'static str {
        "picky"
    }

    fn wants(&self, kind: &str) -> bool {
        kind == ApiCallsCounted::TYPE
    }

    fn gathers(&self) -> Option<Duration> {
        self.gathers.then_some(Duration::ZERO)
    }

    async fn handle(&self, event: &Envelope) -> Result<()> {
        let counted = event.open::<ApiCallsCounted>()?.unwrap();
        if counted.key == "poison" && !self.healed.load(Ordering::Relaxed) {
            assert!(!self.panics, "poisoned");
            return Err(Error::internal("poisoned"));
        }
        // Idempotent, as every consumer is.
        let (mut handled, fact) = (self.handled.lock().unwrap(), (counted.key, counted.calls));
        if !handled.contains(&fact) {
            handled.push(fact);
        }
        Ok(())
    }
}

async fn emit(db: &Db, ctx: &Ctx, facts: &[(&str, i64)]) {
    let tx = db.begin(ctx).await.unwrap();
    for (key, calls) in facts {
        tx.emit(&ApiCallsCounted { key: (*key).to_owned(), calls: *calls }).unwrap();
    }
    tx.commit().await.unwrap();
}

async fn stops_nobody_else(gathers: bool, panics: bool) {
    let folder = std::env::temp_dir().join(format!("lingxi-bus-{}-{gathers}-{panics}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let env = Env::system();
    let ctx = Ctx::system(env.id::<TenantId>(), "test");
    let path = folder.join("test.db");
    lingxi_migrations::up(&schema::sqlite(&path).await.unwrap()).await.unwrap();
    let db = Db::open(&path, env).await.unwrap();
    let picky = Arc::new(Picky { gathers, panics, healed: AtomicBool::new(false), handled: Mutex::default() });
    let relay = Relay::start(db.clone(), vec![picky.clone()]);
    emit(&db, &ctx, &[("fine", 1), ("poison", 1), ("poison", 2), ("fine", 2), ("other", 1)]).await;
    emit(&db, &ctx, &[("poison", 3), ("fine", 3)]).await;
    let seen = |key: &str| -> Vec<i64> {
        let handled = picky.handled.lock().unwrap();
        handled.iter().filter(|(of, _)| of == key).map(|(_, calls)| *calls).collect()
    };
    until(|| seen("fine") == [1, 2, 3] && seen("other") == [1]).await;
    assert_eq!(seen("poison"), [0_i64; 0], "it is still tried");
    picky.healed.store(true, Ordering::Relaxed);
    until(|| seen("poison") == [1, 2, 3]).await;
    relay.stop().await;
    assert!(outbox::pending(&db, 0, 10).await.unwrap().is_empty(), "all of them count as delivered");
    let _ = std::fs::remove_dir_all(&folder);
}

/// Waits until something holds, at most twenty seconds: retries wait longer and longer.
async fn until(holds: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if holds() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not in twenty seconds");
}

#[tokio::test]
async fn a_poisoned_subject_waits_alone_where_facts_are_gathered() {
    stops_nobody_else(true, false).await;
}

#[tokio::test]
async fn a_panic_on_gathered_facts_is_a_failure_like_any_other() {
    stops_nobody_else(true, true).await;
}

#[tokio::test]
async fn a_panic_on_a_single_fact_is_a_failure_like_any_other() {
    stops_nobody_else(false, true).await;
}
