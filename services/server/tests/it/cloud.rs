//! A whole Lingxi in a folder of its own, with a clock that the test drives.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use lingxi_bus::BusHandle;
use lingxi_config::Config;
use lingxi_contracts::channels::{Conversation, Inbound, Message, Outbound};
use lingxi_contracts::tenants::{AcceptInvitation, SignUp};
use lingxi_kernel::{Clock, Ctx, Env, ErrorCode, Role, Timestamp};
use lingxi_server::cloud::{Cloud, open_database};
use lingxi_store::{Db, outbox};

use crate::postgres;

static NUMBER: AtomicU64 = AtomicU64::new(0);

/// A clock that stands still until it is moved.
pub struct TestClock(AtomicI64);

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_timestamp_millis(self.0.load(Ordering::Relaxed)).unwrap()
    }
}

/// A running cloud.
pub struct TestCloud {
    pub cloud: Cloud,
    clock: Arc<TestClock>,
    bus: BusHandle,
    pub config: Config,
    pub folder: PathBuf,
}

/// A fresh folder for one test.
pub fn folder() -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("lingxi-it-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The answer once there is a place among those who wait for a password's hash; all tests of a process share them.
async fn once_free<T>(ask: impl AsyncFn() -> lingxi_kernel::Result<T>) -> lingxi_kernel::Result<T> {
    loop {
        match ask().await {
            Err(error) if error.code == ErrorCode::Unavailable => tokio::time::sleep(Duration::from_millis(50)).await,
            answer => return answer,
        }
    }
}

impl TestCloud {
    /// Starts on a Wednesday at noon in Shanghai.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts with changed settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = folder();
        let mut config = Config::default();
        config.storage.data_dir.clone_from(&folder);
        // These tests are no reader of files.
        config.files.reader = Some(env!("CARGO_BIN_EXE_lingxi").into());
        if postgres::wanted() {
            config.storage.database_url = Some(postgres::fresh().await.app);
        }
        change(&mut config);
        let start: Timestamp = "2026-11-18T04:00:00Z".parse().unwrap();
        let clock = Arc::new(TestClock(AtomicI64::new(start.timestamp_millis())));
        let env = Env::seeded(clock.clone(), NUMBER.load(Ordering::Relaxed));
        let cloud = Cloud::build(&config, open_database(&config, env).await.unwrap()).unwrap();
        let bus = cloud.start_bus().await.unwrap().unwrap();
        Self { cloud, clock, bus, config, folder }
    }

    /// Its storage.
    pub fn db(&self) -> &Db {
        self.cloud.db.as_ref().unwrap()
    }

    /// What another process over the same database is: its own memory, and nobody tells it anything.
    pub async fn beside(&self) -> Cloud {
        let env = Env::seeded(self.clock.clone(), NUMBER.fetch_add(1, Ordering::Relaxed) + 1_000_000);
        Cloud::build(&self.config, open_database(&self.config, env).await.unwrap()).unwrap()
    }

    /// Moves the clock.
    pub fn pass(&self, time: TimeDelta) {
        self.clock.0.fetch_add(time.num_milliseconds(), Ordering::Relaxed);
    }

    /// Waits until every fact has been delivered.
    pub async fn settle(&self) {
        for _ in 0..2_000 {
            if outbox::pending(self.db(), 0, 1).await.unwrap().is_empty() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("events are not delivered");
    }

    /// Sets the clock.
    pub fn set_clock(&self, at: Timestamp) {
        self.clock.0.store(at.timestamp_millis(), Ordering::Relaxed);
    }

    /// A new firm; the context of its owner.
    pub async fn firm(&self, name: &str) -> Ctx {
        self.firm_in(name, "en-US", "Asia/Shanghai").await
    }

    /// A new firm of a language and a time zone.
    pub async fn firm_in(&self, name: &str, locale: &str, time_zone: &str) -> Ctx {
        let input = SignUp {
            firm: name.into(),
            name: "Olive".into(),
            email: format!("owner@{}.example", name.to_lowercase().replace(' ', "-")),
            password: "correct horse battery".into(),
            industry: "insurance".into(),
            locale: locale.into(),
            time_zone: time_zone.into(),
            ..SignUp::default()
        };
        let tenants = &self.cloud.services.tenants;
        let session = once_free(|| tenants.sign_up(input.clone())).await.unwrap();
        self.settle().await;
        self.cloud.services.tenants.authenticate(&session.token).await.unwrap()
    }

    /// A further member of a firm.
    pub async fn member(&self, owner: &Ctx, name: &str, role: Role) -> Ctx {
        self.try_member(owner, name, role).await.unwrap()
    }

    /// A further member of a firm, if there is room.
    pub async fn try_member(&self, owner: &Ctx, name: &str, role: Role) -> lingxi_kernel::Result<Ctx> {
        let tenants = &self.cloud.services.tenants;
        let email = format!("{}-{}@member.example", name.to_lowercase(), owner.tenant);
        tenants.invite(owner, &email, role).await.unwrap();
        let token = self.mailed(&email, "join").await.unwrap();
        let (name, password) = (name.into(), "correct horse battery".into());
        let join = AcceptInvitation { token, name, password, ..AcceptInvitation::default() };
        let session = once_free(|| tenants.accept_invitation(join.clone())).await?;
        self.settle().await;
        tenants.authenticate(&session.token).await
    }

    /// The secret of the newest mail to an address that leads to a page, as its mailbox has it.
    pub async fn mailed(&self, email: &str, page: &str) -> Option<String> {
        let mails = lingxi_tenants::kept_mails(self.db(), Some(email), 50).await.unwrap();
        let link = format!("/{page}?token=");
        let rest = mails.iter().find_map(|mail| mail.body.split(&link).nth(1))?;
        Some(rest.split_whitespace().next().unwrap().to_owned())
    }

    /// The rights of the platform's operators, which the settings name by address: a confirmed address and a second factor.
    pub async fn confirm_operator(&self, member: &Ctx, email: &str) {
        let tenants = &self.cloud.services.tenants;
        tenants.verify_email(member, &self.mailed(email, "verify-email").await.unwrap()).await.unwrap();
        self.second_factor(member).await;
    }

    /// Turns a member's second factor on; its secret.
    pub async fn second_factor(&self, member: &Ctx) -> String {
        let tenants = &self.cloud.services.tenants;
        let secret = tenants.begin_totp(member).await.unwrap().secret;
        tenants.set_totp(member, true, &self.code(&secret)).await.unwrap();
        secret
    }

    /// What an authenticator app shows at this moment.
    pub fn code(&self, secret: &str) -> String {
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).with_account_name("test").build().unwrap();
        totp.generate(u64::try_from(self.db().env().now().timestamp()).unwrap()).to_string()
    }

    /// A visitor of a firm's web chat.
    pub async fn visitor(&self, owner: &Ctx) -> Ctx {
        let channels = &self.cloud.services.channels;
        let key = channels.channels(owner).await.unwrap().remove(0).public_key;
        let opened = channels.open_visitor(&key, None, None, "en-US", None).await.unwrap();
        channels.authenticate_visitor(&opened.token).await.unwrap()
    }

    /// A visitor writes, and everything that follows happens.
    pub async fn say(&self, visitor: &Ctx, id: &str, text: &str) -> Message {
        let message = self.cloud.services.channels.receive(visitor, inbound(id, text)).await.unwrap();
        self.settle().await;
        message
    }

    /// The visitor's conversation.
    pub async fn conversation(&self, visitor: &Ctx) -> Conversation {
        self.cloud.services.channels.visitor_conversation(visitor).await.unwrap().unwrap()
    }

    /// Everything the visitor sees.
    pub async fn transcript(&self, visitor: &Ctx) -> Vec<Message> {
        let id = self.conversation(visitor).await.id;
        self.cloud.services.channels.messages(visitor, id, 0, 500).await.unwrap()
    }

    /// Stops in good order and removes the folder.
    pub async fn end(self) {
        self.bus.stop().await;
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A customer's message.
pub fn inbound(id: &str, text: &str) -> Inbound {
    Inbound {
        conversation: None,
        client_id: id.into(),
        text: text.into(),
        choice: None,
        attachment: None,
        locale: Some("en-US".into()),
    }
}

/// A member's words for the customer, or for members only.
pub fn reply(text: &str, private: bool) -> Outbound {
    Outbound { text: text.into(), private, ..Outbound::default() }
}
