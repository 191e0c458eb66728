//! Dataloaders of one request: many look-ups of one noun become one call to its service.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::{DataLoader, Loader};
use async_graphql::runtime::{TokioSpawner, TokioTimer};
use lingxi_contracts::bot::Article;
use lingxi_contracts::channels::{Contact, Conversation};
use lingxi_contracts::tenants::Member;
use lingxi_kernel::{ArticleId, ContactId, ConversationId, Ctx, Error, MemberId};

use crate::Services;
use crate::outcome::fault;

/// The loader of a request.
pub type Loaders = DataLoader<Batch>;

/// Loads for one caller.
pub struct Batch {
    ctx: Ctx,
    services: Services,
}

/// The loaders of a request of a caller.
pub fn loaders(ctx: Ctx, services: Services) -> Loaders {
    DataLoader::new(Batch { ctx, services }, TokioSpawner::current(), TokioTimer::default())
}

impl Loader<ContactId> for Batch {
    type Value = Contact;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ContactId]) -> Result<HashMap<ContactId, Contact>, Arc<Error>> {
        let found = self.services.channels.contacts_by_id(&self.ctx, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|contact| (contact.id, contact)).collect())
    }
}

impl Loader<ConversationId> for Batch {
    type Value = Conversation;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Conversation>, Arc<Error>> {
        let found = self.services.channels.conversations_by_id(&self.ctx, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|conversation| (conversation.id, conversation)).collect())
    }
}

impl Loader<ArticleId> for Batch {
    type Value = Article;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[ArticleId]) -> Result<HashMap<ArticleId, Article>, Arc<Error>> {
        let found = self.services.bot.articles_by_id(&self.ctx, ids).await.map_err(Arc::new)?;
        Ok(found.into_iter().map(|article| (article.id, article)).collect())
    }
}

impl Loader<MemberId> for Batch {
    type Value = Member;
    type Error = Arc<Error>;

    async fn load(&self, ids: &[MemberId]) -> Result<HashMap<MemberId, Member>, Arc<Error>> {
        let found = self.services.tenants.members(&self.ctx).await.map_err(Arc::new)?;
        Ok(found.into_iter().filter(|member| ids.contains(&member.id)).map(|member| (member.id, member)).collect())
    }
}

/// The error of a look-up, which it may share with others of its batch, as a caller sees it.
pub(crate) fn not_loaded(error: Arc<Error>) -> async_graphql::Error {
    fault((*error).clone())
}
