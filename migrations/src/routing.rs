//! Tables of the routing service.

use crate::table::{added, keyed, tables, tenant_table};

tables!(
    Initial,
    "m20261122_000005_routing",
    vec![
        tenant_table("routing_queue").text("name").json("skills").int("priority").int("offer_seconds"),
        tenant_table("routing_workflow").int("position").text_null("locale").json("keywords").uuid("queue_id"),
        keyed("routing_worker", &["member_id"])
            .uuid("member_id")
            .text("name")
            .text("activity")
            .time("activity_since")
            .int("capacity")
            .json("skills")
            .json("locales")
            .flag("enabled"),
        tenant_table("routing_task")
            .uuid("conversation_id")
            .uuid("queue_id")
            .text("status")
            .int("priority")
            .text("locale")
            .text("summary")
            .uuid_null("member_id")
            .text_null("wrap_up_code")
            .time("created_at")
            .time_null("assigned_at")
            .time_null("ended_at")
            .index(&["tenant_id", "status"])
            .index(&["tenant_id", "conversation_id"]),
        tenant_table("routing_reservation")
            .uuid("task_id")
            .uuid("member_id")
            .text("status")
            .time("created_at")
            .time("expires_at")
            .index(&["tenant_id", "status"])
            .index(&["status", "expires_at"]),
    ]
);

tables!(
    Targets,
    "m20261124_000009_routing_targets",
    Vec::new(),
    vec![
        added("routing_queue").int_null("target_seconds"),
        added("routing_task").time_null("at_risk_at").time_null("due_at"),
        added("routing_worker").time_null("counted_until"),
    ]
);

tables!(
    Asked,
    "m20261201_000031_routing_asked_first",
    Vec::new(),
    vec![added("routing_task").uuid_null("preferred_id"), added("routing_worker").time_null("paused_at")]
);
