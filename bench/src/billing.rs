//! Billing: metered facts by HTTP, exact under `kill -9`, and what their usage and invoices cost.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};

use crate::Failure;
use crate::bare::{self, connect};
use crate::quota;
use crate::server::{folder, graphql, sign_up};

#[derive(Args)]
pub(crate) struct Options {
    /// A PostgreSQL database of the application's role, migrated; without it SQLite alone is measured
    #[arg(long)]
    database_url: Option<String>,
    /// The same database, of its owner
    #[arg(long, requires = "database_url")]
    owner_url: Option<String>,
    /// Facts that are there before the measurement, on PostgreSQL
    #[arg(long, default_value_t = 10_000_000)]
    present: usize,
    /// Facts that are sent while the process is killed
    #[arg(long, default_value_t = 1_000_000)]
    facts: usize,
    /// How often the process is killed
    #[arg(long, default_value_t = 20)]
    kills: usize,
    /// Firms that are invoiced
    #[arg(long, default_value_t = 10_000)]
    firms: usize,
    /// Seconds of each measurement of ingest
    #[arg(long, default_value_t = 15)]
    seconds: u64,
}

const CATALOG: &str = r#"
[[meters]]
key = "token"
name = { en = "Tokens" }
unit = { en = "token" }
event_type = "bench.token"
aggregation = "sum"
value_field = "value"
dimensions = []
"#;
/// Senders that send at the same time.
const SENDERS: usize = 4;
/// Thousandths of a unit that a fact is worth at most.
const WORTH: u64 = 1_000_000;

/// A process over a database, which can be killed and started again.
struct Served {
    binary: PathBuf,
    folder: PathBuf,
    database: Option<String>,
    process: Child,
    url: String,
}

impl Served {
    fn command(binary: &Path, folder: &Path, database: Option<&str>) -> Command {
        let mut command = Command::new(binary);
        command
            .env("LINGXI_LIMITS__REQUESTS_PER_SECOND", "1000000")
            .env("LINGXI_LIMITS__MESSAGES_PER_SECOND", "1000000")
            .env("LINGXI_TELEMETRY__LOG", "error")
            .env("LINGXI_STORAGE__DATA_DIR", folder);
        if let Some(database) = database {
            command.env("LINGXI_STORAGE__DATABASE_URL", database);
        }
        command
    }

    fn start(binary: &Path, folder: &Path, database: Option<&str>) -> Result<Self, Failure> {
        let (process, url) = Self::serve(binary, folder, database)?;
        let database = database.map(str::to_owned);
        Ok(Self { binary: binary.to_owned(), folder: folder.to_owned(), database, process, url })
    }

    fn serve(binary: &Path, folder: &Path, database: Option<&str>) -> Result<(Child, String), Failure> {
        use std::io::{BufRead as _, BufReader};
        let mut command = Self::command(binary, folder, database);
        let mut process = command.args(["serve", "--http", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn()?;
        let out = process.stdout.take().ok_or("no output")?;
        let line = BufReader::new(out).lines().map_while(Result::ok).find(|line| line.starts_with("Lingxi serves on "));
        let url = line.ok_or("the server did not start")?.trim_start_matches("Lingxi serves on ").to_owned();
        Ok((process, url))
    }

    fn kill(&mut self) -> Result<(), Failure> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    fn again(&mut self) -> Result<(), Failure> {
        (self.process, self.url) = Self::serve(&self.binary, &self.folder, self.database.as_deref())?;
        Ok(())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A deterministic generator, so that every run sends the same.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below.max(1)
    }
}

pub(crate) fn fact(id: &str, thousandths: u64) -> Value {
    let value = format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000);
    json!({
        "specversion": "1.0", "id": id, "source": "bench", "type": "bench.token", "subject": "assistant",
        "data": { "value": value, "model": "small" }
    })
}

pub(crate) async fn send(http: &reqwest::Client, url: &str, cookie: &str, body: String) -> Result<bool, Failure> {
    let request = http.post(format!("{url}/v1/events")).header("cookie", cookie);
    let answer = request.header("content-type", "application/cloudevents-batch+json").body(body).send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if status == 207 {
        return Err(text.into());
    }
    Ok(status == 200)
}

pub(crate) fn percentile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a place in a list"
    )]
    let place = ((sorted.len() as f64 - 1.0) * share).round().max(0.0) as usize;
    sorted.get(place).copied().unwrap_or(0.0)
}

/// Facts a second over some connections in batches of a size, and how long a batch takes.
async fn ingest(served: &Served, cookie: &str, size: usize, seconds: u64, name: &str) -> Result<Value, Failure> {
    let until = Instant::now() + Duration::from_secs(seconds);
    let started = Instant::now();
    let senders = (0..SENDERS).map(|sender| async move {
        let http = reqwest::Client::new();
        let mut dice = Dice(sender as u64);
        let (mut number, mut took) = (0_usize, Vec::new());
        while Instant::now() < until {
            let batch: Vec<Value> =
                (0..size).map(|at| fact(&format!("{name}-{sender}-{}", number + at), dice.roll(WORTH))).collect();
            number += size;
            let body = Value::Array(batch).to_string();
            let begun = Instant::now();
            if !send(&http, &served.url, cookie, body).await? {
                return Err("a batch was refused".into());
            }
            took.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        Ok::<_, Failure>((number, took))
    });
    let (mut sent, mut took) = (0_usize, Vec::new());
    for one in join_all(senders).await {
        let (number, times) = one?;
        sent += number;
        took.extend(times);
    }
    took.sort_by(f64::total_cmp);
    #[expect(clippy::cast_precision_loss, reason = "a rate")]
    let rate = sent as f64 / started.elapsed().as_secs_f64();
    Ok(
        json!({ "batch": size, "events_per_second": rate.round(), "p50_ms": percentile(&took, 0.5), "p99_ms": percentile(&took, 0.99) }),
    )
}

/// How long the usage of a month takes, and how long it takes from sending a fact until it is in the answer.
async fn queries(served: &Served, cookie: &str) -> Result<Value, Failure> {
    let http = reqwest::Client::new();
    let month = "{ usage(query: { meter: \"token\", from: \"2026-10-31T16:00:00Z\", to: \"2026-12-31T16:00:00Z\", step: MONTH }) { edges { node { quantity } } } }";
    let total = |answer: &Value| {
        let edges = answer["data"]["usage"]["edges"].as_array().cloned().unwrap_or_default();
        edges.iter().filter_map(|edge| thousandths(edge["node"]["quantity"].as_str()?)).sum::<u64>()
    };
    let mut took = Vec::new();
    for _ in 0..300 {
        let begun = Instant::now();
        graphql(&http, &served.url, cookie, month).await?;
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    took.sort_by(f64::total_cmp);
    let mut seen = Vec::new();
    let mut before = total(&graphql(&http, &served.url, cookie, month).await?);
    for number in 0..200 {
        let begun = Instant::now();
        send(&http, &served.url, cookie, json!([fact(&format!("fresh-{number}"), 1_000)]).to_string()).await?;
        loop {
            let now = total(&graphql(&http, &served.url, cookie, month).await?);
            if now != before {
                before = now;
                break;
            }
        }
        seen.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    seen.sort_by(f64::total_cmp);
    Ok(
        json!({ "month_p99_ms": percentile(&took, 0.99), "month_p50_ms": percentile(&took, 0.5), "event_to_query_p99_ms": percentile(&seen, 0.99) }),
    )
}

fn thousandths(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    Some(whole.parse::<u64>().ok()? * 1_000 + format!("{part:0<3}").parse::<u64>().ok()?)
}

/// Different facts with a third of duplicates, shuffled, while the process is killed: what is counted against what was sent.
async fn exact(served: &mut Served, cookie: &str, options: &Options) -> Result<Value, Failure> {
    let mut dice = Dice(9);
    let worth: Vec<u64> = (0..options.facts).map(|_| dice.roll(WORTH)).collect();
    let mut order: Vec<usize> = (0..options.facts).flat_map(|at| vec![at; if at % 10 < 3 { 2 } else { 1 }]).collect();
    for at in (1..order.len()).rev() {
        order.swap(at, usize::try_from(dice.roll(at as u64 + 1))?);
    }
    let batches: Vec<String> = order
        .chunks(500)
        .map(|batch| {
            Value::Array(batch.iter().map(|at| fact(&format!("exact-{at}"), worth[*at])).collect()).to_string()
        })
        .collect();
    let http = reqwest::Client::new();
    let before = counted(&http, served, cookie).await?;
    let started = Instant::now();
    let (mut next, mut kills) = (0, 0);
    while next < batches.len() {
        let url = served.url.clone();
        let senders = (next..next + SENDERS).map(|first| {
            let (http, url, batches) = (&http, &url, &batches);
            async move {
                let mut at = first;
                while let Some(batch) = batches.get(at) {
                    match send(http, url, cookie, batch.clone()).await {
                        Ok(true) => at += SENDERS,
                        _ => break,
                    }
                }
                at
            }
        });
        // The kills are spread over the work, each at a moment of chance.
        let share = batches.len() / (options.kills + 1);
        let pause = Duration::from_millis(200 + dice.roll(share as u64 * 20));
        let killing = async {
            if kills < options.kills {
                tokio::time::sleep(pause).await;
                served.kill()?;
                kills += 1;
            }
            Ok::<_, Failure>(())
        };
        let (ends, killed) = tokio::join!(join_all(senders), killing);
        killed?;
        next = ends.into_iter().min().unwrap_or(batches.len());
        if kills <= options.kills && next < batches.len() || served.process.try_wait()?.is_some() {
            served.again()?;
        }
    }
    let sum: u64 = worth.iter().sum();
    let found = counted(&http, served, cookie).await? - before;
    Ok(json!({
        "events": options.facts, "sent": order.len(), "kills": kills, "seconds": started.elapsed().as_secs_f64().round(),
        "sent_thousandths": sum, "counted_thousandths": found, "exact": sum == found
    }))
}

async fn counted(http: &reqwest::Client, served: &Served, cookie: &str) -> Result<u64, Failure> {
    let all = "{ usage(query: { meter: \"token\", from: \"2026-01-01T00:00:00Z\", to: \"2036-01-01T00:00:00Z\", step: MONTH }) { edges { node { quantity } } } }";
    let answer = graphql(http, &served.url, cookie, all).await?;
    let edges = answer["data"]["usage"]["edges"].as_array().ok_or_else(|| answer.to_string())?;
    Ok(edges.iter().filter_map(|edge| thousandths(edge["node"]["quantity"].as_str()?)).sum())
}

/// Facts of a month that are there already, and the hours that they come to.
async fn fill(owner: &str, tenant: &str, rows: usize) -> Result<f64, Failure> {
    let database = connect(owner, 1).await?;
    let started = Instant::now();
    let statements = [
        format!("SELECT set_config('app.tenant_id', '{tenant}', false)"),
        format!(
            "INSERT INTO billing.billing_event (tenant_id, id, source, source_id, kind, subject, at, received_at, data, payload, reverses)
             SELECT '{tenant}', gen_random_uuid(), 'before', n::text, 'bench.token', 'assistant',
                 '2026-11-01T00:00:00Z'::timestamptz + (n % 2073600) * interval '1 second', now(), '{{\"value\":\"1\"}}', gen_random_uuid(), NULL
             FROM generate_series(1, {rows}) AS n"
        ),
        format!(
            "INSERT INTO billing.billing_bucket (tenant_id, meter, hour, dimension, value, count, sum, moment, max, latest_at, latest_id, latest)
             SELECT '{tenant}', 'token', date_trunc('hour', at), '', '', count(*), count(*)::text, '0', NULL, NULL, NULL, NULL
             FROM billing.billing_event WHERE source = 'before' GROUP BY date_trunc('hour', at)"
        ),
        "ANALYZE billing.billing_event".to_owned(),
    ];
    for statement in statements {
        database.execute_unprepared(&statement).await?;
    }
    Ok(started.elapsed().as_secs_f64().round())
}

/// Makes firms whose month is over, with eight meters each.
async fn used_firms(url: &str, firms: usize) -> Result<(), Failure> {
    let database = connect(url, 1).await?;
    let postgres = database.get_database_backend() == DbBackend::Postgres;
    let (tenants, billing) = if postgres { ("tenants.", "billing.") } else { ("", "") };
    let series = if postgres {
        format!("generate_series(1, {firms}) AS series(n)")
    } else {
        format!(
            "(WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {firms}) SELECT n FROM series) AS series"
        )
    };
    let id = if postgres {
        "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid".to_owned()
    } else {
        "unhex('0000000000007000' || '8000' || printf('%012x', n))".to_owned()
    };
    let columns = columns(&database, "tenants_tenant", postgres).await?;
    let mut select: Vec<String> = Vec::new();
    for column in &columns {
        select.push(if column == "id" { id.clone() } else { column.clone() });
    }
    let template = format!("(SELECT * FROM {tenants}tenants_tenant LIMIT 1) AS one");
    // The tables of firms are those of all of them; what belongs to one is written past row-level security.
    let secured = ["billing_subscription", "billing_phase", "billing_bucket"];
    if postgres {
        for table in secured {
            database.execute_unprepared(&format!("ALTER TABLE billing.{table} NO FORCE ROW LEVEL SECURITY")).await?;
        }
    }
    let moment = |text: &str| {
        if postgres {
            format!("'{text}'::timestamptz")
        } else {
            format!("'{}'", text.replace('T', " ").replace('Z', " +00:00"))
        }
    };
    let (from, to) = (moment("2026-09-30T16:00:00Z"), moment("2026-10-31T16:00:00Z"));
    let hour = moment("2026-10-10T04:00:00Z");
    let meters = "('message'),('agent_minute'),('api_call'),('model_token'),('resolution_confirmed'),('resolution_assumed'),('stored_mb'),('token')";
    let statements = [
        format!("INSERT INTO {tenants}tenants_tenant ({}) SELECT {} FROM {series}, {template}", columns.join(", "), select.join(", ")),
        format!(
            "INSERT INTO {billing}billing_subscription (tenant_id, status, zone, currency, started_at, period_from, period_to)
             SELECT {id}, 'active', 'Asia/Shanghai', 'USD', {from}, {from}, {to} FROM {series}"
        ),
        format!(
            "INSERT INTO {billing}billing_phase (tenant_id, id, plan, version, kind, \"from\", \"to\")
             SELECT {id}, {id}, 'starter-usd', 1, 'active', {from}, NULL FROM {series}"
        ),
        format!(
            "INSERT INTO {billing}billing_bucket (tenant_id, meter, hour, dimension, value, count, sum, moment)
             SELECT {id}, meters.key, {hour}, '', '', 9, '98765', '0' FROM {series}, (VALUES {meters}) AS meters(key)"
        )
        .replace("AS meters(key)", if postgres { "AS meters(key)" } else { "AS meters" })
        .replace("meters.key", if postgres { "meters.key" } else { "meters.column1" }),
    ];
    for statement in statements {
        database.execute_unprepared(&statement).await?;
    }
    if postgres {
        for table in secured {
            database.execute_unprepared(&format!("ALTER TABLE billing.{table} FORCE ROW LEVEL SECURITY")).await?;
        }
    }
    Ok(())
}

/// The firms are invoiced; and then again, which makes none.
async fn invoices(binary: &Path, folder: &Path, options: &Options, owner: Option<&str>) -> Result<Value, Failure> {
    let of = |name: &str| format!("sqlite://{}?mode=rwc", folder.join(name).display());
    let firms = options.firms;
    used_firms(owner.unwrap_or(&of("lingxi.db")), firms).await?;
    let run = || -> Result<(f64, String), Failure> {
        let started = Instant::now();
        let mut command = Served::command(binary, folder, options.database_url.as_deref().filter(|_| owner.is_some()));
        let output = command.args(["billing", "invoice"]).output()?;
        let said = String::from_utf8_lossy(if output.status.success() { &output.stdout } else { &output.stderr })
            .trim()
            .to_owned();
        Ok((started.elapsed().as_secs_f64(), said))
    };
    let (seconds, said) = run()?;
    let (again, _) = run()?;
    let bare = bare::invoices(owner.unwrap_or(&of("bare.db")), firms).await?;
    Ok(json!({
        "firms": firms, "meters": 8, "seconds": seconds, "second_run_seconds": again, "said": said, "bare_seconds": bare,
    }))
}

async fn columns(database: &DatabaseConnection, table: &str, postgres: bool) -> Result<Vec<String>, Failure> {
    let sql = if postgres {
        format!(
            "SELECT column_name::text AS name FROM information_schema.columns WHERE table_schema = 'tenants' AND table_name = '{table}' ORDER BY ordinal_position"
        )
    } else {
        format!("SELECT name FROM pragma_table_info('{table}')")
    };
    let rows = database.query_all_raw(Statement::from_string(database.get_database_backend(), sql)).await?;
    Ok(rows.iter().map(|row| row.try_get::<String>("", "name")).collect::<Result<_, _>>()?)
}

/// One database: everything that it is measured on.
async fn measure(binary: &Path, options: &Options, folder: &Path, owner: Option<&str>) -> Result<Value, Failure> {
    let database = options.database_url.as_deref().filter(|_| owner.is_some());
    let file = folder.join("catalog.toml");
    std::fs::write(&file, CATALOG)?;
    let applied = Served::command(binary, folder, database).args(["billing", "apply"]).arg(&file).output()?;
    if !applied.status.success() {
        return Err(String::from_utf8_lossy(&applied.stderr).into());
    }
    let mut served = Served::start(binary, folder, database)?;
    let http = reqwest::Client::new();
    let firm = sign_up(&http, &served.url).await?;
    let cookie = firm.cookie.as_str();
    let mut figures = serde_json::Map::new();
    if let Some(owner) = owner {
        let seconds = fill(owner, &uuid_of(&firm.tenant)?, options.present).await?;
        figures.insert("present".into(), json!({ "rows": options.present, "filled_seconds": seconds }));
    }
    let of = |name: &str| format!("sqlite://{}?mode=rwc", folder.join(name).display());
    for size in [100, 1_000] {
        let rate = ingest(&served, cookie, size, options.seconds, &format!("rate-{size}")).await?;
        let reference = bare::events(owner.unwrap_or(&of("bare.db")), size, options.seconds / 2).await?;
        figures.insert(format!("ingest_{size}"), json!({ "lingxi": rate, "bare_events_per_second": reference }));
    }
    let mut asked = queries(&served, cookie).await?;
    let scan = bare::scan(owner.unwrap_or(&of("lingxi.db")), &uuid_of(&firm.tenant)?).await?;
    asked["month_bare_scan_ms"] = json!(scan);
    asked["event_to_quota_p99_ms"] = json!(quota::event_to_quota_ms(&served.url, &firm).await?);
    figures.insert("queries".into(), asked);
    figures.insert("exact".into(), exact(&mut served, cookie, options).await?);
    drop(served);
    figures.insert("invoices".into(), invoices(binary, folder, options, owner).await?);
    Ok(Value::Object(figures))
}

/// The UUID inside an id.
fn uuid_of(id: &str) -> Result<String, Failure> {
    const DIGITS: &str = "0123456789abcdefghjkmnpqrstvwxyz";
    let text = id.split_once('_').ok_or("no id")?.1;
    let number =
        text.chars().try_fold(0_u128, |sum, digit| Some(sum << 5 | DIGITS.find(digit)? as u128)).ok_or("no id")?;
    let hex = format!("{number:032x}");
    Ok([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}

/// Measures SQLite, and PostgreSQL where it is given.
pub(crate) async fn run(binary: &Path, options: &Options) -> Result<Value, Failure> {
    let folder = folder()?;
    let mut figures = serde_json::Map::new();
    if let Some(owner) = &options.owner_url {
        let place = folder.join("postgres");
        std::fs::create_dir_all(&place)?;
        figures.insert("postgres".into(), measure(binary, options, &place, Some(owner)).await?);
    }
    let place = folder.join("sqlite");
    std::fs::create_dir_all(&place)?;
    figures.insert("sqlite".into(), measure(binary, options, &place, None).await?);
    std::fs::remove_dir_all(&folder)?;
    Ok(Value::Object(figures))
}
