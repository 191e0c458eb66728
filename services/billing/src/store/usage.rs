//! Metered facts, and what they come to by local hour; both move in one transaction.

use std::collections::{BTreeMap, HashMap, HashSet};

use lingxi_contracts::billing::{AsideEvent, AsideReason};
use lingxi_kernel::{Decimal, Error, Page, PageArgs, Result, Timestamp};
use lingxi_rating::{Bucket, Gauge};
use lingxi_store::{Tx, find, insert_new, tenant_entity, upsert_all};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait as _, Condition, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, sea_query::OnConflict,
};

/// Rows that one statement stores: SQLite binds at most 32,766 values.
const CHUNK: usize = 1_000;

tenant_entity!(event, "billing_event", {
    source: String,
    source_id: String,
    kind: String,
    subject: String,
    at: DateTimeUtc,
    received_at: DateTimeUtc,
    data: String,
    payload: Uuid,
    reverses: Option<Uuid>,
});

tenant_entity!(aside, "billing_aside", {
    source: String,
    source_id: String,
    kind: String,
    subject: String,
    at: DateTimeUtc,
    received_at: DateTimeUtc,
    data: String,
    payload: Uuid,
    reverses: Option<Uuid>,
    reason: String,
});

/// Quantities by meter, local hour and value of a dimension; the dimension of all usage is empty.
pub(crate) mod bucket {
    use lingxi_store::TenantEntity;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_bucket")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub meter: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: DateTimeUtc,
        #[sea_orm(primary_key, auto_increment = false)]
        pub dimension: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub value: String,
        pub count: i64,
        pub sum: String,
        pub moment: String,
        pub max: Option<String>,
        pub latest_at: Option<DateTimeUtc>,
        pub latest_id: Option<String>,
        pub latest: Option<String>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantEntity for Entity {
        const TENANT: Column = Column::TenantId;
    }
}

/// The different values of an hour, for meters that count those.
pub(crate) mod different {
    use lingxi_store::TenantEntity;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_different")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub meter: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub hour: DateTimeUtc,
        #[sea_orm(primary_key, auto_increment = false)]
        pub dimension: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub value: String,
        #[sea_orm(primary_key, auto_increment = false)]
        pub item: String,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantEntity for Entity {
        const TENANT: Column = Column::TenantId;
    }
}

/// Resolutions by the bot within their quiet days: those that nobody confirmed count when nobody comes back, the others are taken back when
/// a person is needed after all.
pub(crate) mod outcome {
    use lingxi_store::TenantEntity;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_outcome")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub conversation_id: Uuid,
        pub contact_id: Option<Uuid>,
        pub confirmed: bool,
        pub resolved_at: DateTimeUtc,
        pub due_at: DateTimeUtc,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantEntity for Entity {
        const TENANT: Column = Column::TenantId;
    }
}

/// What a bucket is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct BucketKey {
    pub meter: String,
    pub hour: Timestamp,
    pub dimension: String,
    pub value: String,
}

impl bucket::Model {
    fn new(tenant_id: Uuid, key: BucketKey, bucket: Bucket) -> Self {
        let BucketKey { meter, hour, dimension, value } = key;
        let (latest_at, latest_id, latest) = match bucket.latest {
            Some(Gauge { at, id, value }) => (Some(at), Some(id), Some(value.to_string())),
            None => (None, None, None),
        };
        Self {
            tenant_id,
            meter,
            hour,
            dimension,
            value,
            count: bucket.count,
            sum: bucket.sum.to_string(),
            moment: bucket.moment.to_string(),
            max: bucket.max.map(|max| max.to_string()),
            latest_at,
            latest_id,
            latest,
        }
    }

    fn open(self) -> Result<(BucketKey, Bucket)> {
        let latest = match (self.latest_at, self.latest_id, self.latest) {
            (Some(at), Some(id), Some(value)) => Some(Gauge { at, id, value: stored(&value)? }),
            _ => None,
        };
        let bucket = Bucket {
            count: self.count,
            sum: stored(&self.sum)?,
            moment: self.moment.parse()?,
            max: self.max.as_deref().map(stored).transpose()?,
            latest,
        };
        let key = BucketKey { meter: self.meter, hour: self.hour, dimension: self.dimension, value: self.value };
        Ok((key, bucket))
    }
}

/// A stored sum: it may have more digits before the point than a number that comes from outside.
fn stored(text: &str) -> Result<Decimal> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let places = Decimal::PLACES as usize;
    let whole: i128 = whole.parse()?;
    let part: i128 = format!("{part:0<places$}").parse()?;
    let units = whole.checked_mul(Decimal::ONE_UNITS).and_then(|units| units.checked_add(part));
    units
        .map(|units| Decimal::from_units(sign * units))
        .ok_or_else(|| Error::internal(format!("{text} leaves 128 bits")))
}

/// Stores the facts whose identity is not known yet. Gives the identities of those, and of the others what the known ones say, as hashes.
pub(crate) async fn insert_once(tx: &Tx, mut rows: Vec<event::Model>) -> Result<(HashSet<Uuid>, HashMap<Uuid, Uuid>)> {
    // Neighbours in the key are stored one after the other: identities are hashes, and in any other order each is looked for anew.
    rows.sort_unstable_by_key(|row| row.id);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut stored = HashSet::new();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        stored.extend(insert_new(tx, std::mem::replace(&mut rows, rest), event::Column::Id).await?);
    }
    let mut known = HashMap::new();
    let others: Vec<Uuid> = ids.into_iter().filter(|id| !stored.contains(id)).collect();
    for chunk in others.chunks(CHUNK) {
        known.extend(payloads(tx, chunk.to_vec()).await?);
    }
    Ok((stored, known))
}

/// What the known facts of some identities say, as hashes.
async fn payloads(tx: &Tx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let rows = find::<event::Entity>(tx)
        .select_only()
        .columns([event::Column::Id, event::Column::Payload])
        .filter(event::Column::Id.is_in(ids));
    Ok(rows.into_tuple::<(Uuid, Uuid)>().all(tx.conn()).await?.into_iter().collect())
}

/// Keeps facts aside that are not counted, each once.
pub(crate) async fn put_aside(tx: &Tx, rows: Vec<aside::Model>) -> Result<()> {
    upsert_all(tx, rows).await
}

/// Facts that were put aside, newest first.
pub(crate) async fn asides(tx: &Tx, args: &PageArgs) -> Result<Page<AsideEvent>> {
    let mut rows = find::<aside::Entity>(tx)
        .order_by_desc(aside::Column::ReceivedAt)
        .order_by_desc(aside::Column::Id)
        .limit(u64::from(args.first) + 1);
    if let Some((at, id)) = args.after.as_deref().map(read_cursor).transpose()? {
        rows = rows.filter(before(aside::Column::ReceivedAt, aside::Column::Id, at, id));
    }
    let page = Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| cursor(row.received_at, row.id));
    let open = |row: aside::Model| -> Result<AsideEvent> {
        Ok(AsideEvent {
            id: row.id.into(),
            source: row.source,
            source_id: row.source_id,
            event_type: row.kind,
            at: row.at,
            received_at: row.received_at,
            reason: AsideReason::parse(&row.reason)?,
            data: row.data,
        })
    };
    let rows = page.rows.into_iter().map(|(cursor, row)| Ok((cursor, open(row)?))).collect::<Result<_>>()?;
    Ok(Page { rows, has_next: page.has_next })
}

fn cursor(at: Timestamp, id: Uuid) -> String {
    format!("{}.{id}", at.timestamp_micros())
}

fn read_cursor(text: &str) -> Result<(Timestamp, Uuid)> {
    let wrong = || Error::field("after", format!("`{text}` is no cursor of this list."));
    let (micros, id) = text.split_once('.').ok_or_else(wrong)?;
    let at = micros.parse().ok().and_then(Timestamp::from_timestamp_micros).ok_or_else(wrong)?;
    Ok((at, id.parse().map_err(|_| wrong())?))
}

fn before<C: sea_orm::ColumnTrait>(at_column: C, id_column: C, at: Timestamp, id: Uuid) -> Condition {
    Condition::any().add(at_column.lt(at)).add(Condition::all().add(at_column.eq(at)).add(id_column.lt(id)))
}

/// Facts of a type in a stretch of time, newest first.
pub(crate) async fn page(
    tx: &Tx,
    kind: &str,
    (from, to): (Timestamp, Timestamp),
    args: &PageArgs,
) -> Result<Page<event::Model>> {
    let mut rows = find::<event::Entity>(tx)
        .filter(event::Column::Kind.eq(kind))
        .filter(event::Column::At.gte(from))
        .filter(event::Column::At.lt(to))
        .order_by_desc(event::Column::At)
        .order_by_desc(event::Column::Id)
        .limit(u64::from(args.first) + 1);
    if let Some((at, id)) = args.after.as_deref().map(read_cursor).transpose()? {
        rows = rows.filter(before(event::Column::At, event::Column::Id, at, id));
    }
    Ok(Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| cursor(row.at, row.id)))
}

/// Those of some facts that are stored.
pub(crate) async fn events_of(tx: &Tx, ids: Vec<Uuid>) -> Result<Vec<event::Model>> {
    let mut rows = Vec::new();
    for chunk in ids.chunks(CHUNK) {
        let some = find::<event::Entity>(tx).filter(event::Column::Id.is_in(chunk.to_vec()));
        rows.extend(some.all(tx.conn()).await?);
    }
    Ok(rows)
}

/// Which of some facts were taken back, and by which.
pub(crate) async fn reversals(tx: &Tx, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Uuid>> {
    let rows = find::<event::Entity>(tx)
        .select_only()
        .columns([event::Column::Reverses, event::Column::Id])
        .filter(event::Column::Reverses.is_in(ids));
    let rows = rows.into_tuple::<(Option<Uuid>, Uuid)>().all(tx.conn()).await?;
    Ok(rows.into_iter().filter_map(|(target, by)| Some((target?, by))).collect())
}

/// Which of some facts were taken back.
pub(crate) async fn reversed(tx: &Tx, ids: Vec<Uuid>) -> Result<HashSet<Uuid>> {
    Ok(reversals(tx, ids).await?.into_keys().collect())
}

/// Facts of a type about a subject since a moment that were not taken back.
pub(crate) async fn standing(tx: &Tx, kind: &str, subject: &str, since: Timestamp) -> Result<Vec<event::Model>> {
    let rows = find::<event::Entity>(tx)
        .filter(event::Column::Kind.eq(kind))
        .filter(event::Column::At.gte(since))
        .filter(event::Column::Subject.eq(subject))
        .filter(event::Column::Reverses.is_null())
        .all(tx.conn())
        .await?;
    let gone = reversed(tx, rows.iter().map(|row| row.id).collect()).await?;
    Ok(rows.into_iter().filter(|row| !gone.contains(&row.id)).collect())
}

/// Adds to buckets. A tenant has one writer at a time, so what is read here is still so when it is written.
pub(crate) async fn add(tx: &Tx, mut fresh: BTreeMap<BucketKey, Bucket>) -> Result<()> {
    let keys: Vec<BucketKey> = fresh.keys().cloned().collect();
    for chunk in keys.chunks(200) {
        let mut any = Condition::any();
        for key in chunk {
            any = any.add(
                Condition::all()
                    .add(bucket::Column::Meter.eq(key.meter.as_str()))
                    .add(bucket::Column::Hour.eq(key.hour))
                    .add(bucket::Column::Dimension.eq(key.dimension.as_str()))
                    .add(bucket::Column::Value.eq(key.value.as_str())),
            );
        }
        for row in find::<bucket::Entity>(tx).filter(any).all(tx.conn()).await? {
            let (key, known) = row.open()?;
            if let Some(sum) = fresh.get_mut(&key) {
                sum.merge(known)?;
            }
        }
    }
    let mut rows: Vec<bucket::Model> =
        fresh.into_iter().map(|(key, bucket)| bucket::Model::new(tx.tenant(), key, bucket)).collect();
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(CHUNK));
        upsert_all(tx, std::mem::replace(&mut rows, rest)).await?;
    }
    Ok(())
}

/// Notes different values, each once an hour.
pub(crate) async fn note_different(tx: &Tx, items: Vec<(BucketKey, String)>) -> Result<()> {
    for chunk in items.chunks(CHUNK) {
        let rows = chunk.iter().cloned().map(|(key, item)| {
            let BucketKey { meter, hour, dimension, value } = key;
            different::Model { tenant_id: tx.tenant(), meter, hour, dimension, value, item }.into_active_model()
        });
        different::Entity::insert_many(rows)
            .on_conflict(OnConflict::new().do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// The buckets of a stretch of time, of one meter or all, of a dimension, in the order of their hours.
pub(crate) async fn buckets(
    tx: &Tx,
    meter: Option<&str>,
    (from, to): (Timestamp, Timestamp),
    dimension: &str,
) -> Result<Vec<(BucketKey, Bucket)>> {
    let mut rows = find::<bucket::Entity>(tx)
        .filter(bucket::Column::Hour.gte(from))
        .filter(bucket::Column::Hour.lt(to))
        .filter(bucket::Column::Dimension.eq(dimension))
        .order_by_asc(bucket::Column::Hour);
    if let Some(meter) = meter {
        rows = rows.filter(bucket::Column::Meter.eq(meter));
    }
    rows.all(tx.conn()).await?.into_iter().map(bucket::Model::open).collect()
}

/// The level that the changes before a moment come to, by value of a dimension.
pub(crate) async fn levels(
    tx: &Tx,
    meter: &str,
    before: Timestamp,
    dimension: &str,
) -> Result<HashMap<String, Decimal>> {
    let rows = find::<bucket::Entity>(tx)
        .select_only()
        .columns([bucket::Column::Value, bucket::Column::Sum])
        .filter(bucket::Column::Meter.eq(meter))
        .filter(bucket::Column::Dimension.eq(dimension))
        .filter(bucket::Column::Hour.lt(before));
    let mut levels: HashMap<String, Decimal> = HashMap::new();
    for (value, sum) in rows.into_tuple::<(String, String)>().all(tx.conn()).await? {
        let level = levels.entry(value).or_default();
        *level = level.plus(stored(&sum)?)?;
    }
    Ok(levels)
}

/// How many different values a meter had in a stretch of time, by value of a dimension.
pub(crate) async fn different_values(
    tx: &Tx,
    meter: &str,
    (from, to): (Timestamp, Timestamp),
    dimension: &str,
) -> Result<HashMap<String, i64>> {
    use different::Column as C;
    use sea_orm::sea_query::{Expr, Func};
    let rows = find::<different::Entity>(tx)
        .select_only()
        .column(C::Value)
        .column_as(Expr::expr(Func::count_distinct(Expr::col(C::Item))), "items")
        .filter(C::Meter.eq(meter))
        .filter(C::Dimension.eq(dimension))
        .filter(C::Hour.gte(from))
        .filter(C::Hour.lt(to))
        .group_by(C::Value);
    Ok(rows.into_tuple::<(String, i64)>().all(tx.conn()).await?.into_iter().collect())
}
