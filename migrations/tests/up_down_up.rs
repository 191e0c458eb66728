//! Every migration can be undone and done again.

use lingxi_migrations::Migrator;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};
use sea_orm_migration::MigratorTrait as _;

async fn tables(conn: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name";
    let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get("", "name")).collect()
}

#[tokio::test]
async fn up_down_up_gives_the_same_tables() -> Result<(), DbErr> {
    let conn = Database::connect("sqlite::memory:").await?;
    lingxi_migrations::up(&conn).await?;
    let first = tables(&conn).await?;
    assert!(first.iter().any(|name| name == "channels_message"), "{first:?}");
    assert_eq!(lingxi_migrations::pending(&conn).await?, 0);
    lingxi_migrations::down(&conn).await?;
    assert_eq!(tables(&conn).await?, ["seaql_migrations"]);
    lingxi_migrations::up(&conn).await?;
    assert_eq!(tables(&conn).await?, first);
    Ok(())
}

#[tokio::test]
async fn every_table_of_a_tenant_is_keyed_by_the_tenant_first() -> Result<(), DbErr> {
    let conn = Database::connect("sqlite::memory:").await?;
    lingxi_migrations::up(&conn).await?;
    // What belongs to no tenant: accounts, the list of tenants, the outbox (ordered over all of them), leases of
    // processes, what is sold, numbers of invoices, comparisons, the migrations.
    let global = [
        "tenants_account",
        "tenants_tenant",
        "store_outbox",
        "store_lease",
        "billing_meter",
        "billing_plan",
        "billing_tax",
        "billing_notice",
        "billing_number",
        "billing_reconciliation",
        "seaql_migrations",
    ];
    for table in tables(&conn).await?.into_iter().filter(|name| !global.contains(&name.as_str())) {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1");
        let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
        let first: String = row.map_or(Ok(String::new()), |row| row.try_get("", "name"))?;
        assert_eq!(first, "tenant_id", "the key of {table}");
    }
    Ok(())
}

#[tokio::test]
async fn the_external_id_of_a_contact_becomes_an_identity_and_back() -> Result<(), DbErr> {
    let conn = Database::connect("sqlite::memory:").await?;
    Migrator::up(&conn, Some(9)).await?;
    let contact =
        "INSERT INTO channels_contact (tenant_id, id, name, external_id, locale, tags, created_at, last_seen_at)
        VALUES (x'01', x'02', 'Ada', 'u1', 'en-US', '[]', '2026-11-24', '2026-11-24'),
               (x'01', x'03', 'Li', NULL, 'zh-CN', '[]', '2026-11-24', '2026-11-24')";
    conn.execute_unprepared(contact).await?;
    let text = async |sql: &str| -> Result<Vec<String>, DbErr> {
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
        rows.iter().map(|row| row.try_get("", "found")).collect()
    };
    Migrator::up(&conn, Some(1)).await?;
    let held = "SELECT kind || ' ' || value || ' ' || hex(contact_id) AS found FROM channels_identity";
    assert_eq!(text(held).await?, ["external u1 02"]);
    Migrator::down(&conn, Some(1)).await?;
    let back = "SELECT name || ' ' || COALESCE(external_id, '-') AS found FROM channels_contact ORDER BY id";
    assert_eq!(text(back).await?, ["Ada u1", "Li -"]);
    Ok(())
}

#[tokio::test]
async fn what_was_counted_before_is_counted_afterwards() -> Result<(), DbErr> {
    let conn = Database::connect("sqlite::memory:").await?;
    Migrator::up(&conn, Some(18)).await?;
    let counted =
        "INSERT INTO billing_usage (tenant_id, id, source, source_id, meter, quantity, at, evidence, reversed)
        VALUES (x'01', x'02', 'billing', 'm1', 'message', 1, '2026-11-24', 'cnv_1', FALSE),
               (x'01', x'03', 'billing', 'f1', 'stored_kb', 1537, '2026-11-24', 'att_1', FALSE),
               (x'01', x'04', 'billing', 'r1', 'bot_resolution', 1, '2026-11-24', 'cnv_1', TRUE);
        INSERT INTO billing_rollup (tenant_id, meter, hour, quantity)
        VALUES (x'01', 'message', '2026-11-24', 7), (x'01', 'stored_kb', '2026-11-24', 1537)";
    conn.execute_unprepared(counted).await?;
    Migrator::up(&conn, Some(1)).await?;
    let text = async |sql: &str| -> Result<Vec<String>, DbErr> {
        let rows = conn.query_all_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
        rows.iter().map(|row| row.try_get("", "found")).collect()
    };
    let facts = "SELECT kind || ' ' || subject || ' ' || data AS found FROM billing_event ORDER BY id";
    let stored = r#"lingxi.stored att_1 {"value":"1.5009765625"}"#;
    assert_eq!(text(facts).await?, [r#"lingxi.message cnv_1 {"value":"1"}"#, stored], "what was taken back stays so");
    let hours = "SELECT meter || ' ' || sum AS found FROM billing_bucket ORDER BY meter";
    assert_eq!(text(hours).await?, ["message 7", "stored_mb 1.5009765625"]);
    Ok(())
}
