//! Stored secrets are sealed, and the database is its user's alone.

use std::os::unix::fs::PermissionsExt as _;

use lingxi_contracts::tenants::SignIn;
use lingxi_kernel::{Env, ErrorCode};
use lingxi_server::cloud::{Cloud, open_database};
use lingxi_vault::Keys;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::cloud::TestCloud;

fn sign_in(email: &str, totp: String) -> SignIn {
    let (email, password) = (email.into(), "correct horse battery".into());
    SignIn { email, password, totp: Some(totp), ..SignIn::default() }
}

/// A column of a row, as it is stored.
async fn stored(test: &TestCloud, sql: &str) -> Option<String> {
    let conn = lingxi_store::system::reader(test.db());
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn count(test: &TestCloud, sql: &str) -> i64 {
    let conn = lingxi_store::system::reader(test.db());
    let row = conn.query_one_raw(Statement::from_string(conn.get_database_backend(), sql)).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn run(test: &TestCloud, sql: &str) {
    let tx = test.db().begin(&lingxi_store::system::ctx("test")).await.unwrap();
    tx.conn().execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

const SECRET: &str = "SELECT totp_secret FROM tenants_account";
const WRAPPED: &str = "SELECT wrapped FROM store_data_key";

#[tokio::test]
async fn a_second_factor_is_sealed_and_goes_on_while_keys_are_changed() {
    let (old, new) = (Keys::draw(&Env::system(), "old"), Keys::draw(&Env::system(), "new"));
    let mut test = TestCloud::start_with(|config| config.secrets.keys = vec![old.clone()]).await;
    let (owner, email) = (test.firm("Sealed Firm").await, "owner@sealed-firm.example");
    let secret = test.second_factor(&owner).await;
    assert!(stored(&test, SECRET).await.unwrap().starts_with("sealed.1."));
    assert!(stored(&test, WRAPPED).await.unwrap().starts_with("old."));

    // The new key goes to the front; the timer wraps anew what the old one wrapped.
    test.config.secrets.keys = vec![new.clone(), old];
    let both = test.beside().await;
    both.run_timers().await.unwrap();
    assert!(stored(&test, WRAPPED).await.unwrap().starts_with("new."));
    // Then the old one can go.
    test.config.secrets.keys = vec![new];
    let without = test.beside().await;
    test.pass(chrono::TimeDelta::minutes(1));
    without.services.tenants.sign_in(sign_in(email, test.code(&secret))).await.unwrap();
    // Without the key that is needed nobody gets in, and the log says which one.
    test.config.secrets.keys = vec![Keys::draw(&Env::system(), "other")];
    let lost = test.beside().await;
    test.pass(chrono::TimeDelta::minutes(1));
    let refused = lost.services.tenants.sign_in(sign_in(email, test.code(&secret))).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Internal);
    assert!(refused.cause.unwrap().contains("`new` is not in secrets.keys"));
    test.end().await;
}

#[tokio::test]
async fn a_secret_of_before_is_sealed_by_a_timer_and_works_meanwhile() {
    let key = Keys::draw(&Env::system(), "k");
    let mut test = TestCloud::start_with(|config| config.secrets.keys = vec![key.clone()]).await;
    let (owner, email) = (test.firm("Older Firm").await, "owner@older-firm.example");
    let secret = test.second_factor(&owner).await;
    run(&test, &format!("UPDATE tenants_account SET totp_secret = '{secret}'")).await;
    test.pass(chrono::TimeDelta::minutes(1));
    let tenants = test.cloud.services.tenants.clone();
    tenants.sign_in(sign_in(email, test.code(&secret))).await.unwrap();
    test.cloud.run_timers().await.unwrap();
    assert!(stored(&test, SECRET).await.unwrap().starts_with("sealed.1."));
    test.pass(chrono::TimeDelta::minutes(1));
    tenants.sign_in(sign_in(email, test.code(&secret))).await.unwrap();
    test.config.secrets.keys = vec!["k:short".into()];
    let refused = open_database(&test.config, Env::system()).await.unwrap_err();
    assert!(refused.message.contains("Entry 1 of secrets.keys"), "{}", refused.message);
    test.end().await;
}

#[tokio::test]
async fn secrets_that_sign_calls_and_prove_customers_are_sealed_whether_new_or_of_before() {
    let key = Keys::draw(&Env::system(), "k");
    let test = TestCloud::start_with(|config| config.secrets.keys = vec![key]).await;
    let owner = test.firm("Signing Firm").await;
    let channels = &test.cloud.services.channels;
    channels.create_webhook(&owner, "https://hook.example/").await.unwrap();
    let channel = channels.channels(&owner).await.unwrap().remove(0);
    let secret = channels.rotate_identity_secret(&owner, channel.id).await.unwrap().secret;
    test.cloud.run_timers().await.unwrap();
    let columns = [("channels_webhook", "secret"), ("channels_channel", "identity_secret"), ("bot_flow", "secret")];
    let is_sealed = async || {
        for (table, column) in columns {
            let plain = format!("SELECT COUNT(*) FROM {table} WHERE {column} NOT LIKE 'sealed.1.%'");
            let all = format!("SELECT COUNT(*) FROM {table} WHERE {column} LIKE 'sealed.1.%'");
            assert_eq!((count(&test, &plain).await, count(&test, &all).await > 0), (0, true), "{table}");
        }
    };
    is_sealed().await;
    run(&test, &format!("UPDATE channels_channel SET identity_secret = '{secret}'")).await;
    test.cloud.run_timers().await.unwrap();
    is_sealed().await;
    let proved = super::visitors::by_id(&secret, "customer-1");
    channels.open_visitor(&channel.public_key, None, None, "en-US", Some(proved)).await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn what_lies_on_the_disk_is_its_users_alone_and_an_emptied_database_is_no_new_installation() {
    let folder = crate::cloud::folder();
    let mut config = lingxi_config::Config::default();
    config.storage.data_dir.clone_from(&folder);
    let cloud = Cloud::build(&config, open_database(&config, Env::system()).await.unwrap()).unwrap();
    for file in ["lingxi.db", "secrets.key"] {
        let mode = std::fs::metadata(folder.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    drop(cloud);
    for beside in ["lingxi.db", "lingxi.db-wal", "lingxi.db-shm"] {
        let _ = std::fs::remove_file(folder.join(beside));
    }
    let refused = open_database(&config, Env::system()).await.unwrap_err();
    assert!(refused.message.contains("Restore it from a backup"), "{}", refused.message);
    std::fs::remove_file(folder.join("lingxi.installed")).unwrap();
    open_database(&config, Env::system()).await.expect("when that is what the operator wants");
    let _ = std::fs::remove_dir_all(folder);
}
