//! What the reconciler does, told against an API server and installations in memory.

mod world;

use serde_json::json;

use self::world::{Installation, World};

#[tokio::test]
async fn a_shared_tenant_is_a_firm_of_the_release_and_costs_two_writes_once() {
    let world = World::new();
    world.tenant(json!({ "plan": "small", "seats": 3 }));
    world.look().await;
    assert_eq!(world.writes(), ["PATCH tenants/acme", "PATCH tenants/acme/status"]);
    let (address, body) = world.installation().kept.lock().unwrap().clone().unwrap();
    assert_eq!(address, "http://gateway:8080/operator/firms/acme");
    assert_eq!((&body["owner_email"], &body["quota"]["plan"]), (&json!("o@acme.test"), &json!("small")));
    assert_eq!(body["quota"]["members"], 3);
    let status = world.get("tenants/acme")["status"].clone();
    assert_eq!((&status["seats"], &status["usage"]), (&json!("2/3"), &json!("CNY 1.50")));
    assert_eq!(world.condition("Ready").0, "True");
    world.look().await;
    assert_eq!(world.writes(), Vec::<String>::new(), "nothing is written at rest");
}

#[tokio::test]
async fn a_silo_gets_its_own_namespace_and_serves_when_its_processes_do() {
    let world = World::new();
    world.database("acme-db");
    world.tenant(json!({ "tier": "silo", "silo": { "databaseSecret": "acme-db" } }));
    world.look().await;
    let in_silo = |what: &str| format!("PATCH namespaces/lingxi-acme/{what}/tenant-acme");
    let mut wanted = vec!["PATCH tenants/acme".to_owned(), "PATCH namespaces/lingxi-acme".to_owned()];
    let all = ["resourcequotas", "networkpolicies", "secrets", "persistentvolumeclaims", "services", "deployments"];
    wanted.extend(all.map(in_silo));
    wanted.push("PATCH tenants/acme/status".to_owned());
    assert_eq!(world.writes(), wanted);
    assert_eq!(
        world.condition("Progressing"),
        ("True".into(), "0 of 1 processes serve, 0 of them as they should be now.".into())
    );
    assert!(world.installation().kept.lock().unwrap().is_none(), "there is nobody to speak to yet");
    world.serve("namespaces/lingxi-acme/deployments/tenant-acme");
    world.look().await;
    assert_eq!(world.writes(), ["PATCH tenants/acme/status"]);
    assert_eq!(world.condition("Ready").0, "True");
    let (address, body) = world.installation().kept.lock().unwrap().clone().unwrap();
    assert_eq!(address, "http://tenant-acme.lingxi-acme:8080/operator/firms/acme");
    assert_ne!(world.installation().token.lock().unwrap().clone(), "the-master-token", "each silo has its own");
    assert!(body["quota"]["plan"].is_null(), "an own installation gets the plan's numbers");
    world.look().await;
    assert_eq!(world.writes(), Vec::<String>::new(), "nothing is written at rest");
}

#[tokio::test]
async fn a_bridge_has_schemas_of_its_own_in_the_releases_database() {
    let world = World::new();
    world.database("release-db");
    world.tenant(json!({ "tier": "bridge" }));
    world.look().await;
    let deployment = world.get("namespaces/lingxi/deployments/tenant-acme");
    let pod = &deployment["spec"]["template"]["spec"];
    let setting = |container: &str, name: &str| {
        let all = pod[container][0]["env"].as_array().unwrap().clone();
        all.into_iter().find(|one| one["name"] == name).unwrap_or_default()
    };
    assert_eq!(setting("containers", "LINGXI_STORAGE__SCHEMA_PREFIX")["value"], "t_acme_");
    assert_eq!(setting("containers", "LINGXI_NATS__PREFIX")["value"], "tenant-acme");
    let url = |container: &str| {
        setting(container, "LINGXI_STORAGE__DATABASE_URL")["valueFrom"]["secretKeyRef"]["key"].clone()
    };
    assert_eq!((url("initContainers"), url("containers")), (json!("owner-url"), json!("app-url")));
}

#[tokio::test]
async fn what_somebody_else_changed_is_put_back() {
    let world = World::new();
    world.database("release-db");
    world.tenant(json!({ "tier": "bridge" }));
    world.look().await;
    world.writes();
    world.change("namespaces/lingxi/deployments/tenant-acme", json!({ "spec": { "replicas": 9 } }));
    world.look().await;
    assert_eq!(world.writes()[0], "PATCH namespaces/lingxi/deployments/tenant-acme");
    assert_eq!(world.get("namespaces/lingxi/deployments/tenant-acme")["spec"]["replicas"], 1);
}

#[tokio::test]
async fn a_namespace_of_somebody_else_is_never_touched() {
    let world = World::new();
    world.database("acme-db");
    world
        .put("namespaces/lingxi-acme", json!({ "metadata": { "name": "lingxi-acme", "labels": { "team": "other" } } }));
    world.tenant(json!({ "tier": "silo", "silo": { "databaseSecret": "acme-db" }, "deletionPolicy": "Delete" }));
    world.look().await;
    assert_eq!(world.writes(), ["PATCH tenants/acme", "PATCH tenants/acme/status"]);
    let (accepted, why) = world.condition("Accepted");
    assert!(accepted == "False" && why.contains("lingxi-acme exists"), "{why}");
    world.delete_tenant();
    world.look().await;
    assert_eq!(world.writes(), ["PATCH tenants/acme"], "only the finalizer goes");
}

#[tokio::test]
async fn a_deleted_tenant_keeps_its_data_unless_its_policy_says_otherwise() {
    let world = World::new();
    world.database("acme-db");
    let silo =
        |policy: &str| json!({ "tier": "silo", "silo": { "databaseSecret": "acme-db" }, "deletionPolicy": policy });
    world.tenant(silo("Retain"));
    world.look().await;
    world.writes();
    world.delete_tenant();
    world.look().await;
    assert_eq!(world.writes(), ["PATCH namespaces/lingxi-acme", "PATCH tenants/acme"]);
    assert!(world.has("namespaces/lingxi-acme/persistentvolumeclaims/tenant-acme"));

    // A new tenant of the name takes over what the old one left; and this one's policy deletes.
    world.tenant(silo("Delete"));
    world.look().await;
    assert_eq!(world.condition("Accepted").0, "True");
    world.writes();
    world.delete_tenant();
    world.look().await;
    assert_eq!(world.writes(), ["DELETE namespaces/lingxi-acme", "PATCH tenants/acme"]);
}

#[tokio::test]
async fn a_deleted_shared_firm_ends_only_when_the_policy_says_so() {
    for (policy, ended) in [("Retain", false), ("Delete", true)] {
        let world = World::new();
        world.tenant(json!({ "deletionPolicy": policy }));
        world.look().await;
        world.delete_tenant();
        world.look().await;
        assert_eq!(world.installation().ended.lock().unwrap().is_some(), ended, "{policy}");
        assert_eq!(world.finalizers(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_firm_that_cannot_be_ended_keeps_its_resource() {
    let world = World::new();
    world.tenant(json!({ "deletionPolicy": "Delete" }));
    world.look().await;
    world.answers(Installation::Away);
    world.delete_tenant();
    world.look().await;
    assert_eq!(world.finalizers(), ["lingxi.dev/tenant"]);
    world.answers(Installation::Serves);
    world.look().await;
    assert_eq!(world.finalizers(), Vec::<String>::new());
}

#[tokio::test]
async fn who_does_not_hold_the_lease_writes_nothing() {
    let world = World::new().following();
    world.tenant(json!({}));
    world.look().await;
    assert_eq!(world.writes(), Vec::<String>::new());
    assert!(world.installation().kept.lock().unwrap().is_none());
}

#[tokio::test]
async fn a_refusal_is_shown_and_a_silence_is_asked_again_ever_later() {
    let world = World::new();
    world.answers(Installation::Refuses("`gold` is no plan of the settings (limits.plans): small."));
    world.tenant(json!({ "plan": "gold" }));
    world.look().await;
    assert_eq!(
        world.condition("Accepted"),
        ("False".into(), "`gold` is no plan of the settings (limits.plans): small.".into())
    );
    world.answers(Installation::Away);
    let mut pauses = Vec::new();
    for _ in 0..4 {
        pauses.push(world.look().await);
    }
    assert_eq!(world.condition("Degraded").0, "True");
    assert!(pauses.windows(2).all(|two| two[0] < two[1]), "{pauses:?}");
    world.answers(Installation::Serves);
    world.look().await;
    assert_eq!(world.condition("Ready").0, "True");
}

#[tokio::test]
async fn a_missing_secret_is_named() {
    let world = World::new();
    world.tenant(json!({ "tier": "silo", "silo": { "databaseSecret": "acme-db" } }));
    world.look().await;
    assert_eq!(world.condition("Degraded"), ("True".into(), "The Secret lingxi/acme-db does not exist.".into()));
}

#[tokio::test]
async fn a_paused_tenant_is_left_alone_and_a_suspended_one_is_told_so() {
    let world = World::new();
    world.tenant(json!({ "paused": true }));
    world.look().await;
    assert!(world.installation().kept.lock().unwrap().is_none());
    assert_eq!(world.condition("Paused").0, "True");
    world.tenant(json!({ "suspended": true }));
    world.look().await;
    assert_eq!(world.installation().kept.lock().unwrap().clone().unwrap().1["suspended"], true);
}
