//! Which crate may depend on which (ARCHITECTURE.md, invariants 1 and 2).

use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::shell::{Outcome, output, root, verdict};

const SERVICES: [&str; 6] =
    ["lingxi-tenants", "lingxi-channels", "lingxi-bot", "lingxi-routing", "lingxi-billing", "lingxi-operator"];
/// Crates that link no runtime, no web framework, no database.
const PURE: [&str; 6] =
    ["lingxi-kernel", "lingxi-contracts", "lingxi-nlu", "lingxi-rating", "lingxi-packs", "lingxi-vault"];
const IMPURE: [&str; 4] = ["tokio", "actix-web", "sea-orm", "reqwest"];

/// Checks the edges of the dependency graph.
pub(crate) fn check() -> Outcome {
    let metadata = output(&root(), "cargo", &["metadata", "--format-version", "1", "--offline"])
        .or_else(|| output(&root(), "cargo", &["metadata", "--format-version", "1"]))
        .ok_or("`cargo metadata` failed")?;
    let metadata: Value = serde_json::from_str(&metadata).map_err(|error| error.to_string())?;
    let edges = edges(&metadata);
    let mut complaints = Vec::new();
    for (from, to) in edges.iter().flat_map(|(from, all)| all.iter().map(move |to| (from, to))) {
        let service = |name: &String| SERVICES.contains(&name.as_str());
        if service(from) && service(to) {
            complaints.push(format!("{from} depends on {to}: services meet in contracts only"));
        }
        if from == "lingxi-graphql" && (service(to) || to == "lingxi-store") {
            complaints.push(format!("{from} depends on {to}: resolvers see contracts only"));
        }
        if service(to) && from.starts_with("lingxi-") && from != "lingxi-server" {
            complaints.push(format!("{from} depends on {to}: only the server links services"));
        }
    }
    for pure in PURE {
        let direct = edges.get(pure).into_iter().flatten().filter(|to| IMPURE.contains(&to.as_str()));
        complaints.extend(direct.map(|to| format!("{pure} depends on {to}: it must stay pure")));
    }
    complaints.sort();
    verdict("architecture", &complaints)
}

/// Direct normal dependencies by crate.
fn edges(metadata: &Value) -> HashMap<String, HashSet<String>> {
    let mut edges: HashMap<String, HashSet<String>> = HashMap::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default().to_owned();
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            if dependency["kind"].is_null() && dependency["optional"] != Value::Bool(true) {
                let to = dependency["name"].as_str().unwrap_or_default().to_owned();
                edges.entry(name.clone()).or_default().insert(to);
            }
        }
    }
    edges
}
