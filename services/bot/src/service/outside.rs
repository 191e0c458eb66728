//! Outside models: whatever they do or fail to do, customers are answered.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lingxi_config::Models;
use lingxi_contracts::billing::{UsageInput, UsageReported};
use lingxi_contracts::bot::{Article, BotProviders, Decision};
use lingxi_kernel::{Ctx, Error, EventId, Permission, Result, Timestamp};
use lingxi_models::{Chat, Embedder};
use lingxi_nlu::{Meaning, mask};

use super::Bot;
use crate::grounding::{MOST_ARTICLES, RULES, grounded, is_fit, task};
use crate::knowledge::{Knowledge, Meanings};
use crate::store::outside;

/// The meaning of a question is waited for so long.
const PATIENCE: Duration = Duration::from_millis(500);
/// After a failure a model is left alone for so long, so that customers do not wait for it in vain.
const REST_SECONDS: i64 = 30;
/// An answer in other words has so many tokens at most.
const MOST_TOKENS: u32 = 600;

/// The outside models of this process.
#[derive(Debug)]
pub(super) struct Outside {
    embedder: Option<(Embedder, String)>,
    chat: Option<Chat>,
    tokens_per_month: i64,
    /// Until when (seconds since 1970) each is left alone.
    embedder_rests: AtomicI64,
    chat_rests: AtomicI64,
}

impl Outside {
    /// Opens what the settings name.
    pub(super) fn open(models: &Models) -> Result<Self> {
        let http = || reqwest::Client::builder().timeout(Duration::from_mins(1)).build();
        let embedder = match &models.embeddings {
            Some(place) => {
                let (key, model) = (models.embeddings_key.clone(), models.embeddings_model.clone());
                let name = format!("{place} {}", model.clone().unwrap_or_default());
                let opened = Embedder::open(place, http()?, key, model);
                let refused = |fault| Error::invalid(format!("setting refused: `models.embeddings`: {fault}"));
                Some((opened.map_err(refused)?, name))
            }
            None => None,
        };
        let chat = match &models.chat {
            Some(url) => {
                let timeout = Duration::from_millis(models.chat_timeout_ms);
                Some(Chat::new(url, http()?, models.chat_key.clone(), models.chat_model.clone(), timeout))
            }
            None => None,
        };
        Ok(Self {
            embedder,
            chat,
            tokens_per_month: i64::try_from(models.chat_tokens_per_month)?,
            embedder_rests: AtomicI64::new(0),
            chat_rests: AtomicI64::new(0),
        })
    }
}

impl Outside {
    /// Which meanings questions are understood by; empty for none.
    pub(super) fn name(&self) -> &str {
        self.embedder.as_ref().map(|(_, name)| name.as_str()).unwrap_or_default()
    }
}

fn month(now: Timestamp) -> String {
    now.format("%Y-%m").to_string()
}

impl Bot {
    pub(super) async fn do_providers(&self, ctx: &Ctx) -> Result<BotProviders> {
        ctx.require(Permission::ReadKnowledge)?;
        let read = self.deps.db.read(ctx);
        Ok(BotProviders {
            embeddings: self.outside.embedder.is_some(),
            chat: self.outside.chat.is_some(),
            chat_tokens: outside::tokens(&read, &month(read.now())).await?,
            chat_tokens_per_month: self.outside.tokens_per_month,
        })
    }

    /// The meanings of phrases that are learned from, from memory where they are known; none when any is not to be had, because a model is
    /// trained with all of them or with none.
    pub(super) async fn meanings_of_phrases(&self, ctx: &Ctx, texts: Vec<String>) -> Result<Meanings> {
        let Some((embedder, name)) = &self.outside.embedder else { return Ok(Meanings::new()) };
        let mut known = outside::known(&self.deps.db.read(ctx), name, &texts).await?;
        let missing: Vec<String> = texts.into_iter().filter(|text| !known.contains_key(text)).collect();
        for some in missing.chunks(256) {
            match embedder.embed(some).await {
                Ok(found) => {
                    let found: Vec<(String, Meaning)> =
                        some.iter().cloned().zip(found.into_iter().map(Meaning::from)).collect();
                    let tx = self.deps.db.begin(ctx).await?;
                    outside::keep(&tx, name, &found).await?;
                    tx.commit().await?;
                    known.extend(found);
                }
                Err(fault) => {
                    tracing::warn!(tenant = %ctx.tenant, error.cause = fault, "Meanings are not to be had; the bot answers without");
                    return Ok(Meanings::new());
                }
            }
        }
        Ok(known)
    }

    /// The meanings of what customers ask, when they come in time.
    pub(super) async fn meanings_of_questions(&self, knowledge: Option<&Knowledge>, texts: Vec<String>) -> Meanings {
        let Some((embedder, _)) = &self.outside.embedder else { return Meanings::new() };
        let now = self.deps.db.env().now().timestamp();
        let used = knowledge.is_some_and(Knowledge::knows_meanings);
        if !used || texts.is_empty() || now < self.outside.embedder_rests.load(Ordering::Relaxed) {
            return Meanings::new();
        }
        // Personal data does not leave.
        let masked: Vec<String> = texts.iter().map(|text| mask(text)).collect();
        let fault = match tokio::time::timeout(PATIENCE, embedder.embed(&masked)).await {
            Ok(Ok(found)) => return texts.into_iter().zip(found.into_iter().map(Meaning::from)).collect(),
            Ok(Err(fault)) => fault,
            Err(_) => "it did not answer in time".into(),
        };
        self.outside.embedder_rests.store(now + REST_SECONDS, Ordering::Relaxed);
        tracing::warn!(error.cause = fault, "Questions are understood without their meanings for a while");
        HashMap::new()
    }

    /// The decision in words that fit the question, where the firm wants that, has tokens left, and the model says nothing of its own; else
    /// the decision as it is.
    pub(super) async fn in_other_words(
        &self,
        ctx: &Ctx,
        knowledge: &Knowledge,
        question: &str,
        decision: Decision,
    ) -> Decision {
        let now = self.deps.db.env().now();
        let Some(chat) = self.outside.chat.as_ref().filter(|_| is_fit(&decision)) else { return decision };
        if now.timestamp() < self.outside.chat_rests.load(Ordering::Relaxed) {
            return decision;
        }
        let candidates = decision.candidates.iter().take(MOST_ARTICLES);
        let articles: Vec<&Article> = candidates.filter_map(|one| knowledge.article(one.article_id, now)).collect();
        let used = outside::tokens(&self.deps.db.read(ctx), &month(now)).await;
        if used.is_ok_and(|used| used >= self.outside.tokens_per_month) {
            return decision;
        }
        let written = chat.write(RULES, &task(&mask(question), &articles, &decision.locale), MOST_TOKENS).await;
        let outcome = match written {
            Ok(written) => {
                if let Err(error) = self.count_tokens(ctx, &month(now), written.tokens).await {
                    tracing::warn!(error.cause = %error, "The tokens of an answer were not counted");
                }
                grounded(&written.text, &articles, &decision.locale).map_err(str::to_owned)
            }
            Err(fault) => {
                self.outside.chat_rests.store(now.timestamp() + REST_SECONDS, Ordering::Relaxed);
                Err(fault)
            }
        };
        let taken = if outcome.is_ok() { "taken" } else { "left" };
        metrics::counter!("lingxi_bot_other_words_total", "outcome" => taken).increment(1);
        match outcome {
            Ok(text) => Decision { text, ..decision },
            Err(why) => {
                tracing::info!(tenant = %ctx.tenant, error.cause = why, "An answer is given in the article's own words");
                decision
            }
        }
    }

    async fn count_tokens(&self, ctx: &Ctx, month: &str, tokens: u64) -> Result<()> {
        let tx = self.deps.db.begin(ctx).await?;
        let tokens = i64::try_from(tokens)?;
        outside::count_tokens(&tx, month, tokens).await?;
        let usage = UsageInput {
            source: "lingxi".into(),
            id: tx.id::<EventId>().to_string(),
            kind: "lingxi.model".into(),
            subject: String::new(),
            at: Some(tx.now()),
            data: serde_json::json!({ "value": tokens.to_string() }),
            reverses: None,
        };
        tx.emit(&UsageReported { usage })?;
        tx.commit().await
    }
}
