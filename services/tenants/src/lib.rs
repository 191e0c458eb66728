//! Tenants: firms, accounts, members, sessions, keys, hours, audit, mail.

mod events;
mod http;
mod jobs;
mod mail;
mod rules;
mod secrets;
mod service;
mod store;
mod throttle;

use std::sync::Arc;

use lingxi_bus::Consumer;
use lingxi_config::{Limits, Mail};
use lingxi_contracts::tenants::TenantsClient;
use lingxi_store::Db;

pub use http::{Edge, routes};
pub use jobs::Jobs;

/// What the service needs.
#[derive(Debug, Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// How mail leaves.
    pub mail: Mail,
    /// Grace period of deletions.
    pub limits: Limits,
    /// Base of links in mails.
    pub public_url: String,
}

/// What the service gives.
pub struct Parts {
    /// Its client for the others.
    pub client: Arc<dyn TenantsClient>,
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

/// Builds the service.
pub fn build(deps: Deps) -> Parts {
    let jobs = Jobs::new(deps.db.clone(), deps.mail.clone());
    let consumer = Arc::new(events::TenantsConsumer { db: deps.db.clone() });
    let client = Arc::new(service::Tenants::new(deps));
    Parts { client, consumer, jobs }
}
