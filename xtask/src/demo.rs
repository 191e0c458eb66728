//! `cargo xtask demo`.

use crate::shell::{self, Outcome, root, say};
use crate::web;

/// Builds everything, and serves the demo firm until Ctrl-C.
pub(crate) fn run(http: &str) -> Outcome {
    web::build()?;
    shell::run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server", "--bin", "lingxi"])?;
    say("\nStarting; stop with Ctrl-C. Data lives in ./.lingxi and is used again next time.\n");
    let public = format!("http.public_url=http://{http}");
    let serve = ["serve", "--demo", "--data-dir", ".lingxi", "--http", http, "--set", &public];
    // Ctrl-C reaches the server too; its orderly end is ours.
    shell::run(&root(), "target/release/lingxi", &serve)
}
