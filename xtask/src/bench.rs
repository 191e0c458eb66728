//! `cargo xtask bench`.

use std::process::Command;

use serde_json::Value;

use crate::shell::{Outcome, root, run, say};
use crate::web;

/// Sets of a folder, and what the bot is to reach on them: name, learned from, asked, from outside, further options, and the aims by the
/// report's keys.
type Set =
    (&'static str, &'static str, &'static str, &'static str, &'static [&'static str], &'static [(&'static str, f64)]);
const SETS: [Set; 6] = [
    ("BANKING77, all phrases", "banking77_train", "banking77_valid", "", &[], &[("accuracy", 0.92), ("ece", 0.02)]),
    (
        "BANKING77, 10 phrases",
        "banking77_10shot",
        "banking77_valid",
        "",
        &[],
        &[("accuracy", 0.79), ("top3", 0.92), ("ece", 0.02)],
    ),
    ("BANKING77, 5 phrases", "banking77_5shot", "banking77_valid", "", &[], &[("accuracy", 0.71), ("ece", 0.02)]),
    (
        "CLINC150, all phrases",
        "clinc150_train",
        "clinc150_valid",
        "clinc150_oos_valid",
        &[],
        &[("accuracy", 0.935), ("oos_auroc", 0.96), ("ece", 0.02)],
    ),
    (
        "CLINC150, 10 phrases",
        "clinc150_10shot",
        "clinc150_valid",
        "clinc150_oos_valid",
        &[],
        &[("accuracy", 0.83), ("ece", 0.02)],
    ),
    (
        "BANKING77, 10 phrases and clicks",
        "banking77_train",
        "banking77_valid",
        "",
        &["--shots", "10", "--clicks", "simulate"],
        &[("accuracy", 0.885)],
    ),
];

/// How well the bot understands, as a table; the sets are `NAME.jsonl.gz` in a folder.
fn bot(folder: &str) -> Outcome {
    run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server"])?;
    say(
        "| set | accuracy | top 3 | ECE | answered at 97 % right | OOS AUROC | training s | us a question | MB | aims |",
    );
    say("|---|---|---|---|---|---|---|---|---|---|");
    for (name, train, test, outside, options, aims) in SETS {
        let file = |set: &str| format!("{folder}/{set}.jsonl.gz");
        let mut command = Command::new(root().join("target/release/lingxi"));
        command.args(["bot", "eval", "--train", &file(train), "--test", &file(test)]).args(options);
        if !outside.is_empty() {
            command.args(["--oos", &file(outside)]);
        }
        let output = command.output().map_err(|error| error.to_string())?;
        if !output.status.success() {
            return Err(format!("{name}: {}", String::from_utf8_lossy(&output.stderr)));
        }
        let report: Value = serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())?;
        let number = |key: &str| report[key].as_f64();
        let percent = |key: &str| number(key).map_or_else(String::new, |share| format!("{:.1} %", share * 100.0));
        let plain = |key: &str, digits: usize| number(key).map_or_else(String::new, |it| format!("{it:.digits$}"));
        let aims: Vec<String> = aims.iter().map(|(key, aim)| format!("{key} {aim}")).collect();
        say(&format!(
            "| {name} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            percent("accuracy"),
            percent("top3"),
            percent("ece"),
            percent("coverage_at_97"),
            plain("oos_auroc", 3),
            plain("training_seconds", 1),
            plain("microseconds_per_query", 0),
            plain("model_megabytes", 1),
            aims.join(", "),
        ));
    }
    Ok(())
}

/// Builds what is measured and what measures, both optimised, and runs the measurement.
pub(crate) fn measure(arguments: &[String]) -> Outcome {
    match arguments {
        [what, folder] if what == "bot" => return bot(folder),
        [what, ..] if what == "bot" => return Err("bench bot FOLDER, where the folder holds the sets".into()),
        _ => {}
    }
    web::build()?;
    run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server", "--package", "lingxi-bench"])?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&root(), "target/release/lingxi-bench", &arguments)
}
