//! A PostgreSQL and a NATS of our own, for as long as we run.

use std::io::Write as _;
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::shell::{Outcome, output};

/// A program that ends with us: a shell ends it when its input closes. Ctrl-C does not reach it.
struct Kept(Child);

impl Kept {
    fn start(script: &str) -> Outcome<Self> {
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdin(Stdio::piped()).process_group(0);
        command.spawn().map(Self).map_err(|error| error.to_string())
    }
}

impl Kept {
    /// Ends it by another signal than the polite one.
    fn end(mut self, signal: &str) {
        if let Some(input) = &mut self.0.stdin {
            let _ = writeln!(input, "{signal}");
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// Where servers run, and how they are reached there.
#[derive(Clone)]
pub(crate) struct Place {
    /// Before every command.
    within: String,
    host: String,
}

impl Place {
    /// On this machine's loopback.
    pub(crate) fn here() -> Self {
        Self { within: String::new(), host: "127.0.0.1".into() }
    }

    /// In a network namespace, on an address that others in it reach.
    pub(crate) fn namespace(name: &str, host: &str) -> Self {
        Self { within: format!("nsenter --net=/run/netns/{name} --"), host: host.into() }
    }

    /// What a command prints there, or `None` when it fails.
    fn output(&self, script: &str) -> Option<String> {
        output(Path::new("/"), "sh", &["-c", &format!("{} {script}", self.within)])
    }

    /// Waits until something listens there.
    fn listens(&self, port: u16) -> bool {
        let probe = format!("bash -c 'exec 3<>/dev/tcp/{}/{port}'", self.host);
        let deadline = Instant::now() + Duration::from_secs(20);
        while self.output(&probe).is_none() {
            if Instant::now() > deadline {
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        true
    }
}

/// A PostgreSQL with the two roles of ours.
pub(crate) struct Postgres {
    process: Kept,
    place: Place,
    data: PathBuf,
    port: u16,
    settings: &'static str,
}

impl Postgres {
    /// Starts it with its own settings, over what is in the folder already.
    pub(crate) fn start(place: &Place, data: &Path) -> Outcome<Self> {
        Self::start_with(place, data, "")
    }

    /// Starts it with some options.
    pub(crate) fn start_with(place: &Place, data: &Path, settings: &'static str) -> Outcome<Self> {
        let port = free_port()?;
        let process = Kept::start(&Self::script(place, data, port, settings)?)?;
        let postgres = Self { process, place: place.clone(), data: data.to_owned(), port, settings };
        postgres.ready()?;
        for role in ["lingxi_owner", "lingxi_app"] {
            let sql = format!("SELECT 1 FROM pg_roles WHERE rolname = '{role}'");
            if postgres.sql("postgres", &sql)? != "1" {
                postgres.sql("postgres", &format!("CREATE ROLE {role} LOGIN"))?;
            }
        }
        postgres.database("lingxi")?;
        Ok(postgres)
    }

    /// Stops it at once, as a crash would, and starts it again.
    pub(crate) fn restart(self) -> Outcome<Self> {
        let Self { process, place, data, port, settings } = self;
        process.end("QUIT");
        let process = Kept::start(&Self::script(&place, &data, port, settings)?)?;
        let postgres = Self { process, place, data, port, settings };
        postgres.ready()?;
        Ok(postgres)
    }

    fn script(place: &Place, data: &Path, port: u16, settings: &str) -> Outcome<String> {
        let folder = data.join("postgres");
        // PostgreSQL does not run as root.
        Ok(format!(
            r#"
            if [ "$(id -u)" = 0 ]; then as="setpriv --reuid=postgres --regid=postgres --clear-groups"; fi
            mkdir -p {folder} && if [ -n "$as" ]; then chown -R postgres {folder}; chmod a+x {folder}/..; fi
            cd {folder} || exit 1
            if [ ! -d data ]; then
                $as {bin}/initdb -D {folder}/data -U postgres -A trust -E UTF8 --locale=C >>{folder}/../log.postgres 2>&1
                echo "host all all all trust" >>{folder}/data/pg_hba.conf
            fi
            {within} $as {bin}/postgres -D {folder}/data -p {port} -c listen_addresses={host} -c unix_socket_directories= \
                -c max_connections=500 {settings} >>{folder}/../log.postgres 2>&1 &
            read -r how; kill -${{how:-INT}} $!; wait $!
            "#,
            folder = folder.display(),
            bin = Self::programs()?,
            within = place.within,
            host = place.host,
        ))
    }

    fn programs() -> Outcome<String> {
        let found = output(Path::new("/"), "sh", &["-c", "ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1"]);
        let found = found.filter(|bin| !bin.is_empty());
        found.ok_or_else(|| "PostgreSQL is missing: install Debian's package postgresql.".into())
    }

    fn ready(&self) -> Outcome {
        let deadline = Instant::now() + Duration::from_mins(1);
        while self.sql("postgres", "SELECT 1").is_err() {
            if Instant::now() > deadline {
                return Err(format!("PostgreSQL does not start: see {}", self.data.join("log.postgres").display()));
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    /// What a statement gives in a database, as text.
    pub(crate) fn sql(&self, database: &str, sql: &str) -> Outcome<String> {
        let command = format!("{}/psql {} -qAtc \"{sql}\"", Self::programs()?, self.url("postgres", database));
        self.place.output(&command).ok_or_else(|| format!("PostgreSQL refuses: {sql}"))
    }

    /// Makes a database of the owner's, if it is not there.
    pub(crate) fn database(&self, name: &str) -> Outcome {
        if self.sql("postgres", &format!("SELECT 1 FROM pg_database WHERE datname = '{name}'"))? != "1" {
            self.sql("postgres", &format!("CREATE DATABASE {name} OWNER lingxi_owner"))?;
        }
        Ok(())
    }

    /// How a role reaches a database.
    pub(crate) fn url(&self, role: &str, database: &str) -> String {
        format!("postgres://{role}@{}:{}/{database}", self.place.host, self.port)
    }
}

/// A NATS that keeps what it is given.
pub(crate) struct Nats {
    process: Kept,
    place: Place,
    data: PathBuf,
    port: u16,
}

impl Nats {
    /// Starts it, over what is in the folder already.
    pub(crate) fn start(place: &Place, data: &Path) -> Outcome<Self> {
        Self::at(place.clone(), data.to_owned(), free_port()?)
    }

    fn at(place: Place, data: PathBuf, port: u16) -> Outcome<Self> {
        let script = format!(
            "exec 2>/dev/null; {within} nats-server -js -sd {data}/nats -a {host} -p {port} >>{data}/log.nats 2>&1 &
             read -r how; kill -${{how:-TERM}} $!; wait $!",
            data = data.display(),
            within = place.within,
            host = place.host,
        );
        let nats = Self { process: Kept::start(&script)?, place, data, port };
        if nats.place.listens(port) {
            Ok(nats)
        } else {
            Err("NATS does not start: install Debian's package nats-server.".into())
        }
    }

    /// Kills it, and starts it again.
    pub(crate) fn restart(self) -> Outcome<Self> {
        let Self { process, place, data, port } = self;
        process.end("KILL");
        Self::at(place, data, port)
    }

    /// How it is reached.
    pub(crate) fn url(&self) -> String {
        format!("nats://{}:{}", self.place.host, self.port)
    }
}

fn free_port() -> Outcome<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| error.to_string())
}
