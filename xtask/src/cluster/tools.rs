//! The programs of a node, built once from source by the module in `infra/dev/tools`, into a cache outside the repository.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::image;
use crate::shell::{Outcome, install, output, root, run_with, say};

/// What the tests of the operator run.
const OF_TESTS: [&str; 2] = ["k8s.io/kubernetes/cmd/kube-apiserver", "k8s.io/kubernetes/cmd/kubectl"];
/// What a node runs besides.
const OF_NODES: [&str; 4] = [
    "k8s.io/kubernetes/cmd/kube-controller-manager",
    "k8s.io/kubernetes/cmd/kube-proxy",
    "k8s.io/kubernetes/cmd/kube-scheduler",
    "k8s.io/kubernetes/cmd/kubelet",
];
/// Programs of ours in the module.
const OWN: [&str; 2] = ["./coredns", "./pause"];
/// Debian's packages, and a program of each by which it is known.
const DEBIAN: [(&str, &str); 5] = [
    ("etcd", "etcd-server"),
    ("containerd", "containerd"),
    ("runc", "runc"),
    ("iptables", "iptables"),
    ("/usr/lib/cni/bridge", "containernetworking-plugins"),
];
const PACKAGE: &str = "k8s.io/kubernetes";

fn module() -> PathBuf {
    root().join("infra/dev/tools")
}

/// Where the built programs are, whether they are there or not: a folder for each state of the module.
pub(crate) fn folder() -> Outcome<PathBuf> {
    let mut hash = Sha256::new();
    for file in ["go.mod", "go.sum", "coredns/main.go", "pause/main.go"] {
        let path = module().join(file);
        hash.update(std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?);
    }
    let name: String = hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let cache = cache.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")));
    Ok(cache.ok_or("neither HOME nor XDG_CACHE_HOME is set")?.join("lingxi").join(format!("kube-{name}")))
}

/// What the tests of the operator need, an API server and etcd: built when it is not there. Where that is not possible, those
/// tests do not run, and say so.
pub(crate) fn for_tests() -> Option<PathBuf> {
    let there = || output(Path::new("/"), "sh", &["-c", "command -v etcd"]).is_some();
    if !there() {
        let _ = install("etcd-server");
    }
    let ready = if there() {
        install_missing(&OF_TESTS)
    } else {
        Err("there is no etcd (Debian's package etcd-server)".into())
    };
    ready.inspect_err(|why| say(&format!("the operator against a real API server: NOT TRIED, because {why}"))).ok()
}

/// All programs, built when they are not there: some minutes, once.
pub(crate) fn built() -> Outcome<PathBuf> {
    install_missing(&[&OF_TESTS[..], &OF_NODES, &OWN].concat())
}

/// The folder with some programs, those built that are not there.
fn install_missing(programs: &[&str]) -> Outcome<PathBuf> {
    let folder = folder()?;
    let name = |program: &str| program.rsplit('/').next().unwrap_or_default().to_owned();
    let missing: Vec<&str> = programs.iter().copied().filter(|program| !folder.join(name(program)).exists()).collect();
    if missing.is_empty() {
        return Ok(folder);
    }
    if output(Path::new("/"), "go", &["version"]).is_none() {
        return Err(
            "Go is missing: the programs of a node are built with it (https://go.dev/dl, 1.26 or later).".into()
        );
    }
    say(&format!(
        "Building {}: some minutes, once",
        missing.iter().map(|one| name(one)).collect::<Vec<_>>().join(", ")
    ));
    let version = version()?;
    let minor = version.split('.').nth(1).unwrap_or_default();
    let stamp = format!(
        "-s -w -X k8s.io/component-base/version.gitVersion={version} -X k8s.io/component-base/version.gitMajor=1 \
         -X k8s.io/component-base/version.gitMinor={minor} -X k8s.io/client-go/pkg/version.gitVersion={version}"
    );
    let bin = folder.display().to_string();
    let variables =
        [("CGO_ENABLED", "0"), ("GOBIN", bin.as_str()), ("GOFLAGS", "-mod=readonly -trimpath -buildvcs=false")];
    let arguments: Vec<&str> = ["install", "-ldflags", &stamp].into_iter().chain(missing).collect();
    run_with(&module(), "go", &arguments, &variables)?;
    Ok(folder)
}

/// The version of Kubernetes in the module.
fn version() -> Outcome<String> {
    let found = output(&module(), "go", &["list", "-m", "-f", "{{.Version}}", PACKAGE]);
    found.ok_or_else(|| format!("{} does not name {PACKAGE}", module().join("go.mod").display()))
}

/// Debian's part of a node, installed where it is missing and we may.
pub(crate) fn debian() -> Outcome {
    let missing = || -> Vec<&str> {
        let there = |program: &str| output(Path::new("/"), "sh", &["-c", &format!("command -v {program}")]).is_some();
        DEBIAN.iter().filter(|(program, _)| !there(program)).map(|(_, package)| *package).collect()
    };
    let wanted = missing();
    if !wanted.is_empty() {
        install(&wanted.join(" "))?;
    }
    match missing().as_slice() {
        [] => Ok(()),
        some => Err(format!("The node needs Debian's packages {}: install them as root.", some.join(", "))),
    }
}

/// The image that keeps a pod's network.
pub(crate) fn pause(folder: &Path, archive: &Path) -> Outcome {
    let mut layer = image::Layer::new();
    let binary = std::fs::read(folder.join("pause")).map_err(|error| format!("pause: {error}"))?;
    layer.file("pause", &binary, 0o755)?;
    let config = serde_json::json!({ "Entrypoint": ["/pause"], "User": "65535:65535" });
    image::write(archive, "lingxi.local/pause:1", &layer.finish()?, &config).map(|_| ())
}
