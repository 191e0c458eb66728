//! Every file of `golden/` is played.

use std::collections::BTreeSet;
use std::path::Path;

use super::scenario::play;

macro_rules! golden {
    ($($name:ident),+ $(,)?) => {
        $(
            #[tokio::test]
            async fn $name() {
                play(stringify!($name), include_str!(concat!("golden/", stringify!($name), ".toml"))).await;
            }
        )+

        #[test]
        fn no_file_is_left_out() {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/billing/golden");
            let files = std::fs::read_dir(folder).unwrap();
            let files: BTreeSet<String> =
                files.map(|file| file.unwrap().file_name().into_string().unwrap().replace(".toml", "")).collect();
            let played: BTreeSet<String> = [$(stringify!($name).to_owned()),+].into();
            assert_eq!(files, played);
            assert!(played.len() >= 40);
        }
    };
}

golden! {
    below_zero,
    cancel_at_once,
    cancel_later,
    cancel_now,
    cancel_taken_back,
    cap_on_a_meter,
    cap_on_the_bill,
    clocks_go_back,
    clocks_go_forward,
    comes_back,
    comes_back_in_another_currency,
    count,
    credit_expires,
    credit_note,
    credit_pays,
    credit_pays_what_is_open,
    different,
    dinar,
    dispute_accepted,
    dispute_after_the_invoice,
    dispute_of_a_long_id,
    dispute_rejected,
    duplicates_and_conflicts,
    first_month_in_part,
    flat_fee,
    free_units,
    graduated,
    half_a_cent,
    half_hour_zone,
    largest,
    late_after_the_grace,
    late_in_the_grace,
    late_over_a_tier,
    late_twice,
    late_under_the_minimum,
    latest,
    minimum,
    month_of_the_firm,
    moves_west,
    numbers_without_gaps,
    one_trial,
    package,
    pause,
    per_unit,
    percentage,
    plan_change_later,
    plan_change_now,
    plan_change_usage,
    price_change,
    refund,
    reminders,
    repeated_hour,
    skipped_midnight,
    taken_back,
    taken_back_late,
    too_late,
    top_up,
    transfer_pays,
    trial,
    usage_by_subject,
    vat_added,
    vat_by_line,
    vat_included,
    vat_reversed,
    volume,
    weighted,
    weighted_carried,
    written_off,
    yen,
}
