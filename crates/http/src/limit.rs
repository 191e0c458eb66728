//! Token buckets per tenant, so that one tenant's storm stays its own.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultKeyedRateLimiter, Quota};
use lingxi_kernel::{Error, ErrorCode, Result, TenantId};

/// A rate per tenant. Cheap to clone.
#[derive(Clone)]
pub struct TenantLimit {
    buckets: Arc<DefaultKeyedRateLimiter<TenantId>>,
}

impl std::fmt::Debug for TenantLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantLimit").finish_non_exhaustive()
    }
}

impl TenantLimit {
    /// So many a second, with bursts of ten times as many.
    pub fn per_second(rate: u32) -> Self {
        let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(9)));
        Self { buckets: Arc::new(DefaultKeyedRateLimiter::keyed(quota)) }
    }

    /// Takes a token.
    ///
    /// # Errors
    /// [`ErrorCode::LimitExceeded`] when the tenant's bucket is empty.
    pub fn check(&self, tenant: TenantId) -> Result<()> {
        self.buckets.check_key(&tenant).map_err(|_| {
            Error::new(
                ErrorCode::LimitExceeded,
                "Too many requests for this firm; slow down and try again in a second.",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;

    #[test]
    fn one_tenants_storm_leaves_the_other_alone() {
        let (limit, env) = (TenantLimit::per_second(1), Env::system());
        let (loud, calm) = (env.id::<TenantId>(), env.id::<TenantId>());
        assert_eq!((0..50).filter(|_| limit.check(loud).is_ok()).count(), 10);
        assert!(limit.check(calm).is_ok());
    }
}
