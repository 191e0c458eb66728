//! `lingxi billing`: what operators sell, from a file.

use std::path::Path;

use lingxi_config::Config;
use lingxi_contracts::billing::Catalog;
use lingxi_kernel::{Env, Error, Result};
use lingxi_store::system;

use crate::cloud::{Cloud, open_database};

/// Applies a file to the database of the settings, all of it or nothing, and says what it holds.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Invalid`] when the file cannot be read or holds what cannot be sold, with every field;
/// [`lingxi_kernel::ErrorCode::Conflict`] when it would change a meter that counts or a version of a plan.
pub async fn apply(config: &Config, file: &Path) -> Result<String> {
    let text = tokio::fs::read_to_string(file).await;
    let text = text.map_err(|error| Error::invalid(format!("{} cannot be read: {error}", file.display())))?;
    let catalog: Catalog =
        toml::from_str(&text).map_err(|error| Error::invalid(format!("{}: {error}", file.display())))?;
    let cloud = Cloud::build(config, open_database(config, Env::system()).await?)?;
    let applied = cloud.services.billing.apply_catalog(&system::ctx("billing"), catalog).await.map_err(told)?;
    let (meters, plans, taxes) = (applied.meters.len(), applied.plans.len(), applied.taxes.len());
    Ok(format!(
        "Applied: {meters} meters, {plans} versions of plans, {taxes} taxes. A Lingxi that serves takes them over within 5 seconds."
    ))
}

/// Every refused field in the message: here nobody else shows them.
fn told(error: Error) -> Error {
    let lines = error.fields.iter().map(|field| format!("\n  {}: {}", field.field, field.message));
    Error { message: format!("{}{}", error.message, lines.collect::<String>()), ..error }
}
