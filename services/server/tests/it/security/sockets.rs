//! A socket gives what HTTP gives, and nothing that was taken away.

use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, web};
use futures::{SinkExt as _, StreamExt as _};
use lingxi_contracts::tenants::{MemberStatus, SignIn, TenantsClient};
use lingxi_graphql::{Edge, Most, Persisted, Settings};
use lingxi_kernel::{Ctx, Permission, Role};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::access;
use crate::cloud::{TestCloud, folder};
use crate::process::{Server, client};

/// The gateway's own routes over a test's cloud.
pub(super) struct Gateway {
    pub(super) edge: web::Data<Edge>,
    address: String,
    http: reqwest::Client,
}

impl Gateway {
    pub(super) fn over(test: &TestCloud, explorer: bool) -> Self {
        let settings =
            Settings { requests_per_second: 10_000, most: Most::default(), explorer, persisted: Persisted::default() };
        Self::with(test, settings)
    }

    fn with(test: &TestCloud, settings: Settings) -> Self {
        let edge = web::Data::new(Edge::new(test.cloud.services.clone(), settings, test.db().env().clone()));
        let tenants: web::Data<Arc<dyn TenantsClient>> = web::Data::new(test.cloud.services.tenants.clone());
        let shared = edge.clone();
        let app =
            move || App::new().app_data(tenants.clone()).configure(|config| lingxi_graphql::routes(config, &shared));
        let server = HttpServer::new(app).workers(1).disable_signals().bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0].to_string();
        tokio::spawn(server.run());
        let http = client();
        Self { edge, address, http }
    }

    pub(super) async fn post(&self, token: Option<&str>, body: &Value) -> (StatusCode, Value) {
        self.post_text(token, &body.to_string()).await
    }

    pub(super) async fn post_text(&self, token: Option<&str>, body: &str) -> (StatusCode, Value) {
        let request = self.http.post(format!("http://{}/graphql", self.address));
        let mut request = request.header("content-type", "application/json").body(body.to_owned());
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap_or_default())
    }

    pub(super) async fn get(&self, path: &str) -> (StatusCode, String) {
        let answer = self.http.get(format!("http://{}{path}", self.address)).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    pub(super) async fn socket(&self, token: Option<&str>) -> Socket {
        let mut request = format!("ws://{}/graphql/ws", self.address).into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
        if let Some(token) = token {
            request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
        }
        let stream = TcpStream::connect(&self.address).await.unwrap();
        let (stream, _) = client_async(request, stream).await.unwrap();
        let mut socket = Socket { stream, number: 0 };
        socket.send(&json!({ "type": "connection_init" })).await;
        assert_eq!(socket.next().await.unwrap()["type"], "connection_ack");
        socket
    }
}

/// A client of `graphql-transport-ws`.
pub(super) struct Socket {
    stream: WebSocketStream<TcpStream>,
    number: usize,
}

impl Socket {
    pub(super) async fn send(&mut self, message: &Value) {
        let _ = self.stream.send(Message::text(message.to_string())).await;
    }

    /// The next message; none when the socket ends or nothing comes.
    async fn next(&mut self) -> Option<Value> {
        let text = async {
            loop {
                match self.stream.next().await?.ok()? {
                    Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                    Message::Close(_) => return None,
                    _ => {}
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), text).await.ok()?
    }

    /// Begins an operation; its name.
    async fn begin(&mut self, request: &Value) -> String {
        self.number += 1;
        let id = self.number.to_string();
        self.send(&json!({ "type": "subscribe", "id": id, "payload": request })).await;
        id
    }

    /// The first answer to an operation.
    pub(super) async fn ask(&mut self, request: &Value) -> Value {
        let id = self.begin(request).await;
        loop {
            let Some(message) = self.next().await else { return json!({ "closed": true }) };
            if message["id"] == id.as_str() && message["type"] == "next" {
                return message["payload"].clone();
            }
        }
    }

    /// With which code the socket ends within seconds; none while it lives on.
    pub(super) async fn closed(&mut self) -> Option<u16> {
        let end = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(close))) => return close.map_or(1005, |close| close.code.into()),
                    Some(Ok(_)) => {}
                    Some(Err(_)) | None => return 1006,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(12), end).await.ok()
    }
}

async fn signed_in(test: &TestCloud, email: String) -> String {
    let password = "correct horse battery".to_owned();
    let sign_in = SignIn { email, password, ..SignIn::default() };
    test.cloud.services.tenants.sign_in(sign_in).await.unwrap().token
}

/// A member of a firm and their session.
async fn member(test: &TestCloud, owner: &Ctx, name: &str, role: Role) -> (Ctx, String) {
    let member = test.member(owner, name, role).await;
    let token = signed_in(test, format!("{}-{}@member.example", name.to_lowercase(), owner.tenant)).await;
    (member, token)
}

/// What an answer comes to: the codes of its errors, and whether there is data.
fn sum(answer: &Value) -> (Vec<String>, bool) {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let code = |error: &Value| error["extensions"]["code"].as_str().unwrap_or("none").to_owned();
    let data = answer["data"].as_object().is_some_and(|data| data.values().any(|value| !value.is_null()));
    (errors.iter().map(code).collect(), data)
}

const DESK: &str = "subscription { deskChanged { kind } }";

#[tokio::test]
async fn a_role_gets_over_the_socket_what_it_gets_over_http_and_no_more() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let owner = test.firm("Roles").await;
    let conversation = {
        let visitor = test.visitor(&owner).await;
        test.say(&visitor, "1", "how do I cancel my policy").await;
        test.conversation(&visitor).await
    };
    let mut callers = vec![(None, None)];
    for role in [Role::Admin, Role::Supervisor, Role::Agent, Role::Analyst, Role::Finance] {
        let (_, token) = member(&test, &owner, &format!("{role:?}"), role).await;
        callers.push((Some(role), Some(token)));
    }
    callers.push((Some(Role::Owner), Some(signed_in(&test, "owner@roles.example".into()).await)));
    let mut compared = 0;
    for (role, token) in callers {
        let mut socket = gateway.socket(token.as_deref()).await;
        for (kind, call, roles) in access::calls() {
            // What changes something is compared where it is refused.
            if kind == "mutation" && role.is_none_or(|role| roles.contains(&role)) {
                continue;
            }
            let call = call.replace("$conversation\"", &format!("{}\"", conversation.id));
            let call = call.replace("$contact\"", &format!("{}\"", conversation.contact_id));
            let request = json!({ "query": format!("{kind} {{ {call} }}") });
            let (_, http) = gateway.post(token.as_deref(), &request).await;
            let socket = socket.ask(&request).await;
            assert_eq!(
                sum(&http),
                sum(&socket),
                "{kind} {call} as {role:?}: {http} over HTTP, {socket} over the socket"
            );
            compared += 1;
        }
    }
    assert!(compared > 400, "{compared}");
    test.end().await;
}

#[tokio::test]
async fn signing_out_and_being_disabled_end_the_socket_and_what_runs_on_it() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let owner = test.firm("Leavers").await;
    let (_, token) = member(&test, &owner, "Ann", Role::Agent).await;
    let (bob, bobs) = member(&test, &owner, "Bob", Role::Agent).await;
    let (_, stays) = member(&test, &owner, "Eve", Role::Agent).await;
    let (mut ann, mut bobs, mut eve) =
        (gateway.socket(Some(&token)).await, gateway.socket(Some(&bobs)).await, gateway.socket(Some(&stays)).await);
    for socket in [&mut ann, &mut bobs, &mut eve] {
        socket.begin(&json!({ "query": DESK })).await;
    }
    let tenants = &test.cloud.services.tenants;
    tenants.sign_out(&token).await.unwrap();
    tenants.update_member(&owner, bob.member().unwrap(), None, Some(MemberStatus::Disabled)).await.unwrap();
    assert_eq!(ann.closed().await, Some(4403));
    assert_eq!(bobs.closed().await, Some(4403));
    let answer = eve.ask(&json!({ "query": "{ isOpen }" })).await;
    assert!(answer["errors"].is_null(), "another's socket goes on: {answer}");
    test.end().await;
}

#[tokio::test]
async fn an_operation_after_the_credential_is_revoked_is_refused() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let owner = test.firm("Keys").await;
    let tenants = &test.cloud.services.tenants;
    let made = tenants.create_api_key(&owner, "k", vec![Permission::ReadConversations]).await.unwrap();
    let mut socket = gateway.socket(Some(&made.secret)).await;
    let conversations = json!({ "query": "{ conversations { edges { node { id } } } }" });
    assert!(socket.ask(&conversations).await["errors"].is_null());
    tenants.revoke_api_key(&owner, made.item.id).await.unwrap();
    // Who asks is known for a moment; then it is over.
    let refused = async {
        loop {
            let answer = socket.ask(&conversations).await;
            if answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED" || answer["closed"] == true {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(12), refused).await.expect("a revoked key is refused");
    assert!(socket.closed().await.is_some());
    test.end().await;
}

#[tokio::test]
async fn other_rights_end_the_socket_so_that_what_runs_is_allowed_anew() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    let owner = test.firm("Moves").await;
    let (ann, token) = member(&test, &owner, "Ann", Role::Agent).await;
    let mut socket = gateway.socket(Some(&token)).await;
    socket.begin(&json!({ "query": DESK })).await;
    test.cloud.services.tenants.update_member(&owner, ann.member().unwrap(), Some(Role::Finance), None).await.unwrap();
    assert_eq!(socket.closed().await, Some(4403));
    let answer = gateway.socket(Some(&token)).await.ask(&json!({ "query": DESK })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    test.end().await;
}

#[tokio::test]
async fn operations_over_the_socket_are_limited_and_counted_as_over_http() {
    let test = TestCloud::start().await;
    let settings =
        Settings { requests_per_second: 1, most: Most::default(), explorer: false, persisted: Persisted::default() };
    let gateway = Gateway::with(&test, settings);
    let owner = test.firm("Meters").await;
    let made =
        test.cloud.services.tenants.create_api_key(&owner, "k", vec![Permission::ReadConversations]).await.unwrap();
    let mut socket = gateway.socket(Some(&made.secret)).await;
    let mut answers = Vec::new();
    for _ in 0..15 {
        answers.push(socket.ask(&json!({ "query": "{ isOpen }" })).await);
    }
    let limited = answers.iter().filter(|answer| answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED").count();
    assert!((3..=5).contains(&limited), "{limited} of 15 with a burst of 10");
    gateway.edge.report_calls().await.unwrap();
    test.settle().await;
    let token = signed_in(&test, "owner@meters.example".into()).await;
    let usage = json!({ "query": "{ usage(query: { meter: \"api_call\", from: \"2026-11-01T00:00:00Z\", \
        to: \"2026-12-01T00:00:00Z\", step: MONTH }) { edges { node { quantity } } } }" });
    // The rate is used up; the firm's next turn comes within a second.
    let counted = loop {
        let (status, answer) = gateway.post(Some(&token), &usage).await;
        if status != StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
    };
    let counted = counted["data"]["usage"]["edges"][0]["node"]["quantity"].to_string();
    assert_eq!(counted.trim_matches('"'), (15 - limited).to_string(), "{counted}");
    test.end().await;
}

#[tokio::test]
async fn a_socket_has_at_most_a_hundred_subscriptions() {
    let test = TestCloud::start().await;
    let gateway = Gateway::over(&test, false);
    test.firm("Crowd").await;
    let token = signed_in(&test, "owner@crowd.example".into()).await;
    let mut socket = gateway.socket(Some(&token)).await;
    for _ in 0..100 {
        socket.begin(&json!({ "query": DESK })).await;
    }
    socket.begin(&json!({ "query": DESK })).await;
    // They begin side by side, so it may be any of them.
    let refused = socket.next().await.expect("one of them is refused");
    let beyond = &refused["payload"];
    assert_eq!(beyond["errors"][0]["extensions"]["code"], "LIMIT_EXCEEDED", "{beyond}");
    let one = if refused["id"] == "1" { "2" } else { "1" };
    socket.send(&json!({ "type": "complete", "id": one })).await;
    let answer = socket.ask(&json!({ "query": "{ isOpen }" })).await;
    assert!(answer["errors"].is_null(), "one that ended makes a place: {answer}");
    test.end().await;
}

/// A widget's socket, after its first frame.
async fn widget_socket(server: &Server, token: &str) -> WebSocketStream<TcpStream> {
    let connection = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    let address = format!("{}/widget/v1/socket?token={token}", server.url.replacen("http", "ws", 1));
    let mut socket = client_async(address, connection).await.unwrap().0;
    assert!(socket.next().await.unwrap().unwrap().is_text(), "the state of the conversation");
    socket
}

/// The code that a socket ends with.
async fn ends_with(mut socket: WebSocketStream<TcpStream>) -> Option<u16> {
    let end = async {
        loop {
            match socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => return Some(frame.code.into()),
                Some(Ok(_)) => {}
                _ => return None,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(12), end).await.expect("the socket ends")
}

#[tokio::test]
async fn a_widgets_socket_ends_with_its_channel_and_says_so() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "chat").await;
    let token = server.visitor(&http, &firm).await;
    let (silent, mut writing) = (widget_socket(&server, &token).await, widget_socket(&server, &token).await);
    let channels = "{ channels { id } }";
    let channel = server.graphql(&http, &firm.cookie, channels).await["data"]["channels"][0]["id"].clone();
    let off = format!("mutation {{ updateChannel(input: {{ id: {channel}, enabled: false }}) {{ status }} }}");
    assert_eq!(server.graphql(&http, &firm.cookie, &off).await["data"]["updateChannel"]["status"], "OK");
    assert_eq!(ends_with(silent).await, Some(4401));
    let frame = json!({ "type": "send", "id": "late", "text": "is anybody there?" });
    // The server may have ended it before.
    let _ = writing.send(Message::text(frame.to_string())).await;
    assert_eq!(ends_with(writing).await, Some(4401));
    let on = off.replace("false", "true");
    server.graphql(&http, &firm.cookie, &on).await;
    assert_eq!(server.messages(&http, &token).await, Vec::<Value>::new(), "what came too late is not stored");
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}
