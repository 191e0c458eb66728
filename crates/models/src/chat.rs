//! `POST /chat/completions`, as <https://platform.openai.com/docs/api-reference/chat> has it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

/// What is read of an answer at most, in bytes.
const MOST_READ: usize = 256 * 1024;

/// A language model behind an endpoint.
#[derive(Debug)]
pub struct Chat {
    url: String,
    http: reqwest::Client,
    key: Option<String>,
    model: String,
    timeout: Duration,
}

/// What a model wrote.
#[derive(Debug, Clone)]
pub struct Completion {
    /// The words.
    pub text: String,
    /// Tokens that were read and written, as the endpoint counts them; estimated where it does not.
    pub tokens: u64,
}

#[derive(Deserialize)]
struct Answer {
    choices: Vec<Choice>,
    usage: Option<Usage>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Option<String>,
}

#[derive(Deserialize)]
struct Usage {
    total_tokens: u64,
}

impl Chat {
    /// A model below a URL (`https://api.example.com/v1`), and how long it is waited for.
    pub fn new(
        url: &str,
        http: reqwest::Client,
        key: Option<String>,
        model: Option<String>,
        timeout: Duration,
    ) -> Self {
        let url = url.trim_end_matches('/');
        let url = if url.ends_with("/chat/completions") { url.to_owned() } else { format!("{url}/chat/completions") };
        Self { url, http, key, model: model.unwrap_or_else(|| "gpt-4o-mini".into()), timeout }
    }

    /// Writes JSON by rules (`system`) and what they are about (`user`), at most so many tokens.
    ///
    /// # Errors
    /// A sentence: what the endpoint said, or that it did not answer in time.
    pub async fn write(&self, system: &str, user: &str, most_tokens: u32) -> Result<Completion, String> {
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", self.url);
        let body = json!({
            "model": self.model,
            "messages": [{ "role": "system", "content": system }, { "role": "user", "content": user }],
            "temperature": 0,
            "max_tokens": most_tokens,
            "response_format": { "type": "json_object" },
        });
        let mut request = self.http.post(&self.url).timeout(self.timeout).json(&body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let mut answer = request.send().await.map_err(|error| fault(&error))?;
        let status = answer.status();
        let mut read = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| fault(&error))? {
            read.extend_from_slice(&chunk);
            if read.len() > MOST_READ {
                return Err(fault(&"it wrote far too much"));
            }
        }
        let said = String::from_utf8_lossy(&read);
        if !status.is_success() {
            let said: String = said.chars().take(300).collect();
            return Err(fault(&format!("{status} {said}")));
        }
        let answer: Answer = serde_json::from_str(&said).map_err(|error| fault(&error))?;
        let text = answer.choices.into_iter().next().and_then(|choice| choice.message.content);
        let text = text.ok_or_else(|| fault(&"it wrote nothing"))?;
        // About four bytes a token, where nobody counts.
        let estimated = u64::try_from((system.len() + user.len() + text.len()) / 4).unwrap_or(u64::MAX);
        Ok(Completion { tokens: answer.usage.map_or(estimated, |usage| usage.total_tokens), text })
    }
}
