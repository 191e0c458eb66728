//! Section `secrets`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// With what stored secrets are sealed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Secrets {
    /// Keys as `ID:BASE64` with 32 bytes (`openssl rand -base64 32`). The first one seals, all of them open: a new one goes to the front, and
    /// the old one can go a day later. Without any, SQLite's installation keeps one in `secrets.key` of the data folder, and PostgreSQL's
    /// seals nothing.
    pub keys: Vec<String>,
}
