//! `lingxi demo`: a demo insurer with a believable day behind it, made through the services' own doors.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use lingxi_config::Config;
use lingxi_contracts::channels::{Attribute, ChannelKind, ContactPatch, ConversationStatus, Inbound, Outbound};
use lingxi_contracts::routing::Activity;
use lingxi_contracts::tenants::{AcceptInvitation, SignIn, SignUp};
use lingxi_kernel::{Clock, Ctx, Env, Error, Result, Role, SystemClock, Timestamp};
use lingxi_store::outbox;

use crate::cloud::{Cloud, open_database};

/// Password of every demo member.
pub const PASSWORD: &str = "lingxi-demo-2026";
/// The demo firm's owner.
pub const OWNER: &str = "owner@demo.example";
/// The demo firm's agent.
pub const AGENT: &str = "agent@demo.example";

/// A clock behind the real one, so that the day lies in the past.
struct Behind(AtomicI64);

impl Clock for Behind {
    fn now(&self) -> Timestamp {
        SystemClock.now() - TimeDelta::seconds(self.0.load(Ordering::Relaxed))
    }
}

/// What a customer of the demo says, and how it goes on.
struct Talk {
    locale: &'static str,
    name: &'static str,
    says: &'static [&'static str],
    /// What the agent answers, when it comes to that.
    agent: Option<&'static str>,
    rating: Option<i32>,
}

const fn talk(
    locale: &'static str,
    name: &'static str,
    says: &'static [&'static str],
    agent: Option<&'static str>,
    rating: Option<i32>,
) -> Talk {
    Talk { locale, name, says, agent, rating }
}

const DAY: [Talk; 14] = [
    talk("zh-CN", "张伟", &["你好", "怎么报案", "!solved"], None, Some(5)),
    talk("zh-CN", "王芳", &["保单什么时候生效", "!solved"], None, Some(5)),
    talk("en-US", "Emma Clark", &["how do I cancel my policy", "!solved"], None, Some(4)),
    talk(
        "zh-CN",
        "李娜",
        &["理赔审核要多久", "都五天了还没有消息"],
        Some("您好，已为您加急，今天下班前会有结果。"),
        Some(5),
    ),
    talk("zh-CN", "刘洋", &["可以用微信付款吗", "!solved"], None, None),
    talk(
        "en-US",
        "Noah Baker",
        &["my car broke down on the motorway"],
        Some("Hello Noah, a tow truck is on its way. Please stay behind the barrier."),
        Some(5),
    ),
    talk("zh-CN", "陈静", &["我的宠物狗可以买保险吗"], Some("您好，宠物险下个月上线，我先为您登记。"), Some(3)),
    talk("zh-CN", "杨强", &["怎么开发票", "!solved"], None, Some(5)),
    talk("en-US", "Olivia Reed", &["When will I receive my refund", "!solved"], None, None),
    talk("zh-CN", "赵敏", &["断保了怎么恢复"], Some("您好，可以办理复效，我把链接发给您。"), Some(4)),
    talk("zh-CN", "黄磊", &["哪些医院可以报销"], None, None),
    talk("en-US", "Liam Fox", &["Can I insure a rented flat against flooding?"], None, None),
    talk("zh-CN", "周杰", &["我要投诉", "转人工"], None, None),
    talk("zh-CN", "吴婷", &["受益人可以换吗"], None, None),
];

/// Makes the demo firm unless it is there already; returns the public key of its web chat.
///
/// # Errors
/// Whatever the services refuse; a half-made demo is finished by removing the data folder.
pub async fn seed(config: &Config) -> Result<String> {
    let clock = Arc::new(Behind(AtomicI64::new(9 * 3_600)));
    let env = Env::seeded(clock.clone(), u64::from_le_bytes(Env::system().bytes()));
    let cloud = Cloud::build(config, open_database(config, env).await?)?;
    if let Ok(signed) = sign_in(&cloud, OWNER).await {
        return web_chat(&cloud, &signed).await;
    }
    let bus = cloud.start_bus().await?;
    let outcome = make(&cloud, &clock).await;
    if let Some(bus) = bus {
        bus.stop().await;
    }
    outcome
}

async fn make(cloud: &Cloud, clock: &Behind) -> Result<String> {
    let tenants = &cloud.services.tenants;
    let session = tenants
        .sign_up(SignUp {
            firm: "安心保险（演示）".into(),
            name: "林悦".into(),
            email: OWNER.into(),
            password: PASSWORD.into(),
            industry: "insurance".into(),
            locale: "zh-CN".into(),
            time_zone: "Asia/Shanghai".into(),
            ..SignUp::default()
        })
        .await?;
    let owner = tenants.authenticate(&session.token).await?;
    settle(cloud).await?;
    // The owner operates the platform too, which a confirmed address is needed for.
    tenants.verify_email(&owner, &mailed(cloud, OWNER).await?).await?;
    let agent = invite(cloud, &owner, AGENT, "何晨", Role::Agent).await?;
    invite(cloud, &owner, "supervisor@demo.example", "孙倩", Role::Supervisor).await?;
    settle(cloud).await?;
    cloud.services.routing.set_activity(&agent, Activity::Available).await?;
    let key = web_chat(cloud, &owner).await?;
    let last_waiting = DAY.len() - 4;
    for (number, talk) in DAY.iter().enumerate() {
        if number == last_waiting {
            cloud.services.routing.set_activity(&agent, Activity::Away).await?;
        }
        hold(cloud, &key, &agent, talk, clock).await?;
        clock.0.fetch_sub(9 * 3_600 / i64::try_from(DAY.len() + 2)?, Ordering::Relaxed);
    }
    Ok(key)
}

async fn sign_in(cloud: &Cloud, email: &str) -> Result<Ctx> {
    let input =
        SignIn { email: email.into(), password: PASSWORD.into(), user_agent: "demo".into(), ..SignIn::default() };
    let session = cloud.services.tenants.sign_in(input).await?;
    cloud.services.tenants.authenticate(&session.token).await
}

async fn web_chat(cloud: &Cloud, owner: &Ctx) -> Result<String> {
    let channels = cloud.services.channels.channels(owner).await?;
    let chat = channels.into_iter().find(|channel| channel.kind == ChannelKind::WebChat);
    chat.map(|channel| channel.public_key).ok_or_else(|| Error::not_found("web chat"))
}

async fn invite(cloud: &Cloud, owner: &Ctx, email: &str, name: &str, role: Role) -> Result<Ctx> {
    let tenants = &cloud.services.tenants;
    tenants.invite(owner, email, role).await?;
    let token = mailed(cloud, email).await?;
    let (name, password) = (name.into(), PASSWORD.into());
    let joined = tenants.accept_invitation(AcceptInvitation { token, name, password, ..AcceptInvitation::default() });
    tenants.authenticate(&joined.await?.token).await
}

/// What the firm knows of a customer of the demo.
fn patch(talk: &Talk) -> ContactPatch {
    let number: u32 = talk.name.chars().map(u32::from).sum();
    let (tag, address) = match talk.locale {
        "zh-CN" => ("车险", None),
        _ => ("motor", Some(format!("{}@example.com", talk.name.to_lowercase().replace(' ', ".")))),
    };
    ContactPatch {
        name: Some(talk.name.into()),
        email: address,
        phone: Some(format!("138-0000-{:04}", number % 10_000)),
        tags: Some(vec![tag.into()]),
        attributes: Some(vec![Attribute {
            key: "policy_number".into(),
            value: format!("P-2026-{:05}", number % 100_000),
        }]),
    }
}

/// The secret of the newest mail to an address.
async fn mailed(cloud: &Cloud, email: &str) -> Result<String> {
    let db = cloud.db.as_ref().ok_or_else(|| Error::internal("the demo needs the database"))?;
    let mail = lingxi_tenants::kept_mails(db, Some(email), 1).await?.pop().ok_or_else(|| Error::not_found("mail"))?;
    let token = mail.body.split("token=").nth(1).and_then(|rest| rest.split_whitespace().next());
    Ok(token.ok_or_else(|| Error::not_found("link"))?.to_owned())
}

async fn hold(cloud: &Cloud, key: &str, agent: &Ctx, talk: &Talk, clock: &Behind) -> Result<()> {
    let (channels, routing) = (&cloud.services.channels, &cloud.services.routing);
    let opened = channels.open_visitor(key, None, None, talk.locale, None).await?;
    let visitor = channels.authenticate_visitor(&opened.token).await?;
    channels.update_contact(&Ctx::system(visitor.tenant, "demo"), opened.contact, patch(talk)).await?;
    // Who is answered by an agent has asked for one in the end.
    let asks = talk.agent.map(|_| if talk.locale == "zh-CN" { "转人工" } else { "Talk to a person, please" });
    for (number, said) in talk.says.iter().chain(asks.iter()).enumerate() {
        clock.0.fetch_sub(20, Ordering::Relaxed);
        let choice = said.strip_prefix('!').map(str::to_owned);
        let text = match choice.as_deref() {
            Some("solved") => "已解决",
            Some(_) => "未解决，转人工",
            None => said,
        };
        let inbound = Inbound {
            conversation: None,
            client_id: format!("demo-{number}"),
            text: text.into(),
            choice,
            attachment: None,
            locale: Some(talk.locale.into()),
        };
        channels.receive(&visitor, inbound).await?;
        settle(cloud).await?;
        clock.0.fetch_sub(10, Ordering::Relaxed);
        for offer in routing.my_reservations(agent).await? {
            routing.accept(agent, offer.id).await?;
        }
        settle(cloud).await?;
    }
    let conversation =
        channels.visitor_conversation(&visitor).await?.ok_or_else(|| Error::not_found("conversation"))?;
    if let Some(reply) = talk.agent {
        clock.0.fetch_sub(60, Ordering::Relaxed);
        channels.post(agent, conversation.id, Outbound { text: reply.to_owned(), ..Outbound::default() }).await?;
        channels.set_status(agent, conversation.id, ConversationStatus::Resolved, None).await?;
        settle(cloud).await?;
        for task in routing.tasks(agent, false).await? {
            routing.complete(agent, task.id, Some("solved".into())).await?;
        }
    }
    if let Some(rating) = talk.rating {
        channels.rate(&visitor, conversation.id, rating, None).await?;
    }
    settle(cloud).await
}

/// Waits until every fact has been delivered.
async fn settle(cloud: &Cloud) -> Result<()> {
    let Some(db) = &cloud.db else { return Ok(()) };
    for _ in 0..1_000 {
        if outbox::pending(db, 0, 1).await?.is_empty() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err(Error::internal("events are not delivered"))
}
