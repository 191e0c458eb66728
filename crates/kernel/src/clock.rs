//! Time and randomness as parameters.

use std::fmt;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, SubsecRound as _, Utc};
use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// A moment in UTC.
pub type Timestamp = DateTime<Utc>;

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Timestamp {
        // As fine as every database keeps it, so that what is read equals what was stored.
        Utc::now().trunc_subsecs(6)
    }
}

/// What a use case needs of the outside world besides storage: the time, and a source of randomness.
#[derive(Clone)]
pub struct Env {
    clock: Arc<dyn Clock>,
    rng: Arc<Mutex<StdRng>>,
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").field("now", &self.now()).finish_non_exhaustive()
    }
}

impl Env {
    /// The machine's clock and its entropy.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), rng: Arc::new(Mutex::new(rand::make_rng())) }
    }

    /// A given clock and a seeded generator, for tests.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))) }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// `N` random bytes, fit for secrets.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        let mut rng = self.rng.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        rng.fill_bytes(&mut bytes);
        bytes
    }

    /// A fresh id: a `UUIDv7` of the present moment.
    pub fn id<I: From<Uuid>>(&self) -> I {
        let millis = u64::try_from(self.now().timestamp_millis()).unwrap_or(0);
        I::from(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid())
    }

    /// A secret in 43 characters that are safe in URLs and headers (256 bits).
    pub fn secret(&self) -> String {
        const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        self.bytes::<43>().iter().map(|b| char::from(ALPHABET[usize::from(b & 63)])).collect()
    }
}
