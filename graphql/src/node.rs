//! Relay's `node`: anything public by its global id.

use async_graphql::{Context, ID, Object, Result, Union};
use lingxi_contracts::bot::Article;
use lingxi_contracts::channels::Contact;
use lingxi_contracts::tenants::{Member, Tenant};
use lingxi_kernel::{ArticleId, ContactId, ConversationId, Error, MemberId, TenantId};

use crate::channels::ConversationNode;
use crate::outcome::{Shown as _, fault, parts};

/// What has a global id.
#[derive(Union)]
pub enum Node {
    /// A firm.
    Tenant(Tenant),
    /// A member.
    Member(Member),
    /// A contact.
    Contact(Contact),
    /// A conversation.
    Conversation(ConversationNode),
    /// An article.
    Article(Article),
}

/// Look-up by global id.
#[derive(Default)]
pub struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Anything public by its global id; null when there is no such thing in this firm.
    async fn node(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Node>> {
        let (caller, services) = parts(ctx)?;
        let prefix = id.split('_').next().unwrap_or_default();
        Ok(match prefix {
            TenantId::PREFIX => {
                let tenant = services.tenants.tenant(caller).await.shown()?;
                (tenant.id.to_string() == *id).then_some(Node::Tenant(tenant))
            }
            MemberId::PREFIX => {
                let members = services.tenants.members(caller).await.shown()?;
                members.into_iter().find(|member| member.id.to_string() == *id).map(Node::Member)
            }
            ContactId::PREFIX => {
                let id: ContactId = id.parse().map_err(|error| fault(Error::from(error)))?;
                services.channels.contacts_by_id(caller, &[id]).await.shown()?.pop().map(Node::Contact)
            }
            ConversationId::PREFIX => {
                let id: ConversationId = id.parse().map_err(|error| fault(Error::from(error)))?;
                let mut found = services.channels.conversations_by_id(caller, &[id]).await.shown()?;
                found.pop().map(|conversation| Node::Conversation(conversation.into()))
            }
            ArticleId::PREFIX => {
                let id: ArticleId = id.parse().map_err(|error| fault(Error::from(error)))?;
                services.bot.articles_by_id(caller, &[id]).await.shown()?.pop().map(Node::Article)
            }
            _ => return Err(fault(Error::field("id", format!("`{}` is no id of a node.", *id)))),
        })
    }
}
