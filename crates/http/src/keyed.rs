//! Token buckets per caller: a visitor, a network address.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use governor::{DefaultKeyedRateLimiter, Quota};

/// After so many checks, buckets that are full again are forgotten.
const TIDY: u32 = 4_096;

/// A rate per key. Cheap to clone.
#[derive(Debug, Clone)]
pub struct KeyedLimit<K: Hash + Eq + Clone> {
    buckets: Arc<DefaultKeyedRateLimiter<K>>,
    checks: Arc<AtomicU32>,
}

impl<K: Hash + Eq + Clone> KeyedLimit<K> {
    /// So many a second, with bursts of ten times as many.
    pub fn per_second(rate: u32) -> Self {
        let rate = at_least_one(rate);
        Self::of(Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(9))))
    }

    /// So many an hour, all of them at once if need be.
    pub fn per_hour(rate: u32) -> Self {
        Self::of(Quota::per_hour(at_least_one(rate)))
    }

    fn of(quota: Quota) -> Self {
        Self { buckets: Arc::new(DefaultKeyedRateLimiter::keyed(quota)), checks: Arc::default() }
    }

    /// Takes a token of a key's bucket; false when it is empty.
    pub fn takes(&self, key: &K) -> bool {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            self.buckets.retain_recent();
        }
        self.buckets.check_key(key).is_ok()
    }
}

fn at_least_one(rate: u32) -> NonZeroU32 {
    NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_rate() {
        let limit = KeyedLimit::per_hour(3);
        assert_eq!((0..10).filter(|_| limit.takes(&"loud")).count(), 3);
        assert!(limit.takes(&"calm"));
    }
}
