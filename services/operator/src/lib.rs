//! The Kubernetes operator: keeps firms as resources of the kind `Tenant` say. See `README.md`.

mod error;
mod firms;
mod leader;
mod reconcile;
mod resources;
#[cfg(test)]
mod scenarios;
mod status;
pub mod tenant;

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::StreamExt as _;
use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::runtime::controller::{Action, Config};
use kube::runtime::reflector::{self, ObjectRef};
use kube::runtime::{Controller, PredicateConfig, WatchStreamExt as _, predicates, watcher};
use kube::{Api, Client, CustomResourceExt as _, ResourceExt as _};
use lingxi_config::{Kubernetes, Limits};

use crate::firms::Firms;
use crate::leader::Leader;
use crate::reconcile::{Context, reconcile};
use crate::tenant::Tenant;

/// Tenants that are looked at side by side.
const SIDE_BY_SIDE: u16 = 16;
/// Between two looks whether the definition of `Tenant` is there.
const PAUSE: Duration = Duration::from_secs(2);

/// What the operator needs.
#[derive(Debug, Clone)]
pub struct Deps {
    /// Where and what.
    pub settings: Kubernetes,
    /// The plans.
    pub limits: Limits,
    /// The token that installations ask for.
    pub token: String,
    /// The name of this process, for the lease.
    pub identity: String,
    /// Speaks to installations.
    pub http: reqwest::Client,
}

/// The definition of the kind `Tenant`, to be installed in a cluster.
pub fn definition() -> CustomResourceDefinition {
    Tenant::crd()
}

/// Works until it is told to stop.
///
/// # Errors
/// A sentence: that there is no cluster to be reached, or which setting is missing.
pub async fn run(deps: Deps, stop: impl Future<Output = ()> + Send + Sync + 'static) -> Result<(), String> {
    let client = Client::try_default().await.map_err(|error| format!("no cluster can be reached: {error}"))?;
    work(client, deps, stop).await
}

/// The same, over a client.
///
/// # Errors
/// Those of [`run`].
pub async fn work(
    client: Client,
    deps: Deps,
    stop: impl Future<Output = ()> + Send + Sync + 'static,
) -> Result<(), String> {
    let tenants: Api<Tenant> = Api::all(client.clone());
    let (leader, _renewing) = Leader::run(client.clone(), &deps.settings.namespace, deps.identity);
    let stop = futures::FutureExt::shared(stop);
    tokio::select! {
        () = defined(&tenants) => {}
        () = stop.clone() => return Ok(()),
    }
    let (reader, writer) = reflector::store();
    let changes = reflector::reflector(writer, watcher(tenants, watcher::Config::default()))
        .default_backoff()
        .applied_objects()
        // Our own status is no reason to look again.
        .predicate_filter(predicates::generation, PredicateConfig::default());
    let deployments: Api<Deployment> = Api::all(client.clone());
    let ours = watcher::Config::default().labels(resources::TENANT_LABEL);
    let workloads = watcher(deployments, ours).default_backoff().touched_objects();
    let context = Context {
        client,
        settings: deps.settings,
        limits: deps.limits,
        token: deps.token,
        firms: Firms::new(deps.http),
        leader,
        failures: Mutex::new(HashMap::new()),
    };
    Controller::for_stream(changes, reader)
        .with_config(Config::default().concurrency(SIDE_BY_SIDE))
        .watches_stream(workloads, |deployment| {
            let tenant = deployment.labels().get(resources::TENANT_LABEL).cloned();
            tenant.map(|name| ObjectRef::<Tenant>::new(&name))
        })
        .graceful_shutdown_on(stop)
        .run(reconcile, failed, Arc::new(context))
        .for_each(|_| futures::future::ready(()))
        .await;
    Ok(())
}

/// Waits until the cluster knows the kind.
async fn defined(tenants: &Api<Tenant>) {
    let mut said = false;
    while let Err(error) = tenants.list(&kube::api::ListParams::default().limit(1)).await {
        if !said {
            tracing::warn!(error.cause = %error, "The cluster does not know Tenants yet (chart lingxi-crds); waiting");
            said = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The API server failed in the middle: the tenant is looked at again.
fn failed(tenant: Arc<Tenant>, error: &error::Error, context: Arc<Context>) -> Action {
    tracing::warn!(tenant = tenant.name_any(), error.cause = %error, "A tenant could not be looked at");
    Action::requeue(context.note(&tenant, true))
}
