//! Section `kubernetes`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What `lingxi operator` works with.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Kubernetes {
    /// The namespace of the operator, of the processes of bridges, and of the Secrets that tenants name.
    pub namespace: String,
    /// The gateway of the shared installation, such as `http://lingxi-gateway:8080`.
    pub gateway: String,
    /// The image of the processes of bridges and silos.
    pub image: String,
    /// When that image is pulled: `IfNotPresent`, `Always` or `Never`.
    pub pull_policy: String,
    /// The Secret with the URLs of the release's PostgreSQL, in which bridges have schemas.
    pub database_secret: String,
    /// Its key with the URL of the role that serves.
    pub app_url_key: String,
    /// Its key with the URL of the owner, as whom migrations run.
    pub owner_url_key: String,
    /// The release's NATS, on which bridges have a stream; without it they do without.
    pub nats_url: Option<String>,
    /// The class of volumes; the cluster's default when empty.
    pub storage_class: String,
    /// Seconds between two looks at a tenant that does not change, for the month's usage.
    pub refresh_seconds: u64,
}

impl Default for Kubernetes {
    fn default() -> Self {
        Self {
            namespace: "default".into(),
            gateway: String::new(),
            image: String::new(),
            pull_policy: "IfNotPresent".into(),
            database_secret: String::new(),
            app_url_key: "app-url".into(),
            owner_url_key: "owner-url".into(),
            nats_url: None,
            storage_class: String::new(),
            refresh_seconds: 300,
        }
    }
}
