//! Webhooks: signed events for integrators, by the Standard Webhooks specification.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lingxi_contracts::Envelope;
use lingxi_contracts::channels::{Delivery, DeliveryStatus, Webhook};
use lingxi_contracts::tenants::Issued;
use lingxi_kernel::{Ctx, DeliveryId, Error, Page, PageArgs, Permission, Result, WebhookId};
use lingxi_outbound::Outbound;
use lingxi_store::{Tx, delete_many, insert, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::Channels;
use crate::rules;
use crate::secrets::webhook_place;
use crate::store::{self, delivery, webhook};

impl Channels {
    pub(super) async fn do_webhooks(&self, ctx: &Ctx) -> Result<Vec<Webhook>> {
        ctx.require(Permission::ManageChannels)?;
        let rows = store::oldest::<webhook::Entity>(&self.deps.db.read(ctx), webhook::Column::Id).await?;
        Ok(rows.into_iter().map(webhook::Model::into_contract).collect())
    }

    /// The firm's webhooks, from memory where they are known.
    pub(crate) async fn hooks(&self, ctx: &Ctx) -> Result<Vec<webhook::Model>> {
        let read = self.deps.db.read(ctx);
        let load = store::oldest::<webhook::Entity>(&read, webhook::Column::Id);
        self.hooks.get(ctx.tenant, read.now(), load).await
    }

    pub(super) async fn do_create_webhook(&self, ctx: &Ctx, url: &str) -> Result<Issued<Webhook>> {
        ctx.require(Permission::ManageChannels)?;
        let url = Outbound { private: self.deps.limits.private_webhooks }.address("url", url)?;
        let db = &self.deps.db;
        let id = db.env().id::<WebhookId>().uuid();
        let secret = format!("whsec_{}", STANDARD.encode(db.env().bytes::<24>()));
        let sealed = db.seal(ctx, webhook_place(id), &secret).await?;
        let tx = db.begin(ctx).await?;
        let full = "There are 20 webhooks, the most there can be; remove one first.";
        rules::room(store::count::<webhook::Entity>(&tx).await?, rules::MAX_WEBHOOKS, full)?;
        let row =
            webhook::Model { tenant_id: tx.tenant(), id, url, secret: sealed, enabled: true, created_at: tx.now() };
        insert(&tx, row.clone()).await?;
        tx.note_change("webhook.created", WebhookId::from_uuid(row.id), (), &row.url)?;
        tx.commit().await?;
        self.hooks.forget(ctx.tenant);
        Ok(Issued { item: row.into_contract(), secret })
    }

    pub(super) async fn do_delete_webhook(&self, ctx: &Ctx, id: WebhookId) -> Result<()> {
        ctx.require(Permission::ManageChannels)?;
        let tx = self.deps.db.begin(ctx).await?;
        let deleted =
            delete_many::<webhook::Entity>(&tx).filter(webhook::Column::Id.eq(id.uuid())).exec(tx.conn()).await?;
        if deleted.rows_affected == 0 {
            return Err(Error::not_found("webhook"));
        }
        tx.note_change("webhook.deleted", id, (), ())?;
        delete_many::<delivery::Entity>(&tx).filter(delivery::Column::WebhookId.eq(id.uuid())).exec(tx.conn()).await?;
        tx.commit().await?;
        self.hooks.forget(ctx.tenant);
        Ok(())
    }

    pub(super) async fn do_deliveries(
        &self,
        ctx: &Ctx,
        status: Option<DeliveryStatus>,
        page: PageArgs,
    ) -> Result<Page<Delivery>> {
        ctx.require(Permission::ManageChannels)?;
        let rows = store::deliveries(&self.deps.db.read(ctx), status, &page).await?;
        let has_next = rows.has_next;
        let rows = rows.rows.into_iter().map(|(cursor, row)| Ok((cursor, row.into_contract()?)));
        Ok(Page { rows: rows.collect::<Result<_>>()?, has_next })
    }

    pub(super) async fn do_replay_delivery(&self, ctx: &Ctx, id: DeliveryId) -> Result<Delivery> {
        ctx.require(Permission::ManageChannels)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = delivery::get(&tx, id).await?.ok_or_else(|| Error::not_found("delivery"))?;
        row.status = DeliveryStatus::Pending.as_str().to_owned();
        row.attempts = 0;
        row.next_attempt_at = Some(tx.now());
        let row = update(&tx, row).await?;
        tx.commit().await?;
        row.into_contract()
    }

    /// Puts an event on its way to every webhook of the firm.
    pub(crate) async fn enqueue_deliveries(&self, tx: &Tx, event: &Envelope) -> Result<()> {
        for hook in store::oldest::<webhook::Entity>(tx, webhook::Column::Id).await? {
            // A fact may come late or again; a webhook is told of what happened since it is there.
            if event.time < hook.created_at {
                continue;
            }
            let id: DeliveryId = tx.id();
            let body = serde_json::json!({ "type": event.kind, "timestamp": event.time, "data": event.data });
            let row = delivery::Model {
                tenant_id: tx.tenant(),
                id: id.uuid(),
                webhook_id: hook.id,
                event_type: event.kind.clone(),
                body: body.to_string(),
                status: DeliveryStatus::Pending.as_str().to_owned(),
                attempts: 0,
                last_result: None,
                next_attempt_at: Some(tx.now()),
                created_at: tx.now(),
            };
            insert(tx, row).await?;
        }
        Ok(())
    }
}
