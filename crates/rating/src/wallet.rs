//! Prepaid credit: which grants pay.

use lingxi_kernel::Timestamp;

/// What is left of a grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant<I> {
    /// Which one.
    pub id: I,
    /// Minor units that are left.
    pub remaining: i64,
    /// When it was granted.
    pub granted_at: Timestamp,
    /// From when on it cannot be used.
    pub expires_at: Option<Timestamp>,
}

/// What a grant pays.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use<I> {
    /// Which one.
    pub id: I,
    /// Minor units.
    pub minor: i64,
}

/// Pays an amount from grants, the oldest first, and none that has expired; less than the amount when they do not hold it.
pub fn spend<I: Clone + Ord>(grants: &[Grant<I>], amount: i64, now: Timestamp) -> Vec<Use<I>> {
    let mut usable: Vec<&Grant<I>> =
        grants.iter().filter(|grant| grant.remaining > 0 && grant.expires_at.is_none_or(|end| now < end)).collect();
    usable.sort_by(|one, other| (one.granted_at, &one.id).cmp(&(other.granted_at, &other.id)));
    let mut left = amount.max(0);
    let mut uses = Vec::new();
    for grant in usable {
        let minor = grant.remaining.min(left);
        if minor > 0 {
            uses.push(Use { id: grant.id.clone(), minor });
            left -= minor;
        }
    }
    uses
}
