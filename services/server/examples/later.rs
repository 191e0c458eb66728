//! A Lingxi of one process whose clock somebody else moves, so that a browser sees what becomes of a bill in weeks: `later FILE KEY=VALUE…`.
//! The file holds by how many seconds its time is ahead; once that has changed, the timers run.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use lingxi_config::Config;
use lingxi_kernel::{Clock, Env, Error, Timestamp};
use lingxi_server::cloud::{Cloud, open_database};
use lingxi_server::{reader, serve};

struct Ahead {
    machine: Env,
    seconds: AtomicI64,
}

impl Clock for Ahead {
    fn now(&self) -> Timestamp {
        self.machine.now() + TimeDelta::seconds(self.seconds.load(Ordering::Relaxed))
    }
}

/// By how much the file says; nothing while it is being written.
fn said(file: &PathBuf) -> Option<i64> {
    std::fs::read_to_string(file).ok()?.trim().parse().ok()
}

fn main() -> Result<ExitCode, Box<dyn std::error::Error>> {
    if let Some(read) = reader::if_asked() {
        return Ok(read);
    }
    tokio::runtime::Runtime::new()?.block_on(serve_later())?;
    Ok(ExitCode::SUCCESS)
}

async fn serve_later() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = PathBuf::from(arguments.next().ok_or("Say: later FILE KEY=VALUE…")?);
    let pairs: Vec<String> = arguments.collect();
    let flags: Vec<(&str, String)> = pairs
        .iter()
        .map(|pair| pair.split_once('=').map(|(key, value)| (key, value.to_owned())).ok_or("expected KEY=VALUE"))
        .collect::<Result<_, _>>()?;
    let config = Config::load(None, &flags)?;
    rustls::crypto::ring::default_provider().install_default().map_err(|_| "the cryptography is set twice")?;
    let machine = Env::system();
    let seed = u64::from_le_bytes(machine.bytes());
    let clock = Arc::new(Ahead { machine, seconds: AtomicI64::new(said(&file).unwrap_or(0)) });
    let said_so = |error: Error| error.to_string();
    let db = open_database(&config, Env::seeded(clock.clone(), seed)).await.map_err(said_so)?;
    let cloud = Cloud::build(&config, db).map_err(said_so)?;
    let running = serve::start(&config, &cloud, None).await.map_err(said_so)?;
    let timers = async {
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let now = said(&file).unwrap_or_else(|| clock.seconds.load(Ordering::Relaxed));
            if clock.seconds.swap(now, Ordering::Relaxed) != now
                && let Err(error) = cloud.run_timers().await
            {
                return error;
            }
        }
    };
    tokio::select! {
        stopped = running.until_stopped() => Ok(stopped.map_err(said_so)?),
        error = timers => Err(said_so(error).into()),
    }
}
