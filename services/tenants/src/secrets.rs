//! Passwords and secrets: argon2id for what people choose, SHA-256 for what we draw at random.

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher as _, PasswordVerifier as _, Version};
use lingxi_kernel::{ApiKeyId, Env, Error, ErrorCode, Result, TenantId};
use sha2::{Digest as _, Sha256};
use tokio::sync::{Semaphore, SemaphorePermit};

/// At most this many password hashes at a time, so that a storm of sign-ins cannot starve the chat.
static HASHING: Semaphore = Semaphore::const_new(1);
/// At most this many are being made or wait for it; one takes some 20 to 50 ms.
static PLACES: Semaphore = Semaphore::const_new(64);

/// A place among those who wait for a hash.
fn place() -> Result<SemaphorePermit<'static>> {
    let full =
        |_| Error::new(ErrorCode::Unavailable, "Too many people sign in at this moment; try again in a few seconds.");
    PLACES.try_acquire().map_err(full)
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|error| Error::internal(format!("{error:?}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Hashes a password (argon2id, 19 MiB, two passes) in PHC form.
pub(crate) async fn hash_password(env: &Env, password: &str) -> Result<String> {
    let (salt, password) = (env.bytes::<16>(), password.to_owned());
    let _place = place()?;
    let _permit = HASHING.acquire().await?;
    let hash = tokio::task::spawn_blocking(move || {
        argon2()?
            .hash_password_with_salt(password.as_bytes(), &salt)
            .map(|hash: PasswordHash| hash.to_string())
            .map_err(Error::internal)
    });
    hash.await?
}

/// Whether a password fits a stored hash.
pub(crate) async fn verify_password(password: &str, hash: &str) -> Result<bool> {
    let (password, hash) = (password.to_owned(), hash.to_owned());
    let _place = place()?;
    let _permit = HASHING.acquire().await?;
    let fits = tokio::task::spawn_blocking(move || {
        let parsed = PasswordHash::new(&hash).map_err(Error::internal)?;
        Ok::<bool, Error>(argon2()?.verify_password(password.as_bytes(), &parsed).is_ok())
    });
    fits.await?
}

/// The stored form of a random secret.
pub(crate) fn hash_secret(secret: &str) -> String {
    Sha256::digest(secret.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A credential as it travels: what kind, whose, and the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Credential {
    Session { tenant: TenantId, secret: String },
    ApiKey { tenant: TenantId, key: ApiKeyId, secret: String },
}

impl Credential {
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Session { tenant, secret } => format!("lxs.{tenant}.{secret}"),
            Self::ApiKey { tenant, key, secret } => format!("lxk.{tenant}.{key}.{secret}"),
        }
    }

    pub(crate) fn parse(text: &str) -> Result<Self> {
        let parts: Vec<&str> = text.split('.').collect();
        let parsed = match parts[..] {
            ["lxs", tenant, secret] => {
                tenant.parse().ok().map(|tenant| Self::Session { tenant, secret: secret.to_owned() })
            }
            ["lxk", tenant, key, secret] => match (tenant.parse(), key.parse()) {
                (Ok(tenant), Ok(key)) => Some(Self::ApiKey { tenant, key, secret: secret.to_owned() }),
                _ => None,
            },
            _ => None,
        };
        parsed.ok_or_else(unauthenticated)
    }
}

/// The one answer to every credential that does not hold, so that it tells nothing.
pub(crate) fn unauthenticated() -> Error {
    Error::new(ErrorCode::Unauthenticated, "Please sign in: the session or key is unknown, expired or revoked.")
}
