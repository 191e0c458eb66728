//! From a Tenant to what it wants: reads, compares, and writes only what differs.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::core::v1::{Namespace, Secret};
use k8s_openapi::jiff::Timestamp;
use kube::api::{ApiResource, DeleteParams, DynamicObject, GroupVersionKind, Patch, PatchParams};
use kube::runtime::controller::Action;
use kube::{Api, Client, ResourceExt as _};
use lingxi_config::{Kubernetes, Limits};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::firms::{Firm, Firms};
use crate::leader::Leader;
use crate::resources::{self, Secrets, TENANT_LABEL, UID_LABEL, covers};
use crate::status::{self, Stand};
use crate::tenant::{DeletionPolicy, Tenant, Tier};

pub(crate) const FINALIZER: &str = "lingxi.dev/tenant";
/// On a retained silo's namespace: a new tenant of the name may take it.
const RELEASED: &str = "released";
/// Field managers, one per concern: who else writes a field of theirs is told so.
const FINALIZERS: &str = "lingxi-operator-finalizer";
const WORKLOAD: &str = "lingxi-operator-workload";
const STATUS: &str = "lingxi-operator-status";
/// When another operator leads, or a pod is on its way.
const SOON: Duration = Duration::from_secs(5);
/// The first pause after a failure; each further one doubles it, up to the last.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LAST_PAUSE: Duration = Duration::from_mins(5);

/// What every reconciliation works with.
pub(crate) struct Context {
    pub(crate) client: Client,
    pub(crate) settings: Kubernetes,
    pub(crate) limits: Limits,
    /// The token of the shared installation, from which those of the others are derived.
    pub(crate) token: String,
    pub(crate) firms: Firms,
    pub(crate) leader: Leader,
    /// Failures in a row, by tenant.
    pub(crate) failures: Mutex<HashMap<String, u32>>,
}

impl Context {
    fn tenants(&self) -> Api<Tenant> {
        Api::all(self.client.clone())
    }

    /// The next pause after a failure, or none after a success.
    pub(crate) fn note(&self, tenant: &Tenant, failed: bool) -> Duration {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = if failed {
            let count = failures.entry(tenant.name_any()).or_default();
            *count += 1;
            *count
        } else {
            failures.remove(&tenant.name_any());
            0
        };
        metrics::gauge!("lingxi_operator_failing_tenants")
            .set(f64::from(u32::try_from(failures.len()).unwrap_or(u32::MAX)));
        match count {
            0 => Duration::from_secs(self.settings.refresh_seconds),
            // Each twice the one before.
            _ => FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(count - 1)).min(LAST_PAUSE),
        }
    }
}

/// One look at a tenant.
pub(crate) async fn reconcile(tenant: Arc<Tenant>, context: Arc<Context>) -> Result<Action> {
    if !context.leader.holds() {
        return Ok(Action::requeue(SOON));
    }
    metrics::counter!("lingxi_operator_reconciles_total").increment(1);
    let tenant = current(&context, &tenant).await?;
    let Some(tenant) = tenant else { return Ok(Action::await_change()) };
    if tenant.metadata.deletion_timestamp.is_some() {
        return clean_up(&context, &tenant).await;
    }
    if !tenant.finalizers().iter().any(|finalizer| finalizer == FINALIZER) {
        set_finalizers(&context, &tenant, &[FINALIZER]).await?;
    }
    let address = address(&context, &tenant);
    let stand = match stand(&context, &tenant, &address).await {
        Ok(stand) => stand,
        Err(Error::NotLeading) => return Ok(Action::requeue(SOON)),
        Err(error) => {
            tracing::warn!(tenant = tenant.name_any(), error.cause = %error, "A tenant is not as it should be");
            Stand::Degraded(error)
        }
    };
    let said = status::of(&tenant, &stand, &address, Timestamp::now());
    if status::changed(&tenant, &said) {
        writes(&context)?;
        let patch = json!({ "apiVersion": "lingxi.dev/v1alpha1", "kind": "Tenant", "status": said });
        let by = PatchParams::apply(STATUS).force();
        context.tenants().patch_status(&tenant.name_any(), &by, &Patch::Apply(patch)).await?;
    }
    let pause = context.note(&tenant, matches!(stand, Stand::Degraded(_)));
    Ok(match stand {
        Stand::Progressing(_) => Action::requeue(SOON),
        Stand::Paused => Action::await_change(),
        Stand::Ready(_) | Stand::Degraded(_) => Action::requeue(pause),
    })
}

/// The tenant as it is now: what the watch has handed over may be older than our own last status.
async fn current(context: &Context, tenant: &Tenant) -> Result<Option<Tenant>> {
    Ok(context.tenants().get_opt(&tenant.name_any()).await?)
}

/// Demands the lease.
fn leads(context: &Context) -> Result<()> {
    if context.leader.holds() { Ok(()) } else { Err(Error::NotLeading) }
}

/// Demands the lease right before a write to the API server.
fn writes(context: &Context) -> Result<()> {
    metrics::counter!("lingxi_operator_writes_total").increment(1);
    leads(context)
}

async fn set_finalizers(context: &Context, tenant: &Tenant, finalizers: &[&str]) -> Result<()> {
    writes(context)?;
    let patch = json!({
        "apiVersion": "lingxi.dev/v1alpha1", "kind": "Tenant",
        "metadata": { "name": tenant.name_any(), "finalizers": finalizers },
    });
    let by = PatchParams::apply(FINALIZERS).force();
    context.tenants().patch(&tenant.name_any(), &by, &Patch::Apply(patch)).await?;
    Ok(())
}

/// Where a tenant's installation is reached.
fn address(context: &Context, tenant: &Tenant) -> String {
    match tenant.spec.tier {
        Tier::Shared => context.settings.gateway.clone(),
        Tier::Bridge | Tier::Silo => {
            resources::address(&resources::name(tenant), &resources::namespace(tenant, &context.settings))
        }
    }
}

async fn stand(context: &Context, tenant: &Tenant, address: &str) -> Result<Stand> {
    if tenant.spec.paused {
        return Ok(Stand::Paused);
    }
    if tenant.spec.tier != Tier::Shared
        && let Some(what) = install(context, tenant).await?
    {
        return Ok(Stand::Progressing(what));
    }
    leads(context)?;
    let token = resources::token(tenant, &context.token);
    let firm: Firm = context.firms.keep(tenant, &context.limits, address, &token).await?;
    Ok(Stand::Ready(firm))
}

/// Brings a tenant's own installation up; says what it waits for.
async fn install(context: &Context, tenant: &Tenant) -> Result<Option<String>> {
    let secrets = secrets(context, tenant).await?;
    if tenant.spec.silo.as_ref().is_some_and(|silo| silo.replicas > 1 && silo.nats_url.is_none()) {
        return Err(Error::Refused("More than one process need silo.natsUrl, by which they share the work.".into()));
    }
    if tenant.spec.tier == Tier::Silo {
        own_namespace(context, tenant).await?;
    }
    let mut deployment = Value::Null;
    for wanted in resources::workload(tenant, &context.settings, &secrets, &context.token) {
        deployment = apply(context, &wanted).await?;
    }
    let number = |at: &str| deployment.pointer(at).and_then(Value::as_i64).unwrap_or_default();
    let seen = number("/status/observedGeneration") >= number("/metadata/generation");
    let (wanted, there) = (number("/spec/replicas"), number("/status/availableReplicas"));
    let fresh = number("/status/updatedReplicas");
    if seen && there >= wanted && fresh >= wanted {
        return Ok(None);
    }
    Ok(Some(format!("{there} of {wanted} processes serve, {fresh} of them as they should be now.")))
}

/// The URLs of a tenant's database, of the Secret that it or the release names.
async fn secrets(context: &Context, tenant: &Tenant) -> Result<Secrets> {
    let settings = &context.settings;
    let (name, app, owner) = match &tenant.spec.silo {
        Some(silo) => (&silo.database_secret, "app-url", "owner-url"),
        None => (&settings.database_secret, settings.app_url_key.as_str(), settings.owner_url_key.as_str()),
    };
    if name.is_empty() {
        let what = "A bridge has schemas in the release's PostgreSQL; this release has none (database.existingSecret).";
        return Err(Error::Refused(what.into()));
    }
    let missing = |what: &str| Error::Refused(format!("The Secret {}/{name} {what}.", settings.namespace));
    let secret: Api<Secret> = Api::namespaced(context.client.clone(), &settings.namespace);
    let data = secret.get_opt(name).await?.ok_or_else(|| missing("does not exist"))?.data.unwrap_or_default();
    let key = |key: &str| {
        let bytes = data.get(key).ok_or_else(|| missing(&format!("has no key `{key}`")))?;
        String::from_utf8(bytes.0.clone()).map_err(|_| missing(&format!("has no text under `{key}`")))
    };
    Ok(Secrets { app_url: key(app)?, owner_url: key(owner)? })
}

/// A silo's namespace: made, or taken over when a tenant of the name has left it. One of anybody else is not touched.
async fn own_namespace(context: &Context, tenant: &Tenant) -> Result<()> {
    let wanted = resources::own_namespace(tenant, &context.settings);
    let name = resources::namespace(tenant, &context.settings);
    let namespaces: Api<Namespace> = Api::all(context.client.clone());
    if let Some(there) = namespaces.get_opt(&name).await? {
        let label = |of: &str| there.labels().get(of).map(String::as_str);
        let (uid, released) = (tenant.uid().unwrap_or_default(), label(UID_LABEL) == Some(RELEASED));
        let ours = label(UID_LABEL) == Some(uid.as_str());
        if !(ours || released && label(TENANT_LABEL) == Some(tenant.name_any().as_str())) {
            return Err(Error::Refused(format!(
                "The namespace {name} exists and is not this tenant's; remove it, or name the tenant otherwise."
            )));
        }
        if there.metadata.deletion_timestamp.is_some() {
            return Err(Error::Installation(format!("the namespace {name} is still being deleted")));
        }
    }
    apply(context, &wanted).await.map(|_| ())
}

/// An object as it is wanted: written when something of it is missing or other. Returns it as it is now.
async fn apply(context: &Context, wanted: &Value) -> Result<Value> {
    let text = |at: &str| wanted.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let name = text("/metadata/name");
    let api = dynamic(context, wanted);
    if let Some(live) = api.get_opt(name).await? {
        let live = serde_json::to_value(live).unwrap_or_default();
        if covers(&live, wanted) {
            return Ok(live);
        }
    }
    writes(context)?;
    let written = api.patch(name, &PatchParams::apply(WORKLOAD).force(), &Patch::Apply(wanted)).await?;
    Ok(serde_json::to_value(written).unwrap_or_default())
}

/// The API of an object's kind and namespace.
fn dynamic(context: &Context, object: &Value) -> Api<DynamicObject> {
    let text = |at: &str| object.pointer(at).and_then(Value::as_str).unwrap_or_default();
    let version = text("/apiVersion");
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let kind = text("/kind");
    let plural = match kind {
        "NetworkPolicy" => "networkpolicies".to_owned(),
        kind => format!("{}s", kind.to_lowercase()),
    };
    let resource = ApiResource::from_gvk_with_plural(&GroupVersionKind::gvk(group, version, kind), &plural);
    match text("/metadata/namespace") {
        "" => Api::all_with(context.client.clone(), &resource),
        namespace => Api::namespaced_with(context.client.clone(), namespace, &resource),
    }
}

/// What a deleted tenant's policy asks for; then the finalizer goes, and with it the tenant.
async fn clean_up(context: &Context, tenant: &Tenant) -> Result<Action> {
    if !tenant.finalizers().iter().any(|finalizer| finalizer == FINALIZER) {
        return Ok(Action::await_change());
    }
    leads(context)?;
    let done = match (tenant.spec.deletion_policy, tenant.spec.tier) {
        (DeletionPolicy::Retain, Tier::Silo) => release_namespace(context, tenant).await,
        (DeletionPolicy::Retain, _) => Ok(()),
        (DeletionPolicy::Delete, Tier::Shared) => {
            context.firms.end(tenant, &context.settings.gateway, &context.token).await
        }
        (DeletionPolicy::Delete, Tier::Bridge) => remove(context, tenant).await,
        (DeletionPolicy::Delete, Tier::Silo) => remove_namespace(context, tenant).await,
    };
    match done {
        Ok(()) => {
            set_finalizers(context, tenant, &[]).await?;
            context.note(tenant, false);
            Ok(Action::await_change())
        }
        Err(error) => {
            tracing::warn!(tenant = tenant.name_any(), error.cause = %error, "A tenant cannot be removed yet");
            Ok(Action::requeue(context.note(tenant, true)))
        }
    }
}

/// The namespace of a silo, when it is there and this tenant's.
async fn our_namespace(context: &Context, tenant: &Tenant) -> Result<Option<Api<Namespace>>> {
    let namespaces: Api<Namespace> = Api::all(context.client.clone());
    let there = namespaces.get_opt(&resources::namespace(tenant, &context.settings)).await?;
    let ours = there.is_some_and(|there| there.labels().get(UID_LABEL) == tenant.uid().as_ref());
    Ok(ours.then_some(namespaces))
}

async fn release_namespace(context: &Context, tenant: &Tenant) -> Result<()> {
    let Some(namespaces) = our_namespace(context, tenant).await? else { return Ok(()) };
    let patch = json!({ "metadata": { "labels": { UID_LABEL: RELEASED } } });
    let name = resources::namespace(tenant, &context.settings);
    namespaces.patch(&name, &PatchParams::default(), &Patch::Merge(patch)).await?;
    Ok(())
}

async fn remove_namespace(context: &Context, tenant: &Tenant) -> Result<()> {
    let Some(namespaces) = our_namespace(context, tenant).await? else { return Ok(()) };
    namespaces.delete(&resources::namespace(tenant, &context.settings), &DeleteParams::default()).await?;
    Ok(())
}

/// Removes a bridge's objects, last first.
async fn remove(context: &Context, tenant: &Tenant) -> Result<()> {
    let none = Secrets { app_url: String::new(), owner_url: String::new() };
    for object in resources::workload(tenant, &context.settings, &none, &context.token).iter().rev() {
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        match dynamic(context, object).delete(name, &DeleteParams::background()).await {
            Ok(_) => {}
            Err(kube::Error::Api(refusal)) if refusal.code == 404 => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
