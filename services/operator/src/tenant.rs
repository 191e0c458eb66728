//! The custom resource `Tenant` (`lingxi.dev/v1alpha1`): a firm as the platform's operators want it.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::Condition;
use kube::{CustomResource, KubeSchema};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A firm that uses Lingxi.
#[derive(CustomResource, KubeSchema, Serialize, Deserialize, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
#[kube(
    group = "lingxi.dev",
    version = "v1alpha1",
    kind = "Tenant",
    plural = "tenants",
    status = "TenantStatus",
    derive = "PartialEq",
    doc = "A firm that uses Lingxi. Firms that sign up by themselves need none of these.",
    printcolumn(name = "Tier", type_ = "string", json_path = ".spec.tier"),
    printcolumn(name = "Plan", type_ = "string", json_path = ".spec.plan"),
    printcolumn(name = "Seats", type_ = "string", json_path = ".status.seats"),
    printcolumn(name = "Usage", type_ = "string", json_path = ".status.usage", description = "The running month's bill."),
    printcolumn(name = "Ready", type_ = "string", json_path = ".status.conditions[?(@.type==\"Ready\")].status"),
    printcolumn(name = "Age", type_ = "date", json_path = ".metadata.creationTimestamp"),
    validation = Rule::new("self.metadata.name.size() <= 40").message("a tenant's name has at most 40 characters"),
    validation = Rule::new("!self.metadata.name.contains('.')").message("a tenant's name has no dots")
)]
#[x_kube(
    validation = Rule::new("self.tier == oldSelf.tier").message("the tier cannot be changed: export the firm and import it into a new tenant"),
    validation = Rule::new("self.tier == 'silo' || !has(self.silo)").message("silo is for the tier silo"),
    validation = Rule::new("self.tier != 'silo' || has(self.silo)").message("the tier silo needs silo.databaseSecret"),
    validation = Rule::new("self.tier == 'shared' || !has(self.firmId)").message("firmId is for the tier shared"),
    validation = Rule::new("has(self.firmId) == has(oldSelf.firmId) && (!has(self.firmId) || self.firmId == oldSelf.firmId)")
        .message("firmId cannot be changed"),
    validation = Rule::new("self.tier != 'shared' || !has(self.url)").message("url is for the tiers bridge and silo")
)]
pub struct TenantSpec {
    /// The firm's name, for people.
    #[schemars(length(min = 1, max = 100))]
    pub firm: String,
    /// Who owns it: a mail lets them in.
    pub owner: Owner,
    /// How much it has for itself.
    #[serde(default)]
    pub tier: Tier,
    /// The plan, by its name in the settings (`limits.plans`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// Active members at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub seats: Option<i32>,
    /// Limits of this firm; what is left out is its plan's.
    #[serde(default)]
    pub quotas: Quotas,
    /// Stopped: nobody signs in, customers reach nobody, nothing is lost.
    #[serde(default)]
    pub suspended: bool,
    /// Whether the operator leaves it as it is for now.
    #[serde(default)]
    pub paused: bool,
    /// What happens to the firm's data when this resource is deleted.
    #[serde(default)]
    pub deletion_policy: DeletionPolicy,
    /// Code of the industry pack that it starts from.
    #[serde(default = "insurance")]
    pub industry: String,
    /// Its language, `zh-CN` or `en-US`.
    #[serde(default = "chinese")]
    pub locale: String,
    /// IANA time zone of its days and bills.
    #[serde(default = "shanghai")]
    pub time_zone: String,
    /// Tier shared: the id (`ten_...`) of a firm that signed up by itself, to keep from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firm_id: Option<String>,
    /// Tiers bridge and silo: how browsers reach it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Tier silo: what it has for itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silo: Option<Silo>,
}

/// Who owns a firm.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq)]
pub struct Owner {
    /// Mail address.
    pub email: String,
    /// Name; the address when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// How much a firm has for itself.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Nothing: it is a tenant of the release beside the others.
    #[default]
    Shared,
    /// Own schemas in the release's database, an own stream, own processes.
    Bridge,
    /// An own namespace, own processes and an own database.
    Silo,
}

impl Tier {
    /// The tier's name, as in the label of metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Bridge => "bridge",
            Self::Silo => "silo",
        }
    }
}

/// What happens to the data.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DeletionPolicy {
    /// The operator lets go: the firm goes on, nothing is deleted.
    #[default]
    Retain,
    /// The firm ends: a shared one after its grace period; of the others processes, volumes and the silo's namespace are
    /// deleted. Databases of silos and schemas of bridges stay, for their owners to drop.
    Delete,
}

/// Limits of a firm.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct Quotas {
    /// Customers' messages per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub messages_per_second: Option<i32>,
    /// GraphQL requests per second.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub requests_per_second: Option<i32>,
    /// Nested fields of one GraphQL operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub query_depth: Option<i32>,
    /// Fields of one GraphQL operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub query_complexity: Option<i32>,
    /// Tiers bridge and silo: memory of a process (`512Mi` when left out).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// Tiers bridge and silo: the volume of files (`5Gi` when left out).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage: Option<String>,
}

/// What a silo has for itself.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, PartialEq)]
#[serde(rename_all = "camelCase")]
pub struct Silo {
    /// A Secret in the operator's namespace with the URLs of its PostgreSQL, under the keys `app-url` and `owner-url`.
    pub database_secret: String,
    /// A NATS of its own; without it, one process does everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nats_url: Option<String>,
    /// Processes; more than one need `natsUrl`.
    #[serde(default = "one")]
    #[schemars(range(min = 1, max = 20))]
    pub replicas: i32,
}

/// How a tenant is.
#[derive(Serialize, Deserialize, JsonSchema, Debug, Clone, Default, PartialEq)]
#[serde(rename_all = "camelCase", default)]
pub struct TenantStatus {
    /// The generation of the specification that this is about.
    pub observed_generation: Option<i64>,
    /// Accepted, Ready, Progressing, Degraded, Paused.
    pub conditions: Vec<Condition>,
    /// The firm's id.
    pub firm_id: Option<String>,
    /// Where it is served, in the cluster.
    pub address: Option<String>,
    /// Active members, of how many.
    pub seats: Option<String>,
    /// The running month's bill.
    pub usage: Option<String>,
}

fn one() -> i32 {
    1
}

fn insurance() -> String {
    "insurance".into()
}

fn chinese() -> String {
    "zh-CN".into()
}

fn shanghai() -> String {
    "Asia/Shanghai".into()
}
