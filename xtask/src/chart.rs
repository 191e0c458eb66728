//! `cargo xtask chart`: renders the chart and compares it with what is committed, and tries its alert rules.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::shell::{Outcome, output, root, run, say, verdict};

/// The helm that is built when there is none.
const HELM: &str = "helm.sh/helm/v3/cmd/helm@v3.19.2";
/// What the chart is rendered for.
const KUBERNETES: &str = "1.34.0";
/// Renders: the name of the committed file, and the overlay that it is made with.
const RENDERS: [(&str, Option<&str>); 4] =
    [("single", None), ("small", Some("small")), ("ha", Some("ha")), ("restricted", Some("restricted"))];
/// Values that are refused, and a part of what is said.
const REFUSED: [(&str, &str); 8] = [
    ("mode=services", "database.existingSecret"),
    ("mode=services,database.existingSecret=x", "set nats.url"),
    ("nats.url=nats://x", "mode services"),
    ("ingress.enabled=true", "ingress.host"),
    ("services.bot.replica=2", "'replica' not allowed"),
    ("operator.enabled=true", "operator.tokenSecret"),
    ("replicaCount=2", "replicaCount is not a value any more: set defaults.replicas"),
    ("unknown=1", "'unknown' not allowed"),
];

/// Checks the chart, or writes its renders anew. Without helm, and Go to build it, it says so and checks nothing.
pub(crate) fn check(write: bool) -> Outcome {
    let folder = root().join("charts/lingxi");
    alerts(&folder)?;
    let Some(helm) = helm() else {
        say("chart: NOT CHECKED, because there is no helm and no Go to build it");
        return Ok(());
    };
    let mut complaints = Vec::new();
    let described = readme(&folder)?;
    if write {
        std::fs::write(folder.join("README.md"), &described).map_err(|error| error.to_string())?;
    } else if std::fs::read_to_string(folder.join("README.md")).unwrap_or_default() != described {
        complaints.push("charts/lingxi/README.md is not what values.yaml says; `cargo xtask chart --write`".to_owned());
    }
    for (name, overlay) in RENDERS {
        let overlay = overlay.map(|overlay| format!("overlays/{overlay}.yaml"));
        let further: Vec<&str> = overlay.iter().flat_map(|overlay| ["-f", overlay.as_str()]).collect();
        let rendered = render(&helm, &folder, &further)?;
        let golden = folder.join("golden").join(format!("{name}.yaml"));
        if write {
            std::fs::write(&golden, &rendered).map_err(|error| format!("{}: {error}", golden.display()))?;
        } else if std::fs::read_to_string(&golden).unwrap_or_default() != rendered {
            complaints.push(format!("{} is not what the chart renders; `cargo xtask chart --write`", golden.display()));
        }
        complaints.extend(risks(&rendered).into_iter().map(|risk| format!("{name}: {risk}")));
    }
    for (values, said) in REFUSED {
        match render(&helm, &folder, &["--set", values]) {
            Ok(_) => complaints.push(format!("`{values}` is not refused")),
            Err(refusal) if refusal.contains(said) => {}
            Err(refusal) => complaints.push(format!("`{values}` is refused by other words: {refusal}")),
        }
    }
    verdict("chart", &complaints)
}

fn render(helm: &Path, folder: &Path, further: &[&str]) -> Outcome<String> {
    let rendering = Command::new(helm)
        .args(["template", "demo", ".", "--namespace", "lingxi", "--kube-version", KUBERNETES])
        .args(further)
        .current_dir(folder)
        .output()
        .map_err(|error| format!("helm cannot be started: {error}"))?;
    if rendering.status.success() {
        Ok(String::from_utf8_lossy(&rendering.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&rendering.stderr).into_owned())
    }
}

/// What the policy `restricted` of Kubernetes, or a careful reader, would object to in a render's pods.
fn risks(rendered: &str) -> Vec<String> {
    let kinds = ["\nkind: Deployment\n", "\nkind: Job\n", "\nkind: Pod\n"];
    let pods = rendered.split("\n---").filter(|one| kinds.iter().any(|kind| one.contains(kind)));
    let mut found = Vec::new();
    for pod in pods {
        let name = pod.lines().find_map(|line| line.strip_prefix("  name: ")).unwrap_or("a pod");
        for wanted in [
            "runAsNonRoot: true",
            "allowPrivilegeEscalation: false",
            "readOnlyRootFilesystem: true",
            "RuntimeDefault",
            "automountServiceAccountToken: false",
            "ALL",
            "limits:",
        ] {
            // The operator alone speaks to the API server.
            let speaks = wanted.starts_with("automount") && name.ends_with("-operator");
            if !pod.contains(wanted) && !speaks {
                found.push(format!("{name} lacks `{wanted}`"));
            }
        }
        let seconds = |key: &str| {
            let at = pod.find(key)?;
            pod[at + key.len()..].lines().find_map(|line| line.split('"').nth(1)?.parse::<u64>().ok())
        };
        let grace = pod
            .lines()
            .find_map(|line| line.trim().strip_prefix("terminationGracePeriodSeconds: ")?.parse::<u64>().ok());
        let needs = seconds("LINGXI_HTTP__DRAIN_SECONDS").zip(seconds("LINGXI_HTTP__GRACE_SECONDS"));
        if let (Some(grace), Some((drain, open))) = (grace, needs)
            && grace < drain + open + 10
        {
            found
                .push(format!("{name} is killed after {grace} s, before it has drained {drain} s and waited {open} s"));
        }
    }
    found
}

/// The machine's helm, or one that is built into the target folder.
pub(crate) fn helm() -> Option<PathBuf> {
    let there = |name: &str| output(Path::new("/"), "sh", &["-c", &format!("command -v {name}")]).map(PathBuf::from);
    let built = root().join("target/tools/helm");
    if let Some(helm) = there("helm") {
        return Some(helm);
    }
    if !built.exists() {
        let go = there("go")?;
        let install =
            format!("GOBIN={} GOFLAGS=-mod=mod {} install {HELM}", root().join("target/tools").display(), go.display());
        run(Path::new("/tmp"), "sh", &["-c", &install]).ok()?;
    }
    Some(built)
}

/// The chart's README: every value with its default, and what the comment before it says.
fn readme(folder: &Path) -> Outcome<String> {
    let path = folder.join("values.yaml");
    let values = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut text = String::from(
        "# The chart `lingxi`\n\nMade of `values.yaml` by `cargo xtask chart --write`. Shapes to begin with are in `overlays/`.\n\n\
         | value | default | |\n|---|---|---|\n",
    );
    let (mut at, mut said): (Vec<(usize, String)>, Vec<String>) = (Vec::new(), Vec::new());
    for line in values.lines() {
        let plain = line.trim_start();
        let depth = line.len() - plain.len();
        if let Some(comment) = plain.strip_prefix('#') {
            said.push(comment.trim().to_owned());
        } else if let Some((key, value)) = plain.split_once(':') {
            at.retain(|(outer, _)| *outer < depth);
            at.push((depth, key.to_owned()));
            let name: Vec<&str> = at.iter().map(|(_, key)| key.as_str()).collect();
            let value = value.trim();
            let shown = if value.is_empty() { String::new() } else { format!("`{value}`") };
            let words = std::mem::take(&mut said).join(" ").replace('|', "\\|");
            if !shown.is_empty() || !words.is_empty() {
                let _ = writeln!(text, "| `{}` | {shown} | {words} |", name.join("."));
            }
        } else {
            said.clear();
        }
    }
    Ok(text)
}

/// Tries the alert rules, where Prometheus' tool is.
fn alerts(folder: &Path) -> Outcome {
    if output(Path::new("/"), "sh", &["-c", "command -v promtool"]).is_none() {
        say("alert rules: NOT TRIED, because there is no promtool (Debian's package prometheus)");
        return Ok(());
    }
    run(&folder.join("files"), "promtool", &["test", "rules", "alerts_test.yaml"])
}
