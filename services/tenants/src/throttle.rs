//! Slows down guesses: after five failures for one address, each further one doubles the wait.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use lingxi_kernel::{Error, ErrorCode, Result, Timestamp};

const FREE_FAILURES: u32 = 5;
const LONGEST: i64 = 15 * 60;

/// Failures by key.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: Mutex<HashMap<String, (u32, Timestamp)>>,
}

impl Throttle {
    /// Refuses while a key has to wait.
    pub(crate) fn check(&self, key: &str, now: Timestamp) -> Result<()> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        match failures.get(key) {
            Some((_, until)) if *until > now => {
                let seconds = (*until - now).num_seconds() + 1;
                let message = format!("Too many wrong attempts; try again in {seconds} seconds.");
                Err(Error::new(ErrorCode::LimitExceeded, message))
            }
            _ => Ok(()),
        }
    }

    /// Notes a failure.
    pub(crate) fn failed(&self, key: &str, now: Timestamp) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() > 10_000 {
            failures.retain(|_, (_, until)| *until > now);
        }
        let entry = failures.entry(key.to_owned()).or_insert((0, now));
        entry.0 += 1;
        if let Some(beyond) = entry.0.checked_sub(FREE_FAILURES) {
            entry.1 = now + TimeDelta::seconds((1_i64 << beyond.min(20)).min(LONGEST));
        }
    }

    /// Forgets the failures after a success.
    pub(crate) fn succeeded(&self, key: &str) {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sixth_failure_waits_and_success_forgets() {
        let (throttle, now) = (Throttle::default(), Timestamp::UNIX_EPOCH);
        for _ in 0..4 {
            throttle.failed("a", now);
        }
        assert!(throttle.check("a", now).is_ok());
        throttle.failed("a", now);
        assert!(throttle.check("a", now).is_err());
        assert!(throttle.check("b", now).is_ok(), "others are not slowed down");
        assert!(throttle.check("a", now + TimeDelta::seconds(2)).is_ok());
        throttle.succeeded("a");
        assert!(throttle.check("a", now).is_ok());
    }
}
