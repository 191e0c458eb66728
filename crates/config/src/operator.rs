//! Section `operator`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who operates the platform.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Operator {
    /// Mail addresses of members who see all tenants, their quotas, and the platform's health.
    pub emails: Vec<String>,
    /// Whether those members need a second factor. Turn this off for trying the product only.
    pub second_factor: bool,
    /// The secret with which the Kubernetes operator sets up firms (`PUT /operator/firms/NAME`); without it nobody can.
    pub token: Option<String>,
}

impl Default for Operator {
    fn default() -> Self {
        Self { emails: Vec::new(), second_factor: true, token: None }
    }
}
