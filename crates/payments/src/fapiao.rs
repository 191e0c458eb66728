//! Who issues fapiao: the state's system is reached by providers with contracts of their own, so we speak a small protocol of ours to an adapter
//! that the operator runs in front of theirs.
//!
//! `POST {url}` with `Authorization: Bearer {key}`, `Idempotency-Key` and a [`FapiaoOrder`] in JSON. Answers: 200 with
//! `{"number": "…", "url": "…"}` when it is issued, 202 while it is not yet, 4xx with `{"message": "…"}` when it is refused; everything else is
//! asked again with the same key.

use std::time::Duration;

use async_trait::async_trait;
use lingxi_kernel::{Error, Result};
use serde::{Deserialize, Serialize};

use crate::{Answer, GatewayError};

/// What is to be issued. Amounts are texts in yuan, such as `106.00`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FapiaoOrder {
    /// Our id of it.
    pub id: String,
    /// `normal` or `special`.
    pub kind: String,
    /// The number of the issued one that a red one takes back part of.
    pub corrects: Option<String>,
    /// The seller's name.
    pub seller: String,
    /// The seller's tax number.
    pub seller_tax_number: String,
    /// The payer's name.
    pub title: String,
    /// The payer's tax number.
    pub tax_number: Option<String>,
    /// The payer's registered address and phone.
    pub address: Option<String>,
    /// The payer's bank and account.
    pub bank: Option<String>,
    /// Where it is sent.
    pub email: Option<String>,
    /// What for.
    pub item: String,
    /// With tax; of a red one below zero.
    pub amount: String,
    /// The tax of it.
    pub tax: String,
}

/// A fapiao that has its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedFapiao {
    /// Its number.
    pub number: String,
    /// Where it can be fetched.
    pub url: Option<String>,
}

/// Who issues fapiao.
#[async_trait]
pub trait FapiaoProvider: Send + Sync {
    /// Issues one, once for each key; none while it is not issued yet.
    async fn issue(&self, key: &str, order: &FapiaoOrder) -> Answer<Option<IssuedFapiao>>;
}

/// The adapter of the settings, by HTTP.
#[derive(Debug, Clone)]
pub struct FapiaoAdapter {
    http: reqwest::Client,
    url: String,
    key: String,
}

#[derive(Deserialize)]
struct Refusal {
    message: String,
}

impl FapiaoAdapter {
    /// The adapter of the settings; none where fapiao are issued by hand.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when no client can be built.
    pub fn open(settings: &lingxi_config::Fapiao) -> Result<Option<Self>> {
        let Some(url) = settings.url.clone() else { return Ok(None) };
        let patience = Duration::from_millis(settings.timeout_ms);
        let http = reqwest::Client::builder().timeout(patience).redirect(reqwest::redirect::Policy::none()).build();
        let http = http.map_err(|error| Error::internal(error.to_string()))?;
        Ok(Some(Self { http, url, key: settings.key.clone().unwrap_or_default() }))
    }
}

#[async_trait]
impl FapiaoProvider for FapiaoAdapter {
    async fn issue(&self, key: &str, order: &FapiaoOrder) -> Answer<Option<IssuedFapiao>> {
        let unknown = |error: reqwest::Error| GatewayError::Unknown(error.to_string());
        let request = self.http.post(&self.url).bearer_auth(&self.key).header("idempotency-key", key).json(order);
        let answer = request.send().await.map_err(unknown)?;
        match answer.status().as_u16() {
            200 => answer.json().await.map(Some).map_err(unknown),
            202 => Ok(None),
            401 | 403 | 408 | 409 | 429 => Err(GatewayError::Unknown(format!("it answers {}", answer.status()))),
            status @ 400..500 => {
                let refusal = answer.json::<Refusal>().await;
                Err(GatewayError::Refused(refusal.map_or_else(|_| format!("it answers {status}"), |it| it.message)))
            }
            status => Err(GatewayError::Unknown(format!("it answers {status}"))),
        }
    }
}
