//! The measured process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;

pub(crate) struct Server {
    process: Child,
    pub(crate) url: String,
    pub(crate) start: Duration,
}

/// A firm that signed up for the measurement.
pub(crate) struct Firm {
    pub(crate) tenant: String,
    pub(crate) cookie: String,
    pub(crate) key: String,
}

/// A fresh folder.
pub(crate) fn folder() -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("lingxi-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

impl Server {
    /// Starts, and waits until it serves.
    pub(crate) fn start(binary: &Path, folder: &Path) -> Result<Self, Failure> {
        let started = Instant::now();
        let mut process = Command::new(binary)
            .args(["serve", "--http", "127.0.0.1:0", "--data-dir"])
            .arg(folder)
            .env("LINGXI_LIMITS__MESSAGES_PER_SECOND", "1000000")
            .env("LINGXI_TELEMETRY__LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{} cannot be started: {error}", binary.display()))?;
        let out = process.stdout.take().ok_or("no output")?;
        let line = BufReader::new(out).lines().map_while(Result::ok).find(|line| line.starts_with("Lingxi serves on "));
        let url = line.ok_or("the server did not start")?.trim_start_matches("Lingxi serves on ").to_owned();
        Ok(Self { process, url, start: started.elapsed() })
    }

    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        let pid = self.process.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status()?;
        self.process.wait()?;
        Ok(())
    }

    pub(crate) fn cpu_seconds(&self) -> Result<f64, Failure> {
        cpu_seconds(self.process.id())
    }

    pub(crate) fn memory_mb(&self) -> Result<f64, Failure> {
        memory_mb(self.process.id())
    }
}

/// CPU seconds that a process has used.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64, Failure> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    Ok((ticks(11) + ticks(12)) / 100.0)
}

/// Resident memory of a process in megabytes.
pub(crate) fn memory_mb(pid: u32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kilobytes: f64 = line.split_whitespace().nth(1).ok_or("no VmRSS")?.parse()?;
    Ok(kilobytes / 1024.0)
}

/// Signs a firm up and waits for its pack.
pub(crate) async fn sign_up(http: &reqwest::Client, url: &str) -> Result<Firm, Failure> {
    let input = json!({
        "firm": "Bench", "name": "Bench", "email": "owner@bench.example", "password": "correct horse battery",
        "industry": "insurance", "locale": "en-US", "timeZone": "Asia/Shanghai"
    });
    let response = http.post(format!("{url}/auth/sign-up")).json(&input).send().await?.error_for_status()?;
    let cookie = response.headers().get("set-cookie").ok_or("no cookie")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
    let signed: Value = response.json().await?;
    let tenant = signed["tenant"].as_str().ok_or("no tenant")?.to_owned();
    for _ in 0..400 {
        let answer = graphql(http, url, &cookie, "{ channels { publicKey } releases { id } }").await?;
        let published = answer["data"]["releases"].as_array().is_some_and(|releases| !releases.is_empty());
        if let (true, Some(key)) = (published, answer["data"]["channels"][0]["publicKey"].as_str()) {
            return Ok(Firm { tenant, cookie, key: key.to_owned() });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Err("the pack was not applied".into())
}

pub(crate) async fn graphql(http: &reqwest::Client, url: &str, cookie: &str, query: &str) -> Result<Value, Failure> {
    let request = http.post(format!("{url}/graphql")).header("cookie", cookie).json(&json!({ "query": query }));
    Ok(request.send().await?.json().await?)
}
