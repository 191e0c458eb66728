//! Decisions of the tenants service.

use chrono::{Datelike as _, NaiveTime, Timelike as _};
use chrono_tz::Tz;
use lingxi_contracts::tenants::{BusinessHours, FirmSpec, SignUp};
use lingxi_kernel::{Error, FieldError, Result, Role, Timestamp, text};

pub(crate) const LOCALES: [&str; 2] = ["zh-CN", "en-US"];
pub(crate) const SESSION_DAYS: i64 = 14;
pub(crate) const INVITATION_DAYS: i64 = 7;
pub(crate) const MIN_PASSWORD: usize = 10;

fn refuse(errors: &mut Vec<FieldError>, field: &str, message: impl Into<String>) {
    errors.push(FieldError { field: field.into(), message: message.into() });
}

/// A mail address in the form in which it is compared and stored.
pub(crate) fn email(text: &str) -> Option<String> {
    let email = text.trim().to_lowercase();
    let (local, domain) = email.split_once('@')?;
    let plausible = !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && email.len() <= 254
        && !email.contains(char::is_whitespace)
        && !domain.contains('@');
    plausible.then_some(email)
}

/// Checks a sign-up; all refused fields at once. Returns the address in stored form.
pub(crate) fn sign_up(input: &SignUp, industries: &[&str]) -> Result<String> {
    let mut errors = Vec::new();
    let address = email(&input.email);
    if address.is_none() {
        refuse(&mut errors, "email", "This is no mail address; it looks like name@example.com.");
    }
    name(&mut errors, "firm", &input.firm);
    name(&mut errors, "name", &input.name);
    password(&mut errors, &input.password);
    locale(&mut errors, &input.locale);
    time_zone(&mut errors, &input.time_zone);
    industry(&mut errors, &input.industry, industries);
    Error::check(errors)?;
    Ok(address.unwrap_or_default())
}

/// A firm that the operator asks for; returns the owner's address in its plain form.
pub(crate) fn firm(spec: &FirmSpec, industries: &[&str]) -> Result<String> {
    let mut errors = Vec::new();
    name(&mut errors, "firm", &spec.firm);
    if let Some(owner) = &spec.owner_name {
        name(&mut errors, "ownerName", owner);
    }
    let address = email(&spec.owner_email);
    if address.is_none() {
        refuse(&mut errors, "ownerEmail", "This is no mail address; it looks like name@example.com.");
    }
    locale(&mut errors, &spec.locale);
    time_zone(&mut errors, &spec.time_zone);
    industry(&mut errors, &spec.industry, industries);
    Error::check(errors)?;
    Ok(address.unwrap_or_default())
}

fn industry(errors: &mut Vec<FieldError>, text: &str, industries: &[&str]) {
    if !industries.contains(&text) {
        refuse(errors, "industry", format!("`{text}` is no pack; choose one of {}.", industries.join(", ")));
    }
}

pub(crate) fn name(errors: &mut Vec<FieldError>, field: &str, text: &str) {
    let length = text::length(text);
    if !(1..=100).contains(&length) {
        refuse(errors, field, "Please enter 1 to 100 characters.");
    }
}

pub(crate) fn password(errors: &mut Vec<FieldError>, text: &str) {
    let length = text.chars().count();
    if length < MIN_PASSWORD {
        refuse(errors, "password", format!("The password has {length} characters; it needs {MIN_PASSWORD} or more."));
    } else if length > 200 {
        refuse(errors, "password", "The password is longer than 200 characters.");
    }
}

pub(crate) fn locale(errors: &mut Vec<FieldError>, text: &str) {
    if !LOCALES.contains(&text) {
        refuse(errors, "locale", format!("`{text}` is not offered; choose zh-CN or en-US."));
    }
}

pub(crate) fn time_zone(errors: &mut Vec<FieldError>, text: &str) {
    if text.parse::<Tz>().is_err() {
        refuse(errors, "timeZone", format!("`{text}` is no time zone; it looks like Asia/Shanghai."));
    }
}

/// Whether a member of role `actor` may give or take the role `target`: nobody above themselves.
pub(crate) fn may_assign(actor: Role, target: Role) -> bool {
    match actor {
        Role::Owner => true,
        Role::Admin => target != Role::Owner,
        _ => false,
    }
}

/// Checks opening hours; all refused entries at once.
pub(crate) fn check_hours(hours: &BusinessHours) -> Result<()> {
    let mut errors = Vec::new();
    for (index, day) in hours.weekly.iter().enumerate() {
        if !(1..=7).contains(&day.weekday) {
            refuse(&mut errors, &format!("weekly.{index}.weekday"), "A weekday is 1 (Monday) to 7 (Sunday).");
        }
        match (minutes(&day.opens), minutes(&day.closes)) {
            (Some(opens), Some(closes)) if opens < closes => {}
            (Some(_), Some(_)) => {
                refuse(&mut errors, &format!("weekly.{index}.closes"), "Closing must be later than opening.");
            }
            _ => refuse(&mut errors, &format!("weekly.{index}.opens"), "Times look like 09:00; the day ends at 24:00."),
        }
    }
    for (index, holiday) in hours.holidays.iter().enumerate() {
        if holiday.date.parse::<chrono::NaiveDate>().is_err() {
            refuse(&mut errors, &format!("holidays.{index}.date"), "Dates look like 2026-10-01.");
        }
    }
    Error::check(errors)
}

fn minutes(text: &str) -> Option<u32> {
    if text == "24:00" {
        return Some(24 * 60);
    }
    let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
    Some(time.hour() * 60 + time.minute())
}

/// Whether people answer at a moment. Without any opening times they always do, holidays aside.
pub(crate) fn is_open(hours: &BusinessHours, time_zone: &str, now: Timestamp) -> bool {
    let local = now.with_timezone(&time_zone.parse::<Tz>().unwrap_or(Tz::UTC));
    let date = local.date_naive().to_string();
    if hours.holidays.iter().any(|holiday| holiday.date == date) {
        return false;
    }
    let minute = local.hour() * 60 + local.minute();
    let weekday = local.weekday().number_from_monday();
    hours.weekly.is_empty()
        || hours.weekly.iter().any(|day| {
            u32::from(day.weekday) == weekday
                && minutes(&day.opens).is_some_and(|opens| opens <= minute)
                && minutes(&day.closes).is_some_and(|closes| minute < closes)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_contracts::tenants::{Holiday, OpeningHours};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn hours_are_local_and_half_open_and_holidays_close() {
        let hours = BusinessHours {
            weekly: vec![OpeningHours { weekday: 1, opens: "09:00".into(), closes: "18:00".into() }],
            holidays: vec![Holiday { date: "2026-11-30".into(), name: "Inventory".into() }],
        };
        let open = |text: &str| is_open(&hours, "Asia/Shanghai", at(text));
        assert!(open("2026-11-23T01:00:00Z"), "Monday 09:00 in Shanghai");
        assert!(!open("2026-11-23T00:59:59Z"), "a second earlier");
        assert!(!open("2026-11-23T10:00:00Z"), "18:00 is closed");
        assert!(!open("2026-11-24T03:00:00Z"), "Tuesday");
        assert!(!open("2026-11-30T03:00:00Z"), "a holiday on a Monday");
        assert!(
            is_open(&BusinessHours::default(), "Asia/Shanghai", at("2026-11-24T20:00:00Z")),
            "no hours: always open"
        );
    }

    #[test]
    fn a_sign_up_reports_every_refused_field_at_once() {
        let input = SignUp {
            firm: " ".into(),
            name: "Li".into(),
            email: "nobody".into(),
            password: "short".into(),
            industry: "mining".into(),
            locale: "fr".into(),
            time_zone: "Mars".into(),
            ..SignUp::default()
        };
        let error = sign_up(&input, &["insurance", "general"]).unwrap_err();
        let fields: Vec<&str> = error.fields.iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["email", "firm", "password", "locale", "timeZone", "industry"]);
    }

    #[test]
    fn nobody_gives_a_role_above_their_own() {
        assert!(may_assign(Role::Owner, Role::Owner));
        assert!(may_assign(Role::Admin, Role::Admin));
        assert!(!may_assign(Role::Admin, Role::Owner));
        assert!(!may_assign(Role::Supervisor, Role::Agent));
    }

    #[test]
    fn addresses_are_compared_in_one_form() {
        assert_eq!(email(" Li@Example.COM "), Some("li@example.com".into()));
        for wrong in ["li", "li@", "@b.c", "a b@c.d", "a@b", "a@b@c.d"] {
            assert_eq!(email(wrong), None, "{wrong}");
        }
    }
}
