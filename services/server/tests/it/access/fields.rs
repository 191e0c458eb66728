//! Every field of the schema, and who may use it.

use lingxi_kernel::Role::{self, Admin, Agent, Analyst, Finance, Owner, Supervisor};

/// A field with a call of it, and the roles that may make it. `$NAME` stands for an id of the other firm's NAME.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) call: &'static str,
    pub(super) roles: &'static [Role],
}

const fn field(name: &'static str, call: &'static str, roles: &'static [Role]) -> Field {
    Field { name, call, roles }
}

const ALL: &[Role] = &[Owner, Admin, Supervisor, Agent, Analyst, Finance];
const READERS: &[Role] = &[Owner, Admin, Supervisor, Agent, Analyst];
const SERVERS: &[Role] = &[Owner, Admin, Supervisor, Agent];
const LEADERS: &[Role] = &[Owner, Admin, Supervisor];
const ADMINS: &[Role] = &[Owner, Admin];
const PAYERS: &[Role] = &[Owner, Admin, Finance];

pub(super) const QUERIES: [Field; 36] = [
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
pub(super) const OPEN: &str = "_service";

pub(super) const MORE_QUERIES: [Field; 33] = [
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

pub(super) const MUTATIONS: [Field; 43] = [
    field("updateTenant", "updateTenant(input: {}) { status }", ADMINS),
    field("requestTenantDeletion", "requestTenantDeletion { status }", &[Owner]),
    field("cancelTenantDeletion", "cancelTenantDeletion { status }", &[Owner]),
    field("updateMember", "updateMember(id: \"$member\") { status }", ADMINS),
    field("inviteMember", "inviteMember(email: \"nobody\", role: AGENT) { status }", ADMINS),
    field("withdrawInvitation", "withdrawInvitation(id: \"$invitation\") { status }", ADMINS),
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

pub(super) const MORE_MUTATIONS: [Field; 42] = [
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
    field("takeConversation", "takeConversation(conversationId: \"$conversation\") { status }", SERVERS),
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
pub(super) const NAMES_NOTHING: &str = "$";

pub(super) const SUBSCRIPTIONS: [Field; 2] = [
    field("deskChanged", "deskChanged { kind }", READERS),
    field("conversationChanged", "conversationChanged(id: \"$conversation\") { kind }", READERS),
];
