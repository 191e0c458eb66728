//! A sentence model of the BERT family in a folder, as sentence-transformers writes it: mean of the last layer's tokens.

use std::path::Path;

use candle_core::{DType, Device, Tensor};
use candle_nn::VarBuilder;
use candle_transformers::models::bert::{BertModel, Config};
use tokenizers::{PaddingParams, Tokenizer, TruncationParams};

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// Tokens of a text that are read; customers' questions are shorter.
const MOST_TOKENS: usize = 128;

pub(crate) struct Folder {
    model: BertModel,
    tokenizer: Tokenizer,
}

impl std::fmt::Debug for Folder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Folder").finish_non_exhaustive()
    }
}

impl Folder {
    pub(crate) fn open(folder: &Path) -> Result<Self, Fault> {
        let read = |name: &str| std::fs::read(folder.join(name)).map_err(|error| format!("{name}: {error}"));
        let config: Config = serde_json::from_slice(&read("config.json")?)?;
        let mut tokenizer = Tokenizer::from_bytes(read("tokenizer.json")?)?;
        tokenizer.with_padding(Some(PaddingParams::default()));
        tokenizer.with_truncation(Some(TruncationParams { max_length: MOST_TOKENS, ..TruncationParams::default() }))?;
        let weights = VarBuilder::from_buffered_safetensors(read("model.safetensors")?, DType::F32, &Device::Cpu)?;
        Ok(Self { model: BertModel::load(weights, &config)?, tokenizer })
    }

    pub(crate) fn embed(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Fault> {
        let encoded = self.tokenizer.encode_batch(texts, true)?;
        let rows = |of: fn(&tokenizers::Encoding) -> &[u32]| -> Result<Tensor, Fault> {
            let rows: Vec<&[u32]> = encoded.iter().map(of).collect();
            let length = rows.first().map_or(0, |row| row.len());
            Ok(Tensor::from_vec(rows.concat(), (encoded.len(), length), &Device::Cpu)?)
        };
        let tokens = rows(tokenizers::Encoding::get_ids)?;
        let mask = rows(tokenizers::Encoding::get_attention_mask)?;
        let layer = self.model.forward(&tokens, &tokens.zeros_like()?, Some(&mask))?;
        let mask = mask.to_dtype(DType::F32)?.unsqueeze(2)?;
        let sum = layer.broadcast_mul(&mask)?.sum(1)?;
        Ok(sum.broadcast_div(&mask.sum(1)?)?.to_vec2()?)
    }
}
