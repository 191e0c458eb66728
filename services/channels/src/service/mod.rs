//! Use cases: authorise, load, decide, save, tell.

mod changes;
mod contacts;
mod conversations;
mod inbound;
mod receive;
mod settings;
mod visitors;
mod webhooks;

use std::collections::HashMap;

use async_trait::async_trait;
use lingxi_contracts::channels::{
    CannedReply, Channel, ChannelKind, ChannelSettings, ChannelsClient, Contact, ContactIdentity, ContactPatch,
    Conversation, ConversationFilter, ConversationStatus, Delivery, DeliveryStatus, Identity, Inbound, Message,
    MessagePage, Outbound, VisitorSession, Webhook,
};
use lingxi_contracts::tenants::Issued;
use lingxi_http::TenantLimit;
use lingxi_kernel::{
    CannedReplyId, ChannelId, ContactId, ConversationId, Ctx, DeliveryId, Page, PageArgs, Permission, Result, TenantId,
    Timestamp, WebhookId,
};
use lingxi_store::{TenantCache, Tx};
use serde_json::json;

use crate::Deps;
pub(crate) use crate::service::changes::{ConversationChanges, Told};
use crate::store::{conversation, message, webhook};

/// The channels service.
pub(crate) struct Channels {
    pub(crate) deps: Deps,
    pub(crate) limit: TenantLimit,
    pub(crate) rates: crate::rates::Rates,
    pub(crate) hooks: TenantCache<Vec<webhook::Model>>,
    /// Customers' messages that wait to be stored.
    pub(crate) inbound: lingxi_bus::Gathering<receive::Letter>,
    pub(crate) myself: std::sync::Weak<Self>,
}

impl Channels {
    /// Makes the changes durable, and tells open pages.
    pub(crate) async fn finish(&self, changes: ConversationChanges) -> Result<()> {
        let told = changes.commit().await?;
        self.tell(&told)
    }

    /// Tells open pages: the customers' sockets, and the desks of the firm.
    fn tell(&self, told: &Told) -> Result<()> {
        let live = &self.deps.live;
        let topics = |row: &conversation::Model| {
            let contact = format!("contact:{}", ContactId::from_uuid(row.contact_id));
            let conversation = format!("conversation:{}", ConversationId::from_uuid(row.id));
            (TenantId::from_uuid(row.tenant_id), contact, conversation)
        };
        let rows: HashMap<_, _> = told.conversations.iter().map(|row| (row.id, row)).collect();
        for message in &told.messages {
            let Some(row) = rows.get(&message.conversation_id.uuid()) else { continue };
            let (tenant, contact, conversation) = topics(row);
            let event = json!({ "type": "message", "message": message });
            if !message.private {
                let seen = json!({ "type": "message", "message": message_for_customer(message)? });
                live.publish(tenant, &contact, seen);
            }
            live.publish(tenant, &conversation, event);
        }
        for row in &told.conversations {
            let (tenant, contact, topic) = topics(row);
            let conversation = row.clone().into_contract()?;
            let state = json!({
                "type": "conversation",
                "id": conversation.id,
                "status": conversation.status,
                "handler": conversation.handler,
                "memberReadSeq": conversation.member_read_seq,
                "rating": conversation.rating,
            });
            live.publish(tenant, &topic, state.clone());
            // Whether the firm waits or snoozes is not the customer's; so most changes look the same to them.
            let mut seen = state;
            let resolved = conversation.status == ConversationStatus::Resolved;
            seen["status"] =
                if resolved { json!(ConversationStatus::Resolved) } else { json!(ConversationStatus::Open) };
            live.publish(tenant, &contact, seen);
            live.publish(tenant, "desk", json!({ "type": "conversation", "id": conversation.id }));
        }
        Ok(())
    }

    pub(crate) async fn own(&self, tx: &Tx, id: ConversationId) -> Result<conversation::Model> {
        tracing::Span::current().record("conversation", tracing::field::display(id));
        let row = conversation::get(tx, id).await?.ok_or_else(|| lingxi_kernel::Error::not_found("conversation"))?;
        if let Ok((_, contact)) = tx.ctx().visitor()
            && row.contact_id != contact.uuid()
        {
            return Err(lingxi_kernel::Error::not_found("conversation"));
        }
        Ok(row)
    }
}

/// What a customer sees of their conversation. Whether the firm waits or snoozes is not theirs, nor who answers behind the
/// names, nor what the bot tells members.
pub(crate) fn seen_by_customer(conversation: &Conversation) -> serde_json::Value {
    let resolved = conversation.status == ConversationStatus::Resolved;
    json!({
        "id": conversation.id,
        "status": if resolved { ConversationStatus::Resolved } else { ConversationStatus::Open },
        "handler": conversation.handler,
        "locale": conversation.locale,
        "lastSeq": conversation.last_seq,
        "rating": conversation.rating,
        "ratingComment": conversation.rating_comment,
        "contactDeliveredSeq": conversation.contact_delivered_seq,
        "contactReadSeq": conversation.contact_read_seq,
        "memberReadSeq": conversation.member_read_seq,
        "createdAt": conversation.created_at,
    })
}

/// A message as customers see it: members have names for them, not ids.
pub(crate) fn message_for_customer(message: &Message) -> Result<serde_json::Value> {
    let mut seen = serde_json::to_value(message)?;
    if let Some(fields) = seen.as_object_mut() {
        fields.remove("memberId");
        fields.remove("private");
    }
    Ok(seen)
}

/// Messages as customers see them.
pub(crate) fn messages_for_customer(messages: &[Message]) -> Result<Vec<serde_json::Value>> {
    messages.iter().map(message_for_customer).collect()
}

/// Demands that a customer's own widget or a member with the right reads.
pub(crate) fn require_reader(ctx: &Ctx) -> Result<()> {
    if ctx.visitor().is_ok() { Ok(()) } else { ctx.require(Permission::ReadConversations) }
}

#[async_trait]
impl ChannelsClient for Channels {
    async fn channels(&self, ctx: &Ctx) -> Result<Vec<Channel>> {
        self.do_channels(ctx).await
    }
    async fn create_channel(&self, ctx: &Ctx, kind: ChannelKind, name: &str) -> Result<Channel> {
        self.do_create_channel(ctx, kind, name).await
    }
    async fn update_channel(
        &self,
        ctx: &Ctx,
        id: ChannelId,
        name: Option<String>,
        enabled: Option<bool>,
        settings: Option<ChannelSettings>,
    ) -> Result<Channel> {
        self.do_update_channel(ctx, id, name, enabled, settings).await
    }
    async fn open_visitor(
        &self,
        public_key: &str,
        origin: Option<String>,
        token: Option<String>,
        locale: &str,
        identity: Option<Identity>,
    ) -> Result<VisitorSession> {
        self.open_from("", public_key, origin, token, locale, identity).await
    }
    async fn introduce(&self, ctx: &Ctx, patch: ContactPatch) -> Result<Contact> {
        self.do_introduce(ctx, patch).await
    }
    async fn rotate_identity_secret(&self, ctx: &Ctx, id: ChannelId) -> Result<Issued<Channel>> {
        self.do_rotate_identity_secret(ctx, id).await
    }
    async fn authenticate_visitor(&self, token: &str) -> Result<Ctx> {
        self.do_authenticate_visitor(token).await
    }
    async fn receive(&self, ctx: &Ctx, message: Inbound) -> Result<Message> {
        self.do_receive(ctx, message).await
    }
    async fn receive_for(
        &self,
        ctx: &Ctx,
        channel: ChannelId,
        from: ContactIdentity,
        name: Option<String>,
        message: Inbound,
    ) -> Result<Message> {
        self.do_receive_for(ctx, channel, from, name, message).await
    }
    async fn visitor_conversation(&self, ctx: &Ctx) -> Result<Option<Conversation>> {
        let (channel, contact) = ctx.visitor()?;
        let row = conversation::newest_of(&self.deps.db.read(ctx), channel, contact).await?;
        row.map(conversation::Model::into_contract).transpose()
    }
    async fn messages(&self, ctx: &Ctx, conversation: ConversationId, after: i64, limit: u32) -> Result<Vec<Message>> {
        require_reader(ctx)?;
        let read = self.deps.db.read(ctx);
        self.own(&read, conversation).await?;
        message::after(&read, conversation, after, ctx.visitor().is_err(), limit.clamp(1, 500)).await
    }
    async fn newest_messages(
        &self,
        ctx: &Ctx,
        conversation: ConversationId,
        after: i64,
        before: Option<i64>,
        limit: u32,
    ) -> Result<MessagePage> {
        require_reader(ctx)?;
        let read = self.deps.db.read(ctx);
        self.own(&read, conversation).await?;
        let window = message::Window { after, before, limit: limit.clamp(1, 500) };
        message::newest(&read, conversation, window, ctx.visitor().is_err()).await
    }
    async fn mark_read(&self, ctx: &Ctx, conversation: ConversationId, seq: i64) -> Result<Conversation> {
        self.do_mark_read(ctx, conversation, seq).await
    }
    async fn mark_delivered(&self, ctx: &Ctx, conversation: ConversationId, seq: i64) -> Result<()> {
        self.do_mark_delivered(ctx, conversation, seq).await
    }
    async fn post(&self, ctx: &Ctx, conversation: ConversationId, message: Outbound) -> Result<Message> {
        self.do_post(ctx, conversation, message).await
    }
    async fn set_status(
        &self,
        ctx: &Ctx,
        conversation: ConversationId,
        status: ConversationStatus,
        until: Option<Timestamp>,
    ) -> Result<Conversation> {
        self.do_set_status(ctx, conversation, status, until).await
    }
    async fn rate(&self, ctx: &Ctx, conversation: ConversationId, rating: i32, comment: Option<String>) -> Result<()> {
        self.do_rate(ctx, conversation, rating, comment).await
    }
    async fn conversations(&self, ctx: &Ctx, filter: ConversationFilter, page: PageArgs) -> Result<Page<Conversation>> {
        self.do_conversations(ctx, filter, page).await
    }
    async fn conversations_by_id(&self, ctx: &Ctx, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
        ctx.require(Permission::ReadConversations)?;
        let ids = ids.iter().map(|id| id.uuid()).collect();
        let rows = conversation::get_many(&self.deps.db.read(ctx), ids).await?;
        rows.into_iter().map(conversation::Model::into_contract).collect()
    }
    async fn needing_a_person(&self, ctx: &Ctx, after: Option<ConversationId>) -> Result<Vec<Conversation>> {
        ctx.require(Permission::ReadConversations)?;
        let rows = conversation::needing_a_person(&self.deps.db.read(ctx), after).await?;
        rows.into_iter().map(conversation::Model::into_contract).collect()
    }
    async fn firms_that_need_people(&self) -> Result<Vec<TenantId>> {
        crate::jobs::firms_that_need_people(&self.deps.db).await
    }
    async fn contacts(&self, ctx: &Ctx, search: Option<String>, page: PageArgs) -> Result<Page<Contact>> {
        self.do_contacts(ctx, search, page).await
    }
    async fn contacts_by_id(&self, ctx: &Ctx, ids: &[ContactId]) -> Result<Vec<Contact>> {
        self.do_contacts_by_id(ctx, ids).await
    }
    async fn update_contact(&self, ctx: &Ctx, id: ContactId, patch: ContactPatch) -> Result<Contact> {
        self.do_update_contact(ctx, id, patch).await
    }
    async fn add_identity(&self, ctx: &Ctx, id: ContactId, identity: ContactIdentity) -> Result<Contact> {
        self.do_add_identity(ctx, id, identity).await
    }
    async fn remove_identity(&self, ctx: &Ctx, id: ContactId, identity: ContactIdentity) -> Result<Contact> {
        self.do_remove_identity(ctx, id, identity).await
    }
    async fn merge_contacts(&self, ctx: &Ctx, from: ContactId, into: ContactId) -> Result<Contact> {
        self.do_merge_contacts(ctx, from, into).await
    }
    async fn canned_replies(&self, ctx: &Ctx) -> Result<Vec<CannedReply>> {
        self.do_canned_replies(ctx).await
    }
    async fn save_canned_reply(&self, ctx: &Ctx, shortcut: &str, locale: &str, text: &str) -> Result<CannedReply> {
        self.do_save_canned_reply(ctx, shortcut, locale, text).await
    }
    async fn delete_canned_reply(&self, ctx: &Ctx, id: CannedReplyId) -> Result<()> {
        self.do_delete_canned_reply(ctx, id).await
    }
    async fn webhooks(&self, ctx: &Ctx) -> Result<Vec<Webhook>> {
        self.do_webhooks(ctx).await
    }
    async fn create_webhook(&self, ctx: &Ctx, url: &str) -> Result<Issued<Webhook>> {
        self.do_create_webhook(ctx, url).await
    }
    async fn delete_webhook(&self, ctx: &Ctx, id: WebhookId) -> Result<()> {
        self.do_delete_webhook(ctx, id).await
    }
    async fn deliveries(&self, ctx: &Ctx, status: Option<DeliveryStatus>, page: PageArgs) -> Result<Page<Delivery>> {
        self.do_deliveries(ctx, status, page).await
    }
    async fn replay_delivery(&self, ctx: &Ctx, id: DeliveryId) -> Result<Delivery> {
        self.do_replay_delivery(ctx, id).await
    }
    async fn tenant_of_key(&self, public_key: &str) -> Result<TenantId> {
        Ok(crate::secrets::parse_public_key(public_key)?.0)
    }
}
