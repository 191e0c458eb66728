//! An etcd and an API server of a test's own.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use serde_json::Value;

/// Who asks: everything is allowed to the first, and to the second what the chart's roles allow the operator.
pub const ADMIN: &str = "admin";
pub const OPERATOR: &str = "operator";
/// As whom the chart's operator runs.
const ACCOUNT: &str = "system:serviceaccount:lingxi:demo-operator";

pub struct Cluster {
    pub folder: PathBuf,
    tools: PathBuf,
    port: u16,
    processes: Vec<Child>,
}

/// Clusters of this process, so that each has a folder of its own.
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// The programs: of the variable that the checks set, or what was built last.
fn tools() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "a test's own setting")]
    let variable = |name: &str| std::env::var(name).ok().map(PathBuf::from);
    let server = |folder: &PathBuf| folder.join("kube-apiserver");
    let built = |folder: &PathBuf| server(folder).exists();
    if let Some(named) = variable("KUBE_TOOLS") {
        return Some(named).filter(built);
    }
    let cache = variable("XDG_CACHE_HOME").or_else(|| variable("HOME").map(|home| home.join(".cache")))?;
    let all = std::fs::read_dir(cache.join("lingxi")).ok()?.flatten().map(|entry| entry.path()).filter(built);
    all.max_by_key(|folder| std::fs::metadata(server(folder)).and_then(|file| file.modified()).ok())
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

impl Cluster {
    /// Starts one, or says that there is nothing to start.
    pub fn start() -> Option<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let etcd =
            Command::new("sh").args(["-c", "command -v etcd"]).output().is_ok_and(|found| found.status.success());
        let Some(tools) = tools().filter(|_| etcd) else {
            // To the terminal itself: what a passed test prints is not shown.
            let _ =
                writeln!(std::io::stderr(), "NOT RUN: there is no API server (`cargo xtask cluster tools`) or no etcd");
            return None;
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("lingxi-kube-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let mut cluster = Self { folder, tools, port: free_port(), processes: Vec::new() };
        cluster.serve();
        Some(cluster)
    }

    fn serve(&mut self) {
        let (store, peers) = (free_port(), free_port());
        let [store, peers] = [store, peers].map(|port| format!("http://127.0.0.1:{port}"));
        let data = self.folder.join("etcd").display().to_string();
        self.run(
            Path::new("etcd"),
            &[
                "--data-dir",
                &data,
                "--unsafe-no-fsync",
                "--log-level",
                "error",
                "--listen-client-urls",
                &store,
                "--advertise-client-urls",
                &store,
                "--listen-peer-urls",
                &peers,
            ],
        );
        let users = format!("{ADMIN},{ADMIN},1,system:masters\n{OPERATOR},{ACCOUNT},2,system:serviceaccounts\n");
        std::fs::write(self.folder.join("tokens"), users).unwrap();
        let key = self.folder.join("key").display().to_string();
        let made = Command::new("openssl").args(["genrsa", "-out", &key, "2048"]).stderr(Stdio::null()).status();
        assert!(made.is_ok_and(|status| status.success()), "openssl makes a key");
        let (certs, tokens) = (self.folder.join("certs"), self.folder.join("tokens"));
        let port = self.port.to_string();
        self.run(
            &self.tools.join("kube-apiserver"),
            &[
                "--etcd-servers",
                &store,
                "--cert-dir",
                &certs.display().to_string(),
                "--secure-port",
                &port,
                "--bind-address",
                "127.0.0.1",
                "--advertise-address",
                "127.0.0.1",
                "--service-cluster-ip-range",
                "10.0.0.0/16",
                "--token-auth-file",
                &tokens.display().to_string(),
                "--authorization-mode",
                "RBAC",
                "--service-account-issuer",
                "https://kubernetes.default.svc",
                "--service-account-key-file",
                &key,
                "--service-account-signing-key-file",
                &key,
                "--disable-admission-plugins",
                "ServiceAccount",
            ],
        );
        let config = format!(
            "apiVersion: v1\nkind: Config\nclusters: [{{ name: c, cluster: {{ server: 'https://127.0.0.1:{port}', \
             insecure-skip-tls-verify: true }} }}]\nusers: [{{ name: u, user: {{ token: {ADMIN} }} }}]\n\
             contexts: [{{ name: x, context: {{ cluster: c, user: u }} }}]\ncurrent-context: x\n"
        );
        std::fs::write(self.folder.join("kubeconfig"), config).unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.kubectl(&["get", "--raw", "/readyz"]).is_err() {
            assert!(Instant::now() < deadline, "the API server does not come up: {}", self.folder.display());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn run(&mut self, program: &Path, arguments: &[&str]) {
        let name = program.file_name().unwrap().to_string_lossy().into_owned();
        let log = std::fs::File::create(self.folder.join(format!("{name}.log"))).unwrap();
        let child = Command::new(program).args(arguments).stdout(log.try_clone().unwrap()).stderr(log).spawn();
        self.processes.push(child.unwrap_or_else(|error| panic!("{name}: {error}")));
    }

    /// What kubectl prints, or what it complains of.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String, String> {
        self.kubectl_with(arguments, "")
    }

    /// The same with something on its standard input; warnings of the API server are complaints too.
    pub fn kubectl_with(&self, arguments: &[&str], input: &str) -> Result<String, String> {
        let mut kubectl = Command::new(self.tools.join("kubectl"));
        kubectl.arg("--kubeconfig").arg(self.folder.join("kubeconfig")).arg("--warnings-as-errors").args(arguments);
        let spawned = kubectl.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = spawned.map_err(|error| error.to_string())?;
        child.stdin.take().unwrap().write_all(input.as_bytes()).map_err(|error| error.to_string())?;
        let said = child.wait_with_output().map_err(|error| error.to_string())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        if said.status.success() { Ok(text(&said.stdout)) } else { Err(text(&said.stderr)) }
    }

    pub fn apply(&self, object: &Value) -> Result<String, String> {
        self.kubectl_with(&["apply", "-f", "-"], &object.to_string())
    }

    /// A client as somebody.
    pub async fn client(&self, who: &str) -> Client {
        let text = std::fs::read_to_string(self.folder.join("kubeconfig")).unwrap();
        let config =
            Kubeconfig::from_yaml(&text.replace(&format!("token: {ADMIN}"), &format!("token: {who}"))).unwrap();
        let config = Config::from_custom_kubeconfig(config, &KubeConfigOptions::default()).await.unwrap();
        Client::try_from(config).unwrap()
    }
}

/// None outlives its test.
impl Drop for Cluster {
    fn drop(&mut self) {
        for process in self.processes.iter_mut().rev() {
            let _ = process.kill();
            let _ = process.wait();
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
