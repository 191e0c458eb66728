//! Section `files`.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Uploaded files.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Files {
    /// Largest file of a conversation, in bytes.
    pub max_bytes: usize,
    /// Largest knowledge import, in bytes.
    pub max_import_bytes: usize,
    /// Files that one customer may send in a day.
    pub visitor_files_per_day: u32,
    /// Bytes of the files that one customer may send in a day.
    pub visitor_bytes_per_day: u64,
    /// Files that all customers behind one network address may send in a day to a process.
    pub address_files_per_day: u32,
    /// Bytes of the files that all customers behind one network address may send in a day to a process.
    pub address_bytes_per_day: u64,
    /// Bytes of the files that one firm's customers and members may send in a day to a process.
    pub firm_bytes_per_day: u64,
    /// The program that reads imports, in a process of its own; not a setting: this program itself when left out.
    #[serde(skip)]
    pub reader: Option<PathBuf>,
}

impl Default for Files {
    fn default() -> Self {
        Self {
            max_bytes: 10 << 20,
            max_import_bytes: 20 << 20,
            visitor_files_per_day: 50,
            visitor_bytes_per_day: 100 << 20,
            address_files_per_day: 500,
            address_bytes_per_day: 1 << 30,
            firm_bytes_per_day: 20 << 30,
            reader: None,
        }
    }
}
