//! `cargo xtask bench`.

use std::process::Command;

use serde_json::Value;

use crate::servers::{Place, Postgres};
use crate::shell::{Outcome, root, run, say};
use crate::web;

/// What the bot is measured on: files of a folder, `NAME.jsonl.gz`.
struct Set {
    name: &'static str,
    train: &'static str,
    test: &'static str,
    /// Questions about something else altogether.
    outside: Option<&'static str>,
    options: &'static [&'static str],
    /// What is to be reached, by the report's keys.
    aims: &'static str,
}

impl Set {
    const fn bank(name: &'static str, train: &'static str, aims: &'static str) -> Self {
        Self { name, train, test: "banking77_valid", outside: None, options: &[], aims }
    }

    const fn clinc(name: &'static str, train: &'static str, aims: &'static str) -> Self {
        Self { name, train, test: "clinc150_valid", outside: Some("clinc150_oos_valid"), options: &[], aims }
    }
}

const SETS: [Set; 6] = [
    Set::bank("BANKING77, all phrases", "banking77_train", "accuracy 92, ECE 2"),
    Set::bank("BANKING77, 10 phrases", "banking77_10shot", "accuracy 79, top 3 92, ECE 2"),
    Set::bank("BANKING77, 5 phrases", "banking77_5shot", "accuracy 71, ECE 2"),
    Set::clinc("CLINC150, all phrases", "clinc150_train", "accuracy 93.5, AUROC 0.96, ECE 2"),
    Set::clinc("CLINC150, 10 phrases", "clinc150_10shot", "accuracy 83, ECE 2"),
    Set {
        options: &["--shots", "10", "--clicks", "simulate"],
        ..Set::bank("BANKING77, 10 phrases and clicks", "banking77_train", "accuracy 88.5")
    },
];

/// What is measured a second time with meanings, and what is to be reached then.
const WITH_MEANINGS: [(&str, &str); 4] = [
    ("BANKING77, all phrases", "accuracy 94"),
    ("BANKING77, 10 phrases", "accuracy 88"),
    ("BANKING77, 5 phrases", "accuracy 82"),
    ("CLINC150, 10 phrases", ""),
];

/// How well the bot understands, as a table; the sets are `NAME.jsonl.gz` in a folder. With the folder of an embedding model, some
/// of them also with its meanings.
fn bot(folder: &str, embeddings: Option<&str>) -> Outcome {
    let mut build = vec!["build", "--release", "--package", "lingxi-server"];
    if embeddings.is_some() {
        build.extend(["--features", "local-embeddings"]);
    }
    run(&root(), "cargo", &build)?;
    say(
        "| set | accuracy | top 3 | ECE | answered at 97 % right | OOS AUROC | training s | us a question | MB | aims |",
    );
    say("|---|---|---|---|---|---|---|---|---|---|");
    for set in &SETS {
        say(&set.row(folder, None)?);
    }
    for (name, aims) in WITH_MEANINGS {
        let set = SETS.iter().find(|set| set.name == name);
        if let (Some(set), Some(model)) = (set, embeddings) {
            say(&Set { aims, ..*set }.row(folder, Some(model))?);
        }
    }
    Ok(())
}

impl Set {
    /// Measures, and gives the row of the table.
    fn row(&self, folder: &str, embeddings: Option<&str>) -> Result<String, String> {
        let Self { name, train, test, outside, options, aims } = self;
        let file = |set: &str| format!("{folder}/{set}.jsonl.gz");
        let mut command = Command::new(root().join("target/release/lingxi"));
        command.args(["bot", "eval", "--train", &file(train), "--test", &file(test)]).args(*options);
        if let Some(outside) = outside {
            command.args(["--oos", &file(outside)]);
        }
        if let Some(model) = embeddings {
            command.args(["--embeddings", model]);
        }
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let with = if embeddings.is_some() { ", with meanings" } else { "" };
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let number = |key: &str| report[key].as_f64();
        let percent = |key: &str| number(key).map_or_else(String::new, |share| format!("{:.1} %", share * 100.0));
        let plain = |key: &str, digits: usize| number(key).map_or_else(String::new, |it| format!("{it:.digits$}"));
        Ok(format!(
            "| {name}{with} | {} | {} | {} | {} | {} | {} | {} | {} | {aims} |",
            percent("accuracy"),
            percent("top3"),
            percent("ece"),
            percent("coverage_at_97"),
            plain("oos_auroc", 3),
            plain("training_seconds", 1),
            plain("microseconds_per_query", 0),
            plain("model_megabytes", 1),
        ))
    }
}

/// What `docs/operations/running.md` says for a database of millions of facts.
const FOR_MILLIONS: &str =
    "-c shared_buffers=4GB -c max_wal_size=16GB -c checkpoint_timeout=15min -c wal_compression=lz4";

/// Billing on SQLite, and on a PostgreSQL of the measurement's own.
fn billing(options: &[String]) -> Outcome {
    run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server", "--package", "lingxi-bench"])?;
    let folder = std::env::temp_dir().join(format!("lingxi-bench-postgres-{}", std::process::id()));
    let postgres = Postgres::start_with(&Place::here(), &folder, FOR_MILLIONS)?;
    postgres.database("lingxi")?;
    let (owner, app) = (postgres.url("lingxi_owner", "lingxi"), postgres.url("lingxi_app", "lingxi"));
    run(&root(), "target/release/lingxi", &["migrate", "--database-url", &owner])?;
    let mut arguments = vec!["billing", "--database-url", &app, "--owner-url", &owner];
    arguments.extend(options.iter().map(String::as_str));
    let done = run(&root(), "target/release/lingxi-bench", &arguments);
    drop(postgres);
    let _ = std::fs::remove_dir_all(&folder);
    done
}

/// Builds what is measured and what measures, both optimised, and runs the measurement.
pub(crate) fn measure(arguments: &[String]) -> Outcome {
    match arguments {
        [what, folder] if what == "bot" => return bot(folder, None),
        [what, folder, model] if what == "bot" => return bot(folder, Some(model)),
        [what, sizes @ ..] if what == "scale" => {
            run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server"])?;
            let mut options = vec!["bot", "scale"];
            options.extend(sizes.iter().map(String::as_str));
            return run(&root(), "target/release/lingxi", &options);
        }
        [what, options @ ..] if what == "billing" => return billing(options),
        [what, ..] if what == "bot" => {
            return Err(
                "bench bot FOLDER [MODEL], where the folder holds the sets, and MODEL an embedding model".into()
            );
        }
        _ => {}
    }
    web::build()?;
    run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server", "--package", "lingxi-bench"])?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&root(), "target/release/lingxi-bench", &arguments)
}
