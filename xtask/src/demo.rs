//! `cargo xtask demo`.

use std::path::Path;

use crate::shell::{self, Outcome, output, root, say};
use crate::{shape, web};

/// Builds everything, and serves the demo firm until Ctrl-C.
pub(crate) fn run(http: &str, cluster: bool) -> Outcome {
    prerequisites(cluster)?;
    web::build()?;
    shell::run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server", "--bin", "lingxi"])?;
    if cluster {
        say("\nStarting every role as a process of its own; stop with Ctrl-C. Data lives in ./.lingxi/cluster.\n");
        return shape::run(&shape::Options {
            binary: root().join("target/release/lingxi"),
            data_dir: root().join(".lingxi/cluster"),
            http: http.to_owned(),
            each: 1,
            demo: true,
            set: Vec::new(),
        });
    }
    say("\nStarting; stop with Ctrl-C. Data lives in ./.lingxi and is used again next time.\n");
    let public = format!("http.public_url=http://{http}");
    let serve = ["serve", "--demo", "--data-dir", ".lingxi", "--http", http, "--set", &public];
    // Ctrl-C reaches the server too; its orderly end is ours.
    shell::run(&root(), "target/release/lingxi", &serve)
}

/// What must be there before anything is built; all that is missing is said at once.
fn prerequisites(cluster: bool) -> Outcome {
    let mut needed = vec![
        ("node", "Node.js 20 or later: https://nodejs.org, or your system's package manager"),
        ("npm", "npm, which comes with Node.js"),
        ("cc", "a C compiler for the bundled SQLite: on Debian `apt-get install build-essential`"),
    ];
    if cluster {
        needed.push(("pg_ctlcluster", "PostgreSQL: on Debian `apt-get install postgresql`"));
        needed.push(("nats-server", "NATS: on Debian `apt-get install nats-server`"));
    }
    let there = |name: &str| output(Path::new("/"), "sh", &["-c", &format!("command -v {name}")]).is_some();
    let missing: Vec<String> = needed
        .iter()
        .filter(|(name, _)| !there(name))
        .map(|(name, get)| format!("`{name}` is missing: install {get}"))
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n       ")) }
}
