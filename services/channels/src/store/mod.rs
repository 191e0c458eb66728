//! Tables of the service.

pub(crate) mod conversation;
pub(crate) mod member;
pub(crate) mod message;

use std::collections::{BTreeMap, HashMap};

use lingxi_contracts::channels::{
    Attachment, Attribute, CannedReply, Channel, ChannelKind, Contact, ContactIdentity, Delivery, DeliveryStatus,
    IdentityKind, Webhook,
};
use lingxi_kernel::{ContactId, Page, PageArgs, Result, TenantId, Timestamp};
use lingxi_store::{TenantEntity, Tx, delete_many, find, tenant_entity};
use sea_orm::{
    ColumnTrait as _, Condition, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _, prelude::Uuid,
};

tenant_entity!(channel, "channels_channel", {
    kind: String,
    name: String,
    enabled: bool,
    settings: Json,
    created_at: DateTimeUtc,
    identity_secret: Option<String>,
});

tenant_entity!(contact, "channels_contact", {
    name: String,
    email: Option<String>,
    phone: Option<String>,
    locale: String,
    tags: Json,
    created_at: DateTimeUtc,
    last_seen_at: DateTimeUtc,
    attributes: Option<Json>,
    claimed: Option<Json>,
});

tenant_entity!(identity, "channels_identity", {
    contact_id: Uuid,
    kind: String,
    value: String,
});

tenant_entity!(visitor, "channels_visitor", {
    channel_id: Uuid,
    contact_id: Uuid,
    secret_hash: String,
    created_at: DateTimeUtc,
    proved_until: Option<DateTimeUtc>,
    proof_mark: Option<String>,
});

tenant_entity!(attachment, "channels_attachment", {
    contact_id: Uuid,
    name: String,
    media_type: String,
    size: i64,
    created_at: DateTimeUtc,
});

tenant_entity!(canned_reply, "channels_canned_reply", {
    shortcut: String,
    locale: String,
    text: String,
});

tenant_entity!(webhook, "channels_webhook", {
    url: String,
    secret: String,
    enabled: bool,
    created_at: DateTimeUtc,
});

tenant_entity!(delivery, "channels_delivery", {
    webhook_id: Uuid,
    event_type: String,
    body: String,
    status: String,
    attempts: i32,
    last_result: Option<String>,
    next_attempt_at: Option<DateTimeUtc>,
    created_at: DateTimeUtc,
});

/// All rows, oldest first.
pub(crate) async fn oldest<E: TenantEntity>(tx: &Tx, id: E::Column) -> Result<Vec<E::Model>> {
    Ok(find::<E>(tx).order_by_asc(id).all(tx.conn()).await?)
}

/// How many rows a firm has.
pub(crate) async fn count<E: TenantEntity>(tx: &Tx) -> Result<u64>
where
    E::Model: Send + Sync,
{
    Ok(find::<E>(tx).count(tx.conn()).await?)
}

/// The visitor of a secret's hash.
pub(crate) async fn visitor_by_hash(tx: &Tx, hash: &str) -> Result<Option<visitor::Model>> {
    Ok(find::<visitor::Entity>(tx).filter(visitor::Column::SecretHash.eq(hash)).one(tx.conn()).await?)
}

/// Whether somebody has proved to be a contact, and may have a token for it.
pub(crate) async fn is_proved(tx: &Tx, contact: ContactId) -> Result<bool> {
    let rows = find::<visitor::Entity>(tx).filter(visitor::Column::ContactId.eq(contact.uuid()));
    Ok(rows.filter(visitor::Column::ProvedUntil.is_not_null()).one(tx.conn()).await?.is_some())
}

/// Ends a contact's tokens that prove nothing.
pub(crate) async fn end_anonymous(tx: &Tx, contact: ContactId) -> Result<()> {
    delete_many::<visitor::Entity>(tx)
        .filter(visitor::Column::ContactId.eq(contact.uuid()))
        .filter(visitor::Column::ProvedUntil.is_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// What a contact has sent and got of files since a moment: how many, and their bytes.
pub(crate) async fn files_since(tx: &Tx, contact: ContactId, since: Timestamp) -> Result<(u32, u64)> {
    let sizes: Vec<i64> = find::<attachment::Entity>(tx)
        .filter(attachment::Column::ContactId.eq(contact.uuid()))
        .filter(attachment::Column::CreatedAt.gt(since))
        .select_only()
        .column(attachment::Column::Size)
        .into_tuple()
        .all(tx.conn())
        .await?;
    Ok((u32::try_from(sizes.len())?, sizes.iter().map(|size| size.unsigned_abs()).sum()))
}

/// Who holds an identity.
pub(crate) async fn holder(tx: &Tx, identity: &ContactIdentity) -> Result<Option<ContactId>> {
    let rows = find::<identity::Entity>(tx)
        .filter(identity::Column::Kind.eq(identity.kind.as_str()))
        .filter(identity::Column::Value.eq(&identity.value));
    Ok(rows.one(tx.conn()).await?.map(|row| row.contact_id.into()))
}

/// Whether the firm knows a contact under an id of its own.
pub(crate) async fn has_external(tx: &Tx, contact: ContactId) -> Result<bool> {
    let rows = find::<identity::Entity>(tx)
        .filter(identity::Column::ContactId.eq(contact.uuid()))
        .filter(identity::Column::Kind.eq(IdentityKind::External.as_str()));
    Ok(rows.one(tx.conn()).await?.is_some())
}

/// Contacts as the others see them, in the order of the rows.
pub(crate) async fn with_identities(tx: &Tx, rows: Vec<contact::Model>) -> Result<Vec<Contact>> {
    let ids = rows.iter().map(|row| row.id);
    let held = find::<identity::Entity>(tx).filter(identity::Column::ContactId.is_in(ids));
    let mut by_contact: HashMap<Uuid, Vec<ContactIdentity>> = HashMap::new();
    for row in held.order_by_asc(identity::Column::Kind).order_by_asc(identity::Column::Value).all(tx.conn()).await? {
        let identity = ContactIdentity { kind: IdentityKind::parse(&row.kind)?, value: row.value };
        by_contact.entry(row.contact_id).or_default().push(identity);
    }
    rows.into_iter()
        .map(|row| {
            let held = by_contact.remove(&row.id).unwrap_or_default();
            row.into_contract(held)
        })
        .collect()
}

/// A page of contacts, newest first.
pub(crate) async fn contacts(tx: &Tx, search: Option<&str>, args: &PageArgs) -> Result<Page<contact::Model>> {
    let mut rows = find::<contact::Entity>(tx).order_by_desc(contact::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(words) = search.map(str::trim).filter(|words| !words.is_empty()) {
        let under = find::<identity::Entity>(tx)
            .select_only()
            .column(identity::Column::ContactId)
            .filter(tx.conn().contains(identity::Column::Value, words))
            .into_query();
        rows = rows.filter(
            Condition::any()
                .add(tx.conn().contains(contact::Column::Name, words))
                .add(tx.conn().contains(contact::Column::Email, words))
                .add(tx.conn().contains(contact::Column::Phone, words))
                .add(contact::Column::Id.in_subquery(under)),
        );
    }
    if let Some(after) = &args.after {
        rows = rows.filter(contact::Column::Id.lt(after.parse::<ContactId>()?.uuid()));
    }
    let rows = rows.all(tx.conn()).await?;
    Ok(Page::from_overfetch(rows, args, |row| ContactId::from_uuid(row.id).to_string()))
}

/// The canned reply of a shortcut in a language.
pub(crate) async fn canned(tx: &Tx, shortcut: &str, locale: &str) -> Result<Option<canned_reply::Model>> {
    let rows = find::<canned_reply::Entity>(tx).filter(canned_reply::Column::Shortcut.eq(shortcut));
    Ok(rows.filter(canned_reply::Column::Locale.eq(locale)).one(tx.conn()).await?)
}

/// A page of deliveries, newest first.
pub(crate) async fn deliveries(
    tx: &Tx,
    status: Option<DeliveryStatus>,
    args: &PageArgs,
) -> Result<Page<delivery::Model>> {
    let mut rows = find::<delivery::Entity>(tx).order_by_desc(delivery::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(status) = status {
        rows = rows.filter(delivery::Column::Status.eq(status.as_str()));
    }
    if let Some(after) = &args.after {
        rows = rows.filter(delivery::Column::Id.lt(after.parse::<lingxi_kernel::DeliveryId>()?.uuid()));
    }
    let rows = rows.all(tx.conn()).await?;
    Ok(Page::from_overfetch(rows, args, |row| lingxi_kernel::DeliveryId::from_uuid(row.id).to_string()))
}

impl channel::Model {
    pub(crate) fn into_contract(self) -> Result<Channel> {
        Ok(Channel {
            id: self.id.into(),
            kind: ChannelKind::parse(&self.kind)?,
            name: self.name,
            public_key: crate::secrets::public_key(TenantId::from_uuid(self.tenant_id), self.id.into()),
            enabled: self.enabled,
            settings: serde_json::from_value(self.settings)?,
            created_at: self.created_at,
        })
    }
}

impl contact::Model {
    fn into_contract(self, identities: Vec<ContactIdentity>) -> Result<Contact> {
        Ok(Contact {
            id: self.id.into(),
            name: self.name,
            email: self.email,
            phone: self.phone,
            identities,
            locale: self.locale,
            tags: serde_json::from_value(self.tags)?,
            attributes: attributes(self.attributes)?,
            claimed: self.claimed.map_or(Ok(Vec::new()), serde_json::from_value)?,
            created_at: self.created_at,
            last_seen_at: self.last_seen_at,
        })
    }
}

/// Attributes by name.
pub(crate) fn attributes(stored: Option<serde_json::Value>) -> Result<Vec<Attribute>> {
    let map: BTreeMap<String, String> = stored.map_or(Ok(BTreeMap::new()), serde_json::from_value)?;
    Ok(map.into_iter().map(|(key, value)| Attribute { key, value }).collect())
}

impl attachment::Model {
    pub(crate) fn into_contract(self) -> Attachment {
        Attachment { id: self.id.into(), name: self.name, media_type: self.media_type, size: self.size }
    }
}

impl canned_reply::Model {
    pub(crate) fn into_contract(self) -> CannedReply {
        CannedReply { id: self.id.into(), shortcut: self.shortcut, text: self.text, locale: self.locale }
    }
}

impl webhook::Model {
    pub(crate) fn into_contract(self) -> Webhook {
        Webhook { id: self.id.into(), url: self.url, enabled: self.enabled, created_at: self.created_at }
    }
}

impl delivery::Model {
    pub(crate) fn into_contract(self) -> Result<Delivery> {
        Ok(Delivery {
            id: self.id.into(),
            webhook_id: self.webhook_id.into(),
            event_type: self.event_type,
            status: DeliveryStatus::parse(&self.status)?,
            attempts: self.attempts,
            last_result: self.last_result,
            next_attempt_at: self.next_attempt_at,
            created_at: self.created_at,
        })
    }
}
