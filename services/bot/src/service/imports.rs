//! Imports: preview first, then store in steps that can be watched.

use lingxi_contracts::bot::{ArticleInput, ArticleStatus, ArticleText, Import, ImportRow, ImportStatus};
use lingxi_kernel::{Ctx, Error, ErrorCode, ImportId, Result};
use lingxi_store::{Db, insert, update};

use super::Bot;
use crate::import::parse;
use crate::store::{article, import};

/// Articles stored in one transaction.
const STEP: usize = 20;

impl Bot {
    pub(super) async fn do_preview_import(&self, ctx: &Ctx, file_name: &str, bytes: Vec<u8>) -> Result<Import> {
        let most = self.deps.files.max_import_bytes;
        if bytes.len() > most {
            let message = format!("The file has {} bytes; at most {most} fit. Split it.", bytes.len());
            return Err(Error { code: ErrorCode::TooLarge, ..Error::field("file", message) });
        }
        let name = file_name.to_owned();
        let parsed = tokio::task::spawn_blocking(move || parse(&name, &bytes)).await??;
        let tx = self.deps.db.begin(ctx).await?;
        let row = import::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ImportId>().uuid(),
            file_name: file_name.chars().take(200).collect(),
            status: ImportStatus::Preview.as_str().to_owned(),
            encoding: parsed.encoding.to_owned(),
            rows: i32::try_from(parsed.rows)?,
            articles: i32::try_from(parsed.articles.len())?,
            stored: 0,
            errors: serde_json::to_value(&parsed.errors)?,
            content: serde_json::to_string(&parsed.articles)?,
            created_at: tx.now(),
        };
        insert(&tx, row.clone()).await?;
        tx.commit().await?;
        row.into_contract()
    }

    /// Starts to store; the import can be watched, and run again after a crash.
    pub(super) async fn do_run_import(&self, ctx: &Ctx, id: ImportId) -> Result<Import> {
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = import::get(&tx, id).await?.ok_or_else(|| Error::not_found("import"))?;
        if row.status == ImportStatus::Done.as_str() {
            return row.into_contract();
        }
        row.status = ImportStatus::Running.as_str().to_owned();
        let row = update(&tx, row).await?;
        tx.note_change("knowledge.imported", id, (), &row.file_name)?;
        tx.commit().await?;
        let (db, ctx) = (self.deps.db.clone(), ctx.clone());
        let content = row.content.clone();
        tokio::spawn(async move {
            if let Err(error) = store_all(&db, &ctx, id, &content).await {
                tracing::error!(import = %id, error.cause = %error, "An import failed");
                let _ = note(&db, &ctx, id, None, ImportStatus::Failed).await;
            }
        });
        row.into_contract()
    }
}

async fn store_all(db: &Db, ctx: &Ctx, id: ImportId, content: &str) -> Result<()> {
    let rows: Vec<ImportRow> = serde_json::from_str(content)?;
    let mut stored = 0;
    for step in rows.chunks(STEP) {
        let tx = db.begin(ctx).await?;
        for row in step {
            let key = format!("import:{}", row.title.to_lowercase());
            match article::by_key(&tx, &key).await? {
                Some(known) => {
                    let before = known.clone().into_contract()?;
                    let mut input = to_input(row, key);
                    input.questions.splice(0..0, before.questions);
                    article::change(&tx, known, None, input).await?;
                }
                None => {
                    article::create(&tx, to_input(row, key)).await?;
                }
            }
        }
        tx.commit().await?;
        stored += step.len();
        note(db, ctx, id, Some(stored), ImportStatus::Running).await?;
    }
    note(db, ctx, id, Some(stored), ImportStatus::Done).await
}

async fn note(db: &Db, ctx: &Ctx, id: ImportId, stored: Option<usize>, status: ImportStatus) -> Result<()> {
    let tx = db.begin(ctx).await?;
    if let Some(mut row) = import::get(&tx, id).await? {
        row.status = status.as_str().to_owned();
        if let Some(stored) = stored {
            row.stored = i32::try_from(stored)?;
        }
        update(&tx, row).await?;
    }
    tx.commit().await
}

fn to_input(row: &ImportRow, key: String) -> ArticleInput {
    let answer = if row.answer.is_empty() { &row.title } else { &row.answer };
    ArticleInput {
        key: Some(key),
        category: Some(row.category.clone()),
        status: Some(ArticleStatus::Ready),
        texts: vec![ArticleText { locale: row.locale.clone(), title: row.title.clone(), answer: answer.clone() }],
        questions: row.questions.clone(),
        links: None,
        valid_from: None,
        valid_to: None,
    }
}
