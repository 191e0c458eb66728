//! The product's side of a tenant: the firm in its installation, kept by `PUT /operator/firms/NAME`.

use std::time::Duration;

use kube::ResourceExt as _;
use lingxi_config::{Limits, Plan};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::tenant::{Tenant, Tier};

/// How long an installation may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// A firm as its installation knows it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Firm {
    /// `ten_...`
    pub(crate) id: String,
    /// Active members.
    pub(crate) members: u32,
    /// As many as it may have.
    pub(crate) seats: Option<u32>,
    /// The running month's bill.
    pub(crate) usage: Usage,
}

/// What a firm has used.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Usage {
    /// Such as `CNY 12.30`.
    pub(crate) total: String,
}

/// Speaks to installations.
#[derive(Debug, Clone)]
pub(crate) struct Firms(reqwest::Client);

impl Firms {
    pub(crate) fn new(http: reqwest::Client) -> Self {
        Self(http)
    }

    /// Makes the firm, or changes what differs.
    pub(crate) async fn keep(&self, tenant: &Tenant, limits: &Limits, address: &str, token: &str) -> Result<Firm> {
        let request =
            self.0.put(url(tenant, address)).timeout(PATIENCE).bearer_auth(token).json(&spec(tenant, limits)?);
        let answer = answered(request).await?;
        serde_json::from_value(answer).map_err(|error| Error::Installation(format!("{address} answers oddly: {error}")))
    }

    /// Asks for the firm's deletion after its grace period.
    pub(crate) async fn end(&self, tenant: &Tenant, address: &str, token: &str) -> Result<()> {
        answered(self.0.delete(url(tenant, address)).timeout(PATIENCE).bearer_auth(token)).await.map(|_| ())
    }
}

fn url(tenant: &Tenant, address: &str) -> String {
    let name = tenant.spec.firm_id.clone().unwrap_or_else(|| tenant.name_any());
    format!("{}/operator/firms/{name}", address.trim_end_matches('/'))
}

async fn answered(request: reqwest::RequestBuilder) -> Result<Value> {
    let away = |error: reqwest::Error| Error::Installation(format!("it cannot be reached: {error}"));
    let response = request.send().await.map_err(away)?;
    let status = response.status();
    let body: Value = response.json().await.map_err(away)?;
    if status.is_success() {
        return Ok(body);
    }
    let fields = body["errors"].as_array().into_iter().flatten().filter_map(|field| field["message"].as_str());
    let said: Vec<&str> = body["detail"].as_str().into_iter().chain(fields).collect();
    let said = if said.is_empty() { status.to_string() } else { said.join(" ") };
    // What the person who wrote the resource can mend, or what passes.
    Err(if status.is_client_error() { Error::Refused(said) } else { Error::Installation(said) })
}

/// The firm as the installation is told it. An own installation knows no plans: it gets their numbers.
fn spec(tenant: &Tenant, limits: &Limits) -> Result<Value> {
    let spec = &tenant.spec;
    let shared = spec.tier == Tier::Shared;
    let plan = match spec.plan.as_ref().filter(|_| !shared) {
        Some(name) => limits.plans.get(name).cloned().ok_or_else(|| {
            let known = limits.plans.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
            Error::Refused(format!("`{name}` is no plan of the settings (limits.plans): {known}."))
        })?,
        None => Plan::default(),
    };
    let own = |own: Option<i32>, plan: Option<u32>| own.and_then(|own| u32::try_from(own).ok()).or(plan);
    Ok(json!({
        "firm": spec.firm,
        "owner_email": spec.owner.email,
        "owner_name": spec.owner.name,
        "industry": spec.industry,
        "locale": spec.locale,
        "time_zone": spec.time_zone,
        "suspended": spec.suspended,
        "quota": {
            "plan": spec.plan.as_ref().filter(|_| shared),
            "members": own(spec.seats, plan.members),
            "messages_per_second": own(spec.quotas.messages_per_second, plan.messages_per_second),
            "requests_per_second": own(spec.quotas.requests_per_second, plan.requests_per_second),
            "query_depth": own(spec.quotas.query_depth, plan.query_depth),
            "query_complexity": own(spec.quotas.query_complexity, plan.query_complexity),
        },
    }))
}
