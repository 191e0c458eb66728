//! Who opens a chat: a stranger, somebody who comes back, or somebody whom the firm's page proves.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use lingxi_contracts::channels::{
    ChannelKind, ChannelSettings, ContactIdentity, Identity, IdentityKind, VisitorSession,
};
use lingxi_kernel::{Actor, ChannelId, ContactId, Ctx, Error, ErrorCode, Result, TenantId, Timestamp};
use lingxi_store::{Tx, delete_many, insert, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::contacts::{claim, known_contact, merge, recognise};
use super::inbound::fresh_contact;
use super::{Channels, ConversationChanges};
use crate::rules;
use crate::secrets::{hash_secret, identity_place, mark, parse_public_key, parse_visitor_token, proves, visitor_token};
use crate::store::{self, channel, contact, visitor, visitor_by_hash};

/// A proof lasts so long; a widget that stays open proves it again.
const PROVED_FOR: TimeDelta = TimeDelta::hours(12);

/// Who the page proves the visitor to be.
struct Proved {
    who: Identity,
    dropped: Vec<String>,
    /// Of which secret.
    mark: String,
}

impl Channels {
    /// Opens the chat of a public key, from a network address as far as one is known.
    pub(crate) async fn open_from(
        &self,
        address: &str,
        public_key: &str,
        origin: Option<String>,
        token: Option<String>,
        locale: &str,
        identity: Option<Identity>,
    ) -> Result<VisitorSession> {
        let (tenant, id) = parse_public_key(public_key)?;
        let ctx = Ctx::system(tenant, "channels");
        let channel = self.open_channel(&ctx, id).await?;
        let settings = embeddable(&channel, origin)?;
        let firm = self.firm_in_use(&ctx).await?.name;
        let proved = match identity {
            Some(identity) => Some(self.proved(&ctx, &channel, &identity).await?),
            None => None,
        };
        let open = self.deps.tenants.is_open(&ctx).await?;
        let dropped = proved.as_ref().map(|proved| proved.dropped.clone()).unwrap_or_default();
        let session = |contact: &contact::Model, token: String| VisitorSession {
            token,
            contact: contact.id.into(),
            firm,
            settings,
            open,
            known: contact.email.is_some(),
            dropped,
        };
        let known = self.visitor_of(&ctx, token.as_deref(), id).await?;
        // Who has proved who they are proves it at each opening; else somebody else sits at the browser now.
        let known = known.filter(|visitor| visitor.proved_until.is_none() || proved.is_some());
        if let (Some(visitor), Some(token)) = (&known, token)
            && let Some(contact) = self.goes_on(&ctx, visitor, proved.as_ref()).await?
        {
            return Ok(session(&contact, token));
        }
        if proved.is_none() {
            self.rates.opening(address)?;
        }
        let mut changes = ConversationChanges::new(self.deps.db.begin(&ctx).await?);
        let mark = proved.as_ref().map(|proved| proved.mark.clone());
        let contact = match proved {
            Some(proved) => identified(&mut changes, known.as_ref(), proved.who, locale).await?,
            None => new_contact(&changes.tx, "", locale).await?,
        };
        let tx = &changes.tx;
        if mark.is_some() {
            store::end_anonymous(tx, contact.id.into()).await?;
            end_lapsed(tx, contact.id.into()).await?;
        }
        let secret = tx.env().secret();
        let row = visitor::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<ContactId>().uuid(),
            channel_id: id.uuid(),
            contact_id: contact.id,
            secret_hash: hash_secret(&secret),
            created_at: tx.now(),
            proved_until: mark.is_some().then(|| tx.now() + PROVED_FOR),
            proof_mark: mark,
        };
        insert(tx, row).await?;
        self.finish(changes).await?;
        Ok(session(&contact, visitor_token(tenant, &secret)))
    }

    /// The visitor of a token that belongs to a channel.
    async fn visitor_of(&self, ctx: &Ctx, token: Option<&str>, channel: ChannelId) -> Result<Option<visitor::Model>> {
        let Some(Ok((owner, secret))) = token.map(parse_visitor_token) else { return Ok(None) };
        if owner != ctx.tenant {
            return Ok(None);
        }
        let found = visitor_by_hash(&self.deps.db.read(ctx), &hash_secret(&secret)).await?;
        Ok(found.filter(|visitor| visitor.channel_id == channel.uuid()))
    }

    /// The contact with which a token goes on: without a proof that of a stranger, with one that of the proved person, for
    /// as long again.
    async fn goes_on(
        &self,
        ctx: &Ctx,
        visitor: &visitor::Model,
        proved: Option<&Proved>,
    ) -> Result<Option<contact::Model>> {
        let read = self.deps.db.read(ctx);
        let Some(proved) = proved else { return contact::get(&read, visitor.contact_id).await };
        let same = store::holder(&read, &external(&proved.who.id)).await? == Some(visitor.contact_id.into());
        let Some(until) = visitor.proved_until.filter(|_| same) else { return Ok(None) };
        if until <= read.now() || visitor.proof_mark.as_ref() != Some(&proved.mark) {
            return Ok(None);
        }
        if until < read.now() + PROVED_FOR / 2 {
            let tx = self.deps.db.begin(ctx).await?;
            update(&tx, visitor::Model { proved_until: Some(tx.now() + PROVED_FOR), ..visitor.clone() }).await?;
            tx.commit().await?;
        }
        contact::get(&read, visitor.contact_id).await
    }

    pub(super) async fn do_authenticate_visitor(&self, token: &str) -> Result<Ctx> {
        let unknown = || Error::new(ErrorCode::Unauthenticated, "This visitor is unknown; open the widget again.");
        let (tenant, secret) = parse_visitor_token(token)?;
        let ctx = Ctx::system(tenant, "channels");
        let read = self.deps.db.read(&ctx);
        let row = visitor_by_hash(&read, &hash_secret(&secret)).await?.ok_or_else(unknown)?;
        let channel = channel::get(&read, row.channel_id).await?.ok_or_else(unknown)?;
        if !channel.enabled || !still_proved(&row, &channel, read.now()) {
            return Err(unknown());
        }
        self.firm_in_use(&ctx).await?;
        let actor = Actor::Visitor { channel: row.channel_id.into(), contact: row.contact_id.into() };
        Ok(Ctx { tenant: TenantId::from_uuid(row.tenant_id), actor })
    }

    /// The identity, if the channel's secret proves it.
    async fn proved(&self, ctx: &Ctx, channel: &channel::Model, given: &Identity) -> Result<Proved> {
        let Some(stored) = &channel.identity_secret else {
            return Err(Error::field(
                "user",
                "This channel has no identity secret; an admin can draw one in the portal.",
            ));
        };
        let (who, dropped) = rules::read_user(&serde_json::to_value(given)?)?;
        let secret = self.deps.db.unseal(ctx, identity_place(channel.id), stored).await?;
        if !proves(&secret, who.signed.as_deref().unwrap_or(&who.id), &who.hash) {
            let message = "The hash does not prove this customer: HMAC-SHA256 of the signed text, or of the id, under the channel's secret, in hex.";
            return Err(Error { code: ErrorCode::Forbidden, ..Error::field("user.hash", message) });
        }
        Ok(Proved { who, dropped, mark: mark(stored) })
    }

    /// Counts a request or a frame of a visitor.
    pub(crate) fn check_visitor(&self, ctx: &Ctx, address: &str) -> Result<()> {
        let (_, contact) = ctx.visitor()?;
        self.rates.address(address)?;
        self.rates.visitor(contact)
    }
}

/// Whether what a token proves is still proved; one that proves nothing has nothing to lose.
fn still_proved(row: &visitor::Model, channel: &channel::Model, now: Timestamp) -> bool {
    let current = channel.identity_secret.as_deref().map(mark);
    row.proved_until.is_none_or(|until| until > now && row.proof_mark == current)
}

/// The settings of a channel that a page may embed.
fn embeddable(channel: &channel::Model, origin: Option<String>) -> Result<ChannelSettings> {
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
    Ok(settings)
}

/// The firm's own id of a person.
fn external(id: &str) -> ContactIdentity {
    ContactIdentity { kind: IdentityKind::External, value: id.to_owned() }
}

async fn new_contact(tx: &Tx, name: &str, locale: &str) -> Result<contact::Model> {
    let row = fresh_contact(tx, name, locale);
    insert(tx, row.clone()).await?;
    Ok(row)
}

/// Forgets tokens of a contact whose proof is over.
async fn end_lapsed(tx: &Tx, contact: ContactId) -> Result<()> {
    delete_many::<visitor::Entity>(tx)
        .filter(visitor::Column::ContactId.eq(contact.uuid()))
        .filter(visitor::Column::ProvedUntil.lte(tx.now()))
        .exec(tx.conn())
        .await?;
    Ok(())
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
    let row = match (store::holder(tx, &identity).await?, own) {
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
    let row = described(row, who, changes.tx.now())?;
    update(&changes.tx, row).await
}

/// The contact with what the page says of it: facts when they are signed, else claims.
fn described(mut row: contact::Model, who: Identity, now: Timestamp) -> Result<contact::Model> {
    let mut said = Vec::new();
    if let Some(name) = who.name {
        said.push("name".to_owned());
        row.name = name;
    }
    if let Some(email) = who.email {
        said.push("email".to_owned());
        row.email = Some(email);
    }
    let mut attributes: BTreeMap<_, _> =
        store::attributes(row.attributes.take())?.into_iter().map(|one| (one.key, one.value)).collect();
    for (key, value) in who.attributes {
        if attributes.contains_key(&key) || attributes.len() < rules::MAX_ATTRIBUTES {
            said.push(format!("attributes.{key}"));
            attributes.insert(key, value);
        }
    }
    row.attributes = Some(serde_json::to_value(attributes)?);
    claim(&mut row, &said, who.signed.is_none())?;
    row.last_seen_at = now;
    Ok(row)
}
