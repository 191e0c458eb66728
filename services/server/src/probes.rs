//! Probes and metrics for operators.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpRequest, HttpResponse, web};
use lingxi_bus::Nats;
use lingxi_store::{Db, system};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;

#[derive(Clone)]
pub(crate) struct Probes {
    pub(crate) db: Option<Db>,
    pub(crate) nats: Option<Nats>,
    pub(crate) ready: Arc<AtomicBool>,
    pub(crate) metrics: Option<PrometheusHandle>,
}

pub(crate) fn routes(config: &mut web::ServiceConfig, probes: &Probes) {
    config
        .app_data(web::Data::new(probes.clone()))
        .route("/health/live", web::get().to(live))
        .route("/health/ready", web::get().to(ready))
        .route("/health/startup", web::get().to(ready))
        .route("/metrics", web::get().to(metrics));
}

/// The process runs; nothing else is asked, so that a slow database restarts nobody.
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// The process takes requests: it is not stopping, and what it needs answers.
async fn ready(probes: web::Data<Probes>) -> HttpResponse {
    if !probes.ready.load(Ordering::Relaxed) {
        return HttpResponse::ServiceUnavailable().json(json!({ "status": "stopping" }));
    }
    let missing =
        |what: &str| HttpResponse::ServiceUnavailable().json(json!({ "status": format!("{what} does not answer") }));
    if let Some(db) = &probes.db
        && system::ping(db).await.is_err()
    {
        return missing("the database");
    }
    if let Some(nats) = &probes.nats
        && nats.ping().await.is_err()
    {
        return missing("NATS");
    }
    HttpResponse::Ok().json(json!({ "status": "ready" }))
}

/// For whoever asks this process itself. What comes through a proxy comes from outside, and finds nothing.
async fn metrics(request: HttpRequest, probes: web::Data<Probes>) -> HttpResponse {
    if request.headers().contains_key("x-forwarded-for") || request.headers().contains_key("forwarded") {
        return HttpResponse::NotFound().finish();
    }
    let text = probes.metrics.as_ref().map(PrometheusHandle::render).unwrap_or_default();
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text)
}
