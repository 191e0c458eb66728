//! The firm itself: passwords, archives, its end, and what the platform's operators may do.

use std::io::Read as _;

use chrono::TimeDelta;
use lingxi_contracts::Envelope;
use lingxi_contracts::billing::LimitReached;
use lingxi_contracts::tenants::{ExportStatus, Quota, SignIn, TenantStatus};
use lingxi_kernel::{ErrorCode, PageArgs, Permission, Role};

use crate::cloud::TestCloud;

fn credentials(email: &str, password: &str) -> SignIn {
    let (email, password) = (email.to_owned(), password.to_owned());
    SignIn { email, password, ..SignIn::default() }
}

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_mail_and_ends_every_session() {
    let test = TestCloud::start().await;
    test.firm("Forgetful Firm").await;
    let tenants = &test.cloud.services.tenants;
    let email = "owner@forgetful-firm.example";
    let session = tenants.sign_in(credentials(email, "correct horse battery")).await.unwrap();
    tenants
        .request_password_reset("nobody@nowhere.example", "")
        .await
        .expect("tells nobody whether there is an account");
    assert_eq!(test.mailed(email, "reset-password").await, None);
    tenants.request_password_reset(email, "").await.unwrap();
    let token = test.mailed(email, "reset-password").await.unwrap();
    let short = tenants.reset_password(&token, "short").await.unwrap_err();
    assert_eq!(short.fields[0].field, "password");
    tenants.reset_password(&token, "another long password").await.unwrap();
    let again = tenants.reset_password(&token, "yet another password").await.unwrap_err();
    assert_eq!(again.fields[0].field, "token", "a link works once");
    assert_eq!(tenants.authenticate(&session.token).await.unwrap_err().code, ErrorCode::Unauthenticated);
    assert!(tenants.sign_in(credentials(email, "correct horse battery")).await.is_err());
    assert!(tenants.sign_in(credentials(email, "another long password")).await.is_ok());
    test.end().await;
}

#[tokio::test]
async fn an_archive_holds_all_data_of_the_firm_and_no_secret() {
    let test = TestCloud::start().await;
    let (owner, other) = (test.firm("Archive Firm").await, test.firm("Other Firm").await);
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let stranger = test.visitor(&other).await;
    test.say(&stranger, "1", "words of another firm").await;
    let tenants = &test.cloud.services.tenants;
    let asked = tenants.request_export(&owner).await.unwrap();
    assert_eq!(tenants.request_export(&owner).await.unwrap_err().code, ErrorCode::Conflict, "one at a time");
    test.cloud.run_timers().await.unwrap();
    let ready = tenants.exports(&owner).await.unwrap().remove(0);
    assert_eq!((ready.id, ready.status, ready.progress), (asked.id, ExportStatus::Ready, 100));
    assert_eq!(tenants.request_export(&owner).await.unwrap_err().code, ErrorCode::LimitExceeded, "one a day");
    let path = test.folder.join("exports").join(owner.tenant.to_string()).join(format!("{}.zip", ready.id));
    let mut zip = zip::ZipArchive::new(std::fs::File::open(&path).unwrap()).unwrap();
    let mut read = |name: &str| {
        let mut content = String::new();
        zip.by_name(name).unwrap().read_to_string(&mut content).unwrap();
        content
    };
    assert!(read("channels_message.jsonl").contains("how do I cancel my policy"));
    assert!(read("tenant.json").contains("Archive Firm"));
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut content = String::new();
        file.read_to_string(&mut content).unwrap();
        assert!(!content.contains("words of another firm"), "{name}");
        for secret in ["\"secret_hash\"", "\"password_hash\"", "argon2"] {
            assert!(!content.contains(secret), "{name} holds {secret}");
        }
    }
    test.pass(TimeDelta::days(8));
    test.cloud.run_timers().await.unwrap();
    assert!(!path.exists() && tenants.exports(&owner).await.unwrap().is_empty(), "removed after a week");
    tenants.request_export(&owner).await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_firm_ends_after_the_grace_period_unless_its_owner_changes_their_mind() {
    let test = TestCloud::start().await;
    let owner = test.firm("Ending Firm").await;
    let other = test.firm("Staying Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    let services = test.cloud.services.clone();
    services.tenants.set_deletion(&owner, true).await.unwrap();
    services.tenants.set_deletion(&owner, false).await.unwrap();
    test.pass(TimeDelta::days(31));
    test.cloud.run_timers().await.unwrap();
    assert_eq!(services.tenants.tenant(&owner).await.unwrap().status, TenantStatus::Active);
    services.tenants.set_deletion(&owner, true).await.unwrap();
    test.pass(TimeDelta::days(29));
    test.cloud.run_timers().await.unwrap();
    test.settle().await;
    assert!(!services.channels.contacts(&owner, None, PageArgs::largest()).await.unwrap().rows.is_empty());
    test.pass(TimeDelta::days(2));
    test.cloud.run_timers().await.unwrap();
    test.settle().await;
    let gone = services.channels.contacts(&owner, None, PageArgs::largest()).await.unwrap();
    assert!(gone.rows.is_empty(), "conversations and contacts are erased");
    assert!(services.bot.articles(&owner, None, None, PageArgs::largest()).await.unwrap().rows.is_empty());
    assert!(services.tenants.members(&owner).await.unwrap().is_empty());
    let signed = services.tenants.sign_in(credentials("owner@ending-firm.example", "correct horse battery")).await;
    assert_eq!(signed.unwrap_err().code, ErrorCode::Unauthenticated);
    assert_eq!(services.tenants.members(&other).await.unwrap().len(), 1, "nobody else loses anything");
    test.end().await;
}

#[tokio::test]
async fn operators_are_members_with_a_confirmed_address_in_the_settings() {
    let test =
        TestCloud::start_with(|config| config.operator.emails = vec!["owner@operator-firm.example".into()]).await;
    let operator = test.firm("Operator Firm").await;
    let firm = test.firm("Plain Firm").await;
    let tenants = test.cloud.services.tenants.clone();
    let page = PageArgs::largest();
    let early = tenants.all_tenants(&operator, None, page.clone()).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::Forbidden, "the address is not confirmed yet");
    tenants
        .verify_email(&operator, &test.mailed("owner@operator-firm.example", "verify-email").await.unwrap())
        .await
        .unwrap();
    let half = tenants.all_tenants(&operator, None, page.clone()).await.unwrap_err();
    assert_eq!(half.code, ErrorCode::Forbidden, "there is no second factor yet");
    test.second_factor(&operator).await;
    let found = tenants.all_tenants(&operator, Some("Plain".into()), page.clone()).await.unwrap().into_items();
    assert_eq!(found.iter().map(|one| (one.tenant.id, one.members)).collect::<Vec<_>>(), [(firm.tenant, 1)]);
    assert_eq!(tenants.health(&operator).await.unwrap().tenants, 2);
    assert_eq!(tenants.health(&firm).await.unwrap_err().code, ErrorCode::Forbidden);

    let quota = Quota { members: Some(1), messages_per_second: Some(1), ..Quota::default() };
    tenants.set_quota(&operator, firm.tenant, quota).await.unwrap();
    let visitor = test.visitor(&firm).await;
    let mut refused = 0;
    for number in 0..20 {
        let message = crate::cloud::inbound(&number.to_string(), "hello");
        refused += usize::from(test.cloud.services.channels.receive(&visitor, message).await.is_err());
    }
    assert_eq!(refused, 10, "the firm's own rate, with a burst of ten");
    let seat = test.try_member(&firm, "Late", Role::Agent).await.unwrap_err();
    assert_eq!(seat.code, ErrorCode::LimitExceeded);

    let key = tenants.create_api_key(&firm, "crm", vec![Permission::ReadConversations]).await.unwrap();
    tenants.set_suspended(&operator, firm.tenant, true).await.unwrap();
    assert_eq!(tenants.authenticate(&key.secret).await.unwrap_err().code, ErrorCode::Forbidden);
    let signed = tenants.sign_in(credentials("owner@plain-firm.example", "correct horse battery")).await;
    assert_eq!(signed.unwrap_err().code, ErrorCode::Forbidden);
    let widget = test.cloud.services.channels.receive(&visitor, crate::cloud::inbound("21", "hello")).await;
    assert_eq!(widget.unwrap_err().code, ErrorCode::Forbidden);
    assert_eq!(tenants.set_suspended(&operator, operator.tenant, true).await.unwrap_err().code, ErrorCode::Conflict);
    tenants.set_suspended(&operator, firm.tenant, false).await.unwrap();
    assert!(tenants.authenticate(&key.secret).await.is_ok(), "nothing was lost");
    test.end().await;
}

#[tokio::test]
async fn an_operator_sees_facts_that_were_given_up_and_delivers_them_again() {
    let test = TestCloud::start_with(|config| config.operator.emails = vec!["owner@letter-firm.example".into()]).await;
    let operator = test.firm("Letter Firm").await;
    let tenants = test.cloud.services.tenants.clone();
    test.confirm_operator(&operator, "owner@letter-firm.example").await;
    let env = test.db().env();
    let (period, limit, value) = ("2026-11".into(), "alert".into(), "USD 5.00".into());
    let fact = LimitReached { period, meter: None, limit, percent: 100, value };
    let event = Envelope::new(env.id(), operator.tenant, env.now(), &fact).unwrap();
    lingxi_store::dead_letters::put(test.db(), "tenants", &event, "the disk was full").await.unwrap();
    let letters = tenants.dead_letters(&operator).await.unwrap();
    assert_eq!((letters[0].event_id, letters[0].cause.as_str()), (event.id, "the disk was full"));
    assert_eq!(tenants.health(&operator).await.unwrap().dead_letters, 1);
    tenants.replay_dead_letter(&operator, event.id, "tenants").await.unwrap();
    test.settle().await;
    let mails = tenants.mails(&operator).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("spend alert")).count(), 1, "now it had its effect");
    assert!(tenants.dead_letters(&operator).await.unwrap().is_empty());
    let again = tenants.replay_dead_letter(&operator, event.id, "tenants").await.unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    test.end().await;
}

#[tokio::test]
async fn every_change_of_a_setting_stands_in_the_audit_log_with_before_and_after() {
    use lingxi_contracts::billing::SpendLimits;
    use lingxi_contracts::bot::BotSettings;
    let test = TestCloud::start().await;
    let owner = test.firm("Audited Firm").await;
    let services = &test.cloud.services;
    let channel = services.channels.channels(&owner).await.unwrap().remove(0);
    services.channels.update_channel(&owner, channel.id, Some("Shop".into()), None, None).await.unwrap();
    services.bot.save_settings(&owner, BotSettings { enabled: false, ..BotSettings::default() }).await.unwrap();
    services.routing.update_worker(&owner, owner.member().unwrap(), 7, Vec::new(), Vec::new()).await.unwrap();
    services.billing.set_limits(&owner, SpendLimits { alert_minor: Some(5), ..SpendLimits::default() }).await.unwrap();
    test.settle().await;
    let lines = services.tenants.audit(&owner, None, PageArgs::largest()).await.unwrap().into_items();
    for (action, before, after) in [
        ("channel.changed", "Website", "Shop"),
        ("bot.settings_changed", "\"enabled\":true", "\"enabled\":false"),
        ("worker.changed", "\"capacity\":3", "\"capacity\":7"),
        ("spend_limits.changed", "\"alert_minor\":null", "\"alert_minor\":5"),
    ] {
        let line = lines.iter().find(|line| line.action == action).unwrap_or_else(|| panic!("no {action}"));
        assert_eq!(line.actor_id, owner.member().unwrap().to_string());
        let detail: serde_json::Value = serde_json::from_str(&line.detail).unwrap();
        assert!(
            detail["before"].to_string().contains(before) && detail["after"].to_string().contains(after),
            "{detail}"
        );
    }
    let own = lines.iter().filter(|line| line.actor_kind == "system").count();
    assert_eq!(own, 0, "what the product does by itself is no change of somebody's");
    test.end().await;
}
