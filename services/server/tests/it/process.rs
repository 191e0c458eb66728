//! The real process, and firms and customers that reach it by HTTP.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// A served folder.
pub struct Server {
    process: Child,
    pub url: String,
}

/// A firm that signed up by HTTP.
pub struct Firm {
    pub cookie: String,
    pub key: String,
}

/// The secret of the newest mail to an address, as the operator reads it at the shell.
pub fn mailed(folder: &Path, email: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lingxi"));
    command.args(["mails", "--last", "1", "--to", email, "--data-dir"]).arg(folder);
    if crate::postgres::wanted() {
        command.args(["--database-url", &crate::postgres::of_folder(folder)]);
    }
    let printed = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let secret = printed.split("token=").nth(1).unwrap_or_else(|| panic!("no link for {email}: {printed}"));
    secret.split_whitespace().next().unwrap().to_owned()
}

impl Server {
    pub fn start(folder: &Path) -> Self {
        Self::start_with(folder, &[])
    }

    /// Starts with further settings, each as `KEY=VALUE`.
    pub fn start_with(folder: &Path, settings: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lingxi"));
        command.args(["serve", "--http", "127.0.0.1:0", "--data-dir"]).arg(folder);
        if crate::postgres::wanted() {
            command.args(["--database-url", &crate::postgres::of_folder(folder)]);
        }
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
        Self::run(command)
    }

    /// Starts over the database of the settings, whatever the others use.
    pub fn start_alone(folder: &Path, settings: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lingxi"));
        command.args(["serve", "--http", "127.0.0.1:0", "--data-dir"]).arg(folder);
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
        Self::run(command)
    }

    /// Starts the process of a role at an address.
    pub fn start_role(folder: &Path, role: &str, http: &str, settings: &[String]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lingxi"));
        command.args(["serve", "--role", role, "--http", http, "--data-dir"]).arg(folder);
        command.args(settings.iter().flat_map(|setting| ["--set", setting]));
        Self::run(command)
    }

    /// Sends a signal: `STOP`, `CONT`.
    pub fn signal(&self, name: &str) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args([&format!("-{name}"), &pid]).status().unwrap().success());
    }

    /// Starts in a mount namespace of its own, in which the folder is a disk of a few megabytes.
    pub fn start_on_small_disk(folder: &Path, megabytes: u32) -> Self {
        let mount = format!("mount -t tmpfs -o size={megabytes}m tmpfs \"$1\" && shift && exec \"$@\"");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c", &mount, "sh"]).arg(folder);
        command.arg(env!("CARGO_BIN_EXE_lingxi")).args(["serve", "--http", "127.0.0.1:0", "--data-dir"]).arg(folder);
        Self::run(command)
    }

    /// The folder as the process sees it.
    pub fn inside(&self, folder: &Path) -> std::path::PathBuf {
        let inside = folder.strip_prefix("/").unwrap();
        Path::new("/proc").join(self.process.id().to_string()).join("root").join(inside)
    }

    fn run(mut command: Command) -> Self {
        // Customers of tests write and look faster than people, unless it is about just that.
        let rate = "limits.visitor_requests_per_second";
        if !command.get_args().any(|argument| argument.to_string_lossy().starts_with(rate)) {
            command.args(["--set".to_owned(), format!("{rate}=1000")]);
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let ready = lines.map_while(Result::ok).find(|line| line.starts_with("Lingxi serves on ")).unwrap();
        Self { process, url: ready.trim_start_matches("Lingxi serves on ").to_owned() }
    }

    /// SIGKILL: nothing is finished, nothing is said.
    pub fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// SIGTERM: it finishes what is in flight.
    pub fn stop(mut self) {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
    }

    /// Signs a firm up and waits for its pack.
    pub async fn firm(&self, http: &reqwest::Client, name: &str) -> Firm {
        let sign_up = json!({
            "firm": name, "name": "Olive", "email": format!("owner@{name}.example"), "password": "correct horse battery",
            "industry": "insurance", "locale": "en-US", "timeZone": "Asia/Shanghai"
        });
        let response = http.post(format!("{}/auth/sign-up", self.url)).json(&sign_up).send().await.unwrap();
        let cookie = cookie_of(&response);
        for _ in 0..400 {
            let answer = self.graphql(http, &cookie, "{ channels { publicKey } releases { id } }").await;
            if let Some(key) = answer["data"]["channels"][0]["publicKey"].as_str()
                && !answer["data"]["releases"].as_array().unwrap().is_empty()
            {
                return Firm { cookie, key: key.to_owned() };
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the pack was not applied");
    }

    pub async fn graphql(&self, http: &reqwest::Client, cookie: &str, query: &str) -> Value {
        let request = http.post(format!("{}/graphql", self.url)).header("cookie", cookie);
        request.json(&json!({ "query": query })).send().await.unwrap().json().await.unwrap()
    }

    /// The token of a new visitor of a firm's widget.
    pub async fn visitor(&self, http: &reqwest::Client, firm: &Firm) -> String {
        let opened = http.post(format!("{}/widget/v1/open", self.url)).json(&json!({ "key": firm.key }));
        let session: Value = opened.send().await.unwrap().json().await.unwrap();
        session["token"].as_str().unwrap().to_owned()
    }

    /// All messages that a visitor sees.
    pub async fn messages(&self, http: &reqwest::Client, token: &str) -> Vec<Value> {
        let page = async |query: &str| -> Value {
            let request = http.get(format!("{}/widget/v1/messages{query}", self.url)).bearer_auth(token);
            request.send().await.unwrap().json().await.unwrap()
        };
        let mut state = page("").await;
        let conversation = state["conversation"]["id"].as_str().unwrap_or_default().to_owned();
        let mut all = state["messages"].as_array().unwrap().clone();
        while state["older"] == true {
            state = page(&format!("?conversation={conversation}&before={}", all[0]["seq"])).await;
            all.splice(0..0, state["messages"].as_array().unwrap().clone());
        }
        all
    }
}

/// None outlives its test, not even one that fails.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub fn client() -> reqwest::Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().timeout(Duration::from_secs(10)).build().unwrap()
}

/// The session cookie of an answer.
pub fn cookie_of(response: &reqwest::Response) -> String {
    let cookie = response.headers().get("set-cookie").unwrap().to_str().unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

pub fn by(messages: &[Value], author: &str) -> usize {
    messages.iter().filter(|message| message["author"] == author).count()
}

/// Waits until something holds, at most ten seconds.
pub async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    until_within(10, what, holds).await;
}

/// Waits until something holds, at most so many seconds.
pub async fn until_within<F: Future<Output = bool>>(seconds: u64, what: &str, holds: impl Fn() -> F) {
    for _ in 0..seconds * 50 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not in {seconds} seconds: {what}");
}
