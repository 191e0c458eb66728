//! The web workspace.

use std::path::PathBuf;

use crate::shell::{Outcome, output, root, run};

pub(crate) fn folder() -> PathBuf {
    root().join("web")
}

/// Checks Node and installs the packages that the lock file names, when they are not there yet.
pub(crate) fn install() -> Outcome {
    let version = output(&root(), "node", &["--version"]).ok_or("Node.js is missing: install version 20 or later.")?;
    let major: u32 = version.trim_start_matches('v').split('.').next().and_then(|m| m.parse().ok()).unwrap_or(0);
    if major < 20 {
        return Err(format!("Node.js {version} is too old: install version 20 or later."));
    }
    let modified = |path: PathBuf| std::fs::metadata(path).and_then(|data| data.modified()).ok();
    let installed = modified(folder().join("node_modules/.package-lock.json"));
    if installed.is_some() && installed >= modified(folder().join("package-lock.json")) {
        return Ok(());
    }
    run(&folder(), "npm", &["ci", "--no-audit", "--no-fund", "--loglevel=error"])
}

/// Builds portal and widget into their `dist` folders, from where the binary takes them.
pub(crate) fn build() -> Outcome {
    install()?;
    run(&folder(), "npm", &["run", "--silent", "build"])?;
    budgets()
}

/// Largest gzip sizes that a first view may transfer, in bytes (PORTAL.md).
fn budgets() -> Outcome {
    let gzip = |file: &str| -> Outcome<usize> {
        let command = format!("gzip -9 -c '{file}' | wc -c");
        let counted = output(&folder(), "sh", &["-c", &command]).and_then(|n| n.parse().ok());
        counted.filter(|n| *n > 100).ok_or_else(|| format!("{file} was not built"))
    };
    for (file, most) in [("widget/dist/lingxi.js", 2_048), ("widget/dist/app.js", 20_480)] {
        let size = gzip(file)?;
        if size > most {
            return Err(format!("{file} has {size} bytes gzipped; the budget is {most}"));
        }
    }
    Ok(())
}
