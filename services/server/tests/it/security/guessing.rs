//! Guessing is slow, and tells nothing.

use futures::future::join_all;
use lingxi_contracts::tenants::{AcceptInvitation, SignIn};
use lingxi_kernel::{ErrorCode, Role};
use serde_json::json;

use crate::cloud::{TestCloud, folder};
use crate::process::{Server, client};

const PASSWORD: &str = "correct horse battery";

fn sign_in(email: &str, password: &str, origin: &str) -> SignIn {
    SignIn { email: email.into(), password: password.into(), origin: origin.into(), ..SignIn::default() }
}

#[tokio::test]
async fn guesses_at_the_same_moment_are_counted_before_they_are_tried() {
    let test = TestCloud::start().await;
    test.firm("Guessed Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@guessed-firm.example");
    let guesses =
        (0..40).map(|number| tenants.sign_in(sign_in(email, &format!("guess number {number}"), "198.51.100.1")));
    let answers: Vec<ErrorCode> = join_all(guesses).await.into_iter().map(|answer| answer.unwrap_err().code).collect();
    let tried = answers.iter().filter(|code| **code == ErrorCode::Unauthenticated).count();
    assert_eq!(tried, 5, "{answers:?}");
    assert!(answers.iter().all(|code| [ErrorCode::Unauthenticated, ErrorCode::LimitExceeded].contains(code)));
    assert!(tenants.sign_in(sign_in(email, PASSWORD, "203.0.113.9")).await.is_ok(), "elsewhere its owner signs in");
    test.end().await;
}

#[tokio::test]
async fn strangers_everywhere_cannot_keep_an_owner_out() {
    let test = TestCloud::start().await;
    let owner = test.firm("Besieged Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@besieged-firm.example");
    tenants.verify_email(&owner, &test.mailed(email, "verify-email").await.unwrap()).await.unwrap();
    tenants.sign_in(sign_in(email, PASSWORD, "203.0.113.9")).await.unwrap();
    for number in 0..60 {
        let _ = tenants.sign_in(sign_in(email, "wrong", &format!("198.51.100.{number}"))).await;
    }
    let stranger = tenants.sign_in(sign_in(email, PASSWORD, "198.51.100.200")).await.unwrap_err();
    assert_eq!(stranger.code, ErrorCode::LimitExceeded, "many places together are slow");
    tenants.sign_in(sign_in(email, PASSWORD, "203.0.113.9")).await.expect("where the owner has signed in before");
    tenants.request_password_reset(email, "203.0.113.77").await.unwrap();
    let link = test.mailed(email, "reset-password").await.unwrap();
    tenants.reset_password(&link, "a password set anew").await.unwrap();
    tenants.sign_in(sign_in(email, "a password set anew", "203.0.113.77")).await.expect("after a new password by mail");
    test.end().await;
}

#[tokio::test]
async fn an_own_account_of_the_same_address_does_not_wipe_out_guesses() {
    let test = TestCloud::start().await;
    let owner = test.firm("Mirrored Firm").await;
    let (tenants, email) = (&test.cloud.services.tenants, "owner@mirrored-firm.example");
    tenants.verify_email(&owner, &test.mailed(email, "verify-email").await.unwrap()).await.unwrap();
    let mut input: lingxi_contracts::tenants::SignUp = serde_json::from_value(json!({
        "firm": "Mirror", "name": "M", "email": email, "password": "password of the mirror",
        "industry": "insurance", "locale": "en-US", "timeZone": "UTC",
    }))
    .unwrap();
    input.origin = "198.51.100.1".into();
    tenants.sign_up(input).await.unwrap();
    let mut tried = 0;
    for number in 0..40 {
        let wrong = tenants.sign_in(sign_in(email, &format!("guess {number}"), "198.51.100.1")).await.unwrap_err();
        tried += usize::from(wrong.code == ErrorCode::Unauthenticated);
        let _ = tenants.sign_in(sign_in(email, "password of the mirror", "198.51.100.1")).await;
    }
    assert!(tried <= 5, "{tried}");
    test.end().await;
}

#[tokio::test]
async fn codes_of_a_second_factor_are_counted_for_every_alias_and_at_sign_in() {
    let folder = folder();
    let server = Server::start(&folder);
    let http = client();
    let firm = server.firm(&http, "aliases").await;
    let begun = server.graphql(&http, &firm.cookie, "mutation { beginTotp { status } }").await;
    assert_eq!(begun["data"]["beginTotp"]["status"], "OK", "{begun}");
    let aliases: String = (0..12)
        .map(|n| format!("a{n}: setTotp(enabled: true, code: \"00000{}\") {{ status errors {{ message }} }} ", n % 10))
        .collect();
    let answer = server.graphql(&http, &firm.cookie, &format!("mutation {{ {aliases} }}")).await;
    let limited = answer.to_string().matches("Too many wrong attempts").count();
    assert_eq!(limited, 7, "five are free: {answer}");
    server.stop();

    let test = TestCloud::start().await;
    let owner = test.firm("Second Firm").await;
    test.second_factor(&owner).await;
    let tenants = &test.cloud.services.tenants;
    let codes = (0..20).map(|n| {
        let totp = Some(format!("{n:06}"));
        tenants.sign_in(SignIn { totp, ..sign_in("owner@second-firm.example", PASSWORD, "198.51.100.1") })
    });
    let refused = join_all(codes).await.into_iter().map(|answer| answer.unwrap_err().code);
    assert_eq!(refused.filter(|code| *code == ErrorCode::Unauthenticated).count(), 5);
    test.end().await;
}

#[tokio::test]
async fn an_invitation_is_no_way_around_password_and_second_factor() {
    let test = TestCloud::start().await;
    let (host, guest) = (test.firm("Host Firm").await, test.firm("Guest Firm").await);
    let (tenants, email) = (&test.cloud.services.tenants, "owner@guest-firm.example");
    tenants.verify_email(&guest, &test.mailed(email, "verify-email").await.unwrap()).await.unwrap();
    let secret = test.second_factor(&guest).await;
    tenants.invite(&host, email, Role::Agent).await.unwrap();
    let token = test.mailed(email, "join").await.unwrap();
    let join = |password: &str, totp: Option<String>| AcceptInvitation {
        token: token.clone(),
        name: "Guest".into(),
        password: password.into(),
        totp,
        origin: "198.51.100.1".into(),
    };
    let guesses = (0..20).map(|n| tenants.accept_invitation(join(&format!("guess number {n}"), None)));
    let tried = join_all(guesses).await.into_iter().map(|answer| answer.unwrap_err().code);
    assert_eq!(tried.filter(|code| *code == ErrorCode::Invalid).count(), 5);
    test.pass(chrono::TimeDelta::hours(1));
    assert_eq!(tenants.accept_invitation(join(PASSWORD, None)).await.unwrap_err().fields[0].field, "totp");
    tenants.accept_invitation(join(PASSWORD, Some(test.code(&secret)))).await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_crowd_at_the_door_is_told_to_come_back_and_the_rest_goes_on() {
    let test = TestCloud::start().await;
    test.firm("Crowded Firm").await;
    let tenants = &test.cloud.services.tenants;
    let crowd =
        (0..300).map(|number| tenants.sign_in(sign_in(&format!("{number}@crowd.example"), "a wrong password", "")));
    let answers: Vec<ErrorCode> = join_all(crowd).await.into_iter().map(|answer| answer.unwrap_err().code).collect();
    assert!(answers.contains(&ErrorCode::Unauthenticated), "some are looked at");
    assert!(answers.contains(&ErrorCode::Unavailable), "those beyond the queue are sent away, with 503");
    tenants.sign_in(sign_in("owner@crowded-firm.example", PASSWORD, "")).await.expect("when the crowd is gone");
    test.end().await;
}

#[tokio::test]
async fn asking_for_a_new_password_tells_nothing_and_is_limited_by_network() {
    let folder = folder();
    let server = Server::start_with(&folder, &["limits.sign_ups_per_hour=4".into()]);
    let http = client();
    server.firm(&http, "told").await;
    let ask = async |email: &str, from: &str| {
        let request = http.post(format!("{}/auth/forgot-password", server.url)).header("x-forwarded-for", from);
        let answer = request.json(&json!({ "email": email })).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let known = ask("owner@told.example", "198.51.100.1").await;
    assert_eq!(known, ask("nobody@nowhere.example", "198.51.100.1").await);
    assert_eq!(known.0, 200);
    let mut last = known;
    for _ in 0..3 {
        last = ask("nobody@nowhere.example", "198.51.100.1").await;
    }
    assert_eq!(last.0, 429, "{}", last.1);
    assert_eq!(ask("nobody@nowhere.example", "198.51.100.2").await.0, 200);
    server.stop();
}
