//! What a process serves.

use std::fmt;
use std::str::FromStr;

/// A part of the product that a process can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// GraphQL, portal, widget files.
    Gateway,
    /// Firms and members.
    Tenants,
    /// Conversations.
    Channels,
    /// Answers.
    Bot,
    /// Tasks.
    Routing,
    /// Usage and bills.
    Billing,
}

impl Role {
    /// All roles; together they are the all-in-one shape.
    pub const ALL: [Self; 6] = [Self::Gateway, Self::Tenants, Self::Channels, Self::Bot, Self::Routing, Self::Billing];

    fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Tenants => "tenants",
            Self::Channels => "channels",
            Self::Bot => "bot",
            Self::Routing => "routing",
            Self::Billing => "billing",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Role {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|role| role.name() == text).ok_or_else(|| {
            let choices: Vec<&str> = Self::ALL.iter().map(|role| role.name()).collect();
            format!("`{text}` is no role; choose of {}", choices.join(", "))
        })
    }
}

/// The roles that were asked for, each once; all of them when none was named.
pub fn chosen(mut roles: Vec<Role>) -> Vec<Role> {
    if roles.is_empty() {
        return Role::ALL.to_vec();
    }
    roles.sort_by_key(|role| Role::ALL.iter().position(|known| known == role));
    roles.dedup();
    roles
}

/// The name of a process in traces: `lingxi`, or `lingxi-bot` for one that serves part of the roles.
pub fn name_of(roles: &[Role]) -> String {
    if roles.len() == Role::ALL.len() {
        return "lingxi".into();
    }
    let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    format!("lingxi-{}", names.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_role_is_refused_with_the_choices() {
        let error = "chat".parse::<Role>().unwrap_err();
        assert!(error.contains("`chat`") && error.contains("gateway, tenants"), "{error}");
    }

    #[test]
    fn all_roles_are_served_when_none_is_named() {
        assert_eq!(chosen(Vec::new()), Role::ALL);
        assert_eq!(chosen(vec![Role::Bot, Role::Gateway, Role::Bot]), [Role::Gateway, Role::Bot]);
    }
}
