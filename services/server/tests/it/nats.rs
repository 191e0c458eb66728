//! A NATS of this test process: Debian's, in a throwaway folder, on a port of loopback. It ends with the process.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use lingxi_config::{Config, Nats};
use tokio::sync::OnceCell;

use crate::process::until;

static SHARED: OnceCell<Broker> = OnceCell::const_new();
static PREFIXES: AtomicU64 = AtomicU64::new(0);

/// A running NATS with `JetStream`.
pub struct Broker {
    port: u16,
    folder: PathBuf,
    /// The shell that ends it when this process ends; none while it is down.
    process: Option<Child>,
}

/// Settings for a Lingxi of its own on the server that the tests share.
pub async fn settings() -> Nats {
    SHARED.get_or_init(Broker::start).await.settings()
}

impl Broker {
    pub async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("lingxi-nats-{}-{port}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        let mut broker = Self { port, folder, process: None };
        broker.up().await;
        broker
    }

    /// Settings for a Lingxi of its own.
    pub fn settings(&self) -> Nats {
        let prefix = format!("it-{}", PREFIXES.fetch_add(1, Ordering::Relaxed));
        Nats { url: Some(self.url()), prefix, ..Config::default().nats }
    }

    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Starts it, on what it kept; returns when it answers.
    pub async fn up(&mut self) {
        let script = format!(
            "exec 2>/dev/null; nats-server -js -sd {folder} -a 127.0.0.1 -p {} >>{folder}/log 2>&1 & read -r _; kill -KILL $!; wait $!",
            self.port,
            folder = self.folder.display(),
        );
        let start = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
        self.process = Some(start);
        until("NATS answers (install Debian's package nats-server)", async || {
            tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok()
        })
        .await;
    }

    /// Kills it.
    pub fn down(&mut self) {
        if let Some(mut process) = self.process.take() {
            drop(process.stdin.take());
            process.wait().unwrap();
        }
    }

    /// Removes everything that it kept; while it is down.
    pub fn lose_everything(&self) {
        std::fs::remove_dir_all(self.folder.join("jetstream")).unwrap();
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        self.down();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
