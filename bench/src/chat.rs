//! Widget sockets that send real questions, each waiting for its answer before it asks again.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::server::{Server, folder, sign_up};
use crate::visitor::Visitor;
use crate::{Failure, reference};

const QUESTIONS: [&str; 6] = [
    "how do I cancel my policy",
    "when does my cover start",
    "保单什么时候生效",
    "我想知道理赔要什么材料",
    "I need an invoice for my premium",
    "how long does my claim take",
];

#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    load: Load,
    /// Further sockets that only stay open, for the memory of one
    #[arg(long, default_value_t = 2_000)]
    idle: usize,
}

pub(crate) async fn run(binary: &Path, options: &Options) -> Result<Value, Failure> {
    let load = &options.load;
    let folder = folder()?;
    let reference = reference::inserts_per_second(&folder).await?;
    let server = Server::start(binary, &folder)?;
    let http = reqwest::Client::new();
    let firm = sign_up(&http, &server.url).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let rest = server.memory_mb()?;
    let mut idle = Vec::new();
    for _ in 0..options.idle {
        idle.push(Visitor::open(&http, &server.url, &firm.key).await?);
    }
    let with_idle = server.memory_mb()?;
    drop(idle);
    let visitors = load.visitors(&http, &server.url, &firm.key).await?;
    let cpu = server.cpu_seconds()?;
    let times = load.run(visitors).await?;
    let cpu = server.cpu_seconds()? - cpu;
    let after = server.memory_mb()?;
    let sockets = f64::from(u32::try_from(options.idle.max(1))?);
    let start_ms = server.start.as_secs_f64() * 1000.0;
    server.stop()?;
    std::fs::remove_dir_all(&folder)?;
    Ok(json!({
        "sockets": load.sockets,
        "answered": times.len(),
        "answered_per_second": round(times.per_second()),
        "answer_ms": times.millis(),
        "cpu_ms_per_answer": round(cpu * 1000.0 / times.count()),
        "start_to_ready_ms": round(start_ms),
        "memory_mb": { "rest": round(rest), "after": round(after) },
        "kilobytes_per_open_socket": round((with_idle - rest) * 1024.0 / sockets),
        "reference_inserts_per_second": round(reference),
        "answered_to_reference": (times.per_second() / reference * 1000.0).round() / 1000.0,
    }))
}

/// Who asks, and how often.
#[derive(Args)]
pub(crate) struct Load {
    /// Sockets that ask
    #[arg(long, default_value_t = 100)]
    pub(crate) sockets: usize,
    /// Seconds of asking
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Messages per second over all sockets, sent by the clock; without it each socket asks again once it is answered
    #[arg(long)]
    rate: Option<f64>,
}

/// How long answers took, shortest first.
pub(crate) struct Times {
    times: Vec<Duration>,
    wall: Duration,
}

impl Times {
    pub(crate) fn len(&self) -> usize {
        self.times.len()
    }

    pub(crate) fn count(&self) -> f64 {
        f64::from(u32::try_from(self.len()).unwrap_or(u32::MAX))
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.count() / self.wall.as_secs_f64()
    }

    pub(crate) fn millis(&self) -> Value {
        percentiles(&self.times)
    }
}

/// Median, 95th and 99th percentile of sorted times, in milliseconds.
pub(crate) fn percentiles(sorted: &[Duration]) -> Value {
    let millis = |share: usize| sorted.get(sorted.len() * share / 1000).map_or(0.0, |t| t.as_secs_f64() * 1000.0);
    json!({ "p50": round(millis(500)), "p95": round(millis(950)), "p99": round(millis(990)) })
}

impl Load {
    /// Opens the sockets.
    pub(crate) async fn visitors(&self, http: &reqwest::Client, url: &str, key: &str) -> Result<Vec<Visitor>, Failure> {
        let mut visitors = Vec::new();
        for _ in 0..self.sockets {
            visitors.push(Visitor::open(http, url, key).await?);
        }
        Ok(visitors)
    }

    /// Lets them ask.
    pub(crate) async fn run(&self, visitors: Vec<Visitor>) -> Result<Times, Failure> {
        let started = Instant::now();
        let end = started + Duration::from_secs(self.seconds);
        let sockets = f64::from(u32::try_from(self.sockets)?);
        let pace = self.rate.map(|rate| Duration::from_secs_f64(sockets / rate));
        let asking = visitors.into_iter().enumerate().map(|(number, visitor)| {
            let share = f64::from(u32::try_from(number).unwrap_or(0)) / sockets;
            let first = pace.map_or(started, |pace| started + pace.mul_f64(share));
            tokio::spawn(ask(visitor, number, first, pace, end))
        });
        let mut times = Vec::new();
        for one in futures::future::join_all(asking).await {
            times.extend(one??);
        }
        let wall = started.elapsed();
        times.sort_unstable();
        Ok(Times { times, wall })
    }
}

/// Asks until the end, by the clock when there is a pace: a late answer then counts from when its question was due.
async fn ask(
    mut visitor: Visitor,
    number: usize,
    first: Instant,
    pace: Option<Duration>,
    end: Instant,
) -> Result<Vec<Duration>, Failure> {
    let mut times = Vec::new();
    let mut due = first;
    while due.max(Instant::now()) < end {
        tokio::time::sleep_until(due.into()).await;
        let question = QUESTIONS[(number + times.len()) % QUESTIONS.len()];
        visitor.ask(&format!("{number}-{}", times.len()), question).await?;
        times.push(due.elapsed());
        due = pace.map_or_else(Instant::now, |pace| due + pace);
    }
    Ok(times)
}

pub(crate) fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
