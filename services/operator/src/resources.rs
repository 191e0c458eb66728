//! What a tenant of the tiers bridge and silo consists of in the cluster.
//!
//! Nothing here has an owner reference: deleting a Tenant must not delete what its policy retains.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use kube::ResourceExt as _;
use lingxi_config::Kubernetes;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::tenant::{Tenant, Tier};

/// Names whose resource it is.
pub const TENANT_LABEL: &str = "lingxi.dev/tenant";
/// On a namespace: the tenant that it was made for. One of another tenant is never touched.
pub const UID_LABEL: &str = "lingxi.dev/tenant-uid";
const PORT: u16 = 8080;
const USER: u32 = 10_001;

/// The URLs of a tenant's database.
#[derive(Debug, Clone)]
pub(crate) struct Secrets {
    pub(crate) app_url: String,
    pub(crate) owner_url: String,
}

/// The namespace in which a tenant's processes run.
pub(crate) fn namespace(tenant: &Tenant, settings: &Kubernetes) -> String {
    match tenant.spec.tier {
        Tier::Silo => format!("lingxi-{}", tenant.name_any()),
        Tier::Shared | Tier::Bridge => settings.namespace.clone(),
    }
}

/// The name of a tenant's resources.
pub(crate) fn name(tenant: &Tenant) -> String {
    format!("tenant-{}", tenant.name_any())
}

/// The token of a tenant's own installation, which is nobody else's.
pub(crate) fn token(tenant: &Tenant, master: &str) -> String {
    if tenant.spec.tier == Tier::Shared {
        return master.to_owned();
    }
    hash(&format!("{master}/{}/{}", tenant.spec.tier.name(), tenant.name_any()))
}

/// SHA-256 as hexadecimal digits.
fn hash(text: &str) -> String {
    Sha256::digest(text).iter().fold(String::new(), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// A silo's namespace, in which no pod may do more than the policy `restricted` allows.
pub(crate) fn own_namespace(tenant: &Tenant, settings: &Kubernetes) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": { "name": namespace(tenant, settings), "labels": {
            TENANT_LABEL: tenant.name_any(),
            UID_LABEL: tenant.uid().unwrap_or_default(),
            "pod-security.kubernetes.io/enforce": "restricted",
        } },
    })
}

/// Everything else, in the order in which it is applied.
pub(crate) fn workload(tenant: &Tenant, settings: &Kubernetes, secrets: &Secrets, master: &str) -> Vec<Value> {
    let mut all = Vec::new();
    if tenant.spec.tier == Tier::Silo {
        all.push(quota(tenant, settings));
    }
    all.push(policy(tenant, settings));
    all.push(secret(tenant, settings, secrets, master));
    all.push(volume(tenant, settings));
    all.push(service(tenant, settings));
    all.push(deployment(tenant, settings, secrets));
    all
}

fn meta(tenant: &Tenant, settings: &Kubernetes) -> Value {
    json!({ "name": name(tenant), "namespace": namespace(tenant, settings), "labels": labels(tenant) })
}

fn labels(tenant: &Tenant) -> Value {
    json!({
        "app.kubernetes.io/name": "lingxi",
        "app.kubernetes.io/component": "tenant",
        "app.kubernetes.io/instance": name(tenant),
        "app.kubernetes.io/managed-by": "lingxi-operator",
        TENANT_LABEL: tenant.name_any(),
    })
}

fn selector(tenant: &Tenant) -> Value {
    json!({ "app.kubernetes.io/name": "lingxi", "app.kubernetes.io/instance": name(tenant) })
}

/// The most that a silo may take of the cluster: its processes, and one more while they are replaced.
fn quota(tenant: &Tenant, settings: &Kubernetes) -> Value {
    let pods = replicas(tenant) + 1;
    json!({
        "apiVersion": "v1", "kind": "ResourceQuota", "metadata": meta(tenant, settings),
        "spec": { "hard": { "pods": pods.to_string(), "persistentvolumeclaims": "1" } },
    })
}

/// Customers and members come in by the one port, and nobody by another.
fn policy(tenant: &Tenant, settings: &Kubernetes) -> Value {
    let pods = if tenant.spec.tier == Tier::Silo { json!({}) } else { json!({ "matchLabels": selector(tenant) }) };
    json!({
        "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": meta(tenant, settings),
        "spec": {
            "podSelector": pods,
            "policyTypes": ["Ingress"],
            "ingress": [{ "ports": [{ "port": PORT, "protocol": "TCP" }] }],
        },
    })
}

fn secret(tenant: &Tenant, settings: &Kubernetes, secrets: &Secrets, master: &str) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Secret", "metadata": meta(tenant, settings), "type": "Opaque",
        "data": {
            "app-url": BASE64_STANDARD.encode(&secrets.app_url),
            "owner-url": BASE64_STANDARD.encode(&secrets.owner_url),
            "operator-token": BASE64_STANDARD.encode(token(tenant, master)),
        },
    })
}

fn volume(tenant: &Tenant, settings: &Kubernetes) -> Value {
    let size = tenant.spec.quotas.storage.as_deref().unwrap_or("5Gi");
    let mut volume = json!({
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": meta(tenant, settings),
        "spec": { "accessModes": ["ReadWriteOnce"], "resources": { "requests": { "storage": size } } },
    });
    if !settings.storage_class.is_empty() {
        volume["spec"]["storageClassName"] = settings.storage_class.clone().into();
    }
    volume
}

fn service(tenant: &Tenant, settings: &Kubernetes) -> Value {
    json!({
        "apiVersion": "v1", "kind": "Service", "metadata": meta(tenant, settings),
        "spec": {
            "selector": selector(tenant),
            "ports": [{ "name": "http", "port": PORT, "targetPort": "http", "protocol": "TCP" }],
        },
    })
}

fn replicas(tenant: &Tenant) -> i32 {
    tenant.spec.silo.as_ref().map_or(1, |silo| silo.replicas)
}

/// One process of every role, which brings its database up before it serves. Its pods are replaced when its secrets change.
fn deployment(tenant: &Tenant, settings: &Kubernetes, secrets: &Secrets) -> Value {
    let memory = tenant.spec.quotas.memory.as_deref().unwrap_or("512Mi");
    let container = |what: &str, key: &str| {
        json!({
            "name": what,
            "image": settings.image,
            "imagePullPolicy": settings.pull_policy,
            "args": [what],
            "env": env(tenant, settings, key),
            "resources": { "requests": { "cpu": "50m", "memory": "64Mi" }, "limits": { "memory": memory } },
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true,
                "capabilities": { "drop": ["ALL"] },
            },
            "volumeMounts": [{ "name": "tmp", "mountPath": "/tmp" }, { "name": "data", "mountPath": "/data" }],
        })
    };
    let mut serve = container("serve", "app-url");
    serve["ports"] = json!([{ "name": "http", "containerPort": PORT, "protocol": "TCP" }]);
    serve["startupProbe"] =
        json!({ "httpGet": { "path": "/health/startup", "port": "http" }, "periodSeconds": 2, "failureThreshold": 60 });
    serve["readinessProbe"] =
        json!({ "httpGet": { "path": "/health/ready", "port": "http" }, "periodSeconds": 3, "timeoutSeconds": 3 });
    serve["livenessProbe"] =
        json!({ "httpGet": { "path": "/health/live", "port": "http" }, "periodSeconds": 10, "timeoutSeconds": 5 });
    let seal = hash(&format!("{}{}", secrets.app_url, secrets.owner_url));
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta(tenant, settings),
        "spec": {
            "replicas": replicas(tenant),
            "selector": { "matchLabels": selector(tenant) },
            // Without a bus, one process serves a database: the old one goes first.
            "strategy": if nats(tenant, settings).is_some() { json!({ "type": "RollingUpdate" }) } else { json!({ "type": "Recreate" }) },
            "template": {
                "metadata": { "labels": labels(tenant), "annotations": { "lingxi.dev/secrets": seal } },
                "spec": {
                    "automountServiceAccountToken": false,
                    "enableServiceLinks": false,
                    "terminationGracePeriodSeconds": 35,
                    "securityContext": {
                        "runAsNonRoot": true, "runAsUser": USER, "runAsGroup": USER, "fsGroup": USER,
                        "seccompProfile": { "type": "RuntimeDefault" },
                    },
                    "initContainers": [container("migrate", "owner-url")],
                    "containers": [serve],
                    "volumes": [
                        { "name": "tmp", "emptyDir": { "sizeLimit": "256Mi" } },
                        { "name": "data", "persistentVolumeClaim": { "claimName": name(tenant) } },
                    ],
                },
            },
        },
    })
}

/// The NATS of a tenant's processes.
fn nats<'a>(tenant: &'a Tenant, settings: &'a Kubernetes) -> Option<&'a String> {
    match &tenant.spec.silo {
        Some(silo) => silo.nats_url.as_ref(),
        None => settings.nats_url.as_ref(),
    }
}

/// The settings of a process; `key` is the database URL that it gets.
fn env(tenant: &Tenant, settings: &Kubernetes, key: &str) -> Value {
    let url = tenant.spec.url.clone().unwrap_or_else(|| address(&name(tenant), &namespace(tenant, settings)));
    let kept = |name: &str, key: &str| json!({ "name": name, "valueFrom": { "secretKeyRef": { "name": self::name(tenant), "key": key } } });
    let mut all = vec![
        json!({ "name": "LINGXI_HTTP__PUBLIC_URL", "value": url }),
        json!({ "name": "LINGXI_HTTP__EXPLORER", "value": "false" }),
        json!({ "name": "LINGXI_TELEMETRY__LOG_FORMAT", "value": "json" }),
        json!({ "name": "LINGXI_TELEMETRY__TIER", "value": tenant.spec.tier.name() }),
        kept("LINGXI_STORAGE__DATABASE_URL", key),
        kept("LINGXI_OPERATOR__TOKEN", "operator-token"),
    ];
    if tenant.spec.tier == Tier::Bridge {
        let prefix = format!("t_{}_", tenant.name_any().replace('-', "_"));
        all.push(json!({ "name": "LINGXI_STORAGE__SCHEMA_PREFIX", "value": prefix }));
    }
    if let Some(url) = nats(tenant, settings) {
        all.push(json!({ "name": "LINGXI_NATS__URL", "value": url }));
        all.push(json!({ "name": "LINGXI_NATS__PREFIX", "value": name(tenant) }));
    }
    all.into()
}

/// Where a Service is reached in the cluster.
pub(crate) fn address(service: &str, namespace: &str) -> String {
    format!("http://{service}.{namespace}:{PORT}")
}

/// Whether a live object has everything that is wanted of it; what it has besides is defaults or others' business.
pub(crate) fn covers(live: &Value, wanted: &Value) -> bool {
    match (live, wanted) {
        (Value::Object(live), Value::Object(wanted)) => {
            wanted.iter().all(|(key, value)| live.get(key).is_some_and(|live| covers(live, value)))
        }
        (Value::Array(live), Value::Array(wanted)) => {
            live.len() == wanted.len() && live.iter().zip(wanted).all(|(live, wanted)| covers(live, wanted))
        }
        (live, wanted) => live == wanted,
    }
}
