//! A PostgreSQL of this test process: Debian's, in a throwaway folder, on a port of loopback. It ends with the process.

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lingxi_config::Config;
use lingxi_server::cloud::migrate;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection};
use tokio::sync::OnceCell;

use crate::process::until;

const TEMPLATE: &str = "lingxi_template";

static CLUSTER: OnceCell<Cluster> = OnceCell::const_new();
/// The databases of served folders.
static BY_FOLDER: Mutex<Option<HashMap<PathBuf, String>>> = Mutex::new(None);

/// Whether this run is on PostgreSQL: `TEST_DATABASE=postgres`.
#[expect(clippy::disallowed_methods, reason = "a choice of the test run, no setting of the product")]
pub fn wanted() -> bool {
    std::env::var("TEST_DATABASE").is_ok_and(|value| value == "postgres")
}

/// A running PostgreSQL.
pub struct Cluster {
    port: u16,
    made: AtomicU64,
    /// Only one database is made at a time: the template must be left alone meanwhile.
    making: tokio::sync::Mutex<()>,
    process: Child,
}

/// A database that has been migrated.
pub struct Fresh {
    /// As the application's role.
    pub app: String,
    /// As the owner of the tables.
    pub owner: String,
    /// As a superuser.
    pub superuser: String,
}

/// A fresh database of the cluster that the tests share.
pub async fn fresh() -> Fresh {
    CLUSTER.get_or_init(Cluster::start).await.fresh().await
}

/// The database of a served folder, the same one whenever it is served again.
pub fn of_folder(folder: &Path) -> String {
    let known = || BY_FOLDER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(url) = known().as_ref().and_then(|all| all.get(folder).cloned()) {
        return url;
    }
    // The caller is inside a runtime of its own.
    let made = std::thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(fresh()).app
    });
    let url = made.join().unwrap();
    known().get_or_insert_default().insert(folder.to_owned(), url.clone());
    url
}

pub async fn connect(url: &str) -> DatabaseConnection {
    Database::connect(url).await.unwrap()
}

fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL: install Debian's package postgresql");
    let mut found: Vec<PathBuf> = versions.map(|entry| entry.unwrap().path().join("bin")).collect();
    found.sort();
    found.pop().expect("PostgreSQL: install Debian's package postgresql")
}

impl Cluster {
    fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@127.0.0.1:{}/{database}", self.port)
    }

    /// A fresh database.
    pub async fn fresh(&self) -> Fresh {
        let name = format!("it_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let _alone = self.making.lock().await;
        let admin = connect(&self.url("postgres", "postgres")).await;
        let sql = format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} OWNER lingxi_owner");
        admin.execute_unprepared(&sql).await.unwrap();
        admin.close().await.unwrap();
        Fresh {
            app: self.url("lingxi_app", &name),
            owner: self.url("lingxi_owner", &name),
            superuser: self.url("postgres", &name),
        }
    }

    /// Starts one, with a migrated template.
    pub async fn start() -> Self {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = std::env::temp_dir().join(format!("lingxi-postgres-{}-{port}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        // PostgreSQL does not run as root. A line crashes it or starts it again. The shell ends it, and removes its folder, when
        // the pipe closes: with this process.
        let script = format!(
            r#"
            if [ "$(id -u)" = 0 ]; then
                as="setpriv --reuid=postgres --regid=postgres --clear-groups"; chown postgres {folder}
            fi
            start() {{
                $as {bin}/postgres -D {folder}/data -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= \
                    -c fsync=off -c max_connections=300 >>{folder}/log 2>&1 &
            }}
            cd {folder} && $as {bin}/initdb -D {folder}/data -U postgres -A trust --no-sync -E UTF8 --locale=C >{folder}/log 2>&1
            start
            while read -r what; do if [ "$what" = up ]; then start; else kill -QUIT $!; wait $!; fi; done
            kill -INT $!; wait $!; rm -rf {folder}
            "#,
            folder = folder.display(),
            bin = binaries().display(),
        );
        let process = Command::new("sh").args(["-c", &script]).stdin(Stdio::piped()).spawn().unwrap();
        let cluster = Self { port, made: AtomicU64::new(0), making: tokio::sync::Mutex::default(), process };
        let admin = cluster.ready(&folder).await;
        for sql in [
            "CREATE ROLE lingxi_owner LOGIN",
            "CREATE ROLE lingxi_app LOGIN",
            &format!("CREATE DATABASE {TEMPLATE} OWNER lingxi_owner"),
        ] {
            admin.execute_unprepared(sql).await.unwrap();
        }
        admin.close().await.unwrap();
        let mut config = Config::default();
        config.storage.database_url = Some(cluster.url("lingxi_owner", TEMPLATE));
        migrate(&config).await.unwrap();
        cluster
    }

    /// Every connection breaks off, and what was not committed is gone; returns when nobody answers any more.
    pub async fn down(&mut self) {
        self.tell("down");
        until("PostgreSQL is away", async || !self.answers().await).await;
    }

    /// Starts it again; returns when it answers.
    pub async fn up(&mut self) {
        self.tell("up");
        until("PostgreSQL is back", async || self.answers().await).await;
    }

    fn tell(&mut self, what: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{what}").unwrap();
    }

    async fn answers(&self) -> bool {
        let mut options = ConnectOptions::new(self.url("postgres", "postgres"));
        options.acquire_timeout(Duration::from_millis(200));
        match Database::connect(options).await {
            Ok(conn) => conn.close().await.is_ok(),
            Err(_) => false,
        }
    }

    async fn ready(&self, folder: &Path) -> DatabaseConnection {
        for _ in 0..600 {
            if let Ok(conn) = Database::connect(self.url("postgres", "postgres")).await {
                return conn;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL does not start: {}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
    }
}
