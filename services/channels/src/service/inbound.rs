//! What customers send.

use std::collections::BTreeMap;

use lingxi_contracts::channels::{
    Attribute, ChannelKind, ChannelSettings, ContactIdentity, ContactPatch, Identity, IdentityKind, Inbound, Message,
    VisitorSession,
};
use lingxi_contracts::tenants::{Tenant, TenantStatus};
use lingxi_kernel::{Actor, AttachmentId, ChannelId, ContactId, Ctx, Error, ErrorCode, Permission, Result, TenantId};
use lingxi_store::{Tx, insert, update};
use serde_json::json;

use super::contacts::{known_contact, merge, recognise};
use super::{Channels, ConversationChanges};
use crate::rules;
use crate::secrets::{hash_secret, parse_public_key, parse_visitor_token, proves, visitor_token};
use crate::store::{self, attachment, channel, contact, visitor, visitor_by_hash};

impl Channels {
    pub(super) async fn do_open_visitor(
        &self,
        public_key: &str,
        origin: Option<String>,
        token: Option<String>,
        locale: &str,
        identity: Option<Identity>,
    ) -> Result<VisitorSession> {
        let (tenant, id) = parse_public_key(public_key)?;
        let ctx = Ctx::system(tenant, "channels");
        let channel = self.open_channel(&ctx, id).await?;
        if channel.kind != ChannelKind::WebChat.as_str() {
            return Err(Error::field("key", "This key is not of a web chat."));
        }
        let settings: ChannelSettings = serde_json::from_value(channel.settings.clone())?;
        let embedded = origin.as_ref().is_none_or(|origin| settings.allowed_origins.contains(origin));
        if !settings.allowed_origins.is_empty() && !embedded {
            return Err(Error::new(
                ErrorCode::Forbidden,
                "This page may not embed the chat; an admin can allow its origin.",
            ));
        }
        let firm = self.firm_in_use(&ctx).await?.name;
        let proved = identity.map(|identity| proved(&channel, identity)).transpose()?;
        let known = match token.as_deref().map(parse_visitor_token) {
            Some(Ok((owner, secret))) if owner == tenant => {
                visitor_by_hash(&self.deps.db.read(&ctx), &hash_secret(&secret)).await?
            }
            _ => None,
        };
        let open = self.deps.tenants.is_open(&ctx).await?;
        let known = known.filter(|visitor| visitor.channel_id == id.uuid());
        let session = |contact: &contact::Model, token: String| VisitorSession {
            token,
            contact: contact.id.into(),
            firm,
            settings,
            open,
            known: contact.email.is_some(),
        };
        if let (Some(visitor), Some(token)) = (&known, &token) {
            let read = self.deps.db.read(&ctx);
            let same = match &proved {
                Some(who) => store::holder(&read, &external(&who.id)).await? == Some(visitor.contact_id.into()),
                None => true,
            };
            if same && let Some(contact) = contact::get(&read, visitor.contact_id).await? {
                return Ok(session(&contact, token.clone()));
            }
        }
        let mut changes = ConversationChanges::new(self.deps.db.begin(&ctx).await?);
        let contact = match proved {
            Some(who) => identified(&mut changes, known.as_ref(), who, locale).await?,
            None => new_contact(&changes.tx, "", locale).await?,
        };
        let tx = &changes.tx;
        let secret = tx.env().secret();
        let row = visitor::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ContactId>().uuid(),
            channel_id: id.uuid(),
            contact_id: contact.id,
            secret_hash: hash_secret(&secret),
            created_at: tx.now(),
        };
        insert(tx, row).await?;
        self.finish(changes).await?;
        Ok(session(&contact, visitor_token(tenant, &secret)))
    }

    /// The firm, unless it is suspended or over.
    pub(crate) async fn firm_in_use(&self, ctx: &Ctx) -> Result<Tenant> {
        let firm = self.deps.tenants.tenant(&Ctx::system(ctx.tenant, "channels")).await?;
        match firm.status {
            TenantStatus::Active | TenantStatus::PendingDeletion => Ok(firm),
            TenantStatus::Suspended | TenantStatus::Ended => {
                Err(Error::new(ErrorCode::Forbidden, "This chat is closed for now."))
            }
        }
    }

    /// Takes a token of the firm's rate.
    pub(crate) async fn check_rate(&self, ctx: &Ctx) -> Result<()> {
        let firm = self.firm_in_use(ctx).await?;
        self.limit.check(ctx.tenant, firm.allowance.messages_per_second)
    }

    pub(super) async fn do_authenticate_visitor(&self, token: &str) -> Result<Ctx> {
        let (tenant, secret) = parse_visitor_token(token)?;
        let read = self.deps.db.read(&Ctx::system(tenant, "channels"));
        let row = visitor_by_hash(&read, &hash_secret(&secret))
            .await?
            .ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "This visitor is unknown; open the widget again."))?;
        self.firm_in_use(&Ctx::system(tenant, "channels")).await?;
        let actor = Actor::Visitor { channel: row.channel_id.into(), contact: row.contact_id.into() };
        Ok(Ctx { tenant: TenantId::from_uuid(row.tenant_id), actor })
    }

    pub(super) async fn do_receive(&self, ctx: &Ctx, inbound: Inbound) -> Result<Message> {
        let (channel, contact) = ctx.visitor()?;
        self.check_rate(ctx).await?;
        self.store_inbound(ctx, channel, contact, inbound).await
    }

    pub(super) async fn do_receive_for(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        from: ContactIdentity,
        name: Option<String>,
        inbound: Inbound,
    ) -> Result<Message> {
        ctx.require(Permission::Serve)?;
        self.check_rate(ctx).await?;
        let from = rules::identity(&from)?;
        let kind = self.open_channel(ctx, channel).await?.kind;
        if kind != ChannelKind::Api.as_str() {
            return Err(Error::field("channelId", "Messages can be posted to an API channel only."));
        }
        let locale = inbound.locale.as_deref().unwrap_or("en-US");
        let contact = self.contact_of(ctx, &from, name.as_deref().unwrap_or_default(), locale).await?;
        self.store_inbound(ctx, channel, contact, inbound).await
    }

    /// Whom an identity means: who is not known yet becomes a contact.
    async fn contact_of(&self, ctx: &Ctx, from: &ContactIdentity, name: &str, locale: &str) -> Result<ContactId> {
        if let Some(known) = store::holder(&self.deps.db.read(ctx), from).await? {
            return Ok(known);
        }
        let tx = self.deps.db.begin(ctx).await?;
        if let Some(known) = store::holder(&tx, from).await? {
            // Another message of theirs has made the contact meanwhile.
            tx.commit().await?;
            return Ok(known);
        }
        let mut row = fresh_contact(&tx, name, locale);
        let id = ContactId::from_uuid(row.id);
        match from.kind {
            IdentityKind::Email => row.email = Some(from.value.clone()),
            IdentityKind::Phone => row.phone = Some(from.value.clone()),
            IdentityKind::External => {}
        }
        insert(&tx, row).await?;
        recognise(&tx, id, from).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn open_channel(&self, ctx: &Ctx, id: ChannelId) -> Result<channel::Model> {
        let row = channel::get(&self.deps.db.read(ctx), id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if row.enabled { Ok(row) } else { Err(Error::conflict("This channel is switched off.")) }
    }
}

/// The firm's own id of a person.
fn external(id: &str) -> ContactIdentity {
    ContactIdentity { kind: IdentityKind::External, value: id.trim().to_owned() }
}

fn fresh_contact(tx: &Tx, name: &str, locale: &str) -> contact::Model {
    let id: ContactId = tx.id();
    // Anonymous visitors get a short label, so that agents can tell them apart.
    let label = id.to_string();
    let name = if name.trim().is_empty() { format!("#{}", &label[label.len() - 6..]) } else { name.trim().to_owned() };
    contact::Model {
        tenant_id: tx.tenant(),
        id: id.uuid(),
        name,
        email: None,
        phone: None,
        locale: if locale.to_lowercase().starts_with("zh") { "zh-CN".into() } else { "en-US".into() },
        tags: json!([]),
        created_at: tx.now(),
        last_seen_at: tx.now(),
        attributes: None,
    }
}

async fn new_contact(tx: &Tx, name: &str, locale: &str) -> Result<contact::Model> {
    let row = fresh_contact(tx, name, locale);
    insert(tx, row.clone()).await?;
    Ok(row)
}

/// The identity, if the channel's secret proves it.
fn proved(channel: &channel::Model, identity: Identity) -> Result<Identity> {
    let Some(secret) = &channel.identity_secret else {
        return Err(Error::field("user", "This channel has no identity secret; an admin can draw one in the portal."));
    };
    if identity.id.trim().is_empty() || identity.id.len() > 200 {
        return Err(Error::field("user.id", "Give your own id of the customer, 1 to 200 bytes."));
    }
    if !proves(secret, &identity.id, &identity.hash) {
        let message = "The hash does not prove this id: HMAC-SHA256 of the id under the channel's secret, in hex.";
        return Err(Error { code: ErrorCode::Forbidden, ..Error::field("user.hash", message) });
    }
    Ok(identity)
}

/// The contact of a proved id: the known one, or the visitor's own, which is then known by the id. An anonymous visitor
/// who turns out to be a known contact is merged into it.
async fn identified(
    changes: &mut ConversationChanges,
    visitor: Option<&visitor::Model>,
    who: Identity,
    locale: &str,
) -> Result<contact::Model> {
    let tx = &changes.tx;
    let own = match visitor {
        Some(visitor) => contact::get(tx, visitor.contact_id).await?,
        None => None,
    };
    // Whom another proved id means is somebody else, who used the same browser.
    let own = match own {
        Some(own) if !store::has_external(tx, own.id.into()).await? => Some(own),
        _ => None,
    };
    let identity = external(&who.id);
    let mut row = match (store::holder(tx, &identity).await?, own) {
        (Some(known), Some(own)) => merge(changes, own.id.into(), known).await?,
        (Some(known), None) => known_contact(tx, known).await?,
        (None, own) => {
            let row = match own {
                Some(own) => own,
                None => new_contact(tx, who.name.as_deref().unwrap_or_default(), locale).await?,
            };
            recognise(tx, row.id.into(), &identity).await?;
            row
        }
    };
    let tx = &changes.tx;
    row.name = who.name.filter(|name| !name.trim().is_empty()).unwrap_or(row.name);
    row.email = who.email.filter(|email| !email.trim().is_empty()).or(row.email);
    let mut attributes: BTreeMap<_, _> =
        store::attributes(row.attributes.take())?.into_iter().map(|one| (one.key, one.value)).collect();
    attributes.extend(who.attributes);
    let all = attributes.iter().map(|(key, value)| Attribute { key: key.clone(), value: value.clone() }).collect();
    let (name, email) = (Some(row.name.clone()), row.email.clone());
    rules::contact(&ContactPatch { name, email, attributes: Some(all), ..ContactPatch::default() })?;
    row.attributes = Some(serde_json::to_value(attributes)?);
    row.last_seen_at = tx.now();
    update(tx, row).await
}

pub(super) async fn own_attachment(tx: &Tx, id: AttachmentId, contact: ContactId) -> Result<()> {
    match attachment::get(tx, id).await? {
        Some(file) if file.contact_id == contact.uuid() => Ok(()),
        _ => Err(Error::not_found("attachment")),
    }
}
