//! Customers in flows: how a walk begins, goes on with what they say and with what webhooks answer, and ends.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{NaiveDate, TimeDelta};
use lingxi_contracts::bot::{Decision, DecisionKind, FlowDefinition, FlowRunStatus};
use lingxi_contracts::channels::{MessageKind, MessageReceived};
use lingxi_kernel::{ConversationId, Ctx, FlowId, FlowRunId, Result};
use lingxi_store::{Tx, insert, update};
use serde_json::Value;

use super::Bot;
use super::answer::reply;
use crate::flow::{Heard, Said, Stands, Today, Walk};
use crate::rules::{self, PERSON, hand_over, say, solved_or_not};
use crate::store::flow::{Published, definition, going_on, run};
use crate::store::{self};

/// A walk whose customer is silent for so long is over.
pub(crate) const SILENT: TimeDelta = TimeDelta::hours(24);

/// What became of a message.
pub(super) enum Turn {
    /// No flow has to do with it.
    Apart(Decision),
    /// A flow began with the answer.
    Began(Decision),
    /// It was said in a flow.
    Within(Decision),
}

/// The walks of the conversations of some messages.
pub(super) struct Walks {
    published: Arc<Published>,
    going: HashMap<ConversationId, run::Model>,
    today: NaiveDate,
    /// What is known in a flow that hands over: labels and values.
    known: HashMap<ConversationId, Vec<(String, String)>>,
}

impl Bot {
    /// The walks that some messages may belong to; none where the firm has no flow.
    pub(super) async fn walks(&self, ctx: &Ctx) -> Result<Option<Walks>> {
        let read = self.deps.db.read(ctx);
        let published = self.published.get(ctx.tenant, read.now(), store::flow::published(&read)).await?;
        if !published.any {
            return Ok(None);
        }
        Ok(Some(Walks { published, going: HashMap::new(), today: self.today(ctx).await?, known: HashMap::new() }))
    }
}

impl Walks {
    /// Reads what goes on in some conversations.
    pub(super) async fn load(&mut self, tx: &Tx, conversations: Vec<uuid::Uuid>) -> Result<()> {
        for mut row in going_on(tx, conversations).await? {
            if row.updated_at < tx.now() - SILENT {
                FlowRunStatus::Abandoned.as_str().clone_into(&mut row.status);
                update(tx, row).await?;
            } else {
                self.going.insert(row.conversation_id.into(), row);
            }
        }
        Ok(())
    }

    /// What is known in the flow that handed a conversation over.
    pub(super) fn known(&mut self, conversation: ConversationId) -> Vec<(String, String)> {
        self.known.remove(&conversation).unwrap_or_default()
    }

    /// Looks whether a message belongs to a flow, and goes on with that.
    pub(super) async fn turn(&mut self, tx: &Tx, received: &MessageReceived, decision: Decision) -> Result<Turn> {
        let conversation = received.message.conversation_id;
        if let Some(row) = self.going.remove(&conversation) {
            return self.go_on(tx, row, received, decision).await;
        }
        let starts = decision.kind == DecisionKind::Answer && decision.reason != "several";
        let flow = decision.flow.filter(|_| starts);
        let version = flow.and_then(|flow| Some((flow, self.published.version_for(flow, conversation)?)));
        let Some((flow, (number, definition))) = version else { return Ok(Turn::Apart(decision)) };
        let locale = decision.locale.clone();
        let today = Today { date: self.today, locale: &locale };
        let (walk, said) = Walk::begin(&definition, &received.message.text, today, false);
        let mut row = run::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<FlowRunId>().uuid(),
            flow_id: flow.uuid(),
            number,
            conversation_id: conversation.uuid(),
            message_id: received.message.id.uuid(),
            status: String::new(),
            locale: locale.clone(),
            step: String::new(),
            state: Value::Null,
            turn: 0,
            due_at: None,
            created_at: tx.now(),
            updated_at: tx.now(),
        };
        row.set(&walk.state, said.stands.status(), tx)?;
        insert(tx, row.clone()).await?;
        let said = Said { text: format!("{}\n\n{}", decision.text, said.text), ..said };
        let decision = self.decided(row, &walk, decision, said);
        Ok(Turn::Began(decision))
    }

    async fn go_on(
        &mut self,
        tx: &Tx,
        mut row: run::Model,
        received: &MessageReceived,
        mut decision: Decision,
    ) -> Result<Turn> {
        let (flow, number) = (FlowId::from_uuid(row.flow_id), row.number);
        let definition: Arc<FlowDefinition> = match self.published.version(flow, number) {
            Some(definition) => definition,
            // It went out of use meanwhile; who is in it goes on.
            None => match definition(tx, flow, number).await? {
                Some(definition) => Arc::new(definition),
                None => return Ok(Turn::Apart(decision)),
            },
        };
        let locale = row.locale.clone();
        decision.locale.clone_from(&locale);
        let today = Today { date: self.today, locale: &locale };
        let mut walk = Walk { definition: &definition, today, state: row.state()?, tried: false };
        let said = hear(&mut walk, received, &decision);
        row.message_id = received.message.id.uuid();
        // Words while a webhook is called change nothing of that.
        if said.stands != Stands::Calls || row.status != FlowRunStatus::Calling.as_str() {
            row.set(&walk.state, said.stands.status(), tx)?;
        }
        let row = update(tx, row).await?;
        let leaves = decision.reason == rules::SOLVED
            || decision.kind == DecisionKind::HandOver && said.stands == Stands::HandedOver;
        let reason = decision.reason.clone();
        let mut decision = self.decided(row, &walk, decision, said);
        if leaves && reason != "far_off" {
            decision.reason = reason;
        }
        Ok(Turn::Within(decision))
    }

    /// The decision that says what a flow says; the walk is remembered for the next message.
    fn decided(&mut self, row: run::Model, walk: &Walk<'_>, decision: Decision, said: Said) -> Decision {
        let conversation = ConversationId::from_uuid(row.conversation_id);
        match said.stands {
            Stands::Waits | Stands::Calls => {
                self.going.insert(conversation, row);
            }
            Stands::HandedOver => {
                self.known.insert(conversation, known(walk));
            }
            Stands::Completed | Stands::Abandoned => {}
        }
        decided(decision, said)
    }
}

/// What a flow says to a message, seen with what the bot would do without it.
fn hear(walk: &mut Walk<'_>, received: &MessageReceived, decision: &Decision) -> Said {
    let (text, choice) = (received.message.text.as_str(), received.choice.as_deref());
    let leaves = |said: &str| Said { text: said.to_owned(), choices: Vec::new(), stands: Stands::HandedOver };
    // In a long text a word that asks for a person is a word like others.
    let asks_for_person = choice == Some(PERSON) || text.chars().count() <= 30;
    let leaving = match decision.reason.as_str() {
        "asked_for_person" => asks_for_person,
        "switched_off" | "spend_cap" | "unsolved" => true,
        _ => false,
    };
    if leaving {
        return leaves(&decision.text);
    }
    // What was clicked of an earlier message.
    if [rules::SOLVED, rules::BLOCKED].contains(&decision.reason.as_str()) {
        return Said { stands: Stands::Abandoned, ..leaves(&decision.text) };
    }
    if decision.reason == "clicked" {
        return in_between(walk, decision);
    }
    if received.message.kind == MessageKind::File && text.is_empty() {
        let got = say(walk.today.locale, "文件已收到。", "I have got the file.").to_owned();
        let again = walk.again();
        return Said { text: format!("{got}\n\n{}", again.text), ..again };
    }
    match walk.hear(text, choice) {
        // A question in between is answered, and then the flow asks again.
        Heard::NotUnderstood(_) if decision.kind == DecisionKind::Answer && decision.reason == "confident" => {
            in_between(walk, decision)
        }
        heard => heard.said(),
    }
}

/// An answer in between, and the flow's question again.
fn in_between(walk: &mut Walk<'_>, decision: &Decision) -> Said {
    let again = walk.again();
    Said { text: format!("{}\n\n{}", decision.text, again.text), ..again }
}

/// What is known at the end of a walk, under the flow's name.
fn known(walk: &Walk<'_>) -> Vec<(String, String)> {
    let locale = walk.today.locale;
    let name = walk.definition.name.in_locale(locale).to_owned();
    let mut lines = vec![(say(locale, "流程", "Flow").to_owned(), name)];
    lines.extend(walk.labelled());
    lines
}

fn decided(mut decision: Decision, said: Said) -> Decision {
    decision.reason = "flow".into();
    if said.stands == Stands::HandedOver {
        decision = hand_over(decision, "flow");
        decision.text = said.text;
        return decision;
    }
    decision.kind = if said.choices.is_empty() { DecisionKind::Answer } else { DecisionKind::Options };
    decision.text = said.text;
    decision.choices = match said.stands {
        Stands::Completed => solved_or_not(&decision.locale),
        _ => said.choices,
    };
    decision
}

impl Bot {
    /// Goes on with what a webhook answered, once: only when the walk still waits for that call.
    pub(crate) async fn apply_called(&self, ctx: &Ctx, id: FlowRunId, turn: i32, answer: Option<Value>) -> Result<()> {
        let today = self.today(ctx).await?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = run::get(&tx, id.uuid()).await?;
        let waiting = |row: &run::Model| row.status == FlowRunStatus::Calling.as_str() && row.turn == turn;
        let Some(mut row) = row.filter(waiting) else { return Ok(()) };
        let Some(definition) = definition(&tx, row.flow_id.into(), row.number).await? else { return Ok(()) };
        let locale = row.locale.clone();
        let today = Today { date: today, locale: &locale };
        let mut walk = Walk { definition: &definition, today, state: row.state()?, tried: false };
        let said = walk.called(answer.as_ref());
        row.set(&walk.state, said.stands.status(), &tx)?;
        let row = update(&tx, row).await?;
        let decision = decided(rules::nothing_yet(&locale), said);
        let conversation = ConversationId::from_uuid(row.conversation_id);
        let summary = match decision.kind {
            DecisionKind::HandOver => {
                let earlier = store::impressions(&tx, conversation).await?;
                let said: Vec<_> = earlier.iter().rev().map(|row| (row.question.clone(), row.reason.clone())).collect();
                Some(rules::summary(&decision, &said, "", &locale, &known(&walk)))
            }
            _ => None,
        };
        tx.emit(&reply(conversation, row.message_id.into(), decision, summary))?;
        tx.commit().await
    }
}
