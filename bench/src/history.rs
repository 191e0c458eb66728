//! Customers who write on while somebody else kills, upgrades and cuts off, and what must be true in the end: every message that
//! they wrote is there once and in order, is answered once, and is billed once.
//!
//! Lines on standard input name phases; its end is the end of the writing. Failures are counted by phase.

use std::collections::BTreeMap;
use std::io::BufRead as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use serde_json::{Value, json};

use crate::Failure;
use crate::server::{Firm, graphql, sign_up};

/// Who writes how much, and where.
#[derive(Args)]
pub(crate) struct Options {
    /// Where Lingxi is served
    #[arg(long)]
    url: String,
    /// Messages a second, of all customers together
    #[arg(long, default_value_t = 50)]
    rate: u32,
    /// Messages at least
    #[arg(long, default_value_t = 1_000)]
    messages: usize,
}

/// What a customer asks; the pack that every firm starts from has the answer.
const QUESTION: &str = "how do I cancel my policy";
/// Messages of one customer.
const EACH: usize = 100;
/// Customers who write at the same time.
const AT_ONCE: u32 = 20;
/// How soon a customer's widget tries again.
const AGAIN: Duration = Duration::from_millis(200);
/// How long the last answers may take.
const PATIENCE: Duration = Duration::from_mins(3);

/// What one phase has seen.
#[derive(Default, Clone)]
struct Phase {
    taken: usize,
    failed: usize,
    slowest: Duration,
    /// What failures said, and how often.
    said: BTreeMap<String, usize>,
}

struct Run {
    http: reqwest::Client,
    url: String,
    firm: Firm,
    over: AtomicBool,
    taken: AtomicUsize,
    least: usize,
    phase: Mutex<String>,
    phases: Mutex<BTreeMap<String, Phase>>,
}

impl Run {
    fn goes_on(&self) -> bool {
        !self.over.load(Ordering::Relaxed) || self.taken.load(Ordering::Relaxed) < self.least
    }

    fn note(&self, change: impl FnOnce(&mut Phase)) {
        let phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut phases = self.phases.lock().unwrap_or_else(PoisonError::into_inner);
        change(phases.entry(phase).or_default());
    }
}

pub(crate) async fn run(options: &Options) -> Result<Value, Failure> {
    let http = reqwest::Client::builder().timeout(Duration::from_secs(10)).build()?;
    let firm = sign_up(&http, &options.url).await?;
    let run = Arc::new(Run {
        http,
        url: options.url.clone(),
        firm,
        over: AtomicBool::new(false),
        taken: AtomicUsize::new(0),
        least: options.messages,
        phase: Mutex::new("calm".into()),
        phases: Mutex::default(),
    });
    let listening = run.clone();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            *listening.phase.lock().unwrap_or_else(PoisonError::into_inner) = line;
        }
        listening.over.store(true, Ordering::Relaxed);
    });
    let pause = Duration::from_secs(1) * AT_ONCE / options.rate.max(1);
    let writing = (0..AT_ONCE).map(|_| tokio::spawn(write(run.clone(), pause)));
    let mut customers = Vec::new();
    for wrote in futures::future::join_all(writing).await {
        customers.extend(wrote??);
    }
    verdict(&run, &customers).await
}

/// A customer's token, and how many messages were written with it.
type Customer = (String, usize);

/// One customer after the other.
async fn write(run: Arc<Run>, pause: Duration) -> Result<Vec<Customer>, Failure> {
    let mut customers = Vec::new();
    while run.goes_on() {
        let Some(token) = open(&run).await else { continue };
        let mut count = 0;
        while count < EACH && run.goes_on() {
            let started = Instant::now();
            let body = json!({ "clientId": format!("m{count}"), "text": QUESTION });
            // As the widget does, under the same id until it is taken.
            while !post(&run, &token, &body).await {
                tokio::time::sleep(AGAIN).await;
            }
            run.note(|phase| {
                phase.taken += 1;
                phase.slowest = phase.slowest.max(started.elapsed());
            });
            run.taken.fetch_add(1, Ordering::Relaxed);
            count += 1;
            tokio::time::sleep(pause.saturating_sub(started.elapsed())).await;
        }
        customers.push((token, count));
    }
    Ok(customers)
}

async fn open(run: &Run) -> Option<String> {
    let request = run.http.post(format!("{}/widget/v1/open", run.url));
    let opened = answered(run, request.json(&json!({ "key": run.firm.key, "locale": "en-US" }))).await;
    if opened.is_none() {
        tokio::time::sleep(AGAIN).await;
    }
    opened?["token"].as_str().map(str::to_owned)
}

async fn post(run: &Run, token: &str, body: &Value) -> bool {
    let request = run.http.post(format!("{}/widget/v1/messages", run.url)).bearer_auth(token);
    answered(run, request.json(body)).await.is_some()
}

/// The answer of a request, or none when it failed, which is noted.
async fn answered(run: &Run, request: reqwest::RequestBuilder) -> Option<Value> {
    let said = match request.send().await {
        Ok(response) if response.status().is_success() => match response.json().await {
            Ok(answer) => return Some(answer),
            Err(error) => format!("cut off: {error}"),
        },
        Ok(response) => response.status().to_string(),
        Err(error) if error.is_timeout() => "no answer in 10 s".to_owned(),
        Err(error) if error.is_connect() => "no connection".to_owned(),
        Err(_) => "cut off".to_owned(),
    };
    run.note(|phase| {
        phase.failed += 1;
        *phase.said.entry(said).or_default() += 1;
    });
    None
}

/// Everything as one customer sees it in the end, page by page.
async fn seen(run: &Run, token: &str) -> Result<Vec<Value>, Failure> {
    let mut all: Vec<Value> = Vec::new();
    let mut of = String::new();
    loop {
        let after = all.last().and_then(|message| message["seq"].as_u64()).unwrap_or(0);
        let url = format!("{}/widget/v1/messages?after={after}{of}", run.url);
        let page: Value = run.http.get(url).bearer_auth(token).send().await?.json().await?;
        if let Some(conversation) = page["conversation"]["id"].as_str() {
            of = format!("&conversation={conversation}");
        }
        match page["messages"].as_array() {
            Some(messages) if !messages.is_empty() => all.extend(messages.iter().cloned()),
            _ => return Ok(all),
        }
    }
}

/// Compares what was written with what is there.
async fn verdict(run: &Run, customers: &[Customer]) -> Result<Value, Failure> {
    let deadline = Instant::now() + PATIENCE;
    let (mut lost, mut twice, mut unordered, mut unanswered, mut answered_twice) = (0, 0, 0, 0, 0);
    for (token, wrote) in customers {
        let by = |seen: &[Value], author: &str| seen.iter().filter(|message| message["author"] == author).count();
        let messages = loop {
            let messages = seen(run, token).await?;
            if by(&messages, "bot") >= *wrote || Instant::now() > deadline {
                break messages;
            }
            tokio::time::sleep(AGAIN).await;
        };
        let ids: Vec<&str> = messages.iter().filter_map(|message| message["clientId"].as_str()).collect();
        let wanted: Vec<String> = (0..*wrote).map(|number| format!("m{number}")).collect();
        let missing = wanted.iter().filter(|id| !ids.contains(&id.as_str())).count();
        lost += missing;
        twice += ids.len() + missing - wrote;
        unordered += usize::from(missing == 0 && ids.len() == *wrote && ids != wanted);
        let gaps = messages.iter().zip(1_u64..).any(|(message, seq)| message["seq"].as_u64() != Some(seq));
        unordered += usize::from(gaps);
        let answers = by(&messages, "bot");
        unanswered += wrote.saturating_sub(answers);
        answered_twice += answers.saturating_sub(*wrote);
    }
    let written: usize = customers.iter().map(|(_, wrote)| wrote).sum();
    let billed = billed(run, 2 * written as u64, deadline).await?;
    let phases = run.phases.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let phases: serde_json::Map<String, Value> = phases
        .into_iter()
        .map(|(name, Phase { taken, failed, slowest, said })| {
            let slowest = u64::try_from(slowest.as_millis()).unwrap_or(u64::MAX);
            (name, json!({ "taken": taken, "failed_requests": failed, "slowest_ms": slowest, "said": said }))
        })
        .collect();
    let right = lost + twice + unordered + unanswered + answered_twice == 0 && billed == 2 * written as u64;
    Ok(json!({
        "right": right,
        "customers": customers.len(), "written": written, "lost": lost, "twice": twice, "unordered": unordered,
        "unanswered": unanswered, "answered_twice": answered_twice,
        "billed": billed, "billable": 2 * written, "phases": phases,
    }))
}

/// The messages on the firm's bill, when they are as many as expected or no time is left.
async fn billed(run: &Run, expected: u64, deadline: Instant) -> Result<u64, Failure> {
    loop {
        let bill = graphql(&run.http, &run.url, &run.firm.cookie, "{ draftBill { lines { meter quantity } } }").await?;
        let lines = bill["data"]["draftBill"]["lines"].as_array().cloned().unwrap_or_default();
        let line = lines.iter().find(|line| line["meter"] == "message");
        let billed = line.and_then(|line| line["quantity"].as_str()?.parse::<u64>().ok()).unwrap_or(0);
        if billed >= expected || Instant::now() > deadline {
            return Ok(billed);
        }
        tokio::time::sleep(AGAIN).await;
    }
}
