//! What members and customers do in conversations.

use lingxi_contracts::bot::{DecisionKind, ReplyDecided};
use lingxi_contracts::channels::{
    AuthorKind, Conversation, ConversationFilter, ConversationRated, ConversationReopened, ConversationResolved,
    ConversationStatus, Handler, HandoverRequested, Message, MessageKind, Outbound,
};
use lingxi_contracts::routing::{TaskAssigned, TaskQueued};
use lingxi_kernel::{Actor, ConversationId, Ctx, Error, FieldError, Page, PageArgs, Permission, Result, Timestamp};

use super::inbound::own_attachment;
use super::{Channels, ConversationChanges, require_reader};
use crate::rules;
use crate::store::message::Draft;
use crate::store::{conversation, member, message};

impl Channels {
    pub(super) async fn do_conversations(
        &self,
        ctx: &Ctx,
        filter: ConversationFilter,
        page: PageArgs,
    ) -> Result<Page<Conversation>> {
        ctx.require(Permission::ReadConversations)?;
        rules::search(filter.search.as_deref())?;
        let me = ctx.member().ok();
        let rows = conversation::page(&self.deps.db.read(ctx), &filter, me, &page).await?;
        let has_next = rows.has_next;
        let rows = rows.rows.into_iter().map(|(cursor, row)| Ok((cursor, row.into_contract()?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, has_next })
    }

    pub(super) async fn do_mark_read(&self, ctx: &Ctx, id: ConversationId, seq: i64) -> Result<Conversation> {
        require_reader(ctx)?;
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let mut row = self.own(&changes.tx, id).await?;
        let seq = seq.min(row.last_seq);
        let place = if ctx.visitor().is_ok() { &mut row.contact_read_seq } else { &mut row.member_read_seq };
        if seq <= *place {
            return row.into_contract();
        }
        *place = seq;
        changes.put(row.clone());
        self.finish(changes).await?;
        row.into_contract()
    }

    pub(super) async fn do_mark_delivered(&self, ctx: &Ctx, id: ConversationId, seq: i64) -> Result<()> {
        ctx.visitor()?;
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let mut row = self.own(&changes.tx, id).await?;
        let seq = seq.min(row.last_seq);
        if seq <= row.contact_delivered_seq.unwrap_or(0).max(row.contact_read_seq) {
            return Ok(());
        }
        row.contact_delivered_seq = Some(seq);
        changes.put(row);
        self.finish(changes).await
    }

    pub(super) async fn do_post(&self, ctx: &Ctx, id: ConversationId, sent: Outbound) -> Result<Message> {
        ctx.require(Permission::Serve)?;
        let text = rules::text(&sent.text, sent.attachment.is_some() || sent.card.is_some())?;
        if let Some(id) = &sent.client_id {
            rules::client_id(id)?;
        }
        if let Some(card) = &sent.card {
            rules::card(card)?;
        }
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let mut row = self.own(&changes.tx, id).await?;
        let me = ctx.member().ok();
        if let Some(client_id) = &sent.client_id
            && let Some(known) = message::by_client_id(&changes.tx, id, client_id).await?
        {
            rules::same_outbound(&known, me, &text, &sent)?;
            return Ok(known);
        }
        if let Some(file) = sent.attachment {
            own_attachment(&changes.tx, file, row.contact_id.into()).await?;
        }
        if !sent.private {
            if matches!(ctx.actor, Actor::Member { .. })
                && row.assignee_id != me.map(lingxi_kernel::MemberId::uuid)
                && !ctx.may(Permission::Supervise)
            {
                return Err(Error::conflict("Accept the conversation first; until then only notes are possible."));
            }
            if row.status()? == ConversationStatus::Resolved {
                return Err(Error::conflict("The conversation is resolved; open it again first."));
            }
            row.set_status(ConversationStatus::Pending, changes.tx.now());
        }
        row.member_read_seq = row.last_seq + 1;
        let kind = match (&sent.card, sent.attachment) {
            (Some(_), _) => MessageKind::Card,
            (None, Some(_)) => MessageKind::File,
            (None, None) => MessageKind::Text,
        };
        let draft = Draft {
            member: me,
            kind,
            private: sent.private,
            attachment: sent.attachment,
            card: sent.card,
            client_id: sent.client_id,
            ..Draft::text(AuthorKind::Member, text)
        };
        let message = changes.post(&mut row, draft).await?;
        changes.put(row);
        self.finish(changes).await?;
        Ok(message)
    }

    pub(super) async fn do_set_status(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        status: ConversationStatus,
        until: Option<Timestamp>,
    ) -> Result<Conversation> {
        ctx.require(Permission::Serve)?;
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let mut row = self.own(&changes.tx, id).await?;
        let now = changes.tx.now();
        if row.status()? == status && status != ConversationStatus::Snoozed {
            return row.into_contract();
        }
        if status == ConversationStatus::Snoozed && until.is_none_or(|until| until <= now) {
            return Err(Error::field("until", "Snooze until a moment in the future."));
        }
        if status == ConversationStatus::Resolved {
            let answered = message::answered(&changes.tx, id).await?;
            rules::resolvable(row.handler()?, answered)?;
            resolve(&mut changes, &mut row, true).await?;
        } else {
            if row.status()? == ConversationStatus::Resolved && row.handler()? != Handler::Bot {
                reopen(&changes, &row)?;
            }
            row.set_status(status, now);
            row.snoozed_until = until.filter(|_| status == ConversationStatus::Snoozed);
        }
        changes.put(row.clone());
        self.finish(changes).await?;
        row.into_contract()
    }

    pub(super) async fn do_rate(
        &self,
        ctx: &Ctx,
        id: ConversationId,
        rating: i32,
        comment: Option<String>,
    ) -> Result<()> {
        ctx.visitor()?;
        let mut errors = Vec::new();
        if !(1..=5).contains(&rating) {
            errors.push(FieldError { field: "rating".into(), message: "A rating is 1 to 5.".into() });
        }
        if comment.as_ref().is_some_and(|comment| comment.chars().count() > 1_000) {
            errors.push(FieldError { field: "comment".into(), message: "At most 1000 characters.".into() });
        }
        Error::check(errors)?;
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let mut row = self.own(&changes.tx, id).await?;
        row.rating = Some(rating);
        row.rating_comment = comment.filter(|comment| !comment.trim().is_empty());
        changes.tx.emit(&ConversationRated { conversation: id, rating })?;
        changes.put(row);
        self.finish(changes).await
    }

    /// Posts what the bot decided, unless a person has taken over in the meantime.
    pub(crate) async fn apply_reply(&self, changes: &mut ConversationChanges, reply: ReplyDecided) -> Result<()> {
        let Some(mut row) = changes.get(reply.conversation).await? else { return Ok(()) };
        if row.handler()? != Handler::Bot {
            return Ok(());
        }
        let kind = match (&reply.card, reply.choices.is_empty()) {
            (Some(_), _) => MessageKind::Card,
            (None, true) => MessageKind::Text,
            (None, false) => MessageKind::Options,
        };
        let draft =
            Draft { kind, choices: reply.choices, card: reply.card, ..Draft::text(AuthorKind::Bot, reply.text) };
        changes.post(&mut row, draft).await?;
        if reply.kind == DecisionKind::HandOver {
            let summary = reply.summary.unwrap_or_default();
            row.set_handler(Handler::Queue, None);
            row.summary = Some(summary.clone());
            changes.tx.emit(&HandoverRequested {
                conversation: reply.conversation,
                channel: row.channel_id.into(),
                locale: row.locale.clone(),
                summary,
                reason: reply.reason,
                contact: Some(row.contact_id.into()),
            })?;
        } else if reply.solved {
            resolve(changes, &mut row, true).await?;
        } else {
            row.set_status(ConversationStatus::Pending, changes.tx.now());
        }
        changes.put(row);
        Ok(())
    }

    /// Tells the customer where they stand in the queue.
    pub(crate) async fn apply_queued(&self, changes: &mut ConversationChanges, queued: TaskQueued) -> Result<()> {
        let Some(mut row) = changes.get(queued.conversation).await? else { return Ok(()) };
        if row.status()? == ConversationStatus::Resolved {
            return Ok(());
        }
        if row.handler()? == Handler::Member {
            row.set_handler(Handler::Queue, None);
        }
        let line = queue_line(&row.locale, &queued);
        changes.post(&mut row, Draft::event(line)).await?;
        changes.put(row);
        Ok(())
    }

    /// Gives the conversation to the member who accepted it.
    pub(crate) async fn apply_assigned(&self, changes: &mut ConversationChanges, assigned: TaskAssigned) -> Result<()> {
        let Some(mut row) = changes.get(assigned.conversation).await? else { return Ok(()) };
        member::put(&changes.tx, assigned.member, &assigned.name).await?;
        if row.status()? == ConversationStatus::Resolved {
            return Ok(());
        }
        row.set_handler(Handler::Member, Some(assigned.member));
        row.set_status(ConversationStatus::Open, changes.tx.now());
        let line = match row.locale.as_str() {
            "zh-CN" => format!("{} 已接入，为您服务。", assigned.name),
            _ => format!("{} has joined the conversation.", assigned.name),
        };
        changes.post(&mut row, Draft::event(line)).await?;
        changes.put(row);
        Ok(())
    }

    /// Ends a conversation that the bot answered and that has been quiet for long.
    pub(crate) async fn apply_quiet(&self, ctx: &Ctx, id: ConversationId, before: Timestamp) -> Result<()> {
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let Some(mut row) = changes.get(id).await? else { return Ok(()) };
        let quiet = row.updated_at < before && row.handler()? == Handler::Bot;
        if !quiet || row.status()? != ConversationStatus::Pending {
            return Ok(());
        }
        resolve(&mut changes, &mut row, false).await?;
        changes.put(row);
        self.finish(changes).await
    }

    /// Brings a snoozed conversation back.
    pub(crate) async fn apply_awake(&self, ctx: &Ctx, id: ConversationId) -> Result<()> {
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let Some(mut row) = changes.get(id).await? else { return Ok(()) };
        row.set_status(ConversationStatus::Open, changes.tx.now());
        changes.put(row);
        self.finish(changes).await
    }
}

/// Who answers a conversation that is opened again needs its task again.
fn reopen(changes: &ConversationChanges, row: &conversation::Model) -> Result<()> {
    let assignee = row.assignee_id.map(lingxi_kernel::MemberId::from_uuid);
    changes.tx.emit(&ConversationReopened {
        conversation: row.id.into(),
        locale: row.locale.clone(),
        summary: row.summary.clone().unwrap_or_else(|| row.preview.clone()),
        assignee: assignee.filter(|_| row.handler == Handler::Member.as_str()),
    })?;
    Ok(())
}

/// Ends a conversation, with a line that customers see.
async fn resolve(changes: &mut ConversationChanges, row: &mut conversation::Model, confirmed: bool) -> Result<()> {
    let contact = Some(row.contact_id.into());
    let event = ConversationResolved { conversation: row.id.into(), handler: row.handler()?, confirmed, contact };
    let line = if row.locale == "zh-CN" {
        "会话已结束，欢迎评价。"
    } else {
        "The conversation has ended. Please rate it."
    };
    changes.post(row, Draft::event(line)).await?;
    row.set_status(ConversationStatus::Resolved, changes.tx.now());
    changes.tx.emit(&event)?;
    Ok(())
}

fn queue_line(locale: &str, queued: &TaskQueued) -> String {
    let minutes = queued.expected_wait_seconds.map(|seconds| (seconds + 59) / 60);
    match (locale, queued.open, minutes) {
        ("zh-CN", false, _) => "现在是非工作时间，您的问题已转交，我们上班后会尽快回复。".into(),
        ("zh-CN", true, Some(minutes)) => {
            format!("正在为您转接人工，您排在第 {} 位，预计等待 {minutes} 分钟。", queued.position)
        }
        ("zh-CN", true, None) => format!("正在为您转接人工，您排在第 {} 位。", queued.position),
        (_, false, _) => "We are closed at the moment. Your question is kept, and we reply once we are back.".into(),
        (_, true, Some(minutes)) => format!(
            "We are connecting you to a person. You are number {}; expected wait {minutes} min.",
            queued.position
        ),
        (_, true, None) => format!("We are connecting you to a person. You are number {}.", queued.position),
    }
}
