//! Who of several operators writes: a Lease. Losing it stops the writes, not the process.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use k8s_openapi::api::coordination::v1::{Lease, LeaseSpec};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::MicroTime;
use k8s_openapi::jiff::{SignedDuration, Timestamp};
use kube::api::{ObjectMeta, PostParams};
use kube::{Api, Client};
use tokio::task::JoinHandle;

const NAME: &str = "lingxi-operator";
/// How long a holder may be silent.
const TERM: Duration = Duration::from_secs(15);
/// How long a renewed lease is ours: less than the others wait.
const OURS: Duration = Duration::from_secs(12);
/// How often it is renewed, or another's is looked at.
const PAUSE: Duration = Duration::from_secs(3);

/// Whether this process may write. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Leader(Arc<Mutex<Option<Instant>>>);

impl Leader {
    /// Tries to hold the lease for as long as what is returned beside it lives.
    pub(crate) fn run(client: Client, namespace: &str, identity: String) -> (Self, Renewing) {
        let leader = Self::default();
        let (told, leases) = (leader.clone(), Api::<Lease>::namespaced(client, namespace));
        let renewing = tokio::spawn(async move {
            loop {
                // Counted from before the request: whoever is slow loses time, not the rule.
                let asked = Instant::now();
                match renew(&leases, &identity).await {
                    Ok(true) => told.until(Some(asked + OURS)),
                    Ok(false) => told.until(None),
                    Err(error) => tracing::warn!(error.cause = %error, "The operator's lease cannot be renewed"),
                }
                tokio::time::sleep(PAUSE).await;
            }
        });
        (leader, Renewing(renewing))
    }

    /// For one process alone.
    #[cfg(test)]
    pub(crate) fn alone() -> Self {
        let leader = Self::default();
        leader.until(Some(Instant::now() + Duration::from_hours(24)));
        leader
    }

    /// Whether it may write now.
    pub(crate) fn holds(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|until| Instant::now() < until)
    }

    fn until(&self, until: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = until;
    }
}

/// Renews the lease until it is dropped.
pub(crate) struct Renewing(JoinHandle<()>);

impl Drop for Renewing {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Takes or renews the lease, unless another holds it. Two that try at once meet in its resource version.
async fn renew(leases: &Api<Lease>, identity: &str) -> kube::Result<bool> {
    let now = Timestamp::now();
    let Some(mut lease) = leases.get_opt(NAME).await? else {
        let fresh = Lease {
            metadata: ObjectMeta { name: Some(NAME.into()), ..ObjectMeta::default() },
            spec: Some(held(identity, now, 0)),
        };
        return settled(leases.create(&PostParams::default(), &fresh).await);
    };
    let spec = lease.spec.clone().unwrap_or_default();
    let ours = spec.holder_identity.as_deref() == Some(identity);
    let term = SignedDuration::try_from(TERM).unwrap_or_default();
    let over = spec.renew_time.is_none_or(|MicroTime(renewed)| now.duration_since(renewed) > term);
    if !ours && !over {
        return Ok(false);
    }
    let changes = spec.lease_transitions.unwrap_or_default() + i32::from(!ours);
    let acquired = spec.acquire_time.clone().filter(|_| ours);
    let mut next = held(identity, now, changes);
    next.acquire_time = acquired.or(next.acquire_time);
    lease.spec = Some(next);
    settled(leases.replace(NAME, &PostParams::default(), &lease).await)
}

fn held(identity: &str, now: Timestamp, transitions: i32) -> LeaseSpec {
    LeaseSpec {
        holder_identity: Some(identity.to_owned()),
        lease_duration_seconds: i32::try_from(TERM.as_secs()).ok(),
        acquire_time: Some(MicroTime(now)),
        renew_time: Some(MicroTime(now)),
        lease_transitions: Some(transitions),
        ..LeaseSpec::default()
    }
}

/// Another one was first: that is no fault.
fn settled(outcome: kube::Result<Lease>) -> kube::Result<bool> {
    match outcome {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(refusal)) if refusal.code == 409 => Ok(false),
        Err(error) => Err(error),
    }
}
