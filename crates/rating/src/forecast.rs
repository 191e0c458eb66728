//! What a bill may be at the period's end. Nobody pays a forecast: here, and only here, are floats.

/// The usage of one past day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayUsage {
    /// 0 is Monday.
    pub weekday: usize,
    /// How much.
    pub quantity: f64,
}

/// What the rest of a period may bring; four times in five it lies in the band.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// The band's lower end.
    pub low: f64,
    /// What is expected.
    pub expected: f64,
    /// The band's upper end.
    pub high: f64,
}

/// The 90 % quantile of the normal distribution: a band between it and its mirror holds 80 %.
const Z: f64 = 1.281_551_565_5;
/// The weight of a day halves in so many days.
const HALF_LIFE: f64 = 14.0;
/// A weekday's own mean counts like so many days of the level.
const SHRINK: f64 = 2.0;

/// The usage of the coming days by weekday, from that of past days, oldest first: the weighted mean of all days times a factor per weekday that
/// is drawn towards 1 where few days speak for it. The band holds the scatter of days around that and the uncertainty of the mean.
pub fn forecast(past: &[DayUsage], coming: &[usize]) -> Forecast {
    let weight = |age: usize| 0.5_f64.powf(f64::from(u32::try_from(age).unwrap_or(u32::MAX)) / HALF_LIFE);
    let weighted: Vec<(f64, DayUsage)> = past.iter().rev().enumerate().map(|(age, day)| (weight(age), *day)).collect();
    let total: f64 = weighted.iter().map(|(weight, _)| weight).sum();
    if total <= 0.0 || coming.is_empty() {
        return Forecast { low: 0.0, expected: 0.0, high: 0.0 };
    }
    let level = weighted.iter().map(|(weight, day)| weight * day.quantity).sum::<f64>() / total;
    let factor = |weekday: usize| {
        let (sum, weights) = weighted
            .iter()
            .filter(|(_, day)| day.weekday == weekday)
            .fold((0.0, 0.0), |(sum, weights), (weight, day)| (sum + weight * day.quantity, weights + weight));
        if level > 0.0 { (sum + SHRINK * level) / ((weights + SHRINK) * level) } else { 1.0 }
    };
    let expected: f64 = coming.iter().map(|weekday| level * factor(*weekday)).sum();
    let off = |(weight, day): &(f64, DayUsage)| weight * (day.quantity - level * factor(day.weekday)).powi(2);
    let variance = weighted.iter().map(off).sum::<f64>() / total;
    let squares: f64 = weighted.iter().map(|(weight, _)| weight * weight).sum();
    let days = f64::from(u32::try_from(coming.len()).unwrap_or(u32::MAX));
    // A day's scatter adds up by days, the mean's error by their square.
    let spread = Z * (variance * days + variance * days * days * squares / (total * total)).sqrt();
    Forecast { low: (expected - spread).max(0.0), expected, high: expected + spread }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weeks(count: usize, quantity: impl Fn(usize) -> f64) -> Vec<DayUsage> {
        (0..count * 7).map(|day| DayUsage { weekday: day % 7, quantity: quantity(day) }).collect()
    }

    #[test]
    fn quiet_weekends_are_expected_to_stay_quiet() {
        let past = weeks(8, |day| if day % 7 < 5 { 100.0 } else { 10.0 });
        let (workday, weekend) = (forecast(&past, &[0]), forecast(&past, &[6]));
        assert!(workday.expected > 85.0 && weekend.expected < 40.0, "{workday:?} {weekend:?}");
    }

    #[test]
    fn the_band_is_as_wide_as_the_days_differ() {
        let steady = forecast(&weeks(4, |_| 50.0), &[0, 1, 2]);
        assert!((steady.high - steady.low).abs() < 1e-9, "{steady:?}");
        let wild = forecast(&weeks(4, |day| if day % 2 == 0 { 0.0 } else { 100.0 }), &[0, 1, 2]);
        assert!(wild.low < wild.expected && wild.expected < wild.high && wild.low >= 0.0, "{wild:?}");
    }

    #[test]
    fn four_months_in_five_end_in_the_band() {
        // Days from a linear congruential generator, uniform over 0..200.
        let mut state = 7_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 16) / 65_536.0 * 200.0
        };
        let inside = (0..500).filter(|_| {
            let past =
                weeks(8, |_| 0.0).into_iter().map(|day| DayUsage { quantity: next(), ..day }).collect::<Vec<_>>();
            let coming: Vec<usize> = (0..15).map(|day| day % 7).collect();
            let band = forecast(&past, &coming);
            let came: f64 = coming.iter().map(|_| next()).sum();
            (band.low..=band.high).contains(&came)
        });
        let share = f64::from(u32::try_from(inside.count()).unwrap()) / 500.0;
        assert!((0.72..0.88).contains(&share), "{share}");
    }

    #[test]
    fn without_a_past_nothing_is_expected() {
        assert_eq!(forecast(&[], &[0, 1]).expected.to_bits(), 0.0_f64.to_bits());
    }
}
