//! A labelled set as an FAQ: its training questions are imported by `lingxi import`, its others asked through widget sockets.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use futures::StreamExt as _;
use serde_json::{Value, json};

use crate::Failure;
use crate::server::{Firm, Server, folder, graphql, sign_up};
use crate::visitor::Visitor;

#[derive(Args)]
pub(crate) struct Options {
    /// Questions with their labels, JSON lines {text, label}, plain or gzip
    #[arg(long)]
    train: PathBuf,
    /// The questions to ask, in the same form
    #[arg(long)]
    test: PathBuf,
}

/// The lines of a file, unpacked by gzip when its name ends with .gz.
fn lines(path: &Path) -> Result<String, Failure> {
    if path.extension().is_some_and(|ending| ending == "gz") {
        let output = Command::new("gzip").arg("-dc").arg(path).output()?;
        return Ok(String::from_utf8(output.stdout)?);
    }
    Ok(std::fs::read_to_string(path)?)
}

/// A label as the import makes a title of it.
fn title(label: &str) -> String {
    label.replace('_', " ")
}

pub(crate) async fn run(binary: &Path, options: &Options) -> Result<Value, Failure> {
    let folder = folder()?;
    let http = reqwest::Client::new();
    let server = Server::start(binary, &folder)?;
    let firm = sign_up(&http, &server.url).await?;
    drop_pack(&server, &http, &firm).await?;
    server.stop()?;
    let train = folder.join("train.jsonl");
    std::fs::write(&train, lines(&options.train)?)?;
    let import = Command::new(binary)
        .args(["import", "--tenant", &firm.tenant, "--data-dir"])
        .arg(&folder)
        .arg(&train)
        .output()?;
    if !import.status.success() {
        return Err(String::from_utf8_lossy(&import.stderr).into_owned().into());
    }
    let server = Server::start(binary, &folder)?;
    let mut asked = Vec::new();
    for line in lines(&options.test)?.lines() {
        let question: Value = serde_json::from_str(line)?;
        let text = question["text"].as_str().unwrap_or_default().to_owned();
        asked.push((text, title(question["label"].as_str().unwrap_or_default())));
    }
    let outcomes: Vec<Result<&'static str, Failure>> = futures::stream::iter(asked)
        .map(|(text, right)| one(&http, &server.url, &firm.key, text, right))
        .buffer_unordered(16)
        .collect()
        .await;
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let total = u32::try_from(outcomes.len())?;
    for outcome in outcomes {
        *counts.entry(outcome?).or_default() += 1;
    }
    server.stop()?;
    std::fs::remove_dir_all(&folder)?;
    let share =
        |name: &str| (f64::from(counts.get(name).copied().unwrap_or(0)) / f64::from(total) * 1000.0).round() / 10.0;
    Ok(json!({
        "questions": total,
        "import": String::from_utf8_lossy(&import.stdout).lines().next().map(|line| {
            line.rsplit("train.jsonl: ").next().unwrap_or(line).to_owned()
        }),
        "percent": {
            "answered_right": share("answered_right"),
            "answered_wrong": share("answered_wrong"),
            "listed_right_first": share("listed_first"),
            "listed_right": share("listed"),
            "listed_without_right": share("listed_wrong"),
            "handed_over": share("handed_over"),
        },
        "percent_right_at_top": round(share("answered_right") + share("listed_first")),
        "percent_answered_or_listed_right": round(share("answered_right") + share("listed_first") + share("listed")),
    }))
}

fn round(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}

/// Removes the pack's articles, so that only the set answers.
async fn drop_pack(server: &Server, http: &reqwest::Client, firm: &Firm) -> Result<(), Failure> {
    let query = "{ articles(first: 200) { edges { node { id } } } }";
    let answer = graphql(http, &server.url, &firm.cookie, query).await?;
    for edge in answer["data"]["articles"]["edges"].as_array().into_iter().flatten() {
        let id = edge["node"]["id"].as_str().unwrap_or_default();
        let remove = format!("mutation {{ deleteArticle(id: \"{id}\") {{ status }} }}");
        graphql(http, &server.url, &firm.cookie, &remove).await?;
    }
    Ok(())
}

/// Asks one question as a new customer; what came of it.
async fn one(
    http: &reqwest::Client,
    url: &str,
    key: &str,
    text: String,
    right: String,
) -> Result<&'static str, Failure> {
    let mut visitor = Visitor::open(http, url, key).await?;
    let reply = visitor.ask("1", &text).await?;
    let choices = reply["choices"].as_array().cloned().unwrap_or_default();
    let has = |value: &str| choices.iter().any(|choice| choice["value"] == value);
    let place = choices.iter().position(|choice| choice["label"] == right.as_str());
    Ok(match (has("solved"), has("person"), place) {
        (true, _, _) if reply["text"] == right.as_str() => "answered_right",
        (true, _, _) => "answered_wrong",
        (_, true, Some(0)) => "listed_first",
        (_, true, Some(_)) => "listed",
        (_, true, None) => "listed_wrong",
        _ => "handed_over",
    })
}
