//! `cargo xtask shape`: every role as processes of its own on this machine, with a PostgreSQL and a NATS of their own.

use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use clap::Args;

use crate::servers::{Nats, Place, Postgres};
use crate::shell::{Outcome, say};

/// How the processes are started.
#[derive(Args)]
pub(crate) struct Options {
    /// The binary of every role
    #[arg(long, default_value = "target/release/lingxi")]
    pub(crate) binary: PathBuf,
    /// Folder of databases and files
    #[arg(long, default_value = ".lingxi/cluster")]
    pub(crate) data_dir: PathBuf,
    /// Address and port of the gateway
    #[arg(long, default_value = "127.0.0.1:8080")]
    pub(crate) http: String,
    /// Processes of each role; the second gateway and those after it have ports of their own
    #[arg(long, default_value_t = 1)]
    pub(crate) each: usize,
    /// Make the demo firm first, if it is not there
    #[arg(long)]
    pub(crate) demo: bool,
    /// A setting of every process, as KEY=VALUE
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<String>,
}

/// Services with routes of their own, to which the gateway hands requests on.
const ROUTED: [&str; 3] = ["tenants", "channels", "bot"];
const OTHERS: [&str; 2] = ["routing", "billing"];

/// A process of a role.
struct Process {
    role: &'static str,
    child: Child,
    url: String,
}

/// Starts everything, and serves until Ctrl-C.
pub(crate) fn run(options: &Options) -> Outcome {
    let stop = Arc::new(AtomicBool::new(false));
    let told = stop.clone();
    ctrlc::set_handler(move || told.store(true, Ordering::Relaxed)).map_err(|error| error.to_string())?;
    std::fs::create_dir_all(&options.data_dir).map_err(|error| format!("{}: {error}", options.data_dir.display()))?;
    let data = options.data_dir.canonicalize().map_err(|error| error.to_string())?;
    let postgres = Postgres::start(&Place::here(), &data)?;
    let nats = Nats::start(&Place::here(), &data)?;
    let nats_url = nats.url();
    say(&format!("postgres {}\nnats {nats_url}", postgres.url("postgres", "postgres")));
    let lingxi = Lingxi { options, data, nats_url, app: postgres.url("lingxi_app", "lingxi") };
    let url = lingxi.data.join("database-url");
    std::fs::write(&url, &lingxi.app).map_err(|error| format!("{}: {error}", url.display()))?;
    lingxi.once("migrate", &postgres.url("lingxi_owner", "lingxi"))?;
    if options.demo {
        lingxi.once("demo", &lingxi.app)?;
    }
    let mut processes = Vec::new();
    let served = lingxi.serve(&mut processes).and_then(|()| watch(&mut processes, &stop));
    say("Stopping: finishing what is in flight");
    for process in &mut processes {
        let _ = Command::new("kill").args(["-TERM", &process.child.id().to_string()]).status();
    }
    for process in &mut processes {
        let _ = process.child.wait();
    }
    served
}

/// Waits until it is told to stop, or a process has ended.
fn watch(processes: &mut [Process], stop: &AtomicBool) -> Outcome {
    while !stop.load(Ordering::Relaxed) {
        for process in processes.iter_mut() {
            // One that was stopped together with us has not failed.
            if let Ok(Some(status)) = process.child.try_wait() {
                std::thread::sleep(Duration::from_millis(200));
                return if stop.load(Ordering::Relaxed) {
                    Ok(())
                } else {
                    Err(format!("the process of `{}` has ended ({status})", process.role))
                };
            }
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

/// How every process is started.
struct Lingxi<'a> {
    options: &'a Options,
    data: PathBuf,
    nats_url: String,
    app: String,
}

impl Lingxi<'_> {
    /// A command of the binary with our settings, to which further ones may be added.
    fn command(&self, what: &str, database: Option<&str>) -> Command {
        let mut command = Command::new(&self.options.binary);
        command.arg(what).arg("--data-dir").arg(&self.data);
        command.args(database.iter().flat_map(|url| ["--database-url", url]));
        command.args(["--set", &format!("nats.url={}", self.nats_url)]);
        command.args(["--set", &format!("http.public_url=http://{}", self.options.http)]);
        command.args(self.options.set.iter().flat_map(|setting| ["--set", setting]));
        command
    }

    fn once(&self, what: &str, database: &str) -> Outcome {
        let status = self.command(what, Some(database)).status();
        let status = status.map_err(|error| format!("{} cannot be started: {error}", self.options.binary.display()))?;
        if status.success() { Ok(()) } else { Err(format!("`lingxi {what}` failed ({status})")) }
    }

    fn serve(&self, processes: &mut Vec<Process>) -> Outcome {
        for role in ROUTED.into_iter().chain(OTHERS) {
            for _ in 0..self.options.each {
                processes.push(self.start(role, "127.0.0.1:0", &[])?);
            }
        }
        let urls = |role: &str| {
            let of = processes.iter().filter(|process| process.role == role).map(|process| process.url.as_str());
            of.collect::<Vec<_>>().join(" ")
        };
        let peers: Vec<String> = ROUTED.iter().map(|role| format!("gateway.{role}={}", urls(role))).collect();
        let first = self.start("gateway", &self.options.http, &peers)?;
        processes.push(first);
        for _ in 1..self.options.each {
            processes.push(self.start("gateway", "127.0.0.1:0", &peers)?);
        }
        for Process { role, child, url } in processes.iter() {
            say(&format!("{role} {} {url}", child.id()));
        }
        say(&format!("Lingxi serves on http://{}", self.options.http));
        Ok(())
    }

    /// Starts a process, and waits until it serves.
    fn start(&self, role: &'static str, http: &str, further: &[String]) -> Outcome<Process> {
        // The gateway keeps nothing.
        let mut command = self.command("serve", (role != "gateway").then_some(&self.app));
        command.args(["--role", role, "--http", http]);
        command.args(further.iter().flat_map(|setting| ["--set", setting]));
        let child = command.stdout(Stdio::piped()).spawn();
        let mut child =
            child.map_err(|error| format!("{} cannot be started: {error}", self.options.binary.display()))?;
        let output = child.stdout.take().ok_or("it has no output")?;
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        let serves = lines.by_ref().find_map(|line| line.strip_prefix("Lingxi serves on ").map(str::to_owned));
        let url = serves.ok_or_else(|| format!("the process of `{role}` does not serve"))?;
        // Whatever it says from now on.
        std::thread::spawn(move || lines.for_each(|line| say(&line)));
        Ok(Process { role, child, url })
    }
}
