//! Sign-up, sign-in and sign-out: what cannot go through GraphQL, because it sets the cookie.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use lingxi_contracts::tenants::{AcceptInvitation, SignIn, SignUp, SignedIn, TenantsClient};
use lingxi_http::{HttpResult, SESSION_COOKIE, session_cookie};
use serde::Deserialize;
use serde_json::json;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    /// The service.
    pub tenants: Arc<dyn TenantsClient>,
    /// Whether browsers reach us by `https`.
    pub secure: bool,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

/// Adds the service's routes.
pub fn routes(config: &mut web::ServiceConfig, edge: &Edge) {
    config
        .app_data(web::Data::new(edge.clone()))
        .route("/auth/sign-up", web::post().to(sign_up))
        .route("/auth/sign-in", web::post().to(sign_in))
        .route("/auth/sign-out", web::post().to(sign_out))
        .route("/auth/verify-email", web::post().to(verify_email))
        .route("/auth/accept-invitation", web::post().to(accept_invitation));
}

fn signed_in(edge: &Edge, session: SignedIn) -> HttpResponse {
    HttpResponse::Ok()
        .cookie(session_cookie(Some(session.token), edge.secure))
        .json(json!({ "tenant": session.tenant, "member": session.member }))
}

async fn sign_up(edge: web::Data<Edge>, body: web::Json<SignUp>) -> HttpResult {
    let session = edge.tenants.sign_up(body.into_inner()).await?;
    Ok(signed_in(&edge, session))
}

async fn sign_in(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<SignIn>) -> HttpResult {
    let mut input = body.into_inner();
    let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
    input.user_agent = agent.unwrap_or_default().to_owned();
    let session = edge.tenants.sign_in(input).await?;
    Ok(signed_in(&edge, session))
}

async fn sign_out(request: HttpRequest, edge: web::Data<Edge>) -> HttpResult {
    if let Some(cookie) = request.cookie(SESSION_COOKIE) {
        // A session that is over already is signed out.
        let _ = edge.tenants.sign_out(cookie.value()).await;
    }
    Ok(HttpResponse::Ok().cookie(session_cookie(None, edge.secure)).json(json!({})))
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

async fn verify_email(edge: web::Data<Edge>, body: web::Json<Token>) -> HttpResult {
    edge.tenants.verify_email(&body.token).await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

async fn accept_invitation(edge: web::Data<Edge>, body: web::Json<AcceptInvitation>) -> HttpResult {
    let session = edge.tenants.accept_invitation(body.into_inner()).await?;
    Ok(signed_in(&edge, session))
}
