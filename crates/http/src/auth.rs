//! Who asks: the session cookie of the portal, or a bearer key of an integrator.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use lingxi_contracts::tenants::TenantsClient;
use lingxi_kernel::{Ctx, Error, ErrorCode};

use crate::Problem;

/// Name of the portal's cookie.
pub const SESSION_COOKIE: &str = "lingxi_session";

/// A request with a valid session or key.
#[derive(Debug, Clone)]
pub struct Signed {
    /// Tenant, actor, rights.
    pub ctx: Ctx,
    /// The credential itself.
    pub token: String,
}

/// A request that may have a session or key; an invalid one counts as none.
#[derive(Debug, Clone)]
pub struct MaybeSigned(pub Option<Signed>);

/// The credential of a request: the `Authorization: Bearer` header, or else the cookie.
fn credential(request: &HttpRequest) -> Option<String> {
    let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    match header {
        Some(header) => header.strip_prefix("Bearer ").map(|token| token.trim().to_owned()),
        None => request.cookie(SESSION_COOKIE).map(|cookie| cookie.value().to_owned()),
    }
}

async fn authenticate(request: HttpRequest) -> Result<Signed, Error> {
    let missing = || Error::new(ErrorCode::Unauthenticated, "Please sign in, or send an API key as a bearer token.");
    let token = credential(&request).ok_or_else(missing)?;
    let tenants = request
        .app_data::<web::Data<Arc<dyn TenantsClient>>>()
        .ok_or_else(|| Error::internal("the tenants client is not configured"))?;
    let ctx = tenants.authenticate(&token).await?;
    tracing::Span::current().record("tenant", tracing::field::display(ctx.tenant));
    Ok(Signed { ctx, token })
}

impl FromRequest for Signed {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { authenticate(request).await.map_err(Problem) })
    }
}

impl FromRequest for MaybeSigned {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match authenticate(request).await {
                Ok(signed) => Ok(Self(Some(signed))),
                Err(error) if error.code == ErrorCode::Unauthenticated => Ok(Self(None)),
                Err(error) => Err(Problem(error)),
            }
        })
    }
}

/// Demands that a request which is known by its cookie comes from a page of ours: a browser sends the cookie along whoever
/// wrote the page.
///
/// # Errors
/// [`ErrorCode::Forbidden`] when the page is another site's.
pub fn refuse_foreign(request: &HttpRequest) -> Result<(), Error> {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    let by_cookie = header("authorization").is_none() && request.cookie(SESSION_COOKIE).is_some();
    let ours = match (header("sec-fetch-site"), header("origin")) {
        // Pages cannot set this one, and proxies that change the host leave it as it is.
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = origin.split_once("://").map(|(_, host)| without_port(host));
            host == Some(without_port(request.connection_info().host()))
        }
        (None, None) => true,
    };
    if !by_cookie || ours {
        return Ok(());
    }
    let message = "This request comes from a page of another site; send it from the portal, or with an API key.";
    Err(Error::new(ErrorCode::Forbidden, message))
}

/// A host without its port, which proxies may leave out.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.chars().all(|c| c.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The portal's cookie: out of reach of scripts, not sent along from other sites; `None` removes it.
pub fn session_cookie(token: Option<String>, secure: bool) -> Cookie<'static> {
    let mut cookie = Cookie::build(SESSION_COOKIE, token.clone().unwrap_or_default())
        .path("/")
        .http_only(true)
        .secure(secure)
        .same_site(SameSite::Lax)
        .finish();
    cookie.set_max_age(if token.is_some() { Duration::days(14) } else { Duration::ZERO });
    cookie
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn is_taken(headers: &[(&'static str, &'static str)]) -> bool {
        let request = TestRequest::default().insert_header(("host", "chat.example.com:8443"));
        let request = headers.iter().fold(request, |request, header| request.insert_header(*header));
        refuse_foreign(&request.to_http_request()).is_ok()
    }

    #[test]
    fn a_cookie_counts_for_our_own_pages_alone() {
        let cookie = ("cookie", "lingxi_session=s");
        assert!(is_taken(&[cookie]), "no browser's page");
        assert!(is_taken(&[cookie, ("origin", "https://chat.example.com:8443")]));
        assert!(is_taken(&[cookie, ("origin", "https://chat.example.com")]), "a proxy leaves the port out");
        assert!(is_taken(&[cookie, ("origin", "https://inside"), ("sec-fetch-site", "same-origin")]));
        for origin in ["https://evil.example", "null", "https://chat.example.com.evil.example"] {
            assert!(!is_taken(&[cookie, ("origin", origin)]), "{origin}");
            assert!(is_taken(&[cookie, ("origin", origin), ("authorization", "Bearer key")]), "a key is no cookie");
        }
        assert!(!is_taken(&[cookie, ("origin", "https://other.example.com"), ("sec-fetch-site", "same-site")]));
    }
}
