//! `cargo xtask cluster`: a real Kubernetes of one node on this machine, in a network namespace of its own, with our image in it.

pub(crate) mod tools;
mod trial;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Subcommand;
use serde_json::Value;

use crate::shell::{Outcome, output, root, run, say};

/// The node's network namespace, and its address there; as in `infra/dev/node.sh`.
const NETWORK: &str = "lingxi-node";
const ADDRESS: &str = "10.88.0.1";

/// What to do with the node.
#[derive(Subcommand)]
pub(crate) enum Deed {
    /// Build the programs of a node, into a cache
    Tools,
    /// Start the node
    Up,
    /// End the node, and leave nothing behind
    Down,
    /// Install everything on a node of its own, and try what happens to a cluster
    Test {
        /// Leave the browser suite out
        #[arg(long)]
        no_browser: bool,
        /// Leave a node on which something failed as it is, and wait for Ctrl-C
        #[arg(long)]
        keep: bool,
    },
}

/// Does it.
pub(crate) fn run_deed(deed: &Deed) -> Outcome {
    match deed {
        Deed::Tools => tools::built().map(|folder| say(&folder.display().to_string())),
        Deed::Up => Node::up().map(|node| say(&format!("kubectl: {}", node.state.join("kubectl").display()))),
        Deed::Down => Node::down(),
        Deed::Test { no_browser, keep } => trial::run_all(!no_browser, *keep),
    }
}

/// A node that runs.
pub(crate) struct Node {
    state: PathBuf,
}

impl Node {
    fn state() -> PathBuf {
        root().join("target/cluster")
    }

    fn script() -> String {
        root().join("infra/dev/node.sh").display().to_string()
    }

    /// Starts it, anew.
    pub(crate) fn up() -> Outcome<Self> {
        if output(Path::new("/"), "id", &["-u"]).as_deref() != Some("0") {
            return Err("A node needs root: network namespaces, mounts, control groups.".into());
        }
        tools::debian()?;
        let tools = tools::built()?;
        Self::down()?;
        let state = Self::state();
        std::fs::create_dir_all(&state).map_err(|error| format!("{}: {error}", state.display()))?;
        tools::pause(&tools, &state.join("pause.tar"))?;
        let started = Instant::now();
        run(&root(), &Self::script(), &["up", &state.display().to_string(), &tools.display().to_string()])?;
        say(&format!("the node is ready after {:.1} s", started.elapsed().as_secs_f32()));
        Ok(Self { state })
    }

    /// Ends it, if it runs.
    pub(crate) fn down() -> Outcome {
        if Self::state().join("pids").exists() {
            run(&root(), &Self::script(), &["down", &Self::state().display().to_string()])?;
        }
        Ok(())
    }

    /// Who may do everything on it.
    fn kubeconfig(&self) -> String {
        self.state.join("kubeconfig").display().to_string()
    }

    /// A command in the node's network, with its names.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(Self::script());
        command.arg("inside").arg(&self.state).args(arguments);
        command
    }

    /// Runs a command in the node's network and demands success.
    fn inside(&self, arguments: &[&str]) -> Outcome {
        let state = self.state.display().to_string();
        let all: Vec<&str> = ["inside", &state].into_iter().chain(arguments.iter().copied()).collect();
        run(&root(), &Self::script(), &all)
    }

    fn kubectl(&self, arguments: &[&str]) -> Outcome {
        run(&root(), &self.state.join("kubectl").display().to_string(), arguments)
    }

    /// A call of `kubectl` as a shell takes it; for arguments without spaces.
    fn kubectl_line(&self, arguments: &[&str]) -> String {
        format!("{} {}", self.state.join("kubectl").display(), arguments.join(" "))
    }

    /// What `kubectl` prints as JSON.
    fn json(&self, arguments: &[&str]) -> Outcome<Value> {
        let all: Vec<&str> = arguments.iter().copied().chain(["-o", "json"]).collect();
        let printed = output(&root(), &self.state.join("kubectl").display().to_string(), &all);
        let printed = printed.ok_or_else(|| format!("`kubectl {}` failed", arguments.join(" ")))?;
        serde_json::from_str(&printed).map_err(|error| error.to_string())
    }

    /// Applies an object, or a list of them.
    fn apply(&self, object: &Value) -> Outcome {
        let child = Command::new(self.state.join("kubectl")).args(["apply", "-f", "-"]).stdin(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| error.to_string())?;
        if let Some(mut input) = child.stdin.take() {
            write!(input, "{object}").map_err(|error| error.to_string())?;
        }
        let status = child.wait().map_err(|error| error.to_string())?;
        if status.success() { Ok(()) } else { Err("`kubectl apply` failed".into()) }
    }

    fn ctr(&self, arguments: &[&str]) -> Outcome {
        let socket = self.state.join("containerd.sock").display().to_string();
        let all: Vec<&str> =
            ["--address", &socket, "--namespace", "k8s.io"].into_iter().chain(arguments.iter().copied()).collect();
        run(&root(), "ctr", &all)
    }

    /// Takes an image in, under some names; the first is its own.
    fn import(&self, archive: &Path, names: &[String]) -> Outcome {
        self.ctr(&["images", "import", &archive.display().to_string()])?;
        let Some((first, others)) = names.split_first() else { return Ok(()) };
        others.iter().try_for_each(|name| self.ctr(&["images", "tag", first, name]))
    }

    /// Kills a container's processes.
    fn kill(&self, container: &str) -> Outcome {
        self.ctr(&["tasks", "kill", "--signal", "SIGKILL", container])
    }
}
