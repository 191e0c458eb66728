//! Timers: periods that end, drafts that become final, credit that expires. What spans firms is read here, and only here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use lingxi_contracts::billing::{
    DisputeStatus, FapiaoStatus, InvoiceStatus, PaymentMethod, PaymentStatus, SubscriptionStatus,
};
use lingxi_kernel::{Error, FapiaoId, InvoiceId, Page, PageArgs, PaymentId, Result, Timestamp};
use lingxi_store::turns::{Key, unharmed};
use lingxi_store::{Db, Together, Turns, system, update, upsert_all};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
};

use crate::service::{Billing, tenant};
use crate::store::catalog::{self, number};
use crate::store::invoice::{credit_note, dispute, row};
use crate::store::money::grant;
use crate::store::subscription::{self, phase};
use crate::store::usage::outcome;
use crate::store::{fapiao, notice, payment};

/// The service's timers.
#[derive(Clone)]
pub struct Jobs {
    pub(crate) db: Db,
    pub(crate) service: Arc<Billing>,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Jobs").finish_non_exhaustive()
    }
}

/// Firms whose bills share a commit: the disk is waited for once for all of them.
const TOGETHER: usize = 25;

/// Groups of firms whose bills are made at a time.
const AT_ONCE: usize = 4;

/// Between two comparisons that nobody asked for.
const A_DAY: TimeDelta = TimeDelta::hours(24);

/// After so long without a notice a payment is asked for.
const UNNOTICED: TimeDelta = TimeDelta::minutes(5);

/// How long notices are kept that were handled.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Rows that are looked for at a time.
const LOOKED_FOR: u64 = 500;

/// Pieces of work of one firm at a time.
const PLACES: u64 = 50;

impl Jobs {
    fn turns(&self, timer: &'static str) -> Turns {
        Turns::new(&self.db, timer, PLACES, LOOKED_FOR)
    }

    /// Ends the periods that are over. Who was ended already, by this run or another, is left alone.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn end_periods(&self) -> Result<()> {
        loop {
            let now = self.db.env().now();
            let due = subscription::Entity::find()
                .filter(subscription::Column::PeriodTo.lte(now))
                .filter(subscription::Column::Status.ne(SubscriptionStatus::Canceled.as_str()));
            let turns = Turns::new(&self.db, "periods that end", 1, LOOKED_FOR);
            let (id, order) = (subscription::Column::TenantId, subscription::Column::PeriodTo);
            let due = turns.due_keys(due, id, order).await?;
            let full = due.len() as u64 == LOOKED_FOR;
            let some = in_groups(&turns, &due, |group| self.end_periods_of(group).boxed()).await?;
            if !(full && some) {
                return Ok(());
            }
        }
    }

    async fn end_periods_of(&self, firms: Vec<Key>) -> Result<()> {
        let mut together = self.together(firms.iter().map(|(id, _)| *id)).await?;
        for (id, _) in firms {
            let tx = together.within(id.into()).await?;
            let Some(mut row) = subscription::get(tx).await? else { continue };
            while row.period_to <= tx.now() && row.status != SubscriptionStatus::Canceled.as_str() {
                self.service.end_period(tx, &mut row).await?;
            }
            upsert_all(tx, vec![row]).await?;
        }
        together.commit().await
    }

    async fn together(&self, firms: impl Iterator<Item = Uuid>) -> Result<Together> {
        let together = self.db.begin_together(firms.map(tenant)).await?;
        together.ok_or_else(|| Error::conflict("Somebody else writes in one of the firms."))
    }

    /// Makes drafts final whose grace is over.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn finalize(&self) -> Result<()> {
        loop {
            let due = row::Entity::find()
                .filter(row::Column::Status.eq(InvoiceStatus::Draft.as_str()))
                .filter(row::Column::FinalizesAt.lte(self.db.env().now()));
            // Of each firm the oldest, so that what came late to it is on the next one; that is looked for again.
            let turns = Turns::new(&self.db, "drafts of invoices", 1, LOOKED_FOR);
            let due = turns.due_keys(due, row::Column::Id, row::Column::From).await?;
            if due.is_empty() || !in_groups(&turns, &due, |group| self.finalize_all(group).boxed()).await? {
                return Ok(());
            }
        }
    }

    async fn finalize_all(&self, drafts: Vec<Key>) -> Result<()> {
        let mut together = self.together(drafts.iter().map(|(id, _)| *id)).await?;
        let mut settled = Vec::with_capacity(drafts.len());
        for (id, invoice) in drafts {
            let tx = together.within(id.into()).await?;
            if let Some(draft) = row::get(tx, invoice).await?.filter(row::Model::is_draft) {
                settled.push((id, self.service.settle_draft(tx, draft).await?));
            }
        }
        // Numbers last, because whoever takes one keeps the others waiting until the commit.
        for (id, row) in settled {
            self.service.number_invoice(together.within(id.into()).await?, row).await?;
        }
        together.commit().await
    }

    /// Collects what is due: from the wallet, by the card on file, or by reminding.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn collect(&self) -> Result<()> {
        self.fall_due().await?;
        let unpaid = [InvoiceStatus::Open.as_str(), InvoiceStatus::PastDue.as_str()];
        let due = row::Entity::find()
            .filter(row::Column::Status.is_in(unpaid))
            .filter(row::Column::NextAttemptAt.lte(self.db.env().now()));
        let turns = self.turns("what is due");
        let due = turns.due_keys(due, row::Column::Id, row::Column::NextAttemptAt).await?;
        let collect = |(id, invoice): Key| async move { self.service.collect(&tenant(id), invoice).await }.boxed();
        turns.each(due, |key| *key, collect).await
    }

    /// An invoice is past due when its date has come, whether or not something is tried just then.
    async fn fall_due(&self) -> Result<()> {
        let due = row::Entity::find()
            .filter(row::Column::Status.eq(InvoiceStatus::Open.as_str()))
            .filter(row::Column::DueAt.lte(self.db.env().now()));
        let turns = self.turns("invoices that fall due");
        let due = turns.due_keys(due, row::Column::Id, row::Column::DueAt).await?;
        let fall_due = |(id, invoice): Key| {
            async move {
                let tx = self.db.begin(&tenant(id)).await?;
                let open = row::get(&tx, invoice).await?.filter(|row| row.status == InvoiceStatus::Open.as_str());
                if let Some(mut row) = open {
                    row.status = row.unpaid(tx.now()).as_str().into();
                    update(&tx, row).await?;
                    tx.commit().await?;
                }
                Ok(())
            }
            .boxed()
        };
        turns.each(due, |key| *key, fall_due).await
    }

    /// Finds out what became of payments and refunds of which no notice came, and does what notices were about that failed.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn follow_up(&self) -> Result<()> {
        let service = &self.service;
        if service.deps.gateway.is_none() {
            return Ok(());
        }
        let (reader, now) = (system::reader(&self.db), self.db.env().now());
        let notices = notice::Entity::find()
            .filter(notice::Column::HandledAt.is_null())
            .filter(notice::Column::NextAt.lte(now))
            .order_by_asc(notice::Column::ReceivedAt)
            .limit(LOOKED_FOR)
            .all(&reader)
            .await?;
        one_by_one(notices.into_iter().map(|row| service.handle(row).boxed())).await?;
        let pending = payment::row::Entity::find()
            .filter(payment::row::Column::Status.eq(PaymentStatus::Pending.as_str()))
            .filter(payment::row::Column::Method.eq(PaymentMethod::Provider.as_str()))
            .filter(payment::row::Column::At.lte(now - UNNOTICED));
        let turns = self.turns("payments without a notice");
        let pending = turns.due(pending, payment::row::Column::Id, payment::row::Column::At).await?;
        let resolve =
            |row: payment::row::Model| async move { service.resolve(&tenant(row.tenant_id), row).await }.boxed();
        turns.each(pending, |row| (row.tenant_id, row.id), resolve).await?;
        let refunds = payment::refund::Entity::find()
            .filter(payment::refund::Column::Status.eq(PaymentStatus::Pending.as_str()))
            .filter(payment::refund::Column::At.lte(now - UNNOTICED));
        let turns = self.turns("refunds without a notice");
        let refunds = turns.due(refunds, payment::refund::Column::Id, payment::refund::Column::At).await?;
        let send =
            |row: payment::refund::Model| async move { service.send_back(&tenant(row.tenant_id), row).await }.boxed();
        turns.each(refunds, |row| (row.tenant_id, row.id), send).await
    }

    /// Has the fapiao issued that were asked for, where a provider does.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn issue_fapiao(&self) -> Result<()> {
        if self.service.deps.fapiao.is_none() {
            return Ok(());
        }
        let rows = fapiao::row::Entity::find().filter(fapiao::row::Column::Status.eq(FapiaoStatus::Requested.as_str()));
        let turns = self.turns("fapiao");
        let rows = turns.due(rows, fapiao::row::Column::Id, fapiao::row::Column::At).await?;
        let asked = |row: fapiao::row::Model| {
            async move { self.service.issue_fapiao(&tenant(row.tenant_id), row).await }.boxed()
        };
        turns.each(rows, |row| (row.tenant_id, row.id), asked).await
    }

    /// Compares everything once a day; a difference is an alert.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; it is done again next time.
    pub async fn reconcile(&self) -> Result<()> {
        let last = catalog::reports(&self.db).await?.first().map(|report| report.at);
        if last.is_none_or(|last| self.db.env().now() - last >= A_DAY) {
            self.service.reconcile().await?;
            self.service.prune_notices(self.db.env().now() - KEPT).await?;
        }
        Ok(())
    }

    /// Takes expired credit out of the wallets.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn expire_credit(&self) -> Result<()> {
        let due = grant::Entity::find()
            .filter(grant::Column::Remaining.gt(0))
            .filter(grant::Column::ExpiresAt.lte(self.db.env().now()));
        let turns = self.turns("credit that expires");
        let due = turns.due_keys(due, grant::Column::Id, grant::Column::ExpiresAt).await?;
        let expire = |(id, row): Key| {
            async move {
                let tx = self.db.begin(&tenant(id)).await?;
                if let Some(row) = grant::get(&tx, row).await? {
                    self.service.expire(&tx, row).await?;
                    tx.commit().await?;
                }
                Ok(())
            }
            .boxed()
        };
        turns.each(due, |key| *key, expire).await
    }

    /// Counts resolutions by the bot after which nobody came back.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn count_outcomes(&self) -> Result<()> {
        let due = outcome::Entity::find().filter(outcome::Column::DueAt.lte(self.db.env().now()));
        let turns = self.turns("resolutions that stood");
        let due = turns.due(due, outcome::Column::ConversationId, outcome::Column::DueAt).await?;
        let count = |row: outcome::Model| {
            async move {
                let ctx = tenant(row.tenant_id);
                let tx = self.db.begin(&ctx).await?;
                self.service.count_outcome(&tx, row).await?;
                tx.commit().await?;
                self.service.forget(&ctx);
                Ok(())
            }
            .boxed()
        };
        turns.each(due, |row| (row.tenant_id, row.conversation_id), count).await
    }
}

/// Payments of all firms, newest first.
pub(crate) async fn all_payments(db: &Db, args: &PageArgs) -> Result<Page<payment::row::Model>> {
    let mut rows =
        payment::row::Entity::find().order_by_desc(payment::row::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(after) = &args.after {
        rows = rows.filter(payment::row::Column::Id.lt(after.parse::<PaymentId>()?.uuid()));
    }
    let rows = rows.all(&system::reader(db)).await?;
    Ok(Page::from_overfetch(rows, args, |row| row.id().to_string()))
}

/// Fapiao of all firms, newest first.
pub(crate) async fn all_fapiao(
    db: &Db,
    status: Option<FapiaoStatus>,
    args: &PageArgs,
) -> Result<Page<fapiao::row::Model>> {
    let mut rows = fapiao::row::Entity::find().order_by_desc(fapiao::row::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(status) = status {
        rows = rows.filter(fapiao::row::Column::Status.eq(status.as_str()));
    }
    if let Some(after) = &args.after {
        rows = rows.filter(fapiao::row::Column::Id.lt(after.parse::<FapiaoId>()?.uuid()));
    }
    let rows = rows.all(&system::reader(db)).await?;
    Ok(Page::from_overfetch(rows, args, |row| row.id().to_string()))
}

/// Notices of the payment provider that came before a moment and could not be handled.
pub(crate) async fn stuck_notices(db: &Db, before: Timestamp) -> Result<Vec<notice::Model>> {
    let rows = notice::Entity::find().filter(notice::Column::HandledAt.is_null());
    Ok(rows.filter(notice::Column::ReceivedAt.lt(before)).limit(LOOKED_FOR).all(&system::reader(db)).await?)
}

/// Firms that are on a version of a plan.
pub(crate) async fn subscribed(db: &Db, code: &str) -> Result<Vec<Uuid>> {
    let rows = phase::Entity::find()
        .select_only()
        .column(phase::Column::TenantId)
        .filter(phase::Column::Plan.eq(code))
        .filter(phase::Column::To.is_null());
    Ok(rows.distinct().into_tuple().all(&system::reader(db)).await?)
}

/// Invoices of all firms, newest first.
pub(crate) async fn all_invoices(db: &Db, status: Option<InvoiceStatus>, args: &PageArgs) -> Result<Page<row::Model>> {
    let mut rows = row::Entity::find().order_by_desc(row::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(status) = status {
        rows = rows.filter(row::Column::Status.eq(status.as_str()));
    }
    if let Some(after) = &args.after {
        rows = rows.filter(row::Column::Id.lt(after.parse::<InvoiceId>()?.uuid()));
    }
    let rows = rows.all(&system::reader(db)).await?;
    Ok(Page::from_overfetch(rows, args, |row| row.id().to_string()))
}

/// Open disputes of all firms, oldest first.
pub(crate) async fn open_disputes(db: &Db) -> Result<Vec<dispute::Model>> {
    Ok(dispute::Entity::find()
        .filter(dispute::Column::Status.eq(DisputeStatus::Open.as_str()))
        .order_by_asc(dispute::Column::At)
        .limit(LOOKED_FOR)
        .all(&system::reader(db))
        .await?)
}

/// Does the work of firms in groups that share a commit, of some groups at a time: while one waits for the disk, others compute.
/// Of a group that fails every firm is tried by itself, so that none keeps another from its bill. Gives whether any was done.
async fn in_groups<'a>(
    turns: &Turns,
    firms: &[Key],
    work: impl Fn(Vec<Key>) -> BoxFuture<'a, Result<()>> + Sync,
) -> Result<bool> {
    let work = &work;
    let groups: Vec<Vec<Key>> = firms.chunks(TOGETHER).map(<[Key]>::to_vec).collect();
    let groups = futures::stream::iter(groups).map(|group| async move {
        if !group.is_empty() && unharmed(work(group.clone())).await.is_ok() {
            return Ok(true);
        }
        let some = AtomicBool::new(false);
        let alone = |firm: Key| {
            let some = &some;
            let done = work(vec![firm]);
            async move { done.await.inspect(|()| some.store(true, Ordering::Relaxed)) }.boxed()
        };
        turns.each(group, |firm| *firm, alone).await?;
        Ok(some.into_inner())
    });
    let outcomes: Vec<Result<bool>> = groups.buffer_unordered(AT_ONCE).collect().await;
    outcomes.into_iter().try_fold(false, |some, outcome| Ok(some | outcome?))
}

/// Does work in its order; what fails keeps nothing else from being done, and is done next time.
async fn one_by_one(work: impl Iterator<Item = BoxFuture<'_, Result<()>>>) -> Result<()> {
    for one in work {
        if let Err(error) = one.await {
            tracing::error!(%error, cause = error.cause, "Part of the work on payments failed");
        }
    }
    Ok(())
}

/// Firms with a subscription.
pub(crate) async fn firms(db: &Db) -> Result<Vec<Uuid>> {
    let rows = subscription::Entity::find().select_only().column(subscription::Column::TenantId);
    Ok(rows.into_tuple().all(&system::reader(db)).await?)
}

/// The series of numbers, each with the last that was given and how many documents have one.
pub(crate) async fn numbers(db: &Db) -> Result<Vec<(String, i64, i64)>> {
    let reader = system::reader(db);
    let mut all = Vec::new();
    for series in number::Entity::find().all(&reader).await? {
        let begin = format!("{}-%", series.series);
        let found = if series.series.ends_with("-CN") {
            credit_note::Entity::find().filter(credit_note::Column::Number.like(begin)).count(&reader).await?
        } else {
            row::Entity::find().filter(row::Column::Number.like(begin)).count(&reader).await?
        };
        all.push((series.series, series.last, i64::try_from(found)?));
    }
    Ok(all)
}
