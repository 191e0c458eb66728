//! Refusals as RFC 9457 problem bodies.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};
use lingxi_kernel::{Error, ErrorCode};
use serde_json::json;

/// What an HTTP handler returns.
pub type HttpResult = Result<HttpResponse, Problem>;

/// An error on its way to an HTTP client.
#[derive(Debug)]
pub struct Problem(pub Error);

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self(error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        match self.0.code {
            ErrorCode::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
            ErrorCode::Unauthenticated => StatusCode::UNAUTHORIZED,
            ErrorCode::Forbidden => StatusCode::FORBIDDEN,
            ErrorCode::NotFound => StatusCode::NOT_FOUND,
            ErrorCode::Conflict => StatusCode::CONFLICT,
            ErrorCode::LimitExceeded => StatusCode::TOO_MANY_REQUESTS,
            ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            ErrorCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if let Some(cause) = &self.0.cause {
            tracing::error!(error.code = ?self.0.code, error.cause = %cause, "A request failed");
        }
        let said = crate::worded(self.0.clone());
        let mut response = HttpResponse::build(self.status_code());
        response.insert_header(("x-content-type-options", "nosniff"));
        response.content_type("application/problem+json").json(json!({
            "title": said.code,
            "detail": said.message,
            "status": self.status_code().as_u16(),
            "errors": said.fields,
        }))
    }
}
