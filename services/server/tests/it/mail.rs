//! Mail leaves by SMTP when a server is set, and a refused one does not keep the others.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::cloud::TestCloud;

type Taken = Arc<Mutex<Vec<String>>>;

/// An SMTP server (RFC 5321) that refuses one receiver and keeps what it takes.
async fn server(refused: &'static str) -> (String, Taken) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let taken = Taken::default();
    let kept = taken.clone();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            tokio::spawn(talk(socket, refused, kept.clone()));
        }
    });
    (url, taken)
}

async fn talk(socket: TcpStream, refused: &'static str, taken: Taken) -> std::io::Result<()> {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let answer = match line.get(..4).unwrap_or_default().to_uppercase().as_str() {
            "RCPT" if line.contains(refused) => "550 no such person",
            "QUIT" => "221 bye",
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut mail = String::new();
                while let Some(part) = lines.next_line().await?.filter(|part| part != ".") {
                    mail.push_str(&part);
                    mail.push('\n');
                }
                taken.lock().unwrap().push(mail);
                "250 taken"
            }
            _ => "250 fine",
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

#[tokio::test]
async fn mail_leaves_once_and_a_refused_one_keeps_nobody_waiting() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (url, taken) = server("owner@refused-firm.example").await;
    let test = TestCloud::start_with(|config| config.mail.smtp_url = Some(url)).await;
    test.firm("Refused Firm").await;
    test.firm("Served Firm").await;
    test.cloud.run_timers().await.unwrap();
    test.cloud.run_timers().await.unwrap();
    let mails = taken.lock().unwrap().clone();
    assert_eq!(mails.len(), 1, "once, and only what the server takes: {mails:?}");
    assert!(mails[0].contains("owner@served-firm.example"), "{}", mails[0]);
    let mut kept = Vec::new();
    for email in ["owner@served-firm.example", "owner@refused-firm.example"] {
        kept.push(lingxi_tenants::kept_mails(test.db(), Some(email), 1).await.unwrap().remove(0));
    }
    assert!(mails[0].contains("/verify-email?token="), "{}", mails[0]);
    assert!(kept[0].sent_at.is_some() && !kept[0].body.contains("token="), "its link is its receiver's alone now");
    assert!(kept[1].sent_at.is_none() && kept[1].body.contains("token="), "kept, to be tried again");
    test.end().await;
}
