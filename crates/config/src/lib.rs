//! Settings: defaults, then `lingxi.toml`, then `LINGXI_*` variables, then flags. One file per section.
//!
//! A variable is the key with dots as double underscores: `LINGXI_MAIL__SMTP_URL` is `mail.smtp_url`.

mod billing;
mod fapiao;
mod files;
mod gateway;
mod http;
mod kubernetes;
mod limits;
mod mail;
mod models;
mod nats;
mod operator;
mod secrets;
mod storage;
mod stripe;
mod telemetry;

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use billing::Billing;
pub use fapiao::Fapiao;
pub use files::Files;
pub use gateway::Gateway;
pub use http::Http;
pub use kubernetes::Kubernetes;
pub use limits::{Limits, Plan};
pub use mail::Mail;
pub use models::Models;
pub use nats::Nats;
pub use operator::Operator;
pub use secrets::Secrets;
pub use storage::{Database, Storage};
pub use stripe::Stripe;
pub use telemetry::{LogFormat, Telemetry};

/// All settings of a process.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the process listens.
    pub http: Http,
    /// Whom the gateway hands requests on to, when others serve the services' own routes.
    pub gateway: Gateway,
    /// Where data is kept.
    pub storage: Storage,
    /// How processes that share the work reach each other.
    pub nats: Nats,
    /// How mail leaves.
    pub mail: Mail,
    /// Outside models for the bot.
    pub models: Models,
    /// Invoices and payment.
    pub billing: Billing,
    /// Uploaded files.
    pub files: Files,
    /// Rates and sizes per tenant.
    pub limits: Limits,
    /// With what stored secrets are sealed.
    pub secrets: Secrets,
    /// Who operates the platform.
    pub operator: Operator,
    /// What `lingxi operator` works with.
    pub kubernetes: Kubernetes,
    /// Logs, traces and metrics.
    pub telemetry: Telemetry,
}

/// A refused setting.
#[derive(Debug)]
pub struct ConfigError(String);

impl std::fmt::Display for ConfigError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the settings; `flags` are dotted keys with their values.
    ///
    /// # Errors
    /// [`ConfigError`] that names the key, the value and what is allowed, when a key is unknown or a value is bad.
    pub fn load(file: Option<&std::path::Path>, flags: &[(&str, String)]) -> Result<Self, ConfigError> {
        if let Some(file) = file.filter(|file| !file.exists()) {
            return Err(ConfigError(format!("The settings file {} does not exist.", file.display())));
        }
        let mut given = Figment::new()
            .merge(Toml::file(file.unwrap_or(std::path::Path::new("lingxi.toml"))))
            .merge(Env::prefixed("LINGXI_").ignore(&["CONFIG", "ROLE"]).split("__"));
        for (key, value) in flags {
            // Numbers and flags are read as in variables; what is neither stays text.
            let value: figment::value::Value = value.parse().unwrap_or_else(|never| match never {});
            given = given.merge((*key, value));
        }
        let all = Figment::from(Serialized::defaults(Self::default())).merge(&given);
        let mut config: Self = all.extract().map_err(|errors| {
            let lines: Vec<String> = errors.into_iter().map(|error| format!("setting refused: {error}")).collect();
            ConfigError(lines.join("\n"))
        })?;
        if given.find_value("http.public_url").is_err() {
            config.http.public_url = config.http.own_url();
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        if self.http.address.parse::<std::net::SocketAddr>().is_err() {
            let value = &self.http.address;
            return Err(ConfigError(format!(
                "setting refused: `http.address` is `{value}`; expected an address and a port, such as 127.0.0.1:8080"
            )));
        }
        if !self.http.public_url.starts_with("http://") && !self.http.public_url.starts_with("https://") {
            let value = &self.http.public_url;
            return Err(ConfigError(format!(
                "setting refused: `http.public_url` is `{value}`; expected an address that starts with http:// or https://"
            )));
        }
        for (key, url) in self.gateway.urls() {
            if !url.starts_with("http://") {
                return Err(ConfigError(format!(
                    "setting refused: `gateway.{key}` is `{url}`; expected http://HOST:PORT, or several with spaces between"
                )));
            }
        }
        let known =
            |url: &String| ["sqlite:", "postgres://", "postgresql://"].iter().any(|start| url.starts_with(start));
        if let Some(url) = self.storage.database_url.as_ref().filter(|url| !known(url)) {
            return Err(ConfigError(format!(
                "setting refused: `storage.database_url` is `{url}`; expected sqlite:PATH or \
                 postgres://USER:PASSWORD@HOST/DATABASE"
            )));
        }
        if let Some(url) =
            self.nats.url.as_ref().filter(|url| !url.starts_with("nats://") && !url.starts_with("tls://"))
        {
            return Err(ConfigError(format!(
                "setting refused: `nats.url` is `{url}`; expected nats://HOST:PORT or tls://HOST:PORT"
            )));
        }
        let prefix = &self.nats.prefix;
        if prefix.is_empty() || !prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            return Err(ConfigError(format!(
                "setting refused: `nats.prefix` is `{prefix}`; expected small letters, digits and -"
            )));
        }
        let prefix = &self.storage.schema_prefix;
        if !prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') || prefix.len() > 40 {
            return Err(ConfigError(format!(
                "setting refused: `storage.schema_prefix` is `{prefix}`; expected at most 40 small letters, digits and _"
            )));
        }
        if self.operator.token.as_ref().is_some_and(|token| token.len() < 16) {
            return Err(ConfigError(
                "setting refused: `operator.token` is short; expected 16 characters or more, such as of `openssl rand -hex 32`"
                    .into(),
            ));
        }
        let stripe = &self.billing.stripe;
        if stripe.secret_key.is_some() && stripe.webhook_secret.is_none() {
            return Err(ConfigError(
                "setting refused: `billing.stripe.webhook_secret` is missing; without it nobody learns that something was paid. \
                 Set it to the signing secret of the account's webhook to `/billing/stripe`"
                    .into(),
            ));
        }
        if !stripe.url.starts_with("https://") && !stripe.url.starts_with("http://") {
            let value = &stripe.url;
            return Err(ConfigError(format!(
                "setting refused: `billing.stripe.url` is `{value}`; expected an address that starts with https://"
            )));
        }
        let role = &self.storage.app_role;
        if role.is_empty() || !role.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            return Err(ConfigError(format!(
                "setting refused: `storage.app_role` is `{role}`; expected small letters, digits and _"
            )));
        }
        Ok(())
    }

    /// The JSON schema of `lingxi.toml`.
    pub fn schema() -> serde_json::Value {
        schemars::schema_for!(Config).to_value()
    }

    /// The effective settings as TOML, secrets masked.
    ///
    /// # Errors
    /// [`ConfigError`] when a value has no TOML form.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        let mut shown = self.clone();
        if shown.mail.smtp_url.is_some() {
            shown.mail.smtp_url = Some("***".into());
        }
        if let Database::Postgres(_) = shown.storage.database() {
            shown.storage.database_url = Some("postgres://***".into());
        }
        let secrets = [
            &mut shown.operator.token,
            &mut shown.models.embeddings_key,
            &mut shown.models.chat_key,
            &mut shown.billing.stripe.secret_key,
            &mut shown.billing.stripe.webhook_secret,
            &mut shown.billing.fapiao.key,
        ];
        for secret in secrets.into_iter().filter(|secret| secret.is_some()) {
            *secret = Some("***".into());
        }
        shown.secrets.keys.fill("***".into());
        if shown.nats.url.is_some() {
            shown.nats.url = Some("nats://***".into());
        }
        toml::to_string(&shown).map_err(|error| ConfigError(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_key_is_refused_with_its_name_and_the_allowed_ones() {
        let error = Config::load(None, &[("http.adress", "127.0.0.1:1".into())]).unwrap_err().to_string();
        assert!(error.contains("adress") && error.contains("`address`"), "{error}");
    }

    #[test]
    fn a_bad_value_is_refused_with_key_and_value() {
        let error = Config::load(None, &[("http.address", "nowhere".into())]).unwrap_err().to_string();
        assert!(error.contains("`http.address` is `nowhere`"), "{error}");
        let error = Config::load(None, &[("storage.database_url", "mysql://x".into())]).unwrap_err().to_string();
        assert!(error.contains("mysql://x"), "{error}");
    }

    #[test]
    fn links_lead_where_the_process_listens_unless_another_address_is_set() {
        let url = |flags: &[(&str, String)]| Config::load(None, flags).unwrap().http.public_url;
        let address = |address: &str| ("http.address", address.to_owned());
        assert_eq!(url(&[]), "http://127.0.0.1:8080");
        assert_eq!(url(&[address("127.0.0.1:18080")]), "http://127.0.0.1:18080");
        assert_eq!(url(&[address("0.0.0.0:80")]), "http://127.0.0.1:80");
        let set = ("http.public_url", "https://lingxi.example".to_owned());
        assert_eq!(url(&[address("127.0.0.1:18080"), set]), "https://lingxi.example");
    }

    #[test]
    fn flags_may_be_numbers_and_switches() {
        let flags = [("limits.messages_per_second", "7".into()), ("limits.private_webhooks", "true".into())];
        let config = Config::load(None, &flags).unwrap();
        assert!(config.limits.messages_per_second == 7 && config.limits.private_webhooks);
    }

    #[test]
    fn secrets_are_not_printed() {
        let flags = ["billing.stripe.secret_key", "billing.stripe.webhook_secret", "models.chat_key"];
        let flags = flags.map(|key| (key, "tell-nobody".to_owned()));
        assert!(!Config::load(None, &flags).unwrap().to_toml().unwrap().contains("tell-nobody"));
    }

    #[test]
    fn payment_without_notices_is_refused() {
        let error = Config::load(None, &[("billing.stripe.secret_key", "sk_test".into())]).unwrap_err().to_string();
        assert!(error.contains("webhook_secret"), "{error}");
    }

    #[test]
    fn the_printed_settings_load_again() {
        let printed = Config::default().to_toml().unwrap();
        let read: Config = toml::from_str(&printed).unwrap();
        assert_eq!(read.http.address, Config::default().http.address);
    }
}
