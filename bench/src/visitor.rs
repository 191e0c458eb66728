//! A customer with an open widget socket.

use futures::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::Failure;

pub(crate) struct Visitor {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Visitor {
    /// Opens the widget and its socket, and reads the first state.
    pub(crate) async fn open(http: &reqwest::Client, url: &str, key: &str) -> Result<Self, Failure> {
        let body = json!({ "key": key, "locale": "en-US" });
        let opened: Value = http.post(format!("{url}/widget/v1/open")).json(&body).send().await?.json().await?;
        let token = opened["token"].as_str().ok_or_else(|| format!("not opened: {opened}"))?;
        let address = format!("{}/widget/v1/socket?token={token}", url.replacen("http", "ws", 1));
        let (socket, _) = connect_async(address).await?;
        let mut visitor = Self { socket };
        visitor.frame("state").await?;
        Ok(visitor)
    }

    async fn frame(&mut self, wanted: &str) -> Result<Value, Failure> {
        loop {
            let message = self.socket.next().await.ok_or("the socket was closed")??;
            if let Message::Text(text) = message {
                let frame: Value = serde_json::from_str(&text)?;
                if frame["type"] == "error" {
                    return Err(format!("refused: {frame}").into());
                }
                if frame["type"] == wanted {
                    return Ok(frame);
                }
            }
        }
    }

    /// Asks, and waits for the bot's message. Other frames are told by their words and not read, to leave the machine to the
    /// server.
    pub(crate) async fn ask(&mut self, id: &str, text: &str) -> Result<Value, Failure> {
        let frame = json!({ "type": "send", "id": id, "text": text });
        self.socket.send(Message::text(frame.to_string())).await?;
        loop {
            let message = self.socket.next().await.ok_or("the socket was closed")??;
            let Message::Text(text) = message else { continue };
            if !text.contains(r#""author":"bot""#) && !text.contains(r#""type":"error""#) {
                continue;
            }
            let frame: Value = serde_json::from_str(&text)?;
            if frame["type"] == "error" {
                return Err(format!("refused: {frame}").into());
            }
            if frame["message"]["author"] == "bot" {
                return Ok(frame["message"].clone());
            }
        }
    }
}
