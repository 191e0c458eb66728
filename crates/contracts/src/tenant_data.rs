//! What a service keeps of a tenant, as a whole: to be taken along, page by page.

use std::path::PathBuf;

use async_trait::async_trait;
use lingxi_kernel::{Ctx, Result};

/// A place in a table: the id of the last row that was taken.
pub type After = Option<String>;

/// A service's tables and files of a tenant. Secrets (hashes, keys) stay behind.
#[async_trait]
pub trait TenantData: Send + Sync {
    /// Names of the tables.
    fn tables(&self) -> Vec<&'static str>;
    /// Rows of a table as JSON objects with the columns' names, in order of their ids, and the place to go on from.
    async fn rows(&self, ctx: &Ctx, table: &str, after: After) -> Result<(Vec<serde_json::Value>, After)>;
    /// Files by name.
    async fn files(&self, ctx: &Ctx) -> Result<Vec<(String, PathBuf)>>;
}
