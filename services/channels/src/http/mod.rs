//! The widget's wire: open, socket, long poll, send, upload, search; and files for members.

mod socket;

use std::sync::Arc;

use actix_cors::Cors;
use actix_multipart::Multipart;
use actix_web::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use lingxi_contracts::bot::BotClient;
use lingxi_contracts::channels::{ChannelsClient as _, ContactIdentity, ContactPatch, Inbound};
use lingxi_contracts::routing::RoutingClient;
use lingxi_http::{HttpResult, MaybeSigned, Signed, read_upload};
use lingxi_kernel::{AttachmentId, ChannelId, ConversationId, Ctx, Error, ErrorCode, Permission};
use serde::{Deserialize, Serialize};

use crate::rules;
use crate::service::{Channels, message_for_customer, messages_for_customer};

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    pub(crate) service: Arc<Channels>,
    pub(crate) bot: Arc<dyn BotClient>,
    pub(crate) routing: Arc<dyn RoutingClient>,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

/// Adds the service's routes.
pub fn routes(config: &mut web::ServiceConfig, edge: &Edge) {
    // Any page may embed the widget; it carries a bearer token and no cookie, and a channel can name its origins.
    let cors = Cors::default()
        .allow_any_origin()
        .allowed_methods(["GET", "POST"])
        .allowed_headers([ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE])
        .max_age(3600);
    let widget = web::scope("/widget/v1")
        .wrap(cors)
        .route("/open", web::post().to(open))
        .route("/socket", web::get().to(socket::connect))
        .route("/messages", web::get().to(poll))
        .route("/messages", web::post().to(send))
        .route("/suggestions", web::get().to(suggest))
        .route("/contact", web::post().to(introduce))
        .route("/files", web::post().to(upload));
    config
        .app_data(web::Data::new(edge.clone()))
        .service(widget)
        .route("/v1/channels/{id}/messages", web::post().to(receive))
        .route("/files", web::post().to(upload_as_member))
        .route("/files/{id}", web::get().to(download));
}

/// An answer that is for whoever asked alone, and for now.
fn private(body: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(("cache-control", "private, no-store")).json(body)
}

#[derive(Deserialize)]
struct Open {
    key: String,
    token: Option<String>,
    #[serde(default)]
    locale: String,
    user: Option<serde_json::Value>,
}

async fn open(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<Open>) -> HttpResult {
    let origin = request.headers().get("origin").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let Open { key, token, locale, user } = body.into_inner();
    let address = lingxi_http::origin(&request);
    edge.service.rates.address(&address)?;
    let (user, dropped) = match user.filter(|user| !user.is_null()).map(|user| rules::read_user(&user)).transpose()? {
        Some((user, dropped)) => (Some(user), dropped),
        None => (None, Vec::new()),
    };
    let mut session = edge.service.open_from(&address, &key, origin, token, &locale, user).await?;
    session.dropped.extend(dropped);
    Ok(private(session))
}

/// The visitor of a request: a bearer token, or the `token` parameter where a browser cannot set headers.
async fn visitor(edge: &Edge, request: &HttpRequest) -> Result<Ctx, Error> {
    edge.service.rates.address(&lingxi_http::origin(request))?;
    let ctx = edge.service.authenticate_visitor(&visitor_token(request)?).await?;
    edge.service.check_visitor(&ctx, "")?;
    Ok(ctx)
}

fn visitor_token(request: &HttpRequest) -> Result<String, Error> {
    #[derive(Deserialize)]
    struct Credential {
        token: String,
    }
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    let token = match header.and_then(|header| header.strip_prefix("Bearer ")) {
        Some(token) => Some(token.to_owned()),
        None => web::Query::<Credential>::from_query(request.query_string()).ok().map(|query| query.into_inner().token),
    };
    token.ok_or_else(|| Error::new(ErrorCode::Unauthenticated, "Open the widget first and send its token."))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    after: i64,
    conversation: Option<ConversationId>,
    /// Older messages of the conversation, below this number.
    before: Option<i64>,
    /// Seconds to wait for a new message, at most 25.
    #[serde(default)]
    wait: u64,
}

/// Messages above a number; waits for one when asked to (long poll, for networks that block sockets).
async fn poll(request: HttpRequest, edge: web::Data<Edge>, query: web::Query<Wanted>) -> HttpResult {
    let ctx = visitor(&edge, &request).await?;
    if let (Some(conversation), Some(_)) = (query.conversation, query.before) {
        let page = edge.service.newest_messages(&ctx, conversation, 0, query.before, socket::PAGE).await?;
        let messages = messages_for_customer(&page.messages)?;
        return Ok(private(serde_json::json!({ "messages": messages, "older": page.older })));
    }
    let (_, contact) = ctx.visitor()?;
    let mut live = edge.service.deps.live.subscribe(ctx.tenant, &format!("contact:{contact}")).await;
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(query.wait.min(25));
    loop {
        let state = socket::state(&edge, &ctx, query.conversation, query.after).await?;
        let nothing_new = state["messages"].as_array().is_none_or(Vec::is_empty);
        if !nothing_new || tokio::time::timeout_at(deadline, live.recv()).await.is_err() {
            return Ok(private(state));
        }
    }
}

async fn send(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<Inbound>) -> HttpResult {
    let ctx = visitor(&edge, &request).await?;
    let message = edge.service.receive(&ctx, body.into_inner()).await?;
    Ok(private(message_for_customer(&message)?))
}

#[derive(Deserialize)]
struct Suggest {
    text: String,
    #[serde(default)]
    locale: String,
}

async fn suggest(request: HttpRequest, edge: web::Data<Edge>, query: web::Query<Suggest>) -> HttpResult {
    let ctx = visitor(&edge, &request).await?;
    edge.service.check_rate(&ctx).await?;
    let text: String = query.text.chars().take(200).collect();
    Ok(private(edge.bot.suggest(&ctx, &text, &query.locale).await?))
}

async fn introduce(request: HttpRequest, edge: web::Data<Edge>, body: web::Json<ContactPatch>) -> HttpResult {
    let ctx = visitor(&edge, &request).await?;
    let contact = edge.service.introduce(&ctx, body.into_inner()).await?;
    Ok(private(serde_json::json!({ "name": contact.name, "known": contact.email.is_some() })))
}

/// A customer's message that an integrator passes on to an API channel.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Passed {
    identity: ContactIdentity,
    name: Option<String>,
    text: String,
    choice: Option<String>,
    locale: Option<String>,
}

/// Stores it once per `Idempotency-Key`, as the GraphQL mutation `receiveMessage` does.
async fn receive(
    request: HttpRequest,
    signed: Signed,
    edge: web::Data<Edge>,
    id: web::Path<String>,
    body: web::Json<Passed>,
) -> HttpResult {
    let channel: ChannelId = id.parse().map_err(|_| Error::not_found("channel"))?;
    let key = request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
    let missing = || Error::field("Idempotency-Key", "Send the header Idempotency-Key: your own id of the message.");
    let client_id = key.ok_or_else(missing)?.to_owned();
    let Passed { identity, name, text, choice, locale } = body.into_inner();
    let inbound = Inbound { conversation: None, client_id, text, choice, attachment: None, locale };
    let message = edge.service.receive_for(&signed.ctx, channel, identity, name, inbound).await?;
    Ok(private(message))
}

#[derive(Deserialize)]
struct Belongs {
    conversation: ConversationId,
}

/// A member's file for a conversation; it is sent by a message that names it.
async fn upload_as_member(
    request: HttpRequest,
    signed: Signed,
    edge: web::Data<Edge>,
    query: web::Query<Belongs>,
    form: Multipart,
) -> HttpResult {
    lingxi_http::refuse_foreign(&request)?;
    signed.ctx.require(Permission::Serve)?;
    let file = read_upload(&request, &signed.ctx, form, edge.service.deps.files.max_bytes).await?;
    let stored = edge.service.store_file_for(&signed.ctx, query.conversation, &file.name, file.bytes).await?;
    Ok(private(stored))
}

async fn upload(request: HttpRequest, edge: web::Data<Edge>, form: Multipart) -> HttpResult {
    let ctx = visitor(&edge, &request).await?;
    let most = edge.service.deps.files.max_bytes;
    let size = lingxi_http::declared_size(&request, most)?;
    edge.service.has_room(&ctx, &lingxi_http::origin(&request), size).await?;
    let file = read_upload(&request, &ctx, form, most).await?;
    Ok(private(edge.service.store_file(&ctx, &file.name, file.bytes).await?))
}

async fn download(
    request: HttpRequest,
    edge: web::Data<Edge>,
    signed: MaybeSigned,
    id: web::Path<String>,
) -> HttpResult {
    let ctx = match signed.0 {
        Some(signed) => signed.ctx,
        None => visitor(&edge, &request).await?,
    };
    let id: AttachmentId = id.parse().map_err(|_| Error::not_found("file"))?;
    let (file, bytes) = edge.service.load_file(&ctx, id).await?;
    let shown = file.media_type.starts_with("image/");
    let encoded: String = file.name.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let disposition = format!("{}; filename*=UTF-8''{encoded}", if shown { "inline" } else { "attachment" });
    Ok(HttpResponse::Ok()
        .content_type(file.media_type)
        .insert_header(("content-disposition", disposition))
        .insert_header(("content-security-policy", "default-src 'none'; sandbox"))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("cache-control", "private, max-age=300"))
        .body(bytes))
}
