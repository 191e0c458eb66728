//! Gold questions, and what publishing would do to them.

use std::collections::HashMap;

use lingxi_contracts::bot::{Article, GoldQuestion, GoldResult, PublishCheck};
use lingxi_kernel::{ArticleId, Ctx, Error, GoldQuestionId, Permission, Result};
use lingxi_store::Tx;

use super::Bot;
use crate::knowledge::{Knowledge, Meanings, Source, check_size, room};
use crate::rules;
use crate::store::{self, article, gold, learning};

/// Gold questions of a firm at most.
const MOST: usize = 500;

impl Bot {
    pub(super) async fn do_gold(&self, ctx: &Ctx) -> Result<Vec<GoldQuestion>> {
        ctx.require(Permission::ReadKnowledge)?;
        gold::all(&self.deps.db.read(ctx)).await
    }

    pub(super) async fn do_save_gold(&self, ctx: &Ctx, text: &str, article: Option<ArticleId>) -> Result<GoldQuestion> {
        ctx.require(Permission::ManageKnowledge)?;
        let text = text.trim();
        if !(2..=300).contains(&text.chars().count()) {
            return Err(Error::field("text", "A question has 2 to 300 characters."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        if let Some(id) = article {
            article::get(&tx, id).await?.ok_or_else(|| Error::not_found("article"))?;
        }
        if gold::all(&tx).await?.len() >= MOST {
            return Err(Error::conflict("There are 500 gold questions, the most there can be; remove some first."));
        }
        let question = gold::put(&tx, text, article).await?;
        tx.note_change("gold_question.saved", question.id, (), &question.text)?;
        tx.commit().await?;
        Ok(question)
    }

    pub(super) async fn do_delete_gold(&self, ctx: &Ctx, id: GoldQuestionId) -> Result<()> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        if !gold::remove(&tx, id).await? {
            return Err(Error::not_found("gold question"));
        }
        tx.note_change("gold_question.deleted", id, (), ())?;
        tx.commit().await
    }

    pub(super) async fn do_check_publish(&self, ctx: &Ctx) -> Result<PublishCheck> {
        ctx.require(Permission::ReadKnowledge)?;
        let read = self.deps.db.read(ctx);
        let articles = article::ready(&read).await?;
        self.check(ctx, &read, articles).await
    }

    /// What publishing these articles would change.
    pub(super) async fn check(&self, ctx: &Ctx, read: &Tx, articles: Vec<Article>) -> Result<PublishCheck> {
        check_size(&articles)?;
        let settings = self.policy(ctx).await?;
        let serving = self.knowledge(ctx.tenant).await?;
        let questions = gold::all(read).await?;
        let known: HashMap<ArticleId, i32> =
            serving.iter().flat_map(|one| one.articles()).map(|article| (article.id, article.version)).collect();
        let added = articles.iter().filter(|article| !known.contains_key(&article.id)).count();
        let differs = |article: &&Article| known.get(&article.id).is_some_and(|version| *version != article.version);
        let changed = articles.iter().filter(differs).count();
        let mut check = PublishCheck {
            articles: i32::try_from(articles.len())?,
            added: i32::try_from(added)?,
            changed: i32::try_from(changed)?,
            removed: i32::try_from(known.len() + added - articles.len())?,
            gold: Vec::new(),
        };
        if questions.is_empty() || articles.is_empty() {
            return Ok(check);
        }
        let mut learned = match store::source(read).await?.and_then(|source| source.model) {
            Some(model) => learning::learned(read, model.id).await?,
            None => Vec::new(),
        };
        learned.truncate(room(&articles));
        let source = Source { release: read.id(), model: None };
        let phrases = self.meanings_of_phrases(ctx, Knowledge::texts(&articles, &learned)).await?;
        let asked = questions.iter().map(|question| question.text.clone()).collect();
        let asked = self.meanings_of_phrases(ctx, asked).await?;
        let now = read.now();
        check.gold = self
            .training(move || {
                let after = Knowledge::train(source, articles, learned, &phrases);
                let result = |question| result(question, serving.as_deref(), &after, &settings, &asked, now);
                questions.into_iter().map(result).collect::<Vec<_>>()
            })
            .await?;
        check.gold.sort_by_key(|one| (!one.is_worse(), std::cmp::Reverse(one.after.rank())));
        Ok(check)
    }
}

fn result(
    question: GoldQuestion,
    serving: Option<&Knowledge>,
    after: &Knowledge,
    settings: &lingxi_contracts::bot::BotSettings,
    asked: &Meanings,
    now: lingxi_kernel::Timestamp,
) -> GoldResult {
    let (status, decision) = rules::fares(after, settings, &question, asked, now);
    GoldResult {
        now: serving.map(|serving| rules::fares(serving, settings, &question, asked, now).0),
        after: status,
        kind: decision.kind,
        first: decision.candidates.first().map(|first| first.title.clone()),
        expected: question.article_id.and_then(|id| after.article(id, now).or(serving?.article(id, now))).cloned(),
        question,
    }
}
