//! Customers: who they are, what they are sent, and what an unreachable firm asks of them.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lingxi_contracts::channels::{
    Attribute, Card, CardLink, ChannelKind, ContactIdentity, ContactPatch, Identity, IdentityKind, Inbound,
    MessageKind, Outbound,
};
use lingxi_contracts::routing::Activity;
use lingxi_contracts::tenants::BusinessHours;
use lingxi_kernel::{ContactId, Ctx, ErrorCode, PageArgs};

use crate::cloud::TestCloud;

/// What a firm's own server makes of the channel's secret.
fn identity(secret: &str, id: &str) -> Identity {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(id.as_bytes());
    let hash = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let attributes = BTreeMap::from([("policy_number".to_owned(), "P-1".to_owned())]);
    Identity {
        id: id.into(),
        hash,
        name: Some("Ada".into()),
        email: Some("ada@example.com".into()),
        attributes,
        ..Identity::default()
    }
}

fn known_as(kind: IdentityKind, value: &str) -> ContactIdentity {
    ContactIdentity { kind, value: value.into() }
}

fn hello(client_id: String) -> Inbound {
    Inbound { conversation: None, client_id, text: "hello".into(), choice: None, attachment: None, locale: None }
}

async fn open(
    test: &TestCloud,
    owner: &Ctx,
    token: Option<String>,
    who: Option<Identity>,
) -> lingxi_kernel::Result<(Ctx, String)> {
    let channels = &test.cloud.services.channels;
    let key = channels.channels(owner).await.unwrap().remove(0).public_key;
    let session = channels.open_visitor(&key, None, token, "en-US", who).await?;
    Ok((channels.authenticate_visitor(&session.token).await.unwrap(), session.token))
}

#[tokio::test]
async fn a_proved_identity_leads_every_browser_to_the_same_contact() {
    let test = TestCloud::start().await;
    let owner = test.firm("Identity Firm").await;
    let channels = &test.cloud.services.channels;
    let channel = channels.channels(&owner).await.unwrap().remove(0).id;
    let early = open(&test, &owner, None, Some(identity("guess", "u1"))).await.unwrap_err();
    assert!(early.message.contains("no identity secret"), "{early}");
    let secret = channels.rotate_identity_secret(&owner, channel).await.unwrap().secret;
    let forged = open(&test, &owner, None, Some(identity("guess", "u1"))).await.unwrap_err();
    assert_eq!(forged.code, ErrorCode::Forbidden);

    let (phone, _) = open(&test, &owner, None, Some(identity(&secret, "u1"))).await.unwrap();
    let (anonymous, token) = open(&test, &owner, None, None).await.unwrap();
    test.say(&anonymous, "1", "how do I cancel my policy").await;
    let (laptop, _) = open(&test, &owner, Some(token), Some(identity(&secret, "u1"))).await.unwrap();
    assert_eq!(laptop.visitor().unwrap().1, phone.visitor().unwrap().1);
    let contact = channels.contacts_by_id(&owner, &[phone.visitor().unwrap().1]).await.unwrap().remove(0);
    assert_eq!((contact.name.as_str(), contact.identities), ("Ada", vec![known_as(IdentityKind::External, "u1")]));
    assert_eq!(contact.attributes, [Attribute { key: "policy_number".into(), value: "P-1".into() }]);
    assert!(!test.transcript(&phone).await.is_empty(), "what the anonymous visitor had said belongs to them");
    let all = channels.contacts(&owner, None, PageArgs::largest()).await.unwrap().rows.len();
    assert_eq!(all, 1, "the anonymous contact was merged");
    channels.rotate_identity_secret(&owner, channel).await.unwrap();
    assert!(open(&test, &owner, None, Some(identity(&secret, "u1"))).await.is_err(), "the old secret has ended");
    test.end().await;
}

#[tokio::test]
async fn after_hours_the_widget_knows_and_takes_an_address() {
    let test = TestCloud::start().await;
    let owner = test.firm("Closed Firm").await;
    let services = &test.cloud.services;
    let holiday = serde_json::json!({ "weekly": [], "holidays": [{ "date": "2026-11-18", "name": "x" }] });
    let hours: BusinessHours = serde_json::from_value(holiday).unwrap();
    services.tenants.set_business_hours(&owner, hours).await.unwrap();
    let key = services.channels.channels(&owner).await.unwrap().remove(0).public_key;
    let session = services.channels.open_visitor(&key, None, None, "en-US", None).await.unwrap();
    assert!(!session.open && !session.known && session.settings.offline_form);
    let visitor = services.channels.authenticate_visitor(&session.token).await.unwrap();
    let wrong = ContactPatch { email: Some("nowhere".into()), name: Some(String::new()), ..ContactPatch::default() };
    let error = services.channels.introduce(&visitor, wrong).await.unwrap_err();
    assert_eq!(error.fields.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["name", "email"]);
    let right = ContactPatch {
        email: Some("ada@example.com".into()),
        name: Some("Ada".into()),
        tags: Some(vec!["vip".into()]),
        ..ContactPatch::default()
    };
    let contact = services.channels.introduce(&visitor, right).await.unwrap();
    assert_eq!(contact.email.as_deref(), Some("ada@example.com"));
    assert!(contact.tags.is_empty(), "labels are the firm's");
    let again = services.channels.open_visitor(&key, None, Some(session.token), "en-US", None).await.unwrap();
    assert!(again.known);
    test.end().await;
}

#[tokio::test]
async fn a_member_sends_cards_and_only_safe_ones() {
    let test = TestCloud::start().await;
    let owner = test.firm("Card Firm").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "please let me talk to a person").await;
    let services = &test.cloud.services;
    services.routing.set_activity(&owner, Activity::Available).await.unwrap();
    let offer = services.routing.my_reservations(&owner).await.unwrap().remove(0);
    services.routing.accept(&owner, offer.id).await.unwrap();
    test.settle().await;
    let id = test.conversation(&visitor).await.id;
    let card = |url: &str| Card {
        title: "Your policy".into(),
        image_url: None,
        links: vec![CardLink { label: "Open".into(), url: url.into() }],
    };
    let send = |card: Card| services.channels.post(&owner, id, Outbound { card: Some(card), ..Outbound::default() });
    let refused = send(card("javascript:alert(1)")).await.unwrap_err();
    assert_eq!(refused.fields[0].field, "card.links");
    send(card("https://example.com/policy")).await.unwrap();
    test.settle().await;
    let last = test.transcript(&visitor).await.pop().unwrap();
    assert_eq!((last.kind, last.card.unwrap().title.as_str()), (MessageKind::Card, "Your policy"));
    test.end().await;
}

#[tokio::test]
async fn every_identity_of_a_person_leads_to_one_contact() {
    use IdentityKind::{Email, External, Phone};
    let test = TestCloud::start().await;
    let owner = test.firm("Known Firm").await;
    let channels = &test.cloud.services.channels;
    let api = channels.create_channel(&owner, ChannelKind::Api, "Bridge").await.unwrap().id;
    let number = std::cell::Cell::new(0);
    let write = async |from: ContactIdentity| -> lingxi_kernel::Result<ContactId> {
        number.set(number.get() + 1);
        let client_id = number.get().to_string();
        let message = channels.receive_for(&owner, api, from, None, hello(client_id)).await?;
        let found = channels.conversations_by_id(&owner, &[message.conversation_id]).await?.remove(0);
        Ok(found.contact_id)
    };
    let contact = async |id| channels.contacts_by_id(&owner, &[id]).await.unwrap().remove(0);

    let web = write(known_as(External, "u1")).await.unwrap();
    let mail = write(known_as(Email, " Ada@Example.com ")).await.unwrap();
    assert_ne!(web, mail, "nothing tells yet that they are one person");
    assert_eq!(contact(mail).await.email.as_deref(), Some("ada@example.com"));
    let taken = channels.add_identity(&owner, web, known_as(Email, "ada@example.com")).await.unwrap_err();
    assert_eq!(taken.code, ErrorCode::Conflict);

    let merged = channels.merge_contacts(&owner, mail, web).await.unwrap();
    assert_eq!(merged.identities, [known_as(Email, "ada@example.com"), known_as(External, "u1")]);
    let added = channels.add_identity(&owner, web, known_as(Phone, "+86 138-0000-0000")).await.unwrap();
    assert_eq!(added.identities[2], known_as(Phone, "+8613800000000"));
    for identity in &added.identities {
        assert_eq!(write(identity.clone()).await.unwrap(), web, "{identity:?}");
    }
    let found = channels.contacts(&owner, Some("13800000000".into()), PageArgs::largest()).await.unwrap();
    assert_eq!(found.into_items().iter().map(|row| row.id).collect::<Vec<_>>(), [web]);

    channels.remove_identity(&owner, web, known_as(External, "u1")).await.unwrap();
    assert_ne!(write(known_as(External, "u1")).await.unwrap(), web, "a removed identity is somebody new");
    for (kind, value) in [(External, " "), (Email, "nowhere"), (Phone, "13800000000"), (Phone, "+123")] {
        let error = write(known_as(kind, value)).await.unwrap_err();
        assert_eq!(error.fields[0].field, "identity.value", "{value}");
    }
    let mut full = None;
    for n in 0..21 {
        full = channels.add_identity(&owner, web, known_as(External, &n.to_string())).await.err();
    }
    assert!(full.unwrap().message.contains("at most 20"));
    test.end().await;
}

#[tokio::test]
async fn first_messages_that_come_at_once_make_one_contact() {
    let test = TestCloud::start().await;
    let owner = test.firm("Busy Firm").await;
    let channels = &test.cloud.services.channels;
    let api = channels.create_channel(&owner, ChannelKind::Api, "Bridge").await.unwrap().id;
    let all = (0..8)
        .map(|n| channels.receive_for(&owner, api, known_as(IdentityKind::External, "u1"), None, hello(n.to_string())));
    let stored = futures::future::try_join_all(all).await.unwrap();
    assert!(stored.iter().all(|message| message.conversation_id == stored[0].conversation_id));
    let contacts = channels.contacts(&owner, None, PageArgs::largest()).await.unwrap().rows.len();
    assert_eq!(contacts, 1);
    test.end().await;
}
