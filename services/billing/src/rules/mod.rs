//! Decisions without IO.

pub(crate) mod identity;
pub(crate) mod limits;
pub(crate) mod periods;

use lingxi_kernel::Timestamp;

/// Minutes that are billed for a stretch of work: begun ones count.
pub(crate) fn minutes(from: Timestamp, to: Timestamp) -> i64 {
    ((to - from).num_seconds().max(0) + 59) / 60
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begun_minutes_count() {
        let start = Timestamp::UNIX_EPOCH;
        let after = |seconds| minutes(start, start + chrono::TimeDelta::seconds(seconds));
        assert_eq!((after(0), after(1), after(60), after(61)), (0, 1, 1, 2));
        assert_eq!(minutes(start + chrono::TimeDelta::seconds(5), start), 0, "a clock that went back bills nothing");
    }
}
