//! What the database gives without us: the rows of billing straight into tables of the same form.

use std::time::{Duration, Instant};

use futures::future::join_all;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, Statement};

use crate::Failure;
use crate::billing::Dice;

/// Who writes at a time, on PostgreSQL.
const WRITERS: usize = 4;

/// Invoices that share a commit, as in the product.
const TOGETHER: usize = 25;

/// The facts of an invoice: one of its lines, and what an event or a payer takes.
const LINE: &str = r#"{"key":"message","name":{"en":"Messages","zh":"消息"},"quantity":"98765","unit_price":"0.001","net":9877,"tax":0,"from":"2026-09-30T16:00:00Z","to":"2026-10-31T16:00:00Z"}"#;

const MOMENT: &str = "'2026-11-26T00:00:00Z'";

/// How many write to a database at a time.
fn writers(url: &str) -> usize {
    if url.starts_with("sqlite") { 1 } else { WRITERS }
}

/// An id as the database writes it.
fn id(number: usize, sqlite: bool) -> String {
    if sqlite { format!("x'{number:032x}'") } else { format!("'{number:032x}'") }
}

/// Connects as the product does.
pub(crate) async fn connect(url: &str, connections: u32) -> Result<DatabaseConnection, Failure> {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(connections).sqlx_logging(false);
    if url.starts_with("sqlite") {
        options.map_sqlx_sqlite_opts(|sqlite| sqlite.pragma("journal_mode", "WAL").pragma("synchronous", "FULL"));
    }
    Ok(Database::connect(options).await?)
}

/// The same rows straight into a table of the same form, committed durably batch by batch: what the database gives without us.
pub(crate) async fn events(url: &str, size: usize, seconds: u64) -> Result<f64, Failure> {
    let sqlite = url.starts_with("sqlite");
    let connections = writers(url);
    let database = connect(url, u32::try_from(connections)?).await?;
    let blob = if sqlite { "BLOB" } else { "UUID" };
    database.execute_unprepared("DROP TABLE IF EXISTS bare_event").await?;
    database
        .execute_unprepared(&format!(
            "CREATE TABLE bare_event (tenant_id {blob} NOT NULL, id {blob} NOT NULL, source TEXT NOT NULL, source_id TEXT NOT NULL,
             kind TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, received_at TEXT NOT NULL, data TEXT NOT NULL,
             payload {blob} NOT NULL, PRIMARY KEY (tenant_id, id))"
        ))
        .await?;
    let until = Instant::now() + Duration::from_secs(seconds);
    let started = Instant::now();
    let all = (0..connections).map(|writer| {
        let database = database.clone();
        async move {
            let mut dice = Dice(writer as u64 + 77);
            let mut number = 0_usize;
            while Instant::now() < until {
                let rows: Vec<String> = (0..size).map(|_| event(&mut dice, sqlite)).collect();
                let sql = format!("INSERT INTO bare_event VALUES {} ON CONFLICT DO NOTHING", rows.join(", "));
                database.execute_unprepared(&sql).await?;
                number += size;
            }
            Ok::<_, Failure>(number)
        }
    });
    let mut sum = 0;
    for one in join_all(all).await {
        sum += one?;
    }
    database.execute_unprepared("DROP TABLE bare_event").await?;
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    Ok((sum as f64 / started.elapsed().as_secs_f64()).round())
}

fn event(dice: &mut Dice, sqlite: bool) -> String {
    let id = format!("{:016x}{:016x}", dice.roll(u64::MAX), dice.roll(u64::MAX));
    let quoted = if sqlite { format!("x'{id}'") } else { format!("'{id}'") };
    let data = "'{\"model\":\"small\",\"value\":\"12.345\"}'";
    format!("({quoted}, {quoted}, 'bench', '{id}', 'bench.token', 'assistant', {MOMENT}, {MOMENT}, {data}, {quoted})")
}

/// A month of a firm summed up fact by fact by the database alone, in milliseconds: what the usage query would cost without hours.
pub(crate) async fn scan(url: &str, tenant: &str) -> Result<f64, Failure> {
    let database = connect(url, 1).await?;
    let (own, value) = if url.starts_with("sqlite") {
        (format!("tenant_id = x'{}'", tenant.replace('-', "")), "json_extract(data, '$.value')")
    } else {
        database.execute_unprepared(&format!("SELECT set_config('app.tenant_id', '{tenant}', false)")).await?;
        (format!("tenant_id = '{tenant}'"), "(data::jsonb ->> 'value')::numeric")
    };
    let table = if url.starts_with("sqlite") { "billing_event" } else { "billing.billing_event" };
    let sql = format!(
        "SELECT sum({value}) FROM {table} WHERE {own} AND kind = 'bench.token' AND at >= '2026-10-31 16:00:00+00:00'"
    );
    let started = Instant::now();
    database.query_one_raw(Statement::from_string(database.get_database_backend(), sql)).await?;
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}

/// The rows of invoices of so many firms, in seconds: drafts; then entries, facts, numbers and the final form. What the product
/// commits together is committed together, each group by one message to the database.
pub(crate) async fn invoices(url: &str, firms: usize) -> Result<f64, Failure> {
    let sqlite = url.starts_with("sqlite");
    let database = connect(url, u32::try_from(writers(url))?).await?;
    let (blob, serial, json) = if sqlite {
        ("BLOB", "INTEGER PRIMARY KEY AUTOINCREMENT", "TEXT")
    } else {
        ("UUID", "BIGSERIAL PRIMARY KEY", "JSONB")
    };
    let drop =
        ["invoice", "entry", "fact", "number"].map(|name| format!("DROP TABLE IF EXISTS bare_{name}")).join("; ");
    let create = format!(
        "{drop};
         CREATE TABLE bare_invoice (tenant_id {blob} NOT NULL, id {blob} NOT NULL, number TEXT, status TEXT NOT NULL, lines {json} NOT NULL,
             bill_to {json} NOT NULL, total BIGINT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (tenant_id, id));
         CREATE INDEX bare_due ON bare_invoice (status, at);
         CREATE TABLE bare_entry (tenant_id {blob} NOT NULL, id {blob} NOT NULL, document TEXT NOT NULL, position INTEGER NOT NULL,
             account TEXT NOT NULL, amount BIGINT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, document, position));
         CREATE TABLE bare_fact (seq {serial}, tenant_id {blob} NOT NULL, envelope TEXT NOT NULL);
         CREATE TABLE bare_number (series TEXT PRIMARY KEY, last BIGINT NOT NULL);
         INSERT INTO bare_number VALUES ('LX', 0)"
    );
    database.execute_unprepared(&create).await?;
    let started = Instant::now();
    for step in [draft, finished] {
        let all = (0..writers(url)).map(|writer| {
            let database = database.clone();
            let own: Vec<usize> = (0..firms).filter(|firm| firm % writers(url) == writer).collect();
            async move {
                for group in own.chunks(TOGETHER) {
                    let rows: Vec<String> = group.iter().map(|firm| step(*firm, sqlite)).collect();
                    database.execute_unprepared(&format!("BEGIN; {}; COMMIT", rows.join("; "))).await?;
                }
                Ok::<_, Failure>(())
            }
        });
        join_all(all).await.into_iter().collect::<Result<(), _>>()?;
    }
    let seconds = started.elapsed().as_secs_f64();
    database.execute_unprepared(&drop).await?;
    Ok(seconds)
}

fn draft(firm: usize, sqlite: bool) -> String {
    let firm = id(firm, sqlite);
    format!("INSERT INTO bare_invoice VALUES ({firm}, {firm}, NULL, 'draft', '[]', '{{}}', 0, {MOMENT})")
}

fn finished(number: usize, sqlite: bool) -> String {
    let firm = id(number, sqlite);
    let entries = [(0, "receivable"), (1, "revenue"), (2, "tax_payable")].map(|(position, account)| {
        let id = id(number * 3 + position, sqlite);
        format!("({firm}, {id}, 'invoice/{number}', {position}, '{account}', 98765, {MOMENT})")
    });
    let lines = [LINE; 9].join(",");
    format!(
        "INSERT INTO bare_entry VALUES {};
         INSERT INTO bare_fact (tenant_id, envelope) VALUES ({firm}, '{LINE}'), ({firm}, '{LINE}');
         UPDATE bare_number SET last = last + 1;
         UPDATE bare_invoice SET status = 'open', lines = '[{lines}]', bill_to = '{LINE}', total = 98765,
             number = (SELECT 'LX-' || last FROM bare_number) WHERE tenant_id = {firm} AND id = {firm}",
        entries.join(", ")
    )
}
