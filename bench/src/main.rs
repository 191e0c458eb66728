//! Measurements against the real binary, through the doors that customers use. Prints JSON.

mod bare;
mod billing;
mod chat;
mod cluster;
mod faq;
mod history;
mod quota;
mod reference;
mod server;
mod visitor;

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// A failed measurement.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Measure Lingxi.
#[derive(Parser)]
struct Cli {
    /// The binary to measure
    #[arg(long, default_value = "target/release/lingxi")]
    binary: PathBuf,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Metered facts, usage and invoices, with the bare database beside them
    Billing(billing::Options),
    /// Widget sockets that send real questions
    Chat(chat::Options),
    /// The same against every role as processes of its own
    Cluster(cluster::Options),
    /// A labelled set as an FAQ: what share of other questions is answered right
    Faq(faq::Options),
    /// Customers who write on while others kill, upgrade and cut off; and what is true of their messages in the end
    History(history::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let outcome = tokio::runtime::Runtime::new().map_err(Failure::from).and_then(|runtime| {
        runtime.block_on(async {
            match cli.what {
                What::Billing(options) => billing::run(&cli.binary, &options).await,
                What::Chat(options) => chat::run(&cli.binary, &options).await,
                What::Cluster(options) => cluster::run(&cli.binary, &options).await,
                What::History(options) => history::run(&options).await,
                What::Faq(options) => faq::run(&cli.binary, &options).await,
            }
        })
    });
    let (text, code) = match outcome {
        Ok(figures) => (format!("{figures:#}"), ExitCode::SUCCESS),
        Err(error) => (format!("bench: {error}"), ExitCode::FAILURE),
    };
    let _ = writeln!(std::io::stdout(), "{text}");
    code
}
