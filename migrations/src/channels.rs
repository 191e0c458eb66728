//! Tables of the channels service.

use crate::table::{added, keyed, tables, tenant_table};

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
