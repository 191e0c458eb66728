//! Bodies of requests: none is read beyond its limit, none may keep us waiting, none is unpacked.

use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::dev::{Payload as Raw, ServiceRequest};
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_ENCODING;
use actix_web::{HttpMessage as _, web};
use futures::{Stream, StreamExt as _};
use lingxi_kernel::{Error, ErrorCode, Result};
use tokio::time::{Duration, Instant, Sleep};

/// A body may take so long, whatever its size.
const PATIENCE: Duration = Duration::from_secs(20);
/// Beyond that it must come at this rate.
const BYTES_PER_SECOND: u64 = 64 << 10;

/// A body of at most so many bytes.
///
/// # Errors
/// [`ErrorCode::TooLarge`] as soon as there are more, [`ErrorCode::Invalid`] when it breaks off.
pub async fn read_body(mut body: web::Payload, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.next().await {
        let piece = piece.map_err(|error| Error::invalid(format!("The body broke off: {error}.")))?;
        if bytes.len() + piece.len() > most {
            let message = format!("The body is larger than {most} bytes; send less at once.");
            return Err(Error::new(ErrorCode::TooLarge, message));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Bounds the time of a request's body, whoever reads it.
///
/// # Errors
/// [`ErrorCode::Invalid`] when it is packed: a few bytes could be unpacked to more than fits.
pub fn bound_body(request: &mut ServiceRequest) -> Result<()> {
    let packed = request.headers().get(CONTENT_ENCODING).is_some_and(|value| value != "identity");
    if packed {
        return Err(Error::invalid("Send the body as it is, without content-encoding."));
    }
    let inner = request.take_payload();
    if !matches!(inner, Raw::None) {
        let now = Instant::now();
        let body = Bounded { inner, begun: now, received: 0, end: Box::pin(tokio::time::sleep_until(now + PATIENCE)) };
        request.set_payload(Raw::Stream { payload: Box::pin(body) });
    }
    Ok(())
}

struct Bounded {
    inner: Raw,
    begun: Instant,
    received: u64,
    end: Pin<Box<Sleep>>,
}

impl Stream for Bounded {
    type Item = std::result::Result<web::Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let polled = self.inner.poll_next_unpin(cx);
        if let Poll::Ready(Some(Ok(piece))) = &polled {
            self.received = self.received.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
            let end = self.begun + PATIENCE + Duration::from_secs(self.received / BYTES_PER_SECOND);
            self.end.as_mut().reset(end);
        }
        if polled.is_pending() && self.end.as_mut().poll(cx).is_ready() {
            let late = std::io::Error::new(std::io::ErrorKind::TimedOut, "it came too slowly");
            return Poll::Ready(Some(Err(PayloadError::Io(late))));
        }
        polled
    }
}
