//! The built portal and widget, inside the binary.

use actix_web::{HttpRequest, HttpResponse, web};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../web/portal/dist"]
#[allow_missing = true]
struct Portal;

#[derive(RustEmbed)]
#[folder = "../../web/widget/dist"]
#[allow_missing = true]
struct Widget;

const PORTAL_POLICY: &str = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; \
    connect-src 'self' ws: wss:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config.route("/widget/{file:.*}", web::get().to(widget)).route("/{path:.*}", web::get().to(portal));
}

/// The widget's files, for pages of any origin.
async fn widget(file: web::Path<String>) -> HttpResponse {
    match Widget::get(&file) {
        Some(found) => HttpResponse::Ok()
            .content_type(mime_guess::from_path(file.as_str()).first_or_octet_stream().as_ref())
            .insert_header(("access-control-allow-origin", "*"))
            .insert_header(("cross-origin-resource-policy", "cross-origin"))
            .insert_header(("cache-control", "public, max-age=300"))
            .body(found.data),
        None => HttpResponse::NotFound().body("There is no such file."),
    }
}

/// A file of the portal, or its page: the portal finds its own routes.
async fn portal(request: HttpRequest, path: web::Path<String>) -> HttpResponse {
    let asset = Portal::get(&path).map(|found| (path.as_str(), found));
    if asset.is_none() && (path.starts_with("assets/") || path.starts_with("auth/")) {
        return HttpResponse::NotFound().body("There is no such file.");
    }
    let page = || Portal::get("index.html").map(|found| ("index.html", found));
    let Some((name, found)) = asset.or_else(page) else {
        let hint = format!("The portal is not built; run `cargo xtask web`. ({})", request.path());
        return HttpResponse::NotFound().body(hint);
    };
    let kept = if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" };
    HttpResponse::Ok()
        .content_type(mime_guess::from_path(name).first_or_octet_stream().as_ref())
        .insert_header(("cache-control", kept))
        .insert_header(("content-security-policy", PORTAL_POLICY))
        .insert_header(("x-content-type-options", "nosniff"))
        .insert_header(("referrer-policy", "same-origin"))
        .body(found.data)
}
