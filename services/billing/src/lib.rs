//! Billing: metering, plans, bills, credit, payment.

mod events;
mod http;
mod jobs;
mod rules;
mod service;
mod store;

use std::sync::Arc;

use lingxi_bus::Consumer;
use lingxi_contracts::billing::BillingClient;
use lingxi_contracts::tenants::TenantsClient;
use lingxi_payments::{FapiaoProvider, PaymentGateway};
use lingxi_store::{Db, TenantTables};

pub use http::{Edge, routes};
pub use jobs::Jobs;

/// What the service needs.
#[derive(Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// Time zones and languages of firms, and who operates the platform.
    pub tenants: Arc<dyn TenantsClient>,
    /// Through whom online payments go; none when they are off.
    pub gateway: Option<Arc<dyn PaymentGateway>>,
    /// Who issues fapiao; none where that is done by hand.
    pub fapiao: Option<Arc<dyn FapiaoProvider>>,
    /// Where people reach this installation.
    pub public_url: String,
    /// Who bills, and when.
    pub settings: lingxi_config::Billing,
}

impl std::fmt::Debug for Deps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deps").finish_non_exhaustive()
    }
}

/// What the service gives.
pub struct Parts {
    /// Its client for the others.
    pub client: Arc<dyn BillingClient>,
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

pub use service::BUILT_IN as BUILT_IN_CATALOG;

/// The service's part of a tenant's data. Ledger, invoices, credit notes and payments stay when a tenant ends: the law demands that they are kept.
pub fn data(db: &Db) -> TenantTables {
    use store::{fapiao, invoice, lease, money, payment, settings, subscription, usage};
    TenantTables::new(db.clone())
        .with::<usage::event::Entity>()
        .with::<usage::aside::Entity>()
        .with::<usage::bucket::Entity>()
        .with::<usage::different::Entity>()
        .with::<usage::outcome::Entity>()
        .with::<settings::Entity>()
        .with::<subscription::Entity>()
        .with::<subscription::phase::Entity>()
        .with::<invoice::late::Entity>()
        .with::<invoice::dispute::Entity>()
        .with::<money::grant::Entity>()
        .with_made::<lease::Entity>()
        .with_kept::<invoice::row::Entity>()
        .with_kept::<invoice::credit_note::Entity>()
        .with_kept::<money::entry::Entity>()
        .with_kept::<fapiao::row::Entity>()
        .with_kept::<payment::row::Entity>()
        .with_kept::<payment::refund::Entity>()
}

/// Builds the service.
pub fn build(deps: Deps) -> Parts {
    let tables = Arc::new(data(&deps.db));
    let db = deps.db.clone();
    let service = service::Billing::new(deps);
    let jobs = Jobs { db, service: service.clone() };
    let consumer = events::BillingConsumer { service: service.clone(), tables: tables.clone() };
    Parts { client: service, consumer: Arc::new(consumer), jobs }
}
