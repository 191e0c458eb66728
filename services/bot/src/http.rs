//! Uploads of knowledge files; everything else goes through GraphQL.

use std::sync::Arc;

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use lingxi_contracts::bot::BotClient;
use lingxi_http::{HttpResult, Signed, read_upload};
use lingxi_kernel::Permission;
use serde_json::json;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    /// The service.
    pub bot: Arc<dyn BotClient>,
    /// Largest file, in bytes.
    pub max_bytes: usize,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

/// Adds the service's routes.
pub fn routes(config: &mut web::ServiceConfig, edge: &Edge) {
    config.app_data(web::Data::new(edge.clone())).route("/knowledge/imports", web::post().to(upload));
}

/// Reads a file; the answer is the id of the import, whose preview is in GraphQL.
async fn upload(request: HttpRequest, signed: Signed, edge: web::Data<Edge>, form: Multipart) -> HttpResult {
    lingxi_http::refuse_foreign(&request)?;
    signed.ctx.require(Permission::ManageKnowledge)?;
    let file = read_upload(&request, &signed.ctx, form, edge.max_bytes).await?;
    let import = edge.bot.preview_import(&signed.ctx, &file.name, file.bytes).await?;
    Ok(HttpResponse::Ok().insert_header(("cache-control", "private, no-store")).json(json!({ "id": import.id })))
}
