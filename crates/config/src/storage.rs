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
    /// Another database than `lingxi.db` in the folder: `sqlite:PATH`, or `postgres://USER:PASSWORD@HOST/DATABASE`.
    pub database_url: Option<String>,
    /// The role of PostgreSQL as which `serve` connects; `migrate`, run as the owner of the database, lets it work with the tables.
    pub app_role: String,
    /// How the schemas of PostgreSQL begin, such as `acme_`, where several installations share a database.
    pub schema_prefix: String,
}

impl Default for Storage {
    fn default() -> Self {
        Self {
            data_dir: ".lingxi".into(),
            database_url: None,
            app_role: "lingxi_app".into(),
            schema_prefix: String::new(),
        }
    }
}

/// Which database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// The URL of a database of PostgreSQL.
    Postgres(String),
}

impl Storage {
    /// The database.
    pub fn database(&self) -> Database {
        match &self.database_url {
            Some(url) if url.starts_with("postgres") => Database::Postgres(url.clone()),
            Some(url) => Database::Sqlite(url.trim_start_matches("sqlite:").trim_start_matches("//").into()),
            None => Database::Sqlite(self.data_dir.join("lingxi.db")),
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
