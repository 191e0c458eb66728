//! Releases: what customers get answers from.

use std::sync::{Arc, PoisonError};

use lingxi_contracts::bot::{Article, Release};
use lingxi_kernel::{Ctx, Error, ReleaseId, Result, TenantId};
use lingxi_store::{TenantTables, insert};

use super::Bot;
use crate::knowledge::Knowledge;
use crate::store::{self, article, release};

impl Bot {
    /// The release that answers, in memory. Loaded and trained on first use.
    pub(super) async fn knowledge(&self, tenant: TenantId) -> Result<Option<Arc<Knowledge>>> {
        let known = self.loaded.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        if let Some(Some(known)) = known {
            return Ok(Some(known));
        }
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        match store::active_release(&read).await? {
            Some(row) => Ok(Some(self.load(tenant, row).await?)),
            None => Ok(None),
        }
    }

    async fn load(&self, tenant: TenantId, row: release::Model) -> Result<Arc<Knowledge>> {
        let articles: Vec<Article> = serde_json::from_str(&row.snapshot)?;
        let id = ReleaseId::from_uuid(row.id);
        let knowledge = Arc::new(tokio::task::spawn_blocking(move || Knowledge::train(id, articles)).await?);
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        loaded.insert(tenant, Some(knowledge.clone()));
        Ok(knowledge)
    }

    /// Removes everything of a firm that is over; doing it twice removes nothing more.
    pub(crate) async fn erase(&self, ctx: &Ctx, tables: &TenantTables) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        tables.erase(&tx).await?;
        tx.commit().await?;
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner).remove(&ctx.tenant);
        Ok(())
    }

    pub(super) async fn do_publish(&self, ctx: &Ctx) -> Result<Release> {
        let tx = self.deps.db.begin(ctx).await?;
        let articles = article::ready(&tx).await?;
        if articles.is_empty() {
            return Err(Error::conflict("There is no ready article to publish."));
        }
        let questions: usize = articles.iter().map(|article| article.questions.len()).sum();
        let row = release::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ReleaseId>().uuid(),
            number: store::last_number(&tx).await? + 1,
            articles: i32::try_from(articles.len())?,
            questions: i32::try_from(questions)?,
            active: false,
            snapshot: serde_json::to_string(&articles)?,
            created_at: tx.now(),
        };
        insert(&tx, row.clone()).await?;
        let row = store::activate(&tx, row.id).await?;
        tx.note_change("release.published", ReleaseId::from_uuid(row.id), (), row.number)?;
        tx.commit().await?;
        // Customers get the old answers until the new model is trained.
        self.load(ctx.tenant, row.clone()).await?;
        Ok(row.into_contract())
    }

    pub(super) async fn do_activate_release(&self, ctx: &Ctx, id: ReleaseId) -> Result<Release> {
        let tx = self.deps.db.begin(ctx).await?;
        let row = store::activate(&tx, id.uuid()).await?;
        tx.note_change("release.activated", id, (), row.number)?;
        tx.commit().await?;
        self.load(ctx.tenant, row.clone()).await?;
        Ok(row.into_contract())
    }
}
