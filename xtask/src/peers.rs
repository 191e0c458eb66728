//! `cargo xtask test --peers`: what others have written to judge products like this one, against a running Lingxi.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::shell::{Outcome, output, root, run, say};
use crate::web;

/// What graphql-cop finds and we mean; the reasons are in docs/security.md.
const MEANT: [&str; 1] = ["Field Duplication"];

/// Runs every peer that is there. One that is not is named at the end, with how to get it.
pub(crate) fn check() -> Outcome {
    let mut missing = Vec::new();
    web::build()?;
    run(&root(), "cargo", &["build", "--workspace", "--bin", "lingxi", "--quiet"])?;
    let lingxi = Lingxi::start()?;
    let graphql = format!("{}/graphql", lingxi.url);
    run(&web::folder().join("e2e"), "node", &["peers/graphql-http.mjs", &graphql])?;
    match std::env::var_os("GRAPHQL_COP") {
        Some(folder) => cop(Path::new(&folder), &graphql)?,
        None => missing.push(
            "graphql-cop: clone https://github.com/dolevf/graphql-cop, install its requirements, and name the folder in GRAPHQL_COP",
        ),
    }
    drop(lingxi);
    if output(&root(), "cargo", &["deny", "--version"]).is_some() {
        run(&root(), "cargo", &["deny", "check", "licenses", "bans", "sources"])?;
        if run(&root(), "cargo", &["deny", "check", "advisories"]).is_err() {
            missing.push(
                "cargo-deny's advisories: see above; they are fetched from https://github.com/rustsec/advisory-db",
            );
        }
    } else {
        missing.push("cargo-deny: `cargo install --locked cargo-deny`");
    }
    for peer in &missing {
        say(&format!("Not tried: {peer}."));
    }
    Ok(())
}

/// Every finding of graphql-cop that is not meant.
fn cop(folder: &Path, graphql: &str) -> Outcome {
    let program = folder.join("graphql-cop.py").display().to_string();
    let said = output(folder, "python3", &[&program, "-t", graphql, "-o", "json"]);
    let said = said.ok_or("graphql-cop could not be run: install its requirements with pip")?;
    let list = said.lines().find(|line| line.trim_start().starts_with('[')).unwrap_or_default();
    let all: Vec<serde_json::Value> =
        serde_json::from_str(list).map_err(|error| format!("graphql-cop answered no list: {error}\n{said}"))?;
    let found = all.iter().filter(|one| one["result"] == true).filter_map(|one| one["title"].as_str());
    let (meant, wrong): (Vec<&str>, Vec<&str>) = found.partition(|title| MEANT.contains(title));
    say(&format!(
        "graphql-cop: {} questions, {} findings that are meant ({})",
        all.len(),
        meant.len(),
        meant.join(", ")
    ));
    if wrong.is_empty() { Ok(()) } else { Err(format!("graphql-cop found: {}", wrong.join(", "))) }
}

/// A Lingxi with a folder of its own; both end with this.
struct Lingxi {
    process: Child,
    folder: PathBuf,
    url: String,
}

impl Lingxi {
    fn start() -> Outcome<Self> {
        let folder = std::env::temp_dir().join(format!("lingxi-peers-{}", std::process::id()));
        let mut command = Command::new(root().join("target/debug/lingxi"));
        command.args(["serve", "--http", "127.0.0.1:0", "--data-dir"]).arg(&folder).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let lines = process.stdout.take().map(|out| BufReader::new(out).lines().map_while(Result::ok));
        let url = lines
            .and_then(|mut lines| lines.find_map(|line| line.strip_prefix("Lingxi serves on ").map(str::to_owned)));
        match url {
            Some(url) => Ok(Self { process, folder, url }),
            None => Err("Lingxi did not start".into()),
        }
    }
}

impl Drop for Lingxi {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
