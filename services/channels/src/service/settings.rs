//! Channels and canned replies.

use lingxi_contracts::channels::{CannedReply, Channel, ChannelKind, ChannelSettings};
use lingxi_contracts::tenants::{Issued, TenantCreated};
use lingxi_kernel::{CannedReplyId, ChannelId, Ctx, Error, FieldError, Permission, Result, text};
use lingxi_store::{Tx, delete_many, insert, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::Channels;
use crate::rules;
use crate::secrets::identity_place;
use crate::store::{self, canned_reply, channel, member};

impl Channels {
    pub(super) async fn do_channels(&self, ctx: &Ctx) -> Result<Vec<Channel>> {
        ctx.require(Permission::ReadTenant)?;
        let rows = store::oldest::<channel::Entity>(&self.deps.db.read(ctx), channel::Column::Id).await?;
        rows.into_iter().map(channel::Model::into_contract).collect()
    }

    pub(super) async fn do_create_channel(&self, ctx: &Ctx, kind: ChannelKind, name: &str) -> Result<Channel> {
        ctx.require(Permission::ManageChannels)?;
        check_name(name)?;
        let tx = self.deps.db.begin(ctx).await?;
        let full = "There are 50 channels, the most there can be; use one of them again.";
        rules::room(store::count::<channel::Entity>(&tx).await?, rules::MAX_CHANNELS, full)?;
        let row = new_channel(&tx, kind, name.trim(), &ChannelSettings::default())?;
        insert(&tx, row.clone()).await?;
        let made = row.into_contract()?;
        tx.note_change("channel.created", made.id, (), &made)?;
        tx.commit().await?;
        Ok(made)
    }

    pub(super) async fn do_update_channel(
        &self,
        ctx: &Ctx,
        id: ChannelId,
        name: Option<String>,
        enabled: Option<bool>,
        settings: Option<ChannelSettings>,
    ) -> Result<Channel> {
        ctx.require(Permission::ManageChannels)?;
        if let Some(name) = &name {
            check_name(name)?;
        }
        if let Some(settings) = &settings {
            rules::settings(settings)?;
        }
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = channel::get(&tx, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        let before = row.clone().into_contract()?;
        row.name = name.map_or(row.name, |name| name.trim().to_owned());
        row.enabled = enabled.unwrap_or(row.enabled);
        if let Some(settings) = settings {
            row.settings = serde_json::to_value(settings)?;
        }
        let after = update(&tx, row).await?.into_contract()?;
        tx.note_change("channel.changed", id, before, &after)?;
        tx.commit().await?;
        Ok(after)
    }

    pub(super) async fn do_rotate_identity_secret(&self, ctx: &Ctx, id: ChannelId) -> Result<Issued<Channel>> {
        ctx.require(Permission::ManageChannels)?;
        let db = &self.deps.db;
        let secret = db.env().secret();
        let sealed = db.seal(ctx, identity_place(id.uuid()), &secret).await?;
        let tx = db.begin(ctx).await?;
        let mut row = channel::get(&tx, id).await?.ok_or_else(|| Error::not_found("channel"))?;
        row.identity_secret = Some(sealed);
        let row = update(&tx, row).await?;
        tx.note_change("channel.identity_secret_drawn", id, (), ())?;
        tx.commit().await?;
        Ok(Issued { item: row.into_contract()?, secret })
    }

    pub(super) async fn do_canned_replies(&self, ctx: &Ctx) -> Result<Vec<CannedReply>> {
        ctx.require(Permission::ReadConversations)?;
        let read = self.deps.db.read(ctx);
        let rows = store::oldest::<canned_reply::Entity>(&read, canned_reply::Column::Shortcut).await?;
        Ok(rows.into_iter().map(canned_reply::Model::into_contract).collect())
    }

    pub(super) async fn do_save_canned_reply(
        &self,
        ctx: &Ctx,
        shortcut: &str,
        locale: &str,
        text: &str,
    ) -> Result<CannedReply> {
        ctx.require(Permission::ManageChannels)?;
        let mut errors = Vec::new();
        let plain = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
        if !(1..=30).contains(&shortcut.chars().count()) || !shortcut.chars().all(plain) {
            let message = "A shortcut has 1 to 30 letters, digits, - or _.".into();
            errors.push(FieldError { field: "shortcut".into(), message });
        }
        if let Err(error) = rules::text(text, false) {
            errors.extend(error.fields);
        }
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let known = store::canned(&tx, shortcut, locale).await?;
        let before = known.as_ref().map(|row| row.text.clone());
        let row = if let Some(mut row) = known {
            row.text = text.trim().to_owned();
            update(&tx, row).await?
        } else {
            let full = "There are 500 canned replies, the most there can be; remove some first.";
            rules::room(store::count::<canned_reply::Entity>(&tx).await?, rules::MAX_CANNED, full)?;
            new_canned(&tx, shortcut, locale, text.trim()).await?
        };
        tx.note_change("canned_reply.saved", format!("/{shortcut} {locale}"), before, &row.text)?;
        tx.commit().await?;
        Ok(row.into_contract())
    }

    pub(super) async fn do_delete_canned_reply(&self, ctx: &Ctx, id: CannedReplyId) -> Result<()> {
        ctx.require(Permission::ManageChannels)?;
        let tx = self.deps.db.begin(ctx).await?;
        let deleted = delete_many::<canned_reply::Entity>(&tx)
            .filter(canned_reply::Column::Id.eq(id.uuid()))
            .exec(tx.conn())
            .await?;
        if deleted.rows_affected == 0 {
            return Err(Error::not_found("canned reply"));
        }
        tx.note_change("canned_reply.deleted", id, (), ())?;
        tx.commit().await
    }

    /// Gives a new firm its first channel and replies.
    pub(crate) async fn apply_pack(&self, tx: &Tx, created: TenantCreated) -> Result<()> {
        if let Some(pack) = lingxi_packs::get(&created.industry) {
            let settings = ChannelSettings {
                greeting_zh: pack.greeting.zh.clone(),
                greeting_en: pack.greeting.en.clone(),
                ..ChannelSettings::default()
            };
            let name = if created.locale == "zh-CN" { "网站客服" } else { "Website" };
            insert(tx, new_channel(tx, ChannelKind::WebChat, name, &settings)?).await?;
            for canned in &pack.canned {
                new_canned(tx, &canned.shortcut, "zh-CN", &canned.text.zh).await?;
                new_canned(tx, &canned.shortcut, "en-US", &canned.text.en).await?;
            }
        }
        member::put(tx, created.owner, &created.owner_name).await
    }
}

fn check_name(name: &str) -> Result<()> {
    if (1..=60).contains(&text::length(name)) {
        Ok(())
    } else {
        Err(Error::field("name", "A name has 1 to 60 characters."))
    }
}

fn new_channel(tx: &Tx, kind: ChannelKind, name: &str, settings: &ChannelSettings) -> Result<channel::Model> {
    Ok(channel::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ChannelId>().uuid(),
        kind: kind.as_str().to_owned(),
        name: name.to_owned(),
        enabled: true,
        settings: serde_json::to_value(settings)?,
        created_at: tx.now(),
        identity_secret: None,
    })
}

async fn new_canned(tx: &Tx, shortcut: &str, locale: &str, text: &str) -> Result<canned_reply::Model> {
    let row = canned_reply::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<CannedReplyId>().uuid(),
        shortcut: shortcut.to_owned(),
        locale: locale.to_owned(),
        text: text.to_owned(),
    };
    insert(tx, row.clone()).await?;
    Ok(row)
}
