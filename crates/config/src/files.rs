//! Section `files`.

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
}

impl Default for Files {
    fn default() -> Self {
        Self { max_bytes: 10 << 20, max_import_bytes: 20 << 20 }
    }
}
