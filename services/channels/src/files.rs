//! Uploaded files: checked by their first bytes, kept beside the database under the tenant's id.

use std::path::Path;

use chrono::TimeDelta;
use lingxi_contracts::channels::{Attachment, FileStored};
use lingxi_kernel::{AttachmentId, ContactId, ConversationId, Ctx, Error, ErrorCode, Permission, Result};
use lingxi_store::{Tx, insert};
use tokio::io::AsyncWriteExt as _;

use crate::service::Channels;
use crate::store::{self, attachment};

/// Media types that are taken; everything else could run in somebody's browser or on their machine.
const TAKEN: [&str; 8] = [
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "application/pdf",
    "application/zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
];

/// The media type of a file by its content, if it is one that is taken.
fn media_type(bytes: &[u8]) -> Result<&'static str> {
    if let Some(kind) = infer::get(bytes) {
        return TAKEN.into_iter().find(|taken| *taken == kind.mime_type()).ok_or_else(|| {
            Error::field(
                "file",
                format!("Files of type {} are not taken; send an image, a PDF or text.", kind.mime_type()),
            )
        });
    }
    let is_text = std::str::from_utf8(bytes).is_ok_and(|text| !text.contains('\0'));
    if is_text {
        Ok("text/plain")
    } else {
        Err(Error::field("file", "This kind of file is not taken; send an image, a PDF or text."))
    }
}

/// The last part of a file name, without anything that could be a path.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|c| !c.is_control() && *c != '"').take(120).collect();
    if clean.is_empty() { "file".into() } else { clean }
}

/// Keeps a file that was written and noted as a whole; of any other nothing stays.
async fn whole_or_nothing<T>(path: &Path, written: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = written.await;
    if outcome.is_err() {
        // It may not be there at all.
        let _ = tokio::fs::remove_file(path).await;
    }
    outcome
}

impl Channels {
    fn file_path(&self, ctx: &Ctx, id: AttachmentId) -> std::path::PathBuf {
        self.deps.files_dir.join(ctx.tenant.to_string()).join(id.to_string())
    }

    /// Demands that a customer may send a file of a size, before any of it is read.
    pub(crate) async fn has_room(&self, ctx: &Ctx, address: &str, size: usize) -> Result<()> {
        let (_, contact) = ctx.visitor()?;
        self.check_rate(ctx).await?;
        self.check_quota(&self.deps.db.read(ctx), contact, size).await?;
        self.rates.file(address, size)
    }

    /// Keeps a customer's file.
    pub(crate) async fn store_file(&self, ctx: &Ctx, name: &str, bytes: Vec<u8>) -> Result<Attachment> {
        let (_, contact) = ctx.visitor()?;
        self.keep_file(ctx, contact, name, bytes).await
    }

    /// Keeps a member's file for the customer of a conversation.
    pub(crate) async fn store_file_for(
        &self,
        ctx: &Ctx,
        conversation: ConversationId,
        name: &str,
        bytes: Vec<u8>,
    ) -> Result<Attachment> {
        ctx.require(Permission::Serve)?;
        let row = self.own(&self.deps.db.read(ctx), conversation).await?;
        self.keep_file(ctx, row.contact_id.into(), name, bytes).await
    }

    /// Demands that a customer has room for one more file today.
    async fn check_quota(&self, tx: &Tx, contact: ContactId, bytes: usize) -> Result<()> {
        let settings = &self.deps.files;
        let (files, sent) = store::files_since(tx, contact, tx.now() - TimeDelta::hours(24)).await?;
        let most = settings.visitor_bytes_per_day;
        if files < settings.visitor_files_per_day && sent.saturating_add(bytes as u64) <= most {
            return Ok(());
        }
        let message = "These are more files than one person can send in a day; please try again tomorrow.";
        Err(Error { code: ErrorCode::LimitExceeded, ..Error::field("file", message) })
    }

    async fn keep_file(&self, ctx: &Ctx, contact: ContactId, name: &str, bytes: Vec<u8>) -> Result<Attachment> {
        let most = self.deps.files.max_bytes;
        if bytes.len() > most {
            let message = format!("The file has {} bytes; at most {most} fit.", bytes.len());
            return Err(Error { code: ErrorCode::TooLarge, ..Error::field("file", message) });
        }
        if bytes.is_empty() {
            return Err(Error::field("file", "The file is empty."));
        }
        let media_type = media_type(&bytes)?;
        self.rates.file_of_firm(ctx.tenant, bytes.len())?;
        let id: AttachmentId = self.deps.db.env().id();
        let path = self.file_path(ctx, id);
        if let Some(folder) = path.parent() {
            tokio::fs::create_dir_all(folder).await?;
        }
        whole_or_nothing(&path, async {
            let mut file = tokio::fs::File::create(&path).await?;
            file.write_all(&bytes).await?;
            file.sync_all().await?;
            self.note_file(ctx, id, contact, (name, media_type, bytes.len())).await
        })
        .await
    }

    async fn note_file(
        &self,
        ctx: &Ctx,
        id: AttachmentId,
        contact: ContactId,
        (name, media_type, size): (&str, &str, usize),
    ) -> Result<Attachment> {
        let tx = self.deps.db.begin(ctx).await?;
        if ctx.visitor().is_ok() {
            self.check_quota(&tx, contact, size).await?;
        }
        let row = attachment::Model {
            tenant_id: tx.tenant(),
            id: id.uuid(),
            contact_id: contact.uuid(),
            name: clean_name(name),
            media_type: media_type.to_owned(),
            size: i64::try_from(size)?,
            created_at: tx.now(),
        };
        insert(&tx, row.clone()).await?;
        let stored = row.into_contract();
        tx.emit(&FileStored { attachment: stored.clone() })?;
        tx.commit().await?;
        Ok(stored)
    }

    /// A file with its bytes, for its customer or for members who read conversations.
    pub(crate) async fn load_file(&self, ctx: &Ctx, id: AttachmentId) -> Result<(Attachment, Vec<u8>)> {
        let row = attachment::get(&self.deps.db.read(ctx), id).await?.ok_or_else(|| Error::not_found("file"))?;
        match ctx.visitor() {
            Ok((_, contact)) if ContactId::from_uuid(row.contact_id) != contact => {
                return Err(Error::not_found("file"));
            }
            Ok(_) => {}
            Err(_) => ctx.require(Permission::ReadConversations)?,
        }
        let bytes = tokio::fs::read(self.file_path(ctx, id)).await?;
        Ok((row.into_contract(), bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_taken_by_content_not_by_name() {
        assert_eq!(media_type(b"\x89PNG\r\n\x1a\n0000").unwrap(), "image/png");
        assert_eq!(media_type("保单号 123".as_bytes()).unwrap(), "text/plain");
        assert!(media_type(b"MZ\x90\0\x03\0\0\0").is_err(), "a program");
        assert!(media_type(b"\xff\xfe\0\x01").is_err(), "unknown binary");
    }

    #[tokio::test]
    async fn a_disk_that_is_full_leaves_no_file() {
        let path = std::env::temp_dir().join(format!("lingxi-files-{}", std::process::id()));
        let full = whole_or_nothing::<()>(&path, async {
            tokio::fs::write(&path, b"the first half").await?;
            // What writing gives when no space is left on the device.
            let error = tokio::fs::write("/dev/full", b"the second half").await.unwrap_err();
            Err(error.into())
        });
        assert!(full.await.is_err());
        assert!(!path.exists(), "half a file is no file");
        whole_or_nothing(&path, async { Ok(tokio::fs::write(&path, b"whole").await?) }).await.unwrap();
        assert!(path.exists());
        std::fs::remove_file(&path).unwrap();
    }

    #[test]
    fn names_lose_their_path() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\x\\保单.pdf"), "保单.pdf");
        assert_eq!(clean_name("a\"\r\nb"), "ab");
        assert_eq!(clean_name("/"), "file");
    }
}
