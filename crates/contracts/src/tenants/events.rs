//! Facts of the tenants service.

use lingxi_kernel::{MemberId, Role, TenantId};
use serde::{Deserialize, Serialize};

use crate::Event;

/// A firm signed up.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TenantCreated {
    /// The firm.
    pub tenant: TenantId,
    /// The pack that every service starts it from.
    pub industry: String,
    /// Its language.
    pub locale: String,
    /// The member who signed up.
    pub owner: MemberId,
    /// Their name.
    pub owner_name: String,
}

impl Event for TenantCreated {
    const TYPE: &'static str = "lingxi.tenants.tenant.created.v1";
    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

/// A firm is over: every service erases what it keeps of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TenantEnded {
    /// The firm.
    pub tenant: TenantId,
}

impl Event for TenantEnded {
    const TYPE: &'static str = "lingxi.tenants.tenant.ended.v1";
    fn subject(&self) -> String {
        self.tenant.to_string()
    }
}

/// A member joined or changed role, name or status.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MemberChanged {
    /// Who.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Their role.
    pub role: Role,
    /// Whether they may sign in.
    pub active: bool,
}

impl Event for MemberChanged {
    const TYPE: &'static str = "lingxi.tenants.member.changed.v1";
    fn subject(&self) -> String {
        self.member.to_string()
    }
}

/// Somebody changed something in another service: a line of the audit log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeNoted {
    /// `member` or `api_key`.
    pub actor_kind: String,
    /// Who.
    pub actor_id: String,
    /// What was done, `noun.verb`.
    pub action: String,
    /// To what.
    pub target: String,
    /// What stood before; null for what is new.
    pub before: serde_json::Value,
    /// What stands now; null for what is gone.
    pub after: serde_json::Value,
}

impl Event for ChangeNoted {
    const TYPE: &'static str = "lingxi.tenants.change.noted.v1";
    fn subject(&self) -> String {
        self.target.clone()
    }
}
