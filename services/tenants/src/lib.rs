//! Tenants: firms, accounts, members, sessions, keys, hours, audit, mail.

mod archive;
mod events;
mod http;
mod jobs;
mod mail;
mod rules;
mod secrets;
mod service;
mod store;
mod throttle;

use std::path::PathBuf;
use std::sync::Arc;

use lingxi_bus::Consumer;
use lingxi_config::{Limits, Operator};
use lingxi_contracts::tenants::{Mail, TenantsClient};
use lingxi_kernel::Timestamp;
use lingxi_store::{Db, TenantTables};

pub use http::{Edge, routes};
pub use jobs::Jobs;

/// What the service needs.
#[derive(Debug, Clone)]
pub struct Deps {
    /// Storage.
    pub db: Db,
    /// How mail leaves.
    pub mail: lingxi_config::Mail,
    /// Grace period of deletions.
    pub limits: Limits,
    /// Base of links in mails.
    pub public_url: String,
    /// Who operates the platform.
    pub operator: Operator,
    /// Folder of archives.
    pub exports_dir: PathBuf,
    /// When the process started.
    pub started_at: Timestamp,
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
    let tables = Arc::new(data(&deps.db));
    let consumer = Arc::new(events::TenantsConsumer { db: deps.db.clone(), tables: tables.clone() });
    let client = Arc::new(service::Tenants::new(deps.clone()));
    let jobs = Jobs::new(deps, client.clone());
    Parts { client, consumer, jobs }
}

/// The newest mails of the whole installation as their receivers get them, with the links of those that have not left. For its operator at
/// the shell: whoever has the database has all of it.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
pub async fn kept_mails(db: &Db, receiver: Option<&str>, most: u64) -> lingxi_kernel::Result<Vec<Mail>> {
    let rows = store::mails::newest_of_all(&lingxi_store::system::reader(db), receiver, most).await?;
    let whole = |row: store::mail::Model| {
        let body = mail::whole(&row.body, row.link.as_deref());
        store::mails::contract(row, body)
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// The service's part of a tenant's data: all but its row in the list of tenants, which stays without its name.
pub fn data(db: &Db) -> TenantTables {
    TenantTables::new(db.clone())
        .with::<store::member::Entity>()
        .with::<store::session::Entity>()
        .with::<store::invitation::Entity>()
        .with::<store::api_key::Entity>()
        .with::<store::mail::Entity>()
        .with::<store::export::Entity>()
        .with::<store::audit::row::Entity>()
        .with::<store::token::Entity>()
        .with::<lingxi_store::dead_letters::Entity>()
        .with_made::<lingxi_store::sealed::Entity>()
        .with_made::<lingxi_store::turns::Entity>()
}
