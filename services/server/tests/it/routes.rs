//! Who may use the HTTP routes beside GraphQL: every route, for nobody, with a broken credential, for another firm, for a
//! role that lacks the right.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use reqwest::{Method, StatusCode, multipart};
use serde_json::{Value, json};

use crate::cloud::folder;
use crate::process::{Firm, Server, client, cookie_of, mailed};

/// What a route asks of its caller.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Needs {
    /// Nothing: what it gives away is public, or the body holds the credential.
    Nothing,
    /// A visitor's token.
    Visitor,
    /// A session or key with a right that agents lack.
    Admin,
    /// A session or key with a right that analysts lack.
    Server,
    /// A session, a key, or the visitor's token of the thing's owner.
    Owner,
    /// The operator's token, which no firm has.
    Operator,
    /// A session of one who operates the platform, which no firm's owner is.
    Platform,
}

/// Every route: method, path in the code, path to call, and what it needs.
const ROUTES: [(&str, &str, &str, Needs); 37] = [
    ("POST", "/auth/sign-up", "/auth/sign-up", Needs::Nothing),
    ("POST", "/auth/sign-in", "/auth/sign-in", Needs::Nothing),
    ("POST", "/auth/sign-out", "/auth/sign-out", Needs::Nothing),
    ("POST", "/auth/verify-email", "/auth/verify-email", Needs::Nothing),
    ("POST", "/auth/forgot-password", "/auth/forgot-password", Needs::Nothing),
    ("POST", "/auth/reset-password", "/auth/reset-password", Needs::Nothing),
    ("POST", "/auth/accept-invitation", "/auth/accept-invitation", Needs::Nothing),
    ("GET", "/exports/{id}", "/exports/$export", Needs::Admin),
    ("POST", "/knowledge/imports", "/knowledge/imports", Needs::Admin),
    ("POST", "/open", "/widget/v1/open", Needs::Nothing),
    ("GET", "/socket", "/widget/v1/socket", Needs::Visitor),
    ("GET", "/messages", "/widget/v1/messages", Needs::Visitor),
    ("POST", "/messages", "/widget/v1/messages", Needs::Visitor),
    ("GET", "/suggestions", "/widget/v1/suggestions?text=policy", Needs::Visitor),
    ("POST", "/contact", "/widget/v1/contact", Needs::Visitor),
    ("POST", "/files", "/widget/v1/files", Needs::Visitor),
    ("POST", "/v1/channels/{id}/messages", "/v1/channels/$channel/messages", Needs::Server),
    ("POST", "/v1/events", "/v1/events", Needs::Admin),
    (
        "GET",
        "/billing/usage.csv",
        "/billing/usage.csv?meter=message&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z&step=day",
        Needs::Admin,
    ),
    ("GET", "/billing/invoices/{id}.pdf", "/billing/invoices/ivc_00000000000000000000000000.pdf", Needs::Admin),
    ("GET", "/billing/credit-notes/{id}.pdf", "/billing/credit-notes/crn_00000000000000000000000000.pdf", Needs::Admin),
    ("GET", "/billing/fapiao.csv", "/billing/fapiao.csv", Needs::Platform),
    ("POST", "/billing/stripe", "/billing/stripe", Needs::Nothing),
    ("GET", "/billing/ledger.csv", "/billing/ledger.csv", Needs::Admin),
    ("POST", "/files", "/files?conversation=$conversation", Needs::Server),
    ("GET", "/files/{id}", "/files/$file", Needs::Owner),
    ("PUT", "/operator/firms/{name}", "/operator/firms/acme", Needs::Operator),
    ("DELETE", "/operator/firms/{name}", "/operator/firms/acme", Needs::Operator),
    ("POST", "/graphql", "/graphql", Needs::Nothing),
    ("GET", "/graphql", "/graphql", Needs::Nothing),
    ("GET", "/graphql/explorer.js", "/graphql/explorer.js", Needs::Nothing),
    ("GET", "/graphql/ws", "/graphql/ws", Needs::Nothing),
    ("GET", "/health/live", "/health/live", Needs::Nothing),
    ("GET", "/health/ready", "/health/ready", Needs::Nothing),
    ("GET", "/health/startup", "/health/startup", Needs::Nothing),
    ("GET", "/metrics", "/metrics", Needs::Nothing),
    ("GET", "/widget/{file:.*}", "/widget/nothing.js", Needs::Nothing),
];
/// The portal's page, which answers every other path.
const PAGE: (&str, &str) = ("GET", "/{path:.*}");

/// The routes that the sources declare.
fn declared() -> BTreeSet<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let files = [
        "services/tenants/src/http.rs",
        "services/bot/src/http.rs",
        "services/billing/src/http.rs",
        "services/channels/src/http/mod.rs",
        "graphql/src/http.rs",
        "services/server/src/firms.rs",
        "services/server/src/probes.rs",
        "services/server/src/web.rs",
    ];
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        for call in text.split(".route(").skip(1) {
            let path = call.trim_start().trim_start_matches('"').split('"').next().unwrap();
            let method = call.split("web::").nth(1).unwrap().split('(').next().unwrap().to_uppercase();
            // Every other method of a path is refused.
            if method != "ROUTE" {
                found.insert((method, path.to_owned()));
            }
        }
    }
    found
}

#[test]
fn the_matrix_names_every_route() {
    let mut listed: BTreeSet<(String, String)> =
        ROUTES.iter().map(|(method, path, ..)| ((*method).to_owned(), (*path).to_owned())).collect();
    listed.insert((PAGE.0.into(), PAGE.1.into()));
    assert_eq!(listed, declared());
}

struct World {
    folder: PathBuf,
    server: Server,
    http: reqwest::Client,
    firm: Firm,
    other: Firm,
    stranger: String,
    ids: Vec<(&'static str, String)>,
}

fn form(name: &str, bytes: &'static [u8]) -> multipart::Form {
    multipart::Form::new().part("file", multipart::Part::bytes(bytes).file_name(name.to_owned()))
}

impl World {
    async fn build(folder: &Path) -> Self {
        let token = "operator.token=a-token-of-the-test".to_owned();
        let (server, http) = (Server::start_with(folder, &[token]), client());
        let (firm, other) = (server.firm(&http, "routes").await, server.firm(&http, "others").await);
        let owner = server.visitor(&http, &firm).await;
        let stranger = server.visitor(&http, &firm).await;
        let url = |path: &str| format!("{}{path}", server.url);
        let body = json!({ "clientId": "1", "text": "hello" });
        let message = http.post(url("/widget/v1/messages")).bearer_auth(&owner).json(&body).send().await.unwrap();
        let message: Value = message.json().await.unwrap();
        let file = http.post(url("/widget/v1/files")).bearer_auth(&owner).multipart(form("a.txt", b"claim"));
        let file: Value = file.send().await.unwrap().json().await.unwrap();
        let export = server.graphql(&http, &firm.cookie, "mutation { requestExport { export { id } } }").await;
        let channel = "mutation { createChannel(kind: API, name: \"crm\") { channel { id } } }";
        let channel = server.graphql(&http, &firm.cookie, channel).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let ids = vec![
            ("$conversation", text(&message["conversationId"])),
            ("$channel", text(&channel["data"]["createChannel"]["channel"]["id"])),
            ("$file", text(&file["id"])),
            ("$export", text(&export["data"]["requestExport"]["export"]["id"])),
        ];
        Self { folder: folder.to_owned(), server, http, firm, other, stranger, ids }
    }

    /// A member of the firm with a role.
    async fn member(&self, role: &str) -> String {
        let email = format!("{role}@routes.example");
        let invite =
            format!("mutation {{ inviteMember(email: \"{email}\", role: {}) {{ status }} }}", role.to_uppercase());
        self.server.graphql(&self.http, &self.firm.cookie, &invite).await;
        let token = mailed(&self.folder, &email);
        let join = json!({ "token": token, "name": role, "password": "correct horse battery" });
        let url = format!("{}/auth/accept-invitation", self.server.url);
        cookie_of(&self.http.post(url).json(&join).send().await.unwrap())
    }

    async fn call(&self, route: usize, credential: Option<(&str, String)>) -> StatusCode {
        let (method, _, path, _) = ROUTES[route];
        let mut path = path.to_owned();
        for (name, id) in &self.ids {
            path = path.replace(name, id);
        }
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.server.url));
        if let Some((header, value)) = credential {
            request = request.header(header, value);
        }
        request = match path.split('?').next().unwrap() {
            "/knowledge/imports" => request.multipart(form("faq.csv", b"title,question\na,b\n")),
            "/v1/events" => request.header("content-type", "application/cloudevents-batch+json").body("[]"),
            "/files" | "/widget/v1/files" => request.multipart(form("b.txt", b"words")),
            "/widget/v1/messages" if method == Method::POST => request.json(&json!({ "clientId": "2", "text": "hi" })),
            messages if messages.starts_with("/v1/channels/") => request
                .header("idempotency-key", "m-1")
                .json(&json!({ "identity": { "kind": "external", "value": "u-1" }, "text": "hello" })),
            _ if method == Method::POST => request.json(&json!({ "name": "Ada" })),
            _ => request,
        };
        request.send().await.unwrap().status()
    }
}

#[tokio::test]
async fn every_route_obeys_its_credential() {
    let folder = folder();
    let world = World::build(&folder).await;
    let (agent, analyst) = (world.member("agent").await, world.member("analyst").await);
    let cookie = |value: &str| Some(("cookie", value.to_owned()));
    let bearer = |value: &str| Some(("authorization", format!("Bearer {value}")));
    for (index, (method, _, path, needs)) in ROUTES.into_iter().enumerate() {
        let name = format!("{method} {path}");
        let nobody = world.call(index, None).await;
        assert!(!nobody.is_server_error(), "{name}: {nobody}");
        let forged = world.call(index, bearer("lxv.ten_00000000000000000000000000.guess")).await;
        assert!(!forged.is_server_error(), "{name}: {forged}");
        if needs == Needs::Nothing {
            continue;
        }
        assert_eq!(nobody, StatusCode::UNAUTHORIZED, "{name} without a credential");
        assert_eq!(forged, StatusCode::UNAUTHORIZED, "{name} with a forged token");
        let others = world.call(index, cookie(&world.other.cookie)).await;
        match needs {
            Needs::Operator => assert_eq!(others, StatusCode::UNAUTHORIZED, "{name}: a session is no operator"),
            Needs::Platform => assert_eq!(others, StatusCode::FORBIDDEN, "{name} as a firm's owner"),
            Needs::Visitor => assert_eq!(others, StatusCode::UNAUTHORIZED, "{name}: a session is no visitor"),
            // Uploading knowledge, reporting usage and taking files of bills name nothing of the firm: the other firm gets it into its own.
            Needs::Admin
                if path.starts_with("/knowledge")
                    || path == "/v1/events"
                    || path.contains("ledger.csv")
                    || path.contains(".csv?") =>
            {
                assert!(others.is_success(), "{name}: {others}");
            }
            _ => assert_eq!(others, StatusCode::NOT_FOUND, "{name} of another firm"),
        }
        if needs == Needs::Admin {
            assert_eq!(world.call(index, cookie(&agent)).await, StatusCode::FORBIDDEN, "{name} as an agent");
        }
        if needs == Needs::Server {
            assert_eq!(world.call(index, cookie(&analyst)).await, StatusCode::FORBIDDEN, "{name} as an analyst");
            assert!(world.call(index, cookie(&agent)).await.is_success(), "{name} as an agent");
        }
        if needs == Needs::Owner {
            let stranger = world.call(index, bearer(&world.stranger)).await;
            assert_eq!(stranger, StatusCode::NOT_FOUND, "{name} as another customer");
            assert!(world.call(index, cookie(&agent)).await.is_success(), "{name} as an agent");
        }
    }
    world.server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn refusals_are_said_in_the_language_of_the_caller() {
    let folder = folder();
    let (server, http) = (Server::start(&folder), client());
    let firm = server.firm(&http, "tongues").await;
    let wrong = json!({ "email": "owner@tongues.example", "password": "wrong" });
    let ask = |language: &'static str| {
        let request = http.post(format!("{}/auth/sign-in", server.url)).header("accept-language", language);
        let request = request.json(&wrong);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap()["detail"].clone() }
    };
    assert_eq!(ask("en-US").await, "Address, password or code is wrong.");
    assert_eq!(ask("zh-CN,zh;q=0.9").await, "邮箱、密码或验证码不正确。");
    let rename = json!({ "query": "mutation { updateTenant(input: { name: \"\" }) { errors { message } } }" });
    let request = http.post(format!("{}/graphql", server.url)).header("cookie", &firm.cookie);
    let answer = request.header("accept-language", "zh-CN").json(&rename).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["updateTenant"]["errors"][0]["message"], "请输入 1 到 100 个字符。");
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}
