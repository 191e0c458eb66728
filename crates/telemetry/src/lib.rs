//! Logs, metrics and traces of a process.

mod export;
mod lines;
pub mod trace;

use lingxi_config::{LogFormat, Telemetry};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _};

/// What runs beside the process.
#[derive(Debug, Clone)]
pub struct Started {
    /// Prints the metrics in Prometheus' text form.
    pub metrics: PrometheusHandle,
    traces: Option<SdkTracerProvider>,
}

impl Started {
    /// Sends the traces that are still here.
    pub async fn stop(self) {
        if let Some(traces) = self.traces {
            // It waits for the collector, which may be gone.
            let stopped = tokio::task::spawn_blocking(move || traces.shutdown()).await;
            if !matches!(stopped, Ok(Ok(()))) {
                tracing::warn!("The last traces could not be sent");
            }
        }
    }
}

/// Starts logging and metrics, and traces when a collector is set; `service` is the process's name in traces.
///
/// # Errors
/// A sentence that says which setting is wrong.
pub fn start(settings: &Telemetry, service: &str) -> Result<Started, String> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| format!("setting refused: `telemetry.log` is `{}`: {error}", settings.log))?;
    let logs = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let logs = match settings.log_format {
        LogFormat::Text => logs.compact().boxed(),
        LogFormat::Json => logs.json().event_format(lines::Lines).boxed(),
    };
    let traces =
        settings.otlp_endpoint.as_ref().map(|to| export::provider(to, settings.trace_share, service)).transpose()?;
    let spans = traces.as_ref().map(|traces| {
        // Ours and the database's; what libraries trace of themselves stays out.
        let ours = Targets::new().with_target("lingxi", LevelFilter::INFO).with_target("sea_orm", LevelFilter::INFO);
        export::layer(traces).with_filter(ours)
    });
    let started = tracing_subscriber::registry().with(logs.with_filter(filter)).with(spans).try_init();
    started.map_err(|error| error.to_string())?;
    Ok(Started { metrics: metrics(&settings.tier, service)?, traces })
}

/// Every metric says whom the installation serves (`tier`) and which part of it this is (`role`).
fn metrics(tier: &str, service: &str) -> Result<PrometheusHandle, String> {
    let handle = PrometheusBuilder::new()
        .add_global_label("tier", tier)
        .add_global_label("role", service)
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
    describe_gauge!("lingxi_bus_lag", "Facts of the stream that a consumer was not handed yet, by consumer and part.");
    describe_gauge!("lingxi_outbox_waiting", "Facts of the outbox that are not published.");
    describe_gauge!("lingxi_outbox_age_seconds", "Age of the oldest fact of the outbox that is not published.");
    describe_histogram!("lingxi_call_seconds", "Time from asking another service to its answer, by service.");
    describe_counter!("lingxi_answers_total", "Calls of other processes that were answered, by service and outcome.");
    describe_histogram!("lingxi_answer_seconds", "Time a service needs to answer a call, by service.");
    describe_gauge!("lingxi_routing_waiting_tasks", "Tasks that wait for a worker, over all tenants.");
    describe_counter!(
        "lingxi_routing_mended_total",
        "Conversations without a task and tasks without a conversation that were put right, by what was wrong."
    );
    describe_counter!("lingxi_timer_given_up_total", "Pieces of timers' work that were given up, by timer.");
    describe_gauge!("lingxi_widget_sockets", "Open widget sockets.");
    describe_gauge!("lingxi_graphql_sockets", "Open GraphQL sockets.");
    describe_counter!("lingxi_messages_received_total", "Customers' messages that were stored.");
    describe_counter!("lingxi_bot_decisions_total", "Bot decisions by kind.");
    describe_histogram!("lingxi_bot_decide_seconds", "Time the bot needs to decide.");
    describe_counter!("lingxi_routing_offers_total", "Offers to workers by outcome.");
    describe_counter!("lingxi_operator_reconciles_total", "Looks of the operator at a tenant.");
    describe_gauge!("lingxi_operator_failing_tenants", "Tenants that the operator could not keep at its last look.");
    describe_counter!("lingxi_operator_writes_total", "Writes of the operator to the API server.");
    describe_counter!("lingxi_usage_events_total", "Metered facts that came, by what became of them.");
    describe_gauge!("lingxi_billing_differences", "What the last comparison of billing found not to add up.");
}
