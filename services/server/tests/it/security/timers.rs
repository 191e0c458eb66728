//! One firm cannot stop another: for every timer a firm whose work fails stands beside one whose work is done.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use lingxi_contracts::channels::{ConversationStatus, DeliveryStatus};
use lingxi_contracts::routing::Activity;
use lingxi_contracts::tenants::ExportStatus;
use lingxi_kernel::{Ctx, Currency, Money, PageArgs, Role};
use lingxi_store::turns::{self, Turns};
use sea_orm::ConnectionTrait as _;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::TestCloud;

/// Changes rows behind the product's back, as a broken disk or an old fault does.
async fn tamper(test: &TestCloud, owner: &Ctx, sql: &str) {
    let tx = test.db().begin(owner).await.unwrap();
    tx.conn().execute_unprepared(&format!("{sql} AND tenant_id = {}", id_of(owner))).await.unwrap();
    tx.commit().await.unwrap();
}

/// The firm's id as its database writes it.
fn id_of(owner: &Ctx) -> String {
    let id = owner.tenant.uuid();
    if crate::postgres::wanted() { format!("'{id}'") } else { format!("X'{}'", id.simple()) }
}

/// What failed of a firm's work: the timers and the causes.
async fn setbacks(test: &TestCloud, owner: &Ctx) -> Vec<turns::Model> {
    turns::setbacks(&test.db().read(owner)).await.unwrap()
}

async fn is_noted(test: &TestCloud, owner: &Ctx, timer: &str) {
    let all = setbacks(test, owner).await;
    let found = all.iter().find(|one| one.timer == timer);
    assert!(found.is_some_and(|one| one.attempts > 0 && !one.cause.is_empty()), "{timer}: {all:?}");
}

async fn two_firms(test: &TestCloud) -> (Ctx, Ctx) {
    (test.firm("Bad").await, test.firm("Good").await)
}

async fn run(test: &TestCloud) {
    test.cloud.run_timers().await.unwrap();
    test.settle().await;
}

/// A mail server that refuses the addresses of a firm and takes all others; who got mail.
async fn mail_server(refused: &'static str) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let got = Arc::new(Mutex::new(Vec::new()));
    let all = got.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(take_mail(socket, refused, all.clone()));
        }
    });
    (url, got)
}

/// Speaks SMTP as far as mails need it.
async fn take_mail(socket: TcpStream, refused: &str, all: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 hello\r\n").await.unwrap();
    let (mut data, mut to) = (false, String::new());
    while let Ok(Some(line)) = lines.next_line().await {
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "." if data => {
                data = false;
                all.lock().unwrap().push(to.clone());
                "250 taken"
            }
            _ if data => continue,
            "RCPT" => {
                to.clone_from(&line);
                if line.contains(refused) { "550 nobody of that name" } else { "250 fine" }
            }
            "DATA" => {
                data = true;
                "354 go on"
            }
            _ => "250 fine",
        };
        if write.write_all(format!("{answer}\r\n").as_bytes()).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn mails_to_dead_addresses_stop_no_other_firms_mail_and_are_given_up_in_the_end() {
    let (url, got) = mail_server("dead.example").await;
    let test = TestCloud::start_with(|config| config.mail.smtp_url = Some(url)).await;
    let (bad, good) = two_firms(&test).await;
    run(&test).await;
    let tenants = &test.cloud.services.tenants;
    // Sixty of them, older than what the other firm writes.
    tenants.invite(&bad, "nobody@dead.example", lingxi_kernel::Role::Agent).await.unwrap();
    for copy in 10..70 {
        let id = if crate::postgres::wanted() {
            format!("'00000000-0000-0000-0000-{copy:012}'::uuid")
        } else {
            format!("X'{copy:032}'")
        };
        let copied = format!(
            "INSERT INTO tenants_mail (tenant_id, id, receiver, subject, body, created_at) \
             SELECT tenant_id, {id}, receiver, subject, body, created_at FROM tenants_mail \
             WHERE receiver = 'nobody@dead.example' "
        );
        tamper(&test, &bad, &(copied + "AND id NOT IN (SELECT id FROM tenants_mail WHERE subject = 'copy')")).await;
        tamper(&test, &bad, &format!("UPDATE tenants_mail SET subject = 'copy' WHERE id = {id}")).await;
    }
    tenants.invite(&good, "agent@alive.example", lingxi_kernel::Role::Agent).await.unwrap();
    run(&test).await;
    assert!(got.lock().unwrap().iter().any(|to| to.contains("agent@alive.example")), "beside sixty that are refused");
    is_noted(&test, &bad, "waiting mail").await;
    assert!(setbacks(&test, &bad).await[0].cause.contains("nobody of that name"));
    assert_eq!(setbacks(&test, &good).await, []);
    let tries = setbacks(&test, &bad).await.iter().map(|one| one.attempts).max().unwrap();
    test.cloud.run_timers().await.unwrap();
    assert_eq!(setbacks(&test, &bad).await.iter().map(|one| one.attempts).max(), Some(tries), "not at once again");
    // Each round tries what rests no longer; five mails of a firm in a round.
    for _ in 0..250 {
        test.pass(TimeDelta::minutes(361));
        test.cloud.run_timers().await.unwrap();
        if setbacks(&test, &bad).await.iter().any(|one| one.given_up) {
            return test.end().await;
        }
    }
    panic!("nothing is given up: {:?}", setbacks(&test, &bad).await);
}

/// A receiver that takes calls and never answers.
async fn silent_receiver() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((socket, _)) = listener.accept().await {
            held.push(socket);
        }
    });
    url
}

#[tokio::test]
async fn a_receiver_that_never_answers_keeps_no_other_firms_webhooks_waiting() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let test = TestCloud::start_with(|config| config.limits.private_webhooks = true).await;
    let (bad, good) = two_firms(&test).await;
    let channels = &test.cloud.services.channels;
    channels.create_webhook(&bad, &silent_receiver().await).await.unwrap();
    let visitor = test.visitor(&bad).await;
    for number in 0..25 {
        test.say(&visitor, &number.to_string(), "how do I cancel my policy").await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            crate::webhooks::request_of(&mut socket).await;
            let _ = socket.write_all(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n").await;
        }
    });
    channels.create_webhook(&good, &url).await.unwrap();
    test.say(&test.visitor(&good).await, "1", "how do I cancel my policy").await;
    test.cloud.run_timers().await.unwrap();
    let delivered = channels.deliveries(&good, None, PageArgs::largest()).await.unwrap().into_items();
    assert!(
        !delivered.is_empty() && delivered.iter().all(|one| one.status == DeliveryStatus::Delivered),
        "{delivered:?}"
    );
    test.end().await;
}

#[tokio::test]
async fn a_firm_whose_bill_cannot_be_made_keeps_no_other_from_its_own() {
    let test = TestCloud::start().await;
    let (bad, good) = two_firms(&test).await;
    for owner in [&bad, &good] {
        test.say(&test.visitor(owner).await, "1", "how do I cancel my policy").await;
    }
    tamper(&test, &bad, "UPDATE billing_bucket SET sum = 'torn' WHERE 1 = 1").await;
    let billing = &test.cloud.services.billing;
    // One firm's rows are a difference of its own in the comparison, and the others are compared.
    let report = billing.reconcile(&lingxi_store::system::ctx("billing")).await.unwrap();
    assert!(report.differences.iter().any(|one| one.tenant == Some(bad.tenant.to_string())), "{report:?}");
    assert!(report.differences.iter().all(|one| one.tenant != Some(good.tenant.to_string())), "{report:?}");
    test.pass(TimeDelta::days(32));
    run(&test).await;
    assert_eq!(billing.invoices(&good, PageArgs::largest()).await.unwrap().into_items().len(), 1);
    is_noted(&test, &bad, "drafts of invoices").await;
    test.end().await;
}

#[tokio::test]
async fn an_import_that_cannot_be_read_keeps_no_other_from_being_stored() {
    let test = TestCloud::start().await;
    let (bad, good) = two_firms(&test).await;
    let bot = &test.cloud.services.bot;
    let file = || b"title,answer\nFerry to the island,At eight and at noon.\n".to_vec();
    for owner in [&bad, &good] {
        bot.preview_import(owner, "faq.csv", file()).await.unwrap();
        tamper(&test, owner, "UPDATE bot_import SET status = 'running' WHERE 1 = 1").await;
    }
    tamper(&test, &bad, "UPDATE bot_import SET content = 'torn' WHERE 1 = 1").await;
    run(&test).await;
    is_noted(&test, &bad, "imports that were left").await;
    let articles = bot.articles(&good, Some("Ferry to the island".into()), None, PageArgs::largest()).await.unwrap();
    assert_eq!(articles.into_items().len(), 1);
    test.end().await;
}

/// What the timers' work is written to.
const WRITTEN: [&str; 10] = [
    "billing_grant",
    "billing_invoice",
    "billing_outcome",
    "billing_subscription",
    "bot_flow",
    "channels_channel",
    "channels_conversation",
    "routing_reservation",
    "routing_worker",
    "tenants_export",
];

/// From now on nothing of the firm can be changed: whatever a timer does for it fails.
async fn freeze(test: &TestCloud, owner: &Ctx) {
    let firm = id_of(owner);
    if crate::postgres::wanted() {
        // Tables and triggers are their owner's, who is somebody else than the product.
        let url = test.config.storage.database_url.as_ref().unwrap().replace("lingxi_app@", "lingxi_owner@");
        let tables = WRITTEN.map(|table| format!("'{table}'")).join(", ");
        let sql = format!(
            "CREATE FUNCTION public.frozen() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'frozen'; END $$ LANGUAGE plpgsql;
             DO $$ DECLARE one record; BEGIN
               FOR one IN SELECT schemaname, tablename FROM pg_tables WHERE tablename IN ({tables}) LOOP
                 EXECUTE format('CREATE TRIGGER frozen BEFORE UPDATE OR DELETE ON %I.%I FOR EACH ROW
                   WHEN (OLD.tenant_id = %L) EXECUTE FUNCTION public.frozen()', one.schemaname, one.tablename, {firm});
               END LOOP;
             END $$"
        );
        let conn = crate::postgres::connect(&url).await;
        conn.execute_unprepared(&sql).await.unwrap();
        return conn.close().await.unwrap();
    }
    let tx = test.db().begin(&lingxi_store::system::ctx("test")).await.unwrap();
    for table in WRITTEN {
        for deed in ["UPDATE", "DELETE"] {
            let sql = format!(
                "CREATE TRIGGER frozen_{table}_{deed} BEFORE {deed} ON {table} WHEN OLD.tenant_id = {firm}
                 BEGIN SELECT RAISE(ABORT, 'frozen'); END"
            );
            tx.conn().execute_unprepared(&sql).await.unwrap();
        }
    }
    tx.commit().await.unwrap();
}

/// A firm that has work for the timers.
struct Busy {
    owner: Ctx,
    agent: Ctx,
    quiet: Ctx,
    asleep: Ctx,
}

impl Busy {
    async fn start(test: &TestCloud, owner: Ctx) -> Self {
        let services = &test.cloud.services;
        let agent = test.member(&owner, "Ada", Role::Agent).await;
        let (quiet, asleep) = (test.visitor(&owner).await, test.visitor(&owner).await);
        test.say(&quiet, "1", "how do I cancel my policy").await;
        test.say(&asleep, "1", "please let me talk to a person").await;
        let (id, until) = (test.conversation(&asleep).await.id, test.db().env().now() + TimeDelta::hours(1));
        services.channels.set_status(&owner, id, ConversationStatus::Snoozed, Some(until)).await.unwrap();
        services.routing.set_activity(&agent, Activity::Available).await.unwrap();
        test.say(&test.visitor(&owner).await, "1", "please let me talk to a person").await;
        assert!(!services.routing.my_reservations(&agent).await.unwrap().is_empty());
        let (operator, ten) = (lingxi_store::system::ctx("billing"), Money::new(1_000, Currency::Usd));
        services.billing.grant_credit(&operator, owner.tenant, ten, "welcome", Some(until)).await.unwrap();
        services.tenants.request_export(&owner).await.unwrap();
        Self { owner, agent, quiet, asleep }
    }
}

#[tokio::test]
async fn a_firm_for_which_nothing_can_be_written_keeps_no_timer_from_working_for_another() {
    let test = TestCloud::start().await;
    let (bad, good) = two_firms(&test).await;
    // What ended quietly has a resolution that stands later.
    for owner in [&bad, &good] {
        test.say(&test.visitor(owner).await, "1", "how do I cancel my policy").await;
    }
    test.pass(TimeDelta::hours(3));
    run(&test).await;
    let (bad, good) = (Busy::start(&test, bad).await, Busy::start(&test, good).await);
    freeze(&test, &bad.owner).await;
    let services = &test.cloud.services;
    test.pass(TimeDelta::seconds(40));
    run(&test).await;
    assert!(services.routing.my_reservations(&good.agent).await.unwrap().is_empty(), "the offer is over");
    test.pass(TimeDelta::hours(100));
    run(&test).await;
    assert_eq!(test.conversation(&good.quiet).await.status, ConversationStatus::Resolved);
    assert_eq!(test.conversation(&good.asleep).await.status, ConversationStatus::Open);
    let credit = services.billing.wallet(&good.owner).await.unwrap().grants;
    assert!(credit.iter().all(|grant| grant.note != "welcome" || grant.remaining.minor == 0), "{credit:?}");
    assert_eq!(services.tenants.exports(&good.owner).await.unwrap()[0].status, ExportStatus::Ready);
    test.pass(TimeDelta::days(40));
    run(&test).await;
    test.pass(TimeDelta::days(8));
    run(&test).await;
    let invoices = services.billing.invoices(&good.owner, PageArgs::largest()).await.unwrap().into_items();
    assert!(invoices.iter().any(|invoice| invoice.number.is_some()), "{invoices:?}");
    assert_eq!(setbacks(&test, &good.owner).await, []);
    let failed: BTreeSet<String> = setbacks(&test, &bad.owner).await.into_iter().map(|one| one.timer).collect();
    for timer in [
        "archives",
        "credit that expires",
        "offers that expire",
        "periods that end",
        "quiet conversations",
        "resolutions that stood",
        "snoozes that end",
    ] {
        assert!(failed.contains(timer), "{timer} is not among {failed:?}");
    }
    test.end().await;
}

#[tokio::test]
async fn work_is_shared_among_firms_and_what_fails_is_tried_later_and_later() {
    let test = TestCloud::start().await;
    let (bad, good) = two_firms(&test).await;
    let turns = Turns::new(test.db(), "a test", 2, 100);
    let key = |owner: &Ctx| (owner.tenant.uuid(), owner.tenant.uuid());
    let done = Mutex::new(Vec::new());
    let round = async || {
        let work = vec![key(&bad), key(&good)];
        let act = |(tenant, _)| -> futures::future::BoxFuture<'_, lingxi_kernel::Result<()>> {
            let (bad, done) = (bad.tenant.uuid(), &done);
            Box::pin(async move {
                done.lock().unwrap().push(tenant);
                assert!(tenant != bad, "this firm's work panics");
                Ok(())
            })
        };
        turns.each(work, |key| *key, act).await.unwrap();
        std::mem::take(&mut *done.lock().unwrap())
    };
    let both = vec![bad.tenant.uuid(), good.tenant.uuid()];
    assert_eq!(round().await, both);
    assert_eq!(round().await, both[1..], "what has just failed rests");
    test.pass(TimeDelta::seconds(31));
    assert_eq!(round().await, both);
    test.pass(TimeDelta::seconds(31));
    assert_eq!(round().await, both[1..], "and longer each time");
    assert_eq!(setbacks(&test, &bad).await[0].attempts, 2);
    test.end().await;
}
