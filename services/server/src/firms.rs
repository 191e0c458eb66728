//! `PUT` and `DELETE /operator/firms/NAME`: firms as the Kubernetes operator wants them. It shows the secret of the setting
//! `operator.token`; without that setting there are no such routes.

use actix_web::{HttpRequest, HttpResponse, web};
use lingxi_contracts::tenants::FirmSpec;
use lingxi_graphql::Services;
use lingxi_http::HttpResult;
use lingxi_kernel::{Ctx, Error, ErrorCode, Result, TenantId};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

#[derive(Clone)]
struct Firms {
    services: Services,
    token: String,
}

pub(crate) fn routes(config: &mut web::ServiceConfig, services: &Services, token: Option<&String>) {
    let Some(token) = token else { return };
    config
        .app_data(web::Data::new(Firms { services: services.clone(), token: token.clone() }))
        .route("/operator/firms/{name}", web::put().to(provision))
        .route("/operator/firms/{name}", web::delete().to(deprovision));
}

/// Makes the firm, or changes what differs; answers its id, status, members and the running month's bill.
async fn provision(
    http: HttpRequest,
    firms: web::Data<Firms>,
    name: web::Path<String>,
    body: web::Bytes,
) -> HttpResult {
    let ctx = firms.context(&http, &name)?;
    let spec: FirmSpec = serde_json::from_slice(&body)
        .map_err(|error| Error::invalid(format!("The body is not what is expected: {error}.")))?;
    let known = firms.services.tenants.provision(&ctx, spec).await?;
    let bill = firms.services.billing.draft_bill(&ctx).await?;
    Ok(HttpResponse::Ok().json(json!({
        "id": ctx.tenant,
        "status": known.tenant.status,
        "members": known.members,
        "seats": known.tenant.allowance.members,
        "usage": { "period": bill.period, "total": bill.total.to_string() },
    })))
}

/// Asks for the firm's deletion; its owner has the grace period to object.
async fn deprovision(http: HttpRequest, firms: web::Data<Firms>, name: web::Path<String>) -> HttpResult {
    let ctx = firms.context(&http, &name)?;
    match firms.services.tenants.deprovision(&ctx).await {
        Ok(tenant) => {
            let body = json!({ "id": ctx.tenant, "status": tenant.status, "delete_after": tenant.delete_after });
            Ok(HttpResponse::Ok().json(body))
        }
        Err(error) if error.code == ErrorCode::NotFound => Ok(HttpResponse::Ok().json(json!({ "id": ctx.tenant }))),
        Err(error) => Err(error.into()),
    }
}

impl Firms {
    /// The operator's context of the firm.
    fn context(&self, http: &HttpRequest, name: &str) -> Result<Ctx> {
        let header = http.headers().get("authorization").and_then(|value| value.to_str().ok());
        let shown = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Of their hashes, so that not even the length can be guessed by time.
        let same = Sha256::digest(shown).as_slice().ct_eq(Sha256::digest(&self.token).as_slice());
        if !bool::from(same) {
            return Err(Error::new(
                ErrorCode::Unauthenticated,
                "Show the operator's token as `Authorization: Bearer`.",
            ));
        }
        Ok(Ctx::system(firm_of(name)?, "operator"))
    }
}

/// The firm of a name. An id names a firm that signed up by itself; any other name is always that of the same firm.
fn firm_of(name: &str) -> Result<TenantId> {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Ok(id) = name.parse() {
        return Ok(id);
    }
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        return Err(Error::invalid(format!("`{name}` is no name of a firm: 1 to 63 small letters, digits and -")));
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(format!("firm/{name}"))[..16]);
    Ok(TenantId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid()))
}
