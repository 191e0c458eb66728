//! An adapter in front of a provider of fapiao: it numbers what it is sent, once for each key.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::StatusCode;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use lingxi_payments::FapiaoOrder;
use serde_json::json;

#[derive(Default)]
struct State {
    orders: Vec<FapiaoOrder>,
    numbers: BTreeMap<String, String>,
    /// Statuses that the next requests get, before anything is done.
    refusals: Vec<u16>,
}

/// The fake, served on a port of its own of this machine.
pub struct Fapiao {
    state: Arc<Mutex<State>>,
    address: String,
    handle: ServerHandle,
}

impl std::fmt::Debug for Fapiao {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fapiao").finish_non_exhaustive()
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Fapiao {
    /// Starts it.
    ///
    /// # Errors
    /// That no port is free.
    pub fn start() -> std::io::Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let data = web::Data::from(state.clone());
        let server = HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(answer)));
        let server = server.workers(1).disable_signals().shutdown_timeout(0).bind("127.0.0.1:0")?;
        let bound = server.addrs().first().map(ToString::to_string).unwrap_or_default();
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { state, address: format!("http://{bound}/issue"), handle })
    }

    /// What `billing.fapiao.url` is set to.
    pub fn url(&self) -> String {
        self.address.clone()
    }

    /// The next request gets this status; said twice, the next two.
    pub fn refuse(&self, status: u16) {
        locked(&self.state).refusals.push(status);
    }

    /// What it was sent and numbered, oldest first.
    pub fn orders(&self) -> Vec<FapiaoOrder> {
        locked(&self.state).orders.clone()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.handle.stop(false).await;
    }
}

async fn answer(request: HttpRequest, state: web::Data<Mutex<State>>, order: web::Json<FapiaoOrder>) -> HttpResponse {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (key, bearer) = (header("idempotency-key"), header("authorization"));
    let mut state = locked(&state);
    if let Some(status) = state.refusals.pop() {
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        return HttpResponse::build(status).json(json!({ "message": "The title is not registered" }));
    }
    let (Some(key), Some("Bearer fake-key")) = (key, bearer.as_deref()) else {
        return HttpResponse::Unauthorized().finish();
    };
    let next = format!("2611{:08}", state.numbers.len() + 1);
    let number = state.numbers.entry(key).or_insert_with(|| next.clone()).clone();
    if number == next {
        state.orders.push(order.into_inner());
    }
    HttpResponse::Ok().json(json!({ "number": number, "url": format!("https://fapiao.example/{number}.pdf") }))
}
