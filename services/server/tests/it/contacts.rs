//! Customers: who they are, what they are sent, and what an unreachable firm asks of them.

use std::collections::BTreeMap;

use hmac::{Hmac, KeyInit as _, Mac as _};
use lingxi_contracts::channels::{Attribute, Card, CardLink, ContactPatch, Identity, MessageKind, Outbound};
use lingxi_contracts::routing::Activity;
use lingxi_contracts::tenants::BusinessHours;
use lingxi_kernel::{Ctx, ErrorCode, PageArgs};

use crate::cloud::TestCloud;

/// What a firm's own server makes of the channel's secret.
fn identity(secret: &str, id: &str) -> Identity {
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(id.as_bytes());
    let hash = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    let attributes = BTreeMap::from([("policy_number".to_owned(), "P-1".to_owned())]);
    Identity { id: id.into(), hash, name: Some("Ada".into()), email: Some("ada@example.com".into()), attributes }
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
    assert_eq!((contact.name.as_str(), contact.external_id.as_deref()), ("Ada", Some("u1")));
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
