//! Section `operator`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who operates the platform.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Operator {
    /// Mail addresses of members who see all tenants, their quotas, and the platform's health.
    pub emails: Vec<String>,
    /// The secret with which the Kubernetes operator sets up firms (`PUT /operator/firms/NAME`); without it nobody can.
    pub token: Option<String>,
}
