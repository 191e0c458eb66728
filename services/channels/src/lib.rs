//! Channels: the ways in, contacts, conversations, messages, and webhooks out.

mod events;
mod files;
mod http;
mod jobs;
mod rates;
mod rules;
mod secrets;
mod service;
mod store;

use std::path::PathBuf;
use std::sync::Arc;

use lingxi_bus::{Consumer, Live};
use lingxi_config::{Files, Limits};
use lingxi_contracts::bot::BotClient;
use lingxi_contracts::channels::ChannelsClient;
use lingxi_contracts::routing::RoutingClient;
use lingxi_contracts::tenants::TenantsClient;
use lingxi_http::TenantLimit;
use lingxi_store::{Db, TenantCache, TenantTables};

pub use http::{Edge, routes};
pub use jobs::Jobs;

/// What the service needs.
#[derive(Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// Live fan-out.
    pub live: Live,
    /// Names of firms.
    pub tenants: Arc<dyn TenantsClient>,
    /// Folder of uploaded files.
    pub files_dir: PathBuf,
    /// Sizes of uploaded files.
    pub files: Files,
    /// Rates.
    pub limits: Limits,
}

impl std::fmt::Debug for Deps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Deps").finish_non_exhaustive()
    }
}

/// What the service gives.
pub struct Parts {
    /// Its client for the others.
    pub client: Arc<dyn ChannelsClient>,
    /// Its consumer of facts.
    pub consumer: Arc<dyn Consumer>,
    /// Its timers.
    pub jobs: Jobs,
    /// The rate of customers' messages per tenant.
    pub limit: TenantLimit,
    service: Arc<service::Channels>,
}

impl std::fmt::Debug for Parts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

impl Parts {
    /// What its HTTP routes need besides the service: the bot for the widget's search, routing for the place in the queue.
    pub fn edge(&self, bot: Arc<dyn BotClient>, routing: Arc<dyn RoutingClient>) -> Edge {
        Edge { service: self.service.clone(), bot, routing }
    }
}

/// Builds the service.
pub fn build(deps: Deps) -> Parts {
    let tables = Arc::new(data(&deps.db, deps.files_dir.clone()));
    let limit = TenantLimit::per_second(deps.limits.messages_per_second);
    let service = Arc::new_cyclic(|me| service::Channels {
        hooks: TenantCache::new(&deps.db, "channels.webhooks"),
        rates: rates::Rates::new(&deps.limits, &deps.files),
        deps,
        limit: limit.clone(),
        inbound: lingxi_bus::Gathering::default(),
        myself: me.clone(),
    });
    let jobs = Jobs::new(service.clone());
    Parts {
        client: service.clone(),
        consumer: Arc::new(events::ChannelsConsumer { service: service.clone(), tables: tables.clone() }),
        jobs,
        limit,
        service,
    }
}

/// The service's part of a tenant's data; its files are in a folder.
pub fn data(db: &Db, files_dir: PathBuf) -> TenantTables {
    TenantTables::new(db.clone())
        .with::<store::channel::Entity>()
        .with::<store::contact::Entity>()
        .with::<store::identity::Entity>()
        .with::<store::visitor::Entity>()
        .with::<store::conversation::row::Entity>()
        .with::<store::message::row::Entity>()
        .with::<store::attachment::Entity>()
        .with::<store::canned_reply::Entity>()
        .with::<store::webhook::Entity>()
        .with::<store::delivery::Entity>()
        .with::<store::member::Entity>()
        .with_files(files_dir)
}
