//! Learning from what customers do.

use std::collections::HashMap;
use std::sync::Arc;

use lingxi_contracts::bot::{
    Article, BotClient as _, BotModel, BotModelStatus, GoldQuestion, GoldStatus, LearnedQuestion, ModelComparison,
};
use lingxi_kernel::{ArticleId, BotModelId, Ctx, Error, LearnedQuestionId, Page, PageArgs, Permission, Result};
use lingxi_nlu::learning::{Conclusion, Lesson, Reading, Worth, compare, may_replace};
use lingxi_nlu::normalise;
use lingxi_store::{Tx, delete_many, insert, insert_all, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::Bot;
use crate::knowledge::{Knowledge, Meanings, ModelState, Source, room};
use crate::lessons::{LEAST, split};
use crate::rules;
use crate::store::gold;
use crate::store::learning::{self, learned, model, veto};

/// Kept-back choices that a comparison takes.
const LEAST_COMPARED: usize = 3;

/// What a training found.
struct Candidate {
    knowledge: Knowledge,
    conclusions: Vec<Conclusion>,
    worth: (Worth, Worth),
    /// Gold questions that get the right answer, before and after.
    gold: (usize, usize),
}

impl Bot {
    pub(super) async fn do_models(&self, ctx: &Ctx) -> Result<Vec<BotModel>> {
        ctx.require(Permission::ReadKnowledge)?;
        let rows = learning::models(&self.deps.db.read(ctx)).await?;
        rows.into_iter().map(model::Model::into_contract).collect()
    }

    pub(super) async fn do_learned(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<LearnedQuestion>> {
        ctx.require(Permission::ReadKnowledge)?;
        let read = self.deps.db.read(ctx);
        let Some(serving) = learning::serving(&read).await? else {
            return Ok(Page::from_overfetch(Vec::new(), &args, |_| String::new()));
        };
        let rows = learning::learned_page(&read, serving.id.into(), &args).await?;
        let ids: Vec<ArticleId> = rows.iter().map(|row| row.article_id.into()).collect();
        let articles = self.articles_by_id(ctx, &ids).await?;
        let articles: HashMap<ArticleId, Article> = articles.into_iter().map(|one| (one.id, one)).collect();
        let question = |row: learned::Model| LearnedQuestion {
            id: row.id.into(),
            article: articles.get(&row.article_id.into()).cloned(),
            text: row.text,
            probability: f64::from(row.percent) / 100.0,
            times: row.times,
        };
        Ok(Page::from_overfetch(rows.into_iter().map(question).collect(), &args, |row| row.id.to_string()))
    }

    pub(super) async fn do_learn(&self, ctx: &Ctx) -> Result<BotModel> {
        ctx.require(Permission::ManageKnowledge)?;
        let Some(serving) = self.knowledge(ctx.tenant).await? else {
            return Err(Error::conflict(
                "Publish the knowledge base first; without it there is nothing to learn about.",
            ));
        };
        let read = self.deps.db.read(ctx);
        let vetoes = learning::vetoes(&read).await?;
        let mut impressions = learning::outcomes(&read).await?;
        impressions.retain(|one| !vetoes.contains(&normalise(&one.question)));
        let classes = serving.articles().iter().enumerate().map(|(class, article)| (article.id, class)).collect();
        // The latest, as far as they can be learned together with the articles.
        impressions.drain(..impressions.len().saturating_sub(room(serving.articles())));
        let (mut lessons, mut kept_back) = split(&impressions, &classes);
        let before = learning::models(&read).await?.first().map_or(0, |model| model.lessons);
        let count = i32::try_from(lessons.len() + kept_back.len())?;
        if lessons.len() < LEAST || kept_back.len() < LEAST_COMPARED || count <= before {
            return Err(Error::conflict("Customers have chosen too little since the last time to learn from it."));
        }
        let id: BotModelId = read.env().id();
        let source = Source { model: Some(ModelState { id, changes: 0 }), ..serving.source };
        let (questions, settings, now) = (gold::all(&read).await?, self.policy(ctx).await?, read.now());
        let meanings = self.meanings_to_learn(ctx, &serving, [&lessons, &kept_back], &questions).await?;
        for lesson in lessons.iter_mut().chain(&mut kept_back) {
            lesson.meaning = meanings.get(&lesson.text).cloned();
        }
        let train = move || {
            let mut candidate = candidate(source, &serving, &lessons, &kept_back, &meanings);
            let right = |by: &Knowledge| {
                let is_right =
                    |one: &&GoldQuestion| rules::fares(by, &settings, one, &meanings, now).0 == GoldStatus::Right;
                questions.iter().filter(is_right).count()
            };
            candidate.gold = (right(&serving), right(&candidate.knowledge));
            candidate
        };
        let candidate = self.training(train).await?;
        self.keep(ctx, id, count, candidate).await
    }

    /// The meanings of all that a training reads.
    async fn meanings_to_learn(
        &self,
        ctx: &Ctx,
        serving: &Knowledge,
        lessons: [&[Lesson]; 2],
        gold: &[GoldQuestion],
    ) -> Result<Meanings> {
        let mut texts = Knowledge::texts(serving.articles(), &[]);
        texts.extend(lessons.concat().into_iter().map(|lesson| lesson.text));
        texts.extend(gold.iter().map(|question| question.text.clone()));
        texts.sort_unstable();
        texts.dedup();
        self.meanings_of_phrases(ctx, texts).await
    }

    /// Stores what was learned, and answers from it when it is not worse than what answered.
    async fn keep(&self, ctx: &Ctx, id: BotModelId, lessons: i32, candidate: Candidate) -> Result<BotModel> {
        let Candidate { knowledge, conclusions, worth: (before, after), gold } = candidate;
        let promoted = may_replace(before, after, gold);
        let tx = self.deps.db.begin(ctx).await?;
        let last = learning::models(&tx).await?.first().map_or(0, |model| model.number);
        let comparison = ModelComparison {
            before: before.accuracy,
            after: after.accuracy,
            error: after.error,
            questions: i32::try_from(after.lessons)?,
        };
        let row = model::Model {
            tenant_id: tx.tenant(),
            id: id.uuid(),
            number: last + 1,
            status: BotModelStatus::Refused.as_str().into(),
            release_id: knowledge.source.release.uuid(),
            lessons,
            learned: i32::try_from(conclusions.len())?,
            changes: 0,
            comparison: serde_json::to_value(comparison)?,
            created_at: tx.now(),
        };
        insert(&tx, row).await?;
        let question = |one: Conclusion| rows_of(&tx, id, &knowledge, one);
        insert_all(&tx, conclusions.into_iter().map(question).collect::<Result<Vec<_>>>()?).await?;
        if promoted {
            learning::serve(&tx, Some(id)).await?;
            tx.note_change("bot.learned", id, (), last + 1)?;
        }
        let kept = model::get(&tx, id.uuid()).await?.ok_or_else(|| Error::not_found("model"))?;
        tx.commit().await?;
        if promoted {
            let knowledge = Arc::new(knowledge);
            self.keep_trained(ctx, &knowledge).await;
            self.answer_with(ctx.tenant, knowledge);
        }
        kept.into_contract()
    }

    pub(super) async fn do_activate_model(&self, ctx: &Ctx, id: Option<BotModelId>) -> Result<()> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        let before = learning::serving(&tx).await?.map(|model| model.number);
        learning::serve(&tx, id).await?;
        let after = learning::serving(&tx).await?.map(|model| model.number);
        tx.note_change("bot.model_activated", ctx.tenant, before, after)?;
        tx.commit().await?;
        self.refresh(ctx.tenant).await
    }

    pub(super) async fn do_veto(&self, ctx: &Ctx, id: LearnedQuestionId) -> Result<()> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = learned::get(&tx, id.uuid()).await?.ok_or_else(|| Error::not_found("question"))?;
        if !learning::vetoes(&tx).await?.contains(&row.normal) {
            let veto = veto::Model {
                tenant_id: tx.tenant(),
                id: tx.id::<LearnedQuestionId>().uuid(),
                normal: row.normal.clone(),
                created_at: tx.now(),
            };
            insert(&tx, veto).await?;
        }
        // Out of every model, so that a roll-back does not bring it back.
        delete_many::<learned::Entity>(&tx).filter(learned::Column::Normal.eq(&row.normal)).exec(tx.conn()).await?;
        if let Some(mut serving) = learning::serving(&tx).await? {
            serving.changes += 1;
            serving.learned -= i32::from(serving.id == row.model_id);
            update(&tx, serving).await?;
        }
        tx.note_change("bot.question_unlearned", id, row.text, ())?;
        tx.commit().await?;
        self.refresh(ctx.tenant).await
    }

    /// Learns for a firm, when it wants that and customers have chosen enough; whether it did. Where a person went back to an
    /// earlier model, it waits until one says to learn again.
    pub(crate) async fn learn_by_itself(&self, ctx: &Ctx) -> Result<bool> {
        let models = learning::models(&self.deps.db.read(ctx)).await?;
        let refused = BotModelStatus::Refused.as_str();
        let newest = models.iter().find(|model| model.status != refused);
        let went_back = newest.is_some_and(|model| model.status != BotModelStatus::Serving.as_str());
        if went_back || !self.policy(ctx).await?.learns {
            return Ok(false);
        }
        match self.do_learn(ctx).await {
            Ok(_) => Ok(true),
            Err(error) if error.code == lingxi_kernel::ErrorCode::Conflict => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn candidate(
    source: Source,
    serving: &Knowledge,
    lessons: &[Lesson],
    kept_back: &[Lesson],
    meanings: &Meanings,
) -> Candidate {
    let (knowledge, conclusions) = Knowledge::learn(source, serving.articles().to_vec(), lessons, meanings);
    let worth = compare(serving.model(), knowledge.model(), kept_back, Reading::default());
    Candidate { knowledge, conclusions, worth, gold: (0, 0) }
}

fn rows_of(tx: &Tx, model: BotModelId, knowledge: &Knowledge, one: Conclusion) -> Result<learned::Model> {
    #[expect(clippy::cast_possible_truncation, reason = "0 to 100")]
    let percent = (one.phrase.weight * 100.0).round() as i32;
    Ok(learned::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<LearnedQuestionId>().uuid(),
        model_id: model.uuid(),
        normal: normalise(&one.phrase.text),
        article_id: knowledge.articles()[one.phrase.class].id.uuid(),
        text: one.phrase.text,
        percent,
        times: i32::try_from(one.lessons.len())?,
    })
}
