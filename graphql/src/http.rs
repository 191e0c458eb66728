//! GraphQL over HTTP, as the specification of that name has it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderMap, HeaderName};
use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::{Request, Response};
use lingxi_http::{HttpResult, KeyedLimit, MaybeSigned, Signed, TenantLimit, read_body};
use lingxi_kernel::{Actor, ApiKeyId, Ctx, Env, Error, ErrorCode, EventId, Result};
use serde_json::json;

use crate::bounds::{Begun, Most};
use crate::loaders::loaders;
use crate::measure::BYTES;
use crate::{Persisted, Schema, Services, socket};

/// What answers are, unless somebody asks for the older kind.
const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";
/// Requests per second from one network address without a credential; short bursts may be ten times as many.
const STRANGERS_PER_SECOND: u32 = 10;
/// The explorer's page and script; neither asks anything of another origin.
const EXPLORER: &str = include_str!("../data/explorer.html");
const EXPLORER_SCRIPT: &str = include_str!("../data/explorer.js");
const EXPLORER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'";

/// How the gateway behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Requests per second of a tenant without a quota of its own.
    pub requests_per_second: u32,
    /// What one operation may ask for, of a tenant without limits of its own.
    pub most: Most,
    /// Whether the explorer page and introspection are served.
    pub explorer: bool,
    /// Operations that can be called by their hash.
    pub persisted: Persisted,
}

/// What the routes work with.
pub struct Edge {
    schema: Schema,
    services: Services,
    limit: TenantLimit,
    /// How often somebody may ask who is nobody's member, by network address.
    strangers: KeyedLimit<String>,
    most: Most,
    explorer: bool,
    env: Env,
    calls: Mutex<HashMap<ApiKeyId, (Ctx, i64)>>,
    /// Reports of calls that billing has not confirmed.
    reports: tokio::sync::Mutex<Vec<(EventId, Ctx, i64)>>,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

impl Edge {
    /// Over services.
    pub fn new(services: Services, settings: Settings, env: Env) -> Self {
        let Settings { requests_per_second, most, explorer, persisted } = settings;
        Self {
            schema: crate::schema(Some(services.clone()), most, explorer, persisted),
            most,
            services,
            limit: TenantLimit::per_second(requests_per_second),
            strangers: KeyedLimit::per_second(STRANGERS_PER_SECOND),
            explorer,
            env,
            calls: Mutex::default(),
            reports: tokio::sync::Mutex::default(),
        }
    }

    /// The rate of requests per tenant.
    pub fn limit(&self) -> &TenantLimit {
        &self.limit
    }

    /// Reports the calls by API key since the last time, to be billed.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when they could not be stored; they are then reported next time.
    pub async fn report_calls(&self) -> Result<()> {
        let mut reports = self.reports.lock().await;
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        reports.extend(calls.into_values().map(|(ctx, count)| (self.env.id(), ctx, count)));
        while let Some((report, ctx, count)) = reports.last() {
            self.services.billing.count_api_calls(ctx, *report, *count).await?;
            reports.pop();
        }
        Ok(())
    }

    /// The schema, whose operations go through [`Self::admit`] first.
    pub(crate) fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Who a credential belongs to.
    pub(crate) async fn authenticate(&self, token: &str) -> Result<Ctx> {
        self.services.tenants.authenticate(token).await
    }

    /// Lets an operation in, whichever way it comes: limited by the firm's rate, counted, with the data that it works with.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::LimitExceeded`] when the firm asks too often.
    pub(crate) async fn admit(&self, request: Request, signed: Option<Signed>) -> Result<Request> {
        let Some(signed) = signed else { return Ok(request) };
        let system = Ctx::system(signed.ctx.tenant, "gateway");
        let allowance = self.services.tenants.tenant(&system).await?.allowance;
        self.limit.check(signed.ctx.tenant, allowance.requests_per_second)?;
        self.note_call(&signed.ctx);
        let loaders = loaders(signed.ctx.clone(), self.services.clone());
        Ok(request.data(self.most.over(&allowance)).data(loaders).data(signed))
    }

    fn note_call(&self, ctx: &Ctx) {
        if let Actor::ApiKey { id, .. } = ctx.actor {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.entry(id).or_insert_with(|| (ctx.clone(), 0)).1 += 1;
        }
    }
}

/// Adds the gateway's routes.
pub fn routes(config: &mut web::ServiceConfig, edge: &web::Data<Edge>) {
    config
        .app_data(edge.clone())
        .route("/graphql", web::post().to(execute))
        .route("/graphql/ws", web::get().to(socket::subscribe));
    if edge.explorer {
        config.route("/graphql", web::get().to(explore)).route("/graphql/explorer.js", web::get().to(explorer_script));
    }
    config.route("/graphql", web::route().to(only_posted));
}

/// POST with JSON only: a browser asks before it sends that from another site, so the cookie cannot be misused.
async fn execute(http: HttpRequest, signed: MaybeSigned, edge: web::Data<Edge>, body: web::Payload) -> HttpResult {
    if !is_json(http.headers()) {
        return Ok(refused(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "Send the operation as application/json, in UTF-8.",
            JSON,
        ));
    }
    let Some(kind) = answers_as(http.headers()) else {
        let message = "Accept application/graphql-response+json or application/json.";
        return Ok(refused(StatusCode::NOT_ACCEPTABLE, message, JSON));
    };
    if signed.0.is_none() && !edge.strangers.takes(&lingxi_http::origin(&http)) {
        let message = "Too many requests from this network address; please wait a moment.";
        return Err(Error::new(ErrorCode::LimitExceeded, message).into());
    }
    let body = read_body(body, BYTES).await?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Ok(refused(StatusCode::BAD_REQUEST, "Send one operation at a time, not a list of them.", kind));
    }
    let request = match serde_json::from_slice::<Sent>(&body).map_err(|error| error.to_string()).and_then(Sent::request)
    {
        Ok(request) => request,
        Err(error) => {
            let message = format!("The body is no GraphQL request: {error}.");
            return Ok(refused(StatusCode::BAD_REQUEST, &message, kind));
        }
    };
    let begun = Begun::default();
    let request = edge.admit(request.data(begun.clone()), signed.0).await?;
    let response = edge.schema.execute(request).await;
    Ok(answered(&response, begun.has(), kind))
}

/// A request as it is sent. What is not of its kind is refused by name.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<serde_json::Map<String, serde_json::Value>>,
    extensions: Option<serde_json::Map<String, serde_json::Value>>,
}

impl Sent {
    fn request(self) -> std::result::Result<Request, String> {
        let extensions = self.extensions.unwrap_or_default();
        if self.query.is_none() && !extensions.contains_key("persistedQuery") {
            return Err("`query` is missing".into());
        }
        let mut request = Request::new(self.query.unwrap_or_default());
        request.operation_name = self.operation_name;
        request.variables = async_graphql::Variables::from_json(self.variables.unwrap_or_default().into());
        request.extensions = serde_json::from_value(extensions.into()).map_err(|error| error.to_string())?;
        Ok(request)
    }
}

/// The answer in its kind. In the newer one the status says whether the operation was executed; in the older it says 200 of every
/// request that is one.
fn answered(response: &Response, begun: bool, kind: &'static str) -> HttpResponse {
    let status = if begun || kind == JSON { StatusCode::OK } else { StatusCode::BAD_REQUEST };
    let mut built = HttpResponse::build(status);
    built.content_type(format!("{kind}; charset=utf-8"));
    for (name, value) in &response.http_headers {
        if let Ok(name) = name.as_str().parse::<HeaderName>() {
            built.append_header((name, value.as_bytes()));
        }
    }
    if begun { built.json(response) } else { built.json(json!({ "errors": response.errors })) }
}

fn refused(status: StatusCode, message: &str, kind: &'static str) -> HttpResponse {
    let error = json!({ "message": lingxi_http::said(message), "extensions": { "code": "INVALID" } });
    HttpResponse::build(status).content_type(format!("{kind}; charset=utf-8")).json(json!({ "errors": [error] }))
}

/// Whether a body is JSON in UTF-8, and as it is: nothing is unpacked.
fn is_json(headers: &HeaderMap) -> bool {
    let mut parts = header(headers, &CONTENT_TYPE).split(';').map(str::trim);
    let named = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case(JSON) || kind.eq_ignore_ascii_case(RESPONSE));
    let read = parts.all(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    named && read
}

/// The kind of answer that is accepted most, the newer one first among equals that are named; JSON for whoever says nothing.
fn answers_as(headers: &HeaderMap) -> Option<&'static str> {
    let accepted = header(headers, &ACCEPT);
    if accepted.is_empty() {
        return Some(JSON);
    }
    let weighed = accepted.split(',').filter_map(|range| {
        let mut parts = range.split(';').map(str::trim);
        let kind = match parts.next()?.to_ascii_lowercase().as_str() {
            RESPONSE => RESPONSE,
            JSON | "application/*" | "*/*" => JSON,
            _ => return None,
        };
        let weight = parts.find_map(|parameter| parameter.strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((kind, weight))
    });
    let best = weighed
        .max_by(|(one, is), (other, than)| is.total_cmp(than).then((*one == RESPONSE).cmp(&(*other == RESPONSE))));
    best.map(|(kind, _)| kind)
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Another method than POST: it executes nothing.
async fn only_posted() -> HttpResponse {
    let mut response = refused(StatusCode::METHOD_NOT_ALLOWED, "Send the operation by POST.", JSON);
    response.headers_mut().insert(ALLOW, actix_web::http::header::HeaderValue::from_static("POST"));
    response
}

async fn explore() -> HttpResponse {
    let mut page = HttpResponse::Ok();
    page.content_type("text/html; charset=utf-8")
        .insert_header(("content-security-policy", EXPLORER_POLICY))
        .body(EXPLORER)
}

async fn explorer_script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(EXPLORER_SCRIPT)
}
