//! When people are told, and when more is refused.

use std::collections::BTreeMap;

use lingxi_contracts::billing::SpendLimits;
use lingxi_kernel::Decimal;
use serde::{Deserialize, Serialize};

/// The shares of a limit at which people are told.
pub(crate) const STEPS: [i64; 3] = [50, 80, 100];

/// Which alerts of a period were told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Told {
    pub period: String,
    /// Such as `alert/80/`, `cap/100/message`.
    pub what: Vec<String>,
}

/// Something to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct News {
    /// Key of the meter; none for the bill as a whole.
    pub meter: Option<String>,
    /// `alert` or `cap`.
    pub limit: &'static str,
    /// Percent of it.
    pub percent: i64,
}

impl News {
    fn key(&self) -> String {
        format!("{}/{}/{}", self.limit, self.percent, self.meter.as_deref().unwrap_or_default())
    }
}

/// What is new of the alerts and caps, and the notes with it: each step is told once a period, and of several at once the highest.
pub(crate) fn news(
    limits: &SpendLimits,
    told: &Told,
    period: &str,
    total_minor: i64,
    used: &BTreeMap<String, Decimal>,
) -> (Vec<News>, Told) {
    let mut noted = if told.period == period { told.clone() } else { Told { period: period.into(), what: Vec::new() } };
    let mut news = Vec::new();
    let mut look = |meter: Option<&String>, limit: &'static str, value: i128, at: i128| {
        let reached = STEPS.into_iter().filter(|percent| value * 100 >= at * i128::from(*percent));
        let steps: Vec<News> = reached.map(|percent| News { meter: meter.cloned(), limit, percent }).collect();
        let fresh: Vec<&News> = steps.iter().filter(|step| !noted.what.contains(&step.key())).collect();
        if let Some(last) = fresh.last() {
            news.push((*last).clone());
        }
        let keys: Vec<String> = fresh.iter().map(|step| step.key()).collect();
        noted.what.extend(keys);
    };
    if let Some(alert) = limits.alert_minor {
        look(None, "alert", total_minor.into(), alert.into());
    }
    if let Some(cap) = limits.cap_minor {
        look(None, "cap", total_minor.into(), cap.into());
    }
    for limit in &limits.meters {
        let kind = if limit.hard { "cap" } else { "alert" };
        let value = used.get(&limit.meter).copied().unwrap_or_default();
        look(Some(&limit.meter), kind, value.units(), limit.quantity.units());
    }
    (news, noted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_contracts::billing::MeterLimit;

    fn steps(limits: &SpendLimits, told: &Told, total: i64) -> (Vec<i64>, Told) {
        let (news, told) = news(limits, told, "2026-11", total, &BTreeMap::new());
        (news.into_iter().map(|news| news.percent).collect(), told)
    }

    #[test]
    fn each_step_is_told_once_a_period_and_of_several_the_highest() {
        let limits = SpendLimits { alert_minor: Some(1_000), ..SpendLimits::default() };
        let (first, told) = steps(&limits, &Told::default(), 499);
        assert_eq!(first, [0_i64; 0]);
        let (second, told) = steps(&limits, &told, 850);
        assert_eq!(second, [80], "50 is passed over");
        let (third, told) = steps(&limits, &told, 900);
        assert_eq!(third, [0_i64; 0]);
        let (again, _) = news(&limits, &told, "2026-12", 1_000, &BTreeMap::new());
        assert_eq!(again[0].percent, 100, "a new period begins afresh");
    }

    #[test]
    fn a_meter_has_its_own_limit() {
        let meter = MeterLimit { meter: "message".into(), quantity: Decimal::whole(100), hard: true };
        let limits = SpendLimits { meters: vec![meter], ..SpendLimits::default() };
        let used = BTreeMap::from([("message".to_owned(), Decimal::whole(100))]);
        let (news, _) = news(&limits, &Told::default(), "2026-11", 0, &used);
        assert_eq!((news[0].limit, news[0].percent), ("cap", 100));
    }
}
