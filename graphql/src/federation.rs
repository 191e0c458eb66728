//! Apollo Federation: an integrator's own graph may extend what is public here, by its global id.
//!
//! `_service` gives the schema with its keys (closed where introspection is), `_entities` the things of some ids. A thing that
//! is not there, or is another firm's, is null.

use async_graphql::{Context, Object, Result};
use lingxi_contracts::bot::Article;
use lingxi_contracts::channels::Contact;
use lingxi_contracts::tenants::{Member, Tenant};
use lingxi_kernel::{ArticleId, ContactId, ConversationId, MemberId, TenantId};

use crate::channels::ConversationNode;
use crate::loaders::{Loaders, not_loaded};
use crate::outcome::{Shown as _, parts};

/// What the schema says of the library's types, by the beginnings of their lines.
pub(crate) const DESCRIPTIONS: [(&str, &str); 5] = [
    (
        "\t_entities(",
        "Apollo Federation: the things of some keys, at most 100, in their order; null for those that are not there.",
    ),
    ("\t_service:", "Apollo Federation: the schema with its keys."),
    ("union _Entity", "What other graphs may extend."),
    ("type _Service ", "The schema, for a router of Apollo Federation."),
    ("\tsdl:", "The schema definition language."),
];

/// What other graphs may extend.
#[derive(Default)]
pub struct Entities;

#[Object]
impl Entities {
    #[graphql(entity)]
    async fn find_tenant_by_id(&self, ctx: &Context<'_>, id: TenantId) -> Result<Option<Tenant>> {
        let (caller, services) = parts(ctx)?;
        let tenant = services.tenants.tenant(caller).await.shown()?;
        Ok((tenant.id == id).then_some(tenant))
    }

    #[graphql(entity)]
    async fn find_member_by_id(&self, ctx: &Context<'_>, id: MemberId) -> Result<Option<Member>> {
        parts(ctx)?;
        ctx.data::<Loaders>()?.load_one(id).await.map_err(not_loaded)
    }

    #[graphql(entity)]
    async fn find_contact_by_id(&self, ctx: &Context<'_>, id: ContactId) -> Result<Option<Contact>> {
        parts(ctx)?;
        ctx.data::<Loaders>()?.load_one(id).await.map_err(not_loaded)
    }

    #[graphql(entity)]
    async fn find_conversation_by_id(&self, ctx: &Context<'_>, id: ConversationId) -> Result<Option<ConversationNode>> {
        parts(ctx)?;
        Ok(ctx.data::<Loaders>()?.load_one(id).await.map_err(not_loaded)?.map(ConversationNode::from))
    }

    #[graphql(entity)]
    async fn find_article_by_id(&self, ctx: &Context<'_>, id: ArticleId) -> Result<Option<Article>> {
        parts(ctx)?;
        ctx.data::<Loaders>()?.load_one(id).await.map_err(not_loaded)
    }
}
