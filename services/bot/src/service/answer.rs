//! Answering customers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use lingxi_contracts::Envelope;
use lingxi_contracts::billing::OverCap;
use lingxi_contracts::bot::{Decision, DecisionKind, ReplyDecided};
use lingxi_contracts::channels::{MessageKind, MessageReceived};
use lingxi_kernel::{ConversationId, Ctx, EventId, ImpressionId, MessageId, Result, TenantId, UnansweredId};
use lingxi_nlu::{is_follow_up, mask, normalise};
use lingxi_store::{Tx, inbox, insert, insert_all, update};
use serde_json::json;

use super::Bot;
use super::walks::Turn;
use crate::events::NAME;
use crate::rules::{self, Asked};
use crate::store::{self, impression, unanswered};

impl Bot {
    pub(super) async fn do_test(&self, ctx: &Ctx, text: &str, locale: &str) -> Result<Decision> {
        rules::check_said("text", text)?;
        let knowledge = self.knowledge(ctx.tenant).await?;
        let settings = self.policy(ctx).await?;
        let now = self.deps.db.env().now();
        let meanings = self.meanings_of_questions(knowledge.as_deref(), rules::texts(text, None)).await;
        let asked = Asked { text, choice: None, locale, topic: None, meanings: &meanings };
        let decision = rules::decide(knowledge.as_deref(), &settings, asked, now);
        match knowledge.filter(|_| settings.rephrases) {
            Some(knowledge) => Ok(self.in_other_words(ctx, &knowledge, text, decision).await),
            None => Ok(decision),
        }
    }

    /// A limit was reached: what may still be used is asked for anew.
    pub(crate) fn forget_allowance(&self, tenant: TenantId) {
        self.allowances.forget(tenant);
    }

    /// Answers messages of a firm's customers, each once, however often its event comes.
    pub(crate) async fn answer(&self, asked: Vec<(Arc<Envelope>, MessageReceived)>) -> Result<()> {
        let Some((first, _)) = asked.first() else { return Ok(()) };
        let started = std::time::Instant::now();
        let ctx = first.ctx(NAME);
        let knowledge = self.knowledge(ctx.tenant).await?;
        let settings = self.policy(&ctx).await?;
        let now = self.deps.db.env().now();
        let capped = self.allowances.take(&ctx, &*self.deps.billing, now, asked.len()).await?;
        let (events, asked): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
        let mut topics = self.topics(&ctx, &asked).await?;
        let typed = asked.iter().filter(|one| one.choice.is_none());
        let texts = typed.flat_map(|one| {
            rules::texts(&one.message.text, topics.get(&one.message.conversation_id).map(String::as_str))
        });
        let meanings = self.meanings_of_questions(knowledge.as_deref(), texts.collect()).await;
        let decide = |received: MessageReceived| {
            let message = &received.message;
            let topic = topics.get(&message.conversation_id).map(String::as_str);
            let choice = received.choice.as_deref();
            let asked = Asked { text: &message.text, choice, locale: &received.locale, topic, meanings: &meanings };
            let decision = rules::decide(knowledge.as_deref(), &settings, asked, now);
            if is_topic(decision.kind, &decision.reason) {
                topics.insert(message.conversation_id, message.text.clone());
            }
            let decision = if message.kind == MessageKind::File && message.text.is_empty() {
                rules::hand_over(decision, "file")
            } else if let Some(over) = capped {
                match over {
                    OverCap::Block => rules::closed(decision),
                    _ if decision.kind == DecisionKind::HandOver => decision,
                    _ => rules::hand_over(decision, "spend_cap"),
                }
            } else {
                decision
            };
            (received, decision)
        };
        let mut decided: Vec<_> = asked.into_iter().map(decide).collect();
        metrics::histogram!("lingxi_bot_decide_seconds").record(started.elapsed().as_secs_f64());
        if let Some(knowledge) = knowledge.filter(|_| settings.rephrases) {
            let other = decided.into_iter().map(async |(received, decision): (MessageReceived, Decision)| {
                let decision = self.in_other_words(&ctx, &knowledge, &received.message.text, decision).await;
                (received, decision)
            });
            decided = futures::future::join_all(other).await;
        }
        self.announce(&ctx, &events, decided).await
    }

    /// What the conversations are about whose message does not stand alone: the question that was answered last.
    async fn topics(&self, ctx: &Ctx, asked: &[MessageReceived]) -> Result<HashMap<ConversationId, String>> {
        let mut topics = HashMap::new();
        for one in asked.iter().filter(|one| one.choice.is_none() && is_follow_up(&one.message.text)) {
            let conversation = one.message.conversation_id;
            let earlier = store::impressions(&self.deps.db.read(ctx), conversation).await?;
            let answered =
                |row: &&impression::Model| DecisionKind::parse(&row.kind).is_ok_and(|kind| is_topic(kind, &row.reason));
            topics.extend(earlier.iter().find(answered).map(|row| (conversation, row.question.clone())));
        }
        Ok(topics)
    }

    /// Stores what was decided with everything that is noted of it, once per event.
    async fn announce(
        &self,
        ctx: &Ctx,
        events: &[Arc<Envelope>],
        decided: Vec<(MessageReceived, Decision)>,
    ) -> Result<()> {
        let mut walks = self.walks(ctx).await?;
        let tx = self.deps.db.begin(ctx).await?;
        let fresh = inbox::first_times(&tx, NAME, events).await?;
        let mut fresh: HashSet<EventId> = fresh.into_iter().map(|event| event.id).collect();
        if let Some(walks) = &mut walks {
            let conversations = decided.iter().map(|(received, _)| received.message.conversation_id.uuid());
            walks.load(&tx, conversations.collect()).await?;
        }
        let mut impressions = Vec::new();
        for (event, (received, decision)) in events.iter().zip(decided) {
            // One event may be here twice.
            if !fresh.remove(&event.id) {
                continue;
            }
            let message = &received.message;
            let impression = impression_of(&tx, &received, &decision);
            let turn = match &mut walks {
                Some(walks) => walks.turn(&tx, &received, decision).await?,
                None => Turn::Apart(decision),
            };
            let within = matches!(turn, Turn::Within(_));
            let (Turn::Apart(decision) | Turn::Began(decision) | Turn::Within(decision)) = turn;
            let hands_over = decision.kind == DecisionKind::HandOver;
            let mut earlier = Vec::new();
            if hands_over || received.choice.is_some() {
                insert_all(&tx, std::mem::take(&mut impressions)).await?;
                earlier = store::impressions(&tx, message.conversation_id).await?;
            }
            // What is clicked in a flow says nothing of the answer that began it.
            if let Some(choice) = received.choice.as_ref().filter(|_| !within) {
                note_outcome(&tx, earlier.first(), choice).await?;
            }
            if decision.reason == "far_off" {
                note_unanswered(&tx, &message.text, message.conversation_id).await?;
            }
            if !within {
                impressions.push(impression);
            } else if hands_over {
                impressions.push(impression_of(&tx, &received, &decision));
            }
            let summary = hands_over.then(|| {
                let said = earlier.iter().rev().map(|row| (row.question.clone(), row.reason.clone()));
                let known = walks.as_mut().map(|walks| walks.known(message.conversation_id)).unwrap_or_default();
                let question = if within { "" } else { &message.text };
                rules::summary(&decision, &said.collect::<Vec<_>>(), question, &received.locale, &known)
            });
            metrics::counter!("lingxi_bot_decisions_total", "kind" => decision.kind.as_str()).increment(1);
            // The reply belongs to the trace of its question.
            let _answering = lingxi_bus::span(event, NAME).entered();
            tx.emit(&reply(message.conversation_id, message.id, decision, summary))?;
        }
        insert_all(&tx, impressions).await?;
        tx.commit().await
    }
}

/// What is told of a decision.
pub(super) fn reply(
    conversation: ConversationId,
    in_reply_to: MessageId,
    decision: Decision,
    summary: Option<String>,
) -> ReplyDecided {
    ReplyDecided {
        conversation,
        in_reply_to,
        kind: decision.kind,
        text: decision.text,
        choices: decision.choices,
        card: decision.card,
        solved: decision.reason == rules::SOLVED,
        reason: decision.reason,
        summary,
    }
}

/// Whether what was asked is what the conversation is about from then on.
fn is_topic(kind: DecisionKind, reason: &str) -> bool {
    kind == DecisionKind::Answer && ["confident", "clicked"].contains(&reason)
}

fn impression_of(tx: &Tx, received: &MessageReceived, decision: &Decision) -> impression::Model {
    let probability = |value: &str| {
        let article = rules::article_of(value);
        decision.candidates.iter().find(|c| Some(c.article_id) == article).map(|c| c.probability)
    };
    let mut shown: Vec<serde_json::Value> = Vec::new();
    if decision.kind == DecisionKind::Answer
        && let Some(first) = decision.candidates.first()
    {
        shown.push(
            json!({ "article": first.article_id, "position": 1, "probability": first.probability, "propensity": 1.0 }),
        );
    }
    for (index, choice) in decision.choices.iter().enumerate() {
        shown.push(json!({
            "value": choice.value, "position": index + 1, "probability": probability(&choice.value), "propensity": 1.0
        }));
    }
    impression::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ImpressionId>().uuid(),
        conversation_id: received.message.conversation_id.uuid(),
        contact_id: Some(received.contact.uuid()),
        message_id: received.message.id.uuid(),
        release_id: decision.release.map(lingxi_kernel::ReleaseId::uuid),
        question: mask(&received.message.text),
        kind: decision.kind.as_str().to_owned(),
        shown: serde_json::Value::Array(shown),
        reason: decision.reason.clone(),
        outcome: None,
        label_id: None,
        rating: None,
        created_at: tx.now(),
        outcome_at: None,
    }
}

async fn note_outcome(tx: &Tx, last: Option<&impression::Model>, choice: &str) -> Result<()> {
    if let Some(last) = last.filter(|last| last.outcome.is_none()) {
        let mut row = last.clone();
        row.outcome = Some(choice.to_owned());
        row.outcome_at = Some(tx.now());
        update(tx, row).await?;
    }
    Ok(())
}

async fn note_unanswered(tx: &Tx, text: &str, conversation: ConversationId) -> Result<()> {
    let text = mask(text);
    let normal = normalise(&text);
    if normal.chars().count() < 2 {
        return Ok(());
    }
    if let Some(mut row) = store::unanswered_by_normal(tx, &normal).await? {
        row.count += 1;
        row.open = true;
        row.conversation_id = conversation.uuid();
        row.updated_at = tx.now();
        update(tx, row).await?;
    } else {
        let row = unanswered::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<UnansweredId>().uuid(),
            text: text.chars().take(500).collect(),
            normal,
            count: 1,
            conversation_id: conversation.uuid(),
            open: true,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        insert(tx, row).await?;
    }
    Ok(())
}
