//! `cargo xtask cluster`: a real Kubernetes of one node on this machine, in a network namespace of its own, with our image in it.

pub(crate) mod tools;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Subcommand;

use crate::shell::{Outcome, output, root, run, say};

/// What to do with the node.
#[derive(Subcommand)]
pub(crate) enum Deed {
    /// Build the programs of a node, into a cache
    Tools,
    /// Start the node
    Up,
    /// End the node, and leave nothing behind
    Down,
}

/// Does it.
pub(crate) fn run_deed(deed: &Deed) -> Outcome {
    match deed {
        Deed::Tools => tools::built().map(|folder| say(&folder.display().to_string())),
        Deed::Up => Node::up().map(|node| say(&format!("kubectl: {}", node.kubectl().display()))),
        Deed::Down => Node::down(),
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

    /// The program that speaks to it.
    pub(crate) fn kubectl(&self) -> PathBuf {
        self.state.join("kubectl")
    }
}
