//! Tables of the billing service.

use sea_orm_migration::prelude::*;

use crate::table::{self, Def, keyed, plain_table, tables, tenant_table};

tables!(Initial, "m20261122_000006_billing", first_tables());

fn first_tables() -> Vec<Def> {
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
}

/// Meters, plans, invoices, ledger and payment. What was counted so far moves over.
pub(crate) struct Billing;

impl MigrationName for Billing {
    fn name(&self) -> &'static str {
        "m20261126_000019_billing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Billing {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let conn = manager.get_connection();
        table::create(manager, metering()).await?;
        table::create(manager, billing()).await?;
        table::create(manager, money()).await?;
        table::create(manager, selling()).await?;
        let postgres = manager.get_database_backend() == sea_orm::DbBackend::Postgres;
        guard(manager, &SQLITE_GUARDS, &POSTGRES_GUARDS).await?;
        // A part of 1,024 is exact in ten places.
        let decimal =
            if postgres { "round(quantity / 1024.0, 10)::text" } else { "printf('%.10f', quantity / 1024.0)" };
        // What is moved is of all firms, which even the owner sees only without row-level security.
        let moved = ["billing_usage", "billing_rollup", "billing_event", "billing_bucket"];
        let secured = |how: &str| moved.map(|name| format!("ALTER TABLE {name} {how} ROW LEVEL SECURITY")).join("; ");
        if postgres {
            conn.execute_unprepared(&secured("NO FORCE")).await?;
        }
        let value = format!("CASE meter WHEN 'stored_kb' THEN {decimal} ELSE CAST(quantity AS TEXT) END");
        let kind = "CASE meter WHEN 'bot_resolution' THEN 'lingxi.resolution.assumed' WHEN 'stored_kb' THEN 'lingxi.stored' \
                    WHEN 'agent_minute' THEN 'lingxi.agent' WHEN 'api_call' THEN 'lingxi.api' ELSE 'lingxi.message' END";
        let meter = "CASE meter WHEN 'bot_resolution' THEN 'resolution_assumed' WHEN 'stored_kb' THEN 'stored_mb' ELSE meter END";
        conn.execute_unprepared(&format!(
            "INSERT INTO billing_event (tenant_id, id, source, source_id, kind, subject, at, received_at, data, payload, reverses)
             SELECT tenant_id, id, source, source_id, {kind}, evidence, at, at, '{{\"value\":\"' || {value} || '\"}}', id, NULL
             FROM billing_usage WHERE NOT reversed"
        ))
        .await?;
        conn.execute_unprepared(&format!(
            "INSERT INTO billing_bucket (tenant_id, meter, hour, dimension, value, count, sum, moment, max, latest_at, latest_id, latest)
             SELECT tenant_id, {meter}, hour, '', '', 1, {value}, '0', NULL, NULL, NULL, NULL FROM billing_rollup"
        ))
        .await?;
        if postgres {
            conn.execute_unprepared(&secured("FORCE")).await?;
        }
        table::drop_all(manager, first_tables()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, first_tables()).await?;
        table::drop_all(manager, selling()).await?;
        table::drop_all(manager, money()).await?;
        table::drop_all(manager, billing()).await?;
        table::drop_all(manager, metering()).await?;
        if manager.get_database_backend() == sea_orm::DbBackend::Postgres {
            let dropped = "DROP FUNCTION billing_entry_stays; DROP FUNCTION billing_invoice_stays";
            manager.get_connection().execute_unprepared(dropped).await?;
        }
        Ok(())
    }
}

/// Runs the statements of the database at hand.
async fn guard(manager: &SchemaManager<'_>, sqlite: &[&str], postgres: &[&str]) -> Result<(), DbErr> {
    let on_postgres = manager.get_database_backend() == sea_orm::DbBackend::Postgres;
    for statement in if on_postgres { postgres } else { sqlite } {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// The ledger only grows, and a final invoice says the same for ever: the database itself refuses anything else.
const SQLITE_GUARDS: [&str; 3] = [
    "CREATE TRIGGER billing_entry_stays BEFORE UPDATE ON billing_entry BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END",
    "CREATE TRIGGER billing_entry_remains BEFORE DELETE ON billing_entry BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END",
    "CREATE TRIGGER billing_invoice_stays BEFORE UPDATE ON billing_invoice WHEN OLD.number IS NOT NULL AND (
        NEW.number IS NOT OLD.number OR NEW.lines IS NOT OLD.lines OR NEW.net IS NOT OLD.net OR NEW.tax IS NOT OLD.tax
        OR NEW.total IS NOT OLD.total OR NEW.currency IS NOT OLD.currency OR NEW.\"from\" IS NOT OLD.\"from\"
        OR NEW.\"to\" IS NOT OLD.\"to\" OR NEW.bill_to IS NOT OLD.bill_to)
     BEGIN SELECT RAISE(ABORT, 'a final invoice does not change'); END",
];
const POSTGRES_GUARDS: [&str; 2] = [
    "CREATE FUNCTION billing_entry_stays() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'the ledger only grows'; END $$;
     CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON billing_entry FOR EACH ROW EXECUTE FUNCTION billing_entry_stays()",
    "CREATE FUNCTION billing_invoice_stays() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'a final invoice does not change'; END $$;
     CREATE TRIGGER stays BEFORE UPDATE ON billing_invoice FOR EACH ROW WHEN (OLD.number IS NOT NULL AND
        (NEW.number, NEW.lines, NEW.net, NEW.tax, NEW.total, NEW.currency, NEW.\"from\", NEW.\"to\", NEW.bill_to)
        IS DISTINCT FROM
        (OLD.number, OLD.lines, OLD.net, OLD.tax, OLD.total, OLD.currency, OLD.\"from\", OLD.\"to\", OLD.bill_to))
     EXECUTE FUNCTION billing_invoice_stays()",
];

/// Facts, and what they come to.
fn metering() -> Vec<Def> {
    let fact = |name| {
        tenant_table(name)
            .text("source")
            .text("source_id")
            .text("kind")
            .text("subject")
            .time("at")
            .time("received_at")
            .text("data")
            .uuid("payload")
            .uuid_null("reverses")
    };
    vec![
        fact("billing_event").index(&["tenant_id", "kind", "at"]).index(&["tenant_id", "reverses"]),
        fact("billing_aside").text("reason"),
        keyed("billing_bucket", &["meter", "hour", "dimension", "value"])
            .text("meter")
            .time("hour")
            .text("dimension")
            .text("value")
            .big("count")
            .text("sum")
            .text("moment")
            .text_null("max")
            .time_null("latest_at")
            .text_null("latest_id")
            .text_null("latest"),
        keyed("billing_different", &["meter", "hour", "dimension", "value", "item"])
            .text("meter")
            .time("hour")
            .text("dimension")
            .text("value")
            .text("item"),
        keyed("billing_outcome", &["conversation_id"])
            .uuid("conversation_id")
            .uuid_null("contact_id")
            .flag("confirmed")
            .time("resolved_at")
            .time("due_at")
            .index(&["tenant_id", "contact_id"]),
    ]
}

/// Subscriptions and invoices.
fn billing() -> Vec<Def> {
    vec![
        keyed("billing_settings", &[]).json("profile").json("limits").json("told").text_null("capped_period"),
        keyed("billing_subscription", &[])
            .text("status")
            .text("zone")
            .text("currency")
            .time("started_at")
            .time("period_from")
            .time("period_to")
            .time_null("trial_ends_at")
            .text_null("next_plan")
            .time_null("ends_at")
            .index(&["period_to"]),
        tenant_table("billing_phase").text("plan").int("version").text("kind").time("from").time_null("to"),
        tenant_table("billing_invoice")
            .text_null("number")
            .text("status")
            .time("from")
            .time("to")
            .text("zone")
            .text("currency")
            .json("lines")
            .big("net")
            .big("tax")
            .big("total")
            .big("paid")
            .big("credited")
            .time("finalizes_at")
            .time_null("finalized_at")
            .time_null("due_at")
            .int("attempts")
            .time_null("next_attempt_at")
            .json("bill_to")
            .json_null("tax_rule")
            .unique(&["tenant_id", "from"])
            .index(&["status", "finalizes_at"]),
        keyed("billing_late", &["invoice_id"]).uuid("invoice_id"),
        keyed("billing_lease", &["meter", "holder"]).text("meter").uuid("holder").text("units").time("until"),
    ]
}

/// What moved, and what is doubted.
fn money() -> Vec<Def> {
    vec![
        tenant_table("billing_credit_note")
            .text("number")
            .uuid("invoice_id")
            .text("reason")
            .text("currency")
            .big("net")
            .big("tax")
            .big("total")
            .big("to_wallet")
            .time("at"),
        tenant_table("billing_grant")
            .text("kind")
            .text("currency")
            .big("amount")
            .big("remaining")
            .text("note")
            .time("granted_at")
            .time_null("expires_at"),
        tenant_table("billing_entry")
            .text("transaction")
            .int("position")
            .text("account")
            .text("currency")
            .big("amount")
            .time("at")
            .unique(&["tenant_id", "transaction", "position"]),
        tenant_table("billing_payment")
            .text("method")
            .text("status")
            .text("currency")
            .big("amount")
            .uuid_null("invoice_id")
            .text("reference")
            .text_null("failure")
            .time("at")
            .unique(&["tenant_id", "method", "reference"]),
        tenant_table("billing_dispute")
            .uuid("usage_id")
            .text("subject")
            .text("reason")
            .text("status")
            .text_null("answer")
            .time("at")
            .time_null("decided_at")
            .unique(&["tenant_id", "usage_id"]),
    ]
}

/// What operators sell, and what spans firms.
fn selling() -> Vec<Def> {
    vec![
        plain_table("billing_meter").primary_text("key").json("definition").time("created_at"),
        plain_table("billing_plan")
            .primary_text("key")
            .text("code")
            .int("version")
            .json("definition")
            .time("created_at"),
        plain_table("billing_tax").primary_text("region").json("definition").time("created_at"),
        plain_table("billing_number").primary_text("series").big("last"),
        plain_table("billing_reconciliation").primary_uuid("id").json("report").big("differences").time("at"),
    ]
}

/// Online payment.
pub(crate) struct Payments;

impl MigrationName for Payments {
    fn name(&self) -> &'static str {
        "m20261126_000020_payments"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Payments {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::create(manager, paying()).await?;
        table::extend(manager, payers()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::shrink(manager, payers()).await?;
        table::drop_all(manager, paying()).await
    }
}

/// What documents say of who issued them, and guards of what was issued.
pub(crate) struct Documents;

impl MigrationName for Documents {
    fn name(&self) -> &'static str {
        "m20261127_000021_documents"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Documents {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        table::extend(manager, issuers()).await?;
        guard(manager, &SQLITE_DOCUMENTS, &POSTGRES_DOCUMENTS).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        guard(manager, &SQLITE_UNGUARDED, &POSTGRES_UNGUARDED).await?;
        table::shrink(manager, issuers()).await
    }
}

/// The index of what takes facts back holds those alone: most facts take nothing back, and paid for their place in it.
pub(crate) struct Reversals;

impl MigrationName for Reversals {
    fn name(&self) -> &'static str {
        "m20261127_000022_reversals"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Reversals {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let some = "DROP INDEX billing_event_tenant_id_reverses;
            CREATE INDEX billing_event_reverses ON billing_event (tenant_id, reverses) WHERE reverses IS NOT NULL";
        manager.get_connection().execute_unprepared(some).await.map(|_| ())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let all = "DROP INDEX billing_event_reverses;
            CREATE INDEX billing_event_tenant_id_reverses ON billing_event (tenant_id, reverses)";
        manager.get_connection().execute_unprepared(all).await.map(|_| ())
    }
}

fn issuers() -> Vec<Def> {
    vec![
        table::added("billing_invoice").json_null("issuer").big_null("written_off"),
        table::added("billing_credit_note").json_null("issuer"),
    ]
}

const SQLITE_DOCUMENTS: [&str; 4] = [
    "CREATE TRIGGER billing_invoice_issued BEFORE UPDATE ON billing_invoice WHEN OLD.number IS NOT NULL AND NEW.issuer IS NOT OLD.issuer
     BEGIN SELECT RAISE(ABORT, 'a final invoice does not change'); END",
    "CREATE TRIGGER billing_invoice_remains BEFORE DELETE ON billing_invoice WHEN OLD.number IS NOT NULL
     BEGIN SELECT RAISE(ABORT, 'a final invoice does not go away'); END",
    "CREATE TRIGGER billing_credit_note_stays BEFORE UPDATE ON billing_credit_note BEGIN SELECT RAISE(ABORT, 'a credit note does not change'); END",
    "CREATE TRIGGER billing_credit_note_remains BEFORE DELETE ON billing_credit_note BEGIN SELECT RAISE(ABORT, 'a credit note does not go away'); END",
];
const SQLITE_UNGUARDED: [&str; 4] = [
    "DROP TRIGGER billing_invoice_issued",
    "DROP TRIGGER billing_invoice_remains",
    "DROP TRIGGER billing_credit_note_stays",
    "DROP TRIGGER billing_credit_note_remains",
];
const POSTGRES_DOCUMENTS: [&str; 2] = [
    "CREATE TRIGGER issued BEFORE UPDATE ON billing_invoice FOR EACH ROW
     WHEN (OLD.number IS NOT NULL AND NEW.issuer IS DISTINCT FROM OLD.issuer) EXECUTE FUNCTION billing_invoice_stays();
     CREATE TRIGGER remains BEFORE DELETE ON billing_invoice FOR EACH ROW
     WHEN (OLD.number IS NOT NULL) EXECUTE FUNCTION billing_invoice_stays()",
    "CREATE FUNCTION billing_credit_note_stays() RETURNS trigger LANGUAGE plpgsql AS
     $$ BEGIN RAISE EXCEPTION 'a credit note does not change'; END $$;
     CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON billing_credit_note FOR EACH ROW EXECUTE FUNCTION billing_credit_note_stays()",
];
const POSTGRES_UNGUARDED: [&str; 1] =
    ["DROP TRIGGER issued ON billing_invoice; DROP TRIGGER remains ON billing_invoice;
     DROP TRIGGER stays ON billing_credit_note; DROP FUNCTION billing_credit_note_stays()"];

fn payers() -> Vec<Def> {
    vec![
        table::added("billing_settings").text_null("customer").json_null("card"),
        table::added("billing_payment").big_null("refunded").text_null("card"),
    ]
}

/// What goes back, and what the provider tells.
fn paying() -> Vec<Def> {
    vec![
        tenant_table("billing_refund")
            .uuid("payment_id")
            .text("status")
            .text("currency")
            .big("amount")
            .text("reason")
            .text("reference")
            .text_null("failure")
            .time("at")
            .unique(&["tenant_id", "reference"])
            .index(&["tenant_id", "payment_id"]),
        tenant_table("billing_fapiao")
            .uuid("invoice_id")
            .text("kind")
            .text("status")
            .text_null("corrects")
            .json("payer")
            .text("currency")
            .big("amount")
            .big("tax")
            .text_null("number")
            .text_null("url")
            .text_null("failure")
            .time("at")
            .time_null("issued_at")
            .index(&["tenant_id", "invoice_id"])
            .index(&["status"]),
        plain_table("billing_notice")
            .primary_text("id")
            .text("kind")
            .text("object")
            .text("body")
            .time("received_at")
            .time_null("handled_at")
            .int("attempts")
            .time("next_at")
            .text_null("failure")
            .index(&["handled_at", "next_at"]),
    ]
}
