//! Tables of the bot service.

use crate::table::{added, keyed, tables, tenant_table};

tables!(
    Initial,
    "m20261122_000004_bot",
    vec![
        tenant_table("bot_article")
            .text_null("key")
            .text("category")
            .text("status")
            .json("texts")
            .json("questions")
            .json("links")
            .time_null("valid_from")
            .time_null("valid_to")
            .int("version")
            .text("search")
            .time("created_at")
            .time("updated_at")
            .unique(&["tenant_id", "key"]),
        tenant_table("bot_release")
            .int("number")
            .int("articles")
            .int("questions")
            .flag("active")
            .text("snapshot")
            .time("created_at")
            .unique(&["tenant_id", "number"]),
        keyed("bot_settings", &[]).json("settings"),
        tenant_table("bot_impression")
            .uuid("conversation_id")
            .uuid("message_id")
            .uuid_null("release_id")
            .text("question")
            .text("kind")
            .json("shown")
            .text("reason")
            .text_null("outcome")
            .time("created_at")
            .time_null("outcome_at")
            .index(&["tenant_id", "conversation_id"]),
        tenant_table("bot_unanswered")
            .text("text")
            .text("normal")
            .int("count")
            .uuid("conversation_id")
            .flag("open")
            .time("created_at")
            .time("updated_at")
            .unique(&["tenant_id", "normal"]),
        tenant_table("bot_import")
            .text("file_name")
            .text("status")
            .text("encoding")
            .int("rows")
            .int("articles")
            .int("stored")
            .json("errors")
            .text("content")
            .time("created_at"),
    ]
);

// What the bot learns by itself: models, the questions of each, and those that a person does not want learned.
tables!(
    Learning,
    "m20261124_000013_bot_learning",
    vec![
        tenant_table("bot_model")
            .int("number")
            .text("status")
            .uuid("release_id")
            .int("lessons")
            .int("learned")
            .int("changes")
            .json("comparison")
            .time("created_at")
            .unique(&["tenant_id", "number"]),
        tenant_table("bot_learned_question")
            .uuid("model_id")
            .text("text")
            .text("normal")
            .uuid("article_id")
            .int("percent")
            .int("times")
            .index(&["tenant_id", "model_id"]),
        tenant_table("bot_veto").text("normal").time("created_at").unique(&["tenant_id", "normal"]),
    ],
    vec![added("bot_impression").uuid_null("contact_id")]
);

// What the bot must get right.
tables!(
    Gold,
    "m20261125_000014_bot_gold",
    vec![
        tenant_table("bot_gold_question")
            .text("text")
            .text("normal")
            .uuid_null("article_id")
            .time("created_at")
            .unique(&["tenant_id", "normal"]),
    ]
);

// Dialogues that the bot leads: drafts, published versions, and walks through them.
tables!(
    Flows,
    "m20261125_000015_bot_flows",
    vec![
        tenant_table("bot_flow")
            .text_null("key")
            .json("draft")
            .int("version")
            .text("secret")
            .time("created_at")
            .time("updated_at")
            .unique(&["tenant_id", "key"]),
        tenant_table("bot_flow_version")
            .uuid("flow_id")
            .int("number")
            .int("share")
            .json("definition")
            .time("created_at")
            .unique(&["tenant_id", "flow_id", "number"]),
        tenant_table("bot_flow_run")
            .uuid("flow_id")
            .int("number")
            .uuid("conversation_id")
            .uuid("message_id")
            .text("status")
            .text("locale")
            .text("step")
            .json("state")
            .int("turn")
            .time_null("due_at")
            .time("created_at")
            .time("updated_at")
            .index(&["tenant_id", "conversation_id"])
            .index(&["tenant_id", "flow_id", "number"])
            .index(&["status", "due_at"]),
    ],
    vec![added("bot_article").uuid_null("flow_id")]
);

// What came of an answer later: what a person said it was about, and how the conversation was rated.
tables!(
    Outcomes,
    "m20261125_000016_bot_outcomes",
    vec![],
    vec![added("bot_impression").uuid_null("label_id").int_null("rating")]
);

// What outside models say of phrases, kept so that it is asked once; and how much of their language was used.
tables!(
    OutsideModels,
    "m20261125_000017_bot_outside_models",
    vec![
        tenant_table("bot_meaning").text("model").text("text").text("vector").unique(&["tenant_id", "model", "text"]),
        keyed("bot_chat_usage", &["month"]).text("month").big("tokens"),
    ]
);

// The model that answers, trained, so that no process trains what another one has.
tables!(Trained, "m20261125_000018_bot_trained", vec![keyed("bot_trained", &[]).text("source").blob("bytes")]);
