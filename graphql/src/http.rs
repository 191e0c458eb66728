//! GraphQL over HTTP and WebSocket.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpRequest, HttpResponse, web};
use async_graphql::http::GraphiQLSource;
use async_graphql_actix_web::{GraphQLRequest, GraphQLResponse, GraphQLSubscription};
use lingxi_http::{HttpResult, MaybeSigned, TenantLimit};
use lingxi_kernel::{Actor, ApiKeyId, Ctx, Env, Error, ErrorCode, EventId};

use crate::limits::Most;
use crate::loaders::loaders;
use crate::{Persisted, Schema, Services};

/// How long an operation may take.
const DEADLINE: Duration = Duration::from_secs(5);

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
    pub async fn report_calls(&self) -> lingxi_kernel::Result<()> {
        let mut reports = self.reports.lock().await;
        let calls = std::mem::take(&mut *self.calls.lock().unwrap_or_else(PoisonError::into_inner));
        reports.extend(calls.into_values().map(|(ctx, count)| (self.env.id(), ctx, count)));
        while let Some((report, ctx, count)) = reports.last() {
            self.services.billing.count_api_calls(ctx, *report, *count).await?;
            reports.pop();
        }
        Ok(())
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
        .route("/graphql/ws", web::get().to(subscribe));
    if edge.explorer {
        config.route("/graphql", web::get().to(explore));
    }
}

/// POST with JSON only: a browser asks before it sends that from another site, so the cookie cannot be misused.
async fn execute(
    http: HttpRequest,
    signed: MaybeSigned,
    edge: web::Data<Edge>,
    request: GraphQLRequest,
) -> Result<GraphQLResponse, lingxi_http::Problem> {
    let json = http.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|kind| {
        kind.starts_with("application/json") || kind.starts_with("application/graphql-response+json")
    });
    if !json {
        return Err(Error::invalid("Send the operation as application/json.").into());
    }
    let mut request = request.into_inner();
    if let Some(signed) = signed.0 {
        let system = Ctx::system(signed.ctx.tenant, "gateway");
        let allowance = edge.services.tenants.tenant(&system).await?.allowance;
        edge.limit.check(signed.ctx.tenant, allowance.requests_per_second)?;
        request = request.data(edge.most.over(&allowance));
        edge.note_call(&signed.ctx);
        request = request.data(loaders(signed.ctx.clone(), edge.services.clone())).data(signed);
    }
    let late =
        || Error::new(ErrorCode::Unavailable, "The operation took longer than 5 seconds; ask for less at a time.");
    let response = tokio::time::timeout(DEADLINE, edge.schema.execute(request)).await.map_err(|_| late())?;
    Ok(response.into())
}

async fn subscribe(http: HttpRequest, signed: MaybeSigned, edge: web::Data<Edge>, body: web::Payload) -> HttpResult {
    let mut data = async_graphql::Data::default();
    // A browser sends its cookie from any site, so a socket with a cookie must come from our own pages.
    if let Some(signed) = signed.0.filter(|_| same_origin(&http) || http.headers().contains_key("authorization")) {
        let system = Ctx::system(signed.ctx.tenant, "gateway");
        data.insert(edge.most.over(&edge.services.tenants.tenant(&system).await?.allowance));
        data.insert(loaders(signed.ctx.clone(), edge.services.clone()));
        data.insert(signed);
    }
    let socket = GraphQLSubscription::new(edge.schema.clone()).with_data(data).start(&http, body);
    socket.map_err(|error| Error::invalid(error.to_string()).into())
}

fn same_origin(http: &HttpRequest) -> bool {
    let header = |name: &str| http.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("origin"), header("host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, of)| of == host),
        (None, _) => true,
        _ => false,
    }
}

async fn explore() -> HttpResponse {
    let page = GraphiQLSource::build().endpoint("/graphql").subscription_endpoint("/graphql/ws").finish();
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page)
}
