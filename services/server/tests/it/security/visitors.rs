//! A visitor proves who they are, sees what is theirs, and sends no more than the rates allow.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lingxi_contracts::billing::meters;
use lingxi_contracts::channels::{
    Attribute, ChannelKind, ContactIdentity, ContactPatch, Identity, IdentityKind, VisitorSession,
};
use lingxi_kernel::{ChannelId, ContactId, Ctx, ErrorCode};
use serde_json::{Value, json};

use crate::cloud::{TestCloud, folder, inbound, reply};
use crate::process::{Server, client};

fn hash(secret: &str, text: &str) -> String {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A page that proves the id alone.
pub(super) fn by_id(secret: &str, id: &str) -> Identity {
    Identity { id: id.into(), hash: hash(secret, id), ..Identity::default() }
}

/// A page that signs everything that it says.
fn signed(secret: &str, user: &Value) -> Identity {
    let text = user.to_string();
    Identity { hash: hash(secret, &text), signed: Some(text), ..Identity::default() }
}

/// A firm whose channel has an identity secret.
struct Shop {
    test: TestCloud,
    owner: Ctx,
    channel: ChannelId,
    key: String,
    secret: String,
}

impl Shop {
    async fn start() -> Self {
        let test = TestCloud::start().await;
        let owner = test.firm("Shop Firm").await;
        let channels = &test.cloud.services.channels;
        let channel = channels.channels(&owner).await.unwrap().remove(0);
        let secret = channels.rotate_identity_secret(&owner, channel.id).await.unwrap().secret;
        Self { owner, channel: channel.id, key: channel.public_key, secret, test }
    }

    async fn open(&self, token: Option<&str>, who: Option<Identity>) -> VisitorSession {
        let channels = &self.test.cloud.services.channels;
        channels.open_visitor(&self.key, None, token.map(str::to_owned), "en-US", who).await.unwrap()
    }

    async fn enter(&self, token: &str) -> lingxi_kernel::Result<Ctx> {
        self.test.cloud.services.channels.authenticate_visitor(token).await
    }

    async fn contact(&self, id: ContactId) -> lingxi_contracts::channels::Contact {
        self.test.cloud.services.channels.contacts_by_id(&self.owner, &[id]).await.unwrap().remove(0)
    }
}

#[tokio::test]
async fn a_proof_ends_the_tokens_of_the_contact_that_proved_nothing() {
    let shop = Shop::start().await;
    let anonymous = shop.open(None, None).await;
    let visitor = shop.enter(&anonymous.token).await.unwrap();
    shop.test.say(&visitor, "1", "how do I cancel my policy").await;
    let proved = shop.open(Some(&anonymous.token), Some(by_id(&shop.secret, "u1"))).await;
    assert_ne!(proved.token, anonymous.token);
    let ended = shop.enter(&anonymous.token).await.unwrap_err();
    assert_eq!(ended.code, ErrorCode::Unauthenticated);
    let now = shop.enter(&proved.token).await.unwrap();
    assert!(!shop.test.transcript(&now).await.is_empty(), "what they had said is theirs");
    shop.test.end().await;
}

#[tokio::test]
async fn a_proved_persons_token_needs_the_proof_at_each_opening_and_ends_with_time_secret_and_channel() {
    let shop = Shop::start().await;
    let who = || Some(by_id(&shop.secret, "u1"));
    let first = shop.open(None, who()).await;
    assert_eq!(shop.open(Some(&first.token), who()).await.token, first.token, "with the proof it goes on");
    let next = shop.open(Some(&first.token), None).await;
    assert_ne!((next.contact, &next.token), (first.contact, &first.token), "without it somebody else sits there");
    let other = shop.open(Some(&first.token), Some(by_id(&shop.secret, "u2"))).await;
    assert_ne!(other.contact, first.contact);

    shop.test.pass(TimeDelta::hours(7));
    assert_eq!(shop.open(Some(&first.token), who()).await.token, first.token);
    shop.test.pass(TimeDelta::hours(7));
    shop.enter(&first.token).await.expect("an opening proves it for as long again");
    shop.test.pass(TimeDelta::hours(6));
    assert_eq!(shop.enter(&first.token).await.unwrap_err().code, ErrorCode::Unauthenticated, "it ends");
    let again = shop.open(Some(&first.token), who()).await;
    assert_eq!(again.contact, first.contact, "the person is the same");

    let channels = &shop.test.cloud.services.channels;
    channels.update_channel(&shop.owner, shop.channel, None, Some(false), None).await.unwrap();
    assert_eq!(shop.enter(&again.token).await.unwrap_err().code, ErrorCode::Unauthenticated, "with the channel");
    assert_eq!(shop.enter(&next.token).await.unwrap_err().code, ErrorCode::Unauthenticated, "an anonymous one too");
    channels.update_channel(&shop.owner, shop.channel, None, Some(true), None).await.unwrap();
    shop.enter(&again.token).await.unwrap();
    channels.rotate_identity_secret(&shop.owner, shop.channel).await.unwrap();
    assert_eq!(shop.enter(&again.token).await.unwrap_err().code, ErrorCode::Unauthenticated, "with the secret");
    shop.enter(&next.token).await.expect("who proved nothing has nothing to lose by it");
    shop.test.end().await;
}

#[tokio::test]
async fn what_is_not_signed_is_marked_as_claimed_until_a_member_or_a_signature_confirms_it() {
    let shop = Shop::start().await;
    let claims = Identity {
        name: Some("Ada".into()),
        email: Some("ada@example.com".into()),
        attributes: BTreeMap::from([("plan".to_owned(), "gold".to_owned())]),
        ..by_id(&shop.secret, "u1")
    };
    let session = shop.open(None, Some(claims)).await;
    assert_eq!(shop.contact(session.contact).await.claimed, ["attributes.plan", "email", "name"]);
    let channels = &shop.test.cloud.services.channels;
    let confirmed = ContactPatch { email: Some("ada@example.org".into()), ..ContactPatch::default() };
    let contact = channels.update_contact(&shop.owner, session.contact, confirmed).await.unwrap();
    assert_eq!(contact.claimed, ["attributes.plan", "name"], "a member wrote it down");
    let user = json!({ "id": "u1", "name": "Ada L", "attributes": { "plan": "gold" } });
    shop.open(None, Some(signed(&shop.secret, &user))).await;
    let contact = shop.contact(session.contact).await;
    assert_eq!(
        (contact.name.as_str(), contact.claimed),
        ("Ada L", Vec::<String>::new()),
        "the firm's server signed it"
    );
    let visitor = shop.enter(&session.token).await.unwrap();
    let said = ContactPatch { phone: Some("+86 138".into()), ..ContactPatch::default() };
    channels.introduce(&visitor, said).await.unwrap();
    assert_eq!(shop.contact(session.contact).await.claimed, ["phone"]);
    let mut forged = signed(&shop.secret, &user);
    forged.signed = Some(json!({ "id": "u1", "name": "Eve" }).to_string());
    let refused = channels.open_visitor(&shop.key, None, None, "en-US", Some(forged)).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Forbidden, "the signature is over every word");
    shop.test.end().await;
}

#[tokio::test]
async fn who_proved_nothing_does_not_come_to_read_what_a_proved_person_has() {
    let shop = Shop::start().await;
    let proved = shop.open(None, Some(by_id(&shop.secret, "u1"))).await;
    let stranger = shop.open(None, None).await;
    let channels = &shop.test.cloud.services.channels;
    channels.merge_contacts(&shop.owner, stranger.contact, proved.contact).await.unwrap();
    assert_eq!(shop.enter(&stranger.token).await.unwrap_err().code, ErrorCode::Unauthenticated);
    shop.enter(&proved.token).await.unwrap();
    shop.test.end().await;
}

#[tokio::test]
async fn the_same_id_of_a_message_with_another_text_is_a_conflict() {
    let shop = Shop::start().await;
    let channels = &shop.test.cloud.services.channels;
    let visitor = shop.test.visitor(&shop.owner).await;
    let first = shop.test.say(&visitor, "same", "how do I cancel my policy").await;
    assert_eq!(shop.test.say(&visitor, "same", "how do I cancel my policy").await.id, first.id);
    let lost = channels.receive(&visitor, inbound("same", "and what does it cost")).await.unwrap_err();
    assert_eq!(lost.code, ErrorCode::Conflict);
    let api = channels.create_channel(&shop.owner, ChannelKind::Api, "app").await.unwrap().id;
    let from = ContactIdentity { kind: IdentityKind::External, value: "c-1".into() };
    let pass = async |text: &str| channels.receive_for(&shop.owner, api, from.clone(), None, inbound("k", text)).await;
    let stored = pass("hello").await.unwrap();
    assert_eq!(pass("hello").await.unwrap().id, stored.id);
    assert_eq!(pass("goodbye").await.unwrap_err().code, ErrorCode::Conflict);
    let note = |text: &str, private| {
        let mut note = reply(text, private);
        note.client_id = Some("note".into());
        note
    };
    let id = first.conversation_id;
    channels.post(&shop.owner, id, note("a note", true)).await.unwrap();
    channels.post(&shop.owner, id, note("a note", true)).await.unwrap();
    assert_eq!(channels.post(&shop.owner, id, note("another", true)).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(channels.post(&shop.owner, id, note("a note", false)).await.unwrap_err().code, ErrorCode::Conflict);
    let nothing = channels.receive(&visitor, inbound("2", "\u{200b}\u{2060}")).await.unwrap_err();
    assert_eq!(nothing.code, ErrorCode::Invalid, "what nobody sees is no message");
    shop.test.end().await;
}

#[tokio::test]
async fn a_conversation_counts_one_resolution_however_often_its_customer_says_solved() {
    let shop = Shop::start().await;
    let visitor = shop.test.visitor(&shop.owner).await;
    let channels = &shop.test.cloud.services.channels;
    for round in 0..5 {
        shop.test.say(&visitor, &format!("{round}-q"), "how do I cancel my policy").await;
        let mut solved = inbound(&format!("{round}-s"), "Yes, solved");
        solved.choice = Some("solved".into());
        channels.receive(&visitor, solved).await.unwrap();
        shop.test.settle().await;
    }
    let transcript = shop.test.transcript(&visitor).await;
    let ended = transcript.iter().filter(|message| message.text.contains("has ended")).count();
    assert_eq!(ended, 5, "it was resolved each time");
    let bill = shop.test.cloud.services.billing.draft_bill(&shop.owner).await.unwrap();
    let counted = bill.lines.iter().filter(|line| line.meter.as_deref() == Some(meters::RESOLUTION_CONFIRMED));
    let resolutions: Vec<String> = counted.map(|line| line.quantity.to_string()).collect();
    assert_eq!(resolutions, ["1"], "{:?}", bill.lines);
    shop.test.end().await;
}

#[tokio::test]
async fn the_newest_messages_come_first_and_older_ones_on_request() {
    let test = TestCloud::start_with(|config| {
        config.limits.messages_per_second = 1_000_000;
        config.limits.visitor_requests_per_second = 1_000_000;
    })
    .await;
    let owner = test.firm("Long Firm").await;
    let visitor = test.visitor(&owner).await;
    let channels = &test.cloud.services.channels;
    let first = channels.receive(&visitor, inbound("0", "talk to a person")).await.unwrap();
    let id = first.conversation_id;
    test.settle().await;
    let letters = (1..1_200).map(|n| channels.receive(&visitor, inbound(&n.to_string(), "and one more")));
    let sent = futures::future::try_join_all(letters).await.unwrap();
    let last = sent.iter().map(|message| message.seq).max().unwrap();
    let page = channels.newest_messages(&visitor, id, 0, None, 200).await.unwrap();
    assert_eq!((page.messages.len(), page.older), (200, true));
    assert_eq!(page.messages.last().unwrap().seq, last, "the newest");
    let (mut seen, mut before, mut pages) = (200, page.messages[0].seq, 1);
    loop {
        let page = channels.newest_messages(&visitor, id, 0, Some(before), 200).await.unwrap();
        assert_eq!(page.messages.last().unwrap().seq, before - 1, "no gap between pages");
        (seen, before, pages) = (seen + page.messages.len(), page.messages[0].seq, pages + 1);
        if !page.older {
            break;
        }
    }
    assert_eq!((i64::try_from(seen).unwrap(), before), (last, 1), "to the first one, in {pages} pages");
    let resumed = channels.newest_messages(&visitor, id, last - 3, None, 200).await.unwrap();
    assert_eq!((resumed.messages.len(), resumed.older), (3, false), "who comes back gets what was missed");
    test.end().await;
}

#[tokio::test]
async fn a_page_that_says_something_unfit_of_its_customer_opens_and_is_told_what_was_left_out() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "unfit").await;
    let channels = "{ channels { id publicKey } }";
    let answer = server.graphql(&http, &firm.cookie, channels).await;
    let channel = &answer["data"]["channels"][0];
    let rotate =
        format!("mutation {{ rotateIdentitySecret(channelId: {}) {{ created {{ secret }} }} }}", channel["id"]);
    let answer = server.graphql(&http, &firm.cookie, &rotate).await;
    let secret = answer["data"]["rotateIdentitySecret"]["created"]["secret"].as_str().unwrap().to_owned();
    let user = json!({ "id": "u1", "hash": hash(&secret, "u1"), "email": "n/a", "attributes": { "age": 42 } });
    let open = json!({ "key": channel["publicKey"], "locale": "en-US", "user": user });
    let answer = http.post(format!("{}/widget/v1/open", server.url)).json(&open).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.status());
    let session: Value = answer.json().await.unwrap();
    assert_eq!(session["dropped"], json!(["email", "attributes.age"]));
}

#[tokio::test]
async fn a_visitors_state_carries_nothing_internal() {
    let (folder, http) = (folder(), client());
    let server = Server::start(&folder);
    let firm = server.firm(&http, "inside").await;
    let token = server.visitor(&http, &firm).await;
    let question = json!({ "clientId": "1", "text": "please let me talk to a person" });
    let url = format!("{}/widget/v1/messages", server.url);
    let sent = http.post(&url).bearer_auth(&token).json(&question).send().await.unwrap();
    assert!(sent.status().is_success());
    let state: Value = http.get(&url).bearer_auth(&token).send().await.unwrap().json().await.unwrap();
    let fields: Vec<&String> = state["conversation"].as_object().unwrap().keys().collect();
    for internal in ["summary", "snoozedUntil", "assignee", "assigneeId", "channelId", "contactId", "preview"] {
        assert!(!fields.iter().any(|field| *field == internal), "{internal}: {fields:?}");
    }
    assert_eq!(state["conversation"]["status"], "open");
    assert!(state["messages"].as_array().unwrap().iter().all(|message| message.get("memberId").is_none()));
}

#[tokio::test]
async fn visitors_and_addresses_have_rates_for_openings_requests_and_files() {
    let (folder, http) = (folder(), client());
    let limits = [
        "limits.visitors_per_address_and_hour=3".to_owned(),
        "limits.visitor_requests_per_second=1".to_owned(),
        "files.visitor_files_per_day=2".to_owned(),
    ];
    let server = Server::start_with(&folder, &limits);
    let firm = server.firm(&http, "rates").await;
    let token = server.visitor(&http, &firm).await;
    let upload = async || {
        let part = reqwest::multipart::Part::bytes(b"my policy".to_vec()).file_name("a.txt");
        let body = reqwest::multipart::Form::new().part("file", part);
        let url = format!("{}/widget/v1/files", server.url);
        http.post(url).bearer_auth(&token).multipart(body).send().await.unwrap().status().as_u16()
    };
    assert_eq!([upload().await, upload().await, upload().await], [200, 200, 429], "a quota of files");
    let url = format!("{}/widget/v1/messages", server.url);
    let mut refused = 0;
    for _ in 0..20 {
        let status = http.get(&url).bearer_auth(&token).send().await.unwrap().status().as_u16();
        refused += u32::from(status == 429);
    }
    assert!(refused >= 8, "a rate per visitor: {refused}");
    let open = async |address: &str| {
        let body = json!({ "key": firm.key, "locale": "en-US" });
        let url = format!("{}/widget/v1/open", server.url);
        let sent = http.post(url).header("x-forwarded-for", address).json(&body).send().await.unwrap();
        sent.status().as_u16()
    };
    let mut opened = Vec::new();
    for _ in 0..4 {
        opened.push(open("203.0.113.7").await);
    }
    assert_eq!(opened, [200, 200, 200, 429], "an address opens few new visitors");
    assert_eq!(open("203.0.113.8").await, 200, "and another one its own");
}

#[tokio::test]
async fn attributes_that_a_stranger_brings_stay_claims_when_two_contacts_become_one() {
    let shop = Shop::start().await;
    let claims =
        Identity { attributes: BTreeMap::from([("plan".to_owned(), "gold".to_owned())]), ..by_id(&shop.secret, "u1") };
    let from = shop.open(None, Some(claims)).await.contact;
    let into = shop.open(None, None).await.contact;
    let kept = shop.test.cloud.services.channels.merge_contacts(&shop.owner, from, into).await.unwrap();
    assert_eq!(kept.attributes, [Attribute { key: "plan".into(), value: "gold".into() }]);
    assert_eq!(kept.claimed, ["attributes.plan"]);
    shop.test.end().await;
}

#[tokio::test]
async fn a_proof_of_an_id_is_of_no_other_however_it_is_written() {
    let shop = Shop::start().await;
    let channels = &shop.test.cloud.services.channels;
    let victim = shop.open(None, Some(by_id(&shop.secret, "victim"))).await.contact;
    let ids = [" victim", "victim ", "\tvictim", "\u{3000}victim", "vic\u{200b}tim", r#"{"id":"victim"}"#];
    for id in ids {
        let refused = channels.open_visitor(&shop.key, None, None, "en-US", Some(by_id(&shop.secret, id))).await;
        assert_eq!(refused.unwrap_err().fields[0].field, "user.id", "{id:?}");
        let text = signed(&shop.secret, &json!({ "id": id }));
        if !id.starts_with('{') {
            let refused = channels.open_visitor(&shop.key, None, None, "en-US", Some(text)).await.unwrap_err();
            assert_eq!(refused.fields[0].field, "user.id", "signed: {id:?}");
            let identity = ContactIdentity { kind: IdentityKind::External, value: id.into() };
            assert!(channels.add_identity(&shop.owner, victim, identity).await.is_err(), "an integrator's: {id:?}");
        }
    }
    assert_eq!(shop.open(None, Some(by_id(&shop.secret, "victim"))).await.contact, victim);
    shop.test.end().await;
}

#[tokio::test]
async fn an_id_of_a_message_gives_back_what_its_sender_sent_and_nothing_of_anybody_else() {
    let test = TestCloud::start().await;
    let owner = test.firm("Again Firm").await;
    let channels = &test.cloud.services.channels;
    let visitor = test.visitor(&owner).await;
    let clicked = |choice: Option<&str>| lingxi_contracts::channels::Inbound {
        choice: choice.map(str::to_owned),
        ..inbound("m1", "Yes")
    };
    let first = channels.receive(&visitor, clicked(Some("solved"))).await.unwrap();
    assert!(first.choices.is_empty(), "what was clicked is no offer");
    assert_eq!(channels.receive(&visitor, clicked(Some("solved"))).await.unwrap().id, first.id);
    for other in [Some("unsolved"), None] {
        let refused = channels.receive(&visitor, clicked(other)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Conflict, "{other:?}");
    }
    let id = test.conversation(&visitor).await.id;
    let note =
        |private| lingxi_contracts::channels::Outbound { client_id: Some("n1".into()), ..reply("Trouble", private) };
    let noted = channels.post(&owner, id, note(true)).await.unwrap();
    assert_eq!(channels.post(&owner, id, note(true)).await.unwrap().id, noted.id);
    let guessed = channels.receive(&visitor, inbound("n1", "Trouble")).await.unwrap_err();
    assert_eq!(guessed.code, ErrorCode::Conflict, "a customer gets no note back");
    let theirs = lingxi_contracts::channels::Outbound { client_id: Some("m1".into()), ..reply("Yes", false) };
    assert_eq!(channels.post(&owner, id, theirs).await.unwrap_err().code, ErrorCode::Conflict);
    test.end().await;
}
