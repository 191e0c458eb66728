//! Tables of the channels service.

use sea_orm_migration::prelude::*;

use crate::table::{added, create, drop_all, keyed, tables, tenant_table};

tables!(
    Initial,
    "m20261122_000003_channels",
    vec![
        tenant_table("channels_channel").text("kind").text("name").flag("enabled").json("settings").time("created_at"),
        tenant_table("channels_contact")
            .text("name")
            .text_null("email")
            .text_null("phone")
            .text_null("external_id")
            .text("locale")
            .json("tags")
            .time("created_at")
            .time("last_seen_at")
            .unique(&["tenant_id", "external_id"]),
        tenant_table("channels_visitor")
            .uuid("channel_id")
            .uuid("contact_id")
            .text("secret_hash")
            .time("created_at")
            .unique(&["tenant_id", "secret_hash"]),
        tenant_table("channels_conversation")
            .uuid("channel_id")
            .uuid("contact_id")
            .text("status")
            .text("handler")
            .uuid_null("assignee_id")
            .text("locale")
            .big("last_seq")
            .text("preview")
            .text_null("summary")
            .int_null("rating")
            .text_null("rating_comment")
            .big("contact_read_seq")
            .big("member_read_seq")
            .time("created_at")
            .time("updated_at")
            .time_null("resolved_at")
            .time_null("snoozed_until")
            .index(&["tenant_id", "updated_at"])
            .index(&["tenant_id", "contact_id"]),
        tenant_table("channels_message")
            .uuid("conversation_id")
            .big("seq")
            .text("author")
            .uuid_null("member_id")
            .text("kind")
            .flag("private")
            .text("text")
            .json("choices")
            .uuid_null("attachment_id")
            .text_null("client_id")
            .time("created_at")
            .unique(&["tenant_id", "conversation_id", "seq"])
            .unique(&["tenant_id", "conversation_id", "client_id"]),
        tenant_table("channels_attachment")
            .uuid("contact_id")
            .text("name")
            .text("media_type")
            .big("size")
            .time("created_at"),
        tenant_table("channels_canned_reply").text("shortcut").text("locale").text("text").unique(&[
            "tenant_id",
            "shortcut",
            "locale"
        ]),
        tenant_table("channels_webhook").text("url").text("secret").flag("enabled").time("created_at"),
        tenant_table("channels_delivery")
            .uuid("webhook_id")
            .text("event_type")
            .text("body")
            .text("status")
            .int("attempts")
            .text_null("last_result")
            .time_null("next_attempt_at")
            .time("created_at")
            .index(&["status", "next_attempt_at"]),
        keyed("channels_member", &["member_id"]).uuid("member_id").text("name"),
    ]
);

tables!(
    IdentityAndCards,
    "m20261124_000008_channels_identity_and_cards",
    Vec::new(),
    vec![
        added("channels_contact").json_null("attributes"),
        added("channels_channel").text_null("identity_secret"),
        added("channels_message").json_null("card"),
        added("channels_conversation").big_null("contact_delivered_seq"),
    ]
);

/// A contact is recognised by any number of identities; what was its one external id is the first of them.
pub(crate) struct ContactIdentities;

impl MigrationName for ContactIdentities {
    fn name(&self) -> &'static str {
        "m20261124_000010_channels_contact_identities"
    }
}

const UNIQUE: &str = "channels_contact_tenant_id_external_id";

#[async_trait::async_trait]
impl MigrationTrait for ContactIdentities {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create(manager, identities()).await?;
        let moved = "INSERT INTO channels_identity (tenant_id, id, contact_id, kind, value)
            SELECT tenant_id, id, id, 'external', external_id FROM channels_contact WHERE external_id IS NOT NULL";
        manager.get_connection().execute_unprepared(moved).await?;
        manager.drop_index(Index::drop().name(UNIQUE).table("channels_contact").to_owned()).await?;
        let mut change = Table::alter();
        manager.alter_table(change.table("channels_contact").drop_column("external_id").take()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut change = Table::alter();
        let column = ColumnDef::new("external_id").text().null().take();
        manager.alter_table(change.table("channels_contact").add_column(column).take()).await?;
        let mut unique = Index::create();
        unique.name(UNIQUE).table("channels_contact").col("tenant_id").col("external_id").unique();
        manager.create_index(unique).await?;
        // The first one; more than one has no place in what was before.
        let moved = "UPDATE channels_contact SET external_id = (SELECT value FROM channels_identity AS i
            WHERE i.tenant_id = channels_contact.tenant_id AND i.contact_id = channels_contact.id AND i.kind = 'external'
            ORDER BY i.id LIMIT 1)";
        manager.get_connection().execute_unprepared(moved).await?;
        drop_all(manager, identities()).await
    }
}

fn identities() -> Vec<crate::table::Def> {
    let table = tenant_table("channels_identity").uuid("contact_id").text("kind").text("value");
    vec![table.unique(&["tenant_id", "kind", "value"]).index(&["tenant_id", "contact_id"])]
}

/// Only senders give their messages an id of their own, so the index of those ids leaves out all others.
pub(crate) struct SendersIds;

const SENDERS_IDS: &str = "channels_message_tenant_id_conversation_id_client_id";

impl MigrationName for SendersIds {
    fn name(&self) -> &'static str {
        "m20261124_000011_channels_senders_ids"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for SendersIds {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(SENDERS_IDS).table("channels_message").to_owned()).await?;
        manager.create_index(senders_ids().and_where(Expr::col("client_id").is_not_null()).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name(SENDERS_IDS).table("channels_message").to_owned()).await?;
        manager.create_index(senders_ids()).await
    }
}

fn senders_ids() -> IndexCreateStatement {
    let mut index = Index::create();
    let index = index.name(SENDERS_IDS).table("channels_message").unique();
    index.col("tenant_id").col("conversation_id").col("client_id").to_owned()
}

tables!(
    ProvedVisitors,
    "m20261201_000032_channels_proved_visitors",
    Vec::new(),
    vec![
        added("channels_visitor").time_null("proved_until").text_null("proof_mark"),
        added("channels_contact").json_null("claimed"),
    ]
);
