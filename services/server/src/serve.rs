//! Serving, and stopping in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use actix_web::dev::{ServerHandle, Service as _, ServiceRequest};
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::http::{ConnectionType, Method};
use actix_web::{App, HttpServer, web};
use lingxi_bus::{BusHandle, Serving};
use lingxi_config::Config;
use lingxi_contracts::tenants::TenantsClient;
use lingxi_graphql::Persisted;
use lingxi_http::TenantLimit;
use lingxi_kernel::{Error, Result};
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::task::{JoinHandle, JoinSet};
use tracing::Instrument as _;

use crate::cloud::Cloud;
use crate::forward::Forwards;
use crate::probes::Probes;
use crate::{firms, probes, web as files};

/// The portal's operations by their hashes.
const PORTAL_OPERATIONS: &str = include_str!("../../../web/portal/src/gql/persisted-documents.json");

/// Largest JSON body.
const LARGEST_JSON: usize = 1 << 20;

/// Files and papers of a firm per second; short bursts may be ten times as many.
const FILES_PER_SECOND: u32 = 2;

/// Where answers are somebody's own.
const PRIVATE: [&str; 9] =
    ["/graphql", "/auth/", "/billing/", "/exports/", "/files", "/knowledge/", "/operator/", "/v1/", "/widget/v1/"];

/// The sockets.
const SOCKETS: [&str; 2] = ["/graphql/ws", "/widget/v1/socket"];

/// A serving Lingxi.
pub struct Running {
    /// Where it listens.
    pub address: SocketAddr,
    server: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
    bus: Option<BusHandle>,
    serving: Vec<Serving>,
    jobs: JoinSet<()>,
    ready: Arc<AtomicBool>,
    gateway: Option<web::Data<lingxi_graphql::Edge>>,
    drain: Duration,
}

impl std::fmt::Debug for Running {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("address", &self.address).finish_non_exhaustive()
    }
}

/// Starts to serve.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the address is taken, [`lingxi_kernel::ErrorCode::Invalid`] when NATS was not
/// made ready.
pub async fn start(config: &Config, cloud: &Cloud, metrics: Option<PrometheusHandle>) -> Result<Running> {
    let ready = Arc::new(AtomicBool::new(true));
    let probes = Probes { db: cloud.db.clone(), nats: cloud.nats.clone(), ready: ready.clone(), metrics };
    let gateway = gateway(config, cloud)?;
    let forwards = Forwards::to(&config.gateway, cloud)?;
    let (channels, tenants, bot) = (cloud.channels.clone(), cloud.tenants.clone(), cloud.bot.clone());
    let authenticator: web::Data<Arc<dyn TenantsClient>> = web::Data::new(cloud.services.tenants.clone());
    let bills = bills(cloud, gateway.as_ref());
    let (shared, services, operator) = (gateway.clone(), cloud.services.clone(), config.operator.token.clone());
    let proxies = web::Data::new(lingxi_http::TrustedProxies::new(&config.http.trusted_proxies)?);
    let serving = ready.clone();
    let server = HttpServer::new(move || {
        let serving = serving.clone();
        App::new()
            .app_data(web::JsonConfig::default().limit(LARGEST_JSON).error_handler(refuse_body))
            .app_data(web::QueryConfig::default().error_handler(refuse_query))
            .app_data(authenticator.clone())
            .app_data(proxies.clone())
            .wrap(actix_web::middleware::Compress::default())
            .wrap_fn(move |mut request, service| {
                let (started, span) = (Instant::now(), span(&request));
                let chinese = lingxi_http::reads_chinese(&request);
                // What a socket says has bounds of its own.
                let socket = SOCKETS.contains(&request.path());
                let bounded = if socket { Ok(()) } else { lingxi_http::bound_body(&mut request) };
                let response = bounded.map(|()| span.in_scope(|| service.call(request)).instrument(span));
                let serving = serving.clone();
                async move {
                    let mut response = match response {
                        Ok(response) => lingxi_http::speaking(chinese, response).await?,
                        Err(refusal) => return Err(refused(chinese, refusal).into()),
                    };
                    note(&mut response, started, serving.load(Ordering::Relaxed));
                    Ok(response)
                }
            })
            .configure(|c| probes::routes(c, &probes))
            .configure(|c| {
                if let Some(edge) = &tenants {
                    lingxi_tenants::routes(c, edge);
                }
                if let Some(edge) = &bot {
                    lingxi_bot::routes(c, edge);
                }
                if let Some(edge) = &channels {
                    lingxi_channels::routes(c, edge);
                }
                if let Some(edge) = &shared {
                    lingxi_graphql::routes(c, edge);
                    forwards.routes(c);
                    firms::routes(c, &services, operator.as_ref());
                    lingxi_billing::routes(c, &bills);
                    files::routes(c);
                }
            })
    });
    let server = server
        .workers(workers(config))
        // Small frames leave at once: otherwise the second of two waits for the peer's confirmation of the first (40 ms).
        .tcp_nodelay(true)
        .shutdown_timeout(config.http.grace_seconds)
        .disable_signals()
        .bind(&config.http.address)
        .map_err(|error| Error::internal(format!("{} cannot be listened on: {error}", config.http.address)))?;
    let address = *server.addrs().first().ok_or_else(|| Error::internal("no address was bound"))?;
    let bus = cloud.start_bus().await?;
    let serving = cloud.answer_calls().await?;
    share_rates(cloud, gateway.as_ref()).await?;
    let running = server.run();
    Ok(Running {
        address,
        server: running.handle(),
        task: tokio::spawn(running),
        bus,
        serving,
        jobs: cloud.jobs.start(cloud.timers()),
        ready,
        gateway,
        drain: Duration::from_secs(config.http.drain_seconds),
    })
}

/// What the gateway works with, where it is served.
fn gateway(config: &Config, cloud: &Cloud) -> Result<Option<web::Data<lingxi_graphql::Edge>>> {
    let settings = lingxi_graphql::Settings {
        requests_per_second: config.limits.requests_per_second,
        most: most(config),
        explorer: config.http.explorer,
        persisted: Persisted::new(PORTAL_OPERATIONS, config.http.persisted_only)?,
    };
    let edge = |settings| lingxi_graphql::Edge::new(cloud.services.clone(), settings, cloud.env.clone());
    Ok(cloud.gateway.then(|| web::Data::new(edge(settings))))
}

/// What the routes of bills work with.
fn bills(cloud: &Cloud, gateway: Option<&web::Data<lingxi_graphql::Edge>>) -> lingxi_billing::Edge {
    lingxi_billing::Edge {
        billing: cloud.services.billing.clone(),
        events: gateway.map_or_else(|| TenantLimit::per_second(1), |gateway| gateway.limit().clone()),
        files: TenantLimit::per_second(FILES_PER_SECOND),
    }
}

/// A refusal before anybody has taken the request, in the words of whoever asks.
fn refused(chinese: bool, refusal: Error) -> lingxi_http::Problem {
    lingxi_http::Problem(if chinese { lingxi_http::in_chinese(refusal) } else { refusal })
}

/// A firm has its rates over all processes.
async fn share_rates(cloud: &Cloud, gateway: Option<&web::Data<lingxi_graphql::Edge>>) -> Result<()> {
    if let Some(gateway) = gateway {
        cloud.share_rate("requests", gateway.limit()).await?;
    }
    if let Some(limit) = &cloud.messages {
        cloud.share_rate("messages", limit).await?;
    }
    Ok(())
}

/// What one operation may ask for, of a firm without limits of its own.
fn most(config: &Config) -> lingxi_graphql::Most {
    lingxi_graphql::Most { depth: config.limits.query_depth, complexity: config.limits.query_complexity }
}

/// Threads that serve HTTP.
fn workers(config: &Config) -> usize {
    match config.http.workers {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        some => some,
    }
}

impl Running {
    /// Reports API calls every minute until the process is told to stop.
    pub async fn until_stopped(self) -> Result<()> {
        let mut minutes = tokio::time::interval(Duration::from_mins(1));
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        loop {
            tokio::select! {
                _ = minutes.tick() => self.report_calls().await,
                _ = tokio::signal::ctrl_c() => break,
                _ = terminate.recv() => break,
            }
        }
        tracing::info!("Stopping: finishing what is in flight");
        self.stop().await
    }

    async fn report_calls(&self) {
        let Some(gateway) = &self.gateway else { return };
        if let Err(error) = gateway.report_calls().await {
            tracing::error!(error.cause = %error, "API calls could not be counted; they are kept for next time");
        }
    }

    /// Stops in good order: not ready, no new requests, open ones finished, facts delivered, nothing left behind.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the server had failed before.
    pub async fn stop(mut self) -> Result<()> {
        self.ready.store(false, Ordering::Relaxed);
        tokio::time::sleep(self.drain).await;
        self.server.stop(true).await;
        self.report_calls().await;
        self.jobs.shutdown().await;
        // Facts first: what they lead to may still be asked of this process.
        if let Some(bus) = self.bus {
            bus.stop().await;
        }
        for serving in self.serving {
            serving.stop().await;
        }
        Ok(self.task.await??)
    }
}

/// The span of a request, part of the caller's trace when it names one.
fn span(request: &ServiceRequest) -> tracing::Span {
    let span = tracing::info_span!(
        target: "lingxi",
        "http.request",
        otel.kind = "server",
        otel.name = format!("{} {}", method_of(request.method()), request.match_pattern().unwrap_or_default()),
        http.request.method = method_of(request.method()),
        http.route = request.match_pattern().unwrap_or_default(),
        tenant = tracing::field::Empty,
        conversation = tracing::field::Empty,
    );
    let caller = request.headers().get("traceparent").and_then(|value| value.to_str().ok());
    lingxi_telemetry::trace::continue_from(&span, caller);
    span
}

/// A method as metrics and traces name it: whoever invents one makes no new series.
fn method_of(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("_OTHER")
}

/// Marks and counts a response. One of a process that stops also ends its connection: whoever comes again comes by one to somebody who stays.
fn note<B>(response: &mut actix_web::dev::ServiceResponse<B>, started: Instant, serving: bool) {
    if !serving {
        response.response_mut().head_mut().set_connection_type(ConnectionType::Close);
    }
    // No answer is to be taken for something else than it says it is.
    let nosniff = HeaderValue::from_static("nosniff");
    response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, nosniff);
    // What is somebody's own is kept by nobody on its way, unless it says otherwise.
    let path = response.request().path();
    if PRIVATE.iter().any(|private| path.starts_with(private)) && !response.headers().contains_key(CACHE_CONTROL) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    let route = response.request().match_pattern().unwrap_or_else(|| "none".into());
    let method = method_of(response.request().method());
    let status = response.status().as_u16().to_string();
    metrics::counter!("lingxi_http_requests_total", "route" => route.clone(), "method" => method, "status" => status)
        .increment(1);
    metrics::histogram!("lingxi_http_request_seconds", "route" => route).record(started.elapsed().as_secs_f64());
}

fn refuse_body(error: actix_web::error::JsonPayloadError, _: &actix_web::HttpRequest) -> actix_web::Error {
    lingxi_http::Problem(Error::invalid(format!("The body is not what is expected: {error}."))).into()
}

fn refuse_query(error: actix_web::error::QueryPayloadError, _: &actix_web::HttpRequest) -> actix_web::Error {
    lingxi_http::Problem(Error::invalid(format!("The parameters are not what is expected: {error}."))).into()
}
