//! Section `telemetry`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Logs, traces and metrics.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Telemetry {
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged: a level, or `target=level` pairs.
    pub log: String,
    /// Collector of traces by OTLP over HTTP, such as `http://127.0.0.1:4318`; without it nothing is traced.
    pub otlp_endpoint: Option<String>,
    /// Share of traces that are kept, 0 to 1.
    pub trace_share: f64,
    /// Whom this installation serves: `shared`, `bridge` or `silo`. A label of every metric.
    pub tier: String,
}

impl Default for Telemetry {
    fn default() -> Self {
        Self {
            log_format: LogFormat::Text,
            log: "info,sqlx=warn,sea_orm=warn,actix_server=warn".into(),
            otlp_endpoint: None,
            trace_share: 1.0,
            tier: "shared".into(),
        }
    }
}
