//! Releases: what customers get answers from.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lingxi_contracts::bot::{Article, Release};
use lingxi_kernel::{Ctx, Error, ReleaseId, Result, TenantId};
use lingxi_store::{TenantTables, Tx, insert};

use super::Bot;
use crate::knowledge::{Knowledge, Source, check_size, room};
use crate::store::{self, article, learning, release, trained};

/// The models that answer, in memory: one per firm, as many as fit; those that were not used for longest give way.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    most_bytes: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    by_tenant: HashMap<TenantId, (Arc<Knowledge>, usize, u64)>,
    bytes: usize,
    /// Counts uses.
    clock: u64,
}

impl Loaded {
    pub(super) fn new(most_bytes: usize) -> Self {
        Self { most_bytes, held: Mutex::default() }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, tenant: TenantId) -> Option<Arc<Knowledge>> {
        let mut held = self.held();
        held.clock += 1;
        let now = held.clock;
        let (knowledge, _, used) = held.by_tenant.get_mut(&tenant)?;
        *used = now;
        Some(knowledge.clone())
    }

    fn put(&self, tenant: TenantId, knowledge: Arc<Knowledge>) {
        let bytes = knowledge.bytes();
        let mut held = self.held();
        held.remove(tenant);
        held.clock += 1;
        let now = held.clock;
        held.by_tenant.insert(tenant, (knowledge, bytes, now));
        held.bytes += bytes;
        while held.bytes > self.most_bytes && held.by_tenant.len() > 1 {
            let oldest = held.by_tenant.iter().min_by_key(|(_, (.., used))| *used).map(|(tenant, _)| *tenant);
            if let Some(tenant) = oldest {
                held.remove(tenant);
            }
        }
        let (count, bytes) = (held.by_tenant.len(), held.bytes);
        drop(held);
        metrics::gauge!("lingxi_bot_models_loaded").set(f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
        metrics::gauge!("lingxi_bot_models_bytes")
            .set(f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) * 1024.0);
    }
}

impl Held {
    fn remove(&mut self, tenant: TenantId) {
        if let Some((_, bytes, _)) = self.by_tenant.remove(&tenant) {
            self.bytes -= bytes;
        }
    }
}

/// Who waits for a model.
enum Haste {
    /// A customer who asks.
    CustomerWaits,
    /// Customers are answered by the one before.
    NobodyWaits,
}

/// How much less a training thread is worth than one that answers (its niceness).
const PATIENT: i32 = 15;

impl Bot {
    /// What answers, in memory; trained when it is not there. Which it is, another process may have changed.
    pub(super) async fn knowledge(&self, tenant: TenantId) -> Result<Option<Arc<Knowledge>>> {
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        let Some(source) = self.active.get(tenant, read.now(), store::source(&read)).await? else {
            return Ok(None);
        };
        if let Some(known) = self.loaded.get(tenant).filter(|known| known.source == source) {
            return Ok(Some(known));
        }
        let knowledge = self.load(&read, source, Haste::CustomerWaits).await?;
        if let Some(knowledge) = &knowledge {
            self.loaded.put(tenant, knowledge.clone());
        }
        Ok(knowledge)
    }

    /// What was trained before, or, where that is not kept, trained now.
    async fn load(&self, read: &Tx, source: Source, haste: Haste) -> Result<Option<Arc<Knowledge>>> {
        let Some(row) = release::get(read, source.release.uuid()).await? else { return Ok(None) };
        let kept = trained::get(read, &self.kept_as(source)).await?;
        let unpack = move || {
            let articles: Vec<Article> = serde_json::from_str(&row.snapshot)?;
            Ok::<_, Error>(match kept {
                Some(kept) => Knowledge::from_bytes(source, articles, &kept),
                None => Err(articles),
            })
        };
        let articles = match tokio::task::spawn_blocking(unpack).await?? {
            Ok(kept) => return Ok(Some(Arc::new(kept))),
            Err(articles) => articles,
        };
        // A release of before there was a bound: without a model its questions go to people.
        if let Err(error) = check_size(&articles) {
            tracing::error!(tenant = %read.ctx().tenant, error.cause = %error, "A release cannot be learned");
            return Ok(None);
        }
        let mut learned = match source.model {
            Some(model) => learning::learned(read, model.id).await?,
            None => Vec::new(),
        };
        learned.truncate(room(&articles));
        let meanings = self.meanings_of_phrases(read.ctx(), Knowledge::texts(&articles, &learned)).await?;
        let train = move || Knowledge::train(source, articles, learned, &meanings);
        let knowledge = Arc::new(match haste {
            Haste::CustomerWaits => tokio::task::spawn_blocking(train).await?,
            Haste::NobodyWaits => self.training(train).await?,
        });
        self.keep_trained(read.ctx(), &knowledge).await;
        Ok(Some(knowledge))
    }

    /// The name under which a trained model is kept: what it was trained on, and by which meanings.
    fn kept_as(&self, source: Source) -> String {
        format!("{source} {}", self.outside.name())
    }

    /// Keeps a trained model for other processes and for later; without, they train it themselves.
    pub(super) async fn keep_trained(&self, ctx: &Ctx, knowledge: &Arc<Knowledge>) {
        let keep = async {
            let packed = knowledge.clone();
            let bytes = tokio::task::spawn_blocking(move || packed.to_bytes()).await?;
            let tx = self.deps.db.begin(ctx).await?;
            trained::put(&tx, &self.kept_as(knowledge.source), bytes).await?;
            tx.commit().await
        };
        if let Err(error) = keep.await {
            tracing::warn!(tenant = %ctx.tenant, error.cause = %error, "A trained model is not kept");
        }
    }

    /// Answers from what stands in the database from now on, here and in other processes. Customers get the old answers until
    /// the new model is trained.
    pub(super) async fn refresh(&self, tenant: TenantId) -> Result<()> {
        let read = self.deps.db.read(&Ctx::system(tenant, "bot"));
        let knowledge = match store::source(&read).await? {
            Some(source) => self.load(&read, source, Haste::NobodyWaits).await?,
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
        self.loaded.put(tenant, knowledge);
        self.active.forget(tenant);
    }

    /// Trains beside the answering of customers: one training at a time in this process, on a thread of its own that gives way to
    /// all others.
    pub(super) async fn training<T: Send + 'static>(&self, train: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        let _turn = self.trains.acquire().await.map_err(Error::internal)?;
        let (done, trained) = tokio::sync::oneshot::channel();
        let work = move || {
            // Where the system does not let it give way, it is worth as much as the others.
            let _ = rustix::process::setpriority_process(Some(rustix::thread::gettid()), PATIENT);
            let _ = done.send(train());
        };
        std::thread::Builder::new().name("training".into()).spawn(work).map_err(Error::internal)?;
        trained.await.map_err(Error::internal)
    }

    /// Removes everything of a firm that is over; doing it twice removes nothing more.
    pub(crate) async fn erase(&self, ctx: &Ctx, tables: &TenantTables) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        tables.erase(&tx).await?;
        tx.commit().await?;
        self.loaded.held().remove(ctx.tenant);
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
        check_size(&articles)?;
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
        check_size(&serde_json::from_str::<Vec<Article>>(&row.snapshot)?)?;
        tx.note_change("release.activated", id, (), row.number)?;
        tx.commit().await?;
        self.refresh(ctx.tenant).await?;
        Ok(row.into_contract())
    }
}
