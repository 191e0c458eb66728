//! Contacts.

use std::collections::BTreeMap;

use lingxi_contracts::channels::{Contact, ContactPatch};
use lingxi_kernel::{ContactId, Ctx, Error, Page, PageArgs, Permission, Result};
use lingxi_store::{Tx, delete_many, update, update_many};
use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};

use super::Channels;
use crate::rules;
use crate::store::{self, attachment, contact, conversation, visitor};

impl Channels {
    pub(super) async fn do_contacts(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<Contact>> {
        ctx.require(Permission::ReadConversations)?;
        let rows = store::contacts(&self.deps.db.read(ctx), search.as_deref(), &page).await?;
        let has_next = rows.has_next;
        let rows = rows.rows.into_iter().map(|(cursor, row)| Ok((cursor, row.into_contract()?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, has_next })
    }

    pub(super) async fn do_contacts_by_id(&self, ctx: &Ctx, ids: &[ContactId]) -> Result<Vec<Contact>> {
        ctx.require(Permission::ReadConversations)?;
        let rows = contact::get_many(&self.deps.db.read(ctx), ids.iter().map(|id| id.uuid()).collect()).await?;
        rows.into_iter().map(contact::Model::into_contract).collect()
    }

    pub(super) async fn do_update_contact(&self, ctx: &Ctx, id: ContactId, patch: ContactPatch) -> Result<Contact> {
        ctx.require(Permission::Serve)?;
        self.patch_contact(ctx, id, patch).await
    }

    /// What a customer says of themselves; labels and attributes are the firm's.
    pub(super) async fn do_introduce(&self, ctx: &Ctx, patch: ContactPatch) -> Result<Contact> {
        let (_, contact) = ctx.visitor()?;
        self.check_rate(ctx).await?;
        self.patch_contact(ctx, contact, ContactPatch { tags: None, attributes: None, ..patch }).await
    }

    async fn patch_contact(&self, ctx: &Ctx, id: ContactId, patch: ContactPatch) -> Result<Contact> {
        rules::contact(&patch)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = contact::get(&tx, id).await?.ok_or_else(|| Error::not_found("contact"))?;
        let before = row.clone().into_contract()?;
        row.name = patch.name.map_or(row.name, |name| name.trim().to_owned());
        let filled = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        row.email = patch.email.map_or(row.email, filled);
        row.phone = patch.phone.map_or(row.phone, filled);
        if let Some(tags) = patch.tags {
            row.tags = serde_json::to_value(tags)?;
        }
        if let Some(attributes) = patch.attributes {
            let map: BTreeMap<_, _> = attributes.into_iter().map(|one| (one.key, one.value)).collect();
            row.attributes = Some(serde_json::to_value(map)?);
        }
        let after = update(&tx, row).await?.into_contract()?;
        tx.note_change("contact.changed", id, before, &after)?;
        tx.commit().await?;
        Ok(after)
    }

    pub(super) async fn do_merge_contacts(&self, ctx: &Ctx, from: ContactId, into: ContactId) -> Result<Contact> {
        ctx.require(Permission::Serve)?;
        if from == into {
            return Err(Error::field("into", "A contact cannot be merged with itself."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        let kept = merge(&tx, from, into).await?.into_contract()?;
        tx.note_change("contact.merged", into, from, &kept)?;
        tx.commit().await?;
        Ok(kept)
    }
}

/// Moves everything of one contact to another and removes the first.
pub(super) async fn merge(tx: &Tx, from: ContactId, into: ContactId) -> Result<contact::Model> {
    let gone = contact::get(tx, from).await?.ok_or_else(|| Error::not_found("contact"))?;
    let mut kept = contact::get(tx, into).await?.ok_or_else(|| Error::not_found("contact"))?;
    for mut row in conversation::of_contact(tx, from).await? {
        row.contact_id = into.uuid();
        update(tx, row).await?;
    }
    update_many::<visitor::Entity>(tx)
        .col_expr(visitor::Column::ContactId, Expr::value(into.uuid()))
        .filter(visitor::Column::ContactId.eq(from.uuid()))
        .exec(tx.conn())
        .await?;
    update_many::<attachment::Entity>(tx)
        .col_expr(attachment::Column::ContactId, Expr::value(into.uuid()))
        .filter(attachment::Column::ContactId.eq(from.uuid()))
        .exec(tx.conn())
        .await?;
    delete_many::<contact::Entity>(tx).filter(contact::Column::Id.eq(from.uuid())).exec(tx.conn()).await?;
    let mut tags: Vec<String> = serde_json::from_value(kept.tags)?;
    tags.extend(serde_json::from_value::<Vec<String>>(gone.tags)?);
    tags.sort();
    tags.dedup();
    kept.tags = serde_json::to_value(tags)?;
    kept.email = kept.email.or(gone.email);
    kept.phone = kept.phone.or(gone.phone);
    kept.external_id = kept.external_id.or(gone.external_id);
    let mut attributes: BTreeMap<_, _> =
        store::attributes(gone.attributes)?.into_iter().map(|one| (one.key, one.value)).collect();
    attributes.extend(store::attributes(kept.attributes)?.into_iter().map(|one| (one.key, one.value)));
    kept.attributes = Some(serde_json::to_value(attributes)?);
    update(tx, kept).await
}
