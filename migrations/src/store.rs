//! Outbox, inbox, dead letters, leases, setbacks of timers.

use crate::table::{keyed, plain_table, tables};

tables!(
    Initial,
    "m20261122_000001_store",
    vec![
        plain_table("store_outbox")
            .serial("seq")
            .uuid("tenant_id")
            .uuid("event_id")
            .text("kind")
            .text("envelope")
            .time("created_at")
            .time_null("published_at")
            .index(&["published_at", "seq"]),
        keyed("store_inbox", &["event_id", "consumer"]).uuid("event_id").text("consumer").time("handled_at").pruned(),
        keyed("store_dead_letter", &["event_id", "consumer"])
            .uuid("event_id")
            .text("consumer")
            .text("envelope")
            .text("cause")
            .time("created_at"),
    ]
);

tables!(
    Leases,
    "m20261124_000003_leases",
    // Of processes, not of tenants.
    vec![plain_table("store_lease").primary_text("name").uuid("holder").time("until")]
);

tables!(
    DataKeys,
    "m20261201_000024_store_data_keys",
    vec![keyed("store_data_key", &[]).text("wrapped").time("created_at")]
);

tables!(
    Setbacks,
    "m20261201_000027_store_setbacks",
    vec![
        keyed("store_setback", &["timer", "row_id"])
            .text("timer")
            .uuid("row_id")
            .int("attempts")
            .text("cause")
            .time("failed_at")
            .time("next_at")
            .flag("given_up")
    ]
);
