//! GraphQL documents that ask for too much are refused before they cost anything.

use std::time::{Duration, Instant};

use lingxi_contracts::tenants::SignIn;
use lingxi_kernel::Ctx;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::sockets::Gateway;
use crate::cloud::TestCloud;

/// `text` so many times.
fn times(count: usize, text: &str) -> String {
    text.repeat(count)
}

/// Fragments of which each names the next one twice.
fn doubling(fragments: usize, fields: &str) -> String {
    let chain = (0..fragments).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", n + 1, n + 1));
    format!("query {{ ...f0 }} {} fragment f{fragments} on Query {{ {fields} }}", chain.collect::<String>())
}

/// Documents that ended the process, or would have, with a word of the refusal.
fn attacks() -> Vec<(&'static str, String, &'static str)> {
    let open = |n| times(n, "[");
    let close = |n| times(n, "]");
    let aliases: String = (0..31).map(|n| format!("a{n}: __typename ")).collect();
    let many = times(6, "...a ");
    let six: String = (0..6).map(|n| format!("a{n}: __typename ")).collect();
    let values: String = (0..3_000).map(|n| format!("$v{n}: Int ")).collect();
    vec![
        ("values", format!("{{ members(x: {}{}) {{ id }} }}", open(2_000), close(2_000)), "brackets"),
        ("objects", format!("{{ members(x: {}1{}) {{ id }} }}", times(2_000, "{a:"), times(2_000, "}")), "brackets"),
        ("values that do not end", format!("{{ members(x: {}", open(100_000)), "brackets"),
        ("defaults", format!("query($a: Int = {}{}) {{ isOpen }}", open(2_000), close(2_000)), "brackets"),
        ("types", format!("query($a: {}Int{}) {{ isOpen }}", open(2_000), close(2_000)), "brackets"),
        ("directives", format!("{{ isOpen @skip(if: {}{}) }}", open(2_000), close(2_000)), "brackets"),
        ("fields", format!("{{ {} }}", times(2_000, "a {")), "brackets"),
        ("what stands behind a text", format!("{{ a(b: \"\\\"\", c: {}", open(2_000)), "brackets"),
        ("what stands behind a block", format!("{{ a(b: \"\"\"\\\"\"\" \"\"\", c: {}", open(2_000)), "brackets"),
        ("a block that does not end", format!("{{ a(b: \"\"\" x\" {}", open(2_000)), "does not end"),
        ("doubling", doubling(40, "isOpen"), "fields"),
        ("doubling deep", doubling(1_000, "isOpen"), "within each other"),
        ("a circle", "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".into(), "names itself"),
        ("a circle of none", "{ isOpen } fragment a on Query { ...a }".into(), "names itself"),
        ("words", format!("{{ {} }}", times(20_000, "isOpen ")), "words and signs"),
        ("names", format!("{{ {} }}", times(100_000, "a")), "letters"),
        ("messages about names", format!("query {}({values}) {{ isOpen }}", times(100_000, "a")), "letters"),
        ("bytes", format!("{{ isOpen }} #{}", times(1 << 20, " ")), ""),
        ("aliases", format!("{{ {aliases} }}"), "aliases"),
        ("aliases of fragments", format!("{{ {many} }} fragment a on Query {{ {six} }}"), "aliases"),
        ("operations", (0..31).map(|n| format!("query q{n} {{ isOpen }} ")).collect(), "operations"),
        ("changes", format!("mutation {{ {} }}", times(31, "markAllRead ")), "changes"),
        (
            "changes of fragments",
            format!("mutation {{ {} }} fragment a on Mutation {{ {} }}", times(6, "...a "), times(6, "x ")),
            "changes",
        ),
    ]
}

async fn owner_token(test: &TestCloud, name: &str) -> (Ctx, String) {
    let owner = test.firm(name).await;
    let email = format!("owner@{}.example", name.to_lowercase());
    let password = "correct horse battery".to_owned();
    let sign_in = SignIn { email, password, ..SignIn::default() };
    let session = test.cloud.services.tenants.sign_in(sign_in).await.unwrap();
    (owner, session.token)
}

#[tokio::test]
async fn a_document_beyond_its_bounds_is_refused_at_once_from_anybody() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    for (what, document, word) in attacks() {
        let begun = Instant::now();
        let (status, answer) = gateway.post(None, &json!({ "query": document })).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{what} took {:?}", begun.elapsed());
        if word.is_empty() {
            assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "{what}");
        } else {
            let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
            assert!(message.contains(word), "{what}: {answer}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "TOO_LARGE", "{what}");
        }
    }
    let (_, still) = gateway.post(None, &json!({ "query": "{ __typename }" })).await;
    assert_eq!(still["data"]["__typename"], "Query");
    test.end().await;
}

#[tokio::test]
async fn a_document_beyond_its_bounds_is_refused_over_the_socket_too() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let mut socket = gateway.socket(None).await;
    for (what, document, word) in attacks() {
        if word.is_empty() {
            continue;
        }
        let answer = socket.ask(&json!({ "query": document })).await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(word), "{what}: {answer}");
    }
    assert_eq!(socket.ask(&json!({ "query": "{ __typename }" })).await["data"]["__typename"], "Query");
    // A message beyond its bound ends the socket, and no more of it is read.
    socket.send(&json!({ "type": "subscribe", "id": "x", "payload": { "query": times(2 << 20, "a") } })).await;
    assert!(socket.closed().await.is_some());
    test.end().await;
}

#[tokio::test]
async fn values_count_as_often_as_they_are_handed_on_defaults_too() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let (_, token) = owner_token(&test, "Values").await;
    let refused = |answer: &Value, word: &str| {
        let message = answer["errors"][0]["message"].as_str().unwrap_or_default();
        assert!(message.contains(word), "{answer}");
    };
    let uses = times(200, "...a ");
    let given = json!({
        "query": format!("query($v: String) {{ {uses} }} fragment a on Query {{ conversation(id: $v) {{ id }} }}"),
        "variables": { "v": times(500_000, "a") },
    });
    refused(&gateway.post(Some(&token), &given).await.1, "too large together");
    let long = times(100_000, "a");
    let default =
        format!("query($v: String = \"{long}\") {{ {uses} }} fragment a on Query {{ conversation(id: $v) {{ id }} }}");
    refused(&gateway.post(Some(&token), &json!({ "query": default })).await.1, "too large together");
    let deep =
        format!("{{\"query\":\"{{ isOpen }}\",\"variables\":{{\"a\":{}{}}}}}", times(5_000, "["), times(5_000, "]"));
    let (status, _) = gateway.post_text(Some(&token), &deep).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // Things and rows: written down, given, by default, and in one another.
    let things = times(101, "{ __typename: \"Contact\", id: \"x\" } ");
    let written = format!("{{ _entities(representations: [{things}]) {{ __typename }} }}");
    refused(&gateway.post(Some(&token), &json!({ "query": written })).await.1, "_entities");
    let default = format!("query($r: [_Any!]! = [{things}]) {{ _entities(representations: $r) {{ __typename }} }}");
    refused(&gateway.post(Some(&token), &json!({ "query": default })).await.1, "_entities");
    let half = times(51, "{ __typename: \"Contact\", id: \"x\" } ");
    let twice =
        format!("{{ ...a ...a }} fragment a on Query {{ _entities(representations: [{half}]) {{ __typename }} }}");
    refused(&gateway.post(Some(&token), &json!({ "query": twice })).await.1, "_entities");
    let each = format!("{{ _entities(representations: [{half}]) {{ ... on Conversation {{ messages {{ id }} }} }} }}");
    refused(&gateway.post(Some(&token), &json!({ "query": each })).await.1, "complexity");
    let nested = "{ conversations { edges { node { messages { id } } } } }";
    refused(&gateway.post(Some(&token), &json!({ "query": nested })).await.1, "complexity");
    let default = "query($n: Int = 200) { contacts(first: $n) { edges { node { id name email phone locale tags createdAt \
        a: id b: id c: id d: id e: id f: id g: id h: id i: id j: id k: id l: id m: id n: id o: id p: id q: id r: id s: id } } } }";
    let many = default.replace("200", "4000000000");
    refused(&gateway.post(Some(&token), &json!({ "query": many })).await.1, "complexity");
    assert!(gateway.post(Some(&token), &json!({ "query": default })).await.1["errors"].is_null());
    test.end().await;
}

#[tokio::test]
async fn what_stands_in_texts_and_comments_nests_nothing() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let document = format!("{{ __typename }} # {}\n", times(1_000, "{[("));
    assert!(gateway.post(None, &json!({ "query": document })).await.1["errors"].is_null());
    let texts =
        format!("query($a: String = \"{0}\\\"{0}\", $b: String = \"\"\"{0}\"\"\") {{ __typename ", times(500, "{"));
    let (_, answer) = gateway.post(None, &json!({ "query": format!("{texts} }}") })).await;
    let message = answer["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("not used"), "parsed, and refused for another reason: {answer}");
    test.end().await;
}

/// Parsing and validation do not wait, so the deadline cannot end them: what may come so far must be small.
#[tokio::test]
async fn the_largest_document_that_is_let_in_holds_its_thread_for_less_than_its_deadline() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let (_, token) = owner_token(&test, "Limits").await;
    let wide = format!("{{ {} }}", times(9_900, "__typename "));
    let expanded = format!("{{ {} }} fragment a on Query {{ {} }}", times(70, "...a "), times(70, "...b "));
    let expanded = format!("{expanded} fragment b on Query {{ __typename }}");
    let argued = format!(
        "query($v: String) {{ {} }} fragment a on Query {{ conversation(id: $v) {{ id }} }}",
        times(3, "...a ")
    );
    let nested = format!("query($a: Int = {}1{}) {{ __typename }}", times(60, "["), times(60, "]"));
    let directives = format!("{{ {} }}", times(1_000, "__typename @skip(if: false) "));
    let variables: String = (0..3_000).map(|n| format!("$v{n}: Int ")).collect();
    let unused = format!("query({variables}) {{ __typename }}");
    for (what, body) in [
        ("wide", json!({ "query": wide })),
        ("expanded", json!({ "query": expanded })),
        ("argued", json!({ "query": argued, "variables": { "v": times(1_000_000, "a") } })),
        ("nested", json!({ "query": nested })),
        ("directives", json!({ "query": directives })),
        ("unused", json!({ "query": unused })),
    ] {
        let begun = Instant::now();
        let (status, answer) = gateway.post(Some(&token), &body).await;
        let refusal = answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned();
        assert!(refusal != "TOO_LARGE", "{what} is within the bounds: {status} {:.300}", answer.to_string());
        assert!(begun.elapsed() < Duration::from_secs(5), "{what} took {:?}", begun.elapsed());
    }
    test.end().await;
}

#[tokio::test]
async fn the_explorer_is_off_by_default_and_asks_nothing_of_another_origin() {
    assert!(!lingxi_config::Config::default().http.explorer);
    let test = TestCloud::start().await;
    let (closed, open) = (Gateway::over(&test, false), Gateway::over(&test, true));
    assert_eq!(closed.get("/graphql").await.0, StatusCode::METHOD_NOT_ALLOWED);
    let (status, page) = open.get("/graphql").await;
    assert_eq!(status, StatusCode::OK);
    let script = open.get("/graphql/explorer.js").await.1;
    for text in [page, script] {
        assert!(!text.contains("//cdn") && !text.contains("https://") && !text.contains("http://"), "{text}");
    }
    let schema = json!({ "query": "{ __schema { queryType { name } } }" });
    assert!(closed.post(None, &schema).await.1["data"]["__schema"].is_null());
    assert_eq!(open.post(None, &schema).await.1["data"]["__schema"]["queryType"]["name"], "Query");
    test.end().await;
}
