//! Files in multipart bodies, with a limit.

use actix_multipart::{Multipart, MultipartError};
use futures::StreamExt as _;
use lingxi_kernel::{Error, ErrorCode, Result};

/// A file as sent.
#[derive(Debug)]
pub struct Upload {
    /// Name as sent; not to be trusted.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

/// The first file of a multipart body.
///
/// # Errors
/// [`ErrorCode::TooLarge`] above `most` bytes, [`ErrorCode::Invalid`] when there is no file or the body breaks off.
pub async fn read_upload(mut form: Multipart, most: usize) -> Result<Upload> {
    let broken = |error: MultipartError| Error::field("file", format!("The upload broke off: {error}"));
    let field = form.next().await.ok_or_else(|| Error::field("file", "The request holds no file."))?;
    let mut field = field.map_err(broken)?;
    let name = field.content_disposition().and_then(|d| d.get_filename().map(str::to_owned)).unwrap_or_default();
    let mut bytes = Vec::new();
    while let Some(chunk) = field.next().await {
        bytes.extend_from_slice(&chunk.map_err(broken)?);
        if bytes.len() > most {
            let message = format!("The file is larger than {} MB; make it smaller or split it.", most >> 20);
            return Err(Error { code: ErrorCode::TooLarge, ..Error::field("file", message) });
        }
    }
    Ok(Upload { name, bytes })
}
