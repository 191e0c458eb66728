//! Tables of the tenants service.

use sea_orm::{ConnectionTrait as _, DbBackend};
use sea_orm_migration::prelude::*;

use crate::table::{added, extend, keyed, plain_table, shrink, tables, tenant_table};

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

/// A proof of an address is known in its mailbox alone: links leave the stored mails, an address has one confirmed account and any number of
/// others, and invitations can be withdrawn.
pub(crate) struct ProvedAddresses;

fn proved_columns() -> Vec<crate::table::Def> {
    vec![
        added("tenants_mail").text_null("link"),
        added("tenants_account").time_null("address_proved_at"),
        added("tenants_invitation").time_null("withdrawn_at"),
    ]
}

impl MigrationName for ProvedAddresses {
    fn name(&self) -> &'static str {
        "m20261201_000023_tenants_proved_addresses"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for ProvedAddresses {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        extend(manager, proved_columns()).await?;
        let postgres = manager.get_database_backend() == DbBackend::Postgres;
        // Forced row-level security would hide the rows from the owner too.
        let (open, closed) = if postgres {
            (
                "ALTER TABLE tenants_mail NO FORCE ROW LEVEL SECURITY",
                "ALTER TABLE tenants_mail FORCE ROW LEVEL SECURITY",
            )
        } else {
            ("SELECT 1", "SELECT 1")
        };
        let statements = [
            open,
            "DELETE FROM tenants_mail WHERE sent_at IS NULL AND body LIKE '%token=%'",
            "UPDATE tenants_mail SET body = '' WHERE body LIKE '%token=%'",
            closed,
            "DROP INDEX tenants_account_email",
            "CREATE INDEX tenants_account_address ON tenants_account (email)",
            "CREATE UNIQUE INDEX tenants_account_confirmed ON tenants_account (email) WHERE email_verified",
        ];
        for statement in statements {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "DROP INDEX tenants_account_confirmed",
            "DROP INDEX tenants_account_address",
            "CREATE UNIQUE INDEX tenants_account_email ON tenants_account (email)",
        ] {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        shrink(manager, proved_columns()).await
    }
}

tables!(
    KeyMakers,
    "m20261201_000034_tenants_key_makers",
    Vec::new(),
    vec![added("tenants_api_key").uuid_null("made_by")]
);
