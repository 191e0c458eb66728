//! How much one visitor, and all visitors behind one network address, may ask for.

use lingxi_config::{Files, Limits};
use lingxi_http::KeyedLimit;
use lingxi_kernel::{ContactId, Error, ErrorCode, Result, TenantId};

/// The rates of a process.
#[derive(Debug, Clone)]
pub(crate) struct Rates {
    visitors: KeyedLimit<ContactId>,
    addresses: KeyedLimit<String>,
    openings: KeyedLimit<String>,
    files: KeyedLimit<String>,
    /// Kilobytes of an address's files.
    kilobytes: KeyedLimit<String>,
    /// Kilobytes of a firm's files.
    firms: KeyedLimit<TenantId>,
}

impl Rates {
    pub(crate) fn new(limits: &Limits, files: &Files) -> Self {
        Self {
            visitors: KeyedLimit::per_second(limits.visitor_requests_per_second),
            addresses: KeyedLimit::per_second(limits.visitor_requests_per_address),
            openings: KeyedLimit::per_hour(limits.visitors_per_address_and_hour),
            files: KeyedLimit::per_day(files.address_files_per_day),
            kilobytes: KeyedLimit::per_day(kilobytes(files.address_bytes_per_day)),
            firms: KeyedLimit::per_day(kilobytes(files.firm_bytes_per_day)),
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

    /// A customer's file from an address; without one, nothing is known of it.
    pub(crate) fn file(&self, address: &str, size: usize) -> Result<()> {
        let key = address.to_owned();
        if address.is_empty() || (self.files.takes(&key) && self.kilobytes.takes_many(&key, kilobytes(size as u64))) {
            return Ok(());
        }
        let message = "More files came from this network address today than fit in a day; please try again tomorrow.";
        Err(Error { code: ErrorCode::LimitExceeded, ..Error::field("file", message) })
    }

    /// A file of a firm, whoever sends it.
    pub(crate) fn file_of_firm(&self, tenant: TenantId, size: usize) -> Result<()> {
        if self.firms.takes_many(&tenant, kilobytes(size as u64)) {
            return Ok(());
        }
        let message = "This firm has taken more files today than fit in a day; please try again tomorrow.";
        Err(Error { code: ErrorCode::LimitExceeded, ..Error::field("file", message) })
    }
}

fn kilobytes(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1 << 10)).unwrap_or(u32::MAX)
}
