//! Contacts.

use lingxi_contracts::channels::Contact;
use lingxi_kernel::{ContactId, Ctx, Error, FieldError, Page, PageArgs, Permission, Result};
use lingxi_store::{delete_many, update, update_many};
use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};

use super::Channels;
use crate::store::{self, attachment, contact, conversation, visitor};

/// What may change of a contact.
pub(crate) struct Patch {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub tags: Option<Vec<String>>,
}

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

    pub(super) async fn do_update_contact(&self, ctx: &Ctx, id: ContactId, patch: Patch) -> Result<Contact> {
        ctx.require(Permission::Serve)?;
        let mut errors = Vec::new();
        let mut refuse = |field: &str, message: &str| {
            errors.push(FieldError { field: field.into(), message: message.into() });
        };
        if patch.name.as_ref().is_some_and(|name| !(1..=100).contains(&name.trim().chars().count())) {
            refuse("name", "A name has 1 to 100 characters.");
        }
        if patch.email.as_ref().is_some_and(|email| !email.is_empty() && !email.contains('@')) {
            refuse("email", "This is no mail address; it looks like name@example.com.");
        }
        if patch.tags.as_ref().is_some_and(|tags| tags.len() > 20 || tags.iter().any(|tag| tag.chars().count() > 40)) {
            refuse("tags", "At most 20 tags of at most 40 characters.");
        }
        Error::check(errors)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = contact::get(&tx, id).await?.ok_or_else(|| Error::not_found("contact"))?;
        row.name = patch.name.map_or(row.name, |name| name.trim().to_owned());
        row.email = patch.email.map_or(row.email, |email| Some(email).filter(|email| !email.is_empty()));
        row.phone = patch.phone.map_or(row.phone, |phone| Some(phone).filter(|phone| !phone.is_empty()));
        if let Some(tags) = patch.tags {
            row.tags = serde_json::to_value(tags)?;
        }
        let row = update(&tx, row).await?;
        tx.commit().await?;
        row.into_contract()
    }

    pub(super) async fn do_merge_contacts(&self, ctx: &Ctx, from: ContactId, into: ContactId) -> Result<Contact> {
        ctx.require(Permission::Serve)?;
        if from == into {
            return Err(Error::field("into", "A contact cannot be merged with itself."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        let gone = contact::get(&tx, from).await?.ok_or_else(|| Error::not_found("contact"))?;
        let mut kept = contact::get(&tx, into).await?.ok_or_else(|| Error::not_found("contact"))?;
        for mut row in conversation::of_contact(&tx, from).await? {
            row.contact_id = into.uuid();
            update(&tx, row).await?;
        }
        update_many::<visitor::Entity>(&tx)
            .col_expr(visitor::Column::ContactId, Expr::value(into.uuid()))
            .filter(visitor::Column::ContactId.eq(from.uuid()))
            .exec(tx.conn())
            .await?;
        update_many::<attachment::Entity>(&tx)
            .col_expr(attachment::Column::ContactId, Expr::value(into.uuid()))
            .filter(attachment::Column::ContactId.eq(from.uuid()))
            .exec(tx.conn())
            .await?;
        delete_many::<contact::Entity>(&tx).filter(contact::Column::Id.eq(from.uuid())).exec(tx.conn()).await?;
        let mut tags: Vec<String> = serde_json::from_value(kept.tags)?;
        tags.extend(serde_json::from_value::<Vec<String>>(gone.tags)?);
        tags.sort();
        tags.dedup();
        kept.tags = serde_json::to_value(tags)?;
        kept.email = kept.email.or(gone.email);
        kept.phone = kept.phone.or(gone.phone);
        kept.external_id = kept.external_id.or(gone.external_id);
        let kept = update(&tx, kept).await?;
        tx.commit().await?;
        kept.into_contract()
    }
}
