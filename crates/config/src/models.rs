//! Section `models`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the bot understands by: how much memory its own models may take, and outside models that make it better; it works without.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Models {
    /// Memory that the firms' models may take in a process, in MB; those that were not used for longest are read again when they are needed.
    pub memory_mb: u64,
    /// Where questions are understood by their meaning: a URL below which `/embeddings` answers as `OpenAI`'s does, or a folder with a BERT
    /// model, where this binary runs such.
    pub embeddings: Option<String>,
    /// Its name at the endpoint.
    pub embeddings_model: Option<String>,
    /// The key for the endpoint.
    pub embeddings_key: Option<String>,
    /// Where answers are put into words that fit the question, for firms that want it: a URL below which `/chat/completions` answers as
    /// `OpenAI`'s does.
    pub chat: Option<String>,
    /// Its name at the endpoint.
    pub chat_model: Option<String>,
    /// The key for the endpoint.
    pub chat_key: Option<String>,
    /// How long it is waited for, in milliseconds; then the article's own words are said.
    pub chat_timeout_ms: u64,
    /// Tokens that a firm may use in a month; then the articles' own words are said.
    pub chat_tokens_per_month: u64,
}

impl Default for Models {
    fn default() -> Self {
        Self {
            memory_mb: 4_096,
            embeddings: None,
            embeddings_model: None,
            embeddings_key: None,
            chat: None,
            chat_model: None,
            chat_key: None,
            chat_timeout_ms: 4_000,
            chat_tokens_per_month: 1_000_000,
        }
    }
}
