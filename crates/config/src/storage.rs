//! Section `storage`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where data is kept.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Storage {
    /// Folder of the database and the files.
    pub data_dir: PathBuf,
    /// Another database than `lingxi.db` in the folder.
    pub database_url: Option<String>,
}

impl Default for Storage {
    fn default() -> Self {
        Self { data_dir: ".lingxi".into(), database_url: None }
    }
}

impl Storage {
    /// The database file.
    pub fn database(&self) -> PathBuf {
        match &self.database_url {
            Some(url) => url.trim_start_matches("sqlite:").trim_start_matches("//").into(),
            None => self.data_dir.join("lingxi.db"),
        }
    }

    /// The folder of archives.
    pub fn exports(&self) -> PathBuf {
        self.data_dir.join("exports")
    }

    /// The folder of uploaded files.
    pub fn files(&self) -> PathBuf {
        self.data_dir.join("files")
    }
}
