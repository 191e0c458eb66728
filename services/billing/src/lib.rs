//! Billing: usage, plan, the running month's bill, alerts and cap.

mod events;
mod rules;
mod service;
mod store;

use std::sync::Arc;

use lingxi_bus::Consumer;
use lingxi_contracts::billing::BillingClient;
use lingxi_contracts::tenants::TenantsClient;
use lingxi_store::{Db, TenantTables};

/// What the service needs.
#[derive(Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// Time zones of firms.
    pub tenants: Arc<dyn TenantsClient>,
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
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// The service's part of a tenant's data.
pub fn data(db: &Db) -> TenantTables {
    TenantTables::new(db.clone())
        .with::<store::usage::Entity>()
        .with::<store::rollup::Entity>()
        .with::<store::account::Entity>()
}

/// Builds the service.
pub fn build(deps: Deps) -> Parts {
    let tables = Arc::new(data(&deps.db));
    let service = Arc::new(service::Billing::new(deps));
    let consumer = events::BillingConsumer { service: service.clone(), tables: tables.clone() };
    Parts { client: service, consumer: Arc::new(consumer) }
}
