//! Stripe as far as we use it: <https://docs.stripe.com/api>. Objects are kept in memory; a key that comes again gets the first answer, or an
//! error when something else is asked with it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use lingxi_kernel::{Env, Timestamp};
use serde_json::{Value, json};

use crate::objects::{self, Form};
use crate::pages;

/// What goes wrong at the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// It is refused with a status before anything is done, such as 409 or 429.
    Refuse(u16),
    /// A fault of the provider's own: nothing is done, and the same key gets the same answer for ever.
    Break,
    /// No answer comes, and nothing is done.
    Hang,
    /// It is done, and the connection ends before the answer.
    DropAfterCommit,
}

/// What a payer does, or their card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payer {
    /// Pays.
    Pays,
    /// Tries, and the bank says no; they may try again.
    IsDeclined,
    /// Pays in a way that takes a while; see [`Stripe::arrives`].
    PaysLater,
    /// Lets the page run out.
    Leaves,
}

#[derive(Default)]
pub(crate) struct State {
    pub(crate) objects: BTreeMap<String, Value>,
    /// Method, path and body of a key's first request, and its answer.
    keys: BTreeMap<String, (String, u16, Value)>,
    faults: VecDeque<(String, Fault)>,
    refused: Option<(String, u16)>,
    events: Vec<Value>,
    number: u64,
    requests: Vec<String>,
    now: Option<Timestamp>,
    pub(crate) address: String,
}

impl State {
    pub(crate) fn now(&self) -> i64 {
        self.now.unwrap_or_else(|| Env::system().now()).timestamp()
    }

    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.number += 1;
        format!("{prefix}_fake{}", self.number)
    }

    /// Keeps an object as it is now, and tells of it.
    pub(crate) fn put(&mut self, kind: Option<&str>, object: Value) -> Value {
        let id = object["id"].as_str().unwrap_or_default().to_owned();
        self.objects.insert(id, object.clone());
        if let Some(kind) = kind {
            self.tell(kind, &object);
        }
        object
    }

    pub(crate) fn tell(&mut self, kind: &str, object: &Value) {
        let (id, now) = (self.id("evt"), self.now());
        self.events.push(json!({
            "id": id, "object": "event", "type": kind, "created": now, "livemode": false, "data": { "object": object },
        }));
    }

    pub(crate) fn get(&self, id: &str) -> Value {
        self.objects.get(id).cloned().unwrap_or(Value::Null)
    }

    /// Objects of a kind, newest first.
    pub(crate) fn all(&self, prefix: &str) -> Vec<Value> {
        let begins = format!("{prefix}_");
        let mut all: Vec<Value> =
            self.objects.iter().filter(|(id, _)| id.starts_with(&begins)).map(|(_, object)| object.clone()).collect();
        let number = |one: &Value| -> u64 {
            let id = one["id"].as_str().unwrap_or_default();
            id.trim_start_matches(|letter: char| !letter.is_ascii_digit()).parse().unwrap_or(0)
        };
        all.sort_by_key(|one| std::cmp::Reverse(number(one)));
        all
    }
}

pub(crate) type Shared = Arc<Mutex<State>>;

pub(crate) fn locked(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The fake, served on a port of its own of this machine.
pub struct Stripe {
    state: Shared,
    handle: ServerHandle,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").finish_non_exhaustive()
    }
}

impl Stripe {
    /// Starts it at an address, such as `127.0.0.1:0`.
    ///
    /// # Errors
    /// That the address is taken.
    pub fn start(address: &str) -> std::io::Result<Self> {
        let state = Shared::default();
        let data = state.clone();
        let server = HttpServer::new(move || {
            App::new().app_data(web::Data::new(data.clone())).configure(pages::routes).default_service(web::to(answer))
        });
        let server = server.workers(1).disable_signals().shutdown_timeout(0).bind(address)?;
        let bound = server.addrs().first().map(ToString::to_string).unwrap_or_default();
        locked(&state).address = format!("http://{bound}");
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { state, handle })
    }

    /// Where it is: what `billing.stripe.url` is set to.
    pub fn url(&self) -> String {
        locked(&self.state).address.clone()
    }

    /// Sets its clock, which else is the machine's.
    pub fn set_clock(&self, now: Timestamp) {
        locked(&self.state).now = Some(now);
    }

    /// The next request with this text in its method and path, such as `POST /v1/refunds`, goes wrong. Said twice, the next two do.
    pub fn fail(&self, request: &str, fault: Fault) {
        locked(&self.state).faults.push_back((request.into(), fault));
    }

    /// From now on requests with this text are refused with a status; or none any more.
    pub fn refuse(&self, requests: Option<(&str, u16)>) {
        locked(&self.state).refused = requests.map(|(text, status)| (text.to_owned(), status));
    }

    /// Takes what it has to tell, oldest first.
    pub fn take_events(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.state).events).iter().map(Value::to_string).collect()
    }

    /// How many requests there were with this text in their method and path.
    pub fn count(&self, request: &str) -> usize {
        locked(&self.state).requests.iter().filter(|one| one.contains(request)).count()
    }

    /// Objects of a kind as they are, newest first: `cus`, `cs`, `pi`, `re`.
    pub fn objects(&self, prefix: &str) -> Vec<Value> {
        locked(&self.state).all(prefix)
    }

    /// What somebody does at a page, by the page's id or address.
    pub fn at_page(&self, page: &str, payer: Payer) {
        let id = page.rsplit('/').next().unwrap_or_default();
        objects::act(&mut locked(&self.state), id, payer);
    }

    /// Money that took a while is there, or will not come: of the newest page at which somebody paid so.
    pub fn arrives(&self, it_does: bool) {
        objects::arrive(&mut locked(&self.state), it_does);
    }

    /// From now on the cards of a payer are declined, or not.
    pub fn decline_cards(&self, declined: bool) {
        for card in locked(&self.state).objects.values_mut().filter(|one| one["object"] == "payment_method") {
            card["declined"] = json!(declined);
        }
    }

    /// A payer removes their cards in the portal.
    pub fn remove_cards(&self) {
        objects::remove_cards(&mut locked(&self.state));
    }

    /// Refunds get this status from now on, and those that wait get it now.
    pub fn refunds_are(&self, status: &str) {
        let mut state = locked(&self.state);
        for refund in state.all("re").into_iter().filter(|refund| refund["status"] == "pending") {
            let mut refund = refund;
            refund["status"] = json!(status);
            state.put(Some("refund.updated"), refund);
        }
        state.put(None, json!({ "id": "refunds", "status": status }));
    }

    /// Somebody gives back part of the newest payment at the provider's own pages.
    pub fn refund_by_hand(&self, amount: i64) {
        let mut state = locked(&self.state);
        let newest = state.all("pi").into_iter().find(|intent| intent["status"] == "succeeded").unwrap_or(Value::Null);
        let form = vec![
            ("payment_intent".to_owned(), newest["id"].as_str().unwrap_or_default().to_owned()),
            ("amount".to_owned(), amount.to_string()),
        ];
        let _ = objects::create_refund(&mut state, &Form(form));
    }

    /// The payer's bank takes the newest payment back; and later, that it was decided for us.
    pub fn chargeback(&self, won: bool) {
        objects::dispute(&mut locked(&self.state), won);
    }

    /// Ends it.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

fn error(status: u16, kind: &str, message: &str) -> (u16, Value) {
    (status, json!({ "error": { "type": kind, "message": message } }))
}

fn respond((status, body): (u16, Value)) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)).json(body)
}

/// An answer that breaks off.
fn broken_off() -> HttpResponse {
    let begun = futures::stream::iter([Ok(web::Bytes::from_static(b"{")), Err(std::io::Error::other("cut"))]);
    HttpResponse::Ok().content_type("application/json").streaming(begun)
}

async fn answer(request: HttpRequest, state: web::Data<Shared>, body: String) -> HttpResponse {
    let (method, path) = (request.method().to_string(), request.path().to_owned());
    let named = format!("{method} {path}");
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    if !header("authorization").is_some_and(|value| value.starts_with("Bearer sk_test_")) {
        return respond(error(401, "invalid_request_error", "Invalid API Key provided"));
    }
    let fault = {
        let mut state = locked(&state);
        state.requests.push(named.clone());
        let at = state.faults.iter().position(|(text, _)| named.contains(text.as_str()));
        let refused = state.refused.as_ref().filter(|(text, _)| named.contains(text.as_str()));
        let refused = refused.map(|(_, status)| Fault::Refuse(*status));
        at.and_then(|at| state.faults.remove(at)).map(|(_, fault)| fault).or(refused)
    };
    match fault {
        Some(Fault::Hang) => {
            // Longer than anybody waits; the connection's end ends it.
            tokio::time::sleep(std::time::Duration::from_hours(1)).await;
            return respond(error(504, "api_error", "too late"));
        }
        Some(Fault::Refuse(status)) => return respond(error(status, "invalid_request_error", "Try again later")),
        Some(Fault::Break | Fault::DropAfterCommit) | None => {}
    }
    let key = header("idempotency-key");
    // In whatever order the fields came.
    let mut fields: Vec<&str> = body.split('&').collect();
    fields.sort_unstable();
    let asked = format!("{named} {}", fields.join("&"));
    let mut state = locked(&state);
    if let Some((first, status, answer)) = key.as_ref().and_then(|key| state.keys.get(key)).cloned() {
        if first != asked {
            return respond(error(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same parameters",
            ));
        }
        return respond((status, answer));
    }
    let form = Form::read(if method == "GET" { request.query_string() } else { &body });
    let done = if fault == Some(Fault::Break) {
        error(500, "api_error", "An unknown error occurred")
    } else {
        objects::handle(&mut state, &method, &path, &form)
    };
    if let Some(key) = key {
        state.keys.insert(key, (asked, done.0, done.1.clone()));
    }
    if fault == Some(Fault::DropAfterCommit) { broken_off() } else { respond(done) }
}
