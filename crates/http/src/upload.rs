//! Files in multipart bodies: each with a limit, all of them together within one bound, nobody with more than a few at a time.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use actix_multipart::{Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_LENGTH;
use futures::StreamExt as _;
use lingxi_kernel::{Ctx, Error, ErrorCode, Result, TenantId};

/// Bytes of all uploads that a process takes at a time: eight of the largest.
const MOST_BYTES: usize = 160 << 20;
/// Uploads of one member, visitor or key at a time.
const OF_A_SENDER: usize = 2;
/// Uploads of one network address at a time: an office has many people behind one.
const OF_AN_ADDRESS: usize = 4;
/// What a multipart body has around its file at most.
const AROUND: usize = 64 << 10;

/// The uploads of this process, whichever route takes them.
static UPLOADS: LazyLock<Uploads> = LazyLock::new(|| Uploads::of(MOST_BYTES));

/// A file as sent. It holds its place among the uploads for as long as it is there.
#[derive(Debug)]
pub struct Upload {
    /// Name as sent; not to be trusted.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
    /// Given back when the handler ends, whatever has become of the bytes.
    _place: Place,
}

/// How many bytes the file of a request has, as far as the request says so; else the most that is taken.
///
/// # Errors
/// [`ErrorCode::TooLarge`] when it says more than fits.
pub fn declared_size(request: &HttpRequest, most: usize) -> Result<usize> {
    let length = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    match length.and_then(|length| length.parse::<usize>().ok()) {
        Some(length) if length > most.saturating_add(AROUND) => Err(too_large(most)),
        Some(length) => Ok(length.min(most)),
        None => Ok(most),
    }
}

/// The first file of a multipart body.
///
/// # Errors
/// [`ErrorCode::LimitExceeded`] and [`ErrorCode::Unavailable`] when too many are on their way, before anything is read;
/// [`ErrorCode::TooLarge`] above `most` bytes, [`ErrorCode::Invalid`] when there is no file or the body breaks off.
pub async fn read_upload(request: &HttpRequest, ctx: &Ctx, mut form: Multipart, most: usize) -> Result<Upload> {
    let size = declared_size(request, most)?;
    let place = UPLOADS.enter(ctx, &crate::origin(request), size)?;
    let broken = |error: MultipartError| Error::field("file", format!("The upload broke off: {error}"));
    let field = form.next().await.ok_or_else(|| Error::field("file", "The request holds no file."))?;
    let mut field = field.map_err(broken)?;
    let name = field.content_disposition().and_then(|d| d.get_filename().map(str::to_owned)).unwrap_or_default();
    // All at once: a vector that grows holds up to twice as much.
    let mut bytes = Vec::with_capacity(size);
    while let Some(chunk) = field.next().await {
        let chunk = chunk.map_err(broken)?;
        if bytes.len() + chunk.len() > most {
            return Err(too_large(most));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Upload { name, bytes, _place: place })
}

fn too_large(most: usize) -> Error {
    let message = format!("The file is larger than {} MB; make it smaller or split it.", most >> 20);
    Error { code: ErrorCode::TooLarge, ..Error::field("file", message) }
}

/// Uploads that are on their way. Cheap to clone.
#[derive(Debug, Clone)]
struct Uploads {
    most: usize,
    held: Arc<Mutex<Held>>,
}

#[derive(Debug, Default)]
struct Held {
    bytes: usize,
    /// By whoever has some: uploads of senders and addresses, bytes of firms.
    by: HashMap<Holder, usize>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Holder {
    Sender(TenantId, &'static str, String),
    Address(String),
    Firm(TenantId),
}

/// An upload's place; it is free again when this is dropped.
#[derive(Debug)]
struct Place {
    uploads: Uploads,
    bytes: usize,
    holders: Vec<(Holder, usize)>,
}

impl Uploads {
    fn of(most: usize) -> Self {
        Self { most, held: Arc::default() }
    }

    /// A place for so many bytes; a firm gets at most half of all.
    fn enter(&self, ctx: &Ctx, address: &str, bytes: usize) -> Result<Place> {
        let (kind, id) = ctx.actor_name();
        let mut wanted = vec![
            (Holder::Sender(ctx.tenant, kind, id), 1, OF_A_SENDER),
            (Holder::Firm(ctx.tenant), bytes, self.most / 2),
        ];
        if !address.is_empty() {
            wanted.push((Holder::Address(address.to_owned()), 1, OF_AN_ADDRESS));
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for (holder, more, most) in &wanted {
            if held.by.get(holder).copied().unwrap_or_default() + more > *most {
                return Err(too_many(holder));
            }
        }
        if held.bytes + bytes > self.most {
            let message = "Too many files are on their way at the moment; please try again in a minute.";
            return Err(Error::new(ErrorCode::Unavailable, message));
        }
        held.bytes += bytes;
        let holders: Vec<_> = wanted.into_iter().map(|(holder, more, _)| (holder, more)).collect();
        for (holder, more) in &holders {
            *held.by.entry(holder.clone()).or_default() += more;
        }
        drop(held);
        Ok(Place { uploads: self.clone(), bytes, holders })
    }
}

fn too_many(holder: &Holder) -> Error {
    let message = match holder {
        Holder::Sender(..) => "Two of your files are on their way already; wait until one of them is there.",
        Holder::Address(_) => {
            "Too many files are on their way from this network address; please try again in a minute."
        }
        Holder::Firm(_) => "Too many files are on their way to this firm; please try again in a minute.",
    };
    Error { code: ErrorCode::LimitExceeded, ..Error::field("file", message) }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.uploads.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.bytes = held.bytes.saturating_sub(self.bytes);
        for (holder, less) in &self.holders {
            if let Some(count) = held.by.get_mut(holder) {
                *count = count.saturating_sub(*less);
                if *count == 0 {
                    held.by.remove(holder);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use lingxi_kernel::{Actor, ContactId, Env};

    use super::*;

    fn visitor(tenant: TenantId) -> Ctx {
        let env = Env::system();
        Ctx { tenant, actor: Actor::Visitor { channel: env.id(), contact: env.id::<ContactId>() } }
    }

    #[test]
    fn a_sender_and_an_address_have_few_places_and_get_them_back() {
        let (uploads, env) = (Uploads::of(1_000), Env::system());
        let (one, other) = (visitor(env.id()), visitor(env.id()));
        let places: Vec<_> = (0..2).map(|_| uploads.enter(&one, "203.0.113.7", 10).unwrap()).collect();
        let refused = uploads.enter(&one, "203.0.113.8", 10).unwrap_err();
        assert_eq!(refused.code, ErrorCode::LimitExceeded, "of one sender, from wherever");
        let more: Vec<_> = (0..2).map(|_| uploads.enter(&other, "203.0.113.7", 10).unwrap()).collect();
        let third = visitor(env.id());
        assert_eq!(uploads.enter(&third, "203.0.113.7", 10).unwrap_err().code, ErrorCode::LimitExceeded);
        drop((places, more));
        uploads.enter(&third, "203.0.113.7", 10).unwrap();
        assert!(uploads.held.lock().unwrap().by.is_empty(), "nobody is kept in mind who has nothing");
    }

    #[test]
    fn a_firm_has_half_of_all_and_all_together_no_more_than_fits() {
        let (uploads, env) = (Uploads::of(100), Env::system());
        let firms: [TenantId; 3] = [env.id(), env.id(), env.id()];
        let first = uploads.enter(&visitor(firms[0]), "", 50).unwrap();
        assert_eq!(uploads.enter(&visitor(firms[0]), "", 1).unwrap_err().code, ErrorCode::LimitExceeded);
        let _second = uploads.enter(&visitor(firms[1]), "", 50).unwrap();
        assert_eq!(uploads.enter(&visitor(firms[2]), "", 1).unwrap_err().code, ErrorCode::Unavailable);
        drop(first);
        uploads.enter(&visitor(firms[2]), "", 50).unwrap();
    }
}
