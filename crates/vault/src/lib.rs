//! Secrets at rest: a key per tenant, wrapped by a key of the operator.
//!
//! Both are XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03, RFC 8439) with random nonces of 24 bytes. What is sealed is bound to the
//! place where it is kept, so that it opens nowhere else. Nothing here reads clocks, files or randomness: those are parameters.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use lingxi_kernel::{Env, Error, Result};
use uuid::Uuid;

/// How sealed texts begin; what does not is not sealed.
const SEALED: &str = "sealed.1.";
const NONCE: usize = 24;

/// The operator's keys: the first one wraps, all of them unwrap.
pub struct Keys(Vec<(String, [u8; 32])>);

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(id, _)| id)).finish()
    }
}

impl Keys {
    /// From `ID:BASE64` each, with 32 bytes; an id has letters, digits, `-` and `_`.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Invalid`] with the entry's number that cannot be used; a key is never shown.
    pub fn parse(texts: &[String]) -> Result<Self> {
        let mut keys = Vec::new();
        for (number, text) in texts.iter().enumerate() {
            let wrong = |what: &str| Error::invalid(format!("Entry {} of secrets.keys {what}.", number + 1));
            let (id, key) = text.trim().split_once(':').ok_or_else(|| wrong("does not look like ID:BASE64"))?;
            let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
            if id.is_empty() || !id.chars().all(plain) {
                return Err(wrong("has an id with other characters than letters, digits, - and _"));
            }
            let bytes = STANDARD.decode(key).map_err(|_| wrong("is not base64"))?;
            let key =
                bytes.try_into().map_err(|_| wrong("has not 32 bytes; `openssl rand -base64 32` makes such a key"))?;
            if keys.iter().any(|(known, _)| known == id) {
                return Err(wrong("has the id of another one"));
            }
            keys.push((id.to_owned(), key));
        }
        if keys.is_empty() { Err(Error::invalid("secrets.keys has no key.")) } else { Ok(Self(keys)) }
    }

    /// A fresh key in the form that [`Self::parse`] reads.
    pub fn draw(env: &Env, id: &str) -> String {
        format!("{id}:{}", STANDARD.encode(env.bytes::<32>()))
    }

    /// Wraps a tenant's key with the first of ours.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the cipher fails.
    pub fn wrap(&self, tenant: Uuid, key: &DataKey, env: &Env) -> Result<String> {
        let (id, own) = self.0.first().ok_or_else(|| Error::internal("there is no key"))?;
        let sealed = encrypt(own, env, &key.0, &tenant.to_string())?;
        Ok(format!("{id}.{sealed}"))
    }

    /// A tenant's key out of its wrapping.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the key that wrapped it is not among ours, or the text was changed.
    pub fn unwrap(&self, tenant: Uuid, wrapped: &str) -> Result<DataKey> {
        let (id, sealed) = wrapped.split_once('.').ok_or_else(|| Error::internal("a wrapped key has no id"))?;
        let known = self.0.iter().find(|(known, _)| known == id);
        let (_, own) =
            known.ok_or_else(|| Error::internal(format!("the key `{id}` is not in secrets.keys, and is needed")))?;
        let key = decrypt(own, sealed, &tenant.to_string())?;
        key.try_into().map(DataKey).map_err(|_| Error::internal("a wrapped key has not 32 bytes"))
    }

    /// Whether a tenant's key is wrapped with the first of ours.
    pub fn is_current(&self, wrapped: &str) -> bool {
        let id = wrapped.split('.').next();
        self.0.first().is_some_and(|(first, _)| Some(first.as_str()) == id)
    }
}

/// Where a secret is kept.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Name of the table.
    pub table: &'a str,
    /// Key of the row.
    pub row: Uuid,
    /// Name of the column.
    pub column: &'a str,
}

impl Place<'_> {
    fn within(&self, tenant: Uuid) -> String {
        format!("{tenant}/{}/{}/{}", self.table, self.row, self.column)
    }
}

/// The key of a tenant's secrets.
pub struct DataKey([u8; 32]);

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey")
    }
}

impl DataKey {
    /// A fresh one.
    pub fn draw(env: &Env) -> Self {
        Self(env.bytes())
    }

    /// Seals a text for a place of the tenant.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when the cipher fails.
    pub fn seal(&self, tenant: Uuid, place: Place<'_>, text: &str, env: &Env) -> Result<String> {
        Ok(format!("{SEALED}{}", encrypt(&self.0, env, text.as_bytes(), &place.within(tenant))?))
    }

    /// The text that was sealed for a place.
    ///
    /// # Errors
    /// [`lingxi_kernel::ErrorCode::Internal`] when it was sealed for another place or with another key, or was changed.
    pub fn open(&self, tenant: Uuid, place: Place<'_>, sealed: &str) -> Result<String> {
        let sealed = sealed.strip_prefix(SEALED).ok_or_else(|| Error::internal("the text is not sealed"))?;
        String::from_utf8(decrypt(&self.0, sealed, &place.within(tenant))?).map_err(Error::internal)
    }
}

/// Whether a stored text is sealed.
pub fn is_sealed(text: &str) -> bool {
    text.starts_with(SEALED)
}

fn cipher(key: &[u8; 32]) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(key.into())
}

fn encrypt(key: &[u8; 32], env: &Env, plain: &[u8], bound_to: &str) -> Result<String> {
    let nonce = env.bytes::<NONCE>();
    let payload = Payload { msg: plain, aad: bound_to.as_bytes() };
    let sealed = cipher(key).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Error::internal("the cipher failed"))?;
    Ok(STANDARD.encode([&nonce[..], &sealed].concat()))
}

fn decrypt(key: &[u8; 32], text: &str, bound_to: &str) -> Result<Vec<u8>> {
    let broken = || Error::internal("a sealed text was changed, or is not of this place or key");
    let bytes = STANDARD.decode(text).map_err(|_| broken())?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(broken)?;
    let payload = Payload { msg: sealed, aad: bound_to.as_bytes() };
    cipher(key).decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(env: &Env, ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| Keys::draw(env, id)).collect()
    }

    #[test]
    fn a_secret_opens_in_its_place_and_nowhere_else() {
        let env = Env::system();
        let (ours, theirs) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let key = DataKey::draw(&env);
        let place = Place { table: "t", row: Uuid::from_u128(3), column: "secret" };
        let sealed = key.seal(ours, place, "whsec_1", &env).unwrap();
        assert!(is_sealed(&sealed) && !sealed.contains("whsec"));
        assert_eq!(key.open(ours, place, &sealed).unwrap(), "whsec_1");
        assert_ne!(sealed, key.seal(ours, place, "whsec_1", &env).unwrap(), "never twice the same");
        let elsewhere = [
            (theirs, place),
            (ours, Place { table: "u", ..place }),
            (ours, Place { row: Uuid::from_u128(4), ..place }),
            (ours, Place { column: "other", ..place }),
        ];
        for (tenant, place) in elsewhere {
            assert!(key.open(tenant, place, &sealed).is_err(), "{place:?}");
        }
        assert!(DataKey::draw(&env).open(ours, place, &sealed).is_err());
        let mut changed = sealed.into_bytes();
        let last = changed.len() - 3;
        changed[last] = if changed[last] == b'A' { b'B' } else { b'A' };
        assert!(key.open(ours, place, &String::from_utf8(changed).unwrap()).is_err());
    }

    #[test]
    fn keys_rotate_the_first_wraps_and_all_unwrap() {
        let (env, tenant) = (Env::system(), Uuid::from_u128(1));
        let texts = keys(&env, &["old", "new"]);
        let old = Keys::parse(&texts[..1]).unwrap();
        let key = DataKey::draw(&env);
        let wrapped = old.wrap(tenant, &key, &env).unwrap();
        let both = Keys::parse(&[texts[1].clone(), texts[0].clone()]).unwrap();
        assert!(!both.is_current(&wrapped));
        let again = both.wrap(tenant, &both.unwrap(tenant, &wrapped).unwrap(), &env).unwrap();
        assert!(both.is_current(&again));
        let new = Keys::parse(&texts[1..]).unwrap();
        assert_eq!(new.unwrap(tenant, &again).unwrap().0, key.0);
        let missing = new.unwrap(tenant, &wrapped).unwrap_err().cause.unwrap();
        assert!(missing.contains("`old`"), "{missing}");
        assert!(new.unwrap(Uuid::from_u128(2), &again).is_err(), "of another tenant");
    }

    #[test]
    fn a_key_that_cannot_be_used_is_named_and_not_shown() {
        for (text, what) in [("k", "ID:BASE64"), ("a b:AAAA", "id"), ("k:!!secret", "base64"), ("k:AAAA", "32 bytes")] {
            let refused = Keys::parse(&[text.to_owned()]).unwrap_err().message;
            assert!(
                refused.contains(what) && refused.contains("Entry 1") && !refused.contains("secret\""),
                "{refused}"
            );
        }
        assert!(Keys::parse(&[]).is_err());
    }
}
