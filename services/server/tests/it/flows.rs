//! Dialogue flows: customers are led through them, webhooks are called once, and nothing of it is lost.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use lingxi_contracts::bot::{Flow, FlowDefinition, FlowRunStatus, FlowStep};
use lingxi_contracts::channels::{AuthorKind, Handler, Inbound, Message};
use lingxi_kernel::{Ctx, ErrorCode, PageArgs};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;

use crate::cloud::{TestCloud, inbound};
use crate::process::until;
use crate::webhooks::request_of;

type Got = Arc<Mutex<Vec<String>>>;

/// A receiver that answers with a body once it may.
async fn receiver(status: &'static str, body: &'static str) -> (String, Got, tokio::sync::watch::Sender<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/flow", listener.local_addr().unwrap());
    let (got, (may, waits)) = (Got::default(), tokio::sync::watch::channel(true));
    let all = got.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let (all, mut waits) = (all.clone(), waits.clone());
            tokio::spawn(async move {
                let request = request_of(&mut socket).await;
                all.lock().unwrap().push(request);
                let _ = waits.wait_for(|may| *may).await;
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                    body.len()
                );
                let _ = socket.write_all(answer.as_bytes()).await;
            });
        }
    });
    (url, got, may)
}

struct Firm {
    test: TestCloud,
    owner: Ctx,
}

impl Firm {
    async fn start(name: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let test = TestCloud::start_with(|config| config.limits.private_webhooks = true).await;
        let owner = test.firm(name).await;
        Self { test, owner }
    }

    /// The pack's flow that takes claims.
    async fn flow(&self) -> Flow {
        let flows = self.test.cloud.services.bot.flows(&self.owner).await.unwrap();
        flows.into_iter().find(|flow| flow.draft.name.en == "Report a claim").unwrap()
    }

    /// Gives a flow's webhook an address and publishes it.
    async fn connect(&self, flow: &Flow, url: &str, share: i32) -> Flow {
        let bot = &self.test.cloud.services.bot;
        let mut draft = flow.draft.clone();
        draft.steps.iter_mut().filter_map(|step| step.call.as_mut()).for_each(|call| call.url = url.into());
        let saved = bot.save_flow(&self.owner, Some(flow.id), Some(flow.version), draft).await.unwrap();
        bot.publish_flow(&self.owner, saved.id, share).await.unwrap()
    }

    /// The customer says one thing after the other; the last that they see.
    async fn says(&self, visitor: &Ctx, texts: &[&str]) -> Message {
        let channels = &self.test.cloud.services.channels;
        for text in texts {
            let id = self.test.db().env().id::<lingxi_kernel::MessageId>().to_string();
            let said = inbound(&id, text);
            // What is offered can be clicked.
            let offered = match channels.visitor_conversation(visitor).await.unwrap() {
                Some(_) => self.test.transcript(visitor).await,
                None => Vec::new(),
            };
            let choice = offered.last().and_then(|last| last.choices.iter().find(|one| one.label == *text));
            let said = Inbound { choice: choice.map(|one| one.value.clone()), ..said };
            channels.receive(visitor, said).await.unwrap();
            self.test.settle().await;
            self.test.pass(TimeDelta::seconds(1));
        }
        self.test.transcript(visitor).await.pop().unwrap()
    }

    async fn until(&self, visitor: &Ctx, words: &str) -> Message {
        let found = async || self.test.transcript(visitor).await.into_iter().rev().find(|one| one.text.contains(words));
        until(words, || async { found().await.is_some() }).await;
        self.test.settle().await;
        found().await.unwrap()
    }

    async fn run(&self, flow: &Flow) -> lingxi_contracts::bot::FlowRun {
        let runs = self.test.cloud.services.bot.flow_runs(&self.owner, flow.id, PageArgs::largest()).await.unwrap();
        runs.into_items().remove(0)
    }
}

const CLAIM: [&str; 9] = [
    "how do I file a claim",
    "Yes",
    "Home",
    "yesterday",
    "at home",
    "a pipe burst",
    "HX-99-1234",
    "(415) 555-0132",
    "Yes",
];

#[tokio::test]
async fn a_claim_is_taken_and_handed_over_so_that_nothing_is_asked_twice() {
    let firm = Firm::start("Flow Insurance").await;
    let visitor = firm.test.visitor(&firm.owner).await;
    let first = firm.says(&visitor, &CLAIM[..1]).await;
    assert!(first.text.contains("48 hours") && first.text.contains("Shall I take your report now?"), "{first:?}");
    firm.says(&visitor, &CLAIM[1..8]).await;
    let check = firm.test.transcript(&visitor).await.pop().unwrap();
    assert!(check.text.contains("- Date of loss: 2026-11-17") && check.text.contains("- Kind: Home"), "{}", check.text);
    firm.says(&visitor, &CLAIM[8..]).await;
    let conversation = firm.test.conversation(&visitor).await;
    assert_eq!(conversation.handler, Handler::Queue, "no webhook is set up, so a person goes on");
    let summary = conversation.summary.unwrap();
    for known in ["Report a claim", "Policy number: HX-99-1234", "Phone: 4155550132", "What happened: a pipe burst"] {
        assert!(summary.contains(known), "{summary}");
    }
    let flow = firm.flow().await;
    assert_eq!(firm.run(&flow).await.status, FlowRunStatus::HandedOver);
    assert_eq!((flow.versions[0].started, flow.versions[0].handed_over), (1, 1));
    firm.test.end().await;
}

#[tokio::test]
async fn a_question_in_between_is_answered_and_the_flow_goes_on() {
    let firm = Firm::start("Asking Insurance").await;
    let visitor = firm.test.visitor(&firm.owner).await;
    firm.says(&visitor, &["how do I file a claim", "Yes", "Home"]).await;
    let answer = firm.says(&visitor, &["when is my claim paid?"]).await;
    assert!(
        answer.text.contains("3 working days") && answer.text.contains("On which day did it happen?"),
        "{answer:?}"
    );
    let wrong = firm.says(&visitor, &["2099-01-01"]).await;
    assert!(wrong.text.contains("2026-11-18 at the most"), "{wrong:?}");
    let stopped = firm.says(&visitor, &["cancel"]).await;
    assert!(stopped.text.contains("cancelled"));
    let after = firm.says(&visitor, &["when is my claim paid?"]).await;
    assert!(after.text.contains("3 working days") && !after.text.contains("On which day"), "{after:?}");

    firm.says(&visitor, &["how do I file a claim", "Yes"]).await;
    firm.says(&visitor, &["I want to talk to a person"]).await;
    assert_eq!(firm.test.conversation(&visitor).await.handler, Handler::Queue);
    firm.test.end().await;
}

#[tokio::test]
async fn what_was_offered_before_can_still_be_clicked() {
    let firm = Firm::start("Clicking Insurance").await;
    let channels = &firm.test.cloud.services.channels;
    let click = async |visitor: &Ctx, id: &str, choice: &str| {
        let said = Inbound { choice: Some(choice.into()), ..inbound(id, "clicked") };
        channels.receive(visitor, said).await.unwrap();
        firm.test.settle().await;
        firm.test.transcript(visitor).await.pop().unwrap()
    };
    let articles = firm.test.cloud.services.bot.articles(&firm.owner, None, None, PageArgs::largest()).await.unwrap();
    let paid = articles.into_items().into_iter().find(|one| one.key.as_deref() == Some("claim-payment-time")).unwrap();
    let visitor = firm.test.visitor(&firm.owner).await;
    firm.says(&visitor, &["how do I file a claim", "Yes"]).await;
    let between = click(&visitor, "a", &paid.id.to_string()).await;
    assert!(between.text.contains("3 working days") && between.text.contains("What kind of event"), "{between:?}");
    click(&visitor, "b", "solved").await;
    assert_eq!(firm.test.conversation(&visitor).await.status, lingxi_contracts::channels::ConversationStatus::Resolved);
    let other = firm.test.visitor(&firm.owner).await;
    firm.says(&other, &["how do I file a claim", "Yes"]).await;
    click(&other, "c", "unsolved").await;
    assert_eq!(firm.test.conversation(&other).await.handler, Handler::Queue);
    firm.test.end().await;
}

#[tokio::test]
async fn who_falls_silent_begins_anew() {
    let firm = Firm::start("Silent Insurance").await;
    let visitor = firm.test.visitor(&firm.owner).await;
    firm.says(&visitor, &["how do I file a claim", "Yes", "Home"]).await;
    firm.test.pass(TimeDelta::hours(25));
    let answer = firm.says(&visitor, &["when is my claim paid?"]).await;
    assert!(!answer.text.contains("On which day"), "{answer:?}");
    let flow = firm.flow().await;
    assert_eq!(flow.versions[0].abandoned, 1);

    // Who never comes back is counted, too.
    let gone = firm.test.visitor(&firm.owner).await;
    firm.says(&gone, &["how do I file a claim", "Yes"]).await;
    firm.test.pass(TimeDelta::hours(25));
    firm.test.cloud.run_timers().await.unwrap();
    assert_eq!(firm.flow().await.versions[0].abandoned, 2);
    firm.test.end().await;
}

#[tokio::test]
async fn a_webhook_is_called_signed_and_its_answer_is_said() {
    let firm = Firm::start("Hooked Insurance").await;
    let (url, got, may) = receiver("200 OK", r#"{"number":"C-2026-77"}"#).await;
    let flow = firm.connect(&firm.flow().await, &url, 100).await;
    let secret = firm.test.cloud.services.bot.renew_flow_secret(&firm.owner, flow.id).await.unwrap();
    let visitor = firm.test.visitor(&firm.owner).await;
    let meanwhile = firm.says(&visitor, &CLAIM).await;
    assert!(meanwhile.text.contains("one moment"), "{meanwhile:?}");

    // The receiver is slow: the customer is told so, and other customers are answered.
    may.send(false).unwrap();
    firm.test.cloud.run_timers().await.unwrap();
    let waiting = firm.says(&visitor, &["hello?"]).await;
    assert!(waiting.text.contains("still looking"), "{waiting:?}");
    let other = firm.test.visitor(&firm.owner).await;
    assert!(firm.says(&other, &["when is my claim paid?"]).await.text.contains("3 working days"));
    may.send(true).unwrap();
    let done = firm.until(&visitor, "C-2026-77").await;
    assert_eq!(done.choices[0].value, "solved");

    let requests = got.lock().unwrap().clone();
    assert_eq!(requests.len(), 1, "called once");
    let header = |name: &str| {
        let line = requests[0].lines().find(|line| line.starts_with(name)).unwrap();
        line.split_once(": ").unwrap().1.to_owned()
    };
    let body = requests[0].split("\r\n\r\n").nth(1).unwrap();
    let signer = standardwebhooks::Webhook::new(&secret).unwrap();
    let time = header("webhook-timestamp").parse().unwrap();
    assert_eq!(signer.sign(&header("webhook-id"), time, body.as_bytes()).unwrap(), header("webhook-signature"));
    let sent: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!((&sent["slots"]["policy"], &sent["slots"]["day"]), (&"HX-99-1234".into(), &"2026-11-17".into()));
    firm.test.end().await;
}

#[tokio::test]
async fn a_webhook_that_fails_takes_the_other_way() {
    let firm = Firm::start("Failing Insurance").await;
    for (status, body) in [("500 Internal Server Error", "{}"), ("200 OK", "no json"), ("200 OK", "{}")] {
        let (url, ..) = receiver(status, body).await;
        firm.connect(&firm.flow().await, &url, 100).await;
        let visitor = firm.test.visitor(&firm.owner).await;
        firm.says(&visitor, &CLAIM).await;
        firm.test.cloud.run_timers().await.unwrap();
        firm.until(&visitor, "you need not repeat anything").await;
        assert_eq!(firm.test.conversation(&visitor).await.handler, Handler::Queue);
        firm.test.pass(TimeDelta::seconds(1));
    }
    firm.test.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_a_dead_process_left_is_made_again_under_its_id_and_answered_once() {
    let firm = Firm::start("Dying Insurance").await;
    let (url, got, may) = receiver("200 OK", r#"{"number":"C-1"}"#).await;
    firm.connect(&firm.flow().await, &url, 100).await;
    let visitor = firm.test.visitor(&firm.owner).await;
    firm.says(&visitor, &CLAIM).await;
    may.send(false).unwrap();
    // A process calls and is gone before it hears the answer.
    tokio::task::block_in_place(|| {
        let process = tokio::runtime::Runtime::new().unwrap();
        process.block_on(async {
            firm.test.beside().await.run_timers().await.unwrap();
            until("the call", || async { !got.lock().unwrap().is_empty() }).await;
        });
        process.shutdown_background();
    });
    firm.test.cloud.run_timers().await.unwrap();
    assert_eq!(got.lock().unwrap().len(), 1, "not while the first may still answer");
    firm.test.pass(TimeDelta::seconds(61));
    firm.test.cloud.run_timers().await.unwrap();
    until("the call again", || async { got.lock().unwrap().len() == 2 }).await;
    may.send(true).unwrap();
    firm.until(&visitor, "C-1").await;
    firm.test.settle().await;
    let requests = got.lock().unwrap().clone();
    let id = |request: &String| request.lines().find(|line| line.starts_with("webhook-id")).unwrap().to_owned();
    assert_eq!(id(&requests[0]), id(&requests[1]), "the receiver can tell");
    let said = firm.test.transcript(&visitor).await;
    let done = said.iter().filter(|one| one.author == AuthorKind::Bot && one.text.contains("C-1")).count();
    assert_eq!(done, 1, "the customer is told once");
    firm.test.end().await;
}

#[tokio::test]
async fn flows_are_checked_published_shared_and_rolled_back() {
    let firm = Firm::start("Versions Insurance").await;
    let (bot, owner) = (&firm.test.cloud.services.bot, &firm.owner);
    let flow = firm.flow().await;
    assert_eq!(flow.versions.iter().map(|one| (one.number, one.share)).collect::<Vec<_>>(), [(1, 100)]);
    assert_eq!(flow.started_by, ["如何报案理赔"]);

    // Half written is kept, but not published.
    let mut broken = flow.draft.clone();
    broken.steps[0].confirm.as_mut().unwrap().yes = "nowhere".into();
    broken.steps.push(FlowStep { key: "empty".into(), ..FlowStep::default() });
    let saved = bot.save_flow(owner, Some(flow.id), Some(1), broken.clone()).await.unwrap();
    let refused = bot.publish_flow(owner, flow.id, 100).await.unwrap_err();
    let fields: Vec<&str> = refused.fields.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["steps.0.confirm.yes", "steps.17.key"], "all that is wrong at once");
    assert_eq!(bot.try_flow(owner, broken, vec![], "en-US", None).await.unwrap_err().code, ErrorCode::Invalid);
    let stale = bot.save_flow(owner, Some(flow.id), Some(1), flow.draft.clone()).await.unwrap_err();
    assert_eq!(stale.code, ErrorCode::Conflict);

    // A case that fails holds it up.
    let mut other = flow.draft.clone();
    other.steps[0].confirm.as_mut().unwrap().words.en = "May I?".into();
    let mut failing = other.clone();
    failing.cases[0].ends = FlowRunStatus::Completed;
    let saved = bot.save_flow(owner, Some(flow.id), Some(saved.version), failing).await.unwrap();
    assert!(bot.publish_flow(owner, flow.id, 100).await.unwrap_err().message.contains("does not go as written"));
    bot.save_flow(owner, Some(flow.id), Some(saved.version), other).await.unwrap();

    let half = bot.publish_flow(owner, flow.id, 50).await.unwrap();
    assert_eq!(half.versions.iter().map(|one| (one.number, one.share)).collect::<Vec<_>>(), [(2, 50), (1, 50)]);
    let mut seen = [0, 0];
    for number in 0..24 {
        let visitor = firm.test.visitor(owner).await;
        let message = firm.says(&visitor, &["how do I file a claim"]).await;
        seen[usize::from(message.text.contains("May I?"))] += 1;
        firm.test.pass(TimeDelta::seconds(number));
    }
    assert!(seen.iter().all(|count| *count >= 3), "both are seen: {seen:?}");
    let flows = firm.flow().await;
    assert_eq!(flows.versions.iter().map(|one| one.started).collect::<Vec<_>>(), [seen[1], seen[0]]);

    let back = bot.share_flow(owner, flow.id, 1, 100).await.unwrap();
    assert_eq!(back.versions.iter().map(|one| one.share).collect::<Vec<_>>(), [0, 100]);
    assert_eq!(bot.share_flow(owner, flow.id, 1, 40).await.unwrap_err().code, ErrorCode::Invalid);
    assert_eq!(bot.share_flow(owner, flow.id, 9, 100).await.unwrap_err().code, ErrorCode::NotFound);

    bot.delete_flow(owner, flow.id).await.unwrap();
    bot.publish(owner, true).await.unwrap();
    let visitor = firm.test.visitor(owner).await;
    let message = firm.says(&visitor, &["how do I file a claim"]).await;
    assert!(message.text.contains("48 hours") && !message.text.contains("Shall I"), "{message:?}");
    firm.test.end().await;
}

#[tokio::test]
async fn what_cannot_be_a_flow_is_refused() {
    let firm = Firm::start("Refusing Insurance").await;
    let bot = &firm.test.cloud.services.bot;
    let nothing = bot.save_flow(&firm.owner, None, None, FlowDefinition::default()).await.unwrap_err();
    assert_eq!(nothing.fields.len(), 2, "a name and a step: {nothing:?}");
    let mut circle = firm.flow().await.draft;
    for step in &mut circle.steps {
        if let Some(call) = &mut step.call {
            (call.url, call.timeout_seconds) = ("ftp://nowhere".into(), 600);
        }
    }
    let refused = bot.try_flow(&firm.owner, circle, vec![], "en-US", None).await.unwrap_err();
    let fields: Vec<&str> = refused.fields.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["steps.13.call.url", "steps.13.call.timeoutSeconds"]);
    firm.test.end().await;
}
