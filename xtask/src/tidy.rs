//! What no compiler checks: rooms, file sizes, where a library may be named, both languages.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use crate::shell::{Outcome, files, read, verdict};

const MOST_LINES: usize = 600;

/// Looks through the tracked files.
pub(crate) fn check() -> Outcome {
    let mut complaints = Vec::new();
    for file in files(&[".rs", ".ts", ".tsx"])? {
        let text = read(&file)?;
        if file.contains("/gql/") {
            continue;
        }
        let lines = text.lines().count();
        if lines > MOST_LINES {
            complaints.push(format!("{file} has {lines} lines; split it below {MOST_LINES}"));
        }
        rust_room(&file, &text, &mut complaints);
        web_room(&file, &text, &mut complaints);
    }
    locales(&mut complaints)?;
    refusals(&mut complaints)?;
    verdict("tidy", &complaints)
}

fn rust_room(file: &str, text: &str, complaints: &mut Vec<String>) {
    if !file.starts_with("services/")
        || file.starts_with("services/server")
        || std::path::Path::new(file).extension().is_none_or(|ending| ending != "rs")
    {
        return;
    }
    let name = file.rsplit('/').next().unwrap_or_default();
    if ["rules.rs", "model.rs"].contains(&name) {
        for word in ["async fn", "tokio::", "sea_orm", "actix_web", "std::fs"] {
            if text.contains(word) {
                complaints.push(format!("{file} names `{word}`: decisions do no IO"));
            }
        }
    }
    if name == "http.rs" || file.contains("/http/") || name == "rules.rs" {
        return;
    }
    let raw_finder = text.contains("Entity::find()") || text.contains("Entity::delete_many()");
    let spans_tenants = ["jobs.rs", "account.rs", "tenant.rs", "catalog.rs", "notice.rs", "mails.rs"].contains(&name);
    if raw_finder && !spans_tenants {
        complaints.push(format!("{file} finds without a tenant: use lingxi_store::find"));
    }
}

fn web_room(file: &str, text: &str, complaints: &mut Vec<String>) {
    let Some(rest) = file.strip_prefix("web/portal/src/features/") else { return };
    let own = rest.split('/').next().unwrap_or_default();
    for line in text.lines().filter(|line| line.contains(" from '../")) {
        let target = line.rsplit(" from '").next().unwrap_or_default();
        let feature = target.strip_prefix("../").and_then(|t| t.split('/').next()).unwrap_or_default();
        if feature != ".." && feature != own {
            complaints.push(format!("{file} imports the feature {feature}: features never import features"));
        }
    }
}

/// Both languages have the same keys, and every key that the code names exists.
fn locales(complaints: &mut Vec<String>) -> Outcome {
    let keys = |locale: &str| -> Outcome<BTreeSet<String>> {
        let text = read(&format!("web/portal/src/locales/{locale}.json"))?;
        let map: HashMap<String, Value> = serde_json::from_str(&text).map_err(|error| format!("{locale}: {error}"))?;
        Ok(map.into_keys().collect())
    };
    let (zh, en) = (keys("zh-CN")?, keys("en-US")?);
    complaints.extend(zh.symmetric_difference(&en).map(|key| format!("the text `{key}` is in one language only")));
    for file in files(&[".tsx"])? {
        let text = read(&file)?;
        for part in text.split("t('").skip(1) {
            let key = part.split('\'').next().unwrap_or_default();
            if key.contains('.')
                && !key.starts_with('.')
                && !zh.contains(key)
                && part.starts_with(key)
                && !key.contains(' ')
            {
                complaints.push(format!("{file} names the text `{key}`, which is in no language"));
            }
        }
    }
    Ok(())
}

/// Refusals are said in both languages: whatever a rule says stands in the catalog of the HTTP edge.
fn refusals(complaints: &mut Vec<String>) -> Outcome {
    let catalog = read("crates/http/data/zh-CN.toml")?;
    let calls = ["Error::field(", "Error::conflict(", "Error::invalid(", "Error::new(", "refuse(", "message: "];
    for file in files(&[".rs"])? {
        let says = file.starts_with("services/") && !file.starts_with("services/server") && file.contains("/src/");
        if !says || file.ends_with("/jobs.rs") {
            continue;
        }
        let text = read(&file)?;
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in calls.iter().flat_map(|call| code.split(call).skip(1)) {
            for said in sentences(call) {
                if !catalog.contains(&format!("\"{said}\" = ")) {
                    complaints.push(format!("{file} says \"{said}\", which crates/http/data/zh-CN.toml does not know"));
                }
            }
        }
    }
    Ok(())
}

/// The sentences in the first lines of a call, with `{}` for what is filled in.
fn sentences(call: &str) -> Vec<String> {
    let lines: String = call.lines().take(4).collect::<Vec<_>>().join("\n");
    let end = lines.find(");").unwrap_or(lines.len());
    let texts = lines[..end].split('"').skip(1).step_by(2);
    texts.filter(|text| text.contains(' ') && text.ends_with('.') && text.is_ascii()).map(placed).collect()
}

/// A format string with empty places.
fn placed(text: &str) -> String {
    let mut parts = text.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| format!("{all}{{}}{}", part.split_once('}').map_or(part, |(_, rest)| rest)))
}
