//! The gateway: one GraphQL schema over the services' client traits. No rules live here.
//!
//! Ids are prefixed and unique over all nouns, so they are Relay's global ids as they are. Mutations answer with a payload:
//! a status and field errors for refusals that a caller should expect; GraphQL `errors` carry faults and denied access.

#![allow(dead_code, reason = "getters that async-graphql derives inside payload! look unused to the compiler")]

mod billing;
mod bot;
mod bounds;
mod channels;
mod federation;
mod flows;
mod http;
mod live;
mod loaders;
mod measure;
mod node;
mod operator;
mod outcome;
mod persisted;
mod routing;
mod selling;
mod socket;
mod tenants;

use std::sync::Arc;

use async_graphql::{MergedObject, Schema as GraphQlSchema};
use lingxi_bus::Live;
use lingxi_contracts::billing::BillingClient;
use lingxi_contracts::bot::BotClient;
use lingxi_contracts::channels::ChannelsClient;
use lingxi_contracts::routing::RoutingClient;
use lingxi_contracts::tenants::TenantsClient;

pub use bounds::Most;
pub use http::{Edge, Settings, routes};
pub use loaders::loaders;
pub use persisted::Persisted;

/// The services behind the gateway.
#[derive(Clone)]
pub struct Services {
    /// Tenants.
    pub tenants: Arc<dyn TenantsClient>,
    /// Channels.
    pub channels: Arc<dyn ChannelsClient>,
    /// Bot.
    pub bot: Arc<dyn BotClient>,
    /// Routing.
    pub routing: Arc<dyn RoutingClient>,
    /// Billing.
    pub billing: Arc<dyn BillingClient>,
    /// Live fan-out.
    pub live: Live,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Services").finish_non_exhaustive()
    }
}

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    tenants::TenantsQuery,
    channels::ChannelsQuery,
    bot::BotQuery,
    flows::FlowQuery,
    routing::RoutingQuery,
    billing::BillingQuery,
    selling::SellingQuery,
    operator::OperatorQuery,
    node::NodeQuery,
    federation::Entities,
);

/// Everything that can be changed.
#[derive(MergedObject, Default)]
pub struct Mutation(
    tenants::TenantsMutation,
    channels::ChannelsMutation,
    bot::BotMutation,
    flows::FlowMutation,
    routing::RoutingMutation,
    billing::BillingMutation,
    selling::SellingMutation,
    operator::OperatorMutation,
);

/// The schema.
pub type Schema = GraphQlSchema<Query, Mutation, live::Subscription>;

/// Builds the schema; without `services` it can only be printed.
pub fn schema(services: Option<Services>, most: Most, introspection: bool, persisted: Persisted) -> Schema {
    let mut builder = Schema::build(Query::default(), Mutation::default(), live::Subscription)
        .limit_directives(bounds::DIRECTIVES)
        .disable_suggestions()
        .extension(persisted)
        // After the operation is known by its text.
        .extension(bounds::Bounds { most, introspection });
    if !introspection {
        builder = builder.disable_introspection();
    }
    if let Some(services) = services {
        builder = builder.data(services);
    }
    builder.finish()
}

/// The schema in the schema definition language, as committed in `graphql/schema.graphql`.
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new().sorted_fields().sorted_enum_items().sorted_arguments();
    let sdl = schema(None, Most::default(), true, Persisted::default()).sdl_with_options(options);
    // What the library makes comes without a description.
    let described = sdl.lines().map(|line| {
        let said = match line.strip_prefix("type ").and_then(|rest| rest.split_once("Connection {")) {
            Some((noun, _)) => Some(format!("A page of {noun} nodes, and whether more follow.")),
            None => {
                federation::DESCRIPTIONS.iter().find(|(of, _)| line.starts_with(of)).map(|(_, said)| (*said).into())
            }
        };
        let indent = if line.starts_with('\t') { "\t" } else { "" };
        said.map_or(line.to_owned(), |said| format!("{indent}\"\"\"\n{indent}{said}\n{indent}\"\"\"\n{line}"))
    });
    described.collect::<Vec<_>>().join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_schema;
    use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};

    #[test]
    fn every_type_and_field_is_described() {
        let document = parse_schema(super::sdl()).unwrap();
        let mut missing = Vec::new();
        for definition in document.definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let definition = definition.node;
            let name = definition.name.node.to_string();
            if definition.description.is_none() {
                missing.push(name.clone());
            }
            let fields: Vec<(String, bool)> = match definition.kind {
                TypeKind::Object(object) => object
                    .fields
                    .into_iter()
                    .map(|field| (field.node.name.node.to_string(), field.node.description.is_some()))
                    .collect(),
                TypeKind::InputObject(input) => input
                    .fields
                    .into_iter()
                    .map(|field| (field.node.name.node.to_string(), field.node.description.is_some()))
                    .collect(),
                TypeKind::Enum(values) => values
                    .values
                    .into_iter()
                    .map(|value| (value.node.value.node.to_string(), value.node.description.is_some()))
                    .collect(),
                _ => Vec::new(),
            };
            missing.extend(
                fields.into_iter().filter(|(_, described)| !described).map(|(field, _)| format!("{name}.{field}")),
            );
        }
        assert_eq!(missing, Vec::<String>::new());
    }
}
