//! Imports: preview first, then store in steps that can be watched.

use lingxi_contracts::bot::{ArticleInput, ArticleStatus, ArticleText, Import, ImportRow, ImportStatus};
use lingxi_kernel::{Ctx, Error, ErrorCode, ImportId, Result};
use lingxi_store::{Db, insert, update};

use super::Bot;
use crate::store::{self, article, import};

/// Articles stored in one transaction.
const STEP: usize = 20;

impl Bot {
    pub(super) async fn do_preview_import(&self, ctx: &Ctx, file_name: &str, bytes: Vec<u8>) -> Result<Import> {
        let most = self.deps.files.max_import_bytes;
        if bytes.len() > most {
            let message = format!("The file has {} bytes; at most {most} fit. Split it.", bytes.len());
            return Err(Error { code: ErrorCode::TooLarge, ..Error::field("file", message) });
        }
        let parsed = self.readers.read(ctx.tenant, file_name, bytes).await?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = import::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ImportId>().uuid(),
            file_name: file_name.chars().take(200).collect(),
            status: ImportStatus::Preview.as_str().to_owned(),
            encoding: parsed.encoding.into_owned(),
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

    /// Starts to store, or goes on with what failed; the import can be watched.
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
        tokio::spawn(async move { store_rest(&db, &ctx, id).await });
        row.into_contract()
    }
}

/// Stores what is left of an import in steps. A step and its progress commit together: who is killed goes on where the last
/// step ended, and two that work on one import share its steps.
pub(crate) async fn store_rest(db: &Db, ctx: &Ctx, id: ImportId) -> Result<()> {
    let Some(row) = import::get(&db.read(ctx), id).await? else { return Ok(()) };
    let rows: Vec<ImportRow> = serde_json::from_str(&row.content)?;
    loop {
        match store_step(db, ctx, id, &rows).await {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(error) => {
                tracing::error!(import = %id, error.cause = %error, "An import failed");
                let tx = db.begin(ctx).await?;
                store::note_import(&tx, id, None, ImportStatus::Failed).await?;
                return tx.commit().await;
            }
        }
    }
}

/// Stores the next articles; whether there may be more.
async fn store_step(db: &Db, ctx: &Ctx, id: ImportId, rows: &[ImportRow]) -> Result<bool> {
    let tx = db.begin(ctx).await?;
    let Some(stored) = store::stored_of_running(&tx, id).await? else { return Ok(false) };
    let step = rows.iter().skip(stored).take(STEP);
    let stored = stored + step.len();
    for row in step {
        let key = format!("import:{}", row.title.to_lowercase());
        match article::by_key(&tx, &key).await? {
            Some(known) => {
                let before = known.clone().into_contract()?;
                let mut input = to_input(row, key);
                input.questions.splice(0..0, before.questions);
                (input.links, input.flow_id) = (Some(before.links), before.flow_id);
                article::change(&tx, known, None, input).await?;
            }
            None => {
                article::create(&tx, to_input(row, key)).await?;
            }
        }
    }
    let status = if stored < rows.len() { ImportStatus::Running } else { ImportStatus::Done };
    store::note_import(&tx, id, Some(i32::try_from(stored)?), status).await?;
    tx.commit().await?;
    Ok(status == ImportStatus::Running)
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
        flow_id: None,
        valid_from: None,
        valid_to: None,
    }
}
