//! Relay's `node`: anything public by its global id.

use async_graphql::{Context, ID, Object, Result, Union};
use lingxi_contracts::bot::{Article, Release};
use lingxi_contracts::channels::{CannedReply, Channel, Contact, Webhook};
use lingxi_contracts::routing::TaskQueue;
use lingxi_contracts::tenants::{ApiKey, Member, Tenant};
use lingxi_kernel::{
    ApiKeyId, ArticleId, CannedReplyId, ChannelId, ContactId, ConversationId, Error, MemberId, ReleaseId, TaskId,
    TaskQueueId, TenantId, WebhookId,
};

use crate::channels::ConversationNode;
use crate::outcome::{Shown as _, fault, parts};
use crate::routing::TaskNode;

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
    /// A channel.
    Channel(Channel),
    /// A canned reply.
    CannedReply(CannedReply),
    /// A webhook.
    Webhook(Webhook),
    /// An API key.
    ApiKey(ApiKey),
    /// A release of the knowledge base.
    Release(Release),
    /// A queue.
    TaskQueue(TaskQueue),
    /// A task that is not over.
    Task(TaskNode),
}

/// The one of a list with a global id.
fn named<T>(all: Vec<T>, id: &ID, of: impl Fn(&T) -> String, node: impl Fn(T) -> Node) -> Option<Node> {
    all.into_iter().find(|one| of(one) == **id).map(node)
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
            ChannelId::PREFIX => {
                let all = services.channels.channels(caller).await.shown()?;
                named(all, &id, |one| one.id.to_string(), Node::Channel)
            }
            CannedReplyId::PREFIX => {
                let all = services.channels.canned_replies(caller).await.shown()?;
                named(all, &id, |one| one.id.to_string(), Node::CannedReply)
            }
            WebhookId::PREFIX => {
                let all = services.channels.webhooks(caller).await.shown()?;
                named(all, &id, |one| one.id.to_string(), Node::Webhook)
            }
            ApiKeyId::PREFIX => {
                let all = services.tenants.api_keys(caller).await.shown()?;
                named(all, &id, |one| one.id.to_string(), Node::ApiKey)
            }
            ReleaseId::PREFIX => {
                let all = services.bot.releases(caller).await.shown()?;
                named(all, &id, |one| one.id.to_string(), Node::Release)
            }
            TaskQueueId::PREFIX => {
                let all = services.routing.queues(caller).await.shown()?;
                named(all, &id, |one| one.id.to_string(), Node::TaskQueue)
            }
            TaskId::PREFIX => {
                let all = services.routing.tasks(caller, false).await.shown()?;
                named(all, &id, |one| one.id.to_string(), |task| Node::Task(task.into()))
            }
            _ => return Err(fault(Error::field("id", format!("`{}` is no id of a node.", *id)))),
        })
    }
}
