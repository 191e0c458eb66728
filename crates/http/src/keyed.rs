//! Token buckets per caller: a visitor, a network address.

use std::hash::Hash;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use governor::{DefaultKeyedRateLimiter, Quota};

/// After so many checks, buckets that are full again are forgotten.
const TIDY: u32 = 4_096;
const DAY: Duration = Duration::from_hours(24);

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

    /// So many a day, all of them at once if need be.
    pub fn per_day(rate: u32) -> Self {
        let rate = at_least_one(rate);
        let each = DAY / rate.get();
        Self::of(Quota::with_period(each).unwrap_or(Quota::per_second(rate)).allow_burst(rate))
    }

    fn of(quota: Quota) -> Self {
        Self { buckets: Arc::new(DefaultKeyedRateLimiter::keyed(quota)), checks: Arc::default() }
    }

    /// Takes a token of a key's bucket; false when it is empty.
    pub fn takes(&self, key: &K) -> bool {
        self.takes_many(key, 1)
    }

    /// Takes so many tokens of a key's bucket, at least one; false when it has fewer.
    pub fn takes_many(&self, key: &K, tokens: u32) -> bool {
        if self.checks.fetch_add(1, Ordering::Relaxed) % TIDY == TIDY - 1 {
            self.buckets.retain_recent();
        }
        self.buckets.check_key_n(key, at_least_one(tokens)).is_ok_and(|taken| taken.is_ok())
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

    #[test]
    fn a_day_has_its_tokens_at_once_and_no_more() {
        let limit = KeyedLimit::per_day(1 << 20);
        assert!(limit.takes_many(&"loud", 1 << 19) && limit.takes_many(&"loud", 1 << 19));
        assert!(!limit.takes_many(&"loud", 1 << 10));
        assert!(limit.takes_many(&"calm", 1 << 20));
        assert!(!limit.takes_many(&"greedy", (1 << 20) + 1), "more than there ever is");
    }
}
