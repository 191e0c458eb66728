//! All services, built over one database.

use std::path::Path;
use std::sync::Arc;

use lingxi_bus::{Consumer, Live, Relay, RelayHandle};
use lingxi_config::{Config, Database};
use lingxi_graphql::Services;
use lingxi_kernel::{Env, Error, Result};
use lingxi_store::{Db, schema, system};

use crate::jobs::Jobs;

/// A built Lingxi, not yet serving.
pub struct Cloud {
    /// The services' clients.
    pub services: Services,
    /// Storage.
    pub db: Db,
    pub(crate) channels: lingxi_channels::Edge,
    pub(crate) tenants: lingxi_tenants::Edge,
    pub(crate) bot: lingxi_bot::Edge,
    pub(crate) jobs: Jobs,
    consumers: Vec<Arc<dyn Consumer>>,
}

impl std::fmt::Debug for Cloud {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cloud").finish_non_exhaustive()
    }
}

/// Opens the database of the settings. SQLite's is brought up to this binary; PostgreSQL's must have been, by its owner.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the folder or the database cannot be used, and
/// [`lingxi_kernel::ErrorCode::Invalid`] when PostgreSQL's is older than this binary or the role may see too much.
pub async fn open_database(config: &Config, env: Env) -> Result<Db> {
    match config.storage.database() {
        Database::Sqlite(path) => {
            migrate_sqlite(&path).await?;
            Db::open(&path, env).await
        }
        Database::Postgres(url) => {
            let db = Db::connect(&url, env).await?;
            match lingxi_migrations::pending(&system::reader(&db)).await? {
                0 => Ok(db),
                missing => Err(Error::invalid(format!(
                    "The database is older than this binary: {missing} migrations are missing. Run `lingxi migrate` with \
                     the database URL of its owner."
                ))),
            }
        }
    }
}

/// Brings the database of the settings up to this binary.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when it cannot be used; [`lingxi_kernel::ErrorCode::Invalid`] when the role of
/// PostgreSQL that `serve` uses does not exist.
pub async fn migrate(config: &Config) -> Result<()> {
    match config.storage.database() {
        Database::Sqlite(path) => migrate_sqlite(&path).await,
        Database::Postgres(url) => {
            let conn = schema::postgres(&url).await?;
            lingxi_migrations::up(&conn).await?;
            let role = &config.storage.app_role;
            lingxi_migrations::grant(&conn, role).await.map_err(|error| {
                Error::invalid(format!(
                    "The tables are up to date, but the role `{role}` cannot be let in: {error}. Make it, and run this \
                     again: CREATE ROLE {role} LOGIN PASSWORD '...'"
                ))
            })
        }
    }
}

async fn migrate_sqlite(path: &Path) -> Result<()> {
    if let Some(folder) = path.parent().filter(|folder| *folder != Path::new("")) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Error::internal(format!("the folder {} cannot be made: {error}", folder.display())))?;
    }
    lingxi_migrations::up(&schema::sqlite(path).await?).await?;
    Ok(())
}

impl Cloud {
    /// Builds every service over an open database.
    pub fn build(config: &Config, db: Db) -> Self {
        let live = Live::default();
        let tenants = lingxi_tenants::build(lingxi_tenants::Deps {
            db: db.clone(),
            mail: config.mail.clone(),
            limits: config.limits.clone(),
            public_url: config.http.public_url.clone(),
            operator: config.operator.clone(),
            exports_dir: config.storage.exports(),
            started_at: db.env().now(),
        });
        let billing = lingxi_billing::build(lingxi_billing::Deps { db: db.clone(), tenants: tenants.client.clone() });
        let bot = lingxi_bot::build(lingxi_bot::Deps {
            db: db.clone(),
            billing: billing.client.clone(),
            files: config.files.clone(),
        });
        let routing = lingxi_routing::build(lingxi_routing::Deps {
            db: db.clone(),
            live: live.clone(),
            tenants: tenants.client.clone(),
        });
        let channels = lingxi_channels::build(lingxi_channels::Deps {
            db: db.clone(),
            live: live.clone(),
            tenants: tenants.client.clone(),
            files_dir: config.storage.files(),
            files: config.files.clone(),
            limits: config.limits.clone(),
        });
        let sources = vec![tenants.data, channels.data.clone(), bot.data, routing.data, billing.data];
        Self {
            channels: channels.edge(bot.client.clone(), routing.client.clone()),
            tenants: lingxi_tenants::Edge {
                tenants: tenants.client.clone(),
                secure: config.http.public_url.starts_with("https://"),
                exports_dir: config.storage.exports(),
            },
            bot: lingxi_bot::Edge { bot: bot.client.clone(), max_bytes: config.files.max_import_bytes },
            jobs: Jobs {
                tenants: tenants.jobs.with_sources(sources),
                channels: channels.jobs,
                bot: bot.jobs,
                routing: routing.jobs,
                db: db.clone(),
            },
            consumers: vec![tenants.consumer, channels.consumer, bot.consumer, routing.consumer, billing.consumer],
            services: Services {
                tenants: tenants.client,
                channels: channels.client,
                bot: bot.client,
                routing: routing.client,
                billing: billing.client,
                live,
            },
            db,
        }
    }

    /// Starts to deliver facts between the services.
    pub fn start_relay(&self) -> RelayHandle {
        Relay::start(self.db.clone(), self.consumers.clone())
    }

    /// Runs every timer once, as far as its time has come.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn run_timers(&self) -> Result<()> {
        self.jobs.run_once().await
    }
}
