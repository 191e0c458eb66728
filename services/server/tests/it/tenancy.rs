//! What keeps tenants apart in PostgreSQL, asked of PostgreSQL itself.

use lingxi_config::Config;
use lingxi_contracts::channels::ContactPatch;
use lingxi_kernel::{Ctx, Env, ErrorCode, TenantId};
use lingxi_server::cloud::{migrate, open_database};
use lingxi_store::{Db, schema};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use sea_orm_migration::MigratorTrait as _;

use crate::cloud::TestCloud;
use crate::postgres::{connect, fresh};
use crate::process::until;

/// Tables that span tenants: accounts, the list of tenants, the outbox, which is ordered over all of them, and leases of processes.
const GLOBAL: [&str; 10] = [
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
];

async fn texts(conn: &impl ConnectionTrait, sql: &str) -> Vec<String> {
    let rows = conn.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

/// Tables of the services for which a condition does not hold.
async fn without(conn: &DatabaseConnection, condition: &str) -> Vec<String> {
    let sql = format!(
        "SELECT c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('public', 'pg_catalog', 'information_schema', 'pg_toast')
             AND c.relname NOT IN ('{}') AND NOT coalesce(({condition}), false)",
        GLOBAL.join("', '")
    );
    texts(conn, &sql).await
}

#[tokio::test]
async fn every_table_of_a_tenant_is_forced_under_a_policy_and_keyed_by_the_tenant() {
    let database = fresh().await;
    let conn = connect(&database.superuser).await;
    let all = texts(&conn, "SELECT tablename::text FROM pg_tables WHERE schemaname IN ('channels', 'store')").await;
    assert!(all.len() > 10, "the schemas are looked at: {all:?}");
    let none: [&str; 0] = [];
    assert_eq!(without(&conn, "c.relrowsecurity AND c.relforcerowsecurity").await, none, "forced");
    let policy =
        "EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polcmd = '*' AND p.polname = 'tenant'
        AND pg_get_expr(p.polqual, c.oid) LIKE '(tenant_id = %app.tenant_id%'
        AND pg_get_expr(p.polwithcheck, c.oid) = pg_get_expr(p.polqual, c.oid))";
    assert_eq!(without(&conn, policy).await, none, "a policy for reading and writing");
    let keyed = "(SELECT a.attname = 'tenant_id' FROM pg_index i JOIN pg_attribute a
        ON a.attrelid = c.oid AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary)";
    assert_eq!(without(&conn, keyed).await, none, "keyed by the tenant first");
    let unique =
        "NOT EXISTS (SELECT 1 FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
        WHERE i.indrelid = c.oid AND i.indisunique AND a.attname <> 'tenant_id')";
    assert_eq!(without(&conn, unique).await, none, "no unique key tells of another tenant's value");
    let careless = "CREATE TABLE bot.careless (id uuid PRIMARY KEY, tenant_id uuid)";
    conn.execute_unprepared(careless).await.unwrap();
    for condition in ["c.relrowsecurity AND c.relforcerowsecurity", policy, keyed, unique] {
        assert_eq!(without(&conn, condition).await, ["careless"], "a careless table is found");
    }
    // Beyond their own rows, tenants' tables are only read, and handled events pruned, by the system.
    let further = "SELECT DISTINCT p.polname || ' ' || p.polcmd::text FROM pg_policy p ORDER BY 1";
    assert_eq!(texts(&conn, further).await, ["system_delete d", "system_select r", "tenant *"]);
    let pruned = "SELECT p.polrelid::regclass::text FROM pg_policy p WHERE p.polname = 'system_delete'";
    assert_eq!(texts(&conn, pruned).await, ["store.store_inbox"]);
    let owned = "SELECT tablename::text FROM pg_tables WHERE tableowner = 'lingxi_app'";
    assert_eq!(texts(&conn, owned).await, none);
    let seen = "SELECT viewname::text FROM pg_views WHERE schemaname NOT IN ('pg_catalog', 'information_schema')
        UNION SELECT matviewname::text FROM pg_matviews";
    assert_eq!(texts(&conn, seen).await, none, "a view would see what its owner sees");
}

#[tokio::test]
async fn a_transaction_sees_and_writes_the_rows_of_its_tenant_only() {
    let database = fresh().await;
    let env = Env::system();
    let [one, two] = [(); 2].map(|()| env.id::<TenantId>().uuid());
    for url in [&database.app, &database.owner] {
        let mut options = sea_orm::ConnectOptions::new(url.clone());
        options.max_connections(1);
        let conn = sea_orm::Database::connect(options).await.unwrap();
        let insert = |tenant| {
            format!(
                "INSERT INTO bot.bot_settings (tenant_id, settings) VALUES ('{tenant}', '{{}}') ON CONFLICT DO NOTHING"
            )
        };
        let inside = async |tenant, sql: &str| {
            let begin = format!("BEGIN; SELECT set_config('app.tenant_id', '{tenant}', true)");
            conn.execute_unprepared(&begin).await.unwrap();
            let done = conn.execute_unprepared(sql).await;
            let seen =
                if done.is_ok() { texts(&conn, "SELECT tenant_id::text FROM bot.bot_settings").await } else { vec![] };
            conn.execute_unprepared(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await.unwrap();
            done.map(|_| seen)
        };
        assert_eq!(inside(one, &insert(one)).await.unwrap(), [one.to_string()]);
        assert_eq!(inside(two, &insert(two)).await.unwrap(), [two.to_string()]);
        let refused = inside(one, &insert(env.id::<TenantId>().uuid())).await.unwrap_err().to_string();
        assert!(refused.contains("row-level security"), "{refused}");
        let moved =
            inside(one, &format!("UPDATE bot.bot_settings SET tenant_id = '{two}'")).await.unwrap_err().to_string();
        assert!(moved.contains("row-level security"), "{moved}");
        assert_eq!(inside(one, "DELETE FROM bot.bot_settings").await.unwrap(), Vec::<String>::new());
        assert_eq!(inside(two, "SELECT 1").await.unwrap(), [two.to_string()], "the other's row is still there");
        let none = texts(&conn, "SELECT tenant_id::text FROM bot.bot_settings").await;
        assert!(none.is_empty(), "the connection, given back, names no tenant: {none:?}");
    }
}

#[tokio::test]
async fn a_role_that_could_see_every_tenant_and_an_old_database_are_refused_with_the_cure() {
    let database = fresh().await;
    let mut config = Config::default();
    for (url, fault) in [(&database.owner, "owns Lingxi's tables"), (&database.superuser, "is a superuser")] {
        config.storage.database_url = Some(url.clone());
        let error = open_database(&config, Env::system()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert!(error.message.contains(fault) && error.message.contains("CREATE ROLE lingxi_app"), "{error}");
    }
    config.storage.database_url = Some(database.owner.clone());
    migrate(&config).await.unwrap();
    config.storage.app_role = "nobody_made".into();
    let error = migrate(&config).await.unwrap_err();
    assert!(error.message.contains("CREATE ROLE nobody_made"), "{error}");

    config.storage.database_url = Some(database.app.clone());
    open_database(&config, Env::system()).await.unwrap();
    let owner = connect(&database.owner).await;
    owner.execute_unprepared("DELETE FROM seaql_migrations WHERE version LIKE '%senders_ids'").await.unwrap();
    let error = open_database(&config, Env::system()).await.unwrap_err();
    assert!(error.message.contains("1 migrations are missing") && error.message.contains("lingxi migrate"), "{error}");
    owner
        .execute_unprepared("INSERT INTO seaql_migrations VALUES ('m29991231_000001_of_a_newer_one', 0)")
        .await
        .unwrap();
    owner
        .execute_unprepared("INSERT INTO seaql_migrations VALUES ('m20261124_000011_channels_senders_ids', 0)")
        .await
        .unwrap();
    open_database(&config, Env::system()).await.unwrap();
}

#[tokio::test]
async fn migrations_go_up_down_and_up_again_and_only_one_process_runs_them() {
    let database = fresh().await;
    let tables = "SELECT schemaname || '.' || tablename FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    let conn = schema::postgres(&database.owner, "").await.unwrap();
    let first = texts(&conn, tables).await;
    lingxi_migrations::down(&conn).await.unwrap();
    assert_eq!(texts(&conn, tables).await, ["public.seaql_migrations"]);
    let second = schema::postgres(&database.owner, "").await.unwrap();
    let both = tokio::join!(lingxi_migrations::up(&conn), lingxi_migrations::up(&second));
    both.0.unwrap();
    both.1.unwrap();
    assert_eq!(texts(&conn, tables).await, first);
}

#[tokio::test]
async fn a_tenant_has_one_writer_at_a_time_over_all_processes() {
    let database = fresh().await;
    let env = Env::system();
    let [first, second] = [Db::connect(&database.app, "", env.clone()), Db::connect(&database.app, "", env.clone())];
    let (first, second) = (first.await.unwrap(), second.await.unwrap());
    let [ours, others] = [(); 2].map(|()| Ctx::system(env.id::<TenantId>(), "test"));
    let holder = first.begin(&ours).await.unwrap();
    second.begin(&others).await.unwrap().commit().await.unwrap();
    // More of them than the process has connections: they must leave the others theirs.
    let waiting: Vec<_> = (0..60)
        .map(|_| {
            let (second, ours) = (second.clone(), ours.clone());
            tokio::spawn(async move { second.begin(&ours).await.unwrap().commit().await })
        })
        .collect();
    let superuser = connect(&database.superuser).await;
    until("the second one waits", async || {
        let waits = "SELECT 'x' FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        !texts(&superuser, waits).await.is_empty()
    })
    .await;
    second.begin(&others).await.unwrap().commit().await.unwrap();
    assert!(waiting.iter().all(|one| !one.is_finished()));
    holder.commit().await.unwrap();
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    // One that is given up lets the next one in, too.
    drop(first.begin(&ours).await.unwrap());
    second.begin(&ours).await.unwrap().commit().await.unwrap();
}

#[tokio::test]
async fn a_transaction_of_several_tenants_is_in_one_at_a_time_and_kept_or_undone_as_a_whole() {
    let database = fresh().await;
    let env = Env::system();
    let db = Db::connect(&database.app, "", env.clone()).await.unwrap();
    let [one, two, third] = [(); 3].map(|()| Ctx::system(env.id::<TenantId>(), "test"));
    let insert = |ctx: &Ctx| {
        format!("INSERT INTO bot.bot_settings (tenant_id, settings) VALUES ('{}', '{{}}')", ctx.tenant.uuid())
    };
    let seen = "SELECT tenant_id::text FROM bot.bot_settings";
    // One that is dropped lets its tenants go when the database has undone it.
    let begun = async || loop {
        if let Some(both) = db.begin_together([two.clone(), one.clone()]).await.unwrap() {
            break both;
        }
        tokio::task::yield_now().await;
    };
    for keep in [false, true] {
        let mut both = begun().await;
        for ctx in [&one, &two] {
            let tx = both.within(ctx.tenant).await.unwrap();
            tx.conn().execute_unprepared(&insert(ctx)).await.unwrap();
            assert_eq!(texts(tx.conn(), seen).await, [ctx.tenant.uuid().to_string()], "and not the other's");
        }
        assert_eq!(
            both.within(third.tenant).await.unwrap_err().code,
            ErrorCode::Internal,
            "it was not begun with that one"
        );
        if keep {
            both.commit().await.unwrap();
        }
        for ctx in [&one, &two] {
            assert_eq!(texts(db.read(ctx).conn(), seen).await.len(), usize::from(keep));
        }
    }
    let mut both = begun().await;
    let foreign = both.within(two.tenant).await.unwrap().conn().execute_unprepared(&insert(&one)).await.unwrap_err();
    assert!(foreign.to_string().contains("row-level security"), "{foreign}");
    drop(both);
    // Nobody who writes in one of them has to wait for those who write in another.
    let other = Db::connect(&database.app, "", env.clone()).await.unwrap();
    for holder in [&db, &other] {
        let held = holder.begin(&two).await.unwrap();
        assert!(db.begin_together([one.clone(), two.clone()]).await.unwrap().is_none());
        db.begin(&one).await.unwrap().commit().await.unwrap();
        held.commit().await.unwrap();
        assert!(db.begin_together([one.clone(), two.clone()]).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn what_postgresql_cannot_keep_is_refused_as_the_callers_fault() {
    let database = fresh().await;
    let test = TestCloud::start_with(|config| config.storage.database_url = Some(database.app.clone())).await;
    let owner = test.firm("Nul Firm").await;
    let contact = test.visitor(&owner).await.visitor().unwrap().1;
    let channels = &test.cloud.services.channels;
    for patch in [
        ContactPatch { name: Some("A\0da".into()), ..ContactPatch::default() },
        ContactPatch { tags: Some(vec!["a\0".into()]), ..ContactPatch::default() },
    ] {
        let error = channels.update_contact(&owner, contact, patch).await.unwrap_err();
        assert_eq!((error.code, error.message.contains("U+0000")), (ErrorCode::Invalid, true), "{error:?}");
    }
    test.end().await;
}

/// Undoes the migration whose name ends so, and those after it.
async fn undo(owner: &DatabaseConnection, name: &str) {
    let all = lingxi_migrations::Migrator::migrations();
    let since = all.iter().position(|one| one.name().ends_with(name)).unwrap();
    let count = u32::try_from(all.len() - since).unwrap();
    lingxi_migrations::Migrator::down(owner, Some(count)).await.unwrap();
}

/// Links that prove an address leave the mails of databases that have them; an address may have more accounts then.
#[tokio::test]
async fn links_leave_the_mails_that_are_kept_already() {
    let database = fresh().await;
    let owner = lingxi_store::schema::postgres(&database.owner, "").await.unwrap();
    undo(&owner, "tenants_proved_addresses").await;
    let superuser = connect(&database.superuser).await;
    let mails = "INSERT INTO tenants.tenants_mail (tenant_id, id, receiver, subject, body, created_at, sent_at)
        SELECT gen_random_uuid(), gen_random_uuid(), 'a@b.example', n::text,
            CASE WHEN n < 3 THEN 'open http://x/join?token=ten_1.secret' ELSE 'your bill' END,
            now(), CASE WHEN n > 1 THEN now() END FROM generate_series(1, 3) AS n";
    superuser.execute_unprepared(mails).await.unwrap();
    lingxi_migrations::Migrator::up(&owner, None).await.unwrap();
    let kept = "SELECT subject || ' ' || body FROM tenants.tenants_mail ORDER BY subject";
    assert_eq!(texts(&superuser, kept).await, ["2 ", "3 your bill"]);
    let none: [&str; 0] = [];
    assert_eq!(without(&superuser, "c.relrowsecurity AND c.relforcerowsecurity").await, none, "and is forced again");
}

/// The tables of usage changed their form; the owner moves the rows of all firms, which row-level security hides from it too.
#[tokio::test]
async fn usage_of_every_firm_moves_to_its_new_tables() {
    let database = fresh().await;
    let owner = lingxi_store::schema::postgres(&database.owner, "").await.unwrap();
    undo(&owner, "000019_billing").await;
    let superuser = connect(&database.superuser).await;
    let counted = "INSERT INTO billing.billing_usage (tenant_id, id, source, source_id, meter, quantity, at, evidence, reversed)
        SELECT gen_random_uuid(), gen_random_uuid(), 'billing', n::text, 'stored_kb', 1537, now(), 'att', FALSE FROM generate_series(1, 3) AS n;
        INSERT INTO billing.billing_rollup (tenant_id, meter, hour, quantity) SELECT tenant_id, meter, at, quantity FROM billing.billing_usage";
    superuser.execute_unprepared(counted).await.unwrap();
    lingxi_migrations::Migrator::up(&owner, None).await.unwrap();
    let hours = "SELECT DISTINCT meter || ' ' || sum || ' ' || (SELECT count(*) FROM billing.billing_event) FROM billing.billing_bucket";
    assert_eq!(texts(&superuser, hours).await, ["stored_mb 1.5009765625 3"]);
    let none: [&str; 0] = [];
    assert_eq!(without(&superuser, "c.relrowsecurity AND c.relforcerowsecurity").await, none, "and is forced again");
}
