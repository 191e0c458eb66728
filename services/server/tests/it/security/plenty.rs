//! Whoever sends plenty of something is told that it is too much, and the others do not notice.

use std::time::Duration;

use lingxi_contracts::bot::{ArticleInput, ArticleText};
use lingxi_contracts::channels::{ChannelKind, ChannelSettings, ConversationFilter};
use lingxi_kernel::{ErrorCode, PageArgs};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::cloud::{TestCloud, folder};
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

#[tokio::test]
async fn a_firm_makes_a_bounded_number_of_what_costs_us_something() {
    let test = TestCloud::start().await;
    let owner = test.firm("Plenty").await;
    let channels = &test.cloud.services.channels;
    for number in 0..20 {
        channels.create_webhook(&owner, &format!("https://hooks.example.com/{number}")).await.unwrap();
    }
    let one_more = channels.create_webhook(&owner, "https://hooks.example.com/20").await.unwrap_err();
    assert_eq!(one_more.code, ErrorCode::LimitExceeded, "{one_more}");
    let known = channels.webhooks(&owner).await.unwrap().remove(0);
    channels.delete_webhook(&owner, known.id).await.unwrap();
    channels.create_webhook(&owner, "https://hooks.example.com/20").await.expect("one was removed");

    let first = channels.channels(&owner).await.unwrap().remove(0);
    for number in 1..50 {
        channels.create_channel(&owner, ChannelKind::Api, &format!("Shop {number}")).await.unwrap();
    }
    let one_more = channels.create_channel(&owner, ChannelKind::Api, "Shop 50").await.unwrap_err();
    assert_eq!(one_more.code, ErrorCode::LimitExceeded, "{one_more}");
    let origins = |count: usize, length: usize| ChannelSettings {
        allowed_origins: (0..count).map(|n| format!("https://{n}.{}", "a".repeat(length))).collect(),
        ..first.settings.clone()
    };
    for (count, length) in [(101, 10), (1, 200)] {
        let update = channels.update_channel(&owner, first.id, None, None, Some(origins(count, length)));
        assert_eq!(update.await.unwrap_err().fields[0].field, "settings.allowedOrigins", "{count} of {length}");
    }
    channels.update_channel(&owner, first.id, None, None, Some(origins(100, 10))).await.unwrap();
    let mut refused = None;
    for number in 0..=500 {
        refused = channels.save_canned_reply(&owner, &format!("r{number}"), "en-US", "Thanks").await.err();
        if refused.is_some() {
            break;
        }
    }
    assert_eq!(refused.unwrap().code, ErrorCode::LimitExceeded);
    let known = channels.canned_replies(&owner).await.unwrap();
    assert_eq!(known.len(), 500);
    channels.save_canned_reply(&owner, "r1", "en-US", "Thank you").await.expect("a known one can be changed");
    test.end().await;
}

#[tokio::test]
async fn what_is_said_to_try_the_bot_and_what_is_searched_for_is_as_long_as_people_write() {
    let test = TestCloud::start().await;
    let owner = test.firm("Long").await;
    let (bot, channels) = (&test.cloud.services.bot, &test.cloud.services.channels);
    let page = || PageArgs { first: 10, after: None };
    let (long, words) = ("长".repeat(4_001), "a".repeat(201));
    assert_eq!(bot.test(&owner, &long, "zh-CN").await.unwrap_err().fields[0].field, "text");
    bot.test(&owner, &"长".repeat(4_000), "zh-CN").await.unwrap();
    assert_eq!(bot.save_gold(&owner, &long, None).await.unwrap_err().fields[0].field, "text");
    let flow = bot.flows(&owner).await.unwrap().remove(0).draft;
    let tried = bot.try_flow(&owner, flow.clone(), vec![long.clone()], "zh-CN", None).await.unwrap_err();
    assert_eq!(tried.fields[0].field, "says");
    let mut draft = flow;
    draft.cases[0].says = vec![long];
    assert!(bot.try_flow(&owner, draft, vec!["hello".into()], "zh-CN", None).await.is_err());
    assert_eq!(bot.articles(&owner, Some(words.clone()), None, page()).await.unwrap_err().fields[0].field, "search");
    assert_eq!(channels.contacts(&owner, Some(words.clone()), page()).await.unwrap_err().fields[0].field, "search");
    let filter = ConversationFilter { search: Some(words), ..ConversationFilter::default() };
    assert_eq!(channels.conversations(&owner, filter, page()).await.unwrap_err().fields[0].field, "search");
    test.end().await;
}

#[tokio::test]
async fn an_address_and_a_firm_have_a_quota_of_files() {
    let (folder, http) = (folder(), client());
    let limits = ["files.address_files_per_day=3".to_owned(), "files.firm_bytes_per_day=10240".to_owned()];
    let server = Server::start_with(&folder, &limits);
    let firm = server.firm(&http, "quota").await;
    let send = async |address: &str, size: usize| {
        let token = server.visitor(&http, &firm).await;
        let part = reqwest::multipart::Part::bytes(vec![b'a'; size]).file_name("a.txt");
        let body = reqwest::multipart::Form::new().part("file", part);
        let request = http.post(format!("{}/widget/v1/files", server.url)).header("x-forwarded-for", address);
        request.bearer_auth(token).multipart(body).send().await.unwrap().status().as_u16()
    };
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(send("203.0.113.7", 100).await);
    }
    assert_eq!(statuses, [200, 200, 200, 429], "four visitors of one address");
    assert_eq!(send("203.0.113.8", 5_000).await, 200);
    assert_eq!(send("203.0.113.9", 5_000).await, 429, "the firm's day is full");
    assert_eq!(send("203.0.113.9", 100).await, 200, "but for what still fits");
}

#[tokio::test]
async fn a_page_of_another_site_sends_no_files_and_nobody_keeps_a_private_answer() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "pages").await;
    let host = server.url.trim_start_matches("http://");
    let send = async |origin: &str| {
        let part = reqwest::multipart::Part::bytes(b"title,answer\nOpening hours,From nine to six.\n".to_vec());
        let body = reqwest::multipart::Form::new().part("file", part.file_name("a.csv"));
        let request = http.post(format!("{}/knowledge/imports", server.url)).header("cookie", &firm.cookie);
        request.header("origin", origin).multipart(body).send().await.unwrap()
    };
    assert_eq!(send("https://evil.example").await.status().as_u16(), 403);
    let answer = send(&format!("http://{host}")).await;
    assert_eq!(answer.status().as_u16(), 200);
    assert_eq!(answer.headers()["cache-control"], "private, no-store");
    let token = server.visitor(&http, &firm).await;
    let said = json!({ "clientId": "1", "text": "hello" });
    let request = http.post(format!("{}/widget/v1/messages", server.url)).bearer_auth(&token).json(&said);
    let message: Value = request.send().await.unwrap().json().await.unwrap();
    let part = reqwest::multipart::Part::bytes(b"my policy".to_vec()).file_name("a.txt");
    let body = reqwest::multipart::Form::new().part("file", part);
    let url = format!("{}/files?conversation={}", server.url, message["conversationId"].as_str().unwrap());
    let request = http.post(url).header("cookie", &firm.cookie).header("origin", "https://evil.example");
    assert_eq!(request.multipart(body).send().await.unwrap().status().as_u16(), 403);

    let part = reqwest::multipart::Part::bytes(b"my policy".to_vec()).file_name("a.txt");
    let body = reqwest::multipart::Form::new().part("file", part);
    let request = http.post(format!("{}/widget/v1/files", server.url)).bearer_auth(&token);
    let stored = request.header("origin", "https://shop.example").multipart(body).send().await.unwrap();
    assert_eq!(stored.headers()["cache-control"], "private, no-store");
    let file: Value = stored.json().await.unwrap();
    let url = format!("{}/files/{}", server.url, file["id"].as_str().unwrap());
    let read = http.get(url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(read.headers()["cache-control"], "private, max-age=300");
    let state = http.get(format!("{}/widget/v1/messages", server.url)).bearer_auth(&token).send().await.unwrap();
    assert_eq!(state.headers()["cache-control"], "private, no-store");
}

#[tokio::test]
async fn a_knowledge_base_that_no_memory_holds_is_refused_and_the_release_before_goes_on_answering() {
    let test = TestCloud::start().await;
    let owner = test.firm("Encyclopaedia").await;
    let bot = &test.cloud.services.bot;
    let before = bot.publish(&owner, true).await.unwrap();
    for number in 0..470 {
        let words =
            ArticleText { locale: "en-US".into(), title: format!("Article {number}"), answer: "An answer.".into() };
        let input = ArticleInput {
            key: None,
            category: None,
            status: None,
            texts: vec![words],
            questions: (0..500).map(|question| format!("question {question} of {number}")).collect(),
            links: None,
            flow_id: None,
            valid_from: None,
            valid_to: None,
        };
        bot.save_article(&owner, None, None, input).await.unwrap();
    }
    for despite_gold in [false, true] {
        let refusal = bot.publish(&owner, despite_gold).await.unwrap_err();
        assert_eq!(refusal.code, ErrorCode::TooLarge, "{refusal}");
        assert!(refusal.message.contains("too large to be learned"), "{refusal}");
    }
    let releases = bot.releases(&owner).await.unwrap();
    assert!(releases.iter().any(|release| release.id == before.id && release.active));
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    assert!(test.transcript(&visitor).await.len() > 1, "the release before answers");
    test.end().await;
}
