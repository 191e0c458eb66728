//! Whole amounts into parts that add up again.

/// Splits an amount in proportion to weights by the largest remainder: every part is its exact share rounded down or up, and together they
/// are the amount. Of equal remainders the earlier part gets the unit. Without any weight the first part gets all. Weights that are larger than
/// 64 bits together lose their last bits.
pub fn split(amount: i64, weights: &[u128]) -> Vec<i64> {
    let size = weights.iter().fold(0_u128, |sum, weight| sum.saturating_add(*weight));
    let cut = 64_u32.saturating_sub(size.leading_zeros());
    let weights: Vec<u128> = weights.iter().map(|weight| weight >> cut).collect();
    let all: u128 = weights.iter().sum();
    if all == 0 {
        return weights.iter().enumerate().map(|(index, _)| if index == 0 { amount } else { 0 }).collect();
    }
    let size = u128::from(amount.unsigned_abs());
    let mut parts: Vec<u128> = Vec::with_capacity(weights.len());
    let mut rests: Vec<(u128, usize)> = Vec::with_capacity(weights.len());
    for (index, weight) in weights.iter().enumerate() {
        parts.push(weight * size / all);
        rests.push((weight * size % all, index));
    }
    rests.sort_by(|one, other| other.0.cmp(&one.0).then(one.1.cmp(&other.1)));
    let missing = size - parts.iter().sum::<u128>();
    for (_, index) in rests.iter().take(usize::try_from(missing).unwrap_or(usize::MAX)) {
        parts[*index] += 1;
    }
    let sign = amount.signum();
    parts.into_iter().map(|part| sign * i64::try_from(part).unwrap_or(i64::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_largest_remainder_gets_the_odd_unit() {
        assert_eq!(split(100, &[1, 1, 1]), [34, 33, 33]);
        assert_eq!(split(-100, &[1, 2]), [-33, -67]);
        assert_eq!(split(5, &[0, 0]), [5, 0]);
        assert_eq!(split(5, &[]), Vec::<i64>::new());
    }

    proptest! {
        #[test]
        fn parts_add_up_and_are_within_one_of_their_share(
            amount in -1_000_000_000_i64..1_000_000_000, weights in proptest::collection::vec(0..1_000_000_000_u128, 1..9),
        ) {
            let parts = split(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            let all: u128 = weights.iter().sum();
            for (part, weight) in parts.iter().zip(&weights).filter(|_| all > 0) {
                let share = i128::try_from(*weight).unwrap() * i128::from(amount);
                let off = i128::from(*part) * i128::try_from(all).unwrap() - share;
                prop_assert!(off.unsigned_abs() < all, "{part} of {share}");
            }
        }
    }
}
