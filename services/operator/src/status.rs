//! What a tenant's status says.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::{Condition, Time};
use k8s_openapi::jiff::Timestamp;

use crate::error::Error;
use crate::firms::Firm;
use crate::tenant::{Tenant, TenantStatus};

/// Where a tenant stands.
#[derive(Debug)]
pub(crate) enum Stand {
    /// It serves.
    Ready(Firm),
    /// Something is on its way.
    Progressing(String),
    /// Something is wrong.
    Degraded(Error),
    /// The operator was told to leave it alone.
    Paused,
}

/// The status for a stand. A condition that stays as it was keeps its time.
pub(crate) fn of(tenant: &Tenant, stand: &Stand, address: &str, now: Timestamp) -> TenantStatus {
    let mut status = tenant.status.clone().unwrap_or_default();
    let generation = tenant.metadata.generation;
    status.observed_generation = generation;
    status.address = Some(address.to_owned());
    if let Stand::Ready(firm) = stand {
        let seats = firm.seats.map_or(firm.members.to_string(), |most| format!("{}/{most}", firm.members));
        status.seats = Some(seats);
        status.usage = Some(firm.usage.total.clone());
        status.firm_id = Some(firm.id.clone());
    }
    let before = std::mem::take(&mut status.conditions);
    for (kind, holds, reason, message) in conditions(stand, tenant.spec.suspended) {
        let holds = if holds { "True" } else { "False" };
        let same = before.iter().find(|known| known.type_ == kind && known.status == holds);
        status.conditions.push(Condition {
            type_: kind.into(),
            status: holds.into(),
            reason: reason.into(),
            message,
            observed_generation: generation,
            last_transition_time: same.map_or(Time(now), |known| known.last_transition_time.clone()),
        });
    }
    status
}

/// Every condition: kind, whether it holds, reason, message.
fn conditions(stand: &Stand, suspended: bool) -> Vec<(&'static str, bool, &'static str, String)> {
    let refused = matches!(stand, Stand::Degraded(Error::Refused(_)));
    let (reason, message) = match stand {
        Stand::Ready(_) if suspended => ("Suspended", "It is suspended; nothing is lost.".to_owned()),
        Stand::Ready(_) => ("Serves", String::new()),
        Stand::Progressing(what) => ("Progressing", what.clone()),
        Stand::Degraded(error) => (error.reason(), error.to_string()),
        Stand::Paused => ("Paused", "The operator leaves it as it is (spec.paused).".to_owned()),
    };
    let about = |holds: bool| if holds { message.clone() } else { String::new() };
    let accepted = if refused { message.clone() } else { String::new() };
    let (ready, progressing) = (matches!(stand, Stand::Ready(_)), matches!(stand, Stand::Progressing(_)));
    let (degraded, paused) = (matches!(stand, Stand::Degraded(_)), matches!(stand, Stand::Paused));
    vec![
        ("Accepted", !refused, if refused { "Refused" } else { "Valid" }, accepted),
        ("Ready", ready, reason, message.clone()),
        ("Progressing", progressing, reason, about(progressing)),
        ("Degraded", degraded, reason, about(degraded)),
        ("Paused", paused, reason, about(paused)),
    ]
}

/// Whether a status says something new.
pub(crate) fn changed(tenant: &Tenant, status: &TenantStatus) -> bool {
    tenant.status.as_ref() != Some(status)
}
