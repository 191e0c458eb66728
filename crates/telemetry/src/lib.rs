//! Logs and metrics of a process.

use lingxi_config::{LogFormat, Telemetry};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

/// Starts logging and metrics; the handle prints the metrics in Prometheus' text form.
///
/// # Errors
/// A sentence that says which setting is wrong.
pub fn start(settings: &Telemetry) -> Result<PrometheusHandle, String> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| format!("setting refused: `telemetry.log` is `{}`: {error}", settings.log))?;
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Text => logs.compact().try_init(),
        LogFormat::Json => logs.json().flatten_event(true).try_init(),
    };
    started.map_err(|error| error.to_string())?;
    metrics()
}

fn metrics() -> Result<PrometheusHandle, String> {
    let handle = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Suffix("_seconds".into()),
            &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0],
        )
        .and_then(PrometheusBuilder::install_recorder)
        .map_err(|error| error.to_string())?;
    describe();
    Ok(handle)
}

fn describe() {
    use metrics::{describe_counter, describe_gauge, describe_histogram};
    describe_counter!("lingxi_http_requests_total", "HTTP requests by route, method and status.");
    describe_histogram!("lingxi_http_request_seconds", "Time from request to response, by route.");
    describe_counter!("lingxi_bus_retries_total", "Deliveries that a consumer failed and that are tried again.");
    describe_counter!("lingxi_bus_dead_letters_total", "Events that a consumer gave up on.");
    describe_gauge!("lingxi_widget_sockets", "Open widget sockets.");
    describe_counter!("lingxi_messages_received_total", "Customers' messages that were stored.");
    describe_counter!("lingxi_bot_decisions_total", "Bot decisions by kind.");
    describe_histogram!("lingxi_bot_decide_seconds", "Time the bot needs to decide.");
    describe_counter!("lingxi_routing_offers_total", "Offers to workers by outcome.");
    describe_counter!("lingxi_usage_events_total", "Usage events that were counted, by meter.");
}
