//! Whether what operators sell can be sold.

use std::collections::HashSet;

use lingxi_contracts::billing::{Aggregation, Catalog, Charge, Meter, Plan, PriceModel, Tax};
use lingxi_kernel::{Decimal, FieldError};

/// Collects what is wrong, with the path of the field.
struct Checks {
    path: String,
    errors: Vec<FieldError>,
}

impl Checks {
    fn demand(&mut self, holds: bool, field: &str, message: &str) {
        if !holds {
            let dot = if self.path.is_empty() || field.is_empty() { "" } else { "." };
            self.errors.push(FieldError { field: format!("{}{dot}{field}", self.path), message: message.to_owned() });
        }
    }
}

fn is_key(text: &str, more: char) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == more;
    !text.is_empty()
        && text.len() <= 60
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(fits)
}

/// What is wrong with a meter; nothing when it can count.
pub fn check_meter(meter: &Meter) -> Vec<FieldError> {
    let mut checks = Checks { path: String::new(), errors: Vec::new() };
    checks.demand(
        is_key(&meter.key, '_'),
        "key",
        "A meter's key is 1 to 60 lower-case letters, digits and `_`, a letter first.",
    );
    checks.demand(!meter.event_type.trim().is_empty(), "eventType", "Say which type of events is counted.");
    let named = !meter.name.zh.is_empty() || !meter.name.en.is_empty();
    checks.demand(named, "name", "Give it a name in at least one language.");
    let needs = !matches!(meter.aggregation, Aggregation::Count | Aggregation::Sum);
    let has = meter.value_field.as_ref().is_some_and(|field| !field.is_empty());
    checks.demand(has || !needs, "valueField", "This aggregation needs the field of the data that holds the value.");
    checks.demand(meter.dimensions.len() <= 5, "dimensions", "A meter has at most 5 dimensions.");
    let once: HashSet<&String> = meter.dimensions.iter().collect();
    let filled = meter.dimensions.iter().all(|name| !name.trim().is_empty());
    checks.demand(filled && once.len() == meter.dimensions.len(), "dimensions", "Dimensions have names, each once.");
    checks.errors
}

/// What is wrong with a version of a plan; `meters` are those that there are.
pub fn check_plan(plan: &Plan, meters: &[Meter]) -> Vec<FieldError> {
    let mut checks = Checks { path: String::new(), errors: Vec::new() };
    checks.demand(
        is_key(&plan.code, '-'),
        "code",
        "A plan's code is 1 to 60 lower-case letters, digits and `-`, a letter first.",
    );
    checks.demand(plan.version >= 1, "version", "Versions are counted from 1.");
    let named = !plan.name.zh.is_empty() || !plan.name.en.is_empty();
    checks.demand(named, "name", "Give it a name in at least one language.");
    checks.demand((0..=366).contains(&plan.trial_days), "trialDays", "A trial has 0 to 366 days.");
    checks.demand(!plan.minimum.is_negative(), "minimum", "A minimum is 0 or more.");
    checks.demand(!plan.charges.is_empty(), "charges", "A plan charges for something; add a charge.");
    let mut keys = HashSet::new();
    for (index, charge) in plan.charges.iter().enumerate() {
        checks.path = format!("charges.{index}");
        let fresh = is_key(&charge.key, '_') && charge.key != "minimum" && keys.insert(&charge.key);
        checks.demand(
            fresh,
            "key",
            "A charge's key is lower-case letters, digits and `_`, once in the plan, and not `minimum`.",
        );
        check_charge(charge, meters, &mut checks);
    }
    checks.errors
}

fn check_charge(charge: &Charge, meters: &[Meter], checks: &mut Checks) {
    use PriceModel as P;
    let known = charge.meter.as_ref().is_none_or(|key| meters.iter().any(|meter| meter.key == *key));
    checks.demand(known, "meter", "There is no such meter.");
    checks.demand(
        charge.meter.is_some() != (charge.model == P::Flat),
        "meter",
        "A flat charge has no meter, every other one has.",
    );
    checks.demand(!charge.free.is_negative(), "free", "Free units are 0 or more.");
    let tiered = matches!(charge.model, P::Graduated | P::Volume);
    checks.demand(
        charge.price.is_some() != tiered,
        "price",
        "A tiered charge has its prices in its tiers, every other one has a price.",
    );
    checks.demand(charge.price.is_none_or(|price| !price.is_negative()), "price", "A price is 0 or more.");
    let sized = charge.size.is_some_and(|size| size > Decimal::ZERO);
    checks.demand(sized == (charge.model == P::Package), "size", "A package has a size above 0, nothing else has one.");
    checks.demand(
        charge.tiers.is_empty() != tiered,
        "tiers",
        "A graduated or volume price has tiers, nothing else has them.",
    );
    let mut end = Decimal::ZERO;
    for (index, tier) in charge.tiers.iter().enumerate() {
        let last = index + 1 == charge.tiers.len();
        let field = format!("tiers.{index}");
        checks.demand(tier.up_to.is_none() == last, &field, "The last tier has no end, every other one has.");
        checks.demand(tier.up_to.is_none_or(|up_to| up_to > end), &field, "A tier ends higher than the one before.");
        checks.demand(!tier.unit.is_negative() && !tier.flat.is_negative(), &field, "Prices of tiers are 0 or more.");
        end = tier.up_to.unwrap_or(end);
    }
}

/// What is wrong with a tax.
pub fn check_tax(tax: &Tax) -> Vec<FieldError> {
    let mut checks = Checks { path: String::new(), errors: Vec::new() };
    let region = tax.region.len() == 2 && tax.region.bytes().all(|letter| letter.is_ascii_uppercase());
    checks.demand(region, "region", "A region is the ISO 3166 code of a country, such as CN.");
    let percent = (Decimal::ZERO..Decimal::whole(100)).contains(&tax.percent);
    checks.demand(percent, "percent", "A tax is 0 to under 100 percent.");
    checks.errors
}

/// What is wrong with a whole catalog, as a file has it; `known` are meters that there are already.
pub fn check_catalog(catalog: &Catalog, known: &[Meter]) -> Vec<FieldError> {
    let mut meters: Vec<Meter> = catalog.meters.clone();
    meters.extend(known.iter().filter(|old| !catalog.meters.iter().any(|new| new.key == old.key)).cloned());
    let at = |list: &str, index: usize, errors: Vec<FieldError>| {
        let path = format!("{list}.{index}.");
        errors.into_iter().map(move |error| FieldError { field: format!("{path}{}", error.field), ..error })
    };
    let mut errors = Vec::new();
    for (index, meter) in catalog.meters.iter().enumerate() {
        errors.extend(at("meters", index, check_meter(meter)));
    }
    for (index, plan) in catalog.plans.iter().enumerate() {
        errors.extend(at("plans", index, check_plan(plan, &meters)));
    }
    for (index, tax) in catalog.taxes.iter().enumerate() {
        errors.extend(at("taxes", index, check_tax(tax)));
    }
    errors
}
