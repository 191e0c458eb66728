//! `lingxi bot eval`: reads questions of known meaning, and writes how well they are understood.

use std::fs::File;
use std::io::{BufRead as _, BufReader, BufWriter, Read, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use flate2::read::MultiGzDecoder;
use lingxi_bot::{Evaluation, Sample, evaluate};

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
pub fn run(options: &Options) -> Result<String, String> {
    let evaluation = Evaluation {
        train: read_all(&options.train)?,
        test: read_all(&options.test)?,
        outside: read_all(&options.oos)?,
        shots: options.shots.and_then(|shots| usize::try_from(shots).ok()),
        clicks: matches!(options.clicks, Some(Clicks::Simulate)),
    };
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
