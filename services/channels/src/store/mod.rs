//! Tables of the service.

pub(crate) mod conversation;
pub(crate) mod member;
pub(crate) mod message;

use std::collections::BTreeMap;

use lingxi_contracts::channels::{
    Attachment, Attribute, CannedReply, Channel, ChannelKind, Contact, Delivery, DeliveryStatus, Webhook,
};
use lingxi_kernel::{ContactId, Page, PageArgs, Result, TenantId};
use lingxi_store::{TenantEntity, Tx, find, tenant_entity};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};

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
    external_id: Option<String>,
    locale: String,
    tags: Json,
    created_at: DateTimeUtc,
    last_seen_at: DateTimeUtc,
    attributes: Option<Json>,
});

tenant_entity!(visitor, "channels_visitor", {
    channel_id: Uuid,
    contact_id: Uuid,
    secret_hash: String,
    created_at: DateTimeUtc,
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

/// The visitor of a secret's hash.
pub(crate) async fn visitor_by_hash(tx: &Tx, hash: &str) -> Result<Option<visitor::Model>> {
    Ok(find::<visitor::Entity>(tx).filter(visitor::Column::SecretHash.eq(hash)).one(tx.conn()).await?)
}

/// The contact of the firm's own id.
pub(crate) async fn contact_by_external(tx: &Tx, external: &str) -> Result<Option<contact::Model>> {
    Ok(find::<contact::Entity>(tx).filter(contact::Column::ExternalId.eq(external)).one(tx.conn()).await?)
}

/// A page of contacts, newest first.
pub(crate) async fn contacts(tx: &Tx, search: Option<&str>, args: &PageArgs) -> Result<Page<contact::Model>> {
    let mut rows = find::<contact::Entity>(tx).order_by_desc(contact::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(words) = search.map(str::trim).filter(|words| !words.is_empty()) {
        rows = rows.filter(
            Condition::any()
                .add(contact::Column::Name.contains(words))
                .add(contact::Column::Email.contains(words))
                .add(contact::Column::Phone.contains(words))
                .add(contact::Column::ExternalId.contains(words)),
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
    pub(crate) fn into_contract(self) -> Result<Contact> {
        Ok(Contact {
            id: self.id.into(),
            name: self.name,
            email: self.email,
            phone: self.phone,
            external_id: self.external_id,
            locale: self.locale,
            tags: serde_json::from_value(self.tags)?,
            attributes: attributes(self.attributes)?,
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
