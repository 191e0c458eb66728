//! `cargo xtask test`: everything, from formats to the browser.

use std::path::Path;

use crate::shell::{Outcome, install, output, root, run, run_beside, run_with, say};
use crate::{arch, chart, cluster, gen_files, tidy, web};

/// What cargo takes for the compiler of our own crates: here Clippy.
const WRAPPER: &str = "RUSTC_WORKSPACE_WRAPPER";

/// Runs every check; the first that fails ends the run.
pub(crate) fn check(browser: bool) -> Outcome {
    let root = root();
    if std::env::var_os(WRAPPER).is_none() {
        let itself = std::env::current_exe().map_err(|error| error.to_string())?.display().to_string();
        let lint = root.join("xtask/lint").display().to_string();
        let arguments = if browser { &["test"][..] } else { &["test", "--no-browser"] };
        return run_with(&root, &itself, arguments, &[(WRAPPER, &lint)]);
    }
    run(&root, "cargo", &["fmt", "--all", "--check"])?;
    arch::check()?;
    tidy::check()?;
    web::build()?;
    run(&root, "cargo", &["build", "--workspace", "--all-targets", "--quiet"])?;
    postgres()?;
    nats()?;
    python()?;
    promtool();
    chart::check(false)?;
    let kube = cluster::tools::for_tests();
    let kube = kube.map_or(String::new(), |folder| folder.display().to_string());
    tests(&root, &kube)?;
    gen_files::check()?;
    gen_files::schema_changes(false)?;
    run(&web::folder(), "npx", &["--no-install", "tsc", "-b", "ui", "portal", "widget", "e2e"])?;
    run(&web::folder(), "npm", &["run", "--silent", "lint"])?;
    run(&web::folder(), "npm", &["run", "--silent", "test"])?;
    if browser {
        let chromium = chromium()?;
        let suite = ["run", "--silent", "e2e"];
        run_with(&web::folder(), "npm", &suite, &[("E2E_CHROMIUM", &chromium)])?;
        // The same against two processes of every role.
        run_with(&web::folder(), "npm", &suite, &[("E2E_CHROMIUM", &chromium), ("E2E_SHAPE", "cluster")])?;
    }
    say("\nEverything passed.");
    Ok(())
}

/// All tests, and beside them those of the product on PostgreSQL: they wait more than they compute.
fn tests(root: &Path, kube: &str) -> Outcome {
    // What starts its own PostgreSQL and NATS does so among the others.
    let again = ["test", "--workspace", "--test", "product", "--quiet", "--", "--skip", "shape::"];
    std::thread::scope(|scope| {
        let again = scope.spawn(|| run_beside(root, "cargo", &again, &[("TEST_DATABASE", "postgres")]));
        let all = run_with(root, "cargo", &["test", "--workspace", "--quiet"], &[("KUBE_TOOLS", kube)]);
        all.and(again.join().unwrap_or_else(|_| Err("what ran the tests on PostgreSQL panicked".into())))
    })
}

/// A Chromium: the one of the variable, one of the machine, or Debian's, installed when that is allowed.
fn chromium() -> Outcome<String> {
    let found = || {
        ["chromium", "chromium-browser", "google-chrome"]
            .iter()
            .find_map(|name| output(Path::new("/"), "sh", &["-c", &format!("command -v {name}")]))
    };
    if let Some(path) = found() {
        return Ok(path);
    }
    install("chromium fonts-noto-cjk")?;
    found().ok_or_else(|| "Chromium is missing: install Debian's package chromium, or use --no-browser.".to_owned())
}

/// The PostgreSQL that the tests start: the machine's, or Debian's, installed when that is allowed.
fn postgres() -> Outcome {
    let there = || Path::new("/usr/lib/postgresql").is_dir();
    if !there() {
        install("postgresql")?;
    }
    if there() { Ok(()) } else { Err("PostgreSQL is missing: install Debian's package postgresql.".into()) }
}

/// The NATS that the tests start: the machine's, or Debian's, installed when that is allowed.
fn nats() -> Outcome {
    let there = || output(Path::new("/"), "sh", &["-c", "command -v nats-server"]).is_some();
    if !there() {
        install("nats-server")?;
    }
    if there() { Ok(()) } else { Err("NATS is missing: install Debian's package nats-server.".into()) }
}

/// Prometheus' tool that tries the alert rules: the machine's, or Debian's, installed when that is allowed.
fn promtool() {
    if output(Path::new("/"), "sh", &["-c", "command -v promtool"]).is_none() {
        // Without it the rules are not tried, and that is said.
        let _ = install("prometheus");
    }
}

/// The Python that runs the example client.
fn python() -> Outcome {
    let there = || output(Path::new("/"), "sh", &["-c", "command -v python3"]).is_some();
    if !there() {
        install("python3-minimal")?;
    }
    if there() { Ok(()) } else { Err("Python is missing: install Debian's package python3.".into()) }
}
