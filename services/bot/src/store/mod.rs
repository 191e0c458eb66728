//! Tables of the service.

pub(crate) mod article;
pub(crate) mod flow;
pub(crate) mod gold;
pub(crate) mod learning;
pub(crate) mod outside;
pub(crate) mod settings;
pub(crate) mod trained;

use crate::knowledge::{ModelState, Source};
use lingxi_contracts::bot::{Import, ImportError, ImportRow, ImportStatus, Release, Unanswered};
use lingxi_kernel::{ConversationId, Error, ImportId, ReleaseId, Result, Timestamp};
use lingxi_store::{Tx, find, tenant_entity, update, update_many};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _, sea_query::Expr};

tenant_entity!(release, "bot_release", {
    number: i32,
    articles: i32,
    questions: i32,
    active: bool,
    snapshot: String,
    created_at: DateTimeUtc,
});

tenant_entity!(impression, "bot_impression", {
    conversation_id: Uuid,
    contact_id: Option<Uuid>,
    message_id: Uuid,
    release_id: Option<Uuid>,
    question: String,
    kind: String,
    shown: Json,
    reason: String,
    outcome: Option<String>,
    label_id: Option<Uuid>,
    rating: Option<i32>,
    created_at: DateTimeUtc,
    outcome_at: Option<DateTimeUtc>,
});

tenant_entity!(unanswered, "bot_unanswered", {
    text: String,
    normal: String,
    count: i32,
    conversation_id: Uuid,
    open: bool,
    created_at: DateTimeUtc,
    updated_at: DateTimeUtc,
});

tenant_entity!(import, "bot_import", {
    file_name: String,
    status: String,
    encoding: String,
    rows: i32,
    articles: i32,
    stored: i32,
    errors: Json,
    content: String,
    created_at: DateTimeUtc,
});

impl release::Model {
    pub(crate) fn into_contract(self) -> Release {
        Release {
            id: self.id.into(),
            number: self.number,
            articles: self.articles,
            questions: self.questions,
            active: self.active,
            created_at: self.created_at,
        }
    }
}

impl unanswered::Model {
    pub(crate) fn into_contract(self) -> Unanswered {
        Unanswered {
            id: self.id.into(),
            text: self.text,
            count: self.count,
            conversation_id: self.conversation_id.into(),
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

impl import::Model {
    pub(crate) fn into_contract(self) -> Result<Import> {
        let rows: Vec<ImportRow> = serde_json::from_str(&self.content)?;
        Ok(Import {
            id: self.id.into(),
            file_name: self.file_name,
            status: ImportStatus::parse(&self.status)?,
            encoding: self.encoding,
            rows: self.rows,
            articles: self.articles,
            stored: self.stored,
            errors: serde_json::from_value::<Vec<ImportError>>(self.errors)?,
            preview: rows.into_iter().take(10).collect(),
            created_at: self.created_at,
        })
    }
}

/// How many articles of an import are stored, while it runs.
pub(crate) async fn stored_of_running(tx: &Tx, id: ImportId) -> Result<Option<usize>> {
    let stored: Option<i32> = find::<import::Entity>(tx)
        .select_only()
        .column(import::Column::Stored)
        .filter(import::Column::Id.eq(id.uuid()))
        .filter(import::Column::Status.eq(ImportStatus::Running.as_str()))
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(stored.map(usize::try_from).transpose()?)
}

/// Notes how far an import has come.
pub(crate) async fn note_import(tx: &Tx, id: ImportId, stored: Option<i32>, status: ImportStatus) -> Result<()> {
    let mut change = update_many::<import::Entity>(tx)
        .col_expr(import::Column::Status, Expr::value(status.as_str()))
        .filter(import::Column::Id.eq(id.uuid()));
    if let Some(stored) = stored {
        change = change.col_expr(import::Column::Stored, Expr::value(stored));
    }
    change.exec(tx.conn()).await?;
    Ok(())
}

/// All releases, newest first, without their snapshots' weight being kept.
pub(crate) async fn releases(tx: &Tx) -> Result<Vec<Release>> {
    let rows = find::<release::Entity>(tx).order_by_desc(release::Column::Number).limit(100).all(tx.conn()).await?;
    Ok(rows.into_iter().map(release::Model::into_contract).collect())
}

/// The release that answers.
pub(crate) async fn active_release(tx: &Tx) -> Result<Option<release::Model>> {
    Ok(find::<release::Entity>(tx).filter(release::Column::Active.eq(true)).one(tx.conn()).await?)
}

/// What answers are given from.
pub(crate) async fn source(tx: &Tx) -> Result<Option<Source>> {
    let active = find::<release::Entity>(tx).filter(release::Column::Active.eq(true));
    let id: Option<uuid::Uuid> = active.select_only().column(release::Column::Id).into_tuple().one(tx.conn()).await?;
    let Some(id) = id else { return Ok(None) };
    let model = learning::serving(tx).await?.map(|row| ModelState { id: row.id.into(), changes: row.changes });
    Ok(Some(Source { release: ReleaseId::from_uuid(id), model }))
}

/// Makes one release the one that answers.
pub(crate) async fn activate(tx: &Tx, id: uuid::Uuid) -> Result<release::Model> {
    if let Some(mut old) = active_release(tx).await? {
        old.active = false;
        update(tx, old).await?;
    }
    let mut row = release::get(tx, id).await?.ok_or_else(|| Error::not_found("release"))?;
    row.active = true;
    update(tx, row).await
}

/// The highest release number.
pub(crate) async fn last_number(tx: &Tx) -> Result<i32> {
    let newest = find::<release::Entity>(tx).order_by_desc(release::Column::Number).one(tx.conn()).await?;
    Ok(newest.map_or(0, |row| row.number))
}

/// The newest impressions of a conversation, newest first.
pub(crate) async fn impressions(tx: &Tx, conversation: ConversationId) -> Result<Vec<impression::Model>> {
    Ok(find::<impression::Entity>(tx)
        .filter(impression::Column::ConversationId.eq(conversation.uuid()))
        .order_by_desc(impression::Column::Id)
        .limit(10)
        .all(tx.conn())
        .await?)
}

/// Impressions since a moment, the newest of them, oldest first.
pub(crate) async fn impressions_since(tx: &Tx, since: Timestamp, limit: u64) -> Result<Vec<impression::Model>> {
    let rows = find::<impression::Entity>(tx).filter(impression::Column::CreatedAt.gte(since));
    let mut rows = rows.order_by_desc(impression::Column::Id).limit(limit).all(tx.conn()).await?;
    rows.reverse();
    Ok(rows)
}

/// The open question of a normal form.
pub(crate) async fn unanswered_by_normal(tx: &Tx, normal: &str) -> Result<Option<unanswered::Model>> {
    Ok(find::<unanswered::Entity>(tx).filter(unanswered::Column::Normal.eq(normal)).one(tx.conn()).await?)
}

/// Open questions, most often asked first.
pub(crate) async fn open_questions(tx: &Tx) -> Result<Vec<unanswered::Model>> {
    Ok(find::<unanswered::Entity>(tx)
        .filter(unanswered::Column::Open.eq(true))
        .order_by_desc(unanswered::Column::Count)
        .order_by_desc(unanswered::Column::UpdatedAt)
        .limit(200)
        .all(tx.conn())
        .await?)
}
