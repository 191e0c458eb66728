//! What the provider tells: who signed it, and what it is about. The body itself is not believed; its object is asked for again.

use hmac::{Hmac, KeyInit as _, Mac as _};
use lingxi_kernel::Timestamp;
use serde::Deserialize;
use sha2::Sha256;

/// Between a signature and its being looked at, in seconds; what is older may be somebody's recording.
const TOLERANCE: i64 = 300;

/// What a notice is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Its unique id, `evt_…`.
    pub id: String,
    /// What happened, such as `checkout.session.completed`.
    pub kind: String,
    /// The provider's id of the object; empty when it has none.
    pub object: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    data: Data,
}

#[derive(Deserialize)]
struct Data {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    #[serde(default)]
    id: String,
}

impl Notice {
    /// Reads a notice.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(body: &str) -> Result<Self, String> {
        let event: Event = serde_json::from_str(body).map_err(|error| format!("this is no event: {error}"))?;
        if event.id.is_empty() || event.id.len() > 255 || event.kind.len() > 255 || event.data.object.id.len() > 255 {
            return Err("this is no event: an id or its type is empty or too long".into());
        }
        Ok(Self { id: event.id, kind: event.kind, object: event.data.object.id })
    }
}

fn mac(secret: &str, time: &str, body: &str) -> Result<Hmac<Sha256>, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|error| error.to_string())?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    Ok(mac)
}

/// The header `Stripe-Signature` of a body, as <https://docs.stripe.com/webhooks/signature> describes it.
///
/// # Errors
/// What is wrong with the secret.
pub fn sign(secret: &str, at: Timestamp, body: &str) -> Result<String, String> {
    let time = at.timestamp().to_string();
    let bytes = mac(secret, &time, body)?.finalize().into_bytes();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("t={time},v1={hex}"))
}

/// Whether a body was signed with one of the secrets, which commas part while one takes over from the other.
///
/// # Errors
/// What is wrong with the signature.
pub fn verify(secrets: &str, header: &str, body: &str, now: Timestamp) -> Result<(), String> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = Some(value),
            Some(("v1", value)) => signatures.extend(bytes(value)),
            _ => {}
        }
    }
    let time = time.ok_or("the signature has no time")?;
    let at: i64 = time.parse().map_err(|_| "the signature's time is no number".to_owned())?;
    if now.timestamp().abs_diff(at) > TOLERANCE.unsigned_abs() {
        return Err(format!("the signature is more than {TOLERANCE} seconds off; check the clocks"));
    }
    for secret in secrets.split(',').map(str::trim).filter(|secret| !secret.is_empty()) {
        for signature in &signatures {
            // In constant time.
            if mac(secret, time, body)?.verify_slice(signature).is_ok() {
                return Ok(());
            }
        }
    }
    Err("no signature fits; check `billing.stripe.webhook_secret`".into())
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    if !hex.len().is_multiple_of(2) || !hex.is_ascii() {
        return None;
    }
    (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Made with OpenSSL: `printf '1700000000.{"id":"evt_1"}' | openssl dgst -sha256 -hmac whsec_test`.
    #[test]
    fn a_signature_of_another_tool_fits() {
        let header = format!("t=1700000000,v0=00,v1={}", include_str!("webhook.hex").trim());
        let now = Timestamp::from_timestamp(1_700_000_100, 0).unwrap();
        assert_eq!(verify("whsec_test", &header, r#"{"id":"evt_1"}"#, now), Ok(()));
        assert!(verify("whsec_test", &header, r#"{"id":"evt_2"}"#, now).is_err());
        assert!(verify("whsec_other", &header, r#"{"id":"evt_1"}"#, now).is_err());
    }

    #[test]
    fn either_of_two_secrets_fits_and_an_old_signature_does_not() {
        let header = sign("whsec_new", at("2026-11-26T10:00:00Z"), "{}").unwrap();
        assert_eq!(verify("whsec_old, whsec_new", &header, "{}", at("2026-11-26T10:05:00Z")), Ok(()));
        assert!(verify("whsec_new", &header, "{}", at("2026-11-26T10:05:01Z")).unwrap_err().contains("300 seconds"));
        assert!(verify("", &header, "{}", at("2026-11-26T10:00:00Z")).is_err());
        for header in ["", "t=", "v1=00", "t=1,v1", "t=9999999999999999999,v1=zz", "v1=é,t=1764151200"] {
            assert!(verify("whsec_new", header, "{}", at("2026-11-26T10:00:00Z")).is_err(), "{header}");
        }
    }

    #[test]
    fn a_notice_needs_an_id_and_an_object() {
        let read = Notice::read(r#"{"id":"evt_1","type":"refund.created","data":{"object":{"id":"re_1"}}}"#).unwrap();
        assert_eq!((read.id.as_str(), read.kind.as_str(), read.object.as_str()), ("evt_1", "refund.created", "re_1"));
        assert_eq!(
            Notice::read(r#"{"id":"evt_1","type":"balance.available","data":{"object":{}}}"#).unwrap().object,
            ""
        );
        for wrong in ["", "[]", "null", r#"{"id":"","type":"x","data":{"object":{}}}"#, r#"{"id":"evt_1"}"#] {
            assert!(Notice::read(wrong).is_err(), "{wrong}");
        }
    }
}
