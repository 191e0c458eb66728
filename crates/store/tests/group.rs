//! Write transactions that share a commit stay transactions.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop with its line")]

use std::path::PathBuf;

use lingxi_contracts::billing::ApiCallsCounted;
use lingxi_kernel::{Ctx, Env, TenantId};
use lingxi_store::{Db, outbox, schema};

struct Fresh {
    db: Db,
    ctx: Ctx,
    folder: PathBuf,
}

async fn fresh(name: &str) -> Fresh {
    let folder = std::env::temp_dir().join(format!("lingxi-store-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let env = Env::system();
    let ctx = Ctx::system(env.id::<TenantId>(), "test");
    let path = folder.join("test.db");
    lingxi_migrations::up(&schema::sqlite(&path).await.unwrap()).await.unwrap();
    let db = Db::open(&path, env).await.unwrap();
    Fresh { db, ctx, folder }
}

impl Fresh {
    async fn stored(&self) -> usize {
        outbox::pending(&self.db, 0, 10_000).await.unwrap().len()
    }

    fn end(self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

async fn write(db: &Db, ctx: &Ctx, key: usize, keep: bool) {
    let tx = db.begin(ctx).await.unwrap();
    tx.emit(&ApiCallsCounted { key: key.to_string(), calls: 1 }).unwrap();
    if keep {
        tx.commit().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_committed_is_there_and_what_is_dropped_is_not() {
    let test = fresh("mixed").await;
    let all = (0..200).map(|key| {
        let (db, ctx) = (test.db.clone(), test.ctx.clone());
        tokio::spawn(async move { write(&db, &ctx, key, key % 3 != 0).await })
    });
    for one in futures::future::join_all(all).await {
        one.unwrap();
    }
    assert_eq!(test.stored().await, (0..200).filter(|key| key % 3 != 0).count());
    test.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_that_are_cancelled_while_they_wait_leave_nobody_hanging() {
    let test = fresh("cancelled").await;
    let mut kept = Vec::new();
    for key in 0..100 {
        let (db, ctx) = (test.db.clone(), test.ctx.clone());
        let running = tokio::spawn(async move { write(&db, &ctx, key, true).await });
        if key % 2 == 0 {
            running.abort();
        } else {
            kept.push(running);
        }
    }
    for one in kept {
        tokio::time::timeout(std::time::Duration::from_secs(20), one).await.unwrap().unwrap();
    }
    assert!(test.stored().await >= 50, "everybody who was not cancelled got through");
    write(&test.db, &test.ctx, 1_000, true).await;
    test.end();
}

#[tokio::test]
async fn a_committed_change_survives_the_process() {
    let test = fresh("survives").await;
    write(&test.db, &test.ctx, 1, true).await;
    let again = Db::open(&test.folder.join("test.db"), Env::system()).await.unwrap();
    assert_eq!(outbox::pending(&again, 0, 10).await.unwrap().len(), 1);
    test.end();
}

#[tokio::test]
async fn what_several_tenants_do_together_is_kept_or_undone_together() {
    let test = fresh("together").await;
    let other = Ctx::system(test.db.env().id::<TenantId>(), "test");
    for keep in [false, true] {
        let mut both = test.db.begin_together([test.ctx.clone(), other.clone()]).await.unwrap().unwrap();
        for tenant in [other.tenant, test.ctx.tenant] {
            let tx = both.within(tenant).await.unwrap();
            tx.emit(&ApiCallsCounted { key: tenant.to_string(), calls: 1 }).unwrap();
        }
        if keep {
            both.commit().await.unwrap();
        }
        assert_eq!(test.stored().await, if keep { 2 } else { 0 });
    }
    let facts = outbox::pending(&test.db, 0, 10).await.unwrap();
    let tenants: Vec<TenantId> = facts.iter().map(|(_, fact)| fact.tenantid).collect();
    assert_eq!(
        tenants,
        [other.tenant, test.ctx.tenant],
        "each fact is its own tenant's, in the order in which they were told"
    );
    test.end();
}
