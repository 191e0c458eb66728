//! The services of a process, built over the database and the bus, and clients of those that other processes serve.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use lingxi_bus::{Bus, BusHandle, Claim, Consumer, InProcess, Leases, Nats, Serving};
use lingxi_config::{Config, Database};
use lingxi_contracts::TenantData;
use lingxi_contracts::billing::{BillingCalls, BillingClient, RemoteBilling};
use lingxi_contracts::bot::{BotCalls, BotClient, RemoteBot};
use lingxi_contracts::channels::{ChannelsCalls, ChannelsClient, RemoteChannels};
use lingxi_contracts::remote::{Served, Transport};
use lingxi_contracts::routing::{RemoteRouting, RoutingCalls, RoutingClient};
use lingxi_contracts::tenants::{RemoteTenants, TenantsCalls, TenantsClient};
use lingxi_graphql::Services;
use lingxi_http::TenantLimit;
use lingxi_kernel::{Env, Error, Result};
use lingxi_payments::{FapiaoAdapter, Stripe};
use lingxi_store::{Db, schema, system};

use crate::installation;
use crate::jobs::{Jobs, TIMERS};
use crate::role::Role;

/// How often processes tell each other what was taken of the rates.
/// Calls of `/auth` per second from one network address; short bursts may be ten times as many.
const KNOCKS_PER_SECOND: u32 = 10;
const RATES_TOLD: Duration = Duration::from_millis(100);
/// Services that hear facts; the consumers of NATS are made for them.
pub(crate) const CONSUMERS: [&str; 5] = ["tenants", "channels", "bot", "routing", "billing"];

/// A built Lingxi, not yet serving.
pub struct Cloud {
    /// The services' clients.
    pub services: Services,
    /// Storage, for those who keep something.
    pub db: Option<Db>,
    pub(crate) env: Env,
    pub(crate) nats: Option<Nats>,
    pub(crate) gateway: bool,
    pub(crate) channels: Option<lingxi_channels::Edge>,
    pub(crate) tenants: Option<lingxi_tenants::Edge>,
    pub(crate) bot: Option<lingxi_bot::Edge>,
    pub(crate) jobs: Jobs,
    /// The rate of customers' messages, where they are taken.
    pub(crate) messages: Option<TenantLimit>,
    bus: Arc<dyn Bus>,
    consumers: Vec<Arc<dyn Consumer>>,
    served: Vec<Arc<dyn Served>>,
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
    let keys = installation::keys(config)?;
    let db = open_plain(config, env).await?;
    Ok(keys.into_iter().fold(db, Db::with_keys))
}

async fn open_plain(config: &Config, env: Env) -> Result<Db> {
    match config.storage.database() {
        Database::Sqlite(path) => {
            migrate_sqlite(&path).await?;
            Db::open(&path, env).await
        }
        Database::Postgres(url) => {
            let db = Db::connect(&url, &config.storage.schema_prefix, env).await?;
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

/// Brings the database of the settings up to this binary, and NATS where it is set.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when one of them cannot be used; [`lingxi_kernel::ErrorCode::Invalid`] when the role of
/// PostgreSQL that `serve` uses does not exist.
pub async fn migrate(config: &Config) -> Result<()> {
    migrate_database(config).await?;
    match &config.nats.url {
        Some(url) => Nats::connect(&config.nats, url).await?.prepare(&CONSUMERS).await,
        None => Ok(()),
    }
}

async fn migrate_database(config: &Config) -> Result<()> {
    match config.storage.database() {
        Database::Sqlite(path) => migrate_sqlite(&path).await,
        Database::Postgres(url) => {
            let conn = schema::postgres(&url, &config.storage.schema_prefix).await?;
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
    installation::keep_private(path)?;
    let conn = schema::sqlite(path).await?;
    installation::refuse_emptied(path, lingxi_migrations::is_empty(&conn).await?)?;
    lingxi_migrations::up(&conn).await?;
    installation::note_installed(path)
}

/// What the services of a process are built with.
struct Base<'a> {
    config: &'a Config,
    roles: &'a [Role],
    db: Option<Db>,
    bus: Arc<dyn Bus>,
    /// To the services of other processes.
    transport: Option<Arc<dyn Transport>>,
}

impl Base<'_> {
    /// The database, when this process serves a role.
    fn own(&self, role: Role) -> Option<Db> {
        self.db.clone().filter(|_| self.roles.contains(&role))
    }

    /// The client of a service: its own, or one that asks another process.
    fn client<C: ?Sized>(&self, own: Option<Arc<C>>, remote: impl Fn(Arc<dyn Transport>) -> Arc<C>) -> Result<Arc<C>> {
        own.or_else(|| self.transport.clone().map(remote)).ok_or_else(|| {
            Error::invalid("A process that serves part of the roles needs `nats.url`, to reach the others.")
        })
    }
}

/// The services that a process serves itself.
struct Own {
    tenants: Option<lingxi_tenants::Parts>,
    channels: Option<lingxi_channels::Parts>,
    bot: Option<lingxi_bot::Parts>,
    routing: Option<lingxi_routing::Parts>,
    billing: Option<lingxi_billing::Parts>,
}

impl Own {
    fn consumers(&self) -> Vec<Arc<dyn Consumer>> {
        let all = [
            self.tenants.as_ref().map(|parts| parts.consumer.clone()),
            self.channels.as_ref().map(|parts| parts.consumer.clone()),
            self.bot.as_ref().map(|parts| parts.consumer.clone()),
            self.routing.as_ref().map(|parts| parts.consumer.clone()),
            self.billing.as_ref().map(|parts| parts.consumer.clone()),
        ];
        all.into_iter().flatten().collect()
    }

    /// What answers the calls of other processes.
    fn served(&self) -> Vec<Arc<dyn Served>> {
        let all: [Option<Arc<dyn Served>>; 5] = [
            self.tenants.as_ref().map(|parts| Arc::new(TenantsCalls(parts.client.clone())) as _),
            self.channels.as_ref().map(|parts| Arc::new(ChannelsCalls(parts.client.clone())) as _),
            self.bot.as_ref().map(|parts| Arc::new(BotCalls(parts.client.clone())) as _),
            self.routing.as_ref().map(|parts| Arc::new(RoutingCalls(parts.client.clone())) as _),
            self.billing.as_ref().map(|parts| Arc::new(BillingCalls(parts.client.clone())) as _),
        ];
        all.into_iter().flatten().collect()
    }
}

impl Cloud {
    /// Builds every service over an open database, for one process that does everything.
    ///
    /// # Errors
    /// None that can happen with all roles.
    pub fn build(config: &Config, db: Db) -> Result<Self> {
        let env = db.env().clone();
        let bus = Arc::new(InProcess::default());
        Self::assemble(Base { config, roles: &Role::ALL, db: Some(db), bus, transport: None }, env, None)
    }

    /// Opens what the roles need, and builds them: over NATS where it is set, which several processes can share.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] when the settings do not fit the roles;
    /// [`lingxi_kernel::ErrorCode::Unavailable`] when NATS cannot be reached; those of [`open_database`].
    pub async fn open(config: &Config, roles: &[Role]) -> Result<Self> {
        let env = Env::system();
        let Some(url) = &config.nats.url else {
            if roles.len() < Role::ALL.len() {
                return Err(Error::invalid(
                    "Part of the roles can be served when processes reach each other: set `nats.url`.",
                ));
            }
            return Self::build(config, open_database(config, env).await?);
        };
        let keeps = roles.iter().any(|role| *role != Role::Gateway);
        if keeps && let Database::Sqlite(_) = config.storage.database() {
            return Err(Error::invalid(
                "Processes that share the work by NATS share a PostgreSQL: set `storage.database_url`. With SQLite, leave \
                 `nats.url` out.",
            ));
        }
        let db = if keeps { Some(open_database(config, env.clone()).await?) } else { None };
        let nats = Nats::connect(&config.nats, url).await?;
        let bus = Arc::new(nats.clone());
        Self::assemble(Base { config, roles, db, transport: Some(bus.clone()), bus }, env, Some(nats))
    }

    fn assemble(base: Base<'_>, env: Env, nats: Option<Nats>) -> Result<Self> {
        let (config, live) = (base.config, base.bus.live());
        let tenants = base.own(Role::Tenants).map(|db| {
            lingxi_tenants::build(lingxi_tenants::Deps {
                mail: config.mail.clone(),
                limits: config.limits.clone(),
                public_url: config.http.public_url.clone(),
                operator: config.operator.clone(),
                exports_dir: config.storage.exports(),
                started_at: env.now(),
                db,
            })
        });
        let own = tenants.as_ref().map(|parts| parts.client.clone());
        let tenants_client: Arc<dyn TenantsClient> = base.client(own, |to| Arc::new(RemoteTenants(to)))?;
        let billing = base.own(Role::Billing).map(|db| billing(db, config, tenants_client.clone())).transpose()?;
        let own = billing.as_ref().map(|parts| parts.client.clone());
        let billing_client: Arc<dyn BillingClient> = base.client(own, |to| Arc::new(RemoteBilling(to)))?;
        let bot = base.own(Role::Bot).map(|db| bot(db, config, tenants_client.clone(), billing_client.clone()));
        let bot = bot.transpose()?;
        let own = bot.as_ref().map(|parts| parts.client.clone());
        let bot_client: Arc<dyn BotClient> = base.client(own, |to| Arc::new(RemoteBot(to)))?;
        let channels = base.own(Role::Channels).map(|db| {
            lingxi_channels::build(lingxi_channels::Deps {
                db,
                live: live.clone(),
                tenants: tenants_client.clone(),
                files_dir: config.storage.files(),
                files: config.files.clone(),
                limits: config.limits.clone(),
            })
        });
        let own = channels.as_ref().map(|parts| parts.client.clone());
        let channels_client: Arc<dyn ChannelsClient> = base.client(own, |to| Arc::new(RemoteChannels(to)))?;
        let routing = base.own(Role::Routing).map(|db| {
            let (tenants, channels) = (tenants_client.clone(), channels_client.clone());
            lingxi_routing::build(lingxi_routing::Deps { db, live: live.clone(), tenants, channels })
        });
        let own = routing.as_ref().map(|parts| parts.client.clone());
        let routing_client: Arc<dyn RoutingClient> = base.client(own, |to| Arc::new(RemoteRouting(to)))?;

        let own = Own { tenants, channels, bot, routing, billing };
        let (consumers, served) = (own.consumers(), own.served());
        let Own { tenants, channels, bot, routing, billing } = own;
        Ok(Self {
            messages: channels.as_ref().map(|parts| parts.limit.clone()),
            channels: channels.as_ref().map(|parts| parts.edge(bot_client.clone(), routing_client.clone())),
            tenants: tenants.as_ref().map(|parts| lingxi_tenants::Edge {
                tenants: parts.client.clone(),
                secure: config.http.public_url.starts_with("https://"),
                exports_dir: config.storage.exports(),
                knocks: lingxi_http::KeyedLimit::per_second(KNOCKS_PER_SECOND),
            }),
            bot: bot
                .as_ref()
                .map(|parts| lingxi_bot::Edge { bot: parts.client.clone(), max_bytes: config.files.max_import_bytes }),
            jobs: Jobs {
                tenants: tenants.and_then(|parts| Some(parts.jobs.with_sources(sources(base.db.as_ref()?, config)))),
                channels: channels.map(|parts| parts.jobs),
                bot: bot.map(|parts| parts.jobs),
                routing: routing.map(|parts| parts.jobs),
                billing: billing.map(|parts| parts.jobs),
                db: base.db.clone(),
            },
            gateway: base.roles.contains(&Role::Gateway),
            services: Services {
                tenants: tenants_client,
                channels: channels_client,
                bot: bot_client,
                routing: routing_client,
                billing: billing_client,
                live,
            },
            consumers,
            served,
            bus: base.bus,
            db: base.db,
            env,
            nats,
        })
    }

    /// Starts to deliver facts to the services of this process.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] when NATS was not made ready, with how to do it.
    pub async fn start_bus(&self) -> Result<Option<BusHandle>> {
        match &self.db {
            Some(db) => Ok(Some(self.bus.deliver(db.clone(), self.consumers.clone()).await?)),
            None => Ok(None),
        }
    }

    /// Starts to answer the calls of other processes.
    pub(crate) async fn answer_calls(&self) -> Result<Vec<Serving>> {
        let mut serving = Vec::new();
        if let Some(nats) = &self.nats {
            for served in &self.served {
                serving.push(nats.serve(served.clone()).await?);
            }
        }
        Ok(serving)
    }

    /// A rate per tenant holds over all processes that enforce it.
    pub(crate) async fn share_rate(&self, of: &str, limit: &TenantLimit) -> Result<()> {
        let Some(nats) = &self.nats else { return Ok(()) };
        let (here, there) = (limit.clone(), limit.clone());
        nats.gossip(of, RATES_TOLD, move || here.taken(), move |taken| there.take_too(taken)).await
    }

    /// By which processes agree who runs the timers of a service; none where one process does everything.
    pub(crate) fn timers(&self) -> Option<Leases> {
        let db = self.db.clone().filter(|_| self.nats.is_some())?;
        let claims = self.jobs.names().into_iter().map(|name| Claim { name: format!("{TIMERS}{name}"), parts: 1 });
        Some(Leases::start(db, claims.collect()))
    }

    /// Runs every timer once, as far as its time has come.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses.
    pub async fn run_timers(&self) -> Result<()> {
        self.jobs.run_once().await
    }
}

/// Every service's part of a tenant's data, for archives.
fn sources(db: &Db, config: &Config) -> Vec<Arc<dyn TenantData>> {
    vec![
        Arc::new(lingxi_tenants::data(db)),
        Arc::new(lingxi_channels::data(db, config.storage.files())),
        Arc::new(lingxi_bot::data(db)),
        Arc::new(lingxi_routing::data(db)),
        Arc::new(lingxi_billing::data(db)),
    ]
}

fn billing(db: Db, config: &Config, tenants: Arc<dyn TenantsClient>) -> Result<lingxi_billing::Parts> {
    let gateway = Stripe::open(&config.billing.stripe)?.map(|stripe| Arc::new(stripe) as _);
    let fapiao = FapiaoAdapter::open(&config.billing.fapiao)?.map(|adapter| Arc::new(adapter) as _);
    let (public_url, settings) = (config.http.public_url.clone(), config.billing.clone());
    Ok(lingxi_billing::build(lingxi_billing::Deps { db, tenants, gateway, fapiao, public_url, settings }))
}

fn bot(
    db: Db,
    config: &Config,
    tenants: Arc<dyn TenantsClient>,
    billing: Arc<dyn BillingClient>,
) -> Result<lingxi_bot::Parts> {
    let (files, models) = (config.files.clone(), config.models.clone());
    let private_webhooks = config.limits.private_webhooks;
    lingxi_bot::build(lingxi_bot::Deps { db, billing, tenants, files, models, private_webhooks })
}
