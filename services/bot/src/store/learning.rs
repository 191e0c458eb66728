//! Models, the questions that they learned, and vetoes.

use std::collections::HashSet;

use chrono::TimeDelta;
use lingxi_contracts::bot::{BotModel, BotModelStatus, DecisionKind};
use lingxi_kernel::{BotModelId, LearnedQuestionId, PageArgs, Result};
use lingxi_store::{Tx, find, tenant_entity, update};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::impression;
use crate::knowledge::Learned;

tenant_entity!(model, "bot_model", {
    number: i32,
    status: String,
    release_id: Uuid,
    lessons: i32,
    learned: i32,
    changes: i32,
    comparison: Json,
    created_at: DateTimeUtc,
});

tenant_entity!(learned, "bot_learned_question", {
    model_id: Uuid,
    text: String,
    normal: String,
    article_id: Uuid,
    percent: i32,
    times: i32,
});

tenant_entity!(veto, "bot_veto", {
    normal: String,
    created_at: DateTimeUtc,
});

/// How far back customers' choices are learned from, and how many of them.
const REMEMBERED: TimeDelta = TimeDelta::days(365);
const MOST_LESSONS: u64 = 50_000;

impl model::Model {
    pub(crate) fn into_contract(self) -> Result<BotModel> {
        Ok(BotModel {
            id: self.id.into(),
            number: self.number,
            status: BotModelStatus::parse(&self.status)?,
            lessons: self.lessons,
            learned: self.learned,
            comparison: serde_json::from_value(self.comparison)?,
            created_at: self.created_at,
        })
    }
}

/// The model that answers.
pub(crate) async fn serving(tx: &Tx) -> Result<Option<model::Model>> {
    let serving = find::<model::Entity>(tx).filter(model::Column::Status.eq(BotModelStatus::Serving.as_str()));
    Ok(serving.one(tx.conn()).await?)
}

/// The newest models, newest first.
pub(crate) async fn models(tx: &Tx) -> Result<Vec<model::Model>> {
    Ok(find::<model::Entity>(tx).order_by_desc(model::Column::Number).limit(100).all(tx.conn()).await?)
}

/// Makes a model, or none, the one that answers.
pub(crate) async fn serve(tx: &Tx, id: Option<BotModelId>) -> Result<()> {
    if let Some(mut old) = serving(tx).await? {
        old.status = BotModelStatus::Retired.as_str().into();
        update(tx, old).await?;
    }
    let Some(id) = id else { return Ok(()) };
    let mut row = model::get(tx, id.uuid()).await?.ok_or_else(|| lingxi_kernel::Error::not_found("model"))?;
    row.status = BotModelStatus::Serving.as_str().into();
    update(tx, row).await.map(|_| ())
}

/// All questions of a model, in the order of their normal forms, by which the model was trained.
pub(crate) async fn learned(tx: &Tx, model: BotModelId) -> Result<Vec<Learned>> {
    let rows = find::<learned::Entity>(tx).filter(learned::Column::ModelId.eq(model.uuid()));
    let mut rows = rows.all(tx.conn()).await?;
    rows.sort_by(|one, other| one.normal.cmp(&other.normal));
    Ok(rows.into_iter().map(learned::Model::into_learned).collect())
}

impl learned::Model {
    fn into_learned(self) -> Learned {
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let probability = self.percent as f32 / 100.0;
        Learned { text: self.text, article: self.article_id.into(), probability }
    }
}

/// A page of a model's questions; one more than asked for tells that there are more.
pub(crate) async fn learned_page(tx: &Tx, model: BotModelId, args: &PageArgs) -> Result<Vec<learned::Model>> {
    let mut rows = find::<learned::Entity>(tx).filter(learned::Column::ModelId.eq(model.uuid()));
    if let Some(after) = &args.after {
        rows = rows.filter(learned::Column::Id.gt(after.parse::<LearnedQuestionId>()?.uuid()));
    }
    Ok(rows.order_by_asc(learned::Column::Id).limit(u64::from(args.first) + 1).all(tx.conn()).await?)
}

/// Normal forms that are not to be learned.
pub(crate) async fn vetoes(tx: &Tx) -> Result<HashSet<String>> {
    Ok(find::<veto::Entity>(tx).all(tx.conn()).await?.into_iter().map(|row| row.normal).collect())
}

/// What customers and people did after answers, and answers after which they may have come back; oldest first.
pub(crate) async fn outcomes(tx: &Tx) -> Result<Vec<impression::Model>> {
    let mut rows = find::<impression::Entity>(tx)
        .filter(
            Condition::any()
                .add(impression::Column::Outcome.is_not_null())
                .add(impression::Column::LabelId.is_not_null())
                .add(impression::Column::Kind.eq(DecisionKind::Answer.as_str())),
        )
        .filter(impression::Column::CreatedAt.gt(tx.now() - REMEMBERED))
        .order_by_desc(impression::Column::Id)
        .limit(MOST_LESSONS)
        .all(tx.conn())
        .await?;
    rows.reverse();
    Ok(rows)
}
