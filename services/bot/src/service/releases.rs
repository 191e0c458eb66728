//! Releases: what customers get answers from.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lingxi_contracts::bot::{Article, Release};
use lingxi_kernel::{Ctx, Error, ReleaseId, Result, TenantId};
use lingxi_store::{Forget, TenantTables, insert};

use super::Bot;
use crate::knowledge::Knowledge;
use crate::store::{self, article, release};

/// The name by which processes tell each other of releases.
pub(super) const LOADED: &str = "bot.release";

/// The releases that answer, in memory.
#[derive(Default)]
pub(super) struct Loaded {
    by_tenant: Mutex<HashMap<TenantId, Arc<Knowledge>>>,
    changes: AtomicU64,
}

impl Loaded {
    fn get(&self, tenant: TenantId) -> Option<Arc<Knowledge>> {
        self.by_tenant().get(&tenant).cloned()
    }

    /// Counts what was forgotten; to be asked before a release is read.
    fn changes(&self) -> u64 {
        self.changes.load(Ordering::Acquire)
    }

    /// Keeps a release, unless another one may have begun to answer since it was read.
    fn keep(&self, tenant: TenantId, knowledge: &Arc<Knowledge>, changes: u64) {
        let mut loaded = self.by_tenant();
        if self.changes() == changes {
            loaded.insert(tenant, knowledge.clone());
        }
    }

    fn by_tenant(&self) -> MutexGuard<'_, HashMap<TenantId, Arc<Knowledge>>> {
        self.by_tenant.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Forget for Loaded {
    fn forget(&self, tenant: TenantId) {
        let mut loaded = self.by_tenant();
        self.changes.fetch_add(1, Ordering::AcqRel);
        loaded.remove(&tenant);
    }
}

impl Bot {
    /// The release that answers, in memory. Loaded and trained on first use.
    pub(super) async fn knowledge(&self, tenant: TenantId) -> Result<Option<Arc<Knowledge>>> {
        if let Some(known) = self.loaded.get(tenant) {
            return Ok(Some(known));
        }
        let changes = self.loaded.changes();
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        match store::active_release(&read).await? {
            Some(row) => Ok(Some(self.load(tenant, row, changes).await?)),
            None => Ok(None),
        }
    }

    async fn load(&self, tenant: TenantId, row: release::Model, changes: u64) -> Result<Arc<Knowledge>> {
        let articles: Vec<Article> = serde_json::from_str(&row.snapshot)?;
        let id = ReleaseId::from_uuid(row.id);
        let knowledge = Arc::new(tokio::task::spawn_blocking(move || Knowledge::train(id, articles)).await?);
        self.loaded.keep(tenant, &knowledge, changes);
        Ok(knowledge)
    }

    /// Answers from a release from now on, here and in other processes.
    async fn answer_from(&self, tenant: TenantId, row: release::Model) -> Result<()> {
        // Customers get the old answers until the new model is trained.
        self.load(tenant, row, self.loaded.changes()).await?;
        self.deps.db.changed(LOADED, tenant);
        Ok(())
    }

    /// Removes everything of a firm that is over; doing it twice removes nothing more.
    pub(crate) async fn erase(&self, ctx: &Ctx, tables: &TenantTables) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        tables.erase(&tx).await?;
        tx.commit().await?;
        self.loaded.forget(ctx.tenant);
        self.deps.db.changed(LOADED, ctx.tenant);
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
