//! Firms that the Kubernetes operator keeps, and what plans allow.

use std::path::Path;

use lingxi_config::{Config, Plan};
use lingxi_contracts::tenants::SignIn;
use lingxi_kernel::{ErrorCode, TenantId};
use lingxi_server::cloud::migrate;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::cloud::{TestCloud, folder};
use crate::process::{Server, client, cookie_of};

const TOKEN: &str = "a-token-of-the-test";

fn start(folder: &Path) -> Server {
    let plan = "limits.plans.small.query_depth=4".to_owned();
    Server::start_with(folder, &[format!("operator.token={TOKEN}"), plan, "limits.plans.small.members=2".into()])
}

async fn call(server: &Server, method: reqwest::Method, token: &str, body: &Value) -> (StatusCode, Value) {
    let request = client().request(method, format!("{}/operator/firms/acme", server.url)).bearer_auth(token).json(body);
    let response = request.send().await.unwrap();
    (response.status(), response.json().await.unwrap())
}

async fn put(server: &Server, body: &Value) -> (StatusCode, Value) {
    call(server, reqwest::Method::PUT, TOKEN, body).await
}

fn acme(further: Value) -> Value {
    let mut spec = json!({ "firm": "Acme", "owner_email": "olive@acme.example", "locale": "en-US" });
    spec.as_object_mut().unwrap().extend(further.as_object().unwrap().clone());
    spec
}

#[tokio::test]
async fn the_operator_sets_a_firm_up_once_and_its_owner_comes_in_by_mail() {
    let folder = folder();
    let server = start(&folder);
    let (status, refused) = call(&server, reqwest::Method::PUT, "a guess", &acme(json!({}))).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "{refused}");
    let (status, first) = put(&server, &acme(json!({ "quota": { "plan": "small" } }))).await;
    assert_eq!((status, &first["members"], &first["seats"]), (StatusCode::OK, &json!(1), &json!(2)), "{first}");
    let (_, again) = put(&server, &acme(json!({ "quota": { "plan": "small" } }))).await;
    assert_eq!(again, first, "the same again changes nothing");

    let (status, refused) = put(&server, &acme(json!({ "quota": { "plan": "gold" } }))).await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.to_string().contains("`gold` is no plan of the settings (limits.plans): small."), "{refused}");

    let (_, suspended) = put(&server, &acme(json!({ "suspended": true }))).await;
    assert_eq!(suspended["status"], "suspended");
    let (_, ending) = call(&server, reqwest::Method::DELETE, TOKEN, &json!({})).await;
    assert_eq!(ending["status"], "pending_deletion");
    let (_, back) = put(&server, &acme(json!({}))).await;
    assert_eq!(back["status"], "pending_deletion", "its owner may have asked for that, so it is not taken back");
    server.stop();
}

#[tokio::test]
async fn an_owner_who_was_set_up_sets_a_password_by_the_mailed_link_and_signs_in() {
    let test = TestCloud::start().await;
    let id: TenantId = test.cloud.db.as_ref().unwrap().env().id();
    let operator = lingxi_kernel::Ctx::system(id, "operator");
    let tenants = &test.cloud.services.tenants;
    let spec = serde_json::from_value(acme(json!({}))).unwrap();
    tenants.provision(&operator, spec).await.unwrap();
    test.settle().await;
    let link = test.mailed("olive@acme.example", "reset-password").await.unwrap();
    tenants.reset_password(&link, "a password of mine").await.unwrap();
    let signed =
        SignIn { email: "olive@acme.example".into(), password: "a password of mine".into(), ..SignIn::default() };
    assert_eq!(tenants.sign_in(signed).await.unwrap().tenant, id);
    let other = lingxi_kernel::Ctx::system(id, "channels");
    let spec = serde_json::from_value(acme(json!({}))).unwrap();
    assert_eq!(tenants.provision(&other, spec).await.unwrap_err().code, ErrorCode::Forbidden, "no other service may");
    test.end().await;
}

#[tokio::test]
async fn a_plan_limits_what_one_operation_may_ask_for() {
    let folder = folder();
    let server = start(&folder);
    let http = client();
    let firm = server.firm(&http, "planned").await;
    let deep = "{ allTenants(first: 1) { edges { node { tenant { quota { members } } } } } }";
    let depth = async |query: &str| server.graphql(&http, &firm.cookie, query).await["errors"].to_string();
    assert!(!depth(deep).await.contains("depth"), "without a plan the platform's limit holds");
    let viewer = server.graphql(&http, &firm.cookie, "{ viewer { tenant { id } } }").await;
    let id = viewer["data"]["viewer"]["tenant"]["id"].as_str().unwrap().to_owned();
    let request = http.put(format!("{}/operator/firms/{id}", server.url)).bearer_auth(TOKEN);
    let kept = request.json(&acme(json!({ "quota": { "plan": "small" } }))).send().await.unwrap();
    assert_eq!(kept.status(), StatusCode::OK, "a firm that signed up by itself can be kept by its id");
    assert!(depth(deep).await.contains("The operation's depth is 6; this firm may ask for 4 at a time. Split it."));
    assert_eq!(depth("{ viewer { tenant { id } } }").await, "null");
    let request = http.put(format!("{}/operator/firms/{id}", server.url)).bearer_auth(TOKEN);
    let own = acme(json!({ "quota": { "plan": "small", "query_depth": 9, "query_complexity": 3 } }));
    request.json(&own).send().await.unwrap();
    assert!(!depth(deep).await.contains("depth"), "the firm's own limit wins over its plan's");
    assert!(depth(deep).await.contains("complexity"));
    server.stop();
}

#[tokio::test]
async fn a_whole_conversation_is_held_and_leaves_a_firm_that_ends() {
    let folder = folder();
    let server = start(&folder);
    let _ = client();
    let answer = lingxi_server::converse::hold(&server.url).await.unwrap();
    assert!(answer.to_lowercase().contains("cancel"), "{answer}");
    server.stop();
    let gone = lingxi_server::converse::hold("http://127.0.0.1:9").await.unwrap_err();
    assert!(gone.starts_with("/auth/sign-up"), "{gone}");
}

#[tokio::test]
async fn installations_with_schemas_of_their_own_share_a_database_and_see_nothing_of_each_other() {
    let database = crate::postgres::fresh().await;
    let installation = |url: &str, prefix: &str| {
        let mut config = Config::default();
        config.storage.database_url = Some(url.to_owned());
        config.storage.schema_prefix = prefix.to_owned();
        config
    };
    migrate(&installation(&database.owner, "t_acme_")).await.unwrap();
    migrate(&installation(&database.owner, "t_acme_")).await.unwrap();
    let settings = |prefix: &str| {
        vec![format!("storage.database_url={}", database.app), format!("storage.schema_prefix={prefix}")]
    };
    let (first, second) = (folder(), folder());
    let (ours, theirs) =
        (Server::start_alone(&first, &settings("t_acme_")), Server::start_alone(&second, &settings("")));
    let http = client();
    let firm = ours.firm(&http, "apart").await;
    let body = json!({ "email": "owner@apart.example", "password": "correct horse battery" });
    let sign_in =
        async |server: &Server| http.post(format!("{}/auth/sign-in", server.url)).json(&body).send().await.unwrap();
    let here = sign_in(&ours).await;
    assert_eq!(here.status(), StatusCode::OK);
    assert!(!cookie_of(&here).is_empty());
    assert_eq!(sign_in(&theirs).await.status(), StatusCode::UNAUTHORIZED, "the other installation knows nobody of it");
    let visitor = ours.visitor(&http, &firm).await;
    let asked = http.post(format!("{}/widget/v1/messages", ours.url)).bearer_auth(&visitor);
    let asked = asked.json(&json!({ "clientId": "1", "text": "how do I cancel my policy" })).send().await.unwrap();
    assert_eq!(asked.status(), StatusCode::OK);
    ours.stop();
    theirs.stop();
}

#[test]
fn a_prefix_that_is_no_name_is_refused() {
    let flags = [("storage.schema_prefix", "Acme; DROP".to_owned())];
    let refusal = Config::load(None, &flags).unwrap_err().to_string();
    assert!(refusal.contains("`storage.schema_prefix` is `Acme; DROP`"), "{refusal}");
    let short = Config::load(None, &[("operator.token", "short".to_owned())]).unwrap_err().to_string();
    assert!(short.contains("`operator.token` is short"), "{short}");
    let plan = Config::load(None, &[("limits.plans.small.members", "2".to_owned())]).unwrap();
    assert_eq!(plan.limits.plans["small"].members, Plan { members: Some(2), ..Plan::default() }.members);
}

#[tokio::test]
async fn a_process_that_stops_serves_on_and_ends_the_connections_that_it_answers_on() {
    let folder = folder();
    let server = Server::start_with(&folder, &["http.drain_seconds=3".into()]);
    let http = client();
    let ask = async || http.get(format!("{}/health/live", server.url)).send().await.unwrap();
    assert!(ask().await.headers().get("connection").is_none(), "a connection is kept");
    server.signal("TERM");
    loop {
        let answer = ask().await;
        assert!(answer.status().is_success(), "it serves on");
        if answer.headers().get("connection").is_some_and(|value| value == "close") {
            break;
        }
    }
}
