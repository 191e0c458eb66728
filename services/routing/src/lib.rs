//! Routing: the right task to the right worker.

mod events;
mod jobs;
mod rules;
mod service;
mod store;

use std::sync::Arc;

use lingxi_bus::{Consumer, Live};
use lingxi_contracts::channels::ChannelsClient;
use lingxi_contracts::routing::RoutingClient;
use lingxi_contracts::tenants::TenantsClient;
use lingxi_store::{Db, TenantTables};

pub use jobs::Jobs;

/// What the service needs.
#[derive(Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// Live fan-out.
    pub live: Live,
    /// Business hours.
    pub tenants: Arc<dyn TenantsClient>,
    /// Conversations that need a person.
    pub channels: Arc<dyn ChannelsClient>,
}

impl std::fmt::Debug for Deps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deps").finish_non_exhaustive()
    }
}

/// What the service gives.
pub struct Parts {
    /// Its client for the others.
    pub client: Arc<dyn RoutingClient>,
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
        .with::<store::queue::Entity>()
        .with::<store::workflow::Entity>()
        .with::<store::task::Entity>()
        .with::<store::reservation::Entity>()
        .with::<store::worker::Entity>()
}

/// Builds the service.
pub fn build(deps: Deps) -> Parts {
    let tables = Arc::new(data(&deps.db));
    let service = Arc::new(service::Routing { deps });
    let consumer = events::RoutingConsumer { service: service.clone(), tables: tables.clone() };
    Parts { client: service.clone(), consumer: Arc::new(consumer), jobs: Jobs { service } }
}
