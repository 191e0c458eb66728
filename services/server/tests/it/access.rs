//! Who may do what: every GraphQL field, for nobody, for other roles, for another firm.

mod fields;

use std::collections::BTreeSet;

use async_graphql::Request;
use futures::StreamExt as _;
use lingxi_contracts::tenants::SignIn;
use lingxi_graphql::{Most, Persisted, Schema, schema};
use lingxi_http::Signed;
use lingxi_kernel::{Actor, Ctx, Error, ErrorCode, Role};
use serde_json::{Value, json};

use self::fields::{Field, MORE_MUTATIONS, MORE_QUERIES, MUTATIONS, NAMES_NOTHING, OPEN, QUERIES, SUBSCRIPTIONS};
use crate::cloud::TestCloud;

struct World {
    test: TestCloud,
    schema: Schema,
    owner: Ctx,
    ids: Vec<(&'static str, String)>,
}

async fn world() -> World {
    let test = TestCloud::start().await;
    let (owner, other) = (test.firm("Matrix Firm").await, test.firm("Other Firm").await);
    let services = test.cloud.services.clone();
    let visitor = test.visitor(&other).await;
    test.say(&visitor, "1", "who won the world cup in 1954").await;
    let conversation = test.conversation(&visitor).await;
    let own = test.visitor(&owner).await;
    let page = lingxi_kernel::PageArgs::largest();
    let article = services.bot.articles(&other, None, None, page.clone()).await.unwrap().into_items().remove(0).id;
    let env = test.db().env().clone();
    let keys = services.tenants.create_api_key(&other, "k", vec![lingxi_kernel::Permission::Serve]).await.unwrap();
    let sessions = services.tenants.sessions(&other, "").await.unwrap();
    let invitation = services.tenants.invite(&other, "late@other.example", lingxi_kernel::Role::Agent).await.unwrap();
    let webhook = services.channels.create_webhook(&other, "https://example.com/hook").await.unwrap().item.id;
    let import = services.bot.preview_import(&other, "a.csv", b"title,question\na,b\n".to_vec()).await.unwrap();
    let task = services.routing.tasks(&other, false).await.unwrap().remove(0);
    services.routing.set_activity(&other, lingxi_contracts::routing::Activity::Available).await.unwrap();
    let offer = services.routing.my_reservations(&other).await.unwrap().remove(0);
    let ids = vec![
        ("$conversation", conversation.id.to_string()),
        ("$contact", conversation.contact_id.to_string()),
        ("$ownContact", own.visitor().unwrap().1.to_string()),
        ("$article", article.to_string()),
        ("$import", import.id.to_string()),
        ("$member", other.member().unwrap().to_string()),
        ("$session", sessions[0].id.to_string()),
        ("$invitation", invitation.id.to_string()),
        ("$apiKey", keys.item.id.to_string()),
        ("$channel", services.channels.channels(&other).await.unwrap()[0].id.to_string()),
        ("$cannedReply", services.channels.canned_replies(&other).await.unwrap()[0].id.to_string()),
        ("$webhook", webhook.to_string()),
        ("$delivery", env.id::<lingxi_kernel::DeliveryId>().to_string()),
        ("$release", services.bot.releases(&other).await.unwrap()[0].id.to_string()),
        ("$flow", services.bot.flows(&other).await.unwrap()[0].id.to_string()),
        ("$gold", services.bot.save_gold(&other, "may I pay monthly", None).await.unwrap().id.to_string()),
        ("$botModel", crate::learning::learned(&test, &other).await.to_string()),
        ("$learned", services.bot.learned(&other, page.clone()).await.unwrap().into_items().remove(0).id.to_string()),
        ("$unanswered", services.bot.unanswered(&other).await.unwrap()[0].id.to_string()),
        ("$queue", services.routing.queues(&other).await.unwrap()[0].id.to_string()),
        ("$reservation", offer.id.to_string()),
        ("$task", task.id.to_string()),
        ("$tenant", other.tenant.to_string()),
        ("$invoice", env.id::<lingxi_kernel::InvoiceId>().to_string()),
        ("$usage", env.id::<lingxi_kernel::UsageId>().to_string()),
        ("$dispute", env.id::<lingxi_kernel::DisputeId>().to_string()),
        ("$event", env.id::<lingxi_kernel::EventId>().to_string()),
    ];
    let schema = schema(Some(services), Most::default(), true, Persisted::default());
    World { test, schema, owner, ids }
}

impl World {
    /// The field's value and the code of its error, as a caller sees them.
    async fn call(&self, kind: &str, field: &Field, ctx: Option<&Ctx>) -> (Value, Option<String>) {
        let mut call = field.call.to_owned();
        for (name, id) in &self.ids {
            call = call.replace(&format!("{name}\""), &format!("{id}\""));
        }
        let mut request = Request::new(format!("{kind} {{ {call} }}"));
        if let Some(ctx) = ctx {
            let loaders = lingxi_graphql::loaders(ctx.clone(), self.test.cloud.services.clone());
            request = request.data(loaders).data(Signed { ctx: ctx.clone(), token: String::new() });
        }
        let response = serde_json::to_value(self.schema.execute(request).await).unwrap();
        let code = response["errors"][0]["extensions"]["code"].as_str().map(str::to_owned);
        assert!(response["errors"].is_null() || code.is_some(), "{}: {response}", field.name);
        (response["data"][field.name].clone(), code)
    }

    /// The code of the error with which a subscription ends at once; none while it goes on.
    async fn listen(&self, field: &Field, ctx: Option<&Ctx>) -> Option<String> {
        let mut call = field.call.to_owned();
        for (name, id) in &self.ids {
            call = call.replace(&format!("{name}\""), &format!("{id}\""));
        }
        let mut request = Request::new(format!("subscription {{ {call} }}"));
        if let Some(ctx) = ctx {
            request = request.data(Signed { ctx: ctx.clone(), token: String::new() });
        }
        let mut stream = self.schema.execute_stream(request);
        let first = tokio::time::timeout(std::time::Duration::from_millis(200), stream.next()).await.ok()??;
        let response = serde_json::to_value(first).unwrap();
        response["errors"][0]["extensions"]["code"].as_str().map(str::to_owned)
    }

    fn role(&self, role: Role) -> Ctx {
        let Actor::Member { id, .. } = self.owner.actor else { unreachable!() };
        Ctx { tenant: self.owner.tenant, actor: Actor::Member { id, role } }
    }
}

fn fields() -> impl Iterator<Item = (&'static str, &'static Field)> {
    let queries = QUERIES.iter().chain(&MORE_QUERIES).map(|field| ("query", field));
    queries.chain(MUTATIONS.iter().chain(&MORE_MUTATIONS).map(|field| ("mutation", field)))
}

#[tokio::test]
async fn the_matrix_names_every_field_of_the_schema() {
    let listed: BTreeSet<String> = fields().map(|(_, field)| field.name.to_owned()).collect();
    let further = SUBSCRIPTIONS.iter().map(|field| field.name.to_owned()).chain([OPEN.to_owned()]);
    let listed: BTreeSet<String> = listed.into_iter().chain(further).collect();
    let query = "{ __schema { queryType { fields { name } } mutationType { fields { name } } \
        subscriptionType { fields { name } } } }";
    let response =
        serde_json::to_value(schema(None, Most::default(), true, Persisted::default()).execute(query).await).unwrap();
    let types = &response["data"]["__schema"];
    let kinds = ["queryType", "mutationType", "subscriptionType"];
    let names = kinds.map(|kind| &types[kind]["fields"]);
    let all: BTreeSet<String> = names
        .iter()
        .flat_map(|list| list.as_array().unwrap())
        .map(|f| f["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(listed, all);
}

#[tokio::test]
async fn nobody_without_a_credential_gets_anything() {
    let world = Box::pin(world()).await;
    for (kind, field) in fields() {
        let (value, code) = world.call(kind, field, None).await;
        assert_eq!((value, code.as_deref()), (Value::Null, Some("UNAUTHENTICATED")), "{}", field.name);
    }
    world.test.end().await;
}

#[tokio::test]
async fn every_field_obeys_the_role() {
    let world = Box::pin(world()).await;
    for (kind, field) in fields() {
        for role in Role::ALL {
            let (_, code) = world.call(kind, field, Some(&world.role(role))).await;
            let forbidden = code.as_deref() == Some("FORBIDDEN");
            assert_eq!(!forbidden, field.roles.contains(&role), "{} as {role:?}: {code:?}", field.name);
        }
    }
    world.test.end().await;
}

#[tokio::test]
async fn subscriptions_obey_credential_role_and_firm() {
    let world = Box::pin(world()).await;
    for field in &SUBSCRIPTIONS {
        assert_eq!(world.listen(field, None).await.as_deref(), Some("UNAUTHENTICATED"), "{}", field.name);
        for role in Role::ALL {
            let code = world.listen(field, Some(&world.role(role))).await;
            let forbidden = code.as_deref() == Some("FORBIDDEN");
            assert_eq!(!forbidden, field.roles.contains(&role), "{} as {role:?}: {code:?}", field.name);
        }
    }
    let other = world.listen(&SUBSCRIPTIONS[1], Some(&world.owner)).await;
    assert_eq!(other.as_deref(), Some("NOT_FOUND"), "a conversation of another firm");
    world.test.end().await;
}

#[tokio::test]
async fn ids_of_another_firm_name_nothing() {
    let world = Box::pin(world()).await;
    let named = fields().filter(|(_, field)| field.call.contains(NAMES_NOTHING));
    // Operators act on other firms; an owner who is none is refused (see above).
    for (kind, field) in named.filter(|(_, field)| !field.roles.is_empty()) {
        let (value, code) = world.call(kind, field, Some(&world.owner)).await;
        assert_eq!(code, None, "{}: {value}", field.name);
        let hidden = value.is_null()
            || value == json!([null])
            || value == json!({ "edges": [] })
            || value["status"] == json!("NOT_FOUND")
            || value["status"] == json!("INVALID");
        assert!(hidden, "{} found something of another firm: {value}", field.name);
    }
    world.test.end().await;
}

#[tokio::test]
async fn another_graph_finds_our_things_by_their_ids() {
    let world = Box::pin(world()).await;
    let services = world.test.cloud.services.clone();
    let ask = async |schema: &Schema, query: String| {
        let loaders = lingxi_graphql::loaders(world.owner.clone(), services.clone());
        let signed = Signed { ctx: world.owner.clone(), token: String::new() };
        let response = schema.execute(Request::new(query).data(loaders).data(signed)).await;
        serde_json::to_value(response).unwrap()
    };
    let page = lingxi_kernel::PageArgs::largest();
    let article = services.bot.articles(&world.owner, None, None, page).await.unwrap().into_items().remove(0);
    let other = world.ids.iter().find(|(name, _)| *name == "$article").unwrap().1.clone();
    let thing = |typename: &str, id: &str| format!("{{ __typename: \"{typename}\", id: \"{id}\" }}");
    let things = [
        thing("Article", &article.id.to_string()),
        thing("Article", &other),
        thing("Member", &world.owner.member().unwrap().to_string()),
        thing("Tenant", &world.owner.tenant.to_string()),
    ];
    let query = |things: &[String]| {
        let things = things.join(", ");
        format!(
            "{{ _entities(representations: [{things}]) {{ __typename ... on Article {{ version }} ... on Tenant {{ name }} }} }}"
        )
    };
    let found = ask(&world.schema, query(&things)).await["data"]["_entities"].clone();
    let expected = json!([
        { "__typename": "Article", "version": article.version },
        null,
        { "__typename": "Member" },
        { "__typename": "Tenant", "name": "Matrix Firm" },
    ]);
    assert_eq!(found, expected, "what there is in this firm, in the order of asking");
    let many = vec![things[2].clone(); 101];
    let refused = ask(&world.schema, query(&many)).await;
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("at most 100"), "{refused}");
    let given = ask(&world.schema, "{ _service { sdl } }".into()).await;
    let sdl = given["data"]["_service"]["sdl"].as_str().unwrap();
    for keyed in ["Article", "Contact", "Conversation", "Member", "Tenant"] {
        assert!(sdl.contains(&format!("type {keyed} @key(fields: \"id\")")), "{keyed} has a key");
    }
    let closed = schema(Some(services.clone()), Most::default(), false, Persisted::default());
    let refused = ask(&closed, "{ _service { sdl } }".into()).await;
    assert!(refused["data"].is_null() && refused["errors"].is_array(), "{refused}");
    world.test.end().await;
}

#[tokio::test]
async fn lists_hold_nothing_of_another_firm() {
    let world = Box::pin(world()).await;
    for (kind, field) in fields().filter(|(kind, _)| *kind == "query") {
        let (value, _) = world.call(kind, field, Some(&world.owner)).await;
        let text = value.to_string();
        for (name, id) in world.ids.iter().filter(|(name, _)| *name != "$ownContact") {
            assert!(!text.contains(id.as_str()), "{} shows the other firm's {name}", field.name);
        }
    }
    world.test.end().await;
}

#[tokio::test]
async fn wrong_passwords_are_slowed_down_and_ended_sessions_end() {
    let test = TestCloud::start().await;
    test.firm("Guess Firm").await;
    let tenants = &test.cloud.services.tenants;
    let attempt = |password: &str| {
        let password = password.to_owned();
        async move {
            let email = "owner@guess-firm.example".into();
            tenants.sign_in(SignIn { email, password, ..SignIn::default() }).await
        }
    };
    let code = |result: Result<_, Error>| result.map(|_: lingxi_contracts::tenants::SignedIn| ()).unwrap_err().code;
    for _ in 0..5 {
        assert_eq!(code(attempt("wrong password").await), ErrorCode::Unauthenticated);
    }
    assert_eq!(code(attempt("correct horse battery").await), ErrorCode::LimitExceeded, "even the right one waits");
    test.pass(chrono::TimeDelta::seconds(2));
    let session = attempt("correct horse battery").await.unwrap();
    assert!(tenants.authenticate(&session.token).await.is_ok());
    tenants.sign_out(&session.token).await.unwrap();
    assert_eq!(tenants.authenticate(&session.token).await.unwrap_err().code, ErrorCode::Unauthenticated);
    let again = attempt("correct horse battery").await.unwrap();
    test.pass(chrono::TimeDelta::days(15));
    assert_eq!(tenants.authenticate(&again.token).await.unwrap_err().code, ErrorCode::Unauthenticated, "expired");
    test.end().await;
}

#[tokio::test]
async fn a_revoked_key_ends_and_a_key_has_only_its_scopes() {
    use lingxi_kernel::Permission;
    let test = TestCloud::start().await;
    let owner = test.firm("Key Firm").await;
    let tenants = &test.cloud.services.tenants;
    let key = tenants.create_api_key(&owner, "crm", vec![Permission::ReadConversations]).await.unwrap();
    let ctx = tenants.authenticate(&key.secret).await.unwrap();
    let page = lingxi_kernel::PageArgs::largest();
    assert!(test.cloud.services.channels.contacts(&ctx, None, page).await.is_ok());
    assert_eq!(tenants.api_keys(&ctx).await.unwrap_err().code, ErrorCode::Forbidden);
    tenants.revoke_api_key(&owner, key.item.id).await.unwrap();
    assert_eq!(tenants.authenticate(&key.secret).await.unwrap_err().code, ErrorCode::Unauthenticated);
    test.end().await;
}

/// Every field of queries and mutations: kind, call, and the roles that may make it.
pub(crate) fn calls() -> impl Iterator<Item = (&'static str, &'static str, &'static [Role])> {
    fields().map(|(kind, field)| (kind, field.call, field.roles))
}
