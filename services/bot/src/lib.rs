//! Bot: the knowledge base, its releases, and what is answered from them.

mod calls;
mod evaluate;
mod events;
mod flow;
mod grounding;
mod http;
mod import;
mod jobs;
mod knowledge;
mod lessons;
mod report;
mod rules;
mod service;
mod simulation;
mod store;

use std::sync::Arc;

use lingxi_bus::Consumer;
use lingxi_config::{Files, Models};
use lingxi_contracts::billing::BillingClient;
use lingxi_contracts::bot::BotClient;
use lingxi_contracts::tenants::TenantsClient;
use lingxi_kernel::{Ctx, Result};
use lingxi_store::{Db, TenantTables};

pub use evaluate::{Evaluation, Prediction, Report, Sample, evaluate};
pub use http::{Edge, routes};
pub use import::apart::{READ_FILE, read_file};
pub use jobs::Jobs;
pub use lingxi_nlu::Meaning;
pub use simulation::Round;

/// What the service needs.
#[derive(Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// Whether the firm's cap is reached.
    pub billing: Arc<dyn BillingClient>,
    /// The firm's time zone.
    pub tenants: Arc<dyn TenantsClient>,
    /// Sizes of imports.
    pub files: Files,
    /// Outside models.
    pub models: Models,
    /// Whether webhooks of flows may be in private networks.
    pub private_webhooks: bool,
}

impl std::fmt::Debug for Deps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deps").finish_non_exhaustive()
    }
}

/// What the service gives.
pub struct Parts {
    /// Its client for the others.
    pub client: Arc<dyn BotClient>,
    /// Its consumer of facts.
    pub consumer: Arc<dyn Consumer>,
    /// Its timers.
    pub jobs: Jobs,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// The service's part of a tenant's data.
pub fn data(db: &Db) -> TenantTables {
    TenantTables::new(db.clone())
        .with::<store::article::Entity>()
        .with::<store::release::Entity>()
        .with::<store::impression::Entity>()
        .with::<store::unanswered::Entity>()
        .with::<store::import::Entity>()
        .with::<store::settings::Entity>()
        .with::<store::learning::model::Entity>()
        .with::<store::learning::learned::Entity>()
        .with::<store::learning::veto::Entity>()
        .with::<store::gold::Entity>()
        .with_made::<store::trained::Entity>()
        .with_made::<store::outside::meaning::Entity>()
        .with::<store::outside::usage::Entity>()
        .with::<store::flow::row::Entity>()
        .with::<store::flow::version::Entity>()
        .with::<store::flow::run::Entity>()
}

/// Gives a firm without knowledge that of another one, to measure how many fit a process.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses, or when the firm has knowledge of its own.
pub async fn copy_knowledge(db: &Db, from: &Ctx, to: &Ctx) -> Result<()> {
    let tx = db.begin(to).await?;
    store::trained::copy(&db.read(from), &tx).await?;
    tx.commit().await
}

/// Builds the service.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Invalid`] when an outside model of the settings cannot be opened.
pub fn build(deps: Deps) -> Result<Parts> {
    let tables = Arc::new(data(&deps.db));
    let db = deps.db.clone();
    let service = Arc::new(service::Bot::new(deps)?);
    let jobs = Jobs::new(db, service.clone());
    let consumer = events::BotConsumer { service: service.clone(), tables: tables.clone() };
    Ok(Parts { client: service, consumer: Arc::new(consumer), jobs })
}
