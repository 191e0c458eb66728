//! Decisions of the channels service.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use lingxi_contracts::channels::{
    Attribute, AuthorKind, Card, CardLink, ChannelSettings, ContactIdentity, ContactPatch, Handler, Identity,
    IdentityKind, Inbound, Message, Outbound,
};
use lingxi_kernel::{AttachmentId, Error, ErrorCode, FieldError, MemberId, Result, Timestamp, text};
use serde_json::Value;

/// Characters of a message at most.
pub(crate) const MAX_TEXT: usize = 4_000;
/// How long a resolved conversation takes new messages before a new one starts.
pub(crate) const REOPEN: TimeDelta = TimeDelta::hours(24);
/// After so long without a word a conversation that the bot answered counts as resolved.
pub(crate) const QUIET: TimeDelta = TimeDelta::hours(2);
/// Tries of a webhook delivery.
pub(crate) const DELIVERY_ATTEMPTS: i32 = 8;

/// Checks a text; an attachment or a choice may stand without words.
pub(crate) fn text(text: &str, may_be_empty: bool) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length > MAX_TEXT {
        let message = format!("The message has {length} characters; at most {MAX_TEXT} fit. Please shorten it.");
        return Err(Error { code: ErrorCode::TooLarge, ..Error::field("text", message) });
    }
    if text::is_blank(text) && !(text.is_empty() && may_be_empty) {
        return Err(Error::field("text", "Please write something."));
    }
    Ok(text.replace('\0', ""))
}

/// Demands that a customer's message that comes again under its sender's id is the same, and theirs: that of somebody else is
/// not shown to them. What they clicked is beside the message.
pub(crate) fn same_inbound(known: &Message, clicked: Option<&str>, text: &str, again: &Inbound) -> Result<()> {
    let theirs = known.author == AuthorKind::Contact && !known.private;
    let same = same_words(known, text, again.attachment) && clicked == again.choice.as_deref();
    if theirs && same { Ok(()) } else { Err(another_message()) }
}

/// Demands that a member's message that comes again is the same, of the same member, for the same readers.
pub(crate) fn same_outbound(known: &Message, member: Option<MemberId>, text: &str, again: &Outbound) -> Result<()> {
    let theirs = known.author == AuthorKind::Member && known.member_id == member;
    let same = same_words(known, text, again.attachment) && known.private == again.private && known.card == again.card;
    if theirs && same { Ok(()) } else { Err(another_message()) }
}

fn same_words(known: &Message, text: &str, attachment: Option<AttachmentId>) -> bool {
    known.text == text && known.attachment.as_ref().map(|file| file.id) == attachment
}

fn another_message() -> Error {
    let message = "Another message was sent under this id; give each message an id of its own.";
    Error { code: ErrorCode::Conflict, ..Error::field("clientId", message) }
}

/// Whether a member may end a conversation: one that waits for a person is not done, nor one whose last words nobody has
/// answered. Who has taken it answers for it.
pub(crate) fn resolvable(handler: Handler, answered: bool) -> Result<()> {
    match handler {
        Handler::Member => Ok(()),
        Handler::Bot if answered => Ok(()),
        Handler::Bot | Handler::Queue => {
            Err(Error::conflict("Nobody has answered this customer yet; take the conversation first."))
        }
    }
}

/// Checks a sender's message id.
pub(crate) fn client_id(id: &str) -> Result<()> {
    let fits = (1..=64).contains(&id.len()) && id.chars().all(|c| c.is_ascii_graphic());
    if fits { Ok(()) } else { Err(Error::field("clientId", "A message id has 1 to 64 visible ASCII characters.")) }
}

/// The beginning of a text for lists.
pub(crate) fn preview(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > 120 { line.chars().take(119).chain(['…']).collect() } else { line }
}

/// Checks what changes of a contact; all refused fields at once.
pub(crate) fn contact(patch: &ContactPatch) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: &str| {
        errors.push(FieldError { field: field.into(), message: message.into() });
    };
    if patch.name.as_ref().is_some_and(|name| !(1..=100).contains(&text::length(name))) {
        refuse("name", "A name has 1 to 100 characters.");
    }
    if patch.email.as_ref().is_some_and(|email| !text::is_blank(email) && !is_mail(email.trim())) {
        refuse("email", NO_MAIL);
    }
    let phone = |text: &str| text.len() <= 30 && text.chars().all(|c| c.is_ascii_digit() || "+-() ".contains(c));
    if patch.phone.as_ref().is_some_and(|text| !phone(text.trim())) {
        refuse("phone", "A phone number has at most 30 digits, spaces and + - ( ).");
    }
    if patch.tags.as_ref().is_some_and(|tags| tags.len() > 20 || tags.iter().any(|tag| tag.chars().count() > 40)) {
        refuse("tags", "At most 20 tags of at most 40 characters.");
    }
    if patch.attributes.as_ref().is_some_and(|all| all.len() > MAX_ATTRIBUTES || !all.iter().all(fitting_attribute)) {
        let rule = "At most 50 attributes; a name has 1 to 40 letters, digits, - or _, a value at most 500 characters.";
        refuse("attributes", rule);
    }
    Error::check(errors)
}

/// Attributes of a contact at most.
pub(crate) const MAX_ATTRIBUTES: usize = 50;

/// The customer of a page, and which of its optional values do not fit; those are left out, so that none of them keeps a
/// chat from opening. What is signed is taken from the signed text alone.
pub(crate) fn read_user(given: &Value) -> Result<(Identity, Vec<String>)> {
    let text = |of: &Value, name: &str| of.get(name).and_then(Value::as_str).map(str::to_owned);
    let signed = text(given, "signed");
    let facts = match &signed {
        Some(signed) => serde_json::from_str(signed)
            .map_err(|_| Error::field("user.signed", "The signed text is a JSON object with the customer's id."))?,
        None => given.clone(),
    };
    let id = text(&facts, "id").unwrap_or_default();
    external_id(&id).map_err(|message| Error::field("user.id", message))?;
    // Else the proof of this id would be that of a signed text, in which anybody could stand.
    if signed.is_none() && id.starts_with('{') {
        return Err(Error::field(
            "user.id",
            "An id that is proved alone begins with no brace; sign the customer's data instead.",
        ));
    }
    let mut dropped = Vec::new();
    let mut optional = |name: &str, fits: &dyn Fn(&str) -> bool| match facts.get(name) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::String(text)) if fits(text.trim()) => Some(text.trim().to_owned()),
        Some(_) => {
            dropped.push(name.to_owned());
            None
        }
    };
    let name = optional("name", &|text| (1..=100).contains(&text::length(text)));
    let email = optional("email", &is_mail);
    let mut attributes = BTreeMap::new();
    match facts.get("attributes") {
        None | Some(Value::Null) => {}
        Some(Value::Object(all)) => {
            for (key, value) in all {
                let one = value.as_str().map(|value| Attribute { key: key.clone(), value: value.to_owned() });
                match one.filter(|one| fitting_attribute(one) && attributes.len() < MAX_ATTRIBUTES) {
                    Some(one) => drop(attributes.insert(one.key, one.value)),
                    None => dropped.push(format!("attributes.{}", key.chars().take(40).collect::<String>())),
                }
            }
        }
        Some(_) => dropped.push("attributes".into()),
    }
    let hash = text(given, "hash").unwrap_or_default();
    Ok((Identity { id, hash, signed, name, email, attributes }, dropped))
}

/// Demands that an id of the firm's means one person however it is written: nothing around it, nothing in it that nobody sees.
fn external_id(id: &str) -> std::result::Result<(), &'static str> {
    if id.is_empty() || id.len() > 200 {
        return Err("Give your own id of the customer, 1 to 200 bytes.");
    }
    if id.trim() != id || has_invisible(id) {
        return Err("The id has spaces around it or characters that nobody sees; give it without them.");
    }
    Ok(())
}

/// Whether a text holds characters other than spaces that show nothing.
fn has_invisible(given: &str) -> bool {
    given.chars().any(|c| c != ' ' && text::is_blank(c.encode_utf8(&mut [0; 4])))
}

fn fitting_attribute(one: &Attribute) -> bool {
    let plain = |key: &str| key.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    (1..=40).contains(&one.key.chars().count()) && plain(&one.key) && one.value.chars().count() <= 500
}

const NO_MAIL: &str = "This is no mail address; it looks like name@example.com.";

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(a, b)| !a.is_empty() && b.contains('.'))
        && text.len() <= 254
        && !text.contains(char::is_whitespace)
}

/// Identities of a contact at most.
pub(crate) const MAX_IDENTITIES: usize = 20;

/// An identity in the one form in which it is stored and found: mail addresses in small letters, phone numbers as `+` and
/// digits ([E.164](https://www.itu.int/rec/T-REC-E.164)).
pub(crate) fn identity(given: &ContactIdentity) -> Result<ContactIdentity> {
    let text = given.value.trim();
    let refuse = |message: &str| Error::field("identity.value", message);
    let value = match given.kind {
        IdentityKind::External => {
            external_id(&given.value).map_err(refuse)?;
            given.value.clone()
        }
        IdentityKind::Email if is_mail(text) && !has_invisible(text) => text.to_lowercase(),
        IdentityKind::Email => return Err(refuse(NO_MAIL)),
        IdentityKind::Phone => {
            let plain: String = text.chars().filter(|c| ![' ', '-', '(', ')', '.'].contains(c)).collect();
            let digits = plain.strip_prefix('+').unwrap_or_default();
            if !(7..=15).contains(&digits.len()) || !digits.chars().all(|c| c.is_ascii_digit()) {
                return Err(refuse("Give the number with its country code, like +8613800000000."));
            }
            plain
        }
    };
    Ok(ContactIdentity { kind: given.kind, value })
}

/// Checks a card; all refused fields at once.
pub(crate) fn card(card: &Card) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: &str| {
        errors.push(FieldError { field: format!("card.{field}"), message: message.into() });
    };
    let https = |url: &str| url.starts_with("https://") && url.len() <= 2_000 && !url.contains(char::is_whitespace);
    if !(1..=120).contains(&text::length(&card.title)) {
        refuse("title", "A card's title has 1 to 120 characters.");
    }
    if card.image_url.as_ref().is_some_and(|url| !https(url)) {
        refuse("imageUrl", "Give an address that starts with https://.");
    }
    let fits = |link: &CardLink| (1..=60).contains(&text::length(&link.label)) && https(&link.url);
    if card.links.len() > 4 || !card.links.iter().all(fits) {
        refuse("links", "At most four links, each with 1 to 60 characters and an address that starts with https://.");
    }
    Error::check(errors)
}

/// Checks a widget's settings; all refused fields at once.
pub(crate) fn settings(settings: &ChannelSettings) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: &str| {
        errors.push(FieldError { field: format!("settings.{field}"), message: message.into() });
    };
    let hex = settings.color.strip_prefix('#').unwrap_or_default();
    if hex.len() != 6 || !hex.chars().all(|c| c.is_ascii_hexdigit()) {
        refuse("color", "A colour looks like #1456d9.");
    }
    if !["auto", "light", "dark"].contains(&settings.theme.as_str()) {
        refuse("theme", "Choose auto, light or dark.");
    }
    if !["left", "right"].contains(&settings.position.as_str()) {
        refuse("position", "Choose left or right.");
    }
    if settings.greeting_zh.chars().count() > 300 || settings.greeting_en.chars().count() > 300 {
        refuse("greeting", "A greeting has at most 300 characters.");
    }
    let origin = |o: &String| (o.starts_with("https://") || o.starts_with("http://")) && o.matches('/').count() == 2;
    if !settings.allowed_origins.iter().all(origin) {
        refuse("allowedOrigins", "An origin looks like https://www.example.com, without a path.");
    }
    if settings.allowed_origins.len() > 100 || settings.allowed_origins.iter().any(|one| one.chars().count() > 200) {
        refuse("allowedOrigins", "At most 100 origins of at most 200 characters.");
    }
    Error::check(errors)
}

/// Webhooks of a firm at most.
pub(crate) const MAX_WEBHOOKS: u64 = 20;
/// Channels of a firm at most.
pub(crate) const MAX_CHANNELS: u64 = 50;
/// Canned replies of a firm at most, each language counted.
pub(crate) const MAX_CANNED: u64 = 500;

/// Demands that a firm has room for one more of what it makes.
pub(crate) fn room(count: u64, most: u64, full: &str) -> Result<()> {
    if count < most { Ok(()) } else { Err(Error::new(ErrorCode::LimitExceeded, full)) }
}

/// Checks what is searched for.
pub(crate) fn search(words: Option<&str>) -> Result<()> {
    let fits = words.is_none_or(|words| words.chars().count() <= 200);
    if fits { Ok(()) } else { Err(Error::field("search", "A search has at most 200 characters.")) }
}

/// When a failed delivery is tried again: 5 s, 30 s, 2 min, 10 min, 1 h, 3 h, 12 h.
pub(crate) fn next_attempt(attempts: i32, now: Timestamp) -> Option<Timestamp> {
    let seconds = match attempts {
        1 => 5,
        2 => 30,
        3 => 120,
        4 => 600,
        5 => 3_600,
        6 => 10_800,
        n if n < DELIVERY_ATTEMPTS => 43_200,
        _ => return None,
    };
    Some(now + TimeDelta::seconds(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_long_and_empty_messages_are_refused_with_the_limit() {
        let error = text(&"长".repeat(4_001), false).unwrap_err();
        assert_eq!(error.code, ErrorCode::TooLarge);
        assert!(error.message.contains("4001") && error.message.contains("4000"));
        assert!(text("  ", false).is_err());
        assert_eq!(text(&"长".repeat(4_000), false).unwrap().chars().count(), 4_000);
    }

    #[test]
    fn characters_that_nobody_sees_are_no_message() {
        for nothing in
            ["\u{200b}", " \u{200d}\u{2060}\u{feff} ", "\u{202e}\u{00ad}", "\u{3164}", "\u{e0041}", "\u{2800}"]
        {
            assert!(text(nothing, false).is_err(), "{nothing:?}");
            assert!(text(nothing, true).is_err(), "not beside a file either: {nothing:?}");
        }
        for something in ["a\u{200d}", "👨\u{200d}👩", "❤\u{fe0f}", "。"] {
            assert!(text(something, false).is_ok(), "{something:?}");
        }
        let unnamed = ContactPatch { name: Some("\u{200b}".into()), ..ContactPatch::default() };
        assert!(contact(&unnamed).is_err());
    }

    #[test]
    fn what_does_not_fit_of_a_pages_customer_is_left_out_and_named() {
        let given = serde_json::json!({
            "id": "c-1", "hash": "h", "name": 7, "email": "n/a", "attributes": { "age": 42, "plan": "gold", "a b": "x" },
        });
        let (user, dropped) = read_user(&given).unwrap();
        assert_eq!((user.id.as_str(), user.name, user.email), ("c-1", None, None));
        assert_eq!(user.attributes.into_iter().collect::<Vec<_>>(), [("plan".to_owned(), "gold".to_owned())]);
        assert_eq!(dropped, ["name", "email", "attributes.a b", "attributes.age"]);
        let signed = serde_json::json!({ "id": "other", "name": "Eve", "hash": "h", "signed": r#"{"id":"c-1"}"# });
        let (user, _) = read_user(&signed).unwrap();
        assert_eq!((user.id.as_str(), user.name), ("c-1", None), "what stands beside the signed text says nothing");
    }

    #[test]
    fn an_id_is_taken_as_it_is_or_not_at_all() {
        let identity_of =
            |value: &str| identity(&ContactIdentity { kind: IdentityKind::External, value: value.into() });
        for id in [" victim", "victim ", "\tvictim", "\u{3000}victim", "vic\u{200b}tim", "victim\u{e0041}", "", " "] {
            assert!(read_user(&serde_json::json!({ "id": id, "hash": "h" })).is_err(), "{id:?}");
            assert!(identity_of(id).is_err(), "{id:?}");
        }
        for id in ["victim", "Ada Lovelace", "客户-7"] {
            assert_eq!(read_user(&serde_json::json!({ "id": id, "hash": "h" })).unwrap().0.id, id);
            assert_eq!(identity_of(id).unwrap().value, id);
        }
        assert!(read_user(&serde_json::json!({ "id": r#"{"id":"victim"}"#, "hash": "h" })).is_err(), "a signed text");
    }

    #[test]
    fn nobody_ends_a_conversation_that_nobody_answered() {
        assert!(resolvable(Handler::Queue, true).is_err(), "it waits for a person");
        assert!(resolvable(Handler::Bot, false).is_err());
        assert!(resolvable(Handler::Bot, true).is_ok());
        assert!(resolvable(Handler::Member, false).is_ok(), "who took it answers for it");
    }

    #[test]
    fn deliveries_wait_longer_and_end() {
        let now = Timestamp::UNIX_EPOCH;
        let waits: Vec<_> = (1..=DELIVERY_ATTEMPTS).map(|n| next_attempt(n, now)).collect();
        assert!(waits.windows(2).all(|w| w[1].is_none() || w[0] <= w[1]));
        assert!(waits[waits.len() - 1].is_none());
    }
}
