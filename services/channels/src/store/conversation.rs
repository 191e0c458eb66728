//! Conversations.

use lingxi_contracts::channels::{Conversation, ConversationFilter, ConversationStatus, Handler};
use lingxi_kernel::{ChannelId, ContactId, ConversationId, Error, MemberId, Page, PageArgs, Result, Timestamp};
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::contact;

tenant_entity!(row, "channels_conversation", {
    channel_id: Uuid,
    contact_id: Uuid,
    status: String,
    handler: String,
    assignee_id: Option<Uuid>,
    locale: String,
    last_seq: i64,
    preview: String,
    summary: Option<String>,
    rating: Option<i32>,
    rating_comment: Option<String>,
    contact_read_seq: i64,
    member_read_seq: i64,
    created_at: DateTimeUtc,
    updated_at: DateTimeUtc,
    resolved_at: Option<DateTimeUtc>,
    snoozed_until: Option<DateTimeUtc>,
    contact_delivered_seq: Option<i64>,
});

pub(crate) use row::{Model, get, get_many};

impl Model {
    pub(crate) fn into_contract(self) -> Result<Conversation> {
        Ok(Conversation {
            id: self.id.into(),
            channel_id: self.channel_id.into(),
            contact_id: self.contact_id.into(),
            status: self.status()?,
            handler: self.handler()?,
            assignee: self.assignee_id.map(MemberId::from_uuid),
            locale: self.locale,
            last_seq: self.last_seq,
            preview: self.preview,
            summary: self.summary,
            rating: self.rating,
            rating_comment: self.rating_comment,
            // What was read was delivered.
            contact_delivered_seq: self.contact_delivered_seq.unwrap_or(0).max(self.contact_read_seq),
            contact_read_seq: self.contact_read_seq,
            member_read_seq: self.member_read_seq,
            created_at: self.created_at,
            updated_at: self.updated_at,
            resolved_at: self.resolved_at,
            snoozed_until: self.snoozed_until,
        })
    }

    pub(crate) fn status(&self) -> Result<ConversationStatus> {
        ConversationStatus::parse(&self.status)
    }

    pub(crate) fn handler(&self) -> Result<Handler> {
        Handler::parse(&self.handler)
    }

    pub(crate) fn set_status(&mut self, status: ConversationStatus, now: Timestamp) {
        self.status = status.as_str().to_owned();
        self.resolved_at = (status == ConversationStatus::Resolved).then_some(now);
        if status != ConversationStatus::Snoozed {
            self.snoozed_until = None;
        }
    }

    pub(crate) fn set_handler(&mut self, handler: Handler, assignee: Option<MemberId>) {
        self.handler = handler.as_str().to_owned();
        self.assignee_id = assignee.map(MemberId::uuid);
    }
}

/// A fresh conversation that the bot answers.
pub(crate) fn new(tx: &Tx, channel: ChannelId, contact: ContactId, locale: &str) -> Model {
    Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ConversationId>().uuid(),
        channel_id: channel.uuid(),
        contact_id: contact.uuid(),
        status: ConversationStatus::Open.as_str().to_owned(),
        handler: Handler::Bot.as_str().to_owned(),
        assignee_id: None,
        locale: locale.to_owned(),
        last_seq: 0,
        preview: String::new(),
        summary: None,
        rating: None,
        rating_comment: None,
        contact_read_seq: 0,
        member_read_seq: 0,
        created_at: tx.now(),
        updated_at: tx.now(),
        resolved_at: None,
        snoozed_until: None,
        contact_delivered_seq: None,
    }
}

/// The newest conversation of a contact on a channel.
pub(crate) async fn newest_of(tx: &Tx, channel: ChannelId, contact: ContactId) -> Result<Option<Model>> {
    Ok(find::<row::Entity>(tx)
        .filter(row::Column::ContactId.eq(contact.uuid()))
        .filter(row::Column::ChannelId.eq(channel.uuid()))
        .order_by_desc(row::Column::Id)
        .one(tx.conn())
        .await?)
}

/// Conversations of some contacts that a new message continues, newest first.
pub(crate) async fn continuing(tx: &Tx, contacts: Vec<uuid::Uuid>, since: Timestamp) -> Result<Vec<Model>> {
    if contacts.is_empty() {
        return Ok(Vec::new());
    }
    let going_on = Condition::any()
        .add(row::Column::Status.ne(ConversationStatus::Resolved.as_str()))
        .add(row::Column::ResolvedAt.gt(since));
    let rows = find::<row::Entity>(tx).filter(row::Column::ContactId.is_in(contacts)).filter(going_on);
    Ok(rows.order_by_desc(row::Column::Id).all(tx.conn()).await?)
}

/// A person has it, or it waits for one.
pub(crate) fn needs_a_person() -> Condition {
    let people = [Handler::Queue.as_str(), Handler::Member.as_str()];
    let status = row::Column::Status.ne(ConversationStatus::Resolved.as_str());
    Condition::all().add(row::Column::Handler.is_in(people)).add(status)
}

/// Conversations that a person has or that wait for one, by id.
pub(crate) async fn needing_a_person(tx: &Tx, after: Option<ConversationId>) -> Result<Vec<Model>> {
    let mut rows = find::<row::Entity>(tx).filter(needs_a_person()).order_by_asc(row::Column::Id).limit(500);
    if let Some(after) = after {
        rows = rows.filter(row::Column::Id.gt(after.uuid()));
    }
    Ok(rows.all(tx.conn()).await?)
}

/// All conversations of a contact.
pub(crate) async fn of_contact(tx: &Tx, contact: ContactId) -> Result<Vec<Model>> {
    Ok(find::<row::Entity>(tx).filter(row::Column::ContactId.eq(contact.uuid())).all(tx.conn()).await?)
}

/// A page, newest activity first. The cursor is the moment of the activity and the id.
pub(crate) async fn page(
    tx: &Tx,
    filter: &ConversationFilter,
    me: Option<MemberId>,
    args: &PageArgs,
) -> Result<Page<Model>> {
    let mut rows = find::<row::Entity>(tx)
        .order_by_desc(row::Column::UpdatedAt)
        .order_by_desc(row::Column::Id)
        .limit(u64::from(args.first) + 1);
    if let Some(status) = filter.status {
        rows = rows.filter(row::Column::Status.eq(status.as_str()));
    }
    if let Some(handler) = filter.handler {
        rows = rows.filter(row::Column::Handler.eq(handler.as_str()));
    }
    if filter.mine == Some(true) {
        rows = rows.filter(row::Column::AssigneeId.eq(me.map(MemberId::uuid)));
    }
    if let Some(contact) = filter.contact_id {
        rows = rows.filter(row::Column::ContactId.eq(contact.uuid()));
    }
    if let Some(words) = filter.search.as_deref().map(str::trim).filter(|words| !words.is_empty()) {
        let names = find::<contact::Entity>(tx)
            .filter(tx.conn().contains(contact::Column::Name, words))
            .select_only()
            .column(contact::Column::Id)
            .limit(500)
            .into_tuple::<uuid::Uuid>()
            .all(tx.conn())
            .await?;
        let found = Condition::any()
            .add(tx.conn().contains(row::Column::Preview, words))
            .add(row::Column::ContactId.is_in(names));
        rows = rows.filter(found);
    }
    if let Some(after) = &args.after {
        let (at, id) = parse_cursor(after)?;
        rows = rows.filter(
            Condition::any()
                .add(row::Column::UpdatedAt.lt(at))
                .add(Condition::all().add(row::Column::UpdatedAt.eq(at)).add(row::Column::Id.lt(id))),
        );
    }
    Ok(Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| {
        format!("{}|{}", row.updated_at.to_rfc3339(), row.id)
    }))
}

fn parse_cursor(text: &str) -> Result<(Timestamp, uuid::Uuid)> {
    let wrong = || Error::field("after", "This cursor is none of ours; use the `endCursor` of the page before.");
    let (at, id) = text.split_once('|').ok_or_else(wrong)?;
    let at = chrono::DateTime::parse_from_rfc3339(at).map_err(|_| wrong())?.to_utc();
    Ok((at, id.parse().map_err(|_| wrong())?))
}
