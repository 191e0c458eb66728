//! What customers send.

use lingxi_contracts::channels::{ChannelKind, ContactIdentity, IdentityKind, Inbound, Message};
use lingxi_contracts::tenants::{Tenant, TenantStatus};
use lingxi_kernel::{AttachmentId, ChannelId, ContactId, Ctx, Error, ErrorCode, Permission, Result, text};
use lingxi_store::{Tx, insert};
use serde_json::json;

use super::Channels;
use super::contacts::recognise;
use crate::rules;
use crate::store::{self, attachment, channel, contact};

impl Channels {
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

    pub(super) async fn open_channel(&self, ctx: &Ctx, id: ChannelId) -> Result<channel::Model> {
        let row = channel::get(&self.deps.db.read(ctx), id).await?.ok_or_else(|| Error::not_found("channel"))?;
        if row.enabled { Ok(row) } else { Err(Error::conflict("This channel is switched off.")) }
    }
}

pub(super) fn fresh_contact(tx: &Tx, name: &str, locale: &str) -> contact::Model {
    let id: ContactId = tx.id();
    // Anonymous visitors get a short label, so that agents can tell them apart.
    let label = id.to_string();
    let name = if text::is_blank(name) { format!("#{}", &label[label.len() - 6..]) } else { name.trim().to_owned() };
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
        claimed: None,
    }
}

pub(super) async fn own_attachment(tx: &Tx, id: AttachmentId, contact: ContactId) -> Result<()> {
    match attachment::get(tx, id).await? {
        Some(file) if file.contact_id == contact.uuid() => Ok(()),
        _ => Err(Error::not_found("attachment")),
    }
}
