//! `cargo xtask bench`.

use crate::shell::{Outcome, root, run};
use crate::web;

/// Builds what is measured and what measures, both optimised, and runs the measurement.
pub(crate) fn measure(arguments: &[String]) -> Outcome {
    web::build()?;
    run(&root(), "cargo", &["build", "--release", "--package", "lingxi-server", "--package", "lingxi-bench"])?;
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    run(&root(), "target/release/lingxi-bench", &arguments)
}
