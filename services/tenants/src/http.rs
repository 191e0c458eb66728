//! Sign-up, sign-in and sign-out: what cannot go through GraphQL, because it sets the cookie.

use std::path::PathBuf;
use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use lingxi_contracts::tenants::{AcceptInvitation, ExportStatus, SignIn, SignUp, SignedIn, TenantsClient};
use lingxi_http::{HttpResult, KeyedLimit, MaybeSigned, SESSION_COOKIE, Signed, origin, session_cookie};
use lingxi_kernel::{Error, ErrorCode, ExportId};
use serde::Deserialize;
use serde_json::json;
use tokio::io::AsyncReadExt as _;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    /// The service.
    pub tenants: Arc<dyn TenantsClient>,
    /// Whether browsers reach us by `https`.
    pub secure: bool,
    /// Folder of archives.
    pub exports_dir: PathBuf,
    /// How often somebody may knock, by network address.
    pub knocks: KeyedLimit<String>,
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
        .route("/auth/forgot-password", web::post().to(forgot_password))
        .route("/auth/reset-password", web::post().to(reset_password))
        .route("/auth/accept-invitation", web::post().to(accept_invitation))
        .route("/exports/{id}", web::get().to(download_export));
}

/// Takes a call from an address, or refuses it before anything is looked up for it.
fn knock(edge: &Edge, request: &HttpRequest) -> Result<(), Error> {
    let message = "Too many requests from this network address; please wait a moment.";
    let refuse = || Error::new(ErrorCode::LimitExceeded, message);
    if edge.knocks.takes(&origin(request)) { Ok(()) } else { Err(refuse()) }
}

fn signed_in(edge: &Edge, session: SignedIn) -> HttpResponse {
    HttpResponse::Ok()
        .cookie(session_cookie(Some(session.token), edge.secure))
        .json(json!({ "tenant": session.tenant, "member": session.member }))
}

async fn sign_up(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<SignUp>) -> HttpResult {
    knock(&edge, &request)?;
    let input = SignUp { origin: origin(&request), ..body.into_inner() };
    let session = edge.tenants.sign_up(input).await?;
    Ok(signed_in(&edge, session))
}

async fn sign_in(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<SignIn>) -> HttpResult {
    knock(&edge, &request)?;
    let mut input = body.into_inner();
    let agent = request.headers().get("user-agent").and_then(|value| value.to_str().ok());
    input.user_agent = agent.unwrap_or_default().to_owned();
    input.origin = origin(&request);
    let session = edge.tenants.sign_in(input).await?;
    Ok(signed_in(&edge, session))
}

async fn sign_out(request: HttpRequest, edge: web::Data<Edge>) -> HttpResult {
    knock(&edge, &request)?;
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

async fn verify_email(
    request: HttpRequest,
    signed: MaybeSigned,
    edge: web::Data<Edge>,
    body: web::Json<Token>,
) -> HttpResult {
    knock(&edge, &request)?;
    let Some(signed) = signed.0 else {
        let message = "Sign in to the account that the mail is about; the link confirms it then.";
        return Err(Error::new(ErrorCode::Unauthenticated, message).into());
    };
    edge.tenants.verify_email(&signed.ctx, &body.token).await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

async fn accept_invitation(
    request: HttpRequest,
    edge: web::Data<Edge>,
    body: web::Json<AcceptInvitation>,
) -> HttpResult {
    knock(&edge, &request)?;
    let input = AcceptInvitation { origin: origin(&request), ..body.into_inner() };
    let session = edge.tenants.accept_invitation(input).await?;
    Ok(signed_in(&edge, session))
}

#[derive(Deserialize)]
struct Forgotten {
    email: String,
}

async fn forgot_password(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<Forgotten>) -> HttpResult {
    knock(&edge, &request)?;
    edge.tenants.request_password_reset(&body.email, &origin(&request)).await?;
    Ok(HttpResponse::Ok().json(json!({ "sendsMail": edge.tenants.sends_mail().await? })))
}

#[derive(Deserialize)]
struct NewPassword {
    token: String,
    password: String,
}

async fn reset_password(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<NewPassword>) -> HttpResult {
    knock(&edge, &request)?;
    edge.tenants.reset_password(&body.token, &body.password).await?;
    Ok(HttpResponse::Ok().json(json!({})))
}

/// An archive that is ready, piece by piece.
async fn download_export(signed: Signed, edge: web::Data<Edge>, id: web::Path<String>) -> HttpResult {
    let id: ExportId = id.parse().map_err(|_| Error::not_found("archive"))?;
    let known = edge.tenants.exports(&signed.ctx).await?.into_iter().find(|export| export.id == id);
    let export = known.ok_or_else(|| Error::not_found("archive"))?;
    if export.status != ExportStatus::Ready {
        return Err(Error::conflict("This archive is not ready.").into());
    }
    let file = tokio::fs::File::open(crate::archive::path(&edge.exports_dir, signed.ctx.tenant, id)).await;
    let file = file.map_err(|_| Error::not_found("archive"))?;
    let pieces = futures::stream::try_unfold(file, |mut file| async move {
        let mut piece = vec![0; 64 << 10];
        let read = file.read(&mut piece).await?;
        piece.truncate(read);
        Ok::<_, std::io::Error>((read > 0).then(|| (web::Bytes::from(piece), file)))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/zip")
        .insert_header(("content-length", export.size.to_string()))
        .insert_header(("content-encoding", "identity"))
        .insert_header(("content-disposition", format!("attachment; filename=\"lingxi-{id}.zip\"")))
        .streaming(pieces))
}
