//! What every bus must do: the same rules over that of one process and over NATS.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::{self, AckKind};
use async_trait::async_trait;
use chrono::TimeDelta;
use futures::StreamExt as _;
use lingxi_bus::{Bus, BusHandle, Consumer, Heard, InProcess, Nats};
use lingxi_config::Config;
use lingxi_contracts::billing::ApiCallsCounted;
use lingxi_contracts::{Envelope, Event as _};
use lingxi_kernel::{Clock, Ctx, Env, Error, Result, SystemClock, TenantId, Timestamp};
use lingxi_server::cloud::open_database;
use lingxi_store::{Db, dead_letters, inbox, outbox};

use crate::cloud::folder;
use crate::process::{until, until_within};
use crate::{nats, postgres};

const BUSES: [bool; 2] = [false, true];

static SEEDS: AtomicU64 = AtomicU64::new(0);

/// A clock so many seconds before the real one.
#[derive(Default)]
struct Ahead(AtomicI64);

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + TimeDelta::seconds(self.0.load(Ordering::Relaxed))
    }
}

/// A database and a bus over it.
struct Shape {
    bus: Arc<dyn Bus>,
    nats: Option<Nats>,
    settings: Option<lingxi_config::Nats>,
    clock: Arc<Ahead>,
    db: Db,
    ctx: Ctx,
}

/// One bus of the two, ready for a consumer of a name.
async fn shape(over_nats: bool, consumer: &str) -> Shape {
    if !over_nats {
        let mut config = Config::default();
        config.storage.data_dir = folder();
        if postgres::wanted() {
            config.storage.database_url = Some(postgres::fresh().await.app);
        }
        return of(&config, None).await;
    }
    let mut config = Config::default();
    config.storage.database_url = Some(postgres::fresh().await.app);
    config.nats = nats::settings().await;
    let nats = Nats::connect(&config.nats, config.nats.url.as_ref().unwrap()).await.unwrap();
    nats.prepare(&[consumer]).await.unwrap();
    of(&config, Some(nats)).await
}

async fn of(config: &Config, nats: Option<Nats>) -> Shape {
    let clock = Arc::new(Ahead::default());
    let seed = SEEDS.fetch_add(1, Ordering::Relaxed);
    let db = open_database(config, Env::seeded(clock.clone(), seed)).await.unwrap();
    let ctx = Ctx::system(db.env().id::<TenantId>(), "test");
    let bus: Arc<dyn Bus> = match &nats {
        Some(nats) => Arc::new(nats.clone()),
        None => Arc::new(InProcess::default()),
    };
    let settings = nats.is_some().then(|| config.nats.clone());
    Shape { bus, nats, settings, clock, db, ctx }
}

impl Shape {
    async fn deliver(&self, consumer: &Arc<Picky>) -> BusHandle {
        self.bus.deliver(self.db.clone(), vec![consumer.clone()]).await.unwrap()
    }
}

/// Fails or panics on the key `poison` until it is healed, and keeps what it handled; each fact once, by the inbox.
#[derive(Default)]
struct Picky {
    db: Option<Db>,
    gathers: bool,
    panics: bool,
    healed: AtomicBool,
    handled: Mutex<Vec<(String, i64)>>,
    /// Facts that came, again ones too.
    came: AtomicU64,
}

impl Picky {
    fn over(shape: &Shape, gathers: bool) -> Self {
        Self { db: Some(shape.db.clone()), gathers, ..Self::default() }
    }

    fn seen(&self, key: &str) -> Vec<i64> {
        let handled = self.handled.lock().unwrap();
        handled.iter().filter(|(of, _)| of == key).map(|(_, calls)| *calls).collect()
    }
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
        self.came.fetch_add(1, Ordering::Relaxed);
        let counted = event.open::<ApiCallsCounted>()?.unwrap();
        if counted.key == "poison" && !self.healed.load(Ordering::Relaxed) {
            assert!(!self.panics, "poisoned");
            return Err(Error::internal("poisoned"));
        }
        let tx = self.db.as_ref().unwrap().begin(&event.ctx("picky")).await?;
        if inbox::first_time(&tx, "picky", event).await? {
            self.handled.lock().unwrap().push((counted.key, counted.calls));
        }
        tx.commit().await
    }
}

async fn emit(db: &Db, ctx: &Ctx, facts: &[(&str, i64)]) {
    let tx = db.begin(ctx).await.unwrap();
    for (key, calls) in facts {
        tx.emit(&ApiCallsCounted { key: (*key).to_owned(), calls: *calls }).unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_fact_that_cannot_be_handled_stops_nobody_but_its_own_subject() {
    for over_nats in BUSES {
        for (gathers, panics) in [(true, false), (true, true), (false, true)] {
            let shape = shape(over_nats, "picky").await;
            let picky = Arc::new(Picky { panics, ..Picky::over(&shape, gathers) });
            let running = shape.deliver(&picky).await;
            let facts = [("fine", 1), ("poison", 1), ("poison", 2), ("fine", 2), ("other", 1)];
            emit(&shape.db, &shape.ctx, &facts).await;
            emit(&shape.db, &shape.ctx, &[("poison", 3), ("fine", 3)]).await;
            let many: Vec<String> = (0..100).map(|number| format!("many-{number}")).collect();
            let many: Vec<(&str, i64)> = many.iter().map(|key| (key.as_str(), 1)).collect();
            emit(&shape.db, &shape.ctx, &many).await;
            until("the others are handled", async || picky.seen("fine") == [1, 2, 3] && picky.seen("other") == [1])
                .await;
            until("and so are many more", async || many.iter().all(|(key, _)| picky.seen(key) == [1])).await;
            assert_eq!(picky.seen("poison"), [0_i64; 0], "it is still tried");
            picky.healed.store(true, Ordering::Relaxed);
            // Retries wait longer and longer.
            until_within(40, "all are handled", async || picky.seen("poison") == [1, 2, 3]).await;
            running.stop().await;
            let left = outbox::pending(&shape.db, 0, 10).await.unwrap();
            assert!(left.is_empty(), "all of them count as delivered");
        }
    }
}

#[tokio::test]
async fn facts_of_a_subject_are_handled_in_order_and_each_once() {
    for over_nats in BUSES {
        for gathers in [true, false] {
            let shape = shape(over_nats, "picky").await;
            let picky = Arc::new(Picky::over(&shape, gathers));
            let running = shape.deliver(&picky).await;
            // Two tenants; the same subjects in both are different ones.
            let other = Ctx::system(shape.db.env().id::<TenantId>(), "test");
            for round in 0..40 {
                let facts: Vec<(String, i64)> = (0..5).map(|key| (format!("k{key}"), round)).collect();
                let facts: Vec<(&str, i64)> = facts.iter().map(|(key, calls)| (key.as_str(), *calls)).collect();
                let whose = [&shape.ctx, &other][usize::from(round % 2 == 1)];
                emit(&shape.db, whose, &facts).await;
            }
            until("all are handled", async || picky.handled.lock().unwrap().len() >= 200).await;
            running.stop().await;
            let mut by_key: HashMap<String, Vec<i64>> = HashMap::new();
            for (key, round) in picky.handled.lock().unwrap().clone() {
                by_key.entry(format!("{key} {}", round % 2)).or_default().push(round);
            }
            for (key, rounds) in by_key {
                assert_eq!(rounds.len(), 20, "{key}");
                assert!(rounds.is_sorted(), "{key}: {rounds:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_not_confirmed_before_a_stop_comes_again_and_is_known() {
    for over_nats in BUSES {
        let shape = shape(over_nats, "picky").await;
        emit(&shape.db, &shape.ctx, &[("before", 1)]).await;
        let picky = Arc::new(Picky::over(&shape, true));
        let running = shape.deliver(&picky).await;
        until("it is handled", async || picky.seen("before") == [1]).await;
        running.stop().await;
        emit(&shape.db, &shape.ctx, &[("before", 2), ("before", 3)]).await;
        let again = Arc::new(Picky::over(&shape, true));
        let running = shape.deliver(&again).await;
        until("it goes on", async || again.seen("before") == [2, 3]).await;
        running.stop().await;
    }
}

#[tokio::test]
async fn a_dead_letter_that_is_replayed_has_its_effect_once() {
    for over_nats in BUSES {
        let shape = shape(over_nats, "picky").await;
        let picky = Arc::new(Picky::over(&shape, true));
        let running = shape.deliver(&picky).await;
        emit(&shape.db, &shape.ctx, &[("letter", 1)]).await;
        until("it is handled", async || picky.seen("letter") == [1]).await;
        let tx = shape.db.begin(&shape.ctx).await.unwrap();
        let id = tx.emit(&ApiCallsCounted { key: "letter".into(), calls: 2 }).unwrap();
        tx.commit().await.unwrap();
        until("the next is handled", async || picky.seen("letter") == [1, 2]).await;
        let event = Envelope::new(
            id,
            shape.ctx.tenant,
            shape.db.env().now(),
            &ApiCallsCounted { key: "letter".into(), calls: 2 },
        );
        dead_letters::put(&shape.db, "picky", &event.unwrap(), "a test").await.unwrap();
        let came = picky.came.load(Ordering::Relaxed);
        assert!(dead_letters::replay(&shape.db, id, "picky").await.unwrap());
        until("it comes again", async || picky.came.load(Ordering::Relaxed) > came).await;
        assert_eq!(dead_letters::count(&shape.db).await.unwrap(), 0);
        assert_eq!(picky.seen("letter"), [1, 2], "and is known");
        running.stop().await;
    }
}

#[tokio::test]
async fn live_events_reach_whoever_listens_in_the_tenant() {
    for over_nats in BUSES {
        let shape = shape(over_nats, "picky").await;
        let live = shape.bus.live();
        let mut listening = live.subscribe(shape.ctx.tenant, "desk").await;
        let mut also = live.subscribe(shape.ctx.tenant, "desk").await;
        live.publish(shape.db.env().id(), "desk", 1.into());
        live.publish(shape.ctx.tenant, "another", 2.into());
        live.publish(shape.ctx.tenant, "desk", 3.into());
        for listener in [&mut listening, &mut also] {
            loop {
                match listener.recv().await {
                    Heard::Event(event) => break assert_eq!(*event, 3),
                    // The connection is new.
                    Heard::Missed => live.publish(shape.ctx.tenant, "desk", 3.into()),
                }
            }
        }
    }
}

#[tokio::test]
async fn processes_share_the_facts_and_go_on_without_one_of_them() {
    let one = shape(true, "picky").await;
    let (first, second) = (Arc::new(Picky::over(&one, true)), Arc::new(Picky::over(&one, true)));
    let running = one.deliver(&first).await;
    let other = one.deliver(&second).await;
    let tenants: Vec<Ctx> = (0..16).map(|_| Ctx::system(one.db.env().id::<TenantId>(), "test")).collect();
    let handled = |picky: &Picky| picky.handled.lock().unwrap().len();
    let (mut round, mut both) = (0, false);
    while !both {
        round += 1;
        assert!(round < 60, "each takes its share");
        for ctx in &tenants {
            emit(&one.db, ctx, &[("shared", round)]).await;
        }
        until("all are handled", async || handled(&first) + handled(&second) == usize::try_from(round).unwrap() * 16)
            .await;
        both = handled(&first) > 0 && handled(&second) > 0;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    running.stop().await;
    for ctx in &tenants {
        emit(&one.db, ctx, &[("alone", 1)]).await;
    }
    until("the other one takes all", async || second.seen("alone").len() == 16).await;
    other.stop().await;
}

#[tokio::test]
async fn a_bus_that_was_not_made_ready_says_what_to_do() {
    let shape = shape(true, "another").await;
    let picky = Arc::new(Picky::over(&shape, true));
    let refused = shape.bus.deliver(shape.db.clone(), vec![picky]).await.unwrap_err();
    assert!(refused.message.contains("lingxi migrate"), "{refused}");
    shape.nats.unwrap().ping().await.unwrap();
}

/// The consumer of NATS in which a tenant's facts are, for a service.
async fn consumer_of(broker: &str, prefix: &str, service: &str, tenant: TenantId) -> PullConsumer {
    let jetstream = jetstream::new(async_nats::connect(broker).await.unwrap());
    let stream = jetstream.get_stream(format!("{prefix}_facts")).await.unwrap();
    let part = tenant.uuid().as_u128() % 8;
    stream.get_consumer(&format!("{service}-{part}")).await.unwrap()
}

#[tokio::test]
async fn a_fact_over_which_every_process_dies_becomes_a_dead_letter_and_can_be_replayed() {
    let shape = shape(true, "picky").await;
    let settings = shape.settings.clone().unwrap();
    let nats = shape.nats.as_ref().unwrap();
    nats.prepare(&["another"]).await.unwrap();
    // Another service runs; ours dies again and again.
    let running = nats.deliver(shape.db.clone(), vec![Arc::new(Another)]).await.unwrap();
    emit(&shape.db, &shape.ctx, &[("deadly", 1)]).await;
    let consumer = consumer_of(settings.url.as_ref().unwrap(), &settings.prefix, "picky", shape.ctx.tenant).await;
    let mut deaths = 0;
    while dead_letters::count(&shape.db).await.unwrap() == 0 {
        let mut handed = consumer.fetch().max_messages(1).expires(Duration::from_secs(1)).messages().await.unwrap();
        while let Some(Ok(message)) = handed.next().await {
            deaths += 1;
            message.ack_with(AckKind::Nak(None)).await.unwrap();
        }
        assert!(deaths <= 8, "it is handed out eight times");
    }
    let (letter, event) = dead_letters::all(&shape.db).await.unwrap().remove(0);
    assert_eq!((letter.consumer.as_str(), deaths), ("picky", 8));
    let picky = Arc::new(Picky::over(&shape, true));
    let ours = shape.deliver(&picky).await;
    assert!(dead_letters::replay(&shape.db, event.id, "picky").await.unwrap());
    until("it is handled after all", async || picky.seen("deadly") == [1]).await;
    ours.stop().await;
    running.stop().await;
}

#[tokio::test]
async fn what_was_published_and_lost_with_the_stream_is_found_and_handled_once() {
    let shape = shape(true, "picky").await;
    let settings = shape.settings.clone().unwrap();
    let nats = shape.nats.as_ref().unwrap();
    nats.prepare(&["another"]).await.unwrap();
    let running = nats.deliver(shape.db.clone(), vec![Arc::new(Another)]).await.unwrap();
    emit(&shape.db, &shape.ctx, &[("lost", 1), ("lost", 2)]).await;
    until("they are published", async || outbox::pending(&shape.db, 0, 1).await.unwrap().is_empty()).await;
    running.stop().await;
    let jetstream = jetstream::new(async_nats::connect(settings.url.as_ref().unwrap()).await.unwrap());
    jetstream.delete_stream(format!("{}_facts", settings.prefix)).await.unwrap();
    nats.prepare(&["picky"]).await.unwrap();
    let picky = Arc::new(Picky::over(&shape, true));
    let running = shape.deliver(&picky).await;
    emit(&shape.db, &shape.ctx, &[("later", 1)]).await;
    until("what comes now is handled", async || picky.seen("later") == [1]).await;
    assert_eq!(picky.seen("lost"), [0_i64; 0], "what is young may be on its way");
    shape.clock.0.store(60, Ordering::Relaxed);
    until_within(40, "they are found by comparing outbox and inbox", async || picky.seen("lost") == [1, 2]).await;
    assert_eq!(picky.seen("later"), [1]);
    running.stop().await;
}

/// A service that wants nothing.
struct Another;

#[async_trait]
impl Consumer for Another {
    fn name(&self) -> &'static str {
        "another"
    }

    fn wants(&self, _: &str) -> bool {
        false
    }

    async fn handle(&self, _: &Envelope) -> Result<()> {
        Ok(())
    }
}
