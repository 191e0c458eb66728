//! Running other programs.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

/// `Err` holds a sentence for the person at the keyboard.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

pub(crate) fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Runs a program and demands success.
pub(crate) fn run(folder: &Path, program: &str, arguments: &[&str]) -> Outcome {
    run_with(folder, program, arguments, &[])
}

/// Runs a program with more variables and demands success.
pub(crate) fn run_with(folder: &Path, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    say(&format!("\n> {program} {}", arguments.join(" ")));
    ended(program, arguments, Instant::now(), command(folder, program, arguments, variables).status())
}

/// The same beside something else that runs: what it prints comes when it has ended.
pub(crate) fn run_beside(folder: &Path, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Outcome {
    let started = Instant::now();
    let output = command(folder, program, arguments, variables).output();
    let variables: Vec<String> = variables.iter().map(|(name, value)| format!("{name}={value} ")).collect();
    say(&format!("\n> {}{program} {} (beside the above)", variables.concat(), arguments.join(" ")));
    if let Ok(output) = &output {
        say(&String::from_utf8_lossy(&output.stdout));
        say(&String::from_utf8_lossy(&output.stderr));
    }
    ended(program, arguments, started, output.map(|output| output.status))
}

fn command(folder: &Path, program: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(program);
    // Cargo tells a program of which package it is. Cargo in turn would take that for news and build again what looks at it, such as `ring`
    // and all that is built on it.
    for (name, _) in
        std::env::vars().filter(|(name, _)| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_"))
    {
        command.env_remove(name);
    }
    command.args(arguments).envs(variables.iter().copied()).current_dir(folder);
    command
}

fn ended(program: &str, arguments: &[&str], started: Instant, status: std::io::Result<ExitStatus>) -> Outcome {
    let status = status.map_err(|error| format!("`{program}` cannot be started: {error}"))?;
    if status.success() {
        say(&format!("  {:.0} s", started.elapsed().as_secs_f32()));
        Ok(())
    } else {
        Err(format!("`{program} {}` failed ({status})", arguments.join(" ")))
    }
}

/// Builds every program of the workspace just as its tests are built. Cargo chooses the features of shared libraries by what is built
/// together, so that packages named one by one would have most of them built again.
pub(crate) fn build() -> Outcome {
    run(&root(), "cargo", &["build", "--workspace", "--bins", "--examples", "--quiet"])
}

/// What a program prints, or `None` when it is missing or fails.
pub(crate) fn output(folder: &Path, program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).current_dir(folder).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Files that git tracks or would track, with one of the endings.
pub(crate) fn files(endings: &[&str]) -> Outcome<Vec<String>> {
    let listed = output(&root(), "git", &["ls-files", "--cached", "--others", "--exclude-standard"])
        .ok_or("`git ls-files` failed; is this a clone of the repository?")?;
    let fits = |file: &&str| endings.iter().any(|ending| file.ends_with(ending)) && root().join(file).exists();
    Ok(listed.lines().filter(fits).map(str::to_owned).collect())
}

/// A file's text.
pub(crate) fn read(file: &str) -> Outcome<String> {
    std::fs::read_to_string(root().join(file)).map_err(|error| format!("{file} cannot be read: {error}"))
}

/// All complaints at once, or success.
pub(crate) fn verdict(check: &str, complaints: &[String]) -> Outcome {
    if complaints.is_empty() {
        say(&format!("{check}: fine"));
        Ok(())
    } else {
        Err(format!("{check} found:\n  {}", complaints.join("\n  ")))
    }
}

/// Installs Debian's packages, where we may.
pub(crate) fn install(packages: &str) -> Outcome {
    let may_install = output(Path::new("/"), "id", &["-u"]).as_deref() == Some("0")
        && output(Path::new("/"), "sh", &["-c", "command -v apt-get"]).is_some();
    if may_install {
        let install = format!("apt-get update -qq && apt-get install -y -qq --no-install-recommends {packages}");
        run(Path::new("/"), "sh", &["-c", &install])?;
    }
    Ok(())
}
