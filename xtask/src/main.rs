//! `cargo xtask`: what a developer does with this repository.

mod arch;
mod bench;
mod chart;
mod cluster;
mod demo;
mod gen_files;
mod image;
mod peers;
mod servers;
mod shape;
mod shell;
mod test;
mod tidy;
mod web;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::Outcome;

/// Work on Lingxi.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build everything and serve the demo firm on <http://127.0.0.1:8080>
    Demo {
        /// Address and port
        #[arg(long, default_value = "127.0.0.1:8080")]
        http: String,
        /// Every role as a process of its own, with PostgreSQL and NATS
        #[arg(long)]
        cluster: bool,
    },
    /// Serve every role as processes of its own, with PostgreSQL and NATS, from a built binary
    Shape(shape::Options),
    /// Run every check and test
    Test {
        /// Leave the browser suite out
        #[arg(long)]
        no_browser: bool,
        /// Only what others have written to judge products like this: graphql-http, graphql-cop, cargo-deny
        #[arg(long)]
        peers: bool,
    },
    /// Build portal and widget
    Web,
    /// Measure the release build: `bench chat`, `bench faq --train F --test F`, `bench bot FOLDER`, `bench scale`
    Bench {
        /// What to measure, and its options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Make the generated files anew
    Gen,
    /// Name what changed for integrators since the schema was published
    Schema {
        /// Take the schema as it stands for the published one
        #[arg(long)]
        publish: bool,
    },
    /// Render the chart and compare it with what is committed
    Chart {
        /// Write the renders anew
        #[arg(long)]
        write: bool,
    },
    /// A real Kubernetes of one node on this machine
    Cluster {
        #[command(subcommand)]
        deed: cluster::Deed,
    },
    /// Build the container image, an OCI archive that needs no container engine
    Image {
        /// The archive
        #[arg(long, default_value = "target/image/lingxi.tar")]
        output: std::path::PathBuf,
        /// Its name
        #[arg(long, default_value = concat!("lingxi:", env!("CARGO_PKG_VERSION")))]
        name: String,
    },
    /// Check which crate may depend on which
    Arch,
    /// Check rooms, file sizes and where things may be named
    Tidy,
}

fn main() -> ExitCode {
    let outcome: Outcome = match Cli::parse().task {
        Task::Demo { http, cluster } => demo::run(&http, cluster),
        Task::Shape(options) => shape::run(&options),
        Task::Test { peers: true, .. } => peers::check(),
        Task::Test { no_browser, .. } => test::check(!no_browser),
        Task::Web => web::build(),
        Task::Bench { arguments } => bench::measure(&arguments),
        Task::Gen => gen_files::write(),
        Task::Schema { publish } => gen_files::schema_changes(publish),
        Task::Chart { write } => chart::check(write),
        Task::Cluster { deed } => cluster::run_deed(&deed),
        Task::Image { output, name } => web::build().and_then(|()| image::build(&output, &name)),
        Task::Arch => arch::check(),
        Task::Tidy => tidy::check(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            shell::say(&format!("\nxtask: {message}"));
            ExitCode::FAILURE
        }
    }
}
