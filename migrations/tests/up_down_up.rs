//! Every migration can be undone and done again.

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr, Statement};

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
    // What belongs to no tenant: accounts, the list of tenants, the outbox (ordered over all of them), the migrations.
    let global = ["tenants_account", "tenants_tenant", "store_outbox", "seaql_migrations"];
    for table in tables(&conn).await?.into_iter().filter(|name| !global.contains(&name.as_str())) {
        let sql = format!("SELECT name FROM pragma_table_info('{table}') WHERE pk = 1");
        let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await?;
        let first: String = row.map_or(Ok(String::new()), |row| row.try_get("", "name"))?;
        assert_eq!(first, "tenant_id", "the key of {table}");
    }
    Ok(())
}
