//! What a mail proves is known in its mailbox alone.

use chrono::TimeDelta;
use lingxi_contracts::tenants::{AcceptInvitation, FirmSpec, SignIn, SignUp};
use lingxi_kernel::{Ctx, ErrorCode, PageArgs, Permission, Role, TenantId};
use serde_json::json;

use crate::cloud::TestCloud;

const PASSWORD: &str = "correct horse battery";

fn sign_in(email: &str, password: &str) -> SignIn {
    SignIn { email: email.into(), password: password.into(), ..SignIn::default() }
}

fn sign_up(firm: &str, email: &str, password: &str) -> SignUp {
    SignUp {
        firm: firm.into(),
        name: "Sam".into(),
        email: email.into(),
        password: password.into(),
        industry: "insurance".into(),
        locale: "en-US".into(),
        time_zone: "UTC".into(),
        ..SignUp::default()
    }
}

/// Everything that a firm's people, its keys and its archive show of its mails.
async fn shown(test: &TestCloud, owner: &Ctx) -> String {
    let tenants = &test.cloud.services.tenants;
    let key = tenants.create_api_key(owner, "crm", vec![Permission::ManageMembers]).await.unwrap();
    let key = tenants.authenticate(&key.secret).await.unwrap();
    let mut all = format!("{:?}", (tenants.mails(owner).await.unwrap(), tenants.mails(&key).await.unwrap()));
    all += &archive(test, owner).await;
    all
}

async fn archive(test: &TestCloud, owner: &Ctx) -> String {
    use std::io::Read as _;
    let export = test.cloud.services.tenants.request_export(owner).await.unwrap();
    test.cloud.run_timers().await.unwrap();
    let path = test.folder.join("exports").join(owner.tenant.to_string()).join(format!("{}.zip", export.id));
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).unwrap()).unwrap();
    let mut all = String::new();
    for index in 0..zip.len() {
        zip.by_index(index).unwrap().read_to_string(&mut all).unwrap();
    }
    all
}

#[tokio::test]
async fn no_page_key_or_archive_of_a_firm_shows_a_link_that_proves_an_address() {
    let test = TestCloud::start().await;
    let owner = test.firm("Curious Firm").await;
    let tenants = &test.cloud.services.tenants;
    tenants.request_password_reset("owner@curious-firm.example", "").await.unwrap();
    tenants.invite(&owner, "new@curious-firm.example", Role::Admin).await.unwrap();
    let all = shown(&test, &owner).await;
    assert!(!all.contains("token="), "{all}");
    for (address, page) in [
        ("owner@curious-firm.example", "verify-email"),
        ("owner@curious-firm.example", "reset-password"),
        ("new@curious-firm.example", "join"),
    ] {
        let secret = test.mailed(address, page).await.expect("its mailbox gets it");
        let (_, secret) = secret.split_once('.').unwrap();
        assert!(!all.contains(secret), "{page}");
    }
    let mails = tenants.mails(&owner).await.unwrap();
    let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
    assert_eq!(to, ["new@curious-firm.example"], "mails about an account belong to no firm");
    assert!(mails[0].body.contains("only the receiver sees the link"), "{}", mails[0].body);
    test.end().await;
}

#[tokio::test]
async fn the_demo_shows_links_but_never_that_of_a_new_password_nor_an_operators() {
    let test = TestCloud::start_with(|config| {
        config.mail.show_links = true;
        config.operator.emails = vec!["boss@platform.example".into()];
    })
    .await;
    let owner = test.firm("Demo Firm").await;
    let tenants = &test.cloud.services.tenants;
    tenants.request_password_reset("owner@demo-firm.example", "").await.unwrap();
    tenants.invite(&owner, "new@demo-firm.example", Role::Agent).await.unwrap();
    tenants.invite(&owner, "boss@platform.example", Role::Agent).await.unwrap();
    let mails = tenants.mails(&owner).await.unwrap();
    let mut links: Vec<_> =
        mails.iter().filter(|mail| mail.body.contains("token=")).map(|mail| mail.to.as_str()).collect();
    links.sort_unstable();
    assert_eq!(links, ["new@demo-firm.example", "owner@demo-firm.example"], "{mails:?}");
    assert!(mails.iter().all(|mail| !mail.body.contains("/reset-password")));
    test.end().await;
}

#[tokio::test]
async fn an_operators_address_is_worth_nothing_to_those_without_its_mailbox() {
    let boss = "boss@platform.example";
    let test = TestCloud::start_with(|config| config.operator.emails = vec![boss.into()]).await;
    let firm = test.firm("Plain Firm").await;
    let tenants = &test.cloud.services.tenants;
    // By signing up.
    let squatter = tenants.sign_up(sign_up("Squat", boss, "password of the squatter")).await.unwrap();
    let squatter = tenants.authenticate(&squatter.token).await.unwrap();
    test.second_factor(&squatter).await;
    assert!(!tenants.is_operator(&squatter).await.unwrap());
    // By inviting it.
    tenants.invite(&firm, boss, Role::Owner).await.unwrap();
    assert!(!format!("{:?}", tenants.mails(&firm).await.unwrap()).contains("token="));
    assert_eq!(tenants.health(&squatter).await.unwrap_err().code, ErrorCode::Forbidden);
    // Whoever reads the mailbox sets a password of their own, and the squatter's account stays what it is.
    let token = test.mailed(boss, "join").await.unwrap();
    let (name, password) = ("Boss".into(), "password of the boss".into());
    let joined = tenants.accept_invitation(AcceptInvitation { token, name, password, ..AcceptInvitation::default() });
    let joined = tenants.authenticate(&joined.await.unwrap().token).await.unwrap();
    assert!(!tenants.is_operator(&joined).await.unwrap(), "without a second factor");
    test.pass(TimeDelta::minutes(1));
    test.second_factor(&joined).await;
    assert!(tenants.is_operator(&joined).await.unwrap());
    assert!(!tenants.is_operator(&squatter).await.unwrap());
    assert!(
        tenants.sign_in(sign_in(boss, "password of the squatter")).await.is_err(),
        "its second factor is asked for"
    );
    test.end().await;
}

#[tokio::test]
async fn signing_up_looks_the_same_whether_an_address_has_an_account() {
    let test = TestCloud::start().await;
    let first = test.firm("First Firm").await;
    test.pass(TimeDelta::seconds(1));
    let (tenants, email) = (&test.cloud.services.tenants, "owner@first-firm.example");
    let known = tenants.sign_up(sign_up("Second", email, "some other password")).await.expect("as for an unknown one");
    let known = tenants.authenticate(&known.token).await.unwrap();
    assert!(!tenants.members(&known).await.unwrap()[0].email_verified);
    // The one who has the mailbox confirms theirs; the other account never gets the address.
    let theirs = lingxi_tenants::kept_mails(test.db(), Some(email), 10).await.unwrap();
    let links: Vec<&str> =
        theirs.iter().filter_map(|mail| mail.body.split("token=").nth(1)?.split_whitespace().next()).collect();
    let foreign = tenants.verify_email(&first, links[0]).await.unwrap_err();
    assert_eq!(foreign.code, ErrorCode::Forbidden, "a link confirms the account of whoever is signed in");
    tenants.verify_email(&first, links[1]).await.unwrap();
    assert_eq!(tenants.verify_email(&known, links[0]).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(tenants.sign_in(sign_in(email, "some other password")).await.unwrap().tenant, known.tenant);
    // With the password of the confirmed account a further firm is simply theirs.
    let further = tenants.sign_up(sign_up("Third", email, PASSWORD)).await.unwrap();
    let further = tenants.authenticate(&further.token).await.unwrap();
    assert!(tenants.members(&further).await.unwrap()[0].email_verified);
    test.end().await;
}

#[tokio::test]
async fn a_firm_that_is_set_up_goes_to_a_confirmed_account_or_to_its_mailbox_never_to_a_squatter() {
    let test = TestCloud::start().await;
    let (tenants, email) = (&test.cloud.services.tenants, "olive@acme.example");
    tenants.sign_up(sign_up("Squat", email, "password of the squatter")).await.unwrap();
    let id: TenantId = test.db().env().id();
    let spec: FirmSpec =
        serde_json::from_value(json!({ "firm": "Acme", "owner_email": email, "locale": "en-US" })).unwrap();
    let operator = Ctx::system(id, "operator");
    tenants.provision(&operator, spec.clone()).await.unwrap();
    test.settle().await;
    let squatter = tenants.sign_in(sign_in(email, "password of the squatter")).await.unwrap();
    assert_ne!(squatter.tenant, id, "only the squatter's own firm");
    let link = test.mailed(email, "reset-password").await.unwrap();
    tenants.reset_password(&link, "password of the owner").await.unwrap();
    assert_eq!(tenants.sign_in(sign_in(email, "password of the owner")).await.unwrap().tenant, id);
    // A link that nobody followed in time is sent anew with the next look, and only then.
    let late: TenantId = test.db().env().id();
    let spec = FirmSpec { owner_email: "late@acme.example".into(), ..spec };
    for _ in 0..2 {
        tenants.provision(&Ctx::system(late, "operator"), spec.clone()).await.unwrap();
    }
    let sent = async || lingxi_tenants::kept_mails(test.db(), Some("late@acme.example"), 10).await.unwrap().len();
    assert_eq!(sent().await, 1);
    test.pass(TimeDelta::days(3));
    tenants.provision(&Ctx::system(late, "operator"), spec).await.unwrap();
    assert_eq!(sent().await, 2);
    test.end().await;
}

#[tokio::test]
async fn an_invitation_ends_when_it_is_withdrawn_or_sent_again() {
    let test = TestCloud::start_with(|config| config.limits.invitations_per_hour = 3).await;
    let owner = test.firm("Inviting Firm").await;
    let tenants = &test.cloud.services.tenants;
    let (email, page) = ("new@inviting-firm.example", "join");
    let accept = async |token: String| {
        let (name, password) = ("New".into(), PASSWORD.into());
        tenants.accept_invitation(AcceptInvitation { token, name, password, ..AcceptInvitation::default() }).await
    };
    tenants.invite(&owner, email, Role::Agent).await.unwrap();
    let first = test.mailed(email, page).await.unwrap();
    // Of mails of one moment none is the newest.
    test.pass(TimeDelta::seconds(1));
    let second = tenants.invite(&owner, email, Role::Agent).await.unwrap();
    assert_eq!(accept(first).await.unwrap_err().fields[0].field, "token", "the newer one has taken its place");
    let withdrawn = tenants.withdraw_invitation(&owner, second.id).await.unwrap();
    assert!(withdrawn.withdrawn_at.is_some());
    assert_eq!(accept(test.mailed(email, page).await.unwrap()).await.unwrap_err().fields[0].field, "token");
    test.pass(TimeDelta::seconds(1));
    let third = tenants.invite(&owner, email, Role::Agent).await.unwrap();
    assert_eq!(tenants.invite(&owner, "x@y.example", Role::Agent).await.unwrap_err().code, ErrorCode::LimitExceeded);
    accept(test.mailed(email, page).await.unwrap()).await.unwrap();
    assert_eq!(tenants.withdraw_invitation(&owner, third.id).await.unwrap_err().code, ErrorCode::Conflict);
    test.pass(TimeDelta::hours(1));
    tenants.invite(&owner, "x@y.example", Role::Agent).await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_newer_link_for_a_password_ends_the_older() {
    let test = TestCloud::start().await;
    test.firm("Two Links").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@two-links.example");
    tenants.request_password_reset(email, "").await.unwrap();
    let older = test.mailed(email, "reset-password").await.unwrap();
    test.pass(TimeDelta::minutes(2));
    tenants.request_password_reset(email, "").await.unwrap();
    assert_eq!(tenants.reset_password(&older, PASSWORD).await.unwrap_err().fields[0].field, "token");
    tenants.reset_password(&test.mailed(email, "reset-password").await.unwrap(), PASSWORD).await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn an_admin_of_one_firm_gets_nothing_of_an_account_that_owns_another() {
    let test = TestCloud::start().await;
    let (first, second) = (test.firm("Older Firm").await, test.firm("Newer Firm").await);
    let tenants = &test.cloud.services.tenants;
    // The owner of the newer firm is an agent of the older one, whose owner asks for "their" new password.
    tenants
        .verify_email(&second, &test.mailed("owner@newer-firm.example", "verify-email").await.unwrap())
        .await
        .unwrap();
    tenants.invite(&first, "owner@newer-firm.example", Role::Agent).await.unwrap();
    let token = test.mailed("owner@newer-firm.example", "join").await.unwrap();
    let join =
        AcceptInvitation { token, name: "Nora".into(), password: PASSWORD.into(), ..AcceptInvitation::default() };
    tenants.accept_invitation(join).await.unwrap();
    tenants.request_password_reset("owner@newer-firm.example", "").await.unwrap();
    for ctx in [&first, &second] {
        let mails = tenants.mails(ctx).await.unwrap();
        assert!(
            mails.iter().all(|mail| !mail.subject.contains("password") && !mail.body.contains("token=")),
            "{mails:?}"
        );
    }
    let page = tenants.audit(&first, None, PageArgs::largest()).await.unwrap();
    assert!(!format!("{page:?}").contains("token="));
    test.end().await;
}
