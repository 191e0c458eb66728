//! Releases: what customers get answers from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lingxi_contracts::bot::{Article, Release};
use lingxi_kernel::{Ctx, Error, ReleaseId, Result, TenantId};
use lingxi_store::{TenantTables, insert};

use super::Bot;
use crate::knowledge::Knowledge;
use crate::store::{self, article, release};

/// The models of releases, in memory: one per firm.
#[derive(Default)]
pub(super) struct Loaded(Mutex<HashMap<TenantId, Arc<Knowledge>>>);

impl Loaded {
    fn by_tenant(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<Knowledge>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bot {
    /// The release that answers, in memory; trained when it is not there. Which one it is, another process may have changed.
    pub(super) async fn knowledge(&self, tenant: TenantId) -> Result<Option<Arc<Knowledge>>> {
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        let Some(id) = self.active.get(tenant, read.now(), store::active_release_id(&read)).await? else {
            return Ok(None);
        };
        let known = self.loaded.by_tenant().get(&tenant).cloned();
        if let Some(known) = known.filter(|known| known.release == id) {
            return Ok(Some(known));
        }
        let Some(row) = release::get(&read, id.uuid()).await? else { return Ok(None) };
        let knowledge = train(row).await?;
        self.loaded.by_tenant().insert(tenant, knowledge.clone());
        Ok(Some(knowledge))
    }

    /// Answers from a release from now on, here and in other processes. Customers get the old answers until the new model is
    /// trained.
    async fn answer_from(&self, tenant: TenantId, row: release::Model) -> Result<()> {
        let knowledge = train(row).await?;
        self.loaded.by_tenant().insert(tenant, knowledge);
        self.active.forget(tenant);
        Ok(())
    }

    /// Removes everything of a firm that is over; doing it twice removes nothing more.
    pub(crate) async fn erase(&self, ctx: &Ctx, tables: &TenantTables) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        tables.erase(&tx).await?;
        tx.commit().await?;
        self.loaded.by_tenant().remove(&ctx.tenant);
        self.active.forget(ctx.tenant);
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
        self.answer_from(ctx.tenant, row.clone()).await?;
        Ok(row.into_contract())
    }

    pub(super) async fn do_activate_release(&self, ctx: &Ctx, id: ReleaseId) -> Result<Release> {
        let tx = self.deps.db.begin(ctx).await?;
        let row = store::activate(&tx, id.uuid()).await?;
        tx.note_change("release.activated", id, (), row.number)?;
        tx.commit().await?;
        self.answer_from(ctx.tenant, row.clone()).await?;
        Ok(row.into_contract())
    }
}

/// The model of a release. Takes a second for thousands of questions.
async fn train(row: release::Model) -> Result<Arc<Knowledge>> {
    let articles: Vec<Article> = serde_json::from_str(&row.snapshot)?;
    let id = ReleaseId::from_uuid(row.id);
    Ok(Arc::new(tokio::task::spawn_blocking(move || Knowledge::train(id, articles, &[]).0).await?))
}
