//! How long it takes from sending a fact until a cap that it reaches holds.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::billing::{fact, percentile, send};
use crate::server::{Firm, graphql};
use crate::visitor::Visitor;

const ROUNDS: u64 = 40;
const LONGEST: Duration = Duration::from_mins(1);

/// p99 in milliseconds. In each round the bot holds a lease of fifty answers when a fact of another meter reaches a hard cap;
/// customers ask until the bot says that it is closed.
pub(crate) async fn event_to_quota_ms(url: &str, firm: &Firm) -> Result<f64, Failure> {
    let http = reqwest::Client::new();
    let mut took = Vec::new();
    for round in 0..ROUNDS {
        let above = used(&http, url, firm).await? + 500;
        let cap = format!("meters: [{{ meter: \"token\", quantity: \"{above}\", hard: true }}]");
        limits(&http, url, firm, &cap).await?;
        if is_closed(&http, url, firm).await? {
            return Err("the bot is closed below the cap".into());
        }
        let begun = Instant::now();
        send(&http, url, &firm.cookie, json!([fact(&format!("over-{round}"), 501_000)]).to_string()).await?;
        while !is_closed(&http, url, firm).await? {
            if begun.elapsed() > LONGEST {
                return Err(format!("a cap that was reached did not hold after {LONGEST:?}").into());
            }
        }
        took.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    limits(&http, url, firm, "meters: []").await?;
    took.sort_by(f64::total_cmp);
    Ok(percentile(&took, 0.99))
}

async fn is_closed(http: &reqwest::Client, url: &str, firm: &Firm) -> Result<bool, Failure> {
    let said = Visitor::open(http, url, &firm.key).await?.ask("1", "how do I cancel my policy").await?;
    Ok(said["text"].as_str().is_some_and(|text| text.contains("closed for now")))
}

/// Whole units of the running period.
async fn used(http: &reqwest::Client, url: &str, firm: &Firm) -> Result<u64, Failure> {
    let bill = graphql(http, url, &firm.cookie, "{ draftBill { from to } }").await?["data"]["draftBill"].take();
    let query = format!(
        "{{ usage(query: {{ meter: \"token\", from: {}, to: {}, step: MONTH }}) {{ edges {{ node {{ quantity }} }} }} }}",
        bill["from"], bill["to"]
    );
    let usage = graphql(http, url, &firm.cookie, &query).await?;
    let months = usage["data"]["usage"]["edges"].as_array().ok_or_else(|| format!("no usage: {usage}"))?;
    let whole = |month: &Value| month["node"]["quantity"].as_str()?.split('.').next()?.parse::<u64>().ok();
    Ok(months.iter().filter_map(whole).sum())
}

async fn limits(http: &reqwest::Client, url: &str, firm: &Firm, meters: &str) -> Result<(), Failure> {
    let change = format!("mutation {{ setSpendLimits(input: {{ over: BLOCK, {meters} }}) {{ status }} }}");
    let answer = graphql(http, url, &firm.cookie, &change).await?;
    let done = answer["data"]["setSpendLimits"]["status"] == "OK";
    if done { Ok(()) } else { Err(format!("limits cannot be set: {answer}").into()) }
}
