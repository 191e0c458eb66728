//! Faults that are caused on purpose: a full disk, peers that are slow or die in the middle of a frame.

use std::io::Write as _;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::cloud::folder;
use crate::process::{Server, by, client, until};

/// A widget's socket over a connection of ours.
async fn socket(server: &Server, token: &str, connection: TcpStream) -> WebSocketStream<TcpStream> {
    let address = format!("{}/widget/v1/socket?token={token}", server.url.replacen("http", "ws", 1));
    client_async(address, connection).await.unwrap().0
}

async fn connect(server: &Server) -> TcpStream {
    TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap()
}

/// Sends a question and waits for the bot's words.
async fn ask(socket: &mut WebSocketStream<TcpStream>, id: &str) -> Value {
    let frame = json!({ "type": "send", "id": id, "text": "how do I cancel my policy" });
    socket.send(Message::text(frame.to_string())).await.unwrap();
    loop {
        let message = tokio::time::timeout(Duration::from_secs(10), socket.next()).await.expect("an answer").unwrap();
        let Message::Text(text) = message.unwrap() else { continue };
        let frame: Value = serde_json::from_str(&text).unwrap();
        if frame["type"] == "message" && frame["message"]["author"] == "bot" {
            return frame["message"].clone();
        }
    }
}

#[tokio::test]
async fn a_socket_that_dies_in_the_middle_of_a_frame_loses_nothing_and_harms_nobody() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "torn").await;
    let torn = server.visitor(&http, &firm).await;
    let mut first = socket(&server, &torn, connect(&server).await).await;
    // A masked text frame that announces 200 bytes, of which 20 come.
    let mut half = vec![0x81, 0xFE, 0, 200, 1, 2, 3, 4];
    half.extend([b'x'; 20]);
    first.get_mut().write_all(&half).await.unwrap();
    drop(first);
    let other = server.visitor(&http, &firm).await;
    let mut second = socket(&server, &other, connect(&server).await).await;
    assert!(ask(&mut second, "1").await["text"].as_str().unwrap().contains("15 days"));
    assert!(server.messages(&http, &torn).await.is_empty(), "half a frame is no message");
    let mut again = socket(&server, &torn, connect(&server).await).await;
    ask(&mut again, "1").await;
    ask(&mut again, "1-again").await;
    let seen = server.messages(&http, &torn).await;
    assert_eq!((by(&seen, "contact"), by(&seen, "bot")), (2, 2));
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn a_peer_that_reads_nothing_delays_nobody_and_finds_everything_when_it_comes_back() {
    const SENT: usize = 120;
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "slow").await;
    let slow = server.visitor(&http, &firm).await;
    let narrow = TcpSocket::new_v4().unwrap();
    narrow.set_recv_buffer_size(4096).unwrap();
    let address = server.url.trim_start_matches("http://").parse().unwrap();
    let stuck = socket(&server, &slow, narrow.connect(address).await.unwrap()).await;
    let long = "how do I cancel my policy ".repeat(150);
    for number in 0..SENT {
        let body = json!({ "clientId": number.to_string(), "text": long });
        let sent = http.post(format!("{}/widget/v1/messages", server.url)).bearer_auth(&slow).json(&body).send();
        assert!(sent.await.unwrap().status().is_success());
    }
    let other = server.visitor(&http, &firm).await;
    let mut quick = socket(&server, &other, connect(&server).await).await;
    ask(&mut quick, "1").await;
    drop(stuck);
    let answered = || async { by(&server.messages(&http, &slow).await, "bot") >= 1 };
    until("the slow customer is answered", answered).await;
    let seen = server.messages(&http, &slow).await;
    assert_eq!(by(&seen, "contact"), SENT, "nothing is lost");
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}

#[tokio::test]
async fn on_a_full_disk_messages_are_refused_clearly_and_taken_again_once_there_is_room() {
    let (folder, http) = (folder(), client());
    let server = Server::start_on_small_disk(&folder, 16);
    let firm = server.firm(&http, "full").await;
    let token = server.visitor(&http, &firm).await;
    let send = async |id: String| {
        let body = json!({ "clientId": id, "text": "how do I cancel my policy" });
        http.post(format!("{}/widget/v1/messages", server.url)).bearer_auth(&token).json(&body).send().await.unwrap()
    };
    assert!(send("before".into()).await.status().is_success());
    let filler = server.inside(&folder).join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    let mut acknowledged = vec!["before".to_owned()];
    let mut refused = Vec::new();
    for number in 0..200 {
        let answer = send(format!("full-{number}")).await;
        if answer.status().is_success() {
            acknowledged.push(format!("full-{number}"));
            continue;
        }
        assert_eq!(answer.status(), 503);
        let problem: Value = answer.json().await.unwrap();
        assert!(problem["detail"].as_str().unwrap().contains("storage is full"), "{problem}");
        refused.push(format!("full-{number}"));
        if refused.len() > 3 {
            break;
        }
    }
    assert!(!refused.is_empty(), "the disk was full");
    drop(file);
    std::fs::remove_file(&filler).unwrap();
    for id in refused {
        assert!(send(id.clone()).await.status().is_success(), "there is room again");
        acknowledged.push(id);
    }
    let all_answered = || async { by(&server.messages(&http, &token).await, "bot") >= acknowledged.len() };
    until("every question is answered", all_answered).await;
    let seen = server.messages(&http, &token).await;
    let mut stored: Vec<&str> = seen.iter().filter_map(|message| message["clientId"].as_str()).collect();
    stored.sort_unstable();
    acknowledged.sort();
    assert_eq!(stored, acknowledged, "each acknowledged message once, and no other");
    assert_eq!(by(&seen, "bot"), acknowledged.len(), "each answered once");
    server.stop();
    let _ = std::fs::remove_dir_all(&folder);
}
