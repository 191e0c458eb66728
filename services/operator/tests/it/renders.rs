//! The chart's renders, taken by a real API server for a namespace under the policy `restricted`, without a warning.

use std::path::{Path, PathBuf};

use crate::cluster::Cluster;

fn charts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../charts")
}

/// Kinds that other operators bring.
const FOREIGN: [&str; 2] = ["kind: ServiceMonitor", "kind: PrometheusRule"];

#[test]
fn every_render_is_taken_under_the_strictest_policy_without_a_warning() {
    let Some(cluster) = Cluster::start() else { return };
    let labels = ["enforce", "warn", "audit"].map(|deed| format!("pod-security.kubernetes.io/{deed}=restricted"));
    cluster.kubectl(&["create", "namespace", "lingxi"]).unwrap();
    let label: Vec<&str> =
        ["label", "namespace", "lingxi"].into_iter().chain(labels.iter().map(String::as_str)).collect();
    cluster.kubectl(&label).unwrap();
    for render in ["single", "small", "ha", "restricted"] {
        let path = charts().join("lingxi/golden").join(format!("{render}.yaml"));
        let text = std::fs::read_to_string(&path).unwrap();
        let objects: Vec<&str> =
            text.split("\n---").filter(|one| !FOREIGN.iter().any(|kind| one.contains(kind))).collect();
        let taken = cluster
            .kubectl_with(&["apply", "--dry-run=server", "--namespace", "lingxi", "-f", "-"], &objects.join("\n---"))
            .unwrap_or_else(|refusal| panic!("{render}: {refusal}"));
        assert!(taken.lines().count() >= 5, "{render}: {taken}");
    }
}

#[test]
fn a_pod_that_does_more_is_refused_there_so_the_policy_is_in_force() {
    let Some(cluster) = Cluster::start() else { return };
    cluster.kubectl(&["create", "namespace", "lingxi"]).unwrap();
    cluster.kubectl(&["label", "namespace", "lingxi", "pod-security.kubernetes.io/enforce=restricted"]).unwrap();
    let pod = serde_json::json!({
        "apiVersion": "v1", "kind": "Pod", "metadata": { "name": "more", "namespace": "lingxi" },
        "spec": { "hostNetwork": true, "containers": [{ "name": "more", "image": "x" }] },
    });
    let refusal = cluster.apply(&pod).unwrap_err();
    assert!(refusal.contains("violates PodSecurity"), "{refusal}");
}
