//! The bus of processes that share the work: NATS.
//!
//! Facts go from the outbox into one stream ([`publisher`]), in parts by tenant, and from there to durable consumers, one for
//! every service and part ([`consumer`]). The administrator's step [`Nats::prepare`] makes stream and consumers; processes only
//! use them. Live events ([`live`]) and calls ([`calls`]) are plain messages on the same connection.

mod calls;
mod consumer;
mod dead;
mod live;
mod publisher;
mod reconcile;

pub use calls::Serving;

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType, Stream};
use async_nats::{Client, ConnectOptions, Event, jetstream};
use async_trait::async_trait;
use futures::StreamExt as _;
use lingxi_kernel::{Error, ErrorCode, Result, TenantId};
use lingxi_store::Db;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::leases::{Claim, Leases};
use crate::{Bus, BusHandle, Consumer, Live};

/// Parts of the facts; those of a tenant are in one. It cannot be changed while facts wait.
const PARTS: usize = 8;
/// How long the stream keeps facts: less than the inbox knows them.
const KEPT: Duration = Duration::from_hours(24);
/// How long a fact may be under way to a consumer that gives no sign.
const SILENT: Duration = Duration::from_secs(30);
/// How often a fact is handed out. A process that handles one gives signs, so this many processes died over it.
const DELIVERIES: i64 = 8;
/// Facts of one part and consumer that may be under way.
const UNDER_WAY: i64 = 1024;
/// The claim of the one process that brings facts from the outbox into the stream.
const RELAY: &str = "relay";

/// A connection to NATS. Cheap to clone.
#[derive(Clone)]
pub struct Nats {
    client: Client,
    jetstream: jetstream::Context,
    names: Arc<Names>,
    replicas: usize,
    call_time: Duration,
    live: Live,
}

impl std::fmt::Debug for Nats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Nats").finish_non_exhaustive()
    }
}

/// Subjects and names, all with the prefix of the settings.
struct Names {
    prefix: String,
}

impl Names {
    fn stream(&self) -> String {
        format!("{}_facts", self.prefix)
    }
    /// The facts of a part; those of one kind have the kind behind it.
    fn facts(&self, part: usize) -> String {
        format!("{}.facts.{part}", self.prefix)
    }
    fn consumer(service: &str, part: usize) -> String {
        format!("{service}-{part}")
    }
    /// Rings when the outbox of some process has grown.
    fn bell(&self) -> String {
        format!("{}.bell", self.prefix)
    }
    fn changes(&self) -> String {
        format!("{}.changes", self.prefix)
    }
    fn live(&self, tenant: TenantId, topic: &str) -> String {
        format!("{}.live.{tenant}.{topic}", self.prefix)
    }
    fn call(&self, service: &str) -> String {
        format!("{}.call.{service}", self.prefix)
    }
}

/// The part in which a tenant's facts are.
fn part_of(tenant: TenantId) -> usize {
    usize::try_from(tenant.uuid().as_u128() % PARTS as u128).unwrap_or(0)
}

/// A change of what memories of a name know of a tenant.
#[derive(Serialize, Deserialize)]
struct Change {
    name: String,
    tenant: TenantId,
}

impl Nats {
    /// Connects; from then on it comes back by itself whenever the connection breaks.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the server cannot be reached or refuses, [`ErrorCode::Invalid`] when the file of
    /// credentials cannot be read.
    pub async fn connect(settings: &lingxi_config::Nats, url: &str) -> Result<Self> {
        let (telling, interruptions) = mpsc::unbounded_channel();
        let mut options = ConnectOptions::new()
            .name("lingxi")
            .max_reconnects(None)
            .reconnect_delay_callback(|attempt| Duration::from_millis(50 << attempt.min(5)))
            .ping_interval(Duration::from_secs(10))
            .event_callback(move |event| {
                match event {
                    Event::Connected => {
                        let _ = telling.send(());
                    }
                    other => tracing::warn!(event = %other, "The connection to NATS has changed"),
                }
                std::future::ready(())
            });
        if let Some(file) = &settings.credentials {
            let read = tokio::fs::read_to_string(file).await;
            let read =
                read.map_err(|error| Error::invalid(format!("`nats.credentials` {}: {error}", file.display())))?;
            options =
                options.credentials(&read).map_err(|error| Error::invalid(format!("`nats.credentials`: {error}")))?;
        }
        let client = options.connect(url).await.map_err(|error| away(&error))?;
        let names = Arc::new(Names { prefix: settings.prefix.clone() });
        let live = Live::over(Arc::new(live::Topics::start(client.clone(), names.clone())));
        tokio::spawn(interrupt(live.clone(), interruptions));
        Ok(Self {
            jetstream: jetstream::new(client.clone()),
            client,
            names,
            replicas: settings.replicas,
            call_time: Duration::from_secs(settings.call_seconds.max(1)),
            live,
        })
    }

    /// Whether the server answers.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when it does not within a second.
    pub async fn ping(&self) -> Result<()> {
        match tokio::time::timeout(Duration::from_secs(1), self.client.flush()).await {
            Ok(flushed) => flushed.map_err(|error| away(&error)),
            Err(late) => Err(away(&late)),
        }
    }

    /// The administrator's step: makes the stream, and durable consumers for services, or brings them up to this binary. Doing
    /// it twice changes nothing more.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the server cannot be reached, has no `JetStream`, or refuses.
    pub async fn prepare(&self, services: &[&str]) -> Result<()> {
        let config = Config {
            name: self.names.stream(),
            description: Some("Facts of Lingxi's services, from their outbox".into()),
            subjects: vec![format!("{}.facts.>", self.names.prefix)],
            max_age: KEPT,
            discard: DiscardPolicy::Old,
            storage: StorageType::File,
            num_replicas: self.replicas,
            duplicate_window: Duration::from_mins(2),
            ..Config::default()
        };
        self.jetstream.create_or_update_stream(config).await.map_err(|error| away(&error))?;
        let stream = self.stream().await?;
        for service in services {
            for part in 0..PARTS {
                let config = pull::Config {
                    durable_name: Some(Names::consumer(service, part)),
                    filter_subject: format!("{}.>", self.names.facts(part)),
                    ack_policy: AckPolicy::Explicit,
                    ack_wait: SILENT,
                    max_deliver: DELIVERIES,
                    max_ack_pending: UNDER_WAY,
                    ..pull::Config::default()
                };
                stream.create_consumer(config).await.map_err(|error| away(&error))?;
            }
        }
        Ok(())
    }

    async fn stream(&self) -> Result<Stream> {
        self.jetstream.get_stream(self.names.stream()).await.map_err(|error| away(&error))
    }

    /// Demands what [`Nats::prepare`] makes.
    ///
    /// # Errors
    /// [`ErrorCode::Invalid`] when something is missing, with how to make it.
    pub async fn require(&self, service: &str) -> Result<()> {
        let missing = |cause: String| {
            let message = format!(
                "NATS has no stream `{}` with consumers for `{service}`. Run `lingxi migrate`, which makes them. ({cause})",
                self.names.stream()
            );
            Error::invalid(message)
        };
        let stream = self.stream().await.map_err(|error| missing(error.to_string()))?;
        for part in 0..PARTS {
            let name = Names::consumer(service, part);
            stream.consumer_info(&name).await.map_err(|error| missing(format!("{name}: {error}")))?;
        }
        Ok(())
    }

    /// Says something to other processes every now and then, and hears what they say. What is lost is lost.
    ///
    /// # Errors
    /// [`ErrorCode::Unavailable`] when the connection has ended.
    pub async fn gossip<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        about: &str,
        every: Duration,
        say: impl Fn() -> Vec<T> + Send + Sync + 'static,
        hear: impl Fn(&T) + Send + Sync + 'static,
    ) -> Result<()> {
        let subject = format!("{}.gossip.{about}", self.names.prefix);
        let me = self.client.new_inbox();
        let mut heard = self.client.subscribe(subject.clone()).await.map_err(|error| away(&error))?;
        let client = self.client.clone();
        tokio::spawn(async move {
            let mut ticks = tokio::time::interval(every);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {
                        let news = say();
                        if let (false, Ok(bytes)) = (news.is_empty(), serde_json::to_vec(&(&me, news))) {
                            let _ = client.publish(subject.clone(), bytes.into()).await;
                        }
                    }
                    message = heard.next() => {
                        let Some(message) = message else { return };
                        if let Ok((who, news)) = serde_json::from_slice::<(String, Vec<T>)>(&message.payload)
                            && who != me
                        {
                            news.iter().for_each(&hear);
                        }
                    }
                }
            }
        });
        Ok(())
    }

    /// Memories of this process and of others tell each other of changes.
    async fn share_changes(&self, db: &Db) -> Result<()> {
        let (telling, mut told) = mpsc::unbounded_channel::<Change>();
        db.tell_changes_by(move |name, tenant| {
            let _ = telling.send(Change { name: name.to_owned(), tenant });
        });
        let (client, subject) = (self.client.clone(), self.names.changes());
        tokio::spawn(async move {
            while let Some(change) = told.recv().await {
                let bytes = serde_json::to_vec(&change).unwrap_or_default();
                let _ = client.publish(subject.clone(), bytes.into()).await;
            }
        });
        let mut heard = self.client.subscribe(self.names.changes()).await.map_err(|error| away(&error))?;
        let db = db.clone();
        tokio::spawn(async move {
            while let Some(message) = heard.next().await {
                if let Ok(change) = serde_json::from_slice::<Change>(&message.payload) {
                    db.hear_change(&change.name, change.tenant);
                }
            }
        });
        Ok(())
    }
}

#[async_trait]
impl Bus for Nats {
    fn live(&self) -> Live {
        self.live.clone()
    }

    async fn deliver(&self, db: Db, consumers: Vec<Arc<dyn Consumer>>) -> Result<BusHandle> {
        for consumer in &consumers {
            self.require(consumer.name()).await?;
        }
        self.share_changes(&db).await?;
        let mut claims = vec![Claim { name: RELAY.into(), parts: 1 }];
        claims.extend(consumers.iter().map(|consumer| Claim { name: consumer.name().into(), parts: PARTS }));
        let leases = Leases::start(db.clone(), claims);
        let nats = self.clone();
        Ok(BusHandle::run(|stop| async move {
            let mut running = JoinSet::new();
            running.spawn(nats.clone().publish_outbox(db.clone(), leases.clone(), stop.clone()));
            running.spawn(nats.clone().put_aside(db.clone(), stop.clone()));
            for consumer in consumers {
                running.spawn(nats.clone().hand_to(db.clone(), consumer, leases.clone(), stop.clone()));
            }
            while running.join_next().await.is_some() {}
            let _ = nats.client.flush().await;
        }))
    }
}

/// After every new connection, listeners are told that they may have missed something.
async fn interrupt(live: Live, mut interruptions: mpsc::UnboundedReceiver<()>) {
    while interruptions.recv().await.is_some() {
        live.interrupted();
    }
}

/// The server cannot be reached, or does not do what is asked.
fn away(error: &dyn std::error::Error) -> Error {
    let message = "The message bus does not answer at the moment. Please try again.";
    let mut cause = format!("NATS: {error}");
    if let Some(source) = error.source() {
        cause = format!("{cause}: {source}");
    }
    Error { cause: Some(cause), ..Error::new(ErrorCode::Unavailable, message) }
}
