//! Nobody takes an account over, keeps one that was taken back, or keeps its owner out.

use futures::future::join_all;
use lingxi_contracts::tenants::{MemberStatus, SignIn, SignUp};
use lingxi_kernel::{ErrorCode, Permission, Role};

use crate::cloud::TestCloud;

const PASSWORD: &str = "correct horse battery";

fn sign_in(email: &str, password: &str, origin: &str) -> SignIn {
    SignIn { email: email.into(), password: password.into(), origin: origin.into(), ..SignIn::default() }
}

fn sign_up(firm: &str, email: &str, password: &str, origin: &str) -> SignUp {
    SignUp {
        firm: firm.into(),
        name: "Somebody".into(),
        email: email.into(),
        password: password.into(),
        industry: "insurance".into(),
        locale: "en-US".into(),
        time_zone: "Asia/Shanghai".into(),
        origin: origin.into(),
    }
}

#[tokio::test]
async fn who_signs_in_with_the_old_password_during_a_reset_is_not_signed_in_after_it() {
    let test = TestCloud::start().await;
    test.firm("Raced Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@raced-firm.example");
    for round in 0..4 {
        let (old, new) = (format!("password of round {round}"), format!("password of round {}", round + 1));
        let set = async |password: &str| {
            test.pass(chrono::TimeDelta::minutes(2));
            tenants.request_password_reset(email, "").await.unwrap();
            tenants.reset_password(&test.mailed(email, "reset-password").await.unwrap(), password).await.unwrap();
        };
        if round == 0 {
            set(&old).await;
        }
        let stale = join_all((0..4).map(|n| tenants.sign_in(sign_in(email, &old, &format!("198.51.100.{n}")))));
        let (sessions, ()) = tokio::join!(stale, set(&new));
        for session in sessions.into_iter().flatten() {
            assert!(tenants.authenticate(&session.token).await.is_err(), "round {round}: a session outlived the reset");
        }
        tenants.sign_in(sign_in(email, &new, "203.0.113.9")).await.expect("the new password is the password");
    }
    test.end().await;
}

#[tokio::test]
async fn a_code_fits_once_however_many_come_at_a_time_and_undoes_no_reset() {
    let test = TestCloud::start().await;
    let owner = test.firm("Code Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@code-firm.example");
    tenants.verify_email(&owner, &test.mailed(email, "verify-email").await.unwrap()).await.unwrap();
    let secret = test.second_factor(&owner).await;
    test.pass(chrono::TimeDelta::minutes(1));
    let with_code = |password: &str, n: usize| {
        let totp = Some(test.code(&secret));
        tenants.sign_in(SignIn { totp, ..sign_in(email, password, &format!("198.51.100.{n}")) })
    };
    let answers = join_all((0..8).map(|n| with_code(PASSWORD, n))).await;
    assert_eq!(answers.into_iter().flatten().count(), 1);
    test.pass(chrono::TimeDelta::minutes(2));
    tenants.request_password_reset(email, "").await.unwrap();
    let link = test.mailed(email, "reset-password").await.unwrap();
    let racing = join_all((0..3).map(|n| with_code(PASSWORD, n)));
    let (_, reset) = tokio::join!(racing, tenants.reset_password(&link, "a password set anew"));
    reset.unwrap();
    test.pass(chrono::TimeDelta::minutes(1));
    with_code("a password set anew", 9).await.expect("the new password is the password");
    test.end().await;
}

#[tokio::test]
async fn sign_ups_of_strangers_with_an_address_keep_nobody_out_who_was_there_before() {
    let test = TestCloud::start().await;
    let owner = test.firm("Early Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@early-firm.example");
    for number in 0..6 {
        let stranger = sign_up("Late Firm", email, "password of a stranger", &format!("198.51.100.{number}"));
        tenants.sign_up(stranger).await.unwrap();
    }
    assert_eq!(tenants.sign_in(sign_in(email, PASSWORD, "203.0.113.9")).await.unwrap().tenant, owner.tenant);
    // A second factor that was set before anybody proved the address ends with the password.
    test.second_factor(&owner).await;
    test.pass(chrono::TimeDelta::minutes(2));
    tenants.request_password_reset(email, "").await.unwrap();
    tenants.reset_password(&test.mailed(email, "reset-password").await.unwrap(), "a password set anew").await.unwrap();
    tenants.sign_in(sign_in(email, "a password set anew", "203.0.113.9")).await.expect("without a code");
    test.end().await;
}

#[tokio::test]
async fn a_sign_up_is_no_way_around_the_wait_after_wrong_passwords() {
    let test = TestCloud::start().await;
    let owner = test.firm("Oracle Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@oracle-firm.example");
    tenants.verify_email(&owner, &test.mailed(email, "verify-email").await.unwrap()).await.unwrap();
    for number in 0..6 {
        let _ = tenants.sign_in(sign_in(email, &format!("guess number {number}"), "198.51.100.1")).await;
    }
    let answer = async || tenants.sign_in(sign_in(email, PASSWORD, "198.51.100.1")).await.unwrap_err().code;
    assert_eq!(answer().await, ErrorCode::LimitExceeded);
    let right = tenants.sign_up(sign_up("Probe", email, PASSWORD, "198.51.100.1")).await.unwrap();
    let ctx = tenants.authenticate(&right.token).await.unwrap();
    assert!(!tenants.members(&ctx).await.unwrap()[0].email_verified, "an account of its own, as with a wrong one");
    assert_eq!(answer().await, ErrorCode::LimitExceeded, "and the wait is still there");
    test.end().await;
}

#[tokio::test]
async fn links_that_are_made_up_make_nobody_wait_for_a_hash() {
    let test = TestCloud::start().await;
    test.firm("Calm Firm").await;
    let tenants = &test.cloud.services.tenants;
    let token = format!("{}.made-up", lingxi_store::system::ctx("test").tenant);
    let made_up = (0..200).map(|_| tenants.reset_password(&token, "a password of a stranger"));
    for answer in join_all(made_up).await {
        assert_eq!(answer.unwrap_err().fields[0].field, "token");
    }
    test.end().await;
}

#[tokio::test]
async fn keys_end_with_what_their_maker_may_do() {
    let test = TestCloud::start().await;
    let owner = test.firm("Key Firm").await;
    let admin = test.member(&owner, "Ada", Role::Admin).await;
    let tenants = &test.cloud.services.tenants;
    let key = async |scopes: Vec<Permission>| tenants.create_api_key(&admin, "robot", scopes).await.unwrap().secret;
    let (wide, narrow) = (key(vec![Permission::ManageMembers]).await, key(vec![Permission::ReadConversations]).await);
    tenants.authenticate(&wide).await.unwrap();
    tenants.update_member(&owner, admin.member().unwrap(), Some(Role::Agent), None).await.unwrap();
    assert!(tenants.authenticate(&wide).await.is_err(), "beyond the new role");
    tenants.authenticate(&narrow).await.expect("within the new role");
    tenants.update_member(&owner, admin.member().unwrap(), None, Some(MemberStatus::Disabled)).await.unwrap();
    assert!(tenants.authenticate(&narrow).await.is_err(), "none is left of somebody who is out");
    test.end().await;
}
