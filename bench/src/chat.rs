//! Widget sockets that send real questions, each waiting for its answer before it asks again.

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::server::{Server, folder};
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
    /// Sockets that ask
    #[arg(long, default_value_t = 100)]
    sockets: usize,
    /// Seconds of asking
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Messages per second over all sockets, sent by the clock; without it each socket asks again once it is answered
    #[arg(long)]
    rate: Option<f64>,
    /// Further sockets that only stay open, for the memory of one
    #[arg(long, default_value_t = 2_000)]
    idle: usize,
}

pub(crate) async fn run(binary: &Path, options: &Options) -> Result<Value, Failure> {
    let folder = folder()?;
    let reference = reference::inserts_per_second(&folder).await?;
    let server = Server::start(binary, &folder)?;
    let http = reqwest::Client::new();
    let firm = server.firm(&http).await?;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let rest = server.memory_mb()?;
    let mut idle = Vec::new();
    for _ in 0..options.idle {
        idle.push(Visitor::open(&http, &server.url, &firm.key).await?);
    }
    let with_idle = server.memory_mb()?;
    drop(idle);
    let mut visitors = Vec::new();
    for _ in 0..options.sockets {
        visitors.push(Visitor::open(&http, &server.url, &firm.key).await?);
    }
    let (cpu, started) = (server.cpu_seconds()?, Instant::now());
    let end = started + Duration::from_secs(options.seconds);
    let asking_sockets = f64::from(u32::try_from(options.sockets)?);
    let pace = options.rate.map(|rate| Duration::from_secs_f64(asking_sockets / rate));
    let asking = visitors.into_iter().enumerate().map(|(number, visitor)| {
        let first = pace.map_or(started, |pace| {
            started + pace.mul_f64(f64::from(u32::try_from(number).unwrap_or(0)) / asking_sockets)
        });
        tokio::spawn(ask(visitor, number, first, pace, end))
    });
    let mut times = Vec::new();
    for one in futures::future::join_all(asking).await {
        times.extend(one??);
    }
    let (wall, cpu) = (started.elapsed().as_secs_f64(), server.cpu_seconds()? - cpu);
    let after = server.memory_mb()?;
    times.sort_unstable();
    let count = f64::from(u32::try_from(times.len())?);
    let millis = |share: usize| times.get(times.len() * share / 1000).map_or(0.0, |t| t.as_secs_f64() * 1000.0);
    let sockets = f64::from(u32::try_from(options.idle.max(1))?);
    let start_ms = server.start.as_secs_f64() * 1000.0;
    server.stop()?;
    std::fs::remove_dir_all(&folder)?;
    Ok(json!({
        "sockets": options.sockets,
        "answered": times.len(),
        "answered_per_second": round(count / wall),
        "answer_ms": { "p50": round(millis(500)), "p95": round(millis(950)), "p99": round(millis(990)) },
        "cpu_ms_per_answer": round(cpu * 1000.0 / count),
        "start_to_ready_ms": round(start_ms),
        "memory_mb": { "rest": round(rest), "after": round(after) },
        "kilobytes_per_open_socket": round((with_idle - rest) * 1024.0 / sockets),
        "reference_inserts_per_second": round(reference),
        "answered_to_reference": (count / wall / reference * 1000.0).round() / 1000.0,
    }))
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

fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}
