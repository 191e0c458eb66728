//! Contacts.

use std::collections::{BTreeMap, BTreeSet};

use lingxi_contracts::channels::{Attribute, Contact, ContactIdentity, ContactPatch};
use lingxi_kernel::{ContactId, Ctx, Error, ErrorCode, Page, PageArgs, Permission, Result};
use lingxi_store::{Tx, delete_many, insert, is_duplicate, update, update_many};
use sea_orm::{ColumnTrait as _, QueryFilter as _, sea_query::Expr};

use super::{Channels, ConversationChanges};
use crate::rules;
use crate::store::{self, attachment, contact, conversation, identity, visitor};

impl Channels {
    pub(super) async fn do_contacts(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<Contact>> {
        ctx.require(Permission::ReadConversations)?;
        rules::search(search.as_deref())?;
        let read = self.deps.db.read(ctx);
        let Page { rows, has_next } = store::contacts(&read, search.as_deref(), &page).await?;
        let (cursors, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let rows = store::with_identities(&read, rows).await?;
        Ok(Page { rows: cursors.into_iter().zip(rows).collect(), has_next })
    }

    pub(super) async fn do_contacts_by_id(&self, ctx: &Ctx, ids: &[ContactId]) -> Result<Vec<Contact>> {
        ctx.require(Permission::ReadConversations)?;
        let read = self.deps.db.read(ctx);
        let rows = contact::get_many(&read, ids.iter().map(|id| id.uuid()).collect()).await?;
        store::with_identities(&read, rows).await
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
        let mut row = known_contact(&tx, id).await?;
        let before = store::with_identities(&tx, vec![row.clone()]).await?.remove(0);
        // What customers say of themselves stays a claim; what a member writes down is the firm's.
        claim(&mut row, &changed_fields(&patch, &before), ctx.visitor().is_ok())?;
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
        let after = store::with_identities(&tx, vec![update(&tx, row).await?]).await?.remove(0);
        tx.note_change("contact.changed", id, before, &after)?;
        tx.commit().await?;
        Ok(after)
    }

    pub(super) async fn do_add_identity(&self, ctx: &Ctx, id: ContactId, given: ContactIdentity) -> Result<Contact> {
        self.change_identities(ctx, id, given, async |tx, before, identity| {
            if before.identities.contains(identity) {
                return Ok(());
            }
            if before.identities.len() >= rules::MAX_IDENTITIES {
                return Err(Error::field("identity", "A contact has at most 20 identities; remove one first."));
            }
            recognise(tx, id, identity).await
        })
        .await
    }

    pub(super) async fn do_remove_identity(&self, ctx: &Ctx, id: ContactId, given: ContactIdentity) -> Result<Contact> {
        self.change_identities(ctx, id, given, async |tx, before, identity| {
            if !before.identities.contains(identity) {
                return Err(Error::not_found("identity"));
            }
            delete_many::<identity::Entity>(tx)
                .filter(identity::Column::Kind.eq(identity.kind.as_str()))
                .filter(identity::Column::Value.eq(&identity.value))
                .exec(tx.conn())
                .await?;
            Ok(())
        })
        .await
    }

    async fn change_identities(
        &self,
        ctx: &Ctx,
        id: ContactId,
        given: ContactIdentity,
        change: impl AsyncFnOnce(&Tx, &Contact, &ContactIdentity) -> Result<()>,
    ) -> Result<Contact> {
        ctx.require(Permission::Serve)?;
        let identity = rules::identity(&given)?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = known_contact(&tx, id).await?;
        let before = store::with_identities(&tx, vec![row.clone()]).await?.remove(0);
        change(&tx, &before, &identity).await?;
        let after = store::with_identities(&tx, vec![row]).await?.remove(0);
        tx.note_change("contact.changed", id, before, &after)?;
        tx.commit().await?;
        Ok(after)
    }

    pub(super) async fn do_merge_contacts(&self, ctx: &Ctx, from: ContactId, into: ContactId) -> Result<Contact> {
        ctx.require(Permission::Serve)?;
        if from == into {
            return Err(Error::field("into", "A contact cannot be merged with itself."));
        }
        let mut changes = ConversationChanges::new(self.deps.db.begin(ctx).await?);
        let kept = merge(&mut changes, from, into).await?;
        let kept = store::with_identities(&changes.tx, vec![kept]).await?.remove(0);
        changes.tx.note_change("contact.merged", into, from, &kept)?;
        self.finish(changes).await?;
        Ok(kept)
    }
}

/// Fields that a patch changes, as claims name them.
fn changed_fields(patch: &ContactPatch, before: &Contact) -> Vec<String> {
    let mut fields = Vec::new();
    let mut note = |name: &str, given: &Option<String>, known: &str| {
        if given.as_deref().is_some_and(|given| given.trim() != known) {
            fields.push(name.to_owned());
        }
    };
    note("name", &patch.name, &before.name);
    note("email", &patch.email, before.email.as_deref().unwrap_or_default());
    note("phone", &patch.phone, before.phone.as_deref().unwrap_or_default());
    let known = |one: &&Attribute| !before.attributes.contains(one);
    fields.extend(patch.attributes.iter().flatten().filter(known).map(|one| format!("attributes.{}", one.key)));
    fields
}

/// Notes that fields are claims from now on, or that they are none.
pub(super) fn claim(row: &mut contact::Model, fields: &[String], claimed: bool) -> Result<()> {
    let mut all: BTreeSet<String> = row.claimed.take().map_or(Ok(BTreeSet::new()), serde_json::from_value)?;
    for field in fields {
        if claimed {
            all.insert(field.clone());
        } else {
            all.remove(field);
        }
    }
    row.claimed = Some(serde_json::to_value(all)?);
    Ok(())
}

pub(super) async fn known_contact(tx: &Tx, id: ContactId) -> Result<contact::Model> {
    contact::get(tx, id).await?.ok_or_else(|| Error::not_found("contact"))
}

/// From now on an identity means a contact.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Conflict`] when it is another's.
pub(super) async fn recognise(tx: &Tx, contact: ContactId, identity: &ContactIdentity) -> Result<()> {
    let row = identity::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ContactId>().uuid(),
        contact_id: contact.uuid(),
        kind: identity.kind.as_str().to_owned(),
        value: identity.value.clone(),
    };
    match insert(tx, row).await {
        Err(error) if is_duplicate(&error) => Err(Error {
            code: ErrorCode::Conflict,
            ..Error::field("identity", "This is another contact's; merge the two if they are one person.")
        }),
        other => Ok(other?),
    }
}

/// Moves everything of one contact to another and removes the first.
pub(super) async fn merge(
    changes: &mut ConversationChanges,
    from: ContactId,
    into: ContactId,
) -> Result<contact::Model> {
    for mut row in conversation::of_contact(&changes.tx, from).await? {
        row.contact_id = into.uuid();
        changes.put(row);
    }
    let tx = &changes.tx;
    let (gone, mut kept) = (known_contact(tx, from).await?, known_contact(tx, into).await?);
    update_many::<identity::Entity>(tx)
        .col_expr(identity::Column::ContactId, Expr::value(into.uuid()))
        .filter(identity::Column::ContactId.eq(from.uuid()))
        .exec(tx.conn())
        .await?;
    update_many::<visitor::Entity>(tx)
        .col_expr(visitor::Column::ContactId, Expr::value(into.uuid()))
        .filter(visitor::Column::ContactId.eq(from.uuid()))
        .exec(tx.conn())
        .await?;
    // Who proved nothing does not come to read what a proved person has.
    if store::is_proved(tx, into).await? {
        store::end_anonymous(tx, into).await?;
    }
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
    let claims: Vec<String> = gone.claimed.clone().map_or(Ok(Vec::new()), serde_json::from_value)?;
    let moves = |field: &String| match field.as_str() {
        "name" => false,
        "email" => kept.email.is_none(),
        "phone" => kept.phone.is_none(),
        _ => true,
    };
    let mut inherited: Vec<String> = claims.into_iter().filter(moves).collect();
    kept.email = kept.email.or(gone.email);
    kept.phone = kept.phone.or(gone.phone);
    let mut attributes: BTreeMap<_, _> =
        store::attributes(gone.attributes)?.into_iter().map(|one| (one.key, one.value)).collect();
    let own = store::attributes(kept.attributes.take())?;
    inherited.retain(|field| !own.iter().any(|one| *field == format!("attributes.{}", one.key)));
    claim(&mut kept, &inherited, true)?;
    attributes.extend(own.into_iter().map(|one| (one.key, one.value)));
    kept.attributes = Some(serde_json::to_value(attributes)?);
    update(tx, kept).await
}
