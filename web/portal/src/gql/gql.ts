/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "\n  query Audit($search: String, $after: String, $first: Int) {\n    auditLog(search: $search, first: $first, after: $after) {\n      edges { node { id at actorKind actorId action target detail } }\n      pageInfo { hasNextPage endCursor }\n    }\n    members { id name }\n  }\n": typeof types.AuditDocument,
    "\n  query AsideEvents($after: String) {\n    asideEvents(first: 50, after: $after) {\n      edges { node { id source sourceId eventType at receivedAt reason data } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.AsideEventsDocument,
    "query BillingProfile { billingProfile { name region taxNumber address email } }": typeof types.BillingProfileDocument,
    "\n  mutation SetBillingProfile($input: BillingProfileInput!) { setBillingProfile(input: $input) { status errors { field message } profile { name } } }\n": typeof types.SetBillingProfileDocument,
    "query Disputes { disputes { id subject reason status answer at decidedAt } }": typeof types.DisputesDocument,
    "\n  query Bill {\n    draftBill {\n      period from to plan\n      net { amount currency } tax { amount currency } total { amount currency } fromWallet { amount currency }\n      forecast { low { amount currency } expected { amount currency } high { amount currency } }\n      lines { ...Lines }\n      limits { alertMinor capMinor }\n    }\n  }\n": typeof types.BillDocument,
    "\n  query Evidence($meter: String!, $from: DateTime!, $to: DateTime!, $after: String) {\n    usageEvents(meter: $meter, from: $from, to: $to, first: 50, after: $after) {\n      edges { node { id source sourceId value at receivedAt subject reverses reversed } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.EvidenceDocument,
    "\n  mutation DisputeUsage($id: ID!, $reason: String!) {\n    disputeUsage(usageId: $id, reason: $reason) { status errors { field message } dispute { id } }\n  }\n": typeof types.DisputeUsageDocument,
    "\n  query InvoiceFapiao($id: ID!) {\n    fapiao(invoiceId: $id) { id kind status corrects title number url failure at amount { amount currency } }\n  }\n": typeof types.InvoiceFapiaoDocument,
    "\n  mutation RequestFapiao($input: FapiaoRequest!) {\n    requestFapiao(input: $input) { status errors { field message } fapiao { id } }\n  }\n": typeof types.RequestFapiaoDocument,
    "\n  query Invoices($after: String) {\n    invoices(first: 20, after: $after) {\n      edges { node { id number status from to dueAt total { amount currency } due { amount currency } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.InvoicesDocument,
    "\n  query Invoice($id: ID!) {\n    invoice(id: $id) {\n      id number status from to finalizesAt finalizedAt dueAt\n      net { amount currency } tax { amount currency } total { amount currency }\n      paid { amount currency } credited { amount currency } writtenOff { amount currency } due { amount currency }\n      lines { ...Lines }\n      creditNotes { id number reason at total { amount currency } toWallet { amount currency } }\n      billTo { name region taxNumber address email }\n    }\n  }\n": typeof types.InvoiceDocument,
    "\n  query Limits {\n    draftBill { total { currency } limits { alertMinor capMinor over meters { meter quantity hard } } }\n    catalog { meters { key name { zh en } unit { zh en } } }\n  }\n": typeof types.LimitsDocument,
    "\n  mutation SetLimits($input: SpendLimitsInput!) {\n    setSpendLimits(input: $input) { status errors { field message } limits { alertMinor capMinor } }\n  }\n": typeof types.SetLimitsDocument,
    "\n  fragment Lines on BillLine {\n    kind charge plan meter model from to quantity free size trial taxPercent\n    name { zh en }\n    pieces { quantity unit flat amount { amount currency } }\n    net { amount currency } tax { amount currency } gross { amount currency }\n  }\n": typeof types.LinesFragmentDoc,
    "query PaymentOptions { paymentOptions { online bank card { brand last4 expMonth expYear } } }": typeof types.PaymentOptionsDocument,
    "query LatestPayment { payments(first: 1) { edges { node { id status failure } } } }": typeof types.LatestPaymentDocument,
    "mutation SetUpCard { setUpCard { status errors { field message } url } }": typeof types.SetUpCardDocument,
    "mutation OpenPaymentPortal { openPaymentPortal { status errors { field message } url } }": typeof types.OpenPaymentPortalDocument,
    "mutation TopUpWallet($minor: Int!) { topUpWallet(minor: $minor) { status errors { field message } url } }": typeof types.TopUpWalletDocument,
    "mutation PayInvoice($id: ID!) { payInvoice(id: $id) { status errors { field message } url } }": typeof types.PayInvoiceDocument,
    "\n  fragment PlanCard on Plan {\n    code version currency trialDays minimum\n    name { zh en } about { zh en }\n    charges { key model price size free meter name { zh en } tiers { upTo unit flat } }\n  }\n": typeof types.PlanCardFragmentDoc,
    "\n  query Plans {\n    planSubscription { status periodTo trialEndsAt nextPlan endsAt plan { code version currency name { zh en } } }\n    catalog { plans { code ...PlanCard } meters { key unit { zh en } } }\n    planSimulations { plan { code } total { amount currency } }\n  }\n": typeof types.PlansDocument,
    "\n  mutation ChoosePlan($code: String!, $when: ChangeMoment!) { choosePlan(code: $code, when: $when) { status errors { field message } subscription { status } } }\n": typeof types.ChoosePlanDocument,
    "\n  mutation CancelSubscription($when: ChangeMoment!) { cancelSubscription(when: $when) { status errors { field message } subscription { status } } }\n": typeof types.CancelSubscriptionDocument,
    "\n  mutation PauseSubscription($paused: Boolean!) { pauseSubscription(paused: $paused) { status errors { field message } subscription { status } } }\n": typeof types.PauseSubscriptionDocument,
    "\n  query Meters { catalog { meters { key aggregation dimensions name { zh en } unit { zh en } } } }\n": typeof types.MetersDocument,
    "\n  query UsageSeries($query: UsageQuery!) {\n    usage(query: $query, first: 200) { edges { node { from date dimensionValue quantity } } pageInfo { hasNextPage } }\n  }\n": typeof types.UsageSeriesDocument,
    "\n  query Wallet {\n    wallet { balance { amount currency } grants { id kind note grantedAt expiresAt amount { amount currency } remaining { amount currency } } }\n    payments(first: 50) { edges { node { id method status reference failure at invoiceId amount { amount currency } refunded { amount currency } } } }\n  }\n": typeof types.WalletDocument,
    "\n  query Ledger($after: String) {\n    ledger(first: 50, after: $after) { edges { node { id transaction account at amount { amount currency } } } pageInfo { hasNextPage endCursor } }\n  }\n": typeof types.LedgerDocument,
    "\n  query Channels {\n    channels {\n      id kind name publicKey enabled\n      settings { greetingZh greetingEn color theme position allowedOrigins offlineForm }\n    }\n  }\n": typeof types.ChannelsDocument,
    "\n  mutation CreateChannel($kind: ChannelKind!, $name: String!) {\n    createChannel(kind: $kind, name: $name) { status errors { field message } channel { id } }\n  }\n": typeof types.CreateChannelDocument,
    "\n  mutation UpdateChannel($input: UpdateChannelInput!) {\n    updateChannel(input: $input) { status errors { field message } channel { id enabled } }\n  }\n": typeof types.UpdateChannelDocument,
    "\n  mutation RotateIdentitySecret($channelId: ID!) {\n    rotateIdentitySecret(channelId: $channelId) { status errors { field message } created { secret channel { id } } }\n  }\n": typeof types.RotateIdentitySecretDocument,
    "\n  query Contacts($search: String, $after: String) {\n    contacts(search: $search, first: 50, after: $after) {\n      edges { node { id name email phone identities { kind value } tags locale lastSeenAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.ContactsDocument,
    "\n  query Flow {\n    flows {\n      id version updatedAt startedBy\n      versions { number share started completed handedOver abandoned createdAt }\n      draft {\n        name { zh en }\n        steps {\n          key\n          say { words { zh en } next }\n          ask { slot label { zh en } kind words { zh en } choices { value label { zh en } } pattern least most optional next }\n          confirm { words { zh en } yes no }\n          branch { slot ways { test value next } otherwise }\n          call { url takes { path slot } timeoutSeconds words { zh en } next failed }\n          handOver { words { zh en } }\n          end { words { zh en } }\n        }\n        cases { name locale says webhook ends slots { slot value } }\n      }\n    }\n  }\n": typeof types.FlowDocument,
    "\n  mutation SaveFlowDraft($id: ID, $version: Int, $draft: FlowInput!) {\n    saveFlow(id: $id, expectedVersion: $version, draft: $draft) { status errors { field message } flow { id version } }\n  }\n": typeof types.SaveFlowDraftDocument,
    "\n  mutation PublishFlow($id: ID!, $share: Int!) {\n    publishFlow(id: $id, share: $share) { status errors { field message } flow { id } }\n  }\n": typeof types.PublishFlowDocument,
    "\n  query FlowList {\n    flows {\n      id version updatedAt startedBy\n      draft { name { zh en } }\n      versions { number share started completed handedOver abandoned }\n    }\n  }\n": typeof types.FlowListDocument,
    "\n  mutation CreateFlow($draft: FlowInput!) {\n    saveFlow(draft: $draft) { status errors { field message } flow { id } }\n  }\n": typeof types.CreateFlowDocument,
    "\n  mutation DeleteFlow($id: ID!) {\n    deleteFlow(id: $id) { status errors { field message } removed }\n  }\n": typeof types.DeleteFlowDocument,
    "\n  mutation TryFlow($draft: FlowInput!, $says: [String!]!, $locale: String!, $webhook: String) {\n    tryFlow(draft: $draft, says: $says, locale: $locale, webhook: $webhook) {\n      status\n      errors { field message }\n      trial {\n        turns { said text step status choices { value label } slots { slot value } }\n        cases { name failures }\n      }\n    }\n  }\n": typeof types.TryFlowDocument,
    "\n  mutation ShareFlow($id: ID!, $number: Int!, $share: Int!) {\n    shareFlow(id: $id, number: $number, share: $share) { status errors { field message } flow { id versions { number share } } }\n  }\n": typeof types.ShareFlowDocument,
    "\n  query FlowRuns($id: ID!, $after: String) {\n    flowRuns(id: $id, first: 50, after: $after) {\n      edges { node { id number status step slots { slot value } conversationId createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.FlowRunsDocument,
    "\n  mutation RenewFlowSecret($id: ID!) {\n    renewFlowSecret(id: $id) { status errors { field message } secret }\n  }\n": typeof types.RenewFlowSecretDocument,
    "\n  query Onboarding {\n    onboarding { code done }\n  }\n": typeof types.OnboardingDocument,
    "\n  query Overview {\n    taskQueues { id name waiting }\n    isOpen\n  }\n": typeof types.OverviewDocument,
    "\n  query Canned {\n    cannedReplies { id shortcut text locale }\n  }\n": typeof types.CannedDocument,
    "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { status errors { field message } message { id seq } }\n  }\n": typeof types.SendDocument,
    "\n  query History($filter: ConversationFilter) {\n    conversations(filter: $filter, first: 20) { edges { node { id status preview updatedAt rating } } }\n  }\n": typeof types.HistoryDocument,
    "\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) { status errors { field message } contact { id name email phone tags claimed attributes { key value } } }\n  }\n": typeof types.SaveContactDocument,
    "\n  mutation AddContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    addContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n": typeof types.AddContactIdentityDocument,
    "\n  mutation RemoveContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    removeContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n": typeof types.RemoveContactIdentityDocument,
    "\n  query Conversations($filter: ConversationFilter, $after: String) {\n    conversations(filter: $filter, first: 40, after: $after) {\n      edges { node { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.ConversationsDocument,
    "\n  subscription Desk {\n    deskChanged { kind conversationId }\n  }\n": typeof types.DeskDocument,
    "\n  query AtRisk {\n    tasks(atRisk: true) { id dueAt conversation { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n  }\n": typeof types.AtRiskDocument,
    "\n  query ConversationLabel($id: ID!) {\n    conversationLabel(conversationId: $id) { id texts { locale title } }\n  }\n": typeof types.ConversationLabelDocument,
    "\n  mutation LabelConversation($id: ID!, $articleId: ID) {\n    labelConversation(conversationId: $id, articleId: $articleId) { status errors { field message } conversationId }\n  }\n": typeof types.LabelConversationDocument,
    "\n  query MergeCandidates($search: String) {\n    contacts(search: $search, first: 20) { edges { node { id name email phone identities { value } } } }\n  }\n": typeof types.MergeCandidatesDocument,
    "\n  mutation MergeContacts($from: ID!, $into: ID!) {\n    mergeContacts(from: $from, into: $into) { status errors { field message } contact { id } }\n  }\n": typeof types.MergeContactsDocument,
    "\n  query OlderMessages($id: ID!, $before: Int!) {\n    conversation(id: $id) { id messages(beforeSeq: $before, last: 100) { ...ThreadMessage } }\n  }\n": typeof types.OlderMessagesDocument,
    "\n  query Offers {\n    myReservations { id expiresAt task { id summary conversation { id contact { id name } } } }\n  }\n": typeof types.OffersDocument,
    "\n  mutation Accept($id: ID!) {\n    acceptReservation(id: $id) { status errors { field message } reservation { id task { id conversation { id } } } }\n  }\n": typeof types.AcceptDocument,
    "\n  mutation Decline($id: ID!) {\n    declineReservation(id: $id) { status errors { field message } reservation { id } }\n  }\n": typeof types.DeclineDocument,
    "\n  subscription Offered {\n    deskChanged { kind }\n  }\n": typeof types.OfferedDocument,
    "\n  query TransferQueues {\n    taskQueues { id name waiting }\n  }\n": typeof types.TransferQueuesDocument,
    "\n  mutation Transfer($id: ID!, $queueId: ID!, $note: String!) {\n    transferTask(id: $id, queueId: $queueId, note: $note) { status errors { field message } task { id status } }\n  }\n": typeof types.TransferDocument,
    "\n  mutation Complete($id: ID!, $code: String) {\n    completeTask(id: $id, wrapUpCode: $code) { status errors { field message } task { id status } }\n  }\n": typeof types.CompleteDocument,
    "\n  query AssignableWorkers {\n    workers { id name activity load capacity }\n  }\n": typeof types.AssignableWorkersDocument,
    "\n  mutation Assign($id: ID!, $memberId: ID!) {\n    assignTask(id: $id, memberId: $memberId) { status errors { field message } task { id status } }\n  }\n": typeof types.AssignDocument,
    "\n  query Thread($id: ID!) {\n    conversation(id: $id) {\n      id status handler locale summary rating ratingComment lastSeq memberReadSeq contactDeliveredSeq contactReadSeq createdAt\n      contact { id name email phone locale tags createdAt attributes { key value } claimed identities { kind value } }\n      assignee { id name }\n      task { id status queueId wrapUpCode }\n      messages(last: 100) { ...ThreadMessage }\n    }\n  }\n  fragment ThreadMessage on Message {\n    id seq author kind private text createdAt choices { value label } attachment { id name mediaType size }\n    card { title imageUrl links { label url } }\n  }\n": typeof types.ThreadDocument,
    "\n  subscription ThreadChanged($id: ID!) {\n    conversationChanged(id: $id) { kind message { id seq } }\n  }\n": typeof types.ThreadChangedDocument,
    "\n  mutation MarkRead($id: ID!, $seq: Int!) {\n    markRead(conversationId: $id, seq: $seq) { status errors { field message } conversation { id memberReadSeq } }\n  }\n": typeof types.MarkReadDocument,
    "\n  mutation SetStatus($id: ID!, $status: ConversationStatus!, $until: DateTime) {\n    setConversationStatus(conversationId: $id, status: $status, until: $until) {\n      status errors { field message } conversation { id status }\n    }\n  }\n": typeof types.SetStatusDocument,
    "\n  mutation Take($id: ID!) {\n    takeConversation(conversationId: $id) { status errors { field message } task { id status } }\n  }\n": typeof types.TakeDocument,
    "\n  query ApiKeys {\n    apiKeys { id name scopes createdAt lastUsedAt revokedAt }\n  }\n": typeof types.ApiKeysDocument,
    "\n  mutation CreateApiKey($name: String!, $scopes: [Permission!]!) {\n    createApiKey(name: $name, scopes: $scopes) { status errors { field message } created { secret apiKey { id } } }\n  }\n": typeof types.CreateApiKeyDocument,
    "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) { status errors { field message } apiKey { id revokedAt } }\n  }\n": typeof types.RevokeApiKeyDocument,
    "\n  query Webhooks($after: String, $status: DeliveryStatus) {\n    webhooks { id url enabled createdAt }\n    webhookDeliveries(first: 50, after: $after, status: $status) {\n      edges { node { id webhookId eventType status attempts lastResult nextAttemptAt createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.WebhooksDocument,
    "\n  mutation CreateWebhook($url: String!) {\n    createWebhook(url: $url) { status errors { field message } created { secret webhook { id } } }\n  }\n": typeof types.CreateWebhookDocument,
    "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) { status errors { field message } removed }\n  }\n": typeof types.DeleteWebhookDocument,
    "\n  mutation Replay($id: ID!) {\n    replayWebhookDelivery(id: $id) { status errors { field message } delivery { id status } }\n  }\n": typeof types.ReplayDocument,
    "\n  mutation SaveArticle($id: ID, $version: Int, $input: ArticleInput!) {\n    saveArticle(id: $id, expectedVersion: $version, input: $input) { status errors { field message } article { id version } }\n  }\n": typeof types.SaveArticleDocument,
    "\n  query FlowNames {\n    flows { id draft { name { zh en } } }\n  }\n": typeof types.FlowNamesDocument,
    "\n  query Articles($search: String, $status: ArticleStatus, $after: String) {\n    articles(search: $search, status: $status, first: 50, after: $after) {\n      edges {\n        node {\n          id key category status questions version updatedAt validFrom validTo\n          texts { locale title answer }\n          links { label url }\n          flowId\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.ArticlesDocument,
    "\n  mutation DeleteArticle($id: ID!) {\n    deleteArticle(id: $id) { status errors { field message } removed }\n  }\n": typeof types.DeleteArticleDocument,
    "\n  query BotReport($days: Int!) {\n    botReport(days: $days) {\n      questions answered listed handedOver visits contained cameBack\n      days { date answered listed handedOver }\n      articles { article { id texts { locale title } } answered chosen solved unsolved cameBack rating ratings }\n    }\n  }\n": typeof types.BotReportDocument,
    "\n  query BotSettings {\n    botSettings { enabled answerThreshold listThreshold handoverPhrases learns rephrases }\n    botProviders { embeddings chat chatTokens chatTokensPerMonth }\n  }\n": typeof types.BotSettingsDocument,
    "\n  mutation SaveBotSettings($input: BotSettingsInput!) {\n    saveBotSettings(input: $input) { status errors { field message } settings { enabled } }\n  }\n": typeof types.SaveBotSettingsDocument,
    "\n  query CheckPublish {\n    checkPublish {\n      articles added changed removed\n      gold {\n        now after kind first\n        question { id text articleId }\n        expected { id texts { locale title } }\n      }\n    }\n  }\n": typeof types.CheckPublishDocument,
    "\n  mutation SaveGold($text: String!, $articleId: ID) {\n    saveGoldQuestion(text: $text, articleId: $articleId) { status errors { field message } question { id } }\n  }\n": typeof types.SaveGoldDocument,
    "\n  mutation DeleteGold($id: ID!) {\n    deleteGoldQuestion(id: $id) { status errors { field message } removed }\n  }\n": typeof types.DeleteGoldDocument,
    "\n  query ImportProgress($id: ID!) {\n    knowledgeImport(id: $id) {\n      id fileName status encoding rows articles stored\n      errors { row message }\n      preview { title answer locale questions }\n    }\n  }\n": typeof types.ImportProgressDocument,
    "\n  mutation RunImport($id: ID!) {\n    runKnowledgeImport(id: $id) { status errors { field message } import { id status } }\n  }\n": typeof types.RunImportDocument,
    "\n  query Learning($after: String) {\n    botModels { id number status lessons learned createdAt comparison { before after error questions } }\n    learnedQuestions(first: 50, after: $after) {\n      edges { node { id text probability times article { id texts { locale title } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n    botSettings { learns }\n  }\n": typeof types.LearningDocument,
    "\n  mutation LearnFromCustomers {\n    learnFromCustomers { status errors { field message } model { id number status } }\n  }\n": typeof types.LearnFromCustomersDocument,
    "\n  mutation ActivateBotModel($id: ID) {\n    activateBotModel(id: $id) { status errors { field message } models { id status } }\n  }\n": typeof types.ActivateBotModelDocument,
    "\n  mutation UnlearnQuestion($id: ID!) {\n    unlearnQuestion(id: $id) { status errors { field message } removed }\n  }\n": typeof types.UnlearnQuestionDocument,
    "\n  mutation Publish($despiteGold: Boolean!) {\n    publishKnowledge(despiteGold: $despiteGold) { status errors { field message } release { id number articles } }\n  }\n": typeof types.PublishDocument,
    "\n  query Releases {\n    releases { id number articles questions active createdAt }\n  }\n": typeof types.ReleasesDocument,
    "\n  mutation Activate($id: ID!) {\n    activateRelease(id: $id) { status errors { field message } release { id number active } }\n  }\n": typeof types.ActivateDocument,
    "\n  query RulesPreview($input: BotSettingsInput!) {\n    previewBotSettings(input: $input) {\n      questions\n      now { answered listed handedOver }\n      then { answered listed handedOver }\n      examples { text now then first }\n    }\n  }\n": typeof types.RulesPreviewDocument,
    "\n  query TestBot($text: String!, $locale: String!) {\n    testBot(text: $text, locale: $locale) {\n      kind text reason inScope trust locale\n      choices { value label }\n      candidates { articleId title probability similarity matchedQuestion }\n    }\n  }\n": typeof types.TestBotDocument,
    "\n  query Unanswered {\n    unansweredClusters {\n      id count\n      questions { id text count conversationId updatedAt }\n      nearest { id texts { locale title } }\n    }\n  }\n": typeof types.UnansweredDocument,
    "\n  mutation Dismiss($id: ID!) {\n    dismissUnansweredQuestion(id: $id) { status errors { field message } removed }\n  }\n": typeof types.DismissDocument,
    "\n  query Members {\n    members { id name email role status totpEnabled emailVerified createdAt }\n    invitations { id email role expiresAt acceptedAt withdrawnAt }\n  }\n": typeof types.MembersDocument,
    "\n  mutation UpdateMember($id: ID!, $role: Role, $status: MemberStatus) {\n    updateMember(id: $id, role: $role, status: $status) { status errors { field message } member { id } }\n  }\n": typeof types.UpdateMemberDocument,
    "\n  mutation Invite($email: String!, $role: Role!) {\n    inviteMember(email: $email, role: $role) { status errors { field message } invitation { id } }\n  }\n": typeof types.InviteDocument,
    "\n  mutation WithdrawInvitation($id: ID!) {\n    withdrawInvitation(id: $id) { status errors { field message } invitation { id } }\n  }\n": typeof types.WithdrawInvitationDocument,
    "mutation PutMeter($input: MeterInput!) { putMeter(input: $input) { status errors { field message } meter { key } } }": typeof types.PutMeterDocument,
    "mutation AddPlan($input: PlanInput!) { addPlan(input: $input) { status errors { field message } plan { code } } }": typeof types.AddPlanDocument,
    "mutation PutTax($input: TaxInput!) { putTax(input: $input) { status errors { field message } tax { region } } }": typeof types.PutTaxDocument,
    "\n  query Catalog {\n    catalog {\n      meters { key eventType aggregation valueField dimensions name { zh en } unit { zh en } }\n      plans { code version currency trialDays minimum public name { zh en } about { zh en } charges { key meter model price size free name { zh en } tiers { upTo unit flat } } }\n      taxes { region percent included reverseCharge name { zh en } }\n    }\n  }\n": typeof types.CatalogDocument,
    "mutation MigratePlan($code: String!, $version: Int!) { migratePlan(code: $code, version: $version) { status errors { field message } firms } }": typeof types.MigratePlanDocument,
    "\n  query DeadLetters {\n    deadLetters { eventId tenantId consumer eventType subject cause createdAt }\n  }\n": typeof types.DeadLettersDocument,
    "\n  mutation ReplayDeadLetter($eventId: ID!, $consumer: String!) {\n    replayDeadLetter(eventId: $eventId, consumer: $consumer) { status errors { field message } removed }\n  }\n": typeof types.ReplayDeadLetterDocument,
    "\n  query AllFapiao($status: FapiaoStatus, $after: String) {\n    allFapiao(status: $status, first: 20, after: $after) {\n      edges { node { tenantId fapiao { id invoiceNumber kind status corrects title taxNumber number failure at amount { amount currency } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.AllFapiaoDocument,
    "\n  mutation RecordFapiao($tenantId: ID!, $fapiaoId: ID!, $number: String, $refusal: String) {\n    recordFapiao(tenantId: $tenantId, fapiaoId: $fapiaoId, number: $number, refusal: $refusal) { status errors { field message } fapiao { id } }\n  }\n": typeof types.RecordFapiaoDocument,
    "\n  query PlatformHealth {\n    platformHealth { version startedAt tenants databaseBytes outboxPending outboxOldestAt deadLetters }\n  }\n": typeof types.PlatformHealthDocument,
    "\n  query AllPayments($after: String) {\n    allPayments(first: 20, after: $after) {\n      edges { node { tenantId payment { id method status reference failure at amount { amount currency } refunded { amount currency } refunds { id status reason failure } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.AllPaymentsDocument,
    "\n  mutation RefundPayment($tenantId: ID!, $paymentId: ID!, $minor: Int!, $reason: String!) {\n    refundPayment(tenantId: $tenantId, paymentId: $paymentId, minor: $minor, reason: $reason) { status errors { field message } payment { id } }\n  }\n": typeof types.RefundPaymentDocument,
    "\n  query AllInvoices($status: InvoiceStatus, $after: String) {\n    allInvoices(status: $status, first: 50, after: $after) {\n      edges { node { tenantId invoice { id number status from to total { amount currency } due { amount currency } billTo { name } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.AllInvoicesDocument,
    "query OpenDisputes { openDisputes { tenantId dispute { id subject reason at } } }": typeof types.OpenDisputesDocument,
    "\n  mutation RecordTransfer($tenantId: ID!, $invoiceId: ID, $amount: MoneyInput!, $reference: String!) {\n    recordTransfer(tenantId: $tenantId, invoiceId: $invoiceId, amount: $amount, reference: $reference) { status errors { field message } payment { id } }\n  }\n": typeof types.RecordTransferDocument,
    "\n  mutation CreditInvoice($tenantId: ID!, $invoiceId: ID!, $minor: Int!, $reason: String!) {\n    creditInvoice(tenantId: $tenantId, invoiceId: $invoiceId, minor: $minor, reason: $reason) { status errors { field message } creditNote { number } }\n  }\n": typeof types.CreditInvoiceDocument,
    "\n  mutation WriteOffInvoice($tenantId: ID!, $invoiceId: ID!, $reason: String!) {\n    writeOffInvoice(tenantId: $tenantId, invoiceId: $invoiceId, reason: $reason) { status errors { field message } invoice { status } }\n  }\n": typeof types.WriteOffInvoiceDocument,
    "\n  mutation GrantCredit($tenantId: ID!, $amount: MoneyInput!, $note: String!) {\n    grantCredit(tenantId: $tenantId, amount: $amount, note: $note) { status errors { field message } grant { id } }\n  }\n": typeof types.GrantCreditDocument,
    "\n  mutation DecideDispute($tenantId: ID!, $disputeId: ID!, $accept: Boolean!, $answer: String!) {\n    decideDispute(tenantId: $tenantId, disputeId: $disputeId, accept: $accept, answer: $answer) { status errors { field message } dispute { status } }\n  }\n": typeof types.DecideDisputeDocument,
    "query Reconciliations { reconciliations { at firms differences { tenant check expected found } } }": typeof types.ReconciliationsDocument,
    "mutation Reconcile { reconcile { status errors { field message } reconciliation { firms } } }": typeof types.ReconcileDocument,
    "\n  query AllTenants($search: String, $after: String) {\n    plans\n    allTenants(search: $search, first: 50, after: $after) {\n      edges {\n        node {\n          members lastSeenAt\n          tenant { id name industry locale status createdAt quota { plan messagesPerSecond requestsPerSecond members queryDepth queryComplexity } allowance { members } }\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": typeof types.AllTenantsDocument,
    "\n  mutation SetQuota($id: ID!, $quota: QuotaInput!) {\n    setTenantQuota(tenantId: $id, quota: $quota) { status errors { field message } tenant { id } }\n  }\n": typeof types.SetQuotaDocument,
    "\n  mutation SetSuspended($id: ID!, $suspended: Boolean!) {\n    setTenantSuspended(tenantId: $id, suspended: $suspended) { status errors { field message } tenant { id status } }\n  }\n": typeof types.SetSuspendedDocument,
    "\n  query Hours {\n    businessHours { weekly { weekday opens closes } holidays { date name } }\n  }\n": typeof types.HoursDocument,
    "\n  mutation SaveHours($input: BusinessHoursInput!) {\n    setBusinessHours(input: $input) { status errors { field message } hours { weekly { weekday } } }\n  }\n": typeof types.SaveHoursDocument,
    "\n  query RoutingQueues {\n    taskQueues { id name skills priority offerSeconds targetSeconds waiting }\n    workflows { id locale keywords queueId }\n  }\n": typeof types.RoutingQueuesDocument,
    "\n  mutation SaveQueue($id: ID, $input: TaskQueueInput!) {\n    saveTaskQueue(id: $id, input: $input) { status errors { field message } queue { id } }\n  }\n": typeof types.SaveQueueDocument,
    "\n  mutation SaveWorkflows($workflows: [WorkflowInput!]!) {\n    saveWorkflows(workflows: $workflows) { status errors { field message } workflows { id } }\n  }\n": typeof types.SaveWorkflowsDocument,
    "\n  query Workers {\n    workers { id name activity capacity load skills locales }\n  }\n": typeof types.WorkersDocument,
    "\n  mutation UpdateWorker($input: UpdateWorkerInput!) {\n    updateWorker(input: $input) { status errors { field message } worker { id } }\n  }\n": typeof types.UpdateWorkerDocument,
    "\n  query Exports {\n    exports { id status progress size createdAt expiresAt }\n  }\n": typeof types.ExportsDocument,
    "\n  mutation RequestExport {\n    requestExport { status errors { field message } export { id } }\n  }\n": typeof types.RequestExportDocument,
    "\n  mutation UpdateTenant($input: TenantPatch!) {\n    updateTenant(input: $input) { status errors { field message } tenant { id name locale timeZone } }\n  }\n": typeof types.UpdateTenantDocument,
    "\n  mutation RequestDeletion {\n    requestTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n": typeof types.RequestDeletionDocument,
    "\n  mutation CancelDeletion {\n    cancelTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n": typeof types.CancelDeletionDocument,
    "\n  query Mails {\n    mails { id to subject body createdAt sentAt }\n  }\n": typeof types.MailsDocument,
    "\n  query Sessions {\n    sessions { id createdAt lastUsedAt expiresAt userAgent current }\n  }\n": typeof types.SessionsDocument,
    "\n  mutation RevokeSession($id: ID!) {\n    revokeSession(id: $id) { status errors { field message } removed }\n  }\n": typeof types.RevokeSessionDocument,
    "\n  mutation BeginTotp {\n    beginTotp { status errors { field message } setup { secret url } }\n  }\n": typeof types.BeginTotpDocument,
    "\n  mutation SetTotp($enabled: Boolean!, $code: String!) {\n    setTotp(enabled: $enabled, code: $code) { status errors { field message } member { id totpEnabled } }\n  }\n": typeof types.SetTotpDocument,
    "\n  mutation ResendVerification {\n    resendVerification { status errors { field message } sent }\n  }\n": typeof types.ResendVerificationDocument,
    "\n  query Board {\n    taskQueues { id name waiting oldestWaitingSince }\n    workers { id name activity activitySince load capacity }\n    tasks { id status summary createdAt atRiskAt dueAt member { id name } conversation { id contact { id name } } }\n  }\n": typeof types.BoardDocument,
    "\n  subscription BoardChanged {\n    deskChanged { kind }\n  }\n": typeof types.BoardChangedDocument,
    "\n  query FindArticles($search: String) {\n    articles(search: $search, first: 20) { edges { node { id texts { locale title } } } }\n  }\n": typeof types.FindArticlesDocument,
    "\n  query MyWorker {\n    myWorker { id activity pausedAt load capacity }\n  }\n": typeof types.MyWorkerDocument,
    "\n  subscription MyDesk {\n    deskChanged { kind }\n  }\n": typeof types.MyDeskDocument,
    "\n  mutation SetActivity($activity: Activity!) {\n    setActivity(activity: $activity) { status errors { field message } worker { id activity pausedAt } }\n  }\n": typeof types.SetActivityDocument,
    "\n  query Viewer {\n    viewer {\n      tenant { id name locale timeZone industry status deleteAfter }\n      member { id name email role totpEnabled emailVerified }\n      permissions\n      operator\n      sendsMail\n    }\n  }\n": typeof types.ViewerDocument,
};
const documents: Documents = {
    "\n  query Audit($search: String, $after: String, $first: Int) {\n    auditLog(search: $search, first: $first, after: $after) {\n      edges { node { id at actorKind actorId action target detail } }\n      pageInfo { hasNextPage endCursor }\n    }\n    members { id name }\n  }\n": types.AuditDocument,
    "\n  query AsideEvents($after: String) {\n    asideEvents(first: 50, after: $after) {\n      edges { node { id source sourceId eventType at receivedAt reason data } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.AsideEventsDocument,
    "query BillingProfile { billingProfile { name region taxNumber address email } }": types.BillingProfileDocument,
    "\n  mutation SetBillingProfile($input: BillingProfileInput!) { setBillingProfile(input: $input) { status errors { field message } profile { name } } }\n": types.SetBillingProfileDocument,
    "query Disputes { disputes { id subject reason status answer at decidedAt } }": types.DisputesDocument,
    "\n  query Bill {\n    draftBill {\n      period from to plan\n      net { amount currency } tax { amount currency } total { amount currency } fromWallet { amount currency }\n      forecast { low { amount currency } expected { amount currency } high { amount currency } }\n      lines { ...Lines }\n      limits { alertMinor capMinor }\n    }\n  }\n": types.BillDocument,
    "\n  query Evidence($meter: String!, $from: DateTime!, $to: DateTime!, $after: String) {\n    usageEvents(meter: $meter, from: $from, to: $to, first: 50, after: $after) {\n      edges { node { id source sourceId value at receivedAt subject reverses reversed } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.EvidenceDocument,
    "\n  mutation DisputeUsage($id: ID!, $reason: String!) {\n    disputeUsage(usageId: $id, reason: $reason) { status errors { field message } dispute { id } }\n  }\n": types.DisputeUsageDocument,
    "\n  query InvoiceFapiao($id: ID!) {\n    fapiao(invoiceId: $id) { id kind status corrects title number url failure at amount { amount currency } }\n  }\n": types.InvoiceFapiaoDocument,
    "\n  mutation RequestFapiao($input: FapiaoRequest!) {\n    requestFapiao(input: $input) { status errors { field message } fapiao { id } }\n  }\n": types.RequestFapiaoDocument,
    "\n  query Invoices($after: String) {\n    invoices(first: 20, after: $after) {\n      edges { node { id number status from to dueAt total { amount currency } due { amount currency } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.InvoicesDocument,
    "\n  query Invoice($id: ID!) {\n    invoice(id: $id) {\n      id number status from to finalizesAt finalizedAt dueAt\n      net { amount currency } tax { amount currency } total { amount currency }\n      paid { amount currency } credited { amount currency } writtenOff { amount currency } due { amount currency }\n      lines { ...Lines }\n      creditNotes { id number reason at total { amount currency } toWallet { amount currency } }\n      billTo { name region taxNumber address email }\n    }\n  }\n": types.InvoiceDocument,
    "\n  query Limits {\n    draftBill { total { currency } limits { alertMinor capMinor over meters { meter quantity hard } } }\n    catalog { meters { key name { zh en } unit { zh en } } }\n  }\n": types.LimitsDocument,
    "\n  mutation SetLimits($input: SpendLimitsInput!) {\n    setSpendLimits(input: $input) { status errors { field message } limits { alertMinor capMinor } }\n  }\n": types.SetLimitsDocument,
    "\n  fragment Lines on BillLine {\n    kind charge plan meter model from to quantity free size trial taxPercent\n    name { zh en }\n    pieces { quantity unit flat amount { amount currency } }\n    net { amount currency } tax { amount currency } gross { amount currency }\n  }\n": types.LinesFragmentDoc,
    "query PaymentOptions { paymentOptions { online bank card { brand last4 expMonth expYear } } }": types.PaymentOptionsDocument,
    "query LatestPayment { payments(first: 1) { edges { node { id status failure } } } }": types.LatestPaymentDocument,
    "mutation SetUpCard { setUpCard { status errors { field message } url } }": types.SetUpCardDocument,
    "mutation OpenPaymentPortal { openPaymentPortal { status errors { field message } url } }": types.OpenPaymentPortalDocument,
    "mutation TopUpWallet($minor: Int!) { topUpWallet(minor: $minor) { status errors { field message } url } }": types.TopUpWalletDocument,
    "mutation PayInvoice($id: ID!) { payInvoice(id: $id) { status errors { field message } url } }": types.PayInvoiceDocument,
    "\n  fragment PlanCard on Plan {\n    code version currency trialDays minimum\n    name { zh en } about { zh en }\n    charges { key model price size free meter name { zh en } tiers { upTo unit flat } }\n  }\n": types.PlanCardFragmentDoc,
    "\n  query Plans {\n    planSubscription { status periodTo trialEndsAt nextPlan endsAt plan { code version currency name { zh en } } }\n    catalog { plans { code ...PlanCard } meters { key unit { zh en } } }\n    planSimulations { plan { code } total { amount currency } }\n  }\n": types.PlansDocument,
    "\n  mutation ChoosePlan($code: String!, $when: ChangeMoment!) { choosePlan(code: $code, when: $when) { status errors { field message } subscription { status } } }\n": types.ChoosePlanDocument,
    "\n  mutation CancelSubscription($when: ChangeMoment!) { cancelSubscription(when: $when) { status errors { field message } subscription { status } } }\n": types.CancelSubscriptionDocument,
    "\n  mutation PauseSubscription($paused: Boolean!) { pauseSubscription(paused: $paused) { status errors { field message } subscription { status } } }\n": types.PauseSubscriptionDocument,
    "\n  query Meters { catalog { meters { key aggregation dimensions name { zh en } unit { zh en } } } }\n": types.MetersDocument,
    "\n  query UsageSeries($query: UsageQuery!) {\n    usage(query: $query, first: 200) { edges { node { from date dimensionValue quantity } } pageInfo { hasNextPage } }\n  }\n": types.UsageSeriesDocument,
    "\n  query Wallet {\n    wallet { balance { amount currency } grants { id kind note grantedAt expiresAt amount { amount currency } remaining { amount currency } } }\n    payments(first: 50) { edges { node { id method status reference failure at invoiceId amount { amount currency } refunded { amount currency } } } }\n  }\n": types.WalletDocument,
    "\n  query Ledger($after: String) {\n    ledger(first: 50, after: $after) { edges { node { id transaction account at amount { amount currency } } } pageInfo { hasNextPage endCursor } }\n  }\n": types.LedgerDocument,
    "\n  query Channels {\n    channels {\n      id kind name publicKey enabled\n      settings { greetingZh greetingEn color theme position allowedOrigins offlineForm }\n    }\n  }\n": types.ChannelsDocument,
    "\n  mutation CreateChannel($kind: ChannelKind!, $name: String!) {\n    createChannel(kind: $kind, name: $name) { status errors { field message } channel { id } }\n  }\n": types.CreateChannelDocument,
    "\n  mutation UpdateChannel($input: UpdateChannelInput!) {\n    updateChannel(input: $input) { status errors { field message } channel { id enabled } }\n  }\n": types.UpdateChannelDocument,
    "\n  mutation RotateIdentitySecret($channelId: ID!) {\n    rotateIdentitySecret(channelId: $channelId) { status errors { field message } created { secret channel { id } } }\n  }\n": types.RotateIdentitySecretDocument,
    "\n  query Contacts($search: String, $after: String) {\n    contacts(search: $search, first: 50, after: $after) {\n      edges { node { id name email phone identities { kind value } tags locale lastSeenAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.ContactsDocument,
    "\n  query Flow {\n    flows {\n      id version updatedAt startedBy\n      versions { number share started completed handedOver abandoned createdAt }\n      draft {\n        name { zh en }\n        steps {\n          key\n          say { words { zh en } next }\n          ask { slot label { zh en } kind words { zh en } choices { value label { zh en } } pattern least most optional next }\n          confirm { words { zh en } yes no }\n          branch { slot ways { test value next } otherwise }\n          call { url takes { path slot } timeoutSeconds words { zh en } next failed }\n          handOver { words { zh en } }\n          end { words { zh en } }\n        }\n        cases { name locale says webhook ends slots { slot value } }\n      }\n    }\n  }\n": types.FlowDocument,
    "\n  mutation SaveFlowDraft($id: ID, $version: Int, $draft: FlowInput!) {\n    saveFlow(id: $id, expectedVersion: $version, draft: $draft) { status errors { field message } flow { id version } }\n  }\n": types.SaveFlowDraftDocument,
    "\n  mutation PublishFlow($id: ID!, $share: Int!) {\n    publishFlow(id: $id, share: $share) { status errors { field message } flow { id } }\n  }\n": types.PublishFlowDocument,
    "\n  query FlowList {\n    flows {\n      id version updatedAt startedBy\n      draft { name { zh en } }\n      versions { number share started completed handedOver abandoned }\n    }\n  }\n": types.FlowListDocument,
    "\n  mutation CreateFlow($draft: FlowInput!) {\n    saveFlow(draft: $draft) { status errors { field message } flow { id } }\n  }\n": types.CreateFlowDocument,
    "\n  mutation DeleteFlow($id: ID!) {\n    deleteFlow(id: $id) { status errors { field message } removed }\n  }\n": types.DeleteFlowDocument,
    "\n  mutation TryFlow($draft: FlowInput!, $says: [String!]!, $locale: String!, $webhook: String) {\n    tryFlow(draft: $draft, says: $says, locale: $locale, webhook: $webhook) {\n      status\n      errors { field message }\n      trial {\n        turns { said text step status choices { value label } slots { slot value } }\n        cases { name failures }\n      }\n    }\n  }\n": types.TryFlowDocument,
    "\n  mutation ShareFlow($id: ID!, $number: Int!, $share: Int!) {\n    shareFlow(id: $id, number: $number, share: $share) { status errors { field message } flow { id versions { number share } } }\n  }\n": types.ShareFlowDocument,
    "\n  query FlowRuns($id: ID!, $after: String) {\n    flowRuns(id: $id, first: 50, after: $after) {\n      edges { node { id number status step slots { slot value } conversationId createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.FlowRunsDocument,
    "\n  mutation RenewFlowSecret($id: ID!) {\n    renewFlowSecret(id: $id) { status errors { field message } secret }\n  }\n": types.RenewFlowSecretDocument,
    "\n  query Onboarding {\n    onboarding { code done }\n  }\n": types.OnboardingDocument,
    "\n  query Overview {\n    taskQueues { id name waiting }\n    isOpen\n  }\n": types.OverviewDocument,
    "\n  query Canned {\n    cannedReplies { id shortcut text locale }\n  }\n": types.CannedDocument,
    "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { status errors { field message } message { id seq } }\n  }\n": types.SendDocument,
    "\n  query History($filter: ConversationFilter) {\n    conversations(filter: $filter, first: 20) { edges { node { id status preview updatedAt rating } } }\n  }\n": types.HistoryDocument,
    "\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) { status errors { field message } contact { id name email phone tags claimed attributes { key value } } }\n  }\n": types.SaveContactDocument,
    "\n  mutation AddContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    addContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n": types.AddContactIdentityDocument,
    "\n  mutation RemoveContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    removeContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n": types.RemoveContactIdentityDocument,
    "\n  query Conversations($filter: ConversationFilter, $after: String) {\n    conversations(filter: $filter, first: 40, after: $after) {\n      edges { node { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.ConversationsDocument,
    "\n  subscription Desk {\n    deskChanged { kind conversationId }\n  }\n": types.DeskDocument,
    "\n  query AtRisk {\n    tasks(atRisk: true) { id dueAt conversation { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n  }\n": types.AtRiskDocument,
    "\n  query ConversationLabel($id: ID!) {\n    conversationLabel(conversationId: $id) { id texts { locale title } }\n  }\n": types.ConversationLabelDocument,
    "\n  mutation LabelConversation($id: ID!, $articleId: ID) {\n    labelConversation(conversationId: $id, articleId: $articleId) { status errors { field message } conversationId }\n  }\n": types.LabelConversationDocument,
    "\n  query MergeCandidates($search: String) {\n    contacts(search: $search, first: 20) { edges { node { id name email phone identities { value } } } }\n  }\n": types.MergeCandidatesDocument,
    "\n  mutation MergeContacts($from: ID!, $into: ID!) {\n    mergeContacts(from: $from, into: $into) { status errors { field message } contact { id } }\n  }\n": types.MergeContactsDocument,
    "\n  query OlderMessages($id: ID!, $before: Int!) {\n    conversation(id: $id) { id messages(beforeSeq: $before, last: 100) { ...ThreadMessage } }\n  }\n": types.OlderMessagesDocument,
    "\n  query Offers {\n    myReservations { id expiresAt task { id summary conversation { id contact { id name } } } }\n  }\n": types.OffersDocument,
    "\n  mutation Accept($id: ID!) {\n    acceptReservation(id: $id) { status errors { field message } reservation { id task { id conversation { id } } } }\n  }\n": types.AcceptDocument,
    "\n  mutation Decline($id: ID!) {\n    declineReservation(id: $id) { status errors { field message } reservation { id } }\n  }\n": types.DeclineDocument,
    "\n  subscription Offered {\n    deskChanged { kind }\n  }\n": types.OfferedDocument,
    "\n  query TransferQueues {\n    taskQueues { id name waiting }\n  }\n": types.TransferQueuesDocument,
    "\n  mutation Transfer($id: ID!, $queueId: ID!, $note: String!) {\n    transferTask(id: $id, queueId: $queueId, note: $note) { status errors { field message } task { id status } }\n  }\n": types.TransferDocument,
    "\n  mutation Complete($id: ID!, $code: String) {\n    completeTask(id: $id, wrapUpCode: $code) { status errors { field message } task { id status } }\n  }\n": types.CompleteDocument,
    "\n  query AssignableWorkers {\n    workers { id name activity load capacity }\n  }\n": types.AssignableWorkersDocument,
    "\n  mutation Assign($id: ID!, $memberId: ID!) {\n    assignTask(id: $id, memberId: $memberId) { status errors { field message } task { id status } }\n  }\n": types.AssignDocument,
    "\n  query Thread($id: ID!) {\n    conversation(id: $id) {\n      id status handler locale summary rating ratingComment lastSeq memberReadSeq contactDeliveredSeq contactReadSeq createdAt\n      contact { id name email phone locale tags createdAt attributes { key value } claimed identities { kind value } }\n      assignee { id name }\n      task { id status queueId wrapUpCode }\n      messages(last: 100) { ...ThreadMessage }\n    }\n  }\n  fragment ThreadMessage on Message {\n    id seq author kind private text createdAt choices { value label } attachment { id name mediaType size }\n    card { title imageUrl links { label url } }\n  }\n": types.ThreadDocument,
    "\n  subscription ThreadChanged($id: ID!) {\n    conversationChanged(id: $id) { kind message { id seq } }\n  }\n": types.ThreadChangedDocument,
    "\n  mutation MarkRead($id: ID!, $seq: Int!) {\n    markRead(conversationId: $id, seq: $seq) { status errors { field message } conversation { id memberReadSeq } }\n  }\n": types.MarkReadDocument,
    "\n  mutation SetStatus($id: ID!, $status: ConversationStatus!, $until: DateTime) {\n    setConversationStatus(conversationId: $id, status: $status, until: $until) {\n      status errors { field message } conversation { id status }\n    }\n  }\n": types.SetStatusDocument,
    "\n  mutation Take($id: ID!) {\n    takeConversation(conversationId: $id) { status errors { field message } task { id status } }\n  }\n": types.TakeDocument,
    "\n  query ApiKeys {\n    apiKeys { id name scopes createdAt lastUsedAt revokedAt }\n  }\n": types.ApiKeysDocument,
    "\n  mutation CreateApiKey($name: String!, $scopes: [Permission!]!) {\n    createApiKey(name: $name, scopes: $scopes) { status errors { field message } created { secret apiKey { id } } }\n  }\n": types.CreateApiKeyDocument,
    "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) { status errors { field message } apiKey { id revokedAt } }\n  }\n": types.RevokeApiKeyDocument,
    "\n  query Webhooks($after: String, $status: DeliveryStatus) {\n    webhooks { id url enabled createdAt }\n    webhookDeliveries(first: 50, after: $after, status: $status) {\n      edges { node { id webhookId eventType status attempts lastResult nextAttemptAt createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.WebhooksDocument,
    "\n  mutation CreateWebhook($url: String!) {\n    createWebhook(url: $url) { status errors { field message } created { secret webhook { id } } }\n  }\n": types.CreateWebhookDocument,
    "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) { status errors { field message } removed }\n  }\n": types.DeleteWebhookDocument,
    "\n  mutation Replay($id: ID!) {\n    replayWebhookDelivery(id: $id) { status errors { field message } delivery { id status } }\n  }\n": types.ReplayDocument,
    "\n  mutation SaveArticle($id: ID, $version: Int, $input: ArticleInput!) {\n    saveArticle(id: $id, expectedVersion: $version, input: $input) { status errors { field message } article { id version } }\n  }\n": types.SaveArticleDocument,
    "\n  query FlowNames {\n    flows { id draft { name { zh en } } }\n  }\n": types.FlowNamesDocument,
    "\n  query Articles($search: String, $status: ArticleStatus, $after: String) {\n    articles(search: $search, status: $status, first: 50, after: $after) {\n      edges {\n        node {\n          id key category status questions version updatedAt validFrom validTo\n          texts { locale title answer }\n          links { label url }\n          flowId\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.ArticlesDocument,
    "\n  mutation DeleteArticle($id: ID!) {\n    deleteArticle(id: $id) { status errors { field message } removed }\n  }\n": types.DeleteArticleDocument,
    "\n  query BotReport($days: Int!) {\n    botReport(days: $days) {\n      questions answered listed handedOver visits contained cameBack\n      days { date answered listed handedOver }\n      articles { article { id texts { locale title } } answered chosen solved unsolved cameBack rating ratings }\n    }\n  }\n": types.BotReportDocument,
    "\n  query BotSettings {\n    botSettings { enabled answerThreshold listThreshold handoverPhrases learns rephrases }\n    botProviders { embeddings chat chatTokens chatTokensPerMonth }\n  }\n": types.BotSettingsDocument,
    "\n  mutation SaveBotSettings($input: BotSettingsInput!) {\n    saveBotSettings(input: $input) { status errors { field message } settings { enabled } }\n  }\n": types.SaveBotSettingsDocument,
    "\n  query CheckPublish {\n    checkPublish {\n      articles added changed removed\n      gold {\n        now after kind first\n        question { id text articleId }\n        expected { id texts { locale title } }\n      }\n    }\n  }\n": types.CheckPublishDocument,
    "\n  mutation SaveGold($text: String!, $articleId: ID) {\n    saveGoldQuestion(text: $text, articleId: $articleId) { status errors { field message } question { id } }\n  }\n": types.SaveGoldDocument,
    "\n  mutation DeleteGold($id: ID!) {\n    deleteGoldQuestion(id: $id) { status errors { field message } removed }\n  }\n": types.DeleteGoldDocument,
    "\n  query ImportProgress($id: ID!) {\n    knowledgeImport(id: $id) {\n      id fileName status encoding rows articles stored\n      errors { row message }\n      preview { title answer locale questions }\n    }\n  }\n": types.ImportProgressDocument,
    "\n  mutation RunImport($id: ID!) {\n    runKnowledgeImport(id: $id) { status errors { field message } import { id status } }\n  }\n": types.RunImportDocument,
    "\n  query Learning($after: String) {\n    botModels { id number status lessons learned createdAt comparison { before after error questions } }\n    learnedQuestions(first: 50, after: $after) {\n      edges { node { id text probability times article { id texts { locale title } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n    botSettings { learns }\n  }\n": types.LearningDocument,
    "\n  mutation LearnFromCustomers {\n    learnFromCustomers { status errors { field message } model { id number status } }\n  }\n": types.LearnFromCustomersDocument,
    "\n  mutation ActivateBotModel($id: ID) {\n    activateBotModel(id: $id) { status errors { field message } models { id status } }\n  }\n": types.ActivateBotModelDocument,
    "\n  mutation UnlearnQuestion($id: ID!) {\n    unlearnQuestion(id: $id) { status errors { field message } removed }\n  }\n": types.UnlearnQuestionDocument,
    "\n  mutation Publish($despiteGold: Boolean!) {\n    publishKnowledge(despiteGold: $despiteGold) { status errors { field message } release { id number articles } }\n  }\n": types.PublishDocument,
    "\n  query Releases {\n    releases { id number articles questions active createdAt }\n  }\n": types.ReleasesDocument,
    "\n  mutation Activate($id: ID!) {\n    activateRelease(id: $id) { status errors { field message } release { id number active } }\n  }\n": types.ActivateDocument,
    "\n  query RulesPreview($input: BotSettingsInput!) {\n    previewBotSettings(input: $input) {\n      questions\n      now { answered listed handedOver }\n      then { answered listed handedOver }\n      examples { text now then first }\n    }\n  }\n": types.RulesPreviewDocument,
    "\n  query TestBot($text: String!, $locale: String!) {\n    testBot(text: $text, locale: $locale) {\n      kind text reason inScope trust locale\n      choices { value label }\n      candidates { articleId title probability similarity matchedQuestion }\n    }\n  }\n": types.TestBotDocument,
    "\n  query Unanswered {\n    unansweredClusters {\n      id count\n      questions { id text count conversationId updatedAt }\n      nearest { id texts { locale title } }\n    }\n  }\n": types.UnansweredDocument,
    "\n  mutation Dismiss($id: ID!) {\n    dismissUnansweredQuestion(id: $id) { status errors { field message } removed }\n  }\n": types.DismissDocument,
    "\n  query Members {\n    members { id name email role status totpEnabled emailVerified createdAt }\n    invitations { id email role expiresAt acceptedAt withdrawnAt }\n  }\n": types.MembersDocument,
    "\n  mutation UpdateMember($id: ID!, $role: Role, $status: MemberStatus) {\n    updateMember(id: $id, role: $role, status: $status) { status errors { field message } member { id } }\n  }\n": types.UpdateMemberDocument,
    "\n  mutation Invite($email: String!, $role: Role!) {\n    inviteMember(email: $email, role: $role) { status errors { field message } invitation { id } }\n  }\n": types.InviteDocument,
    "\n  mutation WithdrawInvitation($id: ID!) {\n    withdrawInvitation(id: $id) { status errors { field message } invitation { id } }\n  }\n": types.WithdrawInvitationDocument,
    "mutation PutMeter($input: MeterInput!) { putMeter(input: $input) { status errors { field message } meter { key } } }": types.PutMeterDocument,
    "mutation AddPlan($input: PlanInput!) { addPlan(input: $input) { status errors { field message } plan { code } } }": types.AddPlanDocument,
    "mutation PutTax($input: TaxInput!) { putTax(input: $input) { status errors { field message } tax { region } } }": types.PutTaxDocument,
    "\n  query Catalog {\n    catalog {\n      meters { key eventType aggregation valueField dimensions name { zh en } unit { zh en } }\n      plans { code version currency trialDays minimum public name { zh en } about { zh en } charges { key meter model price size free name { zh en } tiers { upTo unit flat } } }\n      taxes { region percent included reverseCharge name { zh en } }\n    }\n  }\n": types.CatalogDocument,
    "mutation MigratePlan($code: String!, $version: Int!) { migratePlan(code: $code, version: $version) { status errors { field message } firms } }": types.MigratePlanDocument,
    "\n  query DeadLetters {\n    deadLetters { eventId tenantId consumer eventType subject cause createdAt }\n  }\n": types.DeadLettersDocument,
    "\n  mutation ReplayDeadLetter($eventId: ID!, $consumer: String!) {\n    replayDeadLetter(eventId: $eventId, consumer: $consumer) { status errors { field message } removed }\n  }\n": types.ReplayDeadLetterDocument,
    "\n  query AllFapiao($status: FapiaoStatus, $after: String) {\n    allFapiao(status: $status, first: 20, after: $after) {\n      edges { node { tenantId fapiao { id invoiceNumber kind status corrects title taxNumber number failure at amount { amount currency } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.AllFapiaoDocument,
    "\n  mutation RecordFapiao($tenantId: ID!, $fapiaoId: ID!, $number: String, $refusal: String) {\n    recordFapiao(tenantId: $tenantId, fapiaoId: $fapiaoId, number: $number, refusal: $refusal) { status errors { field message } fapiao { id } }\n  }\n": types.RecordFapiaoDocument,
    "\n  query PlatformHealth {\n    platformHealth { version startedAt tenants databaseBytes outboxPending outboxOldestAt deadLetters }\n  }\n": types.PlatformHealthDocument,
    "\n  query AllPayments($after: String) {\n    allPayments(first: 20, after: $after) {\n      edges { node { tenantId payment { id method status reference failure at amount { amount currency } refunded { amount currency } refunds { id status reason failure } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.AllPaymentsDocument,
    "\n  mutation RefundPayment($tenantId: ID!, $paymentId: ID!, $minor: Int!, $reason: String!) {\n    refundPayment(tenantId: $tenantId, paymentId: $paymentId, minor: $minor, reason: $reason) { status errors { field message } payment { id } }\n  }\n": types.RefundPaymentDocument,
    "\n  query AllInvoices($status: InvoiceStatus, $after: String) {\n    allInvoices(status: $status, first: 50, after: $after) {\n      edges { node { tenantId invoice { id number status from to total { amount currency } due { amount currency } billTo { name } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.AllInvoicesDocument,
    "query OpenDisputes { openDisputes { tenantId dispute { id subject reason at } } }": types.OpenDisputesDocument,
    "\n  mutation RecordTransfer($tenantId: ID!, $invoiceId: ID, $amount: MoneyInput!, $reference: String!) {\n    recordTransfer(tenantId: $tenantId, invoiceId: $invoiceId, amount: $amount, reference: $reference) { status errors { field message } payment { id } }\n  }\n": types.RecordTransferDocument,
    "\n  mutation CreditInvoice($tenantId: ID!, $invoiceId: ID!, $minor: Int!, $reason: String!) {\n    creditInvoice(tenantId: $tenantId, invoiceId: $invoiceId, minor: $minor, reason: $reason) { status errors { field message } creditNote { number } }\n  }\n": types.CreditInvoiceDocument,
    "\n  mutation WriteOffInvoice($tenantId: ID!, $invoiceId: ID!, $reason: String!) {\n    writeOffInvoice(tenantId: $tenantId, invoiceId: $invoiceId, reason: $reason) { status errors { field message } invoice { status } }\n  }\n": types.WriteOffInvoiceDocument,
    "\n  mutation GrantCredit($tenantId: ID!, $amount: MoneyInput!, $note: String!) {\n    grantCredit(tenantId: $tenantId, amount: $amount, note: $note) { status errors { field message } grant { id } }\n  }\n": types.GrantCreditDocument,
    "\n  mutation DecideDispute($tenantId: ID!, $disputeId: ID!, $accept: Boolean!, $answer: String!) {\n    decideDispute(tenantId: $tenantId, disputeId: $disputeId, accept: $accept, answer: $answer) { status errors { field message } dispute { status } }\n  }\n": types.DecideDisputeDocument,
    "query Reconciliations { reconciliations { at firms differences { tenant check expected found } } }": types.ReconciliationsDocument,
    "mutation Reconcile { reconcile { status errors { field message } reconciliation { firms } } }": types.ReconcileDocument,
    "\n  query AllTenants($search: String, $after: String) {\n    plans\n    allTenants(search: $search, first: 50, after: $after) {\n      edges {\n        node {\n          members lastSeenAt\n          tenant { id name industry locale status createdAt quota { plan messagesPerSecond requestsPerSecond members queryDepth queryComplexity } allowance { members } }\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n": types.AllTenantsDocument,
    "\n  mutation SetQuota($id: ID!, $quota: QuotaInput!) {\n    setTenantQuota(tenantId: $id, quota: $quota) { status errors { field message } tenant { id } }\n  }\n": types.SetQuotaDocument,
    "\n  mutation SetSuspended($id: ID!, $suspended: Boolean!) {\n    setTenantSuspended(tenantId: $id, suspended: $suspended) { status errors { field message } tenant { id status } }\n  }\n": types.SetSuspendedDocument,
    "\n  query Hours {\n    businessHours { weekly { weekday opens closes } holidays { date name } }\n  }\n": types.HoursDocument,
    "\n  mutation SaveHours($input: BusinessHoursInput!) {\n    setBusinessHours(input: $input) { status errors { field message } hours { weekly { weekday } } }\n  }\n": types.SaveHoursDocument,
    "\n  query RoutingQueues {\n    taskQueues { id name skills priority offerSeconds targetSeconds waiting }\n    workflows { id locale keywords queueId }\n  }\n": types.RoutingQueuesDocument,
    "\n  mutation SaveQueue($id: ID, $input: TaskQueueInput!) {\n    saveTaskQueue(id: $id, input: $input) { status errors { field message } queue { id } }\n  }\n": types.SaveQueueDocument,
    "\n  mutation SaveWorkflows($workflows: [WorkflowInput!]!) {\n    saveWorkflows(workflows: $workflows) { status errors { field message } workflows { id } }\n  }\n": types.SaveWorkflowsDocument,
    "\n  query Workers {\n    workers { id name activity capacity load skills locales }\n  }\n": types.WorkersDocument,
    "\n  mutation UpdateWorker($input: UpdateWorkerInput!) {\n    updateWorker(input: $input) { status errors { field message } worker { id } }\n  }\n": types.UpdateWorkerDocument,
    "\n  query Exports {\n    exports { id status progress size createdAt expiresAt }\n  }\n": types.ExportsDocument,
    "\n  mutation RequestExport {\n    requestExport { status errors { field message } export { id } }\n  }\n": types.RequestExportDocument,
    "\n  mutation UpdateTenant($input: TenantPatch!) {\n    updateTenant(input: $input) { status errors { field message } tenant { id name locale timeZone } }\n  }\n": types.UpdateTenantDocument,
    "\n  mutation RequestDeletion {\n    requestTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n": types.RequestDeletionDocument,
    "\n  mutation CancelDeletion {\n    cancelTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n": types.CancelDeletionDocument,
    "\n  query Mails {\n    mails { id to subject body createdAt sentAt }\n  }\n": types.MailsDocument,
    "\n  query Sessions {\n    sessions { id createdAt lastUsedAt expiresAt userAgent current }\n  }\n": types.SessionsDocument,
    "\n  mutation RevokeSession($id: ID!) {\n    revokeSession(id: $id) { status errors { field message } removed }\n  }\n": types.RevokeSessionDocument,
    "\n  mutation BeginTotp {\n    beginTotp { status errors { field message } setup { secret url } }\n  }\n": types.BeginTotpDocument,
    "\n  mutation SetTotp($enabled: Boolean!, $code: String!) {\n    setTotp(enabled: $enabled, code: $code) { status errors { field message } member { id totpEnabled } }\n  }\n": types.SetTotpDocument,
    "\n  mutation ResendVerification {\n    resendVerification { status errors { field message } sent }\n  }\n": types.ResendVerificationDocument,
    "\n  query Board {\n    taskQueues { id name waiting oldestWaitingSince }\n    workers { id name activity activitySince load capacity }\n    tasks { id status summary createdAt atRiskAt dueAt member { id name } conversation { id contact { id name } } }\n  }\n": types.BoardDocument,
    "\n  subscription BoardChanged {\n    deskChanged { kind }\n  }\n": types.BoardChangedDocument,
    "\n  query FindArticles($search: String) {\n    articles(search: $search, first: 20) { edges { node { id texts { locale title } } } }\n  }\n": types.FindArticlesDocument,
    "\n  query MyWorker {\n    myWorker { id activity pausedAt load capacity }\n  }\n": types.MyWorkerDocument,
    "\n  subscription MyDesk {\n    deskChanged { kind }\n  }\n": types.MyDeskDocument,
    "\n  mutation SetActivity($activity: Activity!) {\n    setActivity(activity: $activity) { status errors { field message } worker { id activity pausedAt } }\n  }\n": types.SetActivityDocument,
    "\n  query Viewer {\n    viewer {\n      tenant { id name locale timeZone industry status deleteAfter }\n      member { id name email role totpEnabled emailVerified }\n      permissions\n      operator\n      sendsMail\n    }\n  }\n": types.ViewerDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Audit($search: String, $after: String, $first: Int) {\n    auditLog(search: $search, first: $first, after: $after) {\n      edges { node { id at actorKind actorId action target detail } }\n      pageInfo { hasNextPage endCursor }\n    }\n    members { id name }\n  }\n"): (typeof documents)["\n  query Audit($search: String, $after: String, $first: Int) {\n    auditLog(search: $search, first: $first, after: $after) {\n      edges { node { id at actorKind actorId action target detail } }\n      pageInfo { hasNextPage endCursor }\n    }\n    members { id name }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AsideEvents($after: String) {\n    asideEvents(first: 50, after: $after) {\n      edges { node { id source sourceId eventType at receivedAt reason data } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query AsideEvents($after: String) {\n    asideEvents(first: 50, after: $after) {\n      edges { node { id source sourceId eventType at receivedAt reason data } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query BillingProfile { billingProfile { name region taxNumber address email } }"): (typeof documents)["query BillingProfile { billingProfile { name region taxNumber address email } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetBillingProfile($input: BillingProfileInput!) { setBillingProfile(input: $input) { status errors { field message } profile { name } } }\n"): (typeof documents)["\n  mutation SetBillingProfile($input: BillingProfileInput!) { setBillingProfile(input: $input) { status errors { field message } profile { name } } }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Disputes { disputes { id subject reason status answer at decidedAt } }"): (typeof documents)["query Disputes { disputes { id subject reason status answer at decidedAt } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Bill {\n    draftBill {\n      period from to plan\n      net { amount currency } tax { amount currency } total { amount currency } fromWallet { amount currency }\n      forecast { low { amount currency } expected { amount currency } high { amount currency } }\n      lines { ...Lines }\n      limits { alertMinor capMinor }\n    }\n  }\n"): (typeof documents)["\n  query Bill {\n    draftBill {\n      period from to plan\n      net { amount currency } tax { amount currency } total { amount currency } fromWallet { amount currency }\n      forecast { low { amount currency } expected { amount currency } high { amount currency } }\n      lines { ...Lines }\n      limits { alertMinor capMinor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Evidence($meter: String!, $from: DateTime!, $to: DateTime!, $after: String) {\n    usageEvents(meter: $meter, from: $from, to: $to, first: 50, after: $after) {\n      edges { node { id source sourceId value at receivedAt subject reverses reversed } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query Evidence($meter: String!, $from: DateTime!, $to: DateTime!, $after: String) {\n    usageEvents(meter: $meter, from: $from, to: $to, first: 50, after: $after) {\n      edges { node { id source sourceId value at receivedAt subject reverses reversed } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DisputeUsage($id: ID!, $reason: String!) {\n    disputeUsage(usageId: $id, reason: $reason) { status errors { field message } dispute { id } }\n  }\n"): (typeof documents)["\n  mutation DisputeUsage($id: ID!, $reason: String!) {\n    disputeUsage(usageId: $id, reason: $reason) { status errors { field message } dispute { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query InvoiceFapiao($id: ID!) {\n    fapiao(invoiceId: $id) { id kind status corrects title number url failure at amount { amount currency } }\n  }\n"): (typeof documents)["\n  query InvoiceFapiao($id: ID!) {\n    fapiao(invoiceId: $id) { id kind status corrects title number url failure at amount { amount currency } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RequestFapiao($input: FapiaoRequest!) {\n    requestFapiao(input: $input) { status errors { field message } fapiao { id } }\n  }\n"): (typeof documents)["\n  mutation RequestFapiao($input: FapiaoRequest!) {\n    requestFapiao(input: $input) { status errors { field message } fapiao { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Invoices($after: String) {\n    invoices(first: 20, after: $after) {\n      edges { node { id number status from to dueAt total { amount currency } due { amount currency } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query Invoices($after: String) {\n    invoices(first: 20, after: $after) {\n      edges { node { id number status from to dueAt total { amount currency } due { amount currency } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Invoice($id: ID!) {\n    invoice(id: $id) {\n      id number status from to finalizesAt finalizedAt dueAt\n      net { amount currency } tax { amount currency } total { amount currency }\n      paid { amount currency } credited { amount currency } writtenOff { amount currency } due { amount currency }\n      lines { ...Lines }\n      creditNotes { id number reason at total { amount currency } toWallet { amount currency } }\n      billTo { name region taxNumber address email }\n    }\n  }\n"): (typeof documents)["\n  query Invoice($id: ID!) {\n    invoice(id: $id) {\n      id number status from to finalizesAt finalizedAt dueAt\n      net { amount currency } tax { amount currency } total { amount currency }\n      paid { amount currency } credited { amount currency } writtenOff { amount currency } due { amount currency }\n      lines { ...Lines }\n      creditNotes { id number reason at total { amount currency } toWallet { amount currency } }\n      billTo { name region taxNumber address email }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Limits {\n    draftBill { total { currency } limits { alertMinor capMinor over meters { meter quantity hard } } }\n    catalog { meters { key name { zh en } unit { zh en } } }\n  }\n"): (typeof documents)["\n  query Limits {\n    draftBill { total { currency } limits { alertMinor capMinor over meters { meter quantity hard } } }\n    catalog { meters { key name { zh en } unit { zh en } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetLimits($input: SpendLimitsInput!) {\n    setSpendLimits(input: $input) { status errors { field message } limits { alertMinor capMinor } }\n  }\n"): (typeof documents)["\n  mutation SetLimits($input: SpendLimitsInput!) {\n    setSpendLimits(input: $input) { status errors { field message } limits { alertMinor capMinor } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment Lines on BillLine {\n    kind charge plan meter model from to quantity free size trial taxPercent\n    name { zh en }\n    pieces { quantity unit flat amount { amount currency } }\n    net { amount currency } tax { amount currency } gross { amount currency }\n  }\n"): (typeof documents)["\n  fragment Lines on BillLine {\n    kind charge plan meter model from to quantity free size trial taxPercent\n    name { zh en }\n    pieces { quantity unit flat amount { amount currency } }\n    net { amount currency } tax { amount currency } gross { amount currency }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query PaymentOptions { paymentOptions { online bank card { brand last4 expMonth expYear } } }"): (typeof documents)["query PaymentOptions { paymentOptions { online bank card { brand last4 expMonth expYear } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query LatestPayment { payments(first: 1) { edges { node { id status failure } } } }"): (typeof documents)["query LatestPayment { payments(first: 1) { edges { node { id status failure } } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation SetUpCard { setUpCard { status errors { field message } url } }"): (typeof documents)["mutation SetUpCard { setUpCard { status errors { field message } url } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation OpenPaymentPortal { openPaymentPortal { status errors { field message } url } }"): (typeof documents)["mutation OpenPaymentPortal { openPaymentPortal { status errors { field message } url } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation TopUpWallet($minor: Int!) { topUpWallet(minor: $minor) { status errors { field message } url } }"): (typeof documents)["mutation TopUpWallet($minor: Int!) { topUpWallet(minor: $minor) { status errors { field message } url } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation PayInvoice($id: ID!) { payInvoice(id: $id) { status errors { field message } url } }"): (typeof documents)["mutation PayInvoice($id: ID!) { payInvoice(id: $id) { status errors { field message } url } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  fragment PlanCard on Plan {\n    code version currency trialDays minimum\n    name { zh en } about { zh en }\n    charges { key model price size free meter name { zh en } tiers { upTo unit flat } }\n  }\n"): (typeof documents)["\n  fragment PlanCard on Plan {\n    code version currency trialDays minimum\n    name { zh en } about { zh en }\n    charges { key model price size free meter name { zh en } tiers { upTo unit flat } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Plans {\n    planSubscription { status periodTo trialEndsAt nextPlan endsAt plan { code version currency name { zh en } } }\n    catalog { plans { code ...PlanCard } meters { key unit { zh en } } }\n    planSimulations { plan { code } total { amount currency } }\n  }\n"): (typeof documents)["\n  query Plans {\n    planSubscription { status periodTo trialEndsAt nextPlan endsAt plan { code version currency name { zh en } } }\n    catalog { plans { code ...PlanCard } meters { key unit { zh en } } }\n    planSimulations { plan { code } total { amount currency } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ChoosePlan($code: String!, $when: ChangeMoment!) { choosePlan(code: $code, when: $when) { status errors { field message } subscription { status } } }\n"): (typeof documents)["\n  mutation ChoosePlan($code: String!, $when: ChangeMoment!) { choosePlan(code: $code, when: $when) { status errors { field message } subscription { status } } }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelSubscription($when: ChangeMoment!) { cancelSubscription(when: $when) { status errors { field message } subscription { status } } }\n"): (typeof documents)["\n  mutation CancelSubscription($when: ChangeMoment!) { cancelSubscription(when: $when) { status errors { field message } subscription { status } } }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PauseSubscription($paused: Boolean!) { pauseSubscription(paused: $paused) { status errors { field message } subscription { status } } }\n"): (typeof documents)["\n  mutation PauseSubscription($paused: Boolean!) { pauseSubscription(paused: $paused) { status errors { field message } subscription { status } } }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Meters { catalog { meters { key aggregation dimensions name { zh en } unit { zh en } } } }\n"): (typeof documents)["\n  query Meters { catalog { meters { key aggregation dimensions name { zh en } unit { zh en } } } }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query UsageSeries($query: UsageQuery!) {\n    usage(query: $query, first: 200) { edges { node { from date dimensionValue quantity } } pageInfo { hasNextPage } }\n  }\n"): (typeof documents)["\n  query UsageSeries($query: UsageQuery!) {\n    usage(query: $query, first: 200) { edges { node { from date dimensionValue quantity } } pageInfo { hasNextPage } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Wallet {\n    wallet { balance { amount currency } grants { id kind note grantedAt expiresAt amount { amount currency } remaining { amount currency } } }\n    payments(first: 50) { edges { node { id method status reference failure at invoiceId amount { amount currency } refunded { amount currency } } } }\n  }\n"): (typeof documents)["\n  query Wallet {\n    wallet { balance { amount currency } grants { id kind note grantedAt expiresAt amount { amount currency } remaining { amount currency } } }\n    payments(first: 50) { edges { node { id method status reference failure at invoiceId amount { amount currency } refunded { amount currency } } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Ledger($after: String) {\n    ledger(first: 50, after: $after) { edges { node { id transaction account at amount { amount currency } } } pageInfo { hasNextPage endCursor } }\n  }\n"): (typeof documents)["\n  query Ledger($after: String) {\n    ledger(first: 50, after: $after) { edges { node { id transaction account at amount { amount currency } } } pageInfo { hasNextPage endCursor } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Channels {\n    channels {\n      id kind name publicKey enabled\n      settings { greetingZh greetingEn color theme position allowedOrigins offlineForm }\n    }\n  }\n"): (typeof documents)["\n  query Channels {\n    channels {\n      id kind name publicKey enabled\n      settings { greetingZh greetingEn color theme position allowedOrigins offlineForm }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateChannel($kind: ChannelKind!, $name: String!) {\n    createChannel(kind: $kind, name: $name) { status errors { field message } channel { id } }\n  }\n"): (typeof documents)["\n  mutation CreateChannel($kind: ChannelKind!, $name: String!) {\n    createChannel(kind: $kind, name: $name) { status errors { field message } channel { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateChannel($input: UpdateChannelInput!) {\n    updateChannel(input: $input) { status errors { field message } channel { id enabled } }\n  }\n"): (typeof documents)["\n  mutation UpdateChannel($input: UpdateChannelInput!) {\n    updateChannel(input: $input) { status errors { field message } channel { id enabled } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RotateIdentitySecret($channelId: ID!) {\n    rotateIdentitySecret(channelId: $channelId) { status errors { field message } created { secret channel { id } } }\n  }\n"): (typeof documents)["\n  mutation RotateIdentitySecret($channelId: ID!) {\n    rotateIdentitySecret(channelId: $channelId) { status errors { field message } created { secret channel { id } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Contacts($search: String, $after: String) {\n    contacts(search: $search, first: 50, after: $after) {\n      edges { node { id name email phone identities { kind value } tags locale lastSeenAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query Contacts($search: String, $after: String) {\n    contacts(search: $search, first: 50, after: $after) {\n      edges { node { id name email phone identities { kind value } tags locale lastSeenAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Flow {\n    flows {\n      id version updatedAt startedBy\n      versions { number share started completed handedOver abandoned createdAt }\n      draft {\n        name { zh en }\n        steps {\n          key\n          say { words { zh en } next }\n          ask { slot label { zh en } kind words { zh en } choices { value label { zh en } } pattern least most optional next }\n          confirm { words { zh en } yes no }\n          branch { slot ways { test value next } otherwise }\n          call { url takes { path slot } timeoutSeconds words { zh en } next failed }\n          handOver { words { zh en } }\n          end { words { zh en } }\n        }\n        cases { name locale says webhook ends slots { slot value } }\n      }\n    }\n  }\n"): (typeof documents)["\n  query Flow {\n    flows {\n      id version updatedAt startedBy\n      versions { number share started completed handedOver abandoned createdAt }\n      draft {\n        name { zh en }\n        steps {\n          key\n          say { words { zh en } next }\n          ask { slot label { zh en } kind words { zh en } choices { value label { zh en } } pattern least most optional next }\n          confirm { words { zh en } yes no }\n          branch { slot ways { test value next } otherwise }\n          call { url takes { path slot } timeoutSeconds words { zh en } next failed }\n          handOver { words { zh en } }\n          end { words { zh en } }\n        }\n        cases { name locale says webhook ends slots { slot value } }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveFlowDraft($id: ID, $version: Int, $draft: FlowInput!) {\n    saveFlow(id: $id, expectedVersion: $version, draft: $draft) { status errors { field message } flow { id version } }\n  }\n"): (typeof documents)["\n  mutation SaveFlowDraft($id: ID, $version: Int, $draft: FlowInput!) {\n    saveFlow(id: $id, expectedVersion: $version, draft: $draft) { status errors { field message } flow { id version } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation PublishFlow($id: ID!, $share: Int!) {\n    publishFlow(id: $id, share: $share) { status errors { field message } flow { id } }\n  }\n"): (typeof documents)["\n  mutation PublishFlow($id: ID!, $share: Int!) {\n    publishFlow(id: $id, share: $share) { status errors { field message } flow { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FlowList {\n    flows {\n      id version updatedAt startedBy\n      draft { name { zh en } }\n      versions { number share started completed handedOver abandoned }\n    }\n  }\n"): (typeof documents)["\n  query FlowList {\n    flows {\n      id version updatedAt startedBy\n      draft { name { zh en } }\n      versions { number share started completed handedOver abandoned }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateFlow($draft: FlowInput!) {\n    saveFlow(draft: $draft) { status errors { field message } flow { id } }\n  }\n"): (typeof documents)["\n  mutation CreateFlow($draft: FlowInput!) {\n    saveFlow(draft: $draft) { status errors { field message } flow { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteFlow($id: ID!) {\n    deleteFlow(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation DeleteFlow($id: ID!) {\n    deleteFlow(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation TryFlow($draft: FlowInput!, $says: [String!]!, $locale: String!, $webhook: String) {\n    tryFlow(draft: $draft, says: $says, locale: $locale, webhook: $webhook) {\n      status\n      errors { field message }\n      trial {\n        turns { said text step status choices { value label } slots { slot value } }\n        cases { name failures }\n      }\n    }\n  }\n"): (typeof documents)["\n  mutation TryFlow($draft: FlowInput!, $says: [String!]!, $locale: String!, $webhook: String) {\n    tryFlow(draft: $draft, says: $says, locale: $locale, webhook: $webhook) {\n      status\n      errors { field message }\n      trial {\n        turns { said text step status choices { value label } slots { slot value } }\n        cases { name failures }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ShareFlow($id: ID!, $number: Int!, $share: Int!) {\n    shareFlow(id: $id, number: $number, share: $share) { status errors { field message } flow { id versions { number share } } }\n  }\n"): (typeof documents)["\n  mutation ShareFlow($id: ID!, $number: Int!, $share: Int!) {\n    shareFlow(id: $id, number: $number, share: $share) { status errors { field message } flow { id versions { number share } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FlowRuns($id: ID!, $after: String) {\n    flowRuns(id: $id, first: 50, after: $after) {\n      edges { node { id number status step slots { slot value } conversationId createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query FlowRuns($id: ID!, $after: String) {\n    flowRuns(id: $id, first: 50, after: $after) {\n      edges { node { id number status step slots { slot value } conversationId createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RenewFlowSecret($id: ID!) {\n    renewFlowSecret(id: $id) { status errors { field message } secret }\n  }\n"): (typeof documents)["\n  mutation RenewFlowSecret($id: ID!) {\n    renewFlowSecret(id: $id) { status errors { field message } secret }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Onboarding {\n    onboarding { code done }\n  }\n"): (typeof documents)["\n  query Onboarding {\n    onboarding { code done }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Overview {\n    taskQueues { id name waiting }\n    isOpen\n  }\n"): (typeof documents)["\n  query Overview {\n    taskQueues { id name waiting }\n    isOpen\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Canned {\n    cannedReplies { id shortcut text locale }\n  }\n"): (typeof documents)["\n  query Canned {\n    cannedReplies { id shortcut text locale }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { status errors { field message } message { id seq } }\n  }\n"): (typeof documents)["\n  mutation Send($input: SendMessageInput!) {\n    sendMessage(input: $input) { status errors { field message } message { id seq } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query History($filter: ConversationFilter) {\n    conversations(filter: $filter, first: 20) { edges { node { id status preview updatedAt rating } } }\n  }\n"): (typeof documents)["\n  query History($filter: ConversationFilter) {\n    conversations(filter: $filter, first: 20) { edges { node { id status preview updatedAt rating } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) { status errors { field message } contact { id name email phone tags claimed attributes { key value } } }\n  }\n"): (typeof documents)["\n  mutation SaveContact($input: UpdateContactInput!) {\n    updateContact(input: $input) { status errors { field message } contact { id name email phone tags claimed attributes { key value } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation AddContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    addContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n"): (typeof documents)["\n  mutation AddContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    addContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RemoveContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    removeContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n"): (typeof documents)["\n  mutation RemoveContactIdentity($contactId: ID!, $identity: ContactIdentityInput!) {\n    removeContactIdentity(contactId: $contactId, identity: $identity) { status errors { field message } contact { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Conversations($filter: ConversationFilter, $after: String) {\n    conversations(filter: $filter, first: 40, after: $after) {\n      edges { node { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query Conversations($filter: ConversationFilter, $after: String) {\n    conversations(filter: $filter, first: 40, after: $after) {\n      edges { node { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Desk {\n    deskChanged { kind conversationId }\n  }\n"): (typeof documents)["\n  subscription Desk {\n    deskChanged { kind conversationId }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AtRisk {\n    tasks(atRisk: true) { id dueAt conversation { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n  }\n"): (typeof documents)["\n  query AtRisk {\n    tasks(atRisk: true) { id dueAt conversation { id status handler preview updatedAt lastSeq memberReadSeq contact { id name } assignee { id name } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ConversationLabel($id: ID!) {\n    conversationLabel(conversationId: $id) { id texts { locale title } }\n  }\n"): (typeof documents)["\n  query ConversationLabel($id: ID!) {\n    conversationLabel(conversationId: $id) { id texts { locale title } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LabelConversation($id: ID!, $articleId: ID) {\n    labelConversation(conversationId: $id, articleId: $articleId) { status errors { field message } conversationId }\n  }\n"): (typeof documents)["\n  mutation LabelConversation($id: ID!, $articleId: ID) {\n    labelConversation(conversationId: $id, articleId: $articleId) { status errors { field message } conversationId }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MergeCandidates($search: String) {\n    contacts(search: $search, first: 20) { edges { node { id name email phone identities { value } } } }\n  }\n"): (typeof documents)["\n  query MergeCandidates($search: String) {\n    contacts(search: $search, first: 20) { edges { node { id name email phone identities { value } } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MergeContacts($from: ID!, $into: ID!) {\n    mergeContacts(from: $from, into: $into) { status errors { field message } contact { id } }\n  }\n"): (typeof documents)["\n  mutation MergeContacts($from: ID!, $into: ID!) {\n    mergeContacts(from: $from, into: $into) { status errors { field message } contact { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query OlderMessages($id: ID!, $before: Int!) {\n    conversation(id: $id) { id messages(beforeSeq: $before, last: 100) { ...ThreadMessage } }\n  }\n"): (typeof documents)["\n  query OlderMessages($id: ID!, $before: Int!) {\n    conversation(id: $id) { id messages(beforeSeq: $before, last: 100) { ...ThreadMessage } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Offers {\n    myReservations { id expiresAt task { id summary conversation { id contact { id name } } } }\n  }\n"): (typeof documents)["\n  query Offers {\n    myReservations { id expiresAt task { id summary conversation { id contact { id name } } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Accept($id: ID!) {\n    acceptReservation(id: $id) { status errors { field message } reservation { id task { id conversation { id } } } }\n  }\n"): (typeof documents)["\n  mutation Accept($id: ID!) {\n    acceptReservation(id: $id) { status errors { field message } reservation { id task { id conversation { id } } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Decline($id: ID!) {\n    declineReservation(id: $id) { status errors { field message } reservation { id } }\n  }\n"): (typeof documents)["\n  mutation Decline($id: ID!) {\n    declineReservation(id: $id) { status errors { field message } reservation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription Offered {\n    deskChanged { kind }\n  }\n"): (typeof documents)["\n  subscription Offered {\n    deskChanged { kind }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TransferQueues {\n    taskQueues { id name waiting }\n  }\n"): (typeof documents)["\n  query TransferQueues {\n    taskQueues { id name waiting }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Transfer($id: ID!, $queueId: ID!, $note: String!) {\n    transferTask(id: $id, queueId: $queueId, note: $note) { status errors { field message } task { id status } }\n  }\n"): (typeof documents)["\n  mutation Transfer($id: ID!, $queueId: ID!, $note: String!) {\n    transferTask(id: $id, queueId: $queueId, note: $note) { status errors { field message } task { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Complete($id: ID!, $code: String) {\n    completeTask(id: $id, wrapUpCode: $code) { status errors { field message } task { id status } }\n  }\n"): (typeof documents)["\n  mutation Complete($id: ID!, $code: String) {\n    completeTask(id: $id, wrapUpCode: $code) { status errors { field message } task { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AssignableWorkers {\n    workers { id name activity load capacity }\n  }\n"): (typeof documents)["\n  query AssignableWorkers {\n    workers { id name activity load capacity }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Assign($id: ID!, $memberId: ID!) {\n    assignTask(id: $id, memberId: $memberId) { status errors { field message } task { id status } }\n  }\n"): (typeof documents)["\n  mutation Assign($id: ID!, $memberId: ID!) {\n    assignTask(id: $id, memberId: $memberId) { status errors { field message } task { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Thread($id: ID!) {\n    conversation(id: $id) {\n      id status handler locale summary rating ratingComment lastSeq memberReadSeq contactDeliveredSeq contactReadSeq createdAt\n      contact { id name email phone locale tags createdAt attributes { key value } claimed identities { kind value } }\n      assignee { id name }\n      task { id status queueId wrapUpCode }\n      messages(last: 100) { ...ThreadMessage }\n    }\n  }\n  fragment ThreadMessage on Message {\n    id seq author kind private text createdAt choices { value label } attachment { id name mediaType size }\n    card { title imageUrl links { label url } }\n  }\n"): (typeof documents)["\n  query Thread($id: ID!) {\n    conversation(id: $id) {\n      id status handler locale summary rating ratingComment lastSeq memberReadSeq contactDeliveredSeq contactReadSeq createdAt\n      contact { id name email phone locale tags createdAt attributes { key value } claimed identities { kind value } }\n      assignee { id name }\n      task { id status queueId wrapUpCode }\n      messages(last: 100) { ...ThreadMessage }\n    }\n  }\n  fragment ThreadMessage on Message {\n    id seq author kind private text createdAt choices { value label } attachment { id name mediaType size }\n    card { title imageUrl links { label url } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription ThreadChanged($id: ID!) {\n    conversationChanged(id: $id) { kind message { id seq } }\n  }\n"): (typeof documents)["\n  subscription ThreadChanged($id: ID!) {\n    conversationChanged(id: $id) { kind message { id seq } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation MarkRead($id: ID!, $seq: Int!) {\n    markRead(conversationId: $id, seq: $seq) { status errors { field message } conversation { id memberReadSeq } }\n  }\n"): (typeof documents)["\n  mutation MarkRead($id: ID!, $seq: Int!) {\n    markRead(conversationId: $id, seq: $seq) { status errors { field message } conversation { id memberReadSeq } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetStatus($id: ID!, $status: ConversationStatus!, $until: DateTime) {\n    setConversationStatus(conversationId: $id, status: $status, until: $until) {\n      status errors { field message } conversation { id status }\n    }\n  }\n"): (typeof documents)["\n  mutation SetStatus($id: ID!, $status: ConversationStatus!, $until: DateTime) {\n    setConversationStatus(conversationId: $id, status: $status, until: $until) {\n      status errors { field message } conversation { id status }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Take($id: ID!) {\n    takeConversation(conversationId: $id) { status errors { field message } task { id status } }\n  }\n"): (typeof documents)["\n  mutation Take($id: ID!) {\n    takeConversation(conversationId: $id) { status errors { field message } task { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ApiKeys {\n    apiKeys { id name scopes createdAt lastUsedAt revokedAt }\n  }\n"): (typeof documents)["\n  query ApiKeys {\n    apiKeys { id name scopes createdAt lastUsedAt revokedAt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateApiKey($name: String!, $scopes: [Permission!]!) {\n    createApiKey(name: $name, scopes: $scopes) { status errors { field message } created { secret apiKey { id } } }\n  }\n"): (typeof documents)["\n  mutation CreateApiKey($name: String!, $scopes: [Permission!]!) {\n    createApiKey(name: $name, scopes: $scopes) { status errors { field message } created { secret apiKey { id } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) { status errors { field message } apiKey { id revokedAt } }\n  }\n"): (typeof documents)["\n  mutation RevokeApiKey($id: ID!) {\n    revokeApiKey(id: $id) { status errors { field message } apiKey { id revokedAt } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Webhooks($after: String, $status: DeliveryStatus) {\n    webhooks { id url enabled createdAt }\n    webhookDeliveries(first: 50, after: $after, status: $status) {\n      edges { node { id webhookId eventType status attempts lastResult nextAttemptAt createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query Webhooks($after: String, $status: DeliveryStatus) {\n    webhooks { id url enabled createdAt }\n    webhookDeliveries(first: 50, after: $after, status: $status) {\n      edges { node { id webhookId eventType status attempts lastResult nextAttemptAt createdAt } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreateWebhook($url: String!) {\n    createWebhook(url: $url) { status errors { field message } created { secret webhook { id } } }\n  }\n"): (typeof documents)["\n  mutation CreateWebhook($url: String!) {\n    createWebhook(url: $url) { status errors { field message } created { secret webhook { id } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation DeleteWebhook($id: ID!) {\n    deleteWebhook(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Replay($id: ID!) {\n    replayWebhookDelivery(id: $id) { status errors { field message } delivery { id status } }\n  }\n"): (typeof documents)["\n  mutation Replay($id: ID!) {\n    replayWebhookDelivery(id: $id) { status errors { field message } delivery { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveArticle($id: ID, $version: Int, $input: ArticleInput!) {\n    saveArticle(id: $id, expectedVersion: $version, input: $input) { status errors { field message } article { id version } }\n  }\n"): (typeof documents)["\n  mutation SaveArticle($id: ID, $version: Int, $input: ArticleInput!) {\n    saveArticle(id: $id, expectedVersion: $version, input: $input) { status errors { field message } article { id version } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FlowNames {\n    flows { id draft { name { zh en } } }\n  }\n"): (typeof documents)["\n  query FlowNames {\n    flows { id draft { name { zh en } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Articles($search: String, $status: ArticleStatus, $after: String) {\n    articles(search: $search, status: $status, first: 50, after: $after) {\n      edges {\n        node {\n          id key category status questions version updatedAt validFrom validTo\n          texts { locale title answer }\n          links { label url }\n          flowId\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query Articles($search: String, $status: ArticleStatus, $after: String) {\n    articles(search: $search, status: $status, first: 50, after: $after) {\n      edges {\n        node {\n          id key category status questions version updatedAt validFrom validTo\n          texts { locale title answer }\n          links { label url }\n          flowId\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteArticle($id: ID!) {\n    deleteArticle(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation DeleteArticle($id: ID!) {\n    deleteArticle(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BotReport($days: Int!) {\n    botReport(days: $days) {\n      questions answered listed handedOver visits contained cameBack\n      days { date answered listed handedOver }\n      articles { article { id texts { locale title } } answered chosen solved unsolved cameBack rating ratings }\n    }\n  }\n"): (typeof documents)["\n  query BotReport($days: Int!) {\n    botReport(days: $days) {\n      questions answered listed handedOver visits contained cameBack\n      days { date answered listed handedOver }\n      articles { article { id texts { locale title } } answered chosen solved unsolved cameBack rating ratings }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query BotSettings {\n    botSettings { enabled answerThreshold listThreshold handoverPhrases learns rephrases }\n    botProviders { embeddings chat chatTokens chatTokensPerMonth }\n  }\n"): (typeof documents)["\n  query BotSettings {\n    botSettings { enabled answerThreshold listThreshold handoverPhrases learns rephrases }\n    botProviders { embeddings chat chatTokens chatTokensPerMonth }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveBotSettings($input: BotSettingsInput!) {\n    saveBotSettings(input: $input) { status errors { field message } settings { enabled } }\n  }\n"): (typeof documents)["\n  mutation SaveBotSettings($input: BotSettingsInput!) {\n    saveBotSettings(input: $input) { status errors { field message } settings { enabled } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query CheckPublish {\n    checkPublish {\n      articles added changed removed\n      gold {\n        now after kind first\n        question { id text articleId }\n        expected { id texts { locale title } }\n      }\n    }\n  }\n"): (typeof documents)["\n  query CheckPublish {\n    checkPublish {\n      articles added changed removed\n      gold {\n        now after kind first\n        question { id text articleId }\n        expected { id texts { locale title } }\n      }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveGold($text: String!, $articleId: ID) {\n    saveGoldQuestion(text: $text, articleId: $articleId) { status errors { field message } question { id } }\n  }\n"): (typeof documents)["\n  mutation SaveGold($text: String!, $articleId: ID) {\n    saveGoldQuestion(text: $text, articleId: $articleId) { status errors { field message } question { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DeleteGold($id: ID!) {\n    deleteGoldQuestion(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation DeleteGold($id: ID!) {\n    deleteGoldQuestion(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query ImportProgress($id: ID!) {\n    knowledgeImport(id: $id) {\n      id fileName status encoding rows articles stored\n      errors { row message }\n      preview { title answer locale questions }\n    }\n  }\n"): (typeof documents)["\n  query ImportProgress($id: ID!) {\n    knowledgeImport(id: $id) {\n      id fileName status encoding rows articles stored\n      errors { row message }\n      preview { title answer locale questions }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RunImport($id: ID!) {\n    runKnowledgeImport(id: $id) { status errors { field message } import { id status } }\n  }\n"): (typeof documents)["\n  mutation RunImport($id: ID!) {\n    runKnowledgeImport(id: $id) { status errors { field message } import { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Learning($after: String) {\n    botModels { id number status lessons learned createdAt comparison { before after error questions } }\n    learnedQuestions(first: 50, after: $after) {\n      edges { node { id text probability times article { id texts { locale title } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n    botSettings { learns }\n  }\n"): (typeof documents)["\n  query Learning($after: String) {\n    botModels { id number status lessons learned createdAt comparison { before after error questions } }\n    learnedQuestions(first: 50, after: $after) {\n      edges { node { id text probability times article { id texts { locale title } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n    botSettings { learns }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation LearnFromCustomers {\n    learnFromCustomers { status errors { field message } model { id number status } }\n  }\n"): (typeof documents)["\n  mutation LearnFromCustomers {\n    learnFromCustomers { status errors { field message } model { id number status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ActivateBotModel($id: ID) {\n    activateBotModel(id: $id) { status errors { field message } models { id status } }\n  }\n"): (typeof documents)["\n  mutation ActivateBotModel($id: ID) {\n    activateBotModel(id: $id) { status errors { field message } models { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UnlearnQuestion($id: ID!) {\n    unlearnQuestion(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation UnlearnQuestion($id: ID!) {\n    unlearnQuestion(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Publish($despiteGold: Boolean!) {\n    publishKnowledge(despiteGold: $despiteGold) { status errors { field message } release { id number articles } }\n  }\n"): (typeof documents)["\n  mutation Publish($despiteGold: Boolean!) {\n    publishKnowledge(despiteGold: $despiteGold) { status errors { field message } release { id number articles } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Releases {\n    releases { id number articles questions active createdAt }\n  }\n"): (typeof documents)["\n  query Releases {\n    releases { id number articles questions active createdAt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Activate($id: ID!) {\n    activateRelease(id: $id) { status errors { field message } release { id number active } }\n  }\n"): (typeof documents)["\n  mutation Activate($id: ID!) {\n    activateRelease(id: $id) { status errors { field message } release { id number active } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RulesPreview($input: BotSettingsInput!) {\n    previewBotSettings(input: $input) {\n      questions\n      now { answered listed handedOver }\n      then { answered listed handedOver }\n      examples { text now then first }\n    }\n  }\n"): (typeof documents)["\n  query RulesPreview($input: BotSettingsInput!) {\n    previewBotSettings(input: $input) {\n      questions\n      now { answered listed handedOver }\n      then { answered listed handedOver }\n      examples { text now then first }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query TestBot($text: String!, $locale: String!) {\n    testBot(text: $text, locale: $locale) {\n      kind text reason inScope trust locale\n      choices { value label }\n      candidates { articleId title probability similarity matchedQuestion }\n    }\n  }\n"): (typeof documents)["\n  query TestBot($text: String!, $locale: String!) {\n    testBot(text: $text, locale: $locale) {\n      kind text reason inScope trust locale\n      choices { value label }\n      candidates { articleId title probability similarity matchedQuestion }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Unanswered {\n    unansweredClusters {\n      id count\n      questions { id text count conversationId updatedAt }\n      nearest { id texts { locale title } }\n    }\n  }\n"): (typeof documents)["\n  query Unanswered {\n    unansweredClusters {\n      id count\n      questions { id text count conversationId updatedAt }\n      nearest { id texts { locale title } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Dismiss($id: ID!) {\n    dismissUnansweredQuestion(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation Dismiss($id: ID!) {\n    dismissUnansweredQuestion(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Members {\n    members { id name email role status totpEnabled emailVerified createdAt }\n    invitations { id email role expiresAt acceptedAt withdrawnAt }\n  }\n"): (typeof documents)["\n  query Members {\n    members { id name email role status totpEnabled emailVerified createdAt }\n    invitations { id email role expiresAt acceptedAt withdrawnAt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateMember($id: ID!, $role: Role, $status: MemberStatus) {\n    updateMember(id: $id, role: $role, status: $status) { status errors { field message } member { id } }\n  }\n"): (typeof documents)["\n  mutation UpdateMember($id: ID!, $role: Role, $status: MemberStatus) {\n    updateMember(id: $id, role: $role, status: $status) { status errors { field message } member { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation Invite($email: String!, $role: Role!) {\n    inviteMember(email: $email, role: $role) { status errors { field message } invitation { id } }\n  }\n"): (typeof documents)["\n  mutation Invite($email: String!, $role: Role!) {\n    inviteMember(email: $email, role: $role) { status errors { field message } invitation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation WithdrawInvitation($id: ID!) {\n    withdrawInvitation(id: $id) { status errors { field message } invitation { id } }\n  }\n"): (typeof documents)["\n  mutation WithdrawInvitation($id: ID!) {\n    withdrawInvitation(id: $id) { status errors { field message } invitation { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation PutMeter($input: MeterInput!) { putMeter(input: $input) { status errors { field message } meter { key } } }"): (typeof documents)["mutation PutMeter($input: MeterInput!) { putMeter(input: $input) { status errors { field message } meter { key } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation AddPlan($input: PlanInput!) { addPlan(input: $input) { status errors { field message } plan { code } } }"): (typeof documents)["mutation AddPlan($input: PlanInput!) { addPlan(input: $input) { status errors { field message } plan { code } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation PutTax($input: TaxInput!) { putTax(input: $input) { status errors { field message } tax { region } } }"): (typeof documents)["mutation PutTax($input: TaxInput!) { putTax(input: $input) { status errors { field message } tax { region } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Catalog {\n    catalog {\n      meters { key eventType aggregation valueField dimensions name { zh en } unit { zh en } }\n      plans { code version currency trialDays minimum public name { zh en } about { zh en } charges { key meter model price size free name { zh en } tiers { upTo unit flat } } }\n      taxes { region percent included reverseCharge name { zh en } }\n    }\n  }\n"): (typeof documents)["\n  query Catalog {\n    catalog {\n      meters { key eventType aggregation valueField dimensions name { zh en } unit { zh en } }\n      plans { code version currency trialDays minimum public name { zh en } about { zh en } charges { key meter model price size free name { zh en } tiers { upTo unit flat } } }\n      taxes { region percent included reverseCharge name { zh en } }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation MigratePlan($code: String!, $version: Int!) { migratePlan(code: $code, version: $version) { status errors { field message } firms } }"): (typeof documents)["mutation MigratePlan($code: String!, $version: Int!) { migratePlan(code: $code, version: $version) { status errors { field message } firms } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query DeadLetters {\n    deadLetters { eventId tenantId consumer eventType subject cause createdAt }\n  }\n"): (typeof documents)["\n  query DeadLetters {\n    deadLetters { eventId tenantId consumer eventType subject cause createdAt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ReplayDeadLetter($eventId: ID!, $consumer: String!) {\n    replayDeadLetter(eventId: $eventId, consumer: $consumer) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation ReplayDeadLetter($eventId: ID!, $consumer: String!) {\n    replayDeadLetter(eventId: $eventId, consumer: $consumer) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllFapiao($status: FapiaoStatus, $after: String) {\n    allFapiao(status: $status, first: 20, after: $after) {\n      edges { node { tenantId fapiao { id invoiceNumber kind status corrects title taxNumber number failure at amount { amount currency } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query AllFapiao($status: FapiaoStatus, $after: String) {\n    allFapiao(status: $status, first: 20, after: $after) {\n      edges { node { tenantId fapiao { id invoiceNumber kind status corrects title taxNumber number failure at amount { amount currency } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RecordFapiao($tenantId: ID!, $fapiaoId: ID!, $number: String, $refusal: String) {\n    recordFapiao(tenantId: $tenantId, fapiaoId: $fapiaoId, number: $number, refusal: $refusal) { status errors { field message } fapiao { id } }\n  }\n"): (typeof documents)["\n  mutation RecordFapiao($tenantId: ID!, $fapiaoId: ID!, $number: String, $refusal: String) {\n    recordFapiao(tenantId: $tenantId, fapiaoId: $fapiaoId, number: $number, refusal: $refusal) { status errors { field message } fapiao { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query PlatformHealth {\n    platformHealth { version startedAt tenants databaseBytes outboxPending outboxOldestAt deadLetters }\n  }\n"): (typeof documents)["\n  query PlatformHealth {\n    platformHealth { version startedAt tenants databaseBytes outboxPending outboxOldestAt deadLetters }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllPayments($after: String) {\n    allPayments(first: 20, after: $after) {\n      edges { node { tenantId payment { id method status reference failure at amount { amount currency } refunded { amount currency } refunds { id status reason failure } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query AllPayments($after: String) {\n    allPayments(first: 20, after: $after) {\n      edges { node { tenantId payment { id method status reference failure at amount { amount currency } refunded { amount currency } refunds { id status reason failure } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RefundPayment($tenantId: ID!, $paymentId: ID!, $minor: Int!, $reason: String!) {\n    refundPayment(tenantId: $tenantId, paymentId: $paymentId, minor: $minor, reason: $reason) { status errors { field message } payment { id } }\n  }\n"): (typeof documents)["\n  mutation RefundPayment($tenantId: ID!, $paymentId: ID!, $minor: Int!, $reason: String!) {\n    refundPayment(tenantId: $tenantId, paymentId: $paymentId, minor: $minor, reason: $reason) { status errors { field message } payment { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllInvoices($status: InvoiceStatus, $after: String) {\n    allInvoices(status: $status, first: 50, after: $after) {\n      edges { node { tenantId invoice { id number status from to total { amount currency } due { amount currency } billTo { name } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query AllInvoices($status: InvoiceStatus, $after: String) {\n    allInvoices(status: $status, first: 50, after: $after) {\n      edges { node { tenantId invoice { id number status from to total { amount currency } due { amount currency } billTo { name } } } }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query OpenDisputes { openDisputes { tenantId dispute { id subject reason at } } }"): (typeof documents)["query OpenDisputes { openDisputes { tenantId dispute { id subject reason at } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RecordTransfer($tenantId: ID!, $invoiceId: ID, $amount: MoneyInput!, $reference: String!) {\n    recordTransfer(tenantId: $tenantId, invoiceId: $invoiceId, amount: $amount, reference: $reference) { status errors { field message } payment { id } }\n  }\n"): (typeof documents)["\n  mutation RecordTransfer($tenantId: ID!, $invoiceId: ID, $amount: MoneyInput!, $reference: String!) {\n    recordTransfer(tenantId: $tenantId, invoiceId: $invoiceId, amount: $amount, reference: $reference) { status errors { field message } payment { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CreditInvoice($tenantId: ID!, $invoiceId: ID!, $minor: Int!, $reason: String!) {\n    creditInvoice(tenantId: $tenantId, invoiceId: $invoiceId, minor: $minor, reason: $reason) { status errors { field message } creditNote { number } }\n  }\n"): (typeof documents)["\n  mutation CreditInvoice($tenantId: ID!, $invoiceId: ID!, $minor: Int!, $reason: String!) {\n    creditInvoice(tenantId: $tenantId, invoiceId: $invoiceId, minor: $minor, reason: $reason) { status errors { field message } creditNote { number } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation WriteOffInvoice($tenantId: ID!, $invoiceId: ID!, $reason: String!) {\n    writeOffInvoice(tenantId: $tenantId, invoiceId: $invoiceId, reason: $reason) { status errors { field message } invoice { status } }\n  }\n"): (typeof documents)["\n  mutation WriteOffInvoice($tenantId: ID!, $invoiceId: ID!, $reason: String!) {\n    writeOffInvoice(tenantId: $tenantId, invoiceId: $invoiceId, reason: $reason) { status errors { field message } invoice { status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation GrantCredit($tenantId: ID!, $amount: MoneyInput!, $note: String!) {\n    grantCredit(tenantId: $tenantId, amount: $amount, note: $note) { status errors { field message } grant { id } }\n  }\n"): (typeof documents)["\n  mutation GrantCredit($tenantId: ID!, $amount: MoneyInput!, $note: String!) {\n    grantCredit(tenantId: $tenantId, amount: $amount, note: $note) { status errors { field message } grant { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation DecideDispute($tenantId: ID!, $disputeId: ID!, $accept: Boolean!, $answer: String!) {\n    decideDispute(tenantId: $tenantId, disputeId: $disputeId, accept: $accept, answer: $answer) { status errors { field message } dispute { status } }\n  }\n"): (typeof documents)["\n  mutation DecideDispute($tenantId: ID!, $disputeId: ID!, $accept: Boolean!, $answer: String!) {\n    decideDispute(tenantId: $tenantId, disputeId: $disputeId, accept: $accept, answer: $answer) { status errors { field message } dispute { status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query Reconciliations { reconciliations { at firms differences { tenant check expected found } } }"): (typeof documents)["query Reconciliations { reconciliations { at firms differences { tenant check expected found } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "mutation Reconcile { reconcile { status errors { field message } reconciliation { firms } } }"): (typeof documents)["mutation Reconcile { reconcile { status errors { field message } reconciliation { firms } } }"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query AllTenants($search: String, $after: String) {\n    plans\n    allTenants(search: $search, first: 50, after: $after) {\n      edges {\n        node {\n          members lastSeenAt\n          tenant { id name industry locale status createdAt quota { plan messagesPerSecond requestsPerSecond members queryDepth queryComplexity } allowance { members } }\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"): (typeof documents)["\n  query AllTenants($search: String, $after: String) {\n    plans\n    allTenants(search: $search, first: 50, after: $after) {\n      edges {\n        node {\n          members lastSeenAt\n          tenant { id name industry locale status createdAt quota { plan messagesPerSecond requestsPerSecond members queryDepth queryComplexity } allowance { members } }\n        }\n      }\n      pageInfo { hasNextPage endCursor }\n    }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetQuota($id: ID!, $quota: QuotaInput!) {\n    setTenantQuota(tenantId: $id, quota: $quota) { status errors { field message } tenant { id } }\n  }\n"): (typeof documents)["\n  mutation SetQuota($id: ID!, $quota: QuotaInput!) {\n    setTenantQuota(tenantId: $id, quota: $quota) { status errors { field message } tenant { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetSuspended($id: ID!, $suspended: Boolean!) {\n    setTenantSuspended(tenantId: $id, suspended: $suspended) { status errors { field message } tenant { id status } }\n  }\n"): (typeof documents)["\n  mutation SetSuspended($id: ID!, $suspended: Boolean!) {\n    setTenantSuspended(tenantId: $id, suspended: $suspended) { status errors { field message } tenant { id status } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Hours {\n    businessHours { weekly { weekday opens closes } holidays { date name } }\n  }\n"): (typeof documents)["\n  query Hours {\n    businessHours { weekly { weekday opens closes } holidays { date name } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveHours($input: BusinessHoursInput!) {\n    setBusinessHours(input: $input) { status errors { field message } hours { weekly { weekday } } }\n  }\n"): (typeof documents)["\n  mutation SaveHours($input: BusinessHoursInput!) {\n    setBusinessHours(input: $input) { status errors { field message } hours { weekly { weekday } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query RoutingQueues {\n    taskQueues { id name skills priority offerSeconds targetSeconds waiting }\n    workflows { id locale keywords queueId }\n  }\n"): (typeof documents)["\n  query RoutingQueues {\n    taskQueues { id name skills priority offerSeconds targetSeconds waiting }\n    workflows { id locale keywords queueId }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveQueue($id: ID, $input: TaskQueueInput!) {\n    saveTaskQueue(id: $id, input: $input) { status errors { field message } queue { id } }\n  }\n"): (typeof documents)["\n  mutation SaveQueue($id: ID, $input: TaskQueueInput!) {\n    saveTaskQueue(id: $id, input: $input) { status errors { field message } queue { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SaveWorkflows($workflows: [WorkflowInput!]!) {\n    saveWorkflows(workflows: $workflows) { status errors { field message } workflows { id } }\n  }\n"): (typeof documents)["\n  mutation SaveWorkflows($workflows: [WorkflowInput!]!) {\n    saveWorkflows(workflows: $workflows) { status errors { field message } workflows { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Workers {\n    workers { id name activity capacity load skills locales }\n  }\n"): (typeof documents)["\n  query Workers {\n    workers { id name activity capacity load skills locales }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateWorker($input: UpdateWorkerInput!) {\n    updateWorker(input: $input) { status errors { field message } worker { id } }\n  }\n"): (typeof documents)["\n  mutation UpdateWorker($input: UpdateWorkerInput!) {\n    updateWorker(input: $input) { status errors { field message } worker { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Exports {\n    exports { id status progress size createdAt expiresAt }\n  }\n"): (typeof documents)["\n  query Exports {\n    exports { id status progress size createdAt expiresAt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RequestExport {\n    requestExport { status errors { field message } export { id } }\n  }\n"): (typeof documents)["\n  mutation RequestExport {\n    requestExport { status errors { field message } export { id } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation UpdateTenant($input: TenantPatch!) {\n    updateTenant(input: $input) { status errors { field message } tenant { id name locale timeZone } }\n  }\n"): (typeof documents)["\n  mutation UpdateTenant($input: TenantPatch!) {\n    updateTenant(input: $input) { status errors { field message } tenant { id name locale timeZone } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RequestDeletion {\n    requestTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n"): (typeof documents)["\n  mutation RequestDeletion {\n    requestTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation CancelDeletion {\n    cancelTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n"): (typeof documents)["\n  mutation CancelDeletion {\n    cancelTenantDeletion { status errors { field message } tenant { id status deleteAfter } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Mails {\n    mails { id to subject body createdAt sentAt }\n  }\n"): (typeof documents)["\n  query Mails {\n    mails { id to subject body createdAt sentAt }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Sessions {\n    sessions { id createdAt lastUsedAt expiresAt userAgent current }\n  }\n"): (typeof documents)["\n  query Sessions {\n    sessions { id createdAt lastUsedAt expiresAt userAgent current }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation RevokeSession($id: ID!) {\n    revokeSession(id: $id) { status errors { field message } removed }\n  }\n"): (typeof documents)["\n  mutation RevokeSession($id: ID!) {\n    revokeSession(id: $id) { status errors { field message } removed }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation BeginTotp {\n    beginTotp { status errors { field message } setup { secret url } }\n  }\n"): (typeof documents)["\n  mutation BeginTotp {\n    beginTotp { status errors { field message } setup { secret url } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetTotp($enabled: Boolean!, $code: String!) {\n    setTotp(enabled: $enabled, code: $code) { status errors { field message } member { id totpEnabled } }\n  }\n"): (typeof documents)["\n  mutation SetTotp($enabled: Boolean!, $code: String!) {\n    setTotp(enabled: $enabled, code: $code) { status errors { field message } member { id totpEnabled } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation ResendVerification {\n    resendVerification { status errors { field message } sent }\n  }\n"): (typeof documents)["\n  mutation ResendVerification {\n    resendVerification { status errors { field message } sent }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Board {\n    taskQueues { id name waiting oldestWaitingSince }\n    workers { id name activity activitySince load capacity }\n    tasks { id status summary createdAt atRiskAt dueAt member { id name } conversation { id contact { id name } } }\n  }\n"): (typeof documents)["\n  query Board {\n    taskQueues { id name waiting oldestWaitingSince }\n    workers { id name activity activitySince load capacity }\n    tasks { id status summary createdAt atRiskAt dueAt member { id name } conversation { id contact { id name } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription BoardChanged {\n    deskChanged { kind }\n  }\n"): (typeof documents)["\n  subscription BoardChanged {\n    deskChanged { kind }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query FindArticles($search: String) {\n    articles(search: $search, first: 20) { edges { node { id texts { locale title } } } }\n  }\n"): (typeof documents)["\n  query FindArticles($search: String) {\n    articles(search: $search, first: 20) { edges { node { id texts { locale title } } } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query MyWorker {\n    myWorker { id activity pausedAt load capacity }\n  }\n"): (typeof documents)["\n  query MyWorker {\n    myWorker { id activity pausedAt load capacity }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  subscription MyDesk {\n    deskChanged { kind }\n  }\n"): (typeof documents)["\n  subscription MyDesk {\n    deskChanged { kind }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  mutation SetActivity($activity: Activity!) {\n    setActivity(activity: $activity) { status errors { field message } worker { id activity pausedAt } }\n  }\n"): (typeof documents)["\n  mutation SetActivity($activity: Activity!) {\n    setActivity(activity: $activity) { status errors { field message } worker { id activity pausedAt } }\n  }\n"];
/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "\n  query Viewer {\n    viewer {\n      tenant { id name locale timeZone industry status deleteAfter }\n      member { id name email role totpEnabled emailVerified }\n      permissions\n      operator\n      sendsMail\n    }\n  }\n"): (typeof documents)["\n  query Viewer {\n    viewer {\n      tenant { id name locale timeZone industry status deleteAfter }\n      member { id name email role totpEnabled emailVerified }\n      permissions\n      operator\n      sendsMail\n    }\n  }\n"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;