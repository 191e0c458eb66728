//! How the bot fares, what other rules would do, and what people say that conversations were about.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::TimeDelta;
use lingxi_contracts::bot::{
    Article, BotReport, BotSettings, Decision, DecisionCounts, DecisionKind, RulesExample, RulesPreview,
    UnansweredCluster,
};
use lingxi_contracts::channels::ConversationRated;
use lingxi_kernel::{ArticleId, ConversationId, Ctx, Error, Permission, Result, Timestamp};
use lingxi_nlu::clusters;
use lingxi_store::update;

use super::Bot;
use crate::knowledge::{Knowledge, Meanings};
use crate::report::{answered_by, is_question, report};
use crate::rules::{self, Asked};
use crate::store::{self, article, impression, unanswered};

/// Impressions that a report looks at, the newest.
const MOST_REPORTED: u64 = 100_000;
const MOST_PREVIEWED: u64 = 2_000;
/// Questions shown that other rules treat differently.
const EXAMPLES: usize = 20;
/// Phrases by which the words of unanswered questions are weighed.
const BACKGROUND: usize = 2_000;

impl Bot {
    pub(super) async fn do_report(&self, ctx: &Ctx, days: i32) -> Result<BotReport> {
        ctx.require(Permission::ReadKnowledge)?;
        if !(1..=90).contains(&days) {
            return Err(Error::field("days", "A report is about 1 to 90 days."));
        }
        let read = self.deps.db.read(ctx);
        let rows = store::impressions_since(&read, read.now() - TimeDelta::days(days.into()), MOST_REPORTED).await?;
        let ids: std::collections::HashSet<uuid::Uuid> =
            rows.iter().filter_map(answered_by).map(ArticleId::uuid).collect();
        let articles = article::get_many(&read, ids.into_iter().collect()).await?;
        let articles: Result<Vec<Article>> = articles.into_iter().map(article::Model::into_contract).collect();
        let articles: HashMap<ArticleId, Article> = articles?.into_iter().map(|one| (one.id, one)).collect();
        Ok(tokio::task::spawn_blocking(move || report(&rows, &articles)).await?)
    }

    pub(super) async fn do_preview_settings(&self, ctx: &Ctx, settings: BotSettings) -> Result<RulesPreview> {
        ctx.require(Permission::ReadKnowledge)?;
        rules::check_settings(&settings)?;
        let read = self.deps.db.read(ctx);
        let now = read.now();
        let mut rows = store::impressions_since(&read, now - TimeDelta::days(7), MOST_PREVIEWED).await?;
        rows.retain(is_question);
        let knowledge = self.knowledge(ctx.tenant).await?;
        let current = self.policy(ctx).await?;
        Ok(tokio::task::spawn_blocking(move || preview(&rows, knowledge.as_deref(), &current, &settings, now)).await?)
    }

    pub(super) async fn do_unanswered_clusters(&self, ctx: &Ctx) -> Result<Vec<UnansweredCluster>> {
        ctx.require(Permission::ReadKnowledge)?;
        let rows = store::open_questions(&self.deps.db.read(ctx)).await?;
        let knowledge = self.knowledge(ctx.tenant).await?;
        let now = self.deps.db.env().now();
        Ok(tokio::task::spawn_blocking(move || clustered(rows, knowledge.as_ref(), now)).await?)
    }

    pub(super) async fn do_label(
        &self,
        ctx: &Ctx,
        conversation: ConversationId,
        article: Option<ArticleId>,
    ) -> Result<()> {
        ctx.require(Permission::Serve)?;
        let tx = self.deps.db.begin(ctx).await?;
        if let Some(id) = article {
            article::get(&tx, id).await?.ok_or_else(|| Error::not_found("article"))?;
        }
        let rows = store::impressions(&tx, conversation).await?;
        // What was asked last is what a person took over.
        let Some(mut row) = rows.into_iter().find(is_question) else {
            return Err(Error::not_found("question"));
        };
        row.label_id = article.map(ArticleId::uuid);
        row.outcome_at = Some(tx.now());
        update(&tx, row).await?;
        tx.commit().await
    }

    pub(super) async fn do_label_of(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<Article>> {
        ctx.require(Permission::ReadConversations)?;
        let read = self.deps.db.read(ctx);
        let rows = store::impressions(&read, conversation).await?;
        let Some(id) = rows.iter().find(|row| is_question(row)).and_then(|row| row.label_id) else { return Ok(None) };
        article::get(&read, id).await?.map(article::Model::into_contract).transpose()
    }

    /// Notes how a conversation was rated with the answer that it ended with; the same again changes nothing.
    pub(crate) async fn apply_rated(&self, ctx: &Ctx, rated: &ConversationRated) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        let rows = store::impressions(&tx, rated.conversation).await?;
        let needs_person = rows.first().is_some_and(|last| last.kind == DecisionKind::HandOver.as_str());
        // How a person served says nothing of an article.
        let answer = rows.into_iter().find(|row| answered_by(row).is_some()).filter(|_| !needs_person);
        let Some(mut row) = answer else { return Ok(()) };
        row.rating = Some(rated.rating);
        update(&tx, row).await?;
        tx.commit().await
    }
}

fn preview(
    rows: &[impression::Model],
    knowledge: Option<&Knowledge>,
    current: &BotSettings,
    other: &BotSettings,
    now: Timestamp,
) -> RulesPreview {
    let mut preview = RulesPreview {
        questions: i32::try_from(rows.len()).unwrap_or(i32::MAX),
        now: DecisionCounts::default(),
        then: DecisionCounts::default(),
        examples: Vec::new(),
    };
    // Thousands of meanings would be waited for too long; without them the picture is about the same.
    let none = Meanings::new();
    for row in rows.iter().rev() {
        let decide = |settings: &BotSettings| {
            let asked = Asked { text: &row.question, choice: None, locale: "zh-CN", topic: None, meanings: &none };
            rules::decide(knowledge, settings, asked, now)
        };
        let (before, after) = (decide(current), decide(other));
        count(&mut preview.now, &before);
        count(&mut preview.then, &after);
        if before.kind != after.kind && preview.examples.len() < EXAMPLES {
            let first = after.candidates.first().map(|first| first.title.clone());
            preview.examples.push(RulesExample {
                text: row.question.clone(),
                now: before.kind,
                then: after.kind,
                first,
            });
        }
    }
    preview
}

fn count(counts: &mut DecisionCounts, decision: &Decision) {
    let count = match decision.kind {
        DecisionKind::Answer => &mut counts.answered,
        DecisionKind::Options => &mut counts.listed,
        DecisionKind::HandOver => &mut counts.handed_over,
    };
    *count += 1;
}

fn clustered(
    rows: Vec<unanswered::Model>,
    knowledge: Option<&Arc<Knowledge>>,
    now: Timestamp,
) -> Vec<UnansweredCluster> {
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let background: Vec<&str> = knowledge.map(|one| one.phrases()).unwrap_or_default();
    let groups = clusters(&texts, &background[..background.len().min(BACKGROUND)]);
    let cluster = |group: Vec<usize>| {
        let first = &rows[*group.first()?];
        let nearest = knowledge.and_then(|one| {
            let best = one.rank(&first.text, None, "zh-CN", now).candidates;
            // Nothing alike is not near.
            let best = best.into_iter().next().filter(|best| best.similarity > 0.1)?;
            one.article(best.article_id, now).cloned()
        });
        Some(UnansweredCluster {
            id: first.id.into(),
            count: group.iter().map(|place| rows[*place].count).sum(),
            questions: group.iter().map(|place| rows[*place].clone().into_contract()).collect(),
            nearest,
        })
    };
    let mut all: Vec<UnansweredCluster> = groups.into_iter().filter_map(cluster).collect();
    all.sort_by_key(|one| std::cmp::Reverse((one.count, one.questions.len())));
    all
}
