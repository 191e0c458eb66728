//! `lingxi bot eval`: reads questions of known meaning, and writes how well they are understood.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use flate2::read::MultiGzDecoder;
use lingxi_bot::{Evaluation, Meaning, Sample, evaluate};
use lingxi_models::Embedder;

/// How long an endpoint may take for some texts.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is evaluated.
#[derive(Debug, Args)]
pub struct Options {
    /// What is learned from: lines of {"text", "label"}, plain or gzip
    #[arg(long, required = true, value_name = "FILE")]
    train: Vec<PathBuf>,
    /// What is asked
    #[arg(long, required = true, value_name = "FILE")]
    test: Vec<PathBuf>,
    /// Questions about something else altogether
    #[arg(long, value_name = "FILE")]
    oos: Vec<PathBuf>,
    /// Learn from the first so many questions of each label only
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    shots: Option<u32>,
    /// Let played customers ask what is left of the questions to learn from, and learn from their clicks
    #[arg(long)]
    clicks: Option<Clicks>,
    /// Add what texts mean, from an endpoint as that of `OpenAI` (URL), or a model in a folder
    #[arg(long, value_name = "URL|DIR")]
    embeddings: Option<String>,
    /// The endpoint's name of the model
    #[arg(long, value_name = "NAME", requires = "embeddings")]
    embeddings_model: Option<String>,
    /// File that holds the endpoint's key
    #[arg(long, value_name = "FILE", requires = "embeddings")]
    embeddings_key: Option<PathBuf>,
    /// Write what was said to every question, as lines of JSON
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Where clicks come from.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Clicks {
    /// From customers who are played.
    Simulate,
}

/// Evaluates; returns the report as JSON.
///
/// # Errors
/// A sentence that names the file and line, or what is missing.
pub async fn run(options: &Options) -> Result<String, String> {
    let mut evaluation = Evaluation {
        train: read_all(&options.train)?,
        test: read_all(&options.test)?,
        outside: read_all(&options.oos)?,
        shots: options.shots.and_then(|shots| usize::try_from(shots).ok()),
        clicks: matches!(options.clicks, Some(Clicks::Simulate)),
        meanings: HashMap::new(),
    };
    if let Some(place) = &options.embeddings {
        evaluation.meanings = meanings(place, options, evaluation.texts()).await?;
    }
    let (report, predictions) = evaluate(evaluation)?;
    if let Some(path) = &options.out {
        let fault = |error: std::io::Error| format!("{}: {error}", path.display());
        let mut file = BufWriter::new(File::create(path).map_err(fault)?);
        for prediction in predictions {
            let line = serde_json::to_string(&prediction).map_err(|error| error.to_string())?;
            writeln!(file, "{line}").map_err(fault)?;
        }
        file.flush().map_err(fault)?;
    }
    serde_json::to_string_pretty(&report).map_err(|error| error.to_string())
}

/// What all texts mean.
async fn meanings(place: &str, options: &Options, texts: Vec<String>) -> Result<HashMap<String, Meaning>, String> {
    let key = options.embeddings_key.as_ref().map(|path| {
        std::fs::read_to_string(path)
            .map(|key| key.trim().to_owned())
            .map_err(|error| format!("{}: {error}", path.display()))
    });
    let http = reqwest::Client::builder().timeout(PATIENCE).build().map_err(|error| error.to_string())?;
    let embedder = Embedder::open(place, http, key.transpose()?, options.embeddings_model.clone())?;
    let found = embedder.embed(&texts).await?;
    Ok(texts.into_iter().zip(found.into_iter().map(Meaning::from)).collect())
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<Sample>, String> {
    let mut samples = Vec::new();
    for path in paths {
        let fault = |error: std::io::Error| format!("{}: {error}", path.display());
        for (number, line) in BufReader::new(open(path).map_err(fault)?).lines().enumerate() {
            let line = line.map_err(fault)?;
            if line.trim().is_empty() {
                continue;
            }
            let sample = serde_json::from_str(&line).map_err(|error| {
                format!(
                    "{}, line {}: {error}; a line is {{\"text\": \"…\", \"label\": \"…\"}}",
                    path.display(),
                    number + 1
                )
            });
            samples.push(sample?);
        }
    }
    Ok(samples)
}

/// A file as it is, or unpacked when it begins as gzip does.
fn open(path: &Path) -> std::io::Result<Box<dyn Read>> {
    const GZIP: [u8; 2] = [0x1f, 0x8b];
    let mut head = Vec::new();
    File::open(path)?.take(2).read_to_end(&mut head)?;
    let file = File::open(path)?;
    Ok(if head == GZIP { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) })
}
