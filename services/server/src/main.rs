//! `lingxi`: the one binary.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use lingxi_config::Config;
use lingxi_kernel::{Env, TenantId};
use lingxi_server::cloud::{Cloud, migrate, open_database};
use lingxi_server::role::{Role, chosen, name_of};
use lingxi_server::{billing, bot_eval, bot_scale, converse, demo, doctor, import, mails, operator, reader, serve};

/// glibc's took half of the server's time while it stored facts by the thousand; musl's is slow under threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Customer service for small firms: bot, desk, and a bill by use.
#[derive(Parser)]
#[command(name = "lingxi", version)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Flags win over `LINGXI_*` variables, those over `lingxi.toml`, that over the defaults.
#[derive(Args)]
struct Settings {
    /// Settings file [default: lingxi.toml, if it is there]
    #[arg(long, global = true, env = "LINGXI_CONFIG")]
    config: Option<PathBuf>,
    /// Folder of the database and the files
    #[arg(long, global = true)]
    data_dir: Option<String>,
    /// Address and port to listen on
    #[arg(long, global = true)]
    http: Option<String>,
    /// Another database than lingxi.db in the data folder (sqlite:PATH, or a URL of PostgreSQL)
    #[arg(long, global = true)]
    database_url: Option<String>,
    /// Any other setting, as KEY=VALUE with the key of lingxi.toml
    #[arg(long = "set", global = true, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the product
    Serve {
        /// Which parts, with commas between them; all of them when left out
        #[arg(long, value_delimiter = ',', env = "LINGXI_ROLE")]
        role: Vec<Role>,
        /// Make the demo firm first, if it is not there
        #[arg(long)]
        demo: bool,
    },
    /// Bring the database up to this binary
    Migrate,
    /// Print the settings in force, or their JSON schema
    Config {
        /// Print the JSON schema of lingxi.toml instead
        #[arg(long)]
        schema: bool,
    },
    /// Print the GraphQL schema
    Schema,
    /// Work as the Kubernetes operator, in a cluster
    Operator {
        /// Its name among the operators
        #[arg(long, env = "HOSTNAME", default_value = "operator")]
        identity: String,
    },
    /// Print the definition of the kind Tenant, for Kubernetes
    Crds,
    /// Look for what usually goes wrong
    Doctor,
    /// Make the demo firm
    Demo,
    /// Print the newest mails with their links, as their receivers get them: for the operator of an installation without an SMTP server
    Mails {
        /// Only those to this address
        #[arg(long)]
        to: Option<String>,
        /// So many of them
        #[arg(long, default_value_t = 20)]
        last: u64,
    },
    /// Hold a conversation with a Lingxi that runs somewhere, as a firm and as its customer, end to end
    Converse {
        /// Where it is served
        url: String,
    },
    /// What there is about the bot beside serving it
    Bot {
        #[command(subcommand)]
        deed: BotDeed,
    },
    /// What there is about billing beside serving it
    Billing {
        #[command(subcommand)]
        deed: BillingDeed,
    },
    /// Read FAQ files (.csv, .jsonl, .xlsx) into a firm's knowledge base and publish them
    Import {
        /// The firm's id (ten_...)
        #[arg(long)]
        tenant: TenantId,
        /// The files
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
}

#[derive(Subcommand)]
enum BillingDeed {
    /// Print the meters, plans and taxes that this binary comes with, in the form that `apply` reads
    Catalog,
    /// End the periods that are over and make their drafts final whose grace is over, as the timers do
    Invoice,
    /// Add meters, versions of plans and taxes from a file (.toml), all of it or nothing
    Apply {
        /// The file
        file: PathBuf,
    },
}

#[derive(Subcommand)]
enum BotDeed {
    /// Measure how well questions of known meaning are understood, by what answers customers; prints JSON
    Eval(bot_eval::Options),
    /// Measure how many firms' bots a process holds: memory, loading, answering while others train; prints JSON
    Scale(bot_scale::Options),
}

fn main() -> ExitCode {
    if let Some(read) = reader::if_asked() {
        return read;
    }
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            let _ = writeln!(std::io::stderr(), "lingxi: {message}");
            ExitCode::FAILURE
        }
    }
}

fn say(text: impl std::fmt::Display) {
    // A closed pipe is the reader's choice.
    let _ = writeln!(std::io::stdout(), "{text}");
}

fn load(settings: &Settings) -> Result<Config, String> {
    let mut flags: Vec<(&str, String)> = Vec::new();
    let named = [
        ("storage.data_dir", &settings.data_dir),
        ("http.address", &settings.http),
        ("storage.database_url", &settings.database_url),
    ];
    for (key, value) in named {
        flags.extend(value.clone().map(|value| (key, value)));
    }
    for pair in &settings.set {
        let (key, value) = pair.split_once('=').ok_or_else(|| format!("--set {pair}: expected KEY=VALUE"))?;
        flags.push((key, value.to_owned()));
    }
    Config::load(settings.config.as_deref(), &flags).map_err(|error| error.to_string())
}

fn run(cli: Cli) -> Result<(), String> {
    let config = load(&cli.settings)?;
    match &cli.command {
        Command::Config { schema: true } => {
            say(serde_json::to_string_pretty(&Config::schema()).map_err(|error| error.to_string())?);
            return Ok(());
        }
        Command::Config { schema: false } => {
            say(config.to_toml().map_err(|error| error.to_string())?);
            return Ok(());
        }
        Command::Schema => {
            say(lingxi_graphql::sdl().trim_end());
            return Ok(());
        }
        Command::Crds => {
            let crd =
                serde_json::to_string_pretty(&lingxi_operator::definition()).map_err(|error| error.to_string())?;
            say(crd);
            return Ok(());
        }
        _ => {}
    }
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        return Err("the TLS provider is installed twice".into());
    }
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    runtime.block_on(work(config, cli.command))
}

async fn work(config: Config, command: Command) -> Result<(), String> {
    match command {
        Command::Serve { role, demo } => {
            let roles = chosen(role);
            let telemetry = lingxi_telemetry::start(&config.telemetry, &name_of(&roles))?;
            let mut config = config;
            if demo {
                make_demo(&config).await?;
                // Nobody has a mailbox here, so links are shown, and the owner operates the platform without an authenticator app.
                config.operator.emails.push(demo::OWNER.into());
                config.operator.second_factor = false;
                config.mail.show_links = true;
                config.http.explorer = true;
            }
            let cloud = Cloud::open(&config, &roles).await.map_err(|error| error.to_string())?;
            let running = serve::start(&config, &cloud, Some(telemetry.metrics.clone())).await;
            let running = running.map_err(|error| error.to_string())?;
            say(format!("Lingxi serves on http://{}", running.address));
            let stopped = running.until_stopped().await.map_err(|error| error.to_string());
            telemetry.stop().await;
            stopped
        }
        Command::Operator { identity } => {
            let telemetry = lingxi_telemetry::start(&config.telemetry, "lingxi-operator")?;
            let worked = operator::run(&config, identity, telemetry.metrics.clone()).await;
            telemetry.stop().await;
            worked
        }
        Command::Migrate => {
            migrate(&config).await.map_err(|error| error.to_string())?;
            say("The database is up to date.");
            Ok(())
        }
        Command::Doctor => {
            let findings = doctor::examine(&config).await;
            for finding in &findings {
                match &finding.result {
                    Ok(fact) => say(format!("ok    {}: {fact}", finding.what)),
                    Err(fault) => say(format!("FAIL  {}: {fault}", finding.what)),
                }
            }
            let failed = findings.iter().filter(|finding| finding.result.is_err()).count();
            if failed == 0 { Ok(()) } else { Err(format!("{failed} of {} checks failed", findings.len())) }
        }
        Command::Mails { to, last } => {
            say(mails::print(&config, to.as_deref(), last).await.map_err(|error| error.to_string())?);
            Ok(())
        }
        Command::Converse { url } => {
            let answer = converse::hold(&url).await?;
            say(format!("Signed up, asked, answered, billed, ended. The bot said: {answer}"));
            Ok(())
        }
        Command::Bot { deed } => {
            say(match deed {
                BotDeed::Eval(options) => bot_eval::run(&options).await?,
                BotDeed::Scale(options) => bot_scale::run(&options).await?,
            });
            Ok(())
        }
        Command::Billing { deed } => {
            say(match deed {
                BillingDeed::Catalog => lingxi_billing::BUILT_IN_CATALOG.trim_end().to_owned(),
                BillingDeed::Invoice => billing::invoice(&config).await.map_err(|error| error.to_string())?,
                BillingDeed::Apply { file } => {
                    billing::apply(&config, &file).await.map_err(|error| error.to_string())?
                }
            });
            Ok(())
        }
        Command::Demo => make_demo(&config).await,
        Command::Import { tenant, files } => import_files(&config, tenant, files).await,
        Command::Config { .. } | Command::Schema | Command::Crds => Ok(()),
    }
}

async fn import_files(config: &Config, tenant: TenantId, files: Vec<PathBuf>) -> Result<(), String> {
    let db = open_database(config, Env::system()).await.map_err(|error| error.to_string())?;
    let cloud = Cloud::build(config, db).map_err(|error| error.to_string())?;
    for file in files {
        let (read, release) = import::run(cloud.services.bot.as_ref(), tenant, &file)
            .await
            .map_err(|error| format!("{}: {error}", file.display()))?;
        say(format!(
            "{}: {} rows, {} articles stored, {} rows refused; release {} answers now",
            file.display(),
            read.rows,
            read.stored,
            read.errors.len(),
            release.number
        ));
        for error in &read.errors {
            say(format!("  row {}: {}", error.row, error.message));
        }
    }
    Ok(())
}

async fn make_demo(config: &Config) -> Result<(), String> {
    let key = demo::seed(config).await.map_err(|error| error.to_string())?;
    say(format!("Demo firm: sign in as {} or {} with {}", demo::OWNER, demo::AGENT, demo::PASSWORD));
    say(format!("Its web chat: {}/try?key={key}", config.http.public_url));
    Ok(())
}
