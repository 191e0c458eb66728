//! How much one visitor, and all visitors behind one network address, may ask for.

use lingxi_config::Limits;
use lingxi_http::KeyedLimit;
use lingxi_kernel::{ContactId, Error, ErrorCode, Result};

/// The rates of a process.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    visitors: KeyedLimit<ContactId>,
    addresses: KeyedLimit<String>,
    openings: KeyedLimit<String>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            visitors: KeyedLimit::per_second(limits.visitor_requests_per_second),
            addresses: KeyedLimit::per_second(limits.visitor_requests_per_address),
            openings: KeyedLimit::per_hour(limits.visitors_per_address_and_hour),
        }
    }

    /// A request or a frame of a visitor.
    pub(crate) fn visitor(&self, contact: ContactId) -> Result<()> {
        let refuse = || Error::new(ErrorCode::LimitExceeded, "You are sending too fast; please wait a moment.");
        if self.visitors.takes(&contact) { Ok(()) } else { Err(refuse()) }
    }

    /// A request or a frame from an address; without one, nothing is known of it.
    pub(crate) fn address(&self, address: &str) -> Result<()> {
        let refuse = || {
            let message = "Too many requests from this network address; please wait a moment.";
            Error::new(ErrorCode::LimitExceeded, message)
        };
        if address.is_empty() || self.addresses.takes(&address.to_owned()) { Ok(()) } else { Err(refuse()) }
    }

    /// A new visitor from an address who has proved nothing.
    pub(crate) fn opening(&self, address: &str) -> Result<()> {
        let refuse = || {
            let message = "Too many new chats from this network address; please try again in an hour.";
            Error::new(ErrorCode::LimitExceeded, message)
        };
        if address.is_empty() || self.openings.takes(&address.to_owned()) { Ok(()) } else { Err(refuse()) }
    }
}
