//! Outside models, optional everywhere: whoever uses them works without. What sentences mean, as vectors: from an endpoint that speaks as
//! that of `OpenAI` does, or, with the feature `local`, from a model in a folder, in this process. Language: from such an endpoint.

mod chat;
mod endpoint;
#[cfg(feature = "local")]
mod folder;

use std::path::Path;

pub use chat::{Chat, Completion};

/// Texts that are asked for at once.
const AT_ONCE: usize = 64;

/// A source of meanings.
#[derive(Debug)]
pub struct Embedder(Source);

#[derive(Debug)]
enum Source {
    Endpoint(endpoint::Endpoint),
    #[cfg(feature = "local")]
    Folder(std::sync::Arc<folder::Folder>),
}

impl Embedder {
    /// Opens a source: the URL below which `/embeddings` answers (`https://api.example.com/v1`), or a folder with `config.json`,
    /// `tokenizer.json` and `model.safetensors` of a BERT model. `key` and `model` go to an endpoint.
    ///
    /// # Errors
    /// A sentence: what is missing, or that this binary has no models of its own.
    pub fn open(
        place: &str,
        http: reqwest::Client,
        key: Option<String>,
        model: Option<String>,
    ) -> Result<Self, String> {
        if place.starts_with("http://") || place.starts_with("https://") {
            return Ok(Self(Source::Endpoint(endpoint::Endpoint::new(place, http, key, model))));
        }
        Self::of_folder(Path::new(place))
    }

    #[cfg(feature = "local")]
    fn of_folder(folder: &Path) -> Result<Self, String> {
        let opened = folder::Folder::open(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
        Ok(Self(Source::Folder(std::sync::Arc::new(opened))))
    }

    #[cfg(not(feature = "local"))]
    fn of_folder(folder: &Path) -> Result<Self, String> {
        Err(format!(
            "{} is no URL, and this binary runs no models itself; build it with `--features local-embeddings`",
            folder.display()
        ))
    }

    /// The meanings of texts, in their order, each of length 1.
    ///
    /// # Errors
    /// A sentence: what the endpoint said, or what is wrong with the model.
    pub async fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, String> {
        let mut meanings = Vec::with_capacity(texts.len());
        for some in texts.chunks(AT_ONCE) {
            let mut found = match &self.0 {
                Source::Endpoint(endpoint) => endpoint.embed(some).await?,
                #[cfg(feature = "local")]
                Source::Folder(folder) => {
                    let (folder, some) = (folder.clone(), some.to_vec());
                    let found = tokio::task::spawn_blocking(move || folder.embed(some)).await;
                    found.map_err(|error| error.to_string())?.map_err(|error| error.to_string())?
                }
            };
            if found.len() != some.len() {
                return Err(format!("{} meanings came for {} texts", found.len(), some.len()));
            }
            for meaning in &mut found {
                let length = meaning.iter().map(|value| value * value).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
                for value in meaning {
                    *value /= length;
                }
            }
            meanings.append(&mut found);
        }
        Ok(meanings)
    }
}
