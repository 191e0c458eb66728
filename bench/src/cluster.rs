//! The load of `chat` against every role as processes of its own, with PostgreSQL and NATS on the same machine.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use futures::StreamExt as _;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database};
use serde_json::{Value, json};

use crate::Failure;
use crate::chat::{Load, percentiles, round};
use crate::server::{cpu_seconds, folder, memory_mb, sign_up};

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    load: Load,
    /// The program that starts the processes
    #[arg(long, default_value = "target/debug/xtask")]
    shape: PathBuf,
    /// Processes of each role
    #[arg(long, default_value_t = 1)]
    each: usize,
}

/// The running processes.
struct Shape {
    process: Child,
    url: String,
    postgres: String,
    nats: String,
    /// Role and id.
    roles: Vec<(String, u32)>,
}

impl Shape {
    fn start(binary: &Path, options: &Options, folder: &Path) -> Result<Self, Failure> {
        let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut process = Command::new(&options.shape)
            .args(["shape", "--http", &format!("127.0.0.1:{port}"), "--each", &options.each.to_string(), "--data-dir"])
            .arg(folder)
            .arg("--binary")
            .arg(binary)
            .env("LINGXI_LIMITS__MESSAGES_PER_SECOND", "1000000")
            .env("LINGXI_LIMITS__REQUESTS_PER_SECOND", "1000000")
            .env("LINGXI_TELEMETRY__LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", options.shape.display()))?;
        let out = process.stdout.take().ok_or("no output")?;
        let (mut postgres, mut nats, mut roles, mut url) = (String::new(), String::new(), Vec::new(), None);
        let mut lines = BufReader::new(out).lines().map_while(Result::ok);
        for line in lines.by_ref() {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["postgres", url] => postgres = url.to_owned(),
                ["nats", url] => nats = url.to_owned(),
                ["Lingxi", "serves", "on", at] => {
                    url = Some(at.to_owned());
                    break;
                }
                [role, pid, _] if pid.parse::<u32>().is_ok() => roles.push((role.to_owned(), pid.parse()?)),
                _ => {}
            }
        }
        std::thread::spawn(move || lines.for_each(drop));
        let url = url.ok_or("the processes did not start")?;
        Ok(Self { process, url, postgres, nats, roles })
    }

    /// By role, what a figure of its processes adds up to.
    fn by_role(&self, of: impl Fn(u32) -> Result<f64, Failure>) -> Result<BTreeMap<String, f64>, Failure> {
        let mut figures = BTreeMap::new();
        for (role, pid) in &self.roles {
            *figures.entry(role.clone()).or_default() += of(*pid)?;
        }
        Ok(figures)
    }
}

/// They end with the measurement, whatever became of it.
impl Drop for Shape {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status();
        let _ = self.process.wait();
    }
}

pub(crate) async fn run(binary: &Path, options: &Options) -> Result<Value, Failure> {
    let folder = folder()?;
    let started = Instant::now();
    let shape = Shape::start(binary, options, &folder)?;
    let start = started.elapsed();
    let inserts = inserts_per_second(&shape.postgres).await?;
    let acks = acks_per_second(&shape.nats).await?;
    let http = reqwest::Client::new();
    let firm = sign_up(&http, &shape.url).await?;
    let rest = shape.by_role(memory_mb)?;
    let own = queries(&http, &shape.url, None, "{ __typename }").await?;
    let whole = queries(&http, &shape.url, Some(&firm.cookie), "{ channels { id } }").await?;
    let visitors = options.load.visitors(&http, &shape.url, &firm.key).await?;
    let before = shape.by_role(cpu_seconds)?;
    let times = options.load.run(visitors).await?;
    let after = shape.by_role(cpu_seconds)?;
    let spent = |role: &String, after: f64| ((after - before[role]) * 100_000.0 / times.count()).round() / 100.0;
    let cpu: BTreeMap<_, _> = after.iter().map(|(role, after)| (role.clone(), spent(role, *after))).collect();
    let memory: BTreeMap<_, _> = rest.iter().map(|(role, mb)| (role.clone(), round(*mb))).collect();
    drop(shape);
    std::fs::remove_dir_all(&folder)?;
    Ok(json!({
        "processes_of_each_role": options.each,
        "sockets": options.load.sockets,
        "answered": times.len(),
        "answered_per_second": round(times.per_second()),
        "answer_ms": times.millis(),
        "cpu_ms_per_answer_by_role": cpu,
        "memory_mb_at_rest_by_role": memory,
        "query_ms": { "gateway_alone": own, "with_session_and_one_service": whole },
        "start_to_serving_ms": round(start.as_secs_f64() * 1000.0),
        "reference_inserts_per_second": round(inserts),
        "reference_stream_acks_per_second": round(acks),
        "answered_to_reference": (times.per_second() / inserts * 1000.0).round() / 1000.0,
    }))
}

/// How long a query takes, one after the other.
async fn queries(http: &reqwest::Client, url: &str, cookie: Option<&str>, query: &str) -> Result<Value, Failure> {
    let mut times = Vec::new();
    for _ in 0..500 {
        let mut request = http.post(format!("{url}/graphql")).json(&json!({ "query": query }));
        if let Some(cookie) = cookie {
            request = request.header("cookie", cookie);
        }
        let started = Instant::now();
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        times.push(started.elapsed());
        if answer["errors"].is_array() {
            return Err(format!("refused: {answer}").into());
        }
    }
    times.sort_unstable();
    Ok(percentiles(&times))
}

/// Single-row durable inserts per second into the same PostgreSQL, one after the other.
async fn inserts_per_second(url: &str) -> Result<f64, Failure> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let database = Database::connect(options).await?;
    database.execute_unprepared("CREATE TABLE public.row (id bigserial PRIMARY KEY, text text NOT NULL)").await?;
    let (started, mut rows) = (Instant::now(), 0_u32);
    while started.elapsed() < Duration::from_secs(3) {
        database.execute_unprepared("INSERT INTO public.row (text) VALUES ('how do I cancel my policy')").await?;
        rows += 1;
    }
    Ok(f64::from(rows) / started.elapsed().as_secs_f64())
}

/// Confirmed messages per second into a stream of the same NATS, 64 under way.
async fn acks_per_second(url: &str) -> Result<f64, Failure> {
    let jetstream = async_nats::jetstream::new(async_nats::connect(url).await?);
    let config = async_nats::jetstream::stream::Config {
        name: "reference".into(),
        subjects: vec!["reference".into()],
        ..Default::default()
    };
    jetstream.create_stream(config).await?;
    let started = Instant::now();
    let publishing = futures::stream::iter(0..u32::MAX).take_while(|_| {
        let more = started.elapsed() < Duration::from_secs(3);
        async move { more }
    });
    let confirmed = publishing.map(|_| async {
        jetstream.publish("reference", "how do I cancel my policy".into()).await?.await?;
        Ok::<_, Failure>(())
    });
    let mut confirmed = Box::pin(confirmed.buffer_unordered(64));
    let mut count = 0_u32;
    while let Some(one) = confirmed.next().await {
        one?;
        count += 1;
    }
    let seconds = started.elapsed().as_secs_f64();
    jetstream.delete_stream("reference").await?;
    Ok(f64::from(count) / seconds)
}
