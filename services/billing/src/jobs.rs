//! Timers: periods that end, drafts that become final, credit that expires. What spans firms is read here, and only here.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use lingxi_contracts::billing::{
    DisputeStatus, FapiaoStatus, InvoiceStatus, PaymentMethod, PaymentStatus, SubscriptionStatus,
};
use lingxi_kernel::{Error, FapiaoId, InvoiceId, Page, PageArgs, PaymentId, Result, Timestamp};
use lingxi_store::{Db, Together, system, update, upsert_all};
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

impl Jobs {
    /// Ends the periods that are over. Who was ended already, by this run or another, is left alone.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn end_periods(&self) -> Result<()> {
        loop {
            let now = self.db.env().now();
            let due: Vec<Uuid> = subscription::Entity::find()
                .select_only()
                .column(subscription::Column::TenantId)
                .filter(subscription::Column::PeriodTo.lte(now))
                .filter(subscription::Column::Status.ne(SubscriptionStatus::Canceled.as_str()))
                .order_by_asc(subscription::Column::PeriodTo)
                .limit(LOOKED_FOR)
                .into_tuple()
                .all(&system::reader(&self.db))
                .await?;
            let full = due.len() as u64 == LOOKED_FOR;
            let (some, outcome) = in_groups(&due, |group| self.end_periods_of(group).boxed()).await;
            if !(full && some) {
                return outcome;
            }
        }
    }

    async fn end_periods_of(&self, firms: Vec<Uuid>) -> Result<()> {
        let mut together = self.together(firms.iter().copied()).await?;
        for id in firms {
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
            let due: Vec<(Uuid, Uuid)> = row::Entity::find()
                .select_only()
                .columns([row::Column::TenantId, row::Column::Id])
                .filter(row::Column::Status.eq(InvoiceStatus::Draft.as_str()))
                .filter(row::Column::FinalizesAt.lte(self.db.env().now()))
                // One after the other of each firm, so that what came late to the first is on the second.
                .order_by_asc(row::Column::From)
                .limit(LOOKED_FOR)
                .into_tuple()
                .all(&system::reader(&self.db))
                .await?;
            let full = due.len() as u64 == LOOKED_FOR;
            // Of each firm the oldest; the next one is looked for again.
            let mut seen = HashSet::new();
            let oldest: Vec<(Uuid, Uuid)> = due.iter().copied().filter(|(id, _)| seen.insert(*id)).collect();
            let several = oldest.len() < due.len();
            let (some, outcome) = in_groups(&oldest, |group| self.finalize_all(group).boxed()).await;
            if !((full || several) && some) {
                return outcome;
            }
        }
    }

    async fn finalize_all(&self, drafts: Vec<(Uuid, Uuid)>) -> Result<()> {
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
        let due: Vec<(Uuid, Uuid)> = row::Entity::find()
            .select_only()
            .columns([row::Column::TenantId, row::Column::Id])
            .filter(row::Column::Status.is_in(unpaid))
            .filter(row::Column::NextAttemptAt.lte(self.db.env().now()))
            .order_by_asc(row::Column::NextAttemptAt)
            .limit(LOOKED_FOR)
            .into_tuple()
            .all(&system::reader(&self.db))
            .await?;
        let collected = |(id, invoice)| async move { self.service.collect(&tenant(id), invoice).await }.boxed();
        one_by_one(due.into_iter().map(collected)).await
    }

    /// An invoice is past due when its date has come, whether or not something is tried just then.
    async fn fall_due(&self) -> Result<()> {
        let due: Vec<(Uuid, Uuid)> = row::Entity::find()
            .select_only()
            .columns([row::Column::TenantId, row::Column::Id])
            .filter(row::Column::Status.eq(InvoiceStatus::Open.as_str()))
            .filter(row::Column::DueAt.lte(self.db.env().now()))
            .limit(LOOKED_FOR)
            .into_tuple()
            .all(&system::reader(&self.db))
            .await?;
        for (id, invoice) in due {
            let tx = self.db.begin(&tenant(id)).await?;
            let open = row::get(&tx, invoice).await?.filter(|row| row.status == InvoiceStatus::Open.as_str());
            if let Some(mut row) = open {
                row.status = row.unpaid(tx.now()).as_str().into();
                update(&tx, row).await?;
                tx.commit().await?;
            }
        }
        Ok(())
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
            .filter(payment::row::Column::At.lte(now - UNNOTICED))
            .order_by_asc(payment::row::Column::At)
            .limit(LOOKED_FOR)
            .all(&reader)
            .await?;
        let resolved =
            |row: payment::row::Model| async move { service.resolve(&tenant(row.tenant_id), row).await }.boxed();
        one_by_one(pending.into_iter().map(resolved)).await?;
        let refunds = payment::refund::Entity::find()
            .filter(payment::refund::Column::Status.eq(PaymentStatus::Pending.as_str()))
            .filter(payment::refund::Column::At.lte(now - UNNOTICED))
            .order_by_asc(payment::refund::Column::At)
            .limit(LOOKED_FOR)
            .all(&reader)
            .await?;
        let sent =
            |row: payment::refund::Model| async move { service.send_back(&tenant(row.tenant_id), row).await }.boxed();
        one_by_one(refunds.into_iter().map(sent)).await
    }

    /// Has the fapiao issued that were asked for, where a provider does.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn issue_fapiao(&self) -> Result<()> {
        if self.service.deps.fapiao.is_none() {
            return Ok(());
        }
        let rows = fapiao::row::Entity::find()
            .filter(fapiao::row::Column::Status.eq(FapiaoStatus::Requested.as_str()))
            .order_by_asc(fapiao::row::Column::At)
            .limit(LOOKED_FOR)
            .all(&system::reader(&self.db))
            .await?;
        let asked = |row: fapiao::row::Model| {
            async move { self.service.issue_fapiao(&tenant(row.tenant_id), row).await }.boxed()
        };
        one_by_one(rows.into_iter().map(asked)).await
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
            .filter(grant::Column::ExpiresAt.lte(self.db.env().now()))
            .limit(LOOKED_FOR)
            .all(&system::reader(&self.db))
            .await?;
        for row in due {
            let tx = self.db.begin(&tenant(row.tenant_id)).await?;
            if let Some(row) = grant::get(&tx, row.id).await? {
                self.service.expire(&tx, row).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Counts resolutions by the bot after which nobody came back.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the database refuses; what is left is done next time.
    pub async fn count_outcomes(&self) -> Result<()> {
        let due = outcome::Entity::find()
            .filter(outcome::Column::DueAt.lte(self.db.env().now()))
            .order_by_asc(outcome::Column::DueAt)
            .limit(LOOKED_FOR)
            .all(&system::reader(&self.db))
            .await?;
        for row in due {
            let ctx = tenant(row.tenant_id);
            let tx = self.db.begin(&ctx).await?;
            self.service.count_outcome(&tx, row).await?;
            tx.commit().await?;
            self.service.forget(&ctx);
        }
        Ok(())
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
/// Of a group that fails every firm is tried by itself, so that none keeps another from its bill. Gives whether any was done, and
/// an error when one was not.
async fn in_groups<'a, T: Copy>(firms: &[T], work: impl Fn(Vec<T>) -> BoxFuture<'a, Result<()>>) -> (bool, Result<()>) {
    let work = &work;
    let groups: Vec<Vec<T>> = firms.chunks(TOGETHER).map(<[T]>::to_vec).collect();
    let groups = futures::stream::iter(groups).map(|group| async move {
        if work(group.clone()).await.is_ok() {
            return (true, Ok(()));
        }
        let (mut some, mut outcome) = (false, Ok(()));
        for firm in group {
            match work(vec![firm]).await {
                Ok(()) => some = true,
                Err(error) => {
                    tracing::error!(%error, cause = error.cause, "A firm's bill cannot be made; it is tried again");
                    outcome = Err(error);
                }
            }
        }
        (some, outcome)
    });
    let outcomes: Vec<(bool, Result<()>)> = groups.buffer_unordered(AT_ONCE).collect().await;
    let some = outcomes.iter().any(|(some, _)| *some);
    (some, outcomes.into_iter().try_for_each(|(_, outcome)| outcome))
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
