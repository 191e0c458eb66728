//! The HTTP edge: who asks, what a refusal looks like, how often one may ask.

mod auth;
mod body;
mod keyed;
mod limit;
mod origin;
mod problem;
mod upload;
mod words;

pub use auth::{MaybeSigned, SESSION_COOKIE, Signed, refuse_foreign, session_cookie};
pub use body::{bound_body, read_body};
pub use keyed::KeyedLimit;
pub use limit::{Taken, TenantLimit};
pub use origin::{TrustedProxies, origin};
pub use problem::{HttpResult, Problem};
pub use upload::{Upload, declared_size, read_upload};
pub use words::{in_chinese, prefers_chinese, reads_chinese, said, speaking, worded};
