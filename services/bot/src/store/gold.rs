//! Gold questions.

use lingxi_contracts::bot::GoldQuestion;
use lingxi_kernel::{ArticleId, GoldQuestionId, Result};
use lingxi_nlu::normalise;
use lingxi_store::{Tx, delete_many, find, insert, tenant_entity, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};

tenant_entity!(row, "bot_gold_question", {
    text: String,
    normal: String,
    article_id: Option<Uuid>,
    created_at: DateTimeUtc,
});

pub(crate) use row::Entity;

impl row::Model {
    fn into_contract(self) -> GoldQuestion {
        GoldQuestion {
            id: self.id.into(),
            text: self.text,
            article_id: self.article_id.map(Into::into),
            created_at: self.created_at,
        }
    }
}

/// All of them, oldest first.
pub(crate) async fn all(tx: &Tx) -> Result<Vec<GoldQuestion>> {
    let rows = find::<row::Entity>(tx).order_by_asc(row::Column::Id).all(tx.conn()).await?;
    Ok(rows.into_iter().map(row::Model::into_contract).collect())
}

/// Writes one down; the same words again change what they expect.
pub(crate) async fn put(tx: &Tx, text: &str, article: Option<ArticleId>) -> Result<GoldQuestion> {
    let normal = normalise(text);
    let known = find::<row::Entity>(tx).filter(row::Column::Normal.eq(&normal)).one(tx.conn()).await?;
    let row = if let Some(known) = known {
        update(tx, row::Model { text: text.to_owned(), article_id: article.map(ArticleId::uuid), ..known }).await?
    } else {
        let row = row::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<GoldQuestionId>().uuid(),
            text: text.to_owned(),
            normal,
            article_id: article.map(ArticleId::uuid),
            created_at: tx.now(),
        };
        insert(tx, row.clone()).await?;
        row
    };
    Ok(row.into_contract())
}

/// Removes one; whether there was one.
pub(crate) async fn remove(tx: &Tx, id: GoldQuestionId) -> Result<bool> {
    let removed = delete_many::<row::Entity>(tx).filter(row::Column::Id.eq(id.uuid())).exec(tx.conn()).await?;
    Ok(removed.rows_affected > 0)
}
