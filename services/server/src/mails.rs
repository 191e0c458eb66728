//! `lingxi mails`: what an installation without an SMTP server would have sent.

use lingxi_config::Config;
use lingxi_kernel::{Env, Result};

use crate::cloud::open_database;

/// The newest mails, to one receiver or to all, oldest of them first.
///
/// # Errors
/// What opening or reading the database may refuse.
pub async fn print(config: &Config, receiver: Option<&str>, most: u64) -> Result<String> {
    let db = open_database(config, Env::system()).await?;
    let receiver = receiver.map(|address| address.trim().to_lowercase());
    let mails = lingxi_tenants::kept_mails(&db, receiver.as_deref(), most).await?;
    if mails.is_empty() {
        return Ok("There are no mails.".into());
    }
    let texts = mails.into_iter().rev().map(|mail| {
        let state = mail
            .sent_at
            .map_or("kept, not sent".to_owned(), |at| format!("sent {}", at.format("%Y-%m-%d %H:%M:%S UTC")));
        let written = mail.created_at.format("%Y-%m-%d %H:%M:%S UTC");
        format!("{written}  {state}\nTo: {}\nSubject: {}\n\n{}", mail.to, mail.subject, mail.body)
    });
    Ok(texts.collect::<Vec<_>>().join("\n----\n\n"))
}
