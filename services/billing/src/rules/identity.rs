//! When two facts are the same: by their source and id, as a hash over fields that carry their lengths.

use lingxi_contracts::billing::UsageInput;
use lingxi_kernel::Result;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

fn hash<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Uuid {
    let mut digest = Sha256::new();
    for field in fields {
        digest.update((field.len() as u64).to_be_bytes());
        digest.update(field);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.finalize()[..16]);
    Uuid::from_bytes(bytes)
}

/// The source of what Lingxi itself does.
pub(crate) const OURS: &str = "lingxi";

/// Who reports a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reporter {
    /// A key or a member of the firm.
    Firm,
    /// A service of ours.
    Lingxi,
}

impl Reporter {
    /// The identity of a fact within its tenant: who reports it is part of it. Joined strings would make `("a", "bc")` and `("ab", "c")` the
    /// same.
    pub(crate) fn identity(self, source: &str, id: &str) -> Uuid {
        if self == Self::Lingxi && source != OURS {
            // About a fact of the firm's, in its source: nothing that the firm names can be the same.
            hash([OURS.as_bytes(), source.as_bytes(), id.as_bytes()])
        } else {
            named(source, id)
        }
    }
}

/// The identity of a fact of a source, whose reporter follows from the source: ours is no firm's.
pub(crate) fn named(source: &str, id: &str) -> Uuid {
    hash([source.as_bytes(), id.as_bytes()])
}

/// Whether a source is ours, or looks as if it were.
pub(crate) fn is_reserved(source: &str) -> bool {
    let source = source.trim().to_lowercase();
    source.strip_prefix(OURS).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

/// What a fact says. Objects of JSON are compared without regard to the order of their fields.
pub(crate) fn payload(usage: &UsageInput) -> Result<Uuid> {
    // Maps of `serde_json` are sorted by their keys.
    let data = serde_json::to_vec(&usage.data)?;
    // What came without a time is the same when it comes again later.
    let at = usage.at.map_or([0; 8], |at| at.timestamp_micros().to_be_bytes());
    let reverses = usage.reverses.clone().unwrap_or_default();
    Ok(hash([usage.kind.as_bytes(), usage.subject.as_bytes(), &at, &data, reverses.as_bytes()]))
}

/// The place in which a fact is kept that is not counted: every different one once.
pub(crate) fn aside(identity: Uuid, payload: Uuid, reason: &str) -> Uuid {
    hash([identity.as_bytes().as_slice(), payload.as_bytes(), reason.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(data: &str) -> UsageInput {
        UsageInput {
            source: "s".into(),
            id: "1".into(),
            kind: "k".into(),
            subject: "x".into(),
            at: None,
            data: serde_json::from_str(data).unwrap(),
            reverses: None,
        }
    }

    #[test]
    fn fields_do_not_run_into_each_other() {
        assert_ne!(named("a", "bc"), named("ab", "c"));
        assert_eq!(named("a", "bc"), named("a", "bc"));
    }

    #[test]
    fn who_reports_is_part_of_the_identity() {
        assert_ne!(Reporter::Firm.identity("acme", "1"), Reporter::Lingxi.identity("acme", "1"));
        for reserved in ["lingxi", " Lingxi ", "LINGXI", "lingxi.bot", "lingxi/1", "lingxi:x", "lingxi-x"] {
            assert!(is_reserved(reserved), "{reserved}");
        }
        for free in ["acme", "lingxiang", "shop.lingxi.example"] {
            assert!(!is_reserved(free), "{free}");
        }
    }

    #[test]
    fn facts_that_are_stored_stay_the_same() {
        let stored = "fa3a2257";
        assert_eq!(Reporter::Lingxi.identity(OURS, "1"), named(OURS, "1"));
        assert_eq!(Reporter::Firm.identity("acme", "1"), named("acme", "1"));
        assert!(named(OURS, "1").to_string().starts_with(stored), "{}", named(OURS, "1"));
    }

    #[test]
    fn the_order_of_fields_says_nothing_and_their_values_do() {
        let hash = |data| payload(&usage(data)).unwrap();
        assert_eq!(hash(r#"{"a": 1, "b": 2}"#), hash(r#"{"b": 2, "a": 1}"#));
        assert_ne!(hash(r#"{"a": 1}"#), hash(r#"{"a": "1"}"#));
    }
}
