//! `cargo xtask cluster test`: Lingxi by its chart on a real node, through what happens to a cluster: upgrade, roll-back, killed pods, a
//! database that crashes, a broker that is killed, with customers who write all the while.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Deed, Node};
use crate::servers::{Nats, Place, Postgres};
use crate::shell::{Outcome, build, root, run, say};
use crate::{chart, image, web};

const NAMESPACE: &str = "lingxi";
const RELEASE: &str = "demo";
const REPOSITORY: &str = "lingxi.local/lingxi";
/// Two names of the one image: what an upgrade goes from and to.
const TAGS: [&str; 2] = ["one", "two"];
/// Messages at least.
const MESSAGES: usize = 10_000;
const RATE: u32 = 80;
/// How the browser suite's operator signs up.
const OPERATORS: &str = r#"["operator@lingxi.example","finance@lingxi.example"]"#;

/// Everything, on a node of its own; prints what was measured.
pub(crate) fn run_all(browser: bool, keep: bool) -> Outcome {
    let archive = root().join("target/image/lingxi.tar");
    web::build()?;
    image::build(&archive, &format!("{REPOSITORY}:{}", TAGS[0]))?;
    build()?;
    let started = Instant::now();
    let node = Node::up()?;
    let up = started.elapsed();
    let tried = Trial::begin(node, &archive).and_then(|mut trial| {
        let tried = trial.run(browser, up);
        if let Err(error) = &tried {
            trial.explain(error, keep);
        }
        tried
    });
    let ended = super::run_deed(&Deed::Down);
    let figures = tried?;
    ended?;
    say(&format!("{figures:#}"));
    Ok(())
}

struct Trial {
    node: Node,
    data: PathBuf,
    postgres: Option<Postgres>,
    nats: Option<Nats>,
    helm: PathBuf,
    figures: Value,
}

impl Trial {
    /// The servers that a cluster's operator brings, the namespace and its secrets, and the image.
    fn begin(node: Node, archive: &Path) -> Outcome<Self> {
        let data = std::env::temp_dir().join(format!("lingxi-trial-{}", std::process::id()));
        std::fs::create_dir_all(data.join("files")).map_err(|error| error.to_string())?;
        run(&root(), "chmod", &["777", &data.join("files").display().to_string()])?;
        let place = Place::namespace(super::NETWORK, super::ADDRESS);
        let (postgres, nats) = (Postgres::start(&place, &data)?, Nats::start(&place, &data)?);
        postgres.database("lingxi_silo")?;
        node.import(archive, &TAGS.map(|tag| format!("{REPOSITORY}:{tag}")))?;
        let helm = chart::helm().ok_or("there is no helm, and no Go to build it")?;
        let trial = Self { node, data, postgres: Some(postgres), nats: Some(nats), helm, figures: json!({}) };
        trial.node.apply(&trial.surroundings()?)?;
        Ok(trial)
    }

    fn postgres(&self) -> Outcome<&Postgres> {
        self.postgres.as_ref().ok_or_else(|| "PostgreSQL is gone".into())
    }

    /// What stands before the release: the namespace under the strictest policy, secrets, a class and volumes of this machine.
    fn surroundings(&self) -> Outcome<Value> {
        let urls = |database: &str| -> Outcome<Value> {
            let url = |role| self.postgres().map(|postgres| postgres.url(role, database));
            Ok(json!({ "app-url": url("lingxi_app")?, "owner-url": url("lingxi_owner")? }))
        };
        let secret = |name: &str, data: Value| json!({ "apiVersion": "v1", "kind": "Secret", "metadata": { "name": name, "namespace": NAMESPACE }, "stringData": data });
        let volume = |number: usize| {
            json!({
                "apiVersion": "v1", "kind": "PersistentVolume", "metadata": { "name": format!("files-{number}") },
                "spec": {
                    "capacity": { "storage": "20Gi" }, "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
                    "hostPath": { "path": self.data.join("files") },
                },
            })
        };
        let policy = |deed: &str| (format!("pod-security.kubernetes.io/{deed}"), json!("restricted"));
        let labels: serde_json::Map<String, Value> = ["enforce", "warn", "audit"].map(policy).into_iter().collect();
        let mut all = vec![
            json!({ "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": NAMESPACE, "labels": labels } }),
            secret("database", urls("lingxi")?),
            secret("silo", urls("lingxi_silo")?),
            secret("operator", json!({ "token": "a token of the trial" })),
        ];
        all.extend((0..3).map(volume));
        Ok(json!({ "apiVersion": "v1", "kind": "List", "items": all }))
    }

    fn values(&self, tag: &str) -> Vec<String> {
        let nats = self.nats.as_ref().map(Nats::url).unwrap_or_default();
        let mut values: Vec<String> = [
            "mode=services",
            "defaults.replicas=2",
            "database.existingSecret=database",
            "operator.enabled=true",
            "operator.tokenSecret=operator",
            "plans.small.members=5",
            "persistence.accessModes={ReadWriteMany}",
            "env[0].name=LINGXI_OPERATOR__EMAILS",
            "env[1].name=LINGXI_LIMITS__MESSAGES_PER_SECOND",
        ]
        .iter()
        .flat_map(|value| ["--set".to_owned(), (*value).to_owned()])
        .collect();
        let strings = [
            format!("image.repository={REPOSITORY}"),
            format!("image.tag={tag}"),
            format!("nats.url={nats}"),
            format!("publicUrl={}", Self::url()),
            format!("env[0].value={}", OPERATORS.replace(',', "\\,")),
            "env[1].value=100000".to_owned(),
        ];
        values.extend(strings.into_iter().flat_map(|value| ["--set-string".to_owned(), value]));
        values
    }

    /// Where the cluster's clients reach the gateway.
    fn url() -> String {
        format!("http://{RELEASE}.{NAMESPACE}.svc.cluster.local:8080")
    }

    fn helm(&self, arguments: &[&str], values: &[String]) -> Outcome {
        let helm = self.helm.display().to_string();
        let mut all = vec![helm.as_str(), "--kubeconfig"];
        let kubeconfig = self.node.kubeconfig();
        all.extend([kubeconfig.as_str(), "--namespace", NAMESPACE]);
        all.extend(arguments);
        all.extend(values.iter().map(String::as_str));
        self.node.inside(&all)
    }

    fn note(&mut self, what: &str, figure: impl Into<Value>) {
        self.figures[what] = figure.into();
    }

    /// Does something, and notes its seconds.
    fn timed(&mut self, what: &str, deed: impl FnOnce(&Self) -> Outcome) -> Outcome {
        let started = Instant::now();
        deed(self)?;
        self.note(what, rounded(started.elapsed()));
        Ok(())
    }

    /// What a person would look at first.
    fn explain(&self, error: &str, keep: bool) {
        say(&format!("\nIt failed: {error}"));
        let _ = self.node.kubectl(&["get", "pods", "--all-namespaces", "-o", "wide"]);
        let _ = self.node.kubectl(&["get", "events", "--all-namespaces", "--field-selector", "type=Warning"]);
        let _ = self.node.kubectl(&["get", "tenants", "-o", "yaml"]);
        if keep {
            say(&format!("The node stays; kubectl: {}. Ctrl-C ends it.", self.node.state.join("kubectl").display()));
            let (told, hears) = std::sync::mpsc::channel();
            if ctrlc::set_handler(move || {
                let _ = told.send(());
            })
            .is_ok()
            {
                let _ = hears.recv();
            }
        }
    }

    fn run(&mut self, browser: bool, up: Duration) -> Outcome<Value> {
        self.note("node_up_seconds", rounded(up));
        let charts = root().join("charts");
        let (crds, lingxi) = (charts.join("lingxi-crds"), charts.join("lingxi"));
        let (crds, lingxi) = (crds.display().to_string(), lingxi.display().to_string());
        self.helm(&["install", "crds", &crds], &[])?;
        let values = TAGS.map(|tag| self.values(tag));
        self.timed("install_seconds", |trial| {
            trial.helm(&["install", RELEASE, &lingxi, "--wait", "--timeout", "3m"], &values[0])
        })?;
        self.timed("helm_test_seconds", |trial| trial.helm(&["test", RELEASE], &[]))?;
        self.tenants()?;
        let mut customers = Customers::begin(&self.node, &Self::url())?;
        customers.phase("upgrade")?;
        self.timed("upgrade_seconds", |trial| {
            trial.helm(&["upgrade", RELEASE, &lingxi, "--wait", "--timeout", "3m"], &values[1])
        })?;
        customers.phase("rollback")?;
        self.timed("rollback_seconds", |trial| {
            trial.helm(&["rollback", RELEASE, "1", "--wait", "--timeout", "3m"], &[])
        })?;
        for service in ["gateway", "tenants", "channels", "bot", "routing", "billing", "operator"] {
            customers.phase(&format!("kill {service}"))?;
            for pod in self.pods(service)? {
                self.kill(&pod)?;
                self.settled()?;
            }
        }
        customers.phase("database crash")?;
        self.postgres = self.postgres.take().map(Postgres::restart).transpose()?;
        self.settled()?;
        customers.phase("broker kill")?;
        self.nats = self.nats.take().map(Nats::restart).transpose()?;
        self.settled()?;
        customers.phase("calm again")?;
        let history = customers.end()?;
        let failed = |phase: &str| history["phases"][phase]["failed_requests"].as_u64().unwrap_or(0);
        let unclean: Vec<&str> = ["upgrade", "rollback"].into_iter().filter(|phase| failed(phase) > 0).collect();
        self.note("history", history.clone());
        if history["right"] != true || !unclean.is_empty() {
            return Err(format!("the customers' history is not right (failed in {unclean:?}): {:#}", self.figures));
        }
        if browser {
            self.timed("browser_suite_seconds", Self::browse)?;
        }
        Ok(self.figures.take())
    }

    /// A tenant of each tier becomes ready.
    fn tenants(&mut self) -> Outcome {
        let tenant = |name: &str, further: Value| {
            let mut spec =
                json!({ "firm": name, "owner": { "email": format!("{name}@example.com") }, "plan": "small" });
            if let (Some(spec), Value::Object(further)) = (spec.as_object_mut(), further) {
                spec.extend(further);
            }
            json!({ "apiVersion": "lingxi.dev/v1alpha1", "kind": "Tenant", "metadata": { "name": name }, "spec": spec })
        };
        let all = [
            tenant("beside-others", json!({})),
            tenant("own-schemas", json!({ "tier": "bridge", "quotas": { "storage": "1Gi" } })),
            tenant(
                "own-all",
                json!({ "tier": "silo", "silo": { "databaseSecret": "silo" }, "quotas": { "storage": "1Gi" } }),
            ),
        ];
        self.timed("tenants_ready_seconds", |trial| {
            trial.node.apply(&json!({ "apiVersion": "v1", "kind": "List", "items": all }))?;
            trial.node.kubectl(&["wait", "--for=condition=Ready", "tenants", "--all", "--timeout=120s"])
        })?;
        self.node.kubectl(&["get", "tenants"])?;
        self.node.kubectl(&["get", "pods", "--all-namespaces"])
    }

    /// The names of a service's pods.
    fn pods(&self, service: &str) -> Outcome<Vec<String>> {
        let of = format!("app.kubernetes.io/component={service}");
        let pods = self.node.json(&["get", "pods", "-n", NAMESPACE, "-l", &of])?;
        // Those of the revision before, which are on their way out, are nobody's any more.
        let all = pods["items"].as_array().into_iter().flatten().map(|pod| &pod["metadata"]);
        let names = all.filter(|pod| pod["deletionTimestamp"].is_null()).filter_map(|pod| pod["name"].as_str());
        let names: Vec<String> = names.map(str::to_owned).collect();
        if names.is_empty() { Err(format!("{service} has no pods")) } else { Ok(names) }
    }

    /// Kills a pod's process, as a machine that runs out of memory would, and waits until it was started again.
    fn kill(&self, pod: &str) -> Outcome {
        let state = || -> Outcome<(String, u64)> {
            let pod = self.node.json(&["get", "pod", "-n", NAMESPACE, pod])?;
            let container = &pod["status"]["containerStatuses"][0];
            let id = container["containerID"].as_str().unwrap_or_default().trim_start_matches("containerd://");
            Ok((id.to_owned(), container["restartCount"].as_u64().unwrap_or_default()))
        };
        let (id, restarts) = state()?;
        self.node.kill(&id)?;
        let deadline = Instant::now() + Duration::from_mins(1);
        while state()?.1 == restarts {
            if Instant::now() > deadline {
                return Err(format!("{pod} is not started again"));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    /// Waits until every Deployment of the release serves as it should.
    fn settled(&self) -> Outcome {
        // A pod that was killed is noticed a moment later.
        let deadline = Instant::now() + Duration::from_mins(3);
        let mut quiet = 0;
        while quiet < 3 {
            if Instant::now() > deadline {
                self.node.kubectl(&["get", "pods", "--all-namespaces"])?;
                return Err("the cluster does not come to rest".into());
            }
            std::thread::sleep(Duration::from_secs(1));
            let all = self.node.json(&["get", "pods", "-n", NAMESPACE, "-l", "app.kubernetes.io/managed-by=Helm"])?;
            let ready = |pod: &Value| {
                let conditions = pod["status"]["conditions"].as_array().cloned().unwrap_or_default();
                conditions.iter().any(|one| one["type"] == "Ready" && one["status"] == "True")
            };
            let items = all["items"].as_array().cloned().unwrap_or_default();
            quiet = if !items.is_empty() && items.iter().all(ready) { quiet + 1 } else { 0 };
        }
        Ok(())
    }

    /// The whole browser suite, unchanged, against the gateway's Service.
    fn browse(&self) -> Outcome {
        web::install()?;
        let script = format!(
            "cd {} && E2E_URL={} E2E_MAILS='{}' npx --no-install playwright test",
            root().join("web/e2e").display(),
            Self::url(),
            self.node.kubectl_line(&["exec", "-n", NAMESPACE, "deploy/lingxi-tenants", "--", "/lingxi", "mails"])
        );
        self.node.inside(&["sh", "-c", &script])
    }
}

impl Drop for Trial {
    fn drop(&mut self) {
        self.postgres.take();
        self.nats.take();
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// Customers who write, as a process in the node's network.
struct Customers(Child);

impl Customers {
    fn begin(node: &Node, url: &str) -> Outcome<Self> {
        let bench = root().join("target/debug/lingxi-bench").display().to_string();
        let (rate, messages) = (RATE.to_string(), MESSAGES.to_string());
        let mut command = node.command(&[&bench, "history", "--url", url, "--rate", &rate, "--messages", &messages]);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut customers = child.map(Self).map_err(|error| format!("{bench}: {error}"))?;
        // Some calm first.
        std::thread::sleep(Duration::from_secs(5));
        if let Ok(Some(status)) = customers.0.try_wait() {
            return Err(format!("the customers went home ({status})"));
        }
        Ok(customers)
    }

    fn phase(&mut self, name: &str) -> Outcome {
        say(&format!("\n== {name}"));
        let input = self.0.stdin.as_mut().ok_or("the customers hear nothing")?;
        writeln!(input, "{name}").map_err(|error| format!("the customers went home: {error}"))
    }

    /// Lets them finish; what they say.
    fn end(mut self) -> Outcome<Value> {
        drop(self.0.stdin.take());
        let said = self.0.wait_with_output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        serde_json::from_str(&said).map_err(|_| format!("the customers say: {said}"))
    }
}

fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 10.0).round() / 10.0
}
