//! Token buckets per tenant, so that one tenant's storm stays its own.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use governor::{DefaultDirectRateLimiter, Quota};
use lingxi_kernel::{Error, ErrorCode, Result, TenantId};
use serde::{Deserialize, Serialize};

/// Buckets by tenant, with the rate that each was made for.
type Buckets = HashMap<TenantId, (u32, Arc<DefaultDirectRateLimiter>)>;

/// Rate and tokens by tenant.
type Untold = HashMap<TenantId, (u32, u32)>;

/// Tokens that were taken of a tenant's bucket in one process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// Whose.
    pub tenant: TenantId,
    /// The rate of the bucket.
    pub rate: u32,
    /// How many.
    pub tokens: u32,
}

/// A rate per tenant. Cheap to clone.
///
/// Where several processes serve, each tells the others what it has taken ([`Self::taken`]), and they take as much
/// ([`Self::take_too`]): so a tenant has one rate, whichever processes its requests reach. It may be above for as long as the
/// telling takes.
#[derive(Clone)]
pub struct TenantLimit {
    rate: u32,
    buckets: Arc<Mutex<Buckets>>,
    /// What was taken and not told yet; only where there is somebody to tell.
    untold: Arc<OnceLock<Mutex<Untold>>>,
}

impl std::fmt::Debug for TenantLimit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TenantLimit").finish_non_exhaustive()
    }
}

impl TenantLimit {
    /// So many a second, with bursts of ten times as many, for tenants without a rate of their own.
    pub fn per_second(rate: u32) -> Self {
        Self { rate, buckets: Arc::default(), untold: Arc::default() }
    }

    /// Takes a token; `own` is the tenant's rate when it has one.
    ///
    /// # Errors
    /// [`ErrorCode::LimitExceeded`] when the tenant's bucket is empty.
    pub fn check(&self, tenant: TenantId, own: Option<u32>) -> Result<()> {
        let rate = own.unwrap_or(self.rate);
        self.bucket_of(tenant, rate).check().map_err(|_| {
            Error::new(
                ErrorCode::LimitExceeded,
                "Too many requests for this firm; slow down and try again in a second.",
            )
        })?;
        if let Some(untold) = self.untold.get() {
            let mut untold = untold.lock().unwrap_or_else(PoisonError::into_inner);
            let (known, tokens) = untold.entry(tenant).or_insert((rate, 0));
            *known = rate;
            *tokens += 1;
        }
        Ok(())
    }

    /// What was taken since it was asked last; the first time nothing.
    pub fn taken(&self) -> Vec<Taken> {
        let untold = self.untold.get_or_init(Mutex::default);
        let untold = std::mem::take(&mut *untold.lock().unwrap_or_else(PoisonError::into_inner));
        untold.into_iter().map(|(tenant, (rate, tokens))| Taken { tenant, rate, tokens }).collect()
    }

    /// Takes what another process has taken, as far as there is something.
    pub fn take_too(&self, taken: &Taken) {
        let bucket = self.bucket_of(taken.tenant, taken.rate);
        for _ in 0..taken.tokens {
            if bucket.check().is_err() {
                break;
            }
        }
    }

    fn bucket_of(&self, tenant: TenantId, rate: u32) -> Arc<DefaultDirectRateLimiter> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = buckets.entry(tenant).or_insert_with(|| (rate, bucket(rate)));
        if entry.0 != rate {
            *entry = (rate, bucket(rate));
        }
        entry.1.clone()
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
    fn what_one_process_took_is_gone_in_the_other() {
        let (here, there) = (TenantLimit::per_second(1), TenantLimit::per_second(1));
        let tenant = Env::system().id::<TenantId>();
        assert!(here.taken().is_empty());
        assert_eq!((0..6).filter(|_| here.check(tenant, None).is_ok()).count(), 6);
        let taken = here.taken();
        assert_eq!(taken, [Taken { tenant, rate: 1, tokens: 6 }]);
        there.take_too(&taken[0]);
        assert_eq!((0..50).filter(|_| there.check(tenant, None).is_ok()).count(), 4);
        assert!(here.taken().is_empty(), "it is told once");
    }

    #[test]
    fn a_tenant_with_a_rate_of_its_own_gets_that() {
        let (limit, env) = (TenantLimit::per_second(1), Env::system());
        let tenant = env.id::<TenantId>();
        assert_eq!((0..50).filter(|_| limit.check(tenant, Some(3)).is_ok()).count(), 30);
    }
}
