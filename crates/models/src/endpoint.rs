//! `POST /embeddings`, as <https://platform.openai.com/docs/api-reference/embeddings> has it.

use serde::Deserialize;
use serde_json::json;

#[derive(Debug)]
pub(crate) struct Endpoint {
    url: String,
    http: reqwest::Client,
    key: Option<String>,
    model: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    index: usize,
    embedding: Vec<f32>,
}

impl Endpoint {
    pub(crate) fn new(url: &str, http: reqwest::Client, key: Option<String>, model: Option<String>) -> Self {
        let url = url.trim_end_matches('/');
        let url = if url.ends_with("/embeddings") { url.to_owned() } else { format!("{url}/embeddings") };
        Self { url, http, key, model: model.unwrap_or_else(|| "text-embedding-3-small".into()) }
    }

    pub(crate) async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, String> {
        let fault = |error: &dyn std::fmt::Display| format!("{}: {error}", self.url);
        let body = json!({ "input": texts, "model": self.model, "encoding_format": "float" });
        let mut request = self.http.post(&self.url).json(&body);
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        let answer = request.send().await.map_err(|error| fault(&error))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| fault(&error))?;
        if !status.is_success() {
            let said: String = text.chars().take(300).collect();
            return Err(fault(&format!("{status} {said}")));
        }
        let mut found = serde_json::from_str::<Answer>(&text).map_err(|error| fault(&error))?.data;
        found.sort_by_key(|one| one.index);
        Ok(found.into_iter().map(|one| one.embedding).collect())
    }
}
