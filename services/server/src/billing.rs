//! `lingxi billing`: what operators sell, from a file, and the work of the timers by hand.

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

/// Ends the periods that are over, makes drafts final whose grace is over, and says how long that took. Done again, it does nothing.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what was done stands.
pub async fn invoice(config: &Config) -> Result<String> {
    let cloud = Cloud::build(config, open_database(config, Env::system()).await?)?;
    let Some(jobs) = &cloud.jobs.billing else { return Err(Error::internal("billing is not served")) };
    let started = std::time::Instant::now();
    jobs.end_periods().await?;
    let ended = started.elapsed();
    jobs.finalize().await?;
    let (ended, all) = (ended.as_secs_f64(), started.elapsed().as_secs_f64());
    Ok(format!("Periods ended in {ended:.1} s, drafts made final in {:.1} s.", all - ended))
}

/// Every refused field in the message: here nobody else shows them.
fn told(error: Error) -> Error {
    let lines = error.fields.iter().map(|field| format!("\n  {}: {}", field.field, field.message));
    Error { message: format!("{}{}", error.message, lines.collect::<String>()), ..error }
}
