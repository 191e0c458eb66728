//! Releases: what customers get answers from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lingxi_contracts::bot::{Article, Release};
use lingxi_kernel::{Ctx, Error, ReleaseId, Result, TenantId};
use lingxi_store::{TenantTables, Tx, insert};

use super::Bot;
use crate::knowledge::{Knowledge, Source};
use crate::store::{self, article, learning, release};

/// The models of releases, in memory: one per firm.
#[derive(Default)]
pub(super) struct Loaded(Mutex<HashMap<TenantId, Arc<Knowledge>>>);

impl Loaded {
    fn by_tenant(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<Knowledge>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Bot {
    /// What answers, in memory; trained when it is not there. Which it is, another process may have changed.
    pub(super) async fn knowledge(&self, tenant: TenantId) -> Result<Option<Arc<Knowledge>>> {
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        let Some(source) = self.active.get(tenant, read.now(), store::source(&read)).await? else {
            return Ok(None);
        };
        let known = self.loaded.by_tenant().get(&tenant).cloned();
        if let Some(known) = known.filter(|known| known.source == source) {
            return Ok(Some(known));
        }
        let knowledge = self.load(&read, source).await?;
        self.loaded.by_tenant().extend(knowledge.clone().map(|knowledge| (tenant, knowledge)));
        Ok(knowledge)
    }

    async fn load(&self, read: &Tx, source: Source) -> Result<Option<Arc<Knowledge>>> {
        let Some(row) = release::get(read, source.release.uuid()).await? else { return Ok(None) };
        let articles: Vec<Article> = serde_json::from_str(&row.snapshot)?;
        let learned = match source.model {
            Some(model) => learning::learned(read, model.id).await?,
            None => Vec::new(),
        };
        let meanings = self.meanings_of_phrases(read.ctx(), Knowledge::texts(&articles, &learned)).await?;
        let train = move || Knowledge::train(source, articles, learned, &meanings);
        let trained = tokio::task::spawn_blocking(train).await?;
        Ok(Some(Arc::new(trained)))
    }

    /// Answers from what stands in the database from now on, here and in other processes. Customers get the old answers until
    /// the new model is trained.
    pub(super) async fn refresh(&self, tenant: TenantId) -> Result<()> {
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        let knowledge = match store::source(&read).await? {
            Some(source) => self.load(&read, source).await?,
            None => None,
        };
        match knowledge {
            Some(knowledge) => self.answer_with(tenant, knowledge),
            None => self.active.forget(tenant),
        }
        Ok(())
    }

    /// Answers with a model from now on.
    pub(super) fn answer_with(&self, tenant: TenantId, knowledge: Arc<Knowledge>) {
        self.loaded.by_tenant().insert(tenant, knowledge);
        self.active.forget(tenant);
    }

    /// Trains beside the answering of customers: one training at a time in this process, on a thread of its own.
    pub(super) async fn training<T: Send + 'static>(&self, train: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _turn = self.trains.acquire().await.map_err(|error| Error::internal(error.to_string()))?;
        Ok(tokio::task::spawn_blocking(train).await?)
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

    pub(super) async fn do_publish(&self, ctx: &Ctx, despite_gold: bool) -> Result<Release> {
        if !despite_gold {
            let worse = self.do_check_publish(ctx).await?.worse();
            if worse > 0 {
                return Err(Error::conflict(format!(
                    "{worse} gold questions would get a worse answer than now; mend the articles, or publish despite it."
                )));
            }
        }
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
        self.refresh(ctx.tenant).await?;
        Ok(row.into_contract())
    }

    pub(super) async fn do_activate_release(&self, ctx: &Ctx, id: ReleaseId) -> Result<Release> {
        let tx = self.deps.db.begin(ctx).await?;
        let row = store::activate(&tx, id.uuid()).await?;
        tx.note_change("release.activated", id, (), row.number)?;
        tx.commit().await?;
        self.refresh(ctx.tenant).await?;
        Ok(row.into_contract())
    }
}
