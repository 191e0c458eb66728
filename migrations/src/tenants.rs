//! Tables of the tenants service.

use crate::table::{added, keyed, plain_table, tables, tenant_table};

tables!(
    Initial,
    "m20261122_000002_tenants",
    vec![
        plain_table("tenants_account")
            .primary_uuid("id")
            .text("email")
            .text("password_hash")
            .text_null("totp_secret")
            .flag("totp_enabled")
            .flag("email_verified")
            .big("totp_last_step")
            .time("created_at")
            .unique(&["email"]),
        plain_table("tenants_tenant")
            .primary_uuid("id")
            .text("name")
            .text("industry")
            .text("locale")
            .text("time_zone")
            .text("status")
            .json("hours")
            .time("created_at")
            .time_null("delete_after"),
        tenant_table("tenants_member")
            .uuid("account_id")
            .text("name")
            .text("role")
            .text("status")
            .time("created_at")
            .unique(&["tenant_id", "account_id"])
            .index(&["account_id"]),
        tenant_table("tenants_session")
            .uuid("member_id")
            .text("secret_hash")
            .text("user_agent")
            .time("created_at")
            .time("last_used_at")
            .time("expires_at")
            .unique(&["tenant_id", "secret_hash"]),
        tenant_table("tenants_invitation")
            .text("email")
            .text("role")
            .text("secret_hash")
            .time("created_at")
            .time("expires_at")
            .time_null("accepted_at")
            .unique(&["tenant_id", "secret_hash"]),
        tenant_table("tenants_api_key")
            .text("name")
            .json("scopes")
            .text("secret_hash")
            .time("created_at")
            .time_null("last_used_at")
            .time_null("revoked_at"),
        tenant_table("tenants_audit")
            .time("at")
            .text("actor_kind")
            .text("actor_id")
            .text("action")
            .text("target")
            .text("detail"),
        tenant_table("tenants_mail")
            .text("receiver")
            .text("subject")
            .text("body")
            .time("created_at")
            .time_null("sent_at"),
        keyed("tenants_token", &["secret_hash"])
            .text("secret_hash")
            .text("purpose")
            .uuid("account_id")
            .time("expires_at"),
    ]
);

tables!(
    ExportsAndQuotas,
    "m20261124_000007_tenants_exports_and_quotas",
    vec![
        tenant_table("tenants_export")
            .text("status")
            .int("progress")
            .big("size")
            .text_null("failure")
            .uuid("requested_by")
            .time("created_at")
            .time_null("finished_at")
            .time_null("expires_at")
            .index(&["status"]),
    ],
    vec![added("tenants_tenant").json_null("quota")]
);
