//! `lingxi converse URL`: a whole conversation with a Lingxi that runs somewhere, as `helm test` holds it: a firm signs up, a customer
//! asks over the widget's socket, the bot answers, the answer is on the firm's bill, and the firm ends.

use std::time::{Duration, Instant};

use futures::{SinkExt as _, StreamExt as _};
use lingxi_kernel::Env;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

/// How long each step may take.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(200);
const QUESTION: &str = "how do I cancel my policy";

/// Holds it; says what the bot answered.
///
/// # Errors
/// A sentence that names the step that failed.
pub async fn hold(url: &str) -> Result<String, String> {
    let url = url.trim_end_matches('/').to_owned();
    let http = reqwest::Client::builder().timeout(PATIENCE).cookie_store(true).build();
    let visit = Visit { http: http.map_err(|error| error.to_string())?, url };
    let secret = Env::system().secret();
    let answer = visit.as_firm(&secret).await?;
    visit.end().await?;
    Ok(answer)
}

struct Visit {
    http: reqwest::Client,
    url: String,
}

impl Visit {
    async fn as_firm(&self, secret: &str) -> Result<String, String> {
        let address: String = secret.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        let firm = json!({
            "firm": "Helm test", "name": "Helm test", "email": format!("{}@helm-test.invalid", address.to_lowercase()),
            "password": secret, "industry": "insurance", "locale": "en-US", "timeZone": "Asia/Shanghai",
        });
        self.posted("/auth/sign-up", &firm).await?;
        let key = self.until("the firm's pack is there", "{ channels { publicKey } releases { id } }", |data| {
            let published = data["releases"].as_array().is_some_and(|releases| !releases.is_empty());
            data["channels"][0]["publicKey"].as_str().filter(|_| published).map(str::to_owned)
        });
        let opened = self.posted("/widget/v1/open", &json!({ "key": key.await?, "locale": "en-US" })).await?;
        let token = opened["token"].as_str().ok_or_else(|| format!("the widget does not open: {opened}"))?;
        let asked = tokio::time::timeout(PATIENCE, self.ask(token)).await;
        let answer = asked.map_err(|_| "the bot does not answer".to_owned())??;
        let bill = "{ draftBill { lines { meter quantity } } }";
        self.until("the answer is on the bill", bill, |data| {
            let lines = data["draftBill"]["lines"].as_array()?;
            lines.iter().find(|line| line["meter"] == "message")?["quantity"]
                .as_str()?
                .parse::<u64>()
                .ok()
                .filter(|count| *count >= 2)
        })
        .await?;
        Ok(answer)
    }

    /// Asks over the widget's socket, and waits for the bot.
    async fn ask(&self, token: &str) -> Result<String, String> {
        let broken = |error: &dyn std::fmt::Display| format!("the widget's socket: {error}");
        let address = format!("{}/widget/v1/socket?token={token}", self.url.replacen("http", "ws", 1));
        let (mut socket, _) = tokio_tungstenite::connect_async(address).await.map_err(|error| broken(&error))?;
        let frame = json!({ "type": "send", "id": "1", "text": QUESTION });
        socket.send(Message::text(frame.to_string())).await.map_err(|error| broken(&error))?;
        while let Some(message) = socket.next().await {
            let Message::Text(text) = message.map_err(|error| broken(&error))? else { continue };
            let frame: Value = serde_json::from_str(&text).map_err(|error| broken(&error))?;
            if frame["type"] == "error" {
                return Err(format!("the question is refused: {frame}"));
            }
            if frame["message"]["author"] == "bot" {
                return Ok(frame["message"]["text"].as_str().unwrap_or_default().to_owned());
            }
        }
        Err("the widget's socket was closed".into())
    }

    /// Asks for the firm's deletion; after the grace period nothing is left of it.
    async fn end(&self) -> Result<(), String> {
        let ended = self.graphql("mutation { requestTenantDeletion { status } }").await?;
        if ended["requestTenantDeletion"]["status"] == "OK" {
            Ok(())
        } else {
            Err(format!("the firm cannot be ended: {ended}"))
        }
    }

    /// Asks again until an answer has what is wanted.
    async fn until<T>(&self, what: &str, query: &str, wanted: impl Fn(&Value) -> Option<T>) -> Result<T, String> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let data = self.graphql(query).await?;
            if let Some(found) = wanted(&data) {
                return Ok(found);
            }
            if Instant::now() > deadline {
                return Err(format!("in {} s it did not come to: {what}; last seen: {data}", PATIENCE.as_secs()));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn graphql(&self, query: &str) -> Result<Value, String> {
        let mut answer = self.posted("/graphql", &json!({ "query": query })).await?;
        if answer["errors"].is_null() { Ok(answer["data"].take()) } else { Err(format!("GraphQL: {answer}")) }
    }

    async fn posted(&self, path: &str, body: &Value) -> Result<Value, String> {
        let broken = |error: reqwest::Error| format!("{path}: {error}");
        let response = self.http.post(format!("{}{path}", self.url)).json(body).send().await.map_err(broken)?;
        let status = response.status();
        let answer: Value = response.json().await.map_err(broken)?;
        if status.is_success() { Ok(answer) } else { Err(format!("{path}: {status} {answer}")) }
    }
}
