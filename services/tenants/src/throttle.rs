//! Slows down guesses. An attempt is counted before its password is hashed, so that many at the same time count too.
//!
//! Three counts hold an attempt up: of one address from one origin, of one origin over all addresses, and of one address over all origins.
//! The last one is for guesses from many places; it does not hold an origin up that has signed in to this account before, so nobody can
//! lock out an owner at their desk, and a new password set by mail ends it. Counts live in memory: each process has its own.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use lingxi_kernel::{Error, ErrorCode, Result, Timestamp};

/// Free attempts; each further one doubles the wait.
const FREE_OF_PAIR: u32 = 5;
const FREE_OF_ORIGIN: u32 = 30;
const FREE_OF_ACCOUNT: u32 = 50;
/// The longest wait, in seconds.
const LONGEST: i64 = 15 * 60;
/// A count without attempts for so long is forgotten.
const KEPT: TimeDelta = TimeDelta::hours(1);
/// Counts in memory before the forgotten ones are removed.
const MANY: usize = 10_000;
/// Origins of an account that are known.
const KNOWN: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Pair(String, String),
    Origin(String),
    Account(String),
}

impl Key {
    fn free(&self) -> u32 {
        match self {
            Self::Pair(..) => FREE_OF_PAIR,
            Self::Origin(_) => FREE_OF_ORIGIN,
            Self::Account(_) => FREE_OF_ACCOUNT,
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Count {
    attempts: u32,
    last: Timestamp,
    until: Timestamp,
}

#[derive(Debug, Default)]
struct Counts {
    attempts: HashMap<Key, Count>,
    known: HashMap<String, Vec<String>>,
}

/// Attempts by account and origin.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<Counts>);

impl Throttle {
    /// Counts an attempt at an account, or refuses while it has to wait. `origin` is the client's address; without one only the account counts.
    pub(crate) fn attempt(&self, account: &str, origin: &str, now: Timestamp) -> Result<()> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let keys = counts.keys(account, origin);
        let wait = keys.iter().filter_map(|key| counts.attempts.get(key)).map(|count| count.until).max();
        if let Some(until) = wait.filter(|until| *until > now) {
            let seconds = (until - now).num_seconds() + 1;
            let message = format!("Too many wrong attempts; try again in {seconds} seconds.");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        if counts.attempts.len() > MANY {
            counts.attempts.retain(|_, count| count.last + KEPT > now);
        }
        for key in keys {
            let free = key.free();
            let count = counts.attempts.entry(key).or_insert(Count { attempts: 0, last: now, until: now });
            if count.last + KEPT <= now {
                count.attempts = 0;
            }
            count.attempts += 1;
            count.last = now;
            if let Some(beyond) = count.attempts.checked_sub(free) {
                count.until = now + TimeDelta::seconds((1_i64 << beyond.min(20)).min(LONGEST));
            }
        }
        Ok(())
    }

    /// Takes an attempt back that was neither right nor wrong.
    pub(crate) fn take_back(&self, account: &str, origin: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for key in counts.keys(account, origin) {
            if let Some(count) = counts.attempts.get_mut(&key) {
                count.attempts = count.attempts.saturating_sub(1);
                // It was let through, so there was no wait before it.
                count.until = count.last;
            }
        }
    }

    /// The attempt was right: what counted against the account is forgotten, and its origin is known from now on.
    pub(crate) fn succeeded(&self, account: &str, origin: &str) {
        self.take_back(account, origin);
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.attempts.remove(&Key::Pair(account.to_owned(), origin.to_owned()));
        if !origin.is_empty() {
            let known = counts.known.entry(account.to_owned()).or_default();
            known.retain(|one| one != origin);
            known.insert(0, origin.to_owned());
            known.truncate(KNOWN);
        }
    }

    /// Somebody has shown that the account is theirs: nothing counts against it any more, wherever it came from.
    pub(crate) fn proved(&self, account: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.attempts.retain(|key, _| match key {
            Key::Pair(of, _) | Key::Account(of) => of != account,
            Key::Origin(_) => true,
        });
    }
}

impl Counts {
    /// What an attempt counts towards.
    fn keys(&self, account: &str, origin: &str) -> Vec<Key> {
        let mut keys = vec![Key::Pair(account.to_owned(), origin.to_owned())];
        let known = self.known.get(account).is_some_and(|known| known.iter().any(|one| one == origin));
        if !origin.is_empty() {
            keys.push(Key::Origin(origin.to_owned()));
        }
        if !origin.is_empty() && !known {
            keys.push(Key::Account(account.to_owned()));
        }
        keys
    }
}

/// What strangers may make us do, by origin and hour. A client on this machine, or behind a proxy that does not say for whom it asks, is not
/// counted.
#[derive(Debug)]
pub(crate) struct Hourly {
    most: u32,
    taken: Mutex<HashMap<String, (u32, Timestamp)>>,
}

impl Hourly {
    pub(crate) fn new(most: u32) -> Self {
        Self { most, taken: Mutex::default() }
    }

    /// Takes one, or refuses when the hour's are used up.
    pub(crate) fn take(&self, origin: &str, now: Timestamp) -> Result<()> {
        if origin.is_empty() || origin.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback()) {
            return Ok(());
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() > MANY {
            taken.retain(|_, (_, since)| *since + KEPT > now);
        }
        let entry = taken.entry(origin.to_owned()).or_insert((0, now));
        if entry.1 + KEPT <= now {
            *entry = (0, now);
        }
        if entry.0 >= self.most {
            let minutes = (entry.1 + KEPT - now).num_minutes() + 1;
            let message = format!("Too many requests from your network; try again in {minutes} minutes.");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        entry.0 += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    /// Attempts of a number that are let through at the same moment.
    fn allowed(
        throttle: &Throttle,
        tries: u32,
        account: impl Fn(u32) -> String,
        origin: impl Fn(u32) -> String,
    ) -> usize {
        (0..tries).filter(|n| throttle.attempt(&account(*n), &origin(*n), NOW).is_ok()).count()
    }

    #[test]
    fn attempts_at_the_same_moment_count_before_their_outcome_is_known() {
        let throttle = Throttle::default();
        assert_eq!(allowed(&throttle, 100, |_| "a".into(), |_| "1.2.3.4".into()), 5);
        assert!(throttle.attempt("b", "1.2.3.4", NOW).is_ok(), "others are not slowed down");
        assert!(throttle.attempt("a", "1.2.3.4", NOW + TimeDelta::seconds(2)).is_ok());
        throttle.succeeded("a", "1.2.3.4");
        assert!(throttle.attempt("a", "1.2.3.4", NOW + TimeDelta::seconds(2)).is_ok());
    }

    #[test]
    fn one_origin_cannot_try_a_password_on_everybody() {
        let throttle = Throttle::default();
        assert_eq!(allowed(&throttle, 1_000, |n| format!("a{n}"), |_| "1.2.3.4".into()), 30);
    }

    #[test]
    fn guesses_from_everywhere_are_slow_and_do_not_lock_out_the_owner() {
        let throttle = Throttle::default();
        throttle.attempt("owner", "desk", NOW).unwrap();
        throttle.succeeded("owner", "desk");
        assert_eq!(allowed(&throttle, 1_000, |_| "owner".into(), |n| format!("bot{n}")), 50);
        assert!(throttle.attempt("owner", "desk", NOW).is_ok(), "where they have signed in before");
        assert!(throttle.attempt("owner", "hotel", NOW).is_err());
        throttle.proved("owner");
        assert!(throttle.attempt("owner", "hotel", NOW).is_ok(), "after a new password by mail");
    }

    #[test]
    fn an_attempt_without_outcome_does_not_count() {
        let throttle = Throttle::default();
        for _ in 0..100 {
            throttle.attempt("a", "o", NOW).unwrap();
            throttle.take_back("a", "o");
        }
    }
}
