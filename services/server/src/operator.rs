//! `lingxi operator`: the Kubernetes operator, with probes and metrics beside it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{App, HttpServer};
use lingxi_config::Config;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::probes::{self, Probes};

/// Works until the process is told to stop; `identity` is its name among the operators.
///
/// # Errors
/// A sentence: which setting is missing, that the address is taken, or that no cluster can be reached.
pub async fn run(config: &Config, identity: String, metrics: PrometheusHandle) -> Result<(), String> {
    let needed = [
        ("operator.token", config.operator.token.as_deref()),
        ("kubernetes.gateway", Some(config.kubernetes.gateway.as_str())),
        ("kubernetes.image", Some(config.kubernetes.image.as_str())),
    ];
    if let Some((key, _)) = needed.iter().find(|(_, value)| value.unwrap_or_default().is_empty()) {
        return Err(format!("setting missing: `{key}` is needed by `lingxi operator`"));
    }
    let ready = Arc::new(AtomicBool::new(true));
    let probes = Probes { db: None, nats: None, ready: ready.clone(), metrics: Some(metrics) };
    let server = HttpServer::new(move || App::new().configure(|routes| probes::routes(routes, &probes)))
        .workers(1)
        .disable_signals()
        .bind(&config.http.address)
        .map_err(|error| format!("{} cannot be listened on: {error}", config.http.address))?
        .run();
    let handle = server.handle();
    tokio::spawn(server);
    let http = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let deps = lingxi_operator::Deps {
        settings: config.kubernetes.clone(),
        limits: config.limits.clone(),
        token: config.operator.token.clone().unwrap_or_default(),
        identity,
        http,
    };
    let mut terminate =
        tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).map_err(|error| error.to_string())?;
    let stop = async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
    };
    let worked = lingxi_operator::run(deps, stop).await;
    ready.store(false, Ordering::Relaxed);
    handle.stop(true).await;
    worked
}
