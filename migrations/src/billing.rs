//! Tables of the billing service.

use crate::table::{keyed, tables, tenant_table};

tables!(
    Initial,
    "m20261122_000006_billing",
    vec![
        tenant_table("billing_usage")
            .text("source")
            .text("source_id")
            .text("meter")
            .big("quantity")
            .time("at")
            .text("evidence")
            .flag("reversed")
            .unique(&["tenant_id", "source", "source_id", "meter"])
            .index(&["tenant_id", "meter", "at"]),
        keyed("billing_rollup", &["meter", "hour"]).text("meter").time("hour").big("quantity"),
        keyed("billing_account", &[])
            .text("plan")
            .big_null("alert_minor")
            .big_null("cap_minor")
            .text_null("alerted_period")
            .text_null("capped_period"),
    ]
);
