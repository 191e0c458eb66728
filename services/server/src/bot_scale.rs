//! `lingxi bot scale`: how many firms' bots a process holds: memory, loading, answering while others train.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use clap::Args;
use lingxi_config::Config;
use lingxi_contracts::bot::{BotClient, ImportStatus};
use lingxi_kernel::{Ctx, Env, TenantId};
use serde_json::json;

use crate::cloud::{Cloud, open_database};

/// What is measured.
#[derive(Debug, Args)]
pub struct Options {
    /// Firms
    #[arg(long, default_value_t = 2_000)]
    tenants: u32,
    /// Articles of each, with eight questions each
    #[arg(long, default_value_t = 200)]
    articles: u32,
    /// How many of the firms write and train what they know; the others are given that of one of them
    #[arg(long, default_value_t = 50)]
    trained: u32,
    /// Questions that are asked, of firms at random
    #[arg(long, default_value_t = 20_000)]
    questions: u32,
}

/// Words out of syllables, and articles and questions out of words: the same numbers give the same.
struct Words(u64);

impl Words {
    fn next(&mut self, below: usize) -> usize {
        // Linear congruential generator of Knuth's MMIX.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % below.max(1)
    }

    fn word(number: usize) -> String {
        const SYLLABLES: [&str; 16] =
            ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va"];
        (0..3).map(|place| SYLLABLES[(number >> (4 * place)) % SYLLABLES.len()]).collect()
    }

    /// A question about an article: two of its four words among common ones.
    fn question(&mut self, seed: usize, article: usize) -> String {
        const COMMON: [&str; 8] = [
            "how can I",
            "what is",
            "please tell me about",
            "where do I find",
            "I need",
            "when will",
            "why is",
            "who can",
        ];
        let own = |number: usize| Self::word(seed * 31 + article * 4 + number);
        let (one, other) = (self.next(4), self.next(4));
        format!(
            "{} {} {} {}",
            COMMON[self.next(COMMON.len())],
            own(one),
            own(other),
            Self::word(self.next(600) + 60_000)
        )
    }

    /// A file of articles.
    fn file(&mut self, seed: usize, articles: usize) -> Vec<u8> {
        let mut csv = String::from("title,answer,question\n");
        for article in 0..articles {
            for _ in 0..8 {
                let question = self.question(seed, article);
                let _ = writeln!(csv, "Article {article},The answer to {article} is here.,{question}");
            }
        }
        csv.into_bytes()
    }
}

/// Measures; returns figures as JSON.
///
/// # Errors
/// A sentence: what could not be done.
pub async fn run(options: &Options) -> Result<String, String> {
    let folder = std::env::temp_dir().join(format!("lingxi-scale-{}", std::process::id()));
    let mut config = Config::default();
    config.storage.data_dir.clone_from(&folder);
    config.models.memory_mb = 1 << 20;
    let figures = measure(options, &config).await;
    let _ = std::fs::remove_dir_all(&folder);
    figures
}

async fn open(config: &Config) -> Result<Cloud, String> {
    let db = open_database(config, Env::system()).await.map_err(|error| error.to_string())?;
    Cloud::build(config, db).map_err(|error| error.to_string())
}

async fn measure(options: &Options, config: &Config) -> Result<String, String> {
    let (tenants, articles) = (as_size(options.tenants), as_size(options.articles));
    let env = Env::system();
    let firms: Vec<Ctx> = (0..tenants).map(|_| Ctx::system(env.id::<TenantId>(), "scale")).collect();
    let mut words = Words(7);
    let first = open(config).await?;
    let started = Instant::now();
    let trained = as_size(options.trained).clamp(1, tenants.max(1));
    for (seed, ctx) in firms.iter().enumerate().take(trained) {
        let file = words.file(seed, articles);
        fill(&*first.services.bot, ctx, file).await?;
    }
    let training = started.elapsed().as_secs_f64() / f64::from(u32::try_from(trained).unwrap_or(u32::MAX));
    let db = first.db.as_ref().ok_or("there is no database")?;
    for (number, ctx) in firms.iter().enumerate().skip(trained) {
        lingxi_bot::copy_knowledge(db, &firms[number % trained], ctx).await.map_err(|error| error.to_string())?;
    }
    drop(first);

    // Another process: it holds nothing yet.
    let cloud = open(config).await?;
    let bot = &*cloud.services.bot;
    let before = resident();
    let cold = all(bot, &firms, &mut words, (trained, articles)).await?;
    let memory = resident() - before;
    let warm = random(bot, &firms, &mut words, options).await?;

    // And again while one firm after the other trains.
    let trains = cloud.services.bot.clone();
    let one = firms.first().cloned().ok_or("give one firm at the least")?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let training_beside = tokio::spawn(async move {
        let mut rounds = 0;
        while !*stopped.borrow() {
            if trains.save_gold(&one, "is this here", None).await.is_err() || trains.check_publish(&one).await.is_err()
            {
                break;
            }
            rounds += 1;
        }
        rounds
    });
    let beside = random(bot, &firms, &mut words, options).await?;
    let _ = stop.send(true);
    let rounds: u32 = training_beside.await.map_err(|error| error.to_string())?;
    Ok(serde_json::to_string_pretty(&json!({
        "tenants": options.tenants,
        "trained": options.trained,
        "articles": options.articles,
        "import_and_training_seconds": training,
        "memory_mb_per_tenant": memory / f64::from(options.tenants),
        "cold_load_ms": cold,
        "question_ms": warm,
        "question_ms_while_training": beside,
        "trainings_meanwhile": rounds,
    }))
    .unwrap_or_default())
}

fn as_size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Gives a firm its knowledge.
async fn fill(bot: &dyn BotClient, ctx: &Ctx, file: Vec<u8>) -> Result<(), String> {
    let told = |error: lingxi_kernel::Error| error.to_string();
    let import = bot.preview_import(ctx, "articles.csv", file).await.map_err(told)?;
    bot.run_import(ctx, import.id).await.map_err(told)?;
    while bot.import(ctx, import.id).await.map_err(told)?.is_some_and(|import| import.status == ImportStatus::Running) {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bot.publish(ctx, true).await.map_err(told)?;
    Ok(())
}

/// Asks every firm once: its model is read.
async fn all(
    bot: &dyn BotClient,
    firms: &[Ctx],
    words: &mut Words,
    (trained, articles): (usize, usize),
) -> Result<serde_json::Value, String> {
    let mut times = Vec::new();
    for (seed, ctx) in firms.iter().enumerate() {
        let article = words.next(articles);
        let question = words.question(seed % trained, article);
        times.push(ask(bot, ctx, &question).await?);
    }
    Ok(quantiles(times))
}

/// Asks firms at random.
async fn random(
    bot: &dyn BotClient,
    firms: &[Ctx],
    words: &mut Words,
    options: &Options,
) -> Result<serde_json::Value, String> {
    let mut times = Vec::new();
    for _ in 0..options.questions {
        let firm = words.next(firms.len());
        let article = words.next(as_size(options.articles));
        let question = words.question(firm % as_size(options.trained).max(1), article);
        times.push(ask(bot, &firms[firm], &question).await?);
    }
    Ok(quantiles(times))
}

async fn ask(bot: &dyn BotClient, ctx: &Ctx, question: &str) -> Result<f64, String> {
    let started = Instant::now();
    bot.test(ctx, question, "en-US").await.map_err(|error| error.to_string())?;
    Ok(started.elapsed().as_secs_f64() * 1e3)
}

fn quantiles(mut times: Vec<f64>) -> serde_json::Value {
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get((times.len() * percent / 100).min(times.len().saturating_sub(1)));
    json!({ "p50": at(50), "p99": at(99), "most": times.last() })
}

/// Memory of this process, in MB; 0 where the system does not say.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kb.unwrap_or_default() / 1024.0
}
