//! `lingxi doctor`: looks at what usually goes wrong, and says how to mend it.

use std::path::Path;

use lingxi_bus::Nats;
use lingxi_config::{Config, Database};
use lingxi_kernel::{Clock as _, Env, Error, ErrorCode, SystemClock};
use lingxi_store::{Db, system};

use crate::cloud::CONSUMERS;

/// One finding.
#[derive(Debug)]
pub struct Finding {
    /// What was looked at.
    pub what: &'static str,
    /// `Ok` with a fact, or `Err` with what is wrong and how to mend it.
    pub result: Result<String, String>,
}

/// Looks at disk, database, clock and settings.
pub async fn examine(config: &Config) -> Vec<Finding> {
    vec![
        Finding { what: "data folder", result: writable(&config.storage.data_dir) },
        Finding { what: "database", result: database(config).await },
        Finding { what: "message bus", result: bus(config).await },
        Finding { what: "clock", result: clock() },
        Finding { what: "address", result: address(&config.http.address) },
        Finding { what: "mail", result: mail(config) },
        Finding { what: "secrets", result: secrets(config) },
    ]
}

fn writable(folder: &Path) -> Result<String, String> {
    let mend = |error: std::io::Error| {
        format!("{} cannot be written: {error}. Give this user the folder, or set storage.data_dir.", folder.display())
    };
    std::fs::create_dir_all(folder).map_err(mend)?;
    let probe = folder.join(".doctor");
    std::fs::write(&probe, vec![0_u8; 1 << 20]).map_err(mend)?;
    std::fs::remove_file(&probe).map_err(mend)?;
    Ok(format!("{} can be written", folder.display()))
}

async fn database(config: &Config) -> Result<String, String> {
    let (db, name) = match config.storage.database() {
        Database::Sqlite(path) if !path.exists() => {
            return Ok(format!("{} will be made at the first start", path.display()));
        }
        Database::Sqlite(path) => {
            let broken = |error: Error| {
                format!("{} cannot be read: {error}. Restore it from a backup, or move it away.", path.display())
            };
            (Db::open(&path, Env::system()).await.map_err(broken)?, path.display().to_string())
        }
        Database::Postgres(url) => {
            let refused = |error: Error| match error.code {
                ErrorCode::Invalid => error.message,
                _ => format!("PostgreSQL cannot be reached: {error}. Check storage.database_url, and that it runs."),
            };
            (
                Db::connect(&url, &config.storage.schema_prefix, Env::system()).await.map_err(refused)?,
                "PostgreSQL".to_owned(),
            )
        }
    };
    match lingxi_migrations::pending(&system::reader(&db)).await {
        Ok(0) => Ok(format!("{name} is up to date")),
        Ok(n) => Err(format!("{n} migrations are missing; run `lingxi migrate`, for PostgreSQL as the owner.")),
        Err(error) => Err(format!("{name} cannot be read: {error}")),
    }
}

async fn bus(config: &Config) -> Result<String, String> {
    let Some(url) = &config.nats.url else { return Ok("none is set; one process does everything".into()) };
    if let Database::Sqlite(_) = config.storage.database() {
        return Err(
            "nats.url is for processes that share a PostgreSQL; leave it out, or set storage.database_url.".into()
        );
    }
    let away = |error: Error| format!("NATS cannot be reached: {error}. Check nats.url, and that it runs.");
    let nats = Nats::connect(&config.nats, url).await.map_err(away)?;
    for service in CONSUMERS {
        nats.require(service).await.map_err(|error| error.message)?;
    }
    Ok("NATS is ready".into())
}

fn clock() -> Result<String, String> {
    let now = SystemClock.now();
    if now.timestamp() < 1_767_225_600 {
        return Err(format!("The clock says {now}, which is in the past; set it by NTP, or bills get wrong dates."));
    }
    Ok(format!("it is {}", now.format("%Y-%m-%d %H:%M:%S UTC")))
}

fn address(address: &str) -> Result<String, String> {
    std::net::TcpListener::bind(address)
        .map(|_| format!("{address} is free"))
        .map_err(|error| format!("{address} cannot be listened on: {error}. Stop what uses it, or set http.address."))
}

fn mail(config: &Config) -> Result<String, String> {
    match &config.mail.smtp_url {
        None => Ok("no SMTP server is set; mails are kept, and `lingxi mails` prints them".into()),
        Some(url) if url.starts_with("smtp://") || url.starts_with("smtps://") => Ok("an SMTP server is set".into()),
        Some(_) => Err("mail.smtp_url must start with smtp:// or smtps://.".into()),
    }
}

fn secrets(config: &Config) -> Result<String, String> {
    if !config.secrets.keys.is_empty() {
        return lingxi_vault::Keys::parse(&config.secrets.keys)
            .map(|keys| format!("sealed with the keys {keys:?} of the settings"))
            .map_err(|error| error.message);
    }
    let file = crate::installation::key_file(config);
    match config.storage.database() {
        Database::Postgres(_) => Err("they are stored as they are: set secrets.keys, the same for every process. \
             `openssl rand -base64 32` makes the part after `ID:`."
            .into()),
        Database::Sqlite(_) => Ok(format!("sealed with {}: back it up apart from the database", file.display())),
    }
}
