//! The work of timers: some of each firm in turn, so that a firm with much of it keeps no other waiting; and each piece by itself, so that
//! one that fails keeps nothing else from being done. What failed is noted with its cause, is tried again later and later, and is given
//! up in the end.

use std::collections::{HashMap, HashSet};
use std::panic::AssertUnwindSafe;

use chrono::TimeDelta;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use lingxi_kernel::{Ctx, Error, ErrorCode, Result, TenantId, Timestamp};
use sea_orm::entity::prelude::{
    ActiveModelBehavior, ColumnTrait as _, DateTimeUtc, DbErr, DeriveEntityModel, DerivePrimaryKey, DeriveRelation,
    EntityTrait, EnumIter, ModelTrait as _, PrimaryKeyTrait, QueryFilter as _, Uuid,
};
use sea_orm::sea_query::{Alias, Expr, Order, Query};
use sea_orm::{ConnectionTrait as _, ExprTrait as _, IdenStatic as _, QuerySelect as _, QueryTrait as _, Select};

use crate::{Db, TenantEntity, Tx, delete_many, find, system, upsert_all};

/// Tries after which a piece of work is given up: together they last more than a day.
const ATTEMPTS: i32 = 14;
/// Before the second try; twice as long before each further one.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(30);
/// The longest pause.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(6);
/// What was given up may have been mended by a newer version.
const ANEW: TimeDelta = TimeDelta::days(7);

/// A piece of a timer's work that failed.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "store_setback")]
pub struct Model {
    /// Whose.
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// Which timer.
    #[sea_orm(primary_key, auto_increment = false)]
    pub timer: String,
    /// What it was about.
    #[sea_orm(primary_key, auto_increment = false)]
    pub row_id: Uuid,
    /// How often it failed.
    pub attempts: i32,
    /// Why, the last time; for operators.
    #[sea_orm(column_type = "Text")]
    pub cause: String,
    /// When it failed last.
    pub failed_at: DateTimeUtc,
    /// When it is tried again.
    pub next_at: DateTimeUtc,
    /// Whether it was given up: it is tried anew in a week.
    pub given_up: bool,
}

/// No relations: services share no foreign keys.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl TenantEntity for Entity {
    const TENANT: Column = Column::TenantId;
}

/// When something is tried again that failed so often; nothing once it is given up.
pub fn pause(attempts: i32) -> Option<TimeDelta> {
    let doublings = u32::try_from(attempts.clamp(1, ATTEMPTS) - 1).unwrap_or(0);
    (attempts < ATTEMPTS).then(|| (FIRST_PAUSE * (1 << doublings)).min(LONGEST_PAUSE))
}

/// What failed of a firm's work and waits to be tried again, or was given up.
///
/// # Errors
/// [`ErrorCode::Internal`] when the table cannot be read.
pub async fn setbacks(tx: &Tx) -> Result<Vec<Model>> {
    Ok(find::<Entity>(tx).all(tx.conn()).await?)
}

/// What a piece of work is about: whose it is, and which row.
pub type Key = (Uuid, Uuid);

/// One timer's work.
#[derive(Clone)]
pub struct Turns {
    db: Db,
    timer: &'static str,
    /// Pieces of one firm at a time.
    places: i64,
    /// Pieces of all firms at a time.
    most: u64,
    /// Pieces that are worked on side by side.
    side_by_side: usize,
}

impl std::fmt::Debug for Turns {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turns").field("timer", &self.timer).finish_non_exhaustive()
    }
}

impl Turns {
    /// The work of a timer: so many pieces of each firm at a time, and so many of all.
    pub fn new(db: &Db, timer: &'static str, places: u64, most: u64) -> Self {
        Self { db: db.clone(), timer, places: i64::try_from(places).unwrap_or(i64::MAX), most, side_by_side: 1 }
    }

    /// So many pieces side by side.
    #[must_use]
    pub fn side_by_side(self, side_by_side: usize) -> Self {
        Self { side_by_side, ..self }
    }

    /// Those of some rows whose turn it is: of each firm the first ones, the firms in turn, and none that failed lately.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when the tables cannot be read.
    pub async fn due<E: TenantEntity>(
        &self,
        rows: Select<E>,
        id: E::Column,
        order: E::Column,
    ) -> Result<Vec<E::Model>> {
        let conn = system::reader(&self.db);
        let keys = self.due_keys(rows, id, order).await?;
        let mut found: HashMap<Key, E::Model> = HashMap::new();
        for chunk in keys.chunks(500) {
            let (firms, ids): (HashSet<Uuid>, Vec<Uuid>) =
                (chunk.iter().map(|key| key.0).collect(), chunk.iter().map(|key| key.1).collect());
            for model in E::find().filter(E::TENANT.is_in(firms)).filter(id.is_in(ids)).all(&conn).await? {
                let key = (uuid_of::<E>(&model, E::TENANT)?, uuid_of::<E>(&model, id)?);
                found.insert(key, model);
            }
        }
        Ok(keys.iter().filter_map(|key| found.remove(key)).collect())
    }

    /// The keys of the rows whose turn it is.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when the tables cannot be read.
    pub async fn due_keys<E: TenantEntity>(
        &self,
        rows: Select<E>,
        id: E::Column,
        order: E::Column,
    ) -> Result<Vec<Key>> {
        let conn = system::reader(&self.db);
        let table = E::default();
        let failed = Query::select()
            .expr(Expr::val(1))
            .from(Entity)
            .and_where(Expr::col((Entity, Column::TenantId)).equals((table, E::TENANT)))
            .and_where(Expr::col((Entity, Column::RowId)).equals((table, id)))
            .and_where(Expr::col((Entity, Column::Timer)).eq(self.timer))
            .and_where(Expr::col((Entity, Column::NextAt)).gt(self.db.env().now()))
            .to_owned();
        let place = format!(
            "ROW_NUMBER() OVER (PARTITION BY \"{}\" ORDER BY \"{}\", \"{}\")",
            E::TENANT.as_str(),
            order.as_str(),
            id.as_str()
        );
        let ranked = rows
            .filter(Expr::exists(failed).not())
            .select_only()
            .column_as(E::TENANT, "due_tenant")
            .column_as(id, "due_row")
            .column_as(order, "due_order")
            .expr_as(Expr::cust(place), "due_place")
            .into_query();
        let name = |name: &'static str| Alias::new(name);
        let wanted = Query::select()
            .columns([name("due_tenant"), name("due_row")])
            .from_subquery(ranked, name("due"))
            .and_where(Expr::col(name("due_place")).lte(self.places))
            .order_by(name("due_place"), Order::Asc)
            .order_by(name("due_order"), Order::Asc)
            .limit(self.most)
            .to_owned();
        let found = conn.query_all(&wanted).await?;
        let keys = found.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
        Ok(keys.collect::<Result<_, DbErr>>()?)
    }

    /// Does each piece of work by itself, but for those that failed lately. What fails or panics is noted and logged with its cause, and
    /// keeps no other from being done.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when what failed before cannot be read.
    pub async fn each<'a, T: Send>(
        &self,
        work: Vec<T>,
        key: impl Fn(&T) -> Key + Sync,
        done: impl Fn(T) -> BoxFuture<'a, Result<()>> + Sync,
    ) -> Result<()> {
        if work.is_empty() {
            return Ok(());
        }
        let known = self.known().await?;
        let now = self.db.env().now();
        let (known, done) = (&known, &done);
        let work = work.into_iter().map(|one| (key(&one), one));
        let open = work.filter(|(key, _)| known.get(key).is_none_or(|known| known.next_at <= now));
        futures::stream::iter(open)
            .map(|(key, one)| async move {
                let outcome = unharmed(done(one)).await;
                self.note(key, known.get(&key), outcome).await;
            })
            .buffer_unordered(self.side_by_side)
            .collect::<()>()
            .await;
        Ok(())
    }

    /// Notes what became of a piece of work that was done elsewhere.
    ///
    /// # Errors
    /// [`ErrorCode::Internal`] when what failed before cannot be read.
    pub async fn outcome(&self, key: Key, outcome: Result<()>) -> Result<()> {
        let known = self.known().await?;
        self.note(key, known.get(&key), outcome).await;
        Ok(())
    }

    async fn known(&self) -> Result<HashMap<Key, Model>> {
        let rows = Entity::find().filter(Column::Timer.eq(self.timer)).all(&system::reader(&self.db)).await?;
        Ok(rows.into_iter().map(|row| ((row.tenant_id, row.row_id), row)).collect())
    }

    async fn note(&self, key: Key, known: Option<&Model>, outcome: Result<()>) {
        let (timer, tenant, row) = (self.timer, TenantId::from_uuid(key.0), key.1);
        let noted = match (outcome, known) {
            (Ok(()), None) => Ok(()),
            (Ok(()), Some(_)) => self.forget(key).await,
            // What nothing can be done without for the moment says nothing about this piece.
            (Err(error), _) if error.code == ErrorCode::Unavailable => {
                tracing::warn!(job = timer, %tenant, %row, error.cause = %error, "A timer's work has to wait");
                Ok(())
            }
            (Err(error), known) => {
                tracing::error!(job = timer, %tenant, %row, error.cause = %error, "A piece of a timer's work failed");
                self.set_back(key, known.map_or(1, |known| known.attempts + 1), &error).await
            }
        };
        if let Err(error) = noted {
            tracing::error!(job = timer, %tenant, error.cause = %error, "A failure could not be noted");
        }
    }

    async fn forget(&self, (tenant, row): Key) -> Result<()> {
        let tx = self.db.begin(&Ctx::system(TenantId::from_uuid(tenant), "store")).await?;
        let own = delete_many::<Entity>(&tx).filter(Column::Timer.eq(self.timer)).filter(Column::RowId.eq(row));
        own.exec(tx.conn()).await?;
        tx.commit().await
    }

    async fn set_back(&self, (tenant, row_id): Key, attempts: i32, error: &Error) -> Result<()> {
        let tx = self.db.begin(&Ctx::system(TenantId::from_uuid(tenant), "store")).await?;
        let now: Timestamp = tx.now();
        let next = pause(attempts);
        if next.is_none() {
            metrics::counter!("lingxi_timer_given_up_total", "timer" => self.timer).increment(1);
        }
        let row = Model {
            tenant_id: tx.tenant(),
            timer: self.timer.to_owned(),
            row_id,
            attempts: if next.is_some() { attempts } else { 0 },
            cause: error.to_string().chars().filter(|letter| *letter != '\0').take(500).collect(),
            failed_at: now,
            next_at: now + next.unwrap_or(ANEW),
            given_up: next.is_none(),
        };
        upsert_all(&tx, vec![row]).await?;
        tx.commit().await
    }
}

fn uuid_of<E: TenantEntity>(model: &E::Model, column: E::Column) -> Result<Uuid> {
    match model.get(column) {
        sea_orm::Value::Uuid(Some(id)) => Ok(id),
        other => Err(Error::internal(format!("{} is no id: {other:?}", column.as_str()))),
    }
}

/// What some work comes to; a panic is its failure and not the end of the timer.
///
/// # Errors
/// The work's own.
pub async fn unharmed(work: BoxFuture<'_, Result<()>>) -> Result<()> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| Err(Error::internal("the work panicked")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_end() {
        let pauses: Vec<i64> = (1..ATTEMPTS).filter_map(pause).map(|pause| pause.num_seconds()).collect();
        assert_eq!(pauses[..4], [30, 60, 120, 240]);
        assert!(pauses.windows(2).all(|two| two[0] <= two[1]), "{pauses:?}");
        assert_eq!(pauses.len(), 13);
        assert!(pauses.iter().sum::<i64>() > 86_400, "more than a day");
        assert_eq!(pause(ATTEMPTS), None);
    }
}
