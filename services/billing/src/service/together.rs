//! Storing facts that senders report. Batches of a firm that come while others are being stored share a transaction: a firm has one writer
//! at a time, and with a transaction each its senders would wait for as many syncs of the disk as there are senders before them.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use lingxi_contracts::billing::UsageAnswer;
use lingxi_kernel::{Ctx, Error, Result, TenantId};
use tokio::sync::oneshot;

use super::Billing;
use super::ingest::ReadFacts;

/// Facts at which a transaction takes no further batch.
const TOGETHER: usize = 4_000;

/// A batch that waits to be stored.
pub(super) struct Batch {
    facts: ReadFacts,
    done: oneshot::Sender<Result<Vec<UsageAnswer>>>,
}

impl Billing {
    /// Stores a batch, with others of its firm where some wait.
    pub(super) async fn store_with_others(&self, ctx: &Ctx, facts: ReadFacts) -> Result<Vec<UsageAnswer>> {
        let (done, stored) = oneshot::channel();
        let tenant = ctx.tenant;
        if self.batches.add(tenant, Batch { facts, done }) {
            let service = self.myself.upgrade().ok_or_else(|| Error::internal("the service is gone"))?;
            // A task of its own: the sender may go away, and others wait for it.
            tokio::spawn(async move {
                while let Some(batches) = service.batches.take(tenant, TOGETHER) {
                    service.store_batches(tenant, batches).await;
                }
            });
        }
        stored.await.map_err(Error::internal)?
    }

    async fn store_batches(&self, tenant: TenantId, batches: Vec<Batch>) {
        let (mut group, mut facts) = (Vec::new(), 0);
        for batch in batches {
            facts += batch.facts.len();
            group.push(batch);
            if facts >= TOGETHER {
                self.store_group(tenant, std::mem::take(&mut group)).await;
                facts = 0;
            }
        }
        if !group.is_empty() {
            self.store_group(tenant, group).await;
        }
    }

    async fn store_group(&self, tenant: TenantId, group: Vec<Batch>) {
        match self.stored(tenant, &group).await {
            Ok(answers) => {
                for (batch, answers) in group.into_iter().zip(answers) {
                    let _ = batch.done.send(Ok(answers));
                }
            }
            Err(error) if group.len() == 1 => {
                for batch in group {
                    let _ = batch.done.send(Err(error.clone()));
                }
            }
            // What cannot be stored keeps nothing else from it.
            Err(_) => {
                for batch in group {
                    let answers = self.stored(tenant, std::slice::from_ref(&batch)).await;
                    let _ = batch.done.send(answers.map(|all| all.into_iter().flatten().collect()));
                }
            }
        }
    }

    /// Stores batches in one transaction. A panic is the outcome of these and not the end of all that come after them.
    async fn stored(&self, tenant: TenantId, batches: &[Batch]) -> Result<Vec<Vec<UsageAnswer>>> {
        let storing = async {
            let ctx = Ctx::system(tenant, "billing");
            let tx = self.deps.db.begin(&ctx).await?;
            let facts: Vec<&ReadFacts> = batches.iter().map(|batch| &batch.facts).collect();
            let answers = self.ingest_read(&tx, &facts).await?;
            tx.commit().await?;
            self.forget(&ctx);
            Ok(answers)
        };
        let outcome = AssertUnwindSafe(storing).catch_unwind().await;
        outcome.unwrap_or_else(|_| Err(Error::internal("storing facts panicked")))
    }
}
