//! What customers send.

use lingxi_contracts::channels::{
    AuthorKind, ChannelKind, ChannelSettings, ConversationStatus, Handler, Inbound, Message, MessageKind,
    MessageReceived, VisitorSession,
};
use lingxi_kernel::{Actor, AttachmentId, ChannelId, ContactId, Ctx, Error, ErrorCode, Permission, Result, TenantId};
use lingxi_store::{Tx, insert, update};
use serde_json::json;

use super::{Channels, Told};
use crate::rules;
use crate::secrets::{hash_secret, parse_public_key, parse_visitor_token, visitor_token};
use crate::store::{
    attachment, channel, contact, contact_by_external, conversation, message, visitor, visitor_by_hash,
};

impl Channels {
    pub(super) async fn do_open_visitor(
        &self,
        public_key: &str,
        origin: Option<String>,
        token: Option<String>,
        locale: &str,
    ) -> Result<VisitorSession> {
        let (tenant, id) = parse_public_key(public_key)?;
        let ctx = Ctx::system(tenant, "channels");
        let channel = self.open_channel(&ctx, id).await?;
        if channel.kind != ChannelKind::WebChat.as_str() {
            return Err(Error::field("key", "This key is not of a web chat."));
        }
        let settings: ChannelSettings = serde_json::from_value(channel.settings)?;
        let embedded = origin.as_ref().is_none_or(|origin| settings.allowed_origins.contains(origin));
        if !settings.allowed_origins.is_empty() && !embedded {
            return Err(Error::new(
                ErrorCode::Forbidden,
                "This page may not embed the chat; an admin can allow its origin.",
            ));
        }
        let firm = self.deps.tenants.tenant(&ctx).await?.name;
        let known = match token.as_deref().map(parse_visitor_token) {
            Some(Ok((owner, secret))) if owner == tenant => {
                visitor_by_hash(&self.deps.db.read(&ctx), &hash_secret(&secret)).await?
            }
            _ => None,
        };
        if let (Some(visitor), Some(token)) = (known.filter(|visitor| visitor.channel_id == id.uuid()), token) {
            return Ok(VisitorSession { token, contact: visitor.contact_id.into(), firm, settings });
        }
        let tx = self.deps.db.begin(&ctx).await?;
        let contact = new_contact(&tx, "", None, locale).await?;
        let secret = tx.env().secret();
        let row = visitor::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ContactId>().uuid(),
            channel_id: id.uuid(),
            contact_id: contact.id,
            secret_hash: hash_secret(&secret),
            created_at: tx.now(),
        };
        insert(&tx, row).await?;
        tx.commit().await?;
        Ok(VisitorSession { token: visitor_token(tenant, &secret), contact: contact.id.into(), firm, settings })
    }

    pub(super) async fn do_authenticate_visitor(&self, token: &str) -> Result<Ctx> {
        let (tenant, secret) = parse_visitor_token(token)?;
        let read = self.deps.db.read(&Ctx::system(tenant, "channels"));
        let row = visitor_by_hash(&read, &hash_secret(&secret))
            .await?
            .ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "This visitor is unknown; open the widget again."))?;
        let actor = Actor::Visitor { channel: row.channel_id.into(), contact: row.contact_id.into() };
        Ok(Ctx { tenant: TenantId::from_uuid(row.tenant_id), actor })
    }

    pub(super) async fn do_receive(&self, ctx: &Ctx, inbound: Inbound) -> Result<Message> {
        let (channel, contact) = ctx.visitor()?;
        self.limit.check(ctx.tenant)?;
        self.store_inbound(ctx, channel, contact, inbound).await
    }

    pub(super) async fn do_receive_for(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        external_id: &str,
        name: Option<String>,
        inbound: Inbound,
    ) -> Result<Message> {
        ctx.require(Permission::Serve)?;
        self.limit.check(ctx.tenant)?;
        if external_id.trim().is_empty() || external_id.len() > 200 {
            return Err(Error::field("externalId", "Give your own id of the customer, 1 to 200 bytes."));
        }
        let kind = self.open_channel(ctx, channel).await?.kind;
        if kind != ChannelKind::Api.as_str() {
            return Err(Error::field("channelId", "Messages can be posted to an API channel only."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        let contact = if let Some(contact) = contact_by_external(&tx, external_id).await? {
            contact
        } else {
            let locale = inbound.locale.clone().unwrap_or_else(|| "en-US".into());
            new_contact(&tx, name.as_deref().unwrap_or_default(), Some(external_id), &locale).await?
        };
        tx.commit().await?;
        self.store_inbound(ctx, channel, contact.id.into(), inbound).await
    }

    async fn open_channel(&self, ctx: &Ctx, id: ChannelId) -> Result<channel::Model> {
        let row = channel::get(&self.deps.db.read(ctx), id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if row.enabled { Ok(row) } else { Err(Error::conflict("This channel is switched off.")) }
    }

    async fn store_inbound(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        contact: ContactId,
        inbound: Inbound,
    ) -> Result<Message> {
        rules::client_id(&inbound.client_id)?;
        let text = rules::text(&inbound.text, inbound.attachment.is_some())?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = match inbound.conversation {
            Some(id) => self.own(&tx, id).await?,
            None => self.continue_or_start(&tx, channel, contact, inbound.locale.as_deref()).await?,
        };
        if row.last_seq > 0
            && let Some(known) = message::by_client_id(&tx, row.id.into(), &inbound.client_id).await?
        {
            return Ok(known);
        }
        if row.status()? == ConversationStatus::Resolved {
            row.set_handler(Handler::Bot, None);
        }
        row.set_status(ConversationStatus::Open, tx.now());
        if let Some(id) = inbound.attachment {
            own_attachment(&tx, id, contact).await?;
        }
        let kind = if inbound.attachment.is_some() { MessageKind::File } else { MessageKind::Text };
        let draft = message::Draft {
            kind,
            attachment: inbound.attachment,
            client_id: Some(inbound.client_id),
            ..message::Draft::text(AuthorKind::Contact, text)
        };
        let message = message::append(&tx, &mut row, draft).await?;
        row.contact_read_seq = message.seq;
        let received = MessageReceived {
            message: message.clone(),
            channel: row.channel_id.into(),
            contact,
            handler: row.handler()?,
            locale: row.locale.clone(),
            choice: inbound.choice,
        };
        tx.emit(&received)?;
        let told = Told { messages: vec![message.clone()], conversation: None };
        self.finish(tx, row, told).await?;
        metrics::counter!("lingxi_messages_received_total").increment(1);
        Ok(message)
    }

    async fn continue_or_start(
        &self,
        tx: &Tx,
        channel: ChannelId,
        contact: ContactId,
        locale: Option<&str>,
    ) -> Result<conversation::Model> {
        if let Some(row) = conversation::newest_of(tx, channel, contact).await?
            && rules::continues(row.status()?, row.resolved_at, tx.now())
        {
            return Ok(row);
        }
        let mut known = contact::get(tx, contact).await?.ok_or_else(|| Error::not_found("contact"))?;
        let locale = locale.map_or_else(|| known.locale.clone(), str::to_owned);
        let row = conversation::new(tx, channel, contact, &locale);
        insert(tx, row.clone()).await?;
        known.last_seen_at = tx.now();
        update(tx, known).await?;
        Ok(row)
    }
}

async fn new_contact(tx: &Tx, name: &str, external: Option<&str>, locale: &str) -> Result<contact::Model> {
    let id: ContactId = tx.id();
    // Anonymous visitors get a short label, so that agents can tell them apart.
    let label = id.to_string();
    let name = if name.trim().is_empty() { format!("#{}", &label[label.len() - 6..]) } else { name.trim().to_owned() };
    let row = contact::Model {
        tenant_id: tx.tenant(),
        id: id.uuid(),
        name,
        email: None,
        phone: None,
        external_id: external.map(str::to_owned),
        locale: if locale.to_lowercase().starts_with("zh") { "zh-CN".into() } else { "en-US".into() },
        tags: json!([]),
        created_at: tx.now(),
        last_seen_at: tx.now(),
    };
    insert(tx, row.clone()).await?;
    Ok(row)
}

async fn own_attachment(tx: &Tx, id: AttachmentId, contact: ContactId) -> Result<()> {
    match attachment::get(tx, id).await? {
        Some(file) if file.contact_id == contact.uuid() => Ok(()),
        _ => Err(Error::not_found("attachment")),
    }
}
