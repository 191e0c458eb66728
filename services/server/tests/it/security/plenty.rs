//! Whoever sends plenty of something is told that it is too much, and the others do not notice.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cloud::folder;
use crate::process::{Firm, Server, client};

const HEAD: &str = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n";

/// An upload of which only the beginning is sent, from a network address; and the status of an answer, if one comes before the rest.
struct Unfinished {
    stream: TcpStream,
}

impl Unfinished {
    async fn begin(server: &Server, path: &str, credential: &str, address: &str, size: usize) -> Self {
        let host = server.url.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {host}\r\n{credential}\r\nx-forwarded-for: {address}\r\ncontent-type: multipart/form-data; boundary=b\r\ncontent-length: {size}\r\n\r\n{HEAD}title,answer\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        Self { stream }
    }

    /// The status of the answer; 0 when the server waits for the rest.
    async fn answered(&mut self) -> u16 {
        let mut start = [0; 12];
        match tokio::time::timeout(Duration::from_secs(1), self.stream.read_exact(&mut start)).await {
            Ok(read) => {
                read.unwrap();
                String::from_utf8_lossy(&start[9..]).parse().unwrap()
            }
            Err(_) => 0,
        }
    }
}

async fn import(server: &Server, http: &reqwest::Client, firm: &Firm) -> u16 {
    let part = reqwest::multipart::Part::bytes(b"title,answer\nOpening hours,From nine to six.\n".to_vec());
    let body = reqwest::multipart::Form::new().part("file", part.file_name("a.csv"));
    let request = http.post(format!("{}/knowledge/imports", server.url)).header("cookie", &firm.cookie);
    request.multipart(body).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn unfinished_uploads_have_few_places_and_give_them_back() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let (loud, calm) = (server.firm(&http, "loud").await, server.firm(&http, "calm").await);
    let cookie = format!("cookie: {}", loud.cookie);
    let large = 19 << 20;
    let mut held = Vec::new();
    for number in 0..2 {
        let address = format!("203.0.113.{number}");
        held.push(Unfinished::begin(&server, "/knowledge/imports", &cookie, &address, large).await);
    }
    for upload in &mut held {
        assert_eq!(upload.answered().await, 0, "two of them are taken");
    }
    let mut third = Unfinished::begin(&server, "/knowledge/imports", &cookie, "203.0.113.9", large).await;
    assert_eq!(third.answered().await, 429, "one member sends two at a time");
    assert_eq!(import(&server, &http, &calm).await, 200, "another firm has places");

    // Visitors of one address, each with one large file.
    let mut visitors = Vec::new();
    let mut refused = 0;
    for _ in 0..6 {
        let bearer = format!("authorization: Bearer {}", server.visitor(&http, &loud).await);
        let mut upload = Unfinished::begin(&server, "/widget/v1/files", &bearer, "198.51.100.7", 9 << 20).await;
        refused += u32::from(upload.answered().await == 429);
        visitors.push(upload);
    }
    assert_eq!(refused, 2, "an address has four places");
    let mut oversized = Unfinished::begin(&server, "/knowledge/imports", &cookie, "203.0.113.9", 64 << 20).await;
    assert_eq!(oversized.answered().await, 413, "what says that it is too large is not read");

    drop((held, visitors));
    // The server notices when it reads on.
    let mut status = 0;
    for _ in 0..2_000 {
        status = import(&server, &http, &loud).await;
        if status == 200 {
            break;
        }
    }
    assert_eq!(status, 200, "places that are left are free again");
}

#[tokio::test]
async fn many_firms_together_hold_no_more_than_fits() {
    let (folder, http) = (folder(), client());
    let server = Server::start_with(&folder, &["limits.sign_ups_per_hour=100".into()]);
    let mut held = Vec::new();
    let mut statuses = Vec::new();
    for number in 0..5 {
        let firm = server.firm(&http, &format!("firm{number}")).await;
        let cookie = format!("cookie: {}", firm.cookie);
        for _ in 0..2 {
            let address = format!("203.0.113.{number}");
            let mut upload = Unfinished::begin(&server, "/knowledge/imports", &cookie, &address, 20 << 20).await;
            statuses.push(upload.answered().await);
            held.push(upload);
        }
    }
    assert_eq!(statuses, [0, 0, 0, 0, 0, 0, 0, 0, 503, 503], "eight large ones at a time");
}
