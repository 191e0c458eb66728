//! Token buckets per tenant, so that one tenant's storm stays its own.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};

use governor::{DefaultDirectRateLimiter, Quota};
use lingxi_kernel::{Error, ErrorCode, Result, TenantId};

/// Buckets by tenant, with the rate that each was made for.
type Buckets = HashMap<TenantId, (u32, Arc<DefaultDirectRateLimiter>)>;

/// A rate per tenant. Cheap to clone.
#[derive(Clone)]
pub struct TenantLimit {
    rate: u32,
    buckets: Arc<Mutex<Buckets>>,
}

impl std::fmt::Debug for TenantLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantLimit").finish_non_exhaustive()
    }
}

impl TenantLimit {
    /// So many a second, with bursts of ten times as many, for tenants without a rate of their own.
    pub fn per_second(rate: u32) -> Self {
        Self { rate, buckets: Arc::default() }
    }

    /// Takes a token; `own` is the tenant's rate when it has one.
    ///
    /// # Errors
    /// [`ErrorCode::LimitExceeded`] when the tenant's bucket is empty.
    pub fn check(&self, tenant: TenantId, own: Option<u32>) -> Result<()> {
        let rate = own.unwrap_or(self.rate);
        let bucket = {
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            let entry = buckets.entry(tenant).or_insert_with(|| (rate, bucket(rate)));
            if entry.0 != rate {
                *entry = (rate, bucket(rate));
            }
            entry.1.clone()
        };
        bucket.check().map_err(|_| {
            Error::new(
                ErrorCode::LimitExceeded,
                "Too many requests for this firm; slow down and try again in a second.",
            )
        })
    }
}

fn bucket(rate: u32) -> Arc<DefaultDirectRateLimiter> {
    let rate = NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN);
    let quota = Quota::per_second(rate).allow_burst(rate.saturating_mul(NonZeroU32::MIN.saturating_add(9)));
    Arc::new(DefaultDirectRateLimiter::direct(quota))
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;

    #[test]
    fn one_tenants_storm_leaves_the_other_alone() {
        let (limit, env) = (TenantLimit::per_second(1), Env::system());
        let (loud, calm) = (env.id::<TenantId>(), env.id::<TenantId>());
        assert_eq!((0..50).filter(|_| limit.check(loud, None).is_ok()).count(), 10);
        assert!(limit.check(calm, None).is_ok());
    }

    #[test]
    fn a_tenant_with_a_rate_of_its_own_gets_that() {
        let (limit, env) = (TenantLimit::per_second(1), Env::system());
        let tenant = env.id::<TenantId>();
        assert_eq!((0..50).filter(|_| limit.check(tenant, Some(3)).is_ok()).count(), 30);
    }
}
