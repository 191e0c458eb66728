//! Mails as they are kept: what a firm may read, and apart from that the link that only the receiver may.

use lingxi_contracts::tenants::Mail;
use lingxi_kernel::{MailId, Result};
use lingxi_store::{Conn, Tx, find, insert};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};

use super::mail;
use crate::mail::Words;

/// Writes a mail, to be sent after the commit. One about an account belongs to no firm: its transaction is that of the system.
pub(crate) async fn queue(tx: &Tx, receiver: &str, words: Words) -> Result<()> {
    let row = mail::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<MailId>().uuid(),
        receiver: receiver.to_owned(),
        subject: words.subject,
        body: words.body,
        created_at: tx.now(),
        sent_at: None,
        link: words.link,
    };
    Ok(insert(tx, row).await?)
}

/// The newest mails of the transaction's firm, or of none, to one receiver or to all.
pub(crate) async fn newest(tx: &Tx, receiver: Option<&str>, most: u64) -> Result<Vec<mail::Model>> {
    let mut found = find::<mail::Entity>(tx).order_by_desc(mail::Column::Id).limit(most);
    if let Some(receiver) = receiver {
        found = found.filter(mail::Column::Receiver.eq(receiver));
    }
    Ok(found.all(tx.conn()).await?)
}

/// The newest mails of the whole installation.
pub(crate) async fn newest_of_all(conn: &Conn, receiver: Option<&str>, most: u64) -> Result<Vec<mail::Model>> {
    let mut found = mail::Entity::find().order_by_desc(mail::Column::Id).limit(most);
    if let Some(receiver) = receiver {
        found = found.filter(mail::Column::Receiver.eq(receiver));
    }
    Ok(found.all(conn).await?)
}

/// A mail with the body that a reader may see.
pub(crate) fn contract(row: mail::Model, body: String) -> Mail {
    Mail {
        id: row.id.into(),
        to: row.receiver,
        subject: row.subject,
        body,
        created_at: row.created_at,
        sent_at: row.sent_at,
    }
}
