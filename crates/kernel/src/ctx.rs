//! Who asks, for which tenant, with which rights.

use serde::{Deserialize, Serialize};

use crate::{ApiKeyId, ChannelId, ContactId, Error, ErrorCode, MemberId, Result, TenantId};

/// A member's role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, the end of the tenant included.
    Owner,
    /// Everything but the end of the tenant.
    Admin,
    /// Serves and watches over others.
    Supervisor,
    /// Serves customers.
    Agent,
    /// Reads conversations and reports.
    Analyst,
    /// Reads and manages bills.
    Finance,
}

impl Role {
    /// All roles, from the most to the least.
    pub const ALL: [Self; 6] = [Self::Owner, Self::Admin, Self::Supervisor, Self::Agent, Self::Analyst, Self::Finance];

    /// The stored and displayed name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Supervisor => "supervisor",
            Self::Agent => "agent",
            Self::Analyst => "analyst",
            Self::Finance => "finance",
        }
    }

    /// The role of a stored name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// Whether the role carries a right.
    pub fn may(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::Owner => true,
            Self::Admin => permission != P::EndTenant,
            Self::Supervisor => matches!(
                permission,
                P::ReadTenant
                    | P::ReadConversations
                    | P::Serve
                    | P::Supervise
                    | P::ReadKnowledge
                    | P::ManageKnowledge
                    | P::ManageRouting
                    | P::ReadReports
            ),
            Self::Agent => {
                matches!(permission, P::ReadTenant | P::ReadConversations | P::Serve | P::ReadKnowledge)
            }
            Self::Analyst => {
                matches!(permission, P::ReadTenant | P::ReadConversations | P::ReadKnowledge | P::ReadReports)
            }
            Self::Finance => matches!(permission, P::ReadTenant | P::ReadBilling | P::ManageBilling | P::ReportUsage),
        }
    }
}

/// A right that a use case demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::Enum))]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// See the firm, its members' names and its hours.
    ReadTenant,
    /// Change the firm's settings.
    ManageTenant,
    /// Invite, change and disable members.
    ManageMembers,
    /// Create and revoke API keys.
    ManageApiKeys,
    /// Read and export the audit log.
    ReadAudit,
    /// Export all data of the tenant.
    ExportTenant,
    /// Schedule the deletion of the tenant.
    EndTenant,
    /// Change channels, canned replies and webhooks.
    ManageChannels,
    /// Read conversations and contacts.
    ReadConversations,
    /// Reply, resolve, transfer.
    Serve,
    /// Watch queues and workers, and act for them.
    Supervise,
    /// Read articles and try the bot.
    ReadKnowledge,
    /// Change, import and publish articles.
    ManageKnowledge,
    /// Change queues, workflows and workers.
    ManageRouting,
    /// Read reports.
    ReadReports,
    /// Read usage and bills.
    ReadBilling,
    /// Change alerts, caps and plan.
    ManageBilling,
    /// Send metered facts.
    ReportUsage,
}

impl Permission {
    /// All rights.
    pub const ALL: [Self; 18] = [
        Self::ReadTenant,
        Self::ManageTenant,
        Self::ManageMembers,
        Self::ManageApiKeys,
        Self::ReadAudit,
        Self::ExportTenant,
        Self::EndTenant,
        Self::ManageChannels,
        Self::ReadConversations,
        Self::Serve,
        Self::Supervise,
        Self::ReadKnowledge,
        Self::ManageKnowledge,
        Self::ManageRouting,
        Self::ReadReports,
        Self::ReadBilling,
        Self::ManageBilling,
        Self::ReportUsage,
    ];
}

/// Who acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Actor {
    /// A member in the portal.
    Member {
        /// Who.
        id: MemberId,
        /// The role at the time of the request.
        role: Role,
    },
    /// An integrator's key.
    ApiKey {
        /// Which key.
        id: ApiKeyId,
        /// The rights it was given.
        scopes: Vec<Permission>,
    },
    /// An end customer in the widget.
    Visitor {
        /// Through which channel.
        channel: ChannelId,
        /// Who.
        contact: ContactId,
    },
    /// A service of ours acting on an event or a timer.
    System {
        /// Which one.
        service: String,
    },
}

/// The first parameter of every use case: tenant and actor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ctx {
    /// The tenant that everything is read from and written to.
    pub tenant: TenantId,
    /// Who acts.
    pub actor: Actor,
}

impl Ctx {
    /// A context of a service of ours, with every right in one tenant.
    pub fn system(tenant: TenantId, service: &str) -> Self {
        Self { tenant, actor: Actor::System { service: service.to_owned() } }
    }

    /// Whether the actor has the right.
    pub fn may(&self, permission: Permission) -> bool {
        match &self.actor {
            Actor::Member { role, .. } => role.may(permission),
            Actor::ApiKey { scopes, .. } => scopes.contains(&permission),
            Actor::Visitor { .. } => false,
            Actor::System { .. } => true,
        }
    }

    /// Demands a right.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] when the actor lacks it.
    pub fn require(&self, permission: Permission) -> Result<()> {
        if self.may(permission) {
            Ok(())
        } else {
            Err(Error::new(ErrorCode::Forbidden, format!("This needs the right {permission:?}; ask an admin for it.")))
        }
    }

    /// The member who acts.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] when the actor is no member.
    pub fn member(&self) -> Result<MemberId> {
        match self.actor {
            Actor::Member { id, .. } => Ok(id),
            _ => Err(Error::new(ErrorCode::Forbidden, "Only a signed-in member can do this.")),
        }
    }

    /// The contact who acts, and the channel.
    ///
    /// # Errors
    /// [`ErrorCode::Forbidden`] when the actor is no visitor.
    pub fn visitor(&self) -> Result<(ChannelId, ContactId)> {
        match self.actor {
            Actor::Visitor { channel, contact } => Ok((channel, contact)),
            _ => Err(Error::new(ErrorCode::Forbidden, "Only an end customer's widget can do this.")),
        }
    }

    /// Kind and id of the actor, for logs and the audit trail.
    pub fn actor_name(&self) -> (&'static str, String) {
        match &self.actor {
            Actor::Member { id, .. } => ("member", id.to_string()),
            Actor::ApiKey { id, .. } => ("api_key", id.to_string()),
            Actor::Visitor { contact, .. } => ("contact", contact.to_string()),
            Actor::System { service } => ("system", service.clone()),
        }
    }
}
