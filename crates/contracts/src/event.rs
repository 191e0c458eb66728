//! The envelope of durable facts: CloudEvents 1.0 in JSON.

use lingxi_kernel::{Ctx, EventId, Result, TenantId, Timestamp};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A fact that a service announces. New fields are optional; a changed meaning is a new version.
pub trait Event: Serialize + DeserializeOwned + Send + Sync {
    /// `lingxi.<service>.<noun>.<past-tense-verb>.v1`.
    const TYPE: &'static str;

    /// What the fact is about; facts of one subject keep their order.
    fn subject(&self) -> String;
}

/// A CloudEvents 1.0 envelope.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Envelope {
    /// CloudEvents version, always `1.0`.
    pub specversion: String,
    /// Identity for duplicates.
    pub id: EventId,
    /// The service that announces.
    pub source: String,
    /// The type name with its version.
    #[serde(rename = "type")]
    pub kind: String,
    /// What the fact is about.
    pub subject: String,
    /// When it happened.
    pub time: Timestamp,
    /// Whose it is.
    pub tenantid: TenantId,
    /// W3C trace context of the change, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// The fact.
    pub data: serde_json::Value,
}

impl Envelope {
    /// Wraps a fact.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the fact is not representable in JSON.
    pub fn new<E: Event>(id: EventId, tenant: TenantId, time: Timestamp, event: &E) -> Result<Self> {
        let source = E::TYPE.split('.').nth(1).unwrap_or("lingxi");
        Ok(Self {
            specversion: "1.0".into(),
            id,
            source: format!("/lingxi/{source}"),
            kind: E::TYPE.into(),
            subject: event.subject(),
            time,
            tenantid: tenant,
            traceparent: None,
            data: serde_json::to_value(event)?,
        })
    }

    /// The fact, when the envelope holds one of this type.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the type matches but the data does not.
    pub fn open<E: Event>(&self) -> Result<Option<E>> {
        if self.kind == E::TYPE { Ok(Some(serde_json::from_value(self.data.clone())?)) } else { Ok(None) }
    }

    /// The context in which a consumer acts on the fact.
    pub fn ctx(&self, service: &str) -> Ctx {
        Ctx::system(self.tenantid, service)
    }
}
