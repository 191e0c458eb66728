//! Who may do what: every GraphQL field, for nobody, for other roles, for another firm.

use std::collections::BTreeSet;

use async_graphql::Request;
use futures::StreamExt as _;
use lingxi_contracts::tenants::SignIn;
use lingxi_graphql::{Most, Persisted, Schema, schema};
use lingxi_http::Signed;
use lingxi_kernel::{Actor, Ctx, Error, ErrorCode, Role};
use serde_json::{Value, json};

use crate::cloud::TestCloud;

/// A field with a call of it, and the roles that may make it. `$NAME` stands for an id of the other firm's NAME.
struct Field {
    name: &'static str,
    call: &'static str,
    roles: &'static [Role],
}

const fn field(name: &'static str, call: &'static str, roles: &'static [Role]) -> Field {
    Field { name, call, roles }
}

use Role::{Admin, Agent, Analyst, Finance, Owner, Supervisor};

const ALL: &[Role] = &[Owner, Admin, Supervisor, Agent, Analyst, Finance];
const READERS: &[Role] = &[Owner, Admin, Supervisor, Agent, Analyst];
const SERVERS: &[Role] = &[Owner, Admin, Supervisor, Agent];
const LEADERS: &[Role] = &[Owner, Admin, Supervisor];
const ADMINS: &[Role] = &[Owner, Admin];
const PAYERS: &[Role] = &[Owner, Admin, Finance];

const QUERIES: [Field; 36] = [
    field("viewer", "viewer { tenant { id } }", ALL),
    field("members", "members { id }", ALL),
    field("invitations", "invitations { id }", ADMINS),
    field("sessions", "sessions { id }", ALL),
    field("apiKeys", "apiKeys { id }", ADMINS),
    field("auditLog", "auditLog { edges { node { id } } }", ADMINS),
    field("businessHours", "businessHours { weekly { weekday } }", ALL),
    field("isOpen", "isOpen", ALL),
    field("mails", "mails { id }", ADMINS),
    field("onboarding", "onboarding { code }", ADMINS),
    field("channels", "channels { id }", ALL),
    field("conversations", "conversations { edges { node { id } } }", READERS),
    field("conversation", "conversation(id: \"$conversation\") { id }", READERS),
    field("contacts", "contacts { edges { node { id } } }", READERS),
    field("cannedReplies", "cannedReplies { id }", READERS),
    field("webhooks", "webhooks { id }", ADMINS),
    field("webhookDeliveries", "webhookDeliveries { edges { node { id } } }", ADMINS),
    field("articles", "articles { edges { node { id } } }", READERS),
    field("article", "article(id: \"$article\") { id }", READERS),
    field("releases", "releases { id }", READERS),
    field("botSettings", "botSettings { enabled }", READERS),
    field("testBot", "testBot(text: \"hello\", locale: \"en-US\") { kind }", READERS),
    field("goldQuestions", "goldQuestions { id }", READERS),
    field("checkPublish", "checkPublish { articles }", READERS),
    field("botModels", "botModels { id }", READERS),
    field("learnedQuestions", "learnedQuestions { edges { node { id } } }", READERS),
    field("unansweredQuestions", "unansweredQuestions { id }", READERS),
    field("knowledgeImport", "knowledgeImport(id: \"$import\") { id }", READERS),
    field("taskQueues", "taskQueues { id }", READERS),
    field("workflows", "workflows { id }", READERS),
    field("workers", "workers { id }", READERS),
    field("myWorker", "myWorker { id }", SERVERS),
    field("myReservations", "myReservations { id }", SERVERS),
    field("tasks", "tasks { id }", READERS),
    field("draftBill", "draftBill { period }", PAYERS),
    field(
        "usage",
        "usage(query: { meter: \"message\", from: \"2026-01-01T00:00:00Z\", to: \"2026-01-02T00:00:00Z\", step: DAY }) { edges { node { date } } }",
        PAYERS,
    ),
];

const OPERATORS: &[Role] = &[];

/// What says nothing of any firm; it is closed where introspection is.
const OPEN: &str = "_service";

const MORE_QUERIES: [Field; 33] = [
    field(
        "_entities",
        "_entities(representations: [{ __typename: \"Contact\", id: \"$contact\" }]) { ... on Contact { id } }",
        READERS,
    ),
    field("exports", "exports { id }", ADMINS),
    field("unansweredClusters", "unansweredClusters { id }", READERS),
    field("botProviders", "botProviders { chat }", READERS),
    field("botReport", "botReport { questions }", READERS),
    field(
        "previewBotSettings",
        "previewBotSettings(input: { enabled: true, answerThreshold: 0.5, listThreshold: 0, handoverPhrases: [] }) { questions }",
        READERS,
    ),
    field("conversationLabel", "conversationLabel(conversationId: \"$conversation\") { id }", READERS),
    field("flows", "flows { id }", READERS),
    field("flowRuns", "flowRuns(id: \"$flow\") { edges { node { id } } }", READERS),
    field("allTenants", "allTenants { edges { node { tenant { id } } } }", OPERATORS),
    field("plans", "plans", OPERATORS),
    field("platformHealth", "platformHealth { version }", OPERATORS),
    field("deadLetters", "deadLetters { eventId }", OPERATORS),
    field(
        "usageEvents",
        "usageEvents(meter: \"message\", from: \"2026-01-01T00:00:00Z\", to: \"2026-01-02T00:00:00Z\") { edges { node { id } } }",
        PAYERS,
    ),
    field("asideEvents", "asideEvents { edges { node { id } } }", PAYERS),
    field("catalog", "catalog { plans { code } }", PAYERS),
    field("planSubscription", "planSubscription { status }", PAYERS),
    field("planSimulations", "planSimulations { plan { code } }", PAYERS),
    field("billingProfile", "billingProfile { name }", PAYERS),
    field("invoices", "invoices { edges { node { id } } }", PAYERS),
    field("invoice", "invoice(id: \"$invoice\") { id }", PAYERS),
    field("wallet", "wallet { balance { minor } }", PAYERS),
    field("ledger", "ledger { edges { node { id } } }", PAYERS),
    field("payments", "payments { edges { node { id } } }", PAYERS),
    field("fapiao", "fapiao { id }", PAYERS),
    field("allFapiao", "allFapiao { edges { node { tenantId } } }", OPERATORS),
    field("paymentOptions", "paymentOptions { online }", PAYERS),
    field("disputes", "disputes { id }", PAYERS),
    field("allInvoices", "allInvoices { edges { node { tenantId } } }", OPERATORS),
    field("allPayments", "allPayments { edges { node { tenantId } } }", OPERATORS),
    field("reconciliations", "reconciliations { firms }", OPERATORS),
    field("openDisputes", "openDisputes { tenantId }", OPERATORS),
    field("node", "node(id: \"$contact\") { ... on Contact { id } }", READERS),
];

const MUTATIONS: [Field; 42] = [
    field("updateTenant", "updateTenant(input: {}) { status }", ADMINS),
    field("requestTenantDeletion", "requestTenantDeletion { status }", &[Owner]),
    field("cancelTenantDeletion", "cancelTenantDeletion { status }", &[Owner]),
    field("updateMember", "updateMember(id: \"$member\") { status }", ADMINS),
    field("inviteMember", "inviteMember(email: \"nobody\", role: AGENT) { status }", ADMINS),
    field("revokeSession", "revokeSession(id: \"$session\") { status }", ALL),
    field("beginTotp", "beginTotp { status }", ALL),
    field("setTotp", "setTotp(enabled: true, code: \"000000\") { status }", ALL),
    field("createApiKey", "createApiKey(name: \"\", scopes: []) { status }", ADMINS),
    field("revokeApiKey", "revokeApiKey(id: \"$apiKey\") { status }", ADMINS),
    field("setBusinessHours", "setBusinessHours(input: { weekly: [], holidays: [] }) { status }", ADMINS),
    field("createChannel", "createChannel(kind: API, name: \"\") { status }", ADMINS),
    field("updateChannel", "updateChannel(input: { id: \"$channel\", name: \"x\" }) { status }", ADMINS),
    field(
        "receiveMessage",
        "receiveMessage(input: { channelId: \"$channel\", identity: { kind: EXTERNAL, value: \"1\" }, idempotencyKey: \"1\", text: \"x\" }) { status }",
        SERVERS,
    ),
    field(
        "sendMessage",
        "sendMessage(input: { conversationId: \"$conversation\", text: \"x\", private: true }) { status }",
        SERVERS,
    ),
    field("markRead", "markRead(conversationId: \"$conversation\", seq: 1) { status }", READERS),
    field(
        "setConversationStatus",
        "setConversationStatus(conversationId: \"$conversation\", status: RESOLVED) { status }",
        SERVERS,
    ),
    field("updateContact", "updateContact(input: { id: \"$contact\", name: \"x\" }) { status }", SERVERS),
    field("mergeContacts", "mergeContacts(from: \"$contact\", into: \"$ownContact\") { status }", SERVERS),
    field("saveCannedReply", "saveCannedReply(shortcut: \"\", locale: \"en-US\", text: \"\") { status }", ADMINS),
    field("deleteCannedReply", "deleteCannedReply(id: \"$cannedReply\") { status }", ADMINS),
    field("createWebhook", "createWebhook(url: \"nowhere\") { status }", ADMINS),
    field("deleteWebhook", "deleteWebhook(id: \"$webhook\") { status }", ADMINS),
    field("replayWebhookDelivery", "replayWebhookDelivery(id: \"$delivery\") { status }", ADMINS),
    field("saveArticle", "saveArticle(id: \"$article\", input: { texts: [], questions: [] }) { status }", LEADERS),
    field("deleteArticle", "deleteArticle(id: \"$article\") { status }", LEADERS),
    field("publishKnowledge", "publishKnowledge { status }", LEADERS),
    field("saveGoldQuestion", "saveGoldQuestion(text: \"who is it?\", articleId: \"$article\") { status }", LEADERS),
    field("deleteGoldQuestion", "deleteGoldQuestion(id: \"$gold\") { status }", LEADERS),
    field("learnFromCustomers", "learnFromCustomers { status }", LEADERS),
    field("activateBotModel", "activateBotModel(id: \"$botModel\") { status }", LEADERS),
    field("unlearnQuestion", "unlearnQuestion(id: \"$learned\") { status }", LEADERS),
    field("activateRelease", "activateRelease(id: \"$release\") { status }", LEADERS),
    field(
        "saveBotSettings",
        "saveBotSettings(input: { enabled: true, answerThreshold: 9, listThreshold: 0, handoverPhrases: [] }) { status }",
        LEADERS,
    ),
    field("dismissUnansweredQuestion", "dismissUnansweredQuestion(id: \"$unanswered\") { status }", LEADERS),
    field("runKnowledgeImport", "runKnowledgeImport(id: \"$import\") { status }", LEADERS),
    field(
        "saveTaskQueue",
        "saveTaskQueue(id: \"$queue\", input: { name: \"x\", skills: [], priority: 0, offerSeconds: 30 }) { status }",
        LEADERS,
    ),
    field("saveWorkflows", "saveWorkflows(workflows: [{ keywords: [], queueId: \"$queue\" }]) { status }", LEADERS),
    field(
        "updateWorker",
        "updateWorker(input: { id: \"$member\", capacity: 1, skills: [], locales: [] }) { status }",
        LEADERS,
    ),
    field("setActivity", "setActivity(activity: OFFLINE) { status }", SERVERS),
    field("acceptReservation", "acceptReservation(id: \"$reservation\") { status }", SERVERS),
    field("declineReservation", "declineReservation(id: \"$reservation\") { status }", SERVERS),
];

const MORE_MUTATIONS: [Field; 41] = [
    field(
        "addContactIdentity",
        "addContactIdentity(contactId: \"$contact\", identity: { kind: EXTERNAL, value: \"u\" }) { status }",
        SERVERS,
    ),
    field(
        "removeContactIdentity",
        "removeContactIdentity(contactId: \"$contact\", identity: { kind: EXTERNAL, value: \"u\" }) { status }",
        SERVERS,
    ),
    field(
        "saveFlow",
        "saveFlow(id: \"$flow\", draft: { name: { zh: \"\", en: \"x\" }, steps: [{ key: \"a\" }] }) { status }",
        LEADERS,
    ),
    field(
        "tryFlow",
        "tryFlow(draft: { name: { zh: \"\", en: \"\" }, steps: [] }, says: [], locale: \"en-US\") { status }",
        READERS,
    ),
    field("publishFlow", "publishFlow(id: \"$flow\") { status }", LEADERS),
    field("shareFlow", "shareFlow(id: \"$flow\", number: 1, share: 100) { status }", LEADERS),
    field("renewFlowSecret", "renewFlowSecret(id: \"$flow\") { status }", LEADERS),
    field("deleteFlow", "deleteFlow(id: \"$flow\") { status }", LEADERS),
    field(
        "labelConversation",
        "labelConversation(conversationId: \"$conversation\", articleId: \"$article\") { status }",
        SERVERS,
    ),
    field("requestExport", "requestExport { status }", ADMINS),
    field("resendVerification", "resendVerification { status }", ALL),
    field("rotateIdentitySecret", "rotateIdentitySecret(channelId: \"$channel\") { status }", ADMINS),
    field("assignTask", "assignTask(id: \"$task\", memberId: \"$member\") { status }", LEADERS),
    field("setTenantQuota", "setTenantQuota(tenantId: \"$tenant\", quota: {}) { status }", OPERATORS),
    field("setTenantSuspended", "setTenantSuspended(tenantId: \"$tenant\", suspended: true) { status }", OPERATORS),
    field("replayDeadLetter", "replayDeadLetter(eventId: \"$event\", consumer: \"bot\") { status }", OPERATORS),
    field("transferTask", "transferTask(id: \"$task\", queueId: \"$queue\") { status }", SERVERS),
    field("completeTask", "completeTask(id: \"$task\") { status }", SERVERS),
    field("setSpendLimits", "setSpendLimits(input: { alertMinor: -1 }) { status }", PAYERS),
    field("choosePlan", "choosePlan(code: \"none\", when: NOW) { status }", PAYERS),
    field("cancelSubscription", "cancelSubscription(when: PERIOD_END) { status }", PAYERS),
    field("pauseSubscription", "pauseSubscription(paused: false) { status }", PAYERS),
    field(
        "setBillingProfile",
        "setBillingProfile(input: { name: \"\", region: \"\", address: \"\" }) { status }",
        PAYERS,
    ),
    field(
        "requestFapiao",
        "requestFapiao(input: { invoiceId: \"$invoice\", kind: NORMAL, title: \"x\" }) { status }",
        PAYERS,
    ),
    field(
        "recordFapiao",
        "recordFapiao(tenantId: \"$tenant\", fapiaoId: \"fap_00000000000000000000000000\", number: \"1\") { status }",
        OPERATORS,
    ),
    field("setUpCard", "setUpCard { status }", PAYERS),
    field("openPaymentPortal", "openPaymentPortal { status }", PAYERS),
    field("topUpWallet", "topUpWallet(minor: 0) { status }", PAYERS),
    field("payInvoice", "payInvoice(id: \"$invoice\") { status }", PAYERS),
    field("disputeUsage", "disputeUsage(usageId: \"$usage\", reason: \"wrong\") { status }", PAYERS),
    field(
        "putMeter",
        "putMeter(input: { key: \"\", name: { zh: \"\", en: \"\" }, unit: { zh: \"\", en: \"\" }, eventType: \"\", aggregation: SUM }) { status }",
        OPERATORS,
    ),
    field(
        "addPlan",
        "addPlan(input: { code: \"\", version: 1, name: { zh: \"\", en: \"\" }, currency: CNY, charges: [] }) { status }",
        OPERATORS,
    ),
    field(
        "putTax",
        "putTax(input: { region: \"\", name: { zh: \"\", en: \"\" }, percent: \"1\" }) { status }",
        OPERATORS,
    ),
    field("reconcile", "reconcile { status }", OPERATORS),
    field("migratePlan", "migratePlan(code: \"none\", version: 1) { status }", OPERATORS),
    field(
        "creditInvoice",
        "creditInvoice(tenantId: \"$tenant\", invoiceId: \"$invoice\", minor: 1, reason: \"x\") { status }",
        OPERATORS,
    ),
    field(
        "writeOffInvoice",
        "writeOffInvoice(tenantId: \"$tenant\", invoiceId: \"$invoice\", reason: \"x\") { status }",
        OPERATORS,
    ),
    field(
        "recordTransfer",
        "recordTransfer(tenantId: \"$tenant\", amount: { minor: 1, currency: CNY }, reference: \"1\") { status }",
        OPERATORS,
    ),
    field(
        "grantCredit",
        "grantCredit(tenantId: \"$tenant\", amount: { minor: 1, currency: CNY }, note: \"x\") { status }",
        OPERATORS,
    ),
    field(
        "refundPayment",
        "refundPayment(tenantId: \"$tenant\", paymentId: \"pay_00000000000000000000000000\", minor: 1, reason: \"x\") { status }",
        OPERATORS,
    ),
    field(
        "decideDispute",
        "decideDispute(tenantId: \"$tenant\", disputeId: \"$dispute\", accept: true, answer: \"x\") { status }",
        OPERATORS,
    ),
];

/// Mutations that name something of another firm: they must not find it.
const NAMES_NOTHING: &str = "$";

const SUBSCRIPTIONS: [Field; 2] = [
    field("deskChanged", "deskChanged { kind }", READERS),
    field("conversationChanged", "conversationChanged(id: \"$conversation\") { kind }", READERS),
];

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
            tenants.sign_in(SignIn { email, password, totp: None, tenant: None, user_agent: String::new() }).await
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
