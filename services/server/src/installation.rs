//! What an installation keeps beside its database: the key that seals secrets, and the mark that it was there.

use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use lingxi_config::{Config, Database};
use lingxi_kernel::{Env, Error, Result};
use lingxi_vault::Keys;

/// Readable and writable by the user of the process alone.
const PRIVATE: u32 = 0o600;

/// Where the key lies that an installation without `secrets.keys` made for itself.
pub(crate) fn key_file(config: &Config) -> PathBuf {
    config.storage.data_dir.join("secrets.key")
}

/// The keys by which secrets are sealed: those of the settings, or with SQLite one of the data folder, made when there is none. With
/// PostgreSQL there may be several machines, which must agree on the keys: without the setting nothing is sealed.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Invalid`] when a key of the settings or the file cannot be used.
pub(crate) fn keys(config: &Config) -> Result<Option<Keys>> {
    if !config.secrets.keys.is_empty() {
        return Keys::parse(&config.secrets.keys).map(Some);
    }
    if matches!(config.storage.database(), Database::Postgres(_)) {
        return Ok(None);
    }
    let path = key_file(config);
    std::fs::create_dir_all(&config.storage.data_dir)?;
    let drawn = Keys::draw(&Env::system(), "local");
    // Two processes may start at once: the file appears whole, and only once.
    let fresh = path.with_extension(format!("key.{}", std::process::id()));
    if !path.exists() {
        write_private(&fresh, &format!("{drawn}\n"))?;
        let linked = std::fs::hard_link(&fresh, &path);
        std::fs::remove_file(&fresh)?;
        match linked {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error.into()),
            _ => {}
        }
    }
    let text = std::fs::read_to_string(&path)?;
    let lines: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect();
    let read = Keys::parse(&lines);
    read.map(Some).map_err(|error| Error::invalid(format!("{} cannot be used: {}", path.display(), error.message)))
}

fn write_private(path: &Path, text: &str) -> Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(file.sync_all()?)
}

/// Makes the file of the database for its user alone, so that SQLite makes those beside it the same way.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the file cannot be made or changed.
pub(crate) fn keep_private(database: &Path) -> Result<()> {
    std::fs::OpenOptions::new().append(true).create(true).mode(PRIVATE).open(database)?;
    for beside in ["", "-wal", "-shm"] {
        let mut path = database.as_os_str().to_owned();
        path.push(beside);
        match std::fs::set_permissions(&path, std::fs::Permissions::from_mode(PRIVATE)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The mark beside a database that it holds an installation.
fn mark(database: &Path) -> PathBuf {
    database.with_extension("installed")
}

/// Refuses a database that was emptied or lost: whoever signs up first in a new installation may be somebody else.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Conflict`] with how to go on.
pub(crate) fn refuse_emptied(database: &Path, empty: bool) -> Result<()> {
    if !empty || !mark(database).exists() {
        return Ok(());
    }
    let (file, mark) = (database.display(), mark(database));
    Err(Error::conflict(format!(
        "{file} is empty, and an installation was here. Restore it from a backup; to begin a new installation, remove {}.",
        mark.display()
    )))
}

/// Notes that a database holds an installation.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the file cannot be written.
pub(crate) fn note_installed(database: &Path) -> Result<()> {
    let mark = mark(database);
    if mark.exists() {
        Ok(())
    } else {
        write_private(&mark, "The database beside this file holds an installation of Lingxi.\n")
    }
}
