//! Services in other processes: a call as data, whoever carries it, and whoever answers it.
//!
//! The macro `remote` makes both sides of every client trait. What a call may do is decided where it is answered, as if it had
//! been made there: the caller's [`lingxi_kernel::Ctx`] is its first argument.

use async_trait::async_trait;
use lingxi_kernel::{Error, ErrorCode, Result, TenantId};
pub use lingxi_remote_macro::remote;
use serde::{Serialize, de::DeserializeOwned};

/// A call that is on its way.
#[derive(Debug, Clone)]
pub struct Question {
    /// Who is to answer.
    pub service: &'static str,
    /// The function of its client.
    pub method: &'static str,
    /// The tenant of the call, for logs and traces.
    pub tenant: Option<TenantId>,
    /// Whether it may be asked twice.
    pub idempotent: bool,
    /// The arguments, an array in JSON.
    pub arguments: Vec<u8>,
}

/// Carries calls to other processes, with deadline and trace.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Asks, and gives the answer in JSON.
    ///
    /// # Errors
    /// What the service answers with; [`ErrorCode::Unavailable`] when no answer comes in time, [`ErrorCode::TooLarge`] when
    /// question or answer is larger than a message may be.
    async fn ask(&self, question: Question) -> Result<Vec<u8>>;
}

/// Answers the calls of a service's client.
#[async_trait]
pub trait Served: Send + Sync {
    /// The service's name.
    fn service(&self) -> &'static str;

    /// Answers a call with the result in JSON.
    ///
    /// # Errors
    /// Those of the service; [`ErrorCode::NotFound`] for a function that this version does not have.
    async fn answer(&self, method: &str, arguments: &[u8]) -> Result<Vec<u8>>;
}

/// Arguments and results in the form in which they travel.
///
/// # Errors
/// [`ErrorCode::Internal`] for a value without a form in JSON.
pub fn pack(value: &impl Serialize) -> Result<Vec<u8>> {
    Ok(serde_json::to_vec(value)?)
}

/// What [`pack`] made.
///
/// # Errors
/// [`ErrorCode::Internal`] when the other side speaks of something else.
pub fn unpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    Ok(serde_json::from_slice(bytes)?)
}

/// The answer to a call that this version does not know.
pub fn unknown(service: &str, method: &str) -> Error {
    let cause = format!("{service} has no call `{method}`: caller and service are of different versions");
    Error {
        cause: Some(cause),
        ..Error::new(ErrorCode::Unavailable, "This is not available at the moment. Please try again.")
    }
}
