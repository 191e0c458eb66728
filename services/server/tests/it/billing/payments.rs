//! Payment through the provider, against a fake of it that keeps state and fails as it is told.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::TimeDelta;
use lingxi_contracts::billing::{BillingClient, Catalog, ChangeMoment, Invoice, InvoiceStatus, Payment, PaymentStatus};
use lingxi_fakes::Stripe;
use lingxi_fakes::stripe::{Fault, Payer};
use lingxi_kernel::{Ctx, Currency, ErrorCode, Money, PageArgs, PaymentId, Timestamp};
use lingxi_store::system;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};

use crate::cloud::TestCloud;

const SECRET: &str = "whsec_fake";

/// A firm on a plan of 30 dollars a month, and a provider.
struct Till {
    test: TestCloud,
    fake: Stripe,
    billing: Arc<dyn BillingClient>,
    owner: Ctx,
}

fn plan(currency: &str, price: &str) -> Catalog {
    let text = format!(
        "[[plans]]\ncode = \"till\"\nversion = 1\nname = {{ en = \"till\" }}\ncurrency = \"{currency}\"\npublic = true\n\
         [[plans.charges]]\nkey = \"base\"\nname = {{ en = \"base\" }}\nmodel = \"flat\"\nprice = \"{price}\"\n"
    );
    toml::from_str(&text).unwrap()
}

impl Till {
    async fn open() -> Self {
        Self::open_in("USD", "30").await
    }

    async fn open_in(currency: &str, price: &str) -> Self {
        let fake = Stripe::start("127.0.0.1:0").unwrap();
        let url = fake.url();
        let test = TestCloud::start_with(|config| {
            config.billing.stripe.secret_key = Some("sk_test_fake".into());
            config.billing.stripe.webhook_secret = Some(SECRET.into());
            config.billing.stripe.url = url;
            config.billing.stripe.timeout_ms = 300;
        })
        .await;
        let billing = test.cloud.services.billing.clone();
        billing.apply_catalog(&system::ctx("billing"), plan(currency, price)).await.unwrap();
        let till = Self { owner: Self::at(&test, &fake, "2026-11-01T00:00:00Z").await, test, fake, billing };
        till.billing.choose_plan(&till.owner, "till", ChangeMoment::Now).await.unwrap();
        till
    }

    async fn at(test: &TestCloud, fake: &Stripe, start: &str) -> Ctx {
        let start: Timestamp = start.parse().unwrap();
        test.set_clock(start);
        fake.set_clock(start);
        test.firm_in("Till", "en-US", "UTC").await
    }

    /// Time passes, and the timers run.
    async fn pass(&self, time: TimeDelta) {
        self.test.pass(time);
        self.fake.set_clock(self.now());
        self.test.cloud.run_timers().await.unwrap();
        self.test.settle().await;
    }

    fn now(&self) -> Timestamp {
        self.test.db().env().now()
    }

    async fn tell(&self, event: &str) {
        let signature = lingxi_payments::sign(SECRET, self.now(), event).unwrap();
        self.billing.provider_notice(event.to_owned(), &signature).await.unwrap();
    }

    /// Everything that the provider has to tell arrives.
    async fn told(&self) {
        for event in self.fake.take_events() {
            self.tell(&event).await;
        }
        self.test.settle().await;
    }

    async fn card(&self, payer: Payer) {
        let page = self.billing.set_up_card(&self.owner).await.unwrap();
        self.fake.at_page(&page, payer);
        self.told().await;
    }

    async fn top_up(&self, minor: i64, payer: Payer) {
        // So that the newest payment is the first.
        self.test.pass(TimeDelta::seconds(1));
        let page = self.billing.top_up(&self.owner, minor).await.unwrap();
        self.fake.at_page(&page, payer);
    }

    /// November ends, and its invoice is final.
    async fn invoice(&self) -> Invoice {
        self.pass("2026-12-01T01:00:00Z".parse::<Timestamp>().unwrap() - self.now()).await;
        self.pass(TimeDelta::hours(24)).await;
        self.newest().await
    }

    async fn newest(&self) -> Invoice {
        self.billing.invoices(&self.owner, PageArgs::largest()).await.unwrap().into_items().remove(0)
    }

    async fn payments(&self) -> Vec<Payment> {
        self.billing.payments(&self.owner, PageArgs::largest()).await.unwrap().into_items()
    }

    async fn balance(&self) -> i64 {
        self.billing.wallet(&self.owner).await.unwrap().balance.minor
    }

    async fn accounts(&self) -> BTreeMap<String, i64> {
        let mut sums = BTreeMap::new();
        for entry in self.billing.ledger(&self.owner, PageArgs::largest()).await.unwrap().into_items() {
            *sums.entry(entry.account.as_str().to_owned()).or_default() += entry.amount.minor;
        }
        sums.retain(|_, sum| *sum != 0);
        sums
    }

    async fn refund(&self, payment: PaymentId, minor: i64) -> lingxi_kernel::Result<Payment> {
        let operator = system::ctx("billing");
        self.billing.refund_payment(&operator, self.owner.tenant, payment, minor, "asked for").await
    }

    /// What came is what the provider has, and everything adds up.
    async fn end(self) {
        let report = self.billing.reconcile(&system::ctx("billing")).await.unwrap();
        assert_eq!(report.differences, []);
        self.fake.stop().await;
        self.test.end().await;
    }
}

fn accounts<const N: usize>(wanted: [(&str, i64); N]) -> BTreeMap<String, i64> {
    wanted.into_iter().map(|(name, minor)| (name.to_owned(), minor)).collect()
}

#[tokio::test]
async fn without_a_key_payment_is_off_and_says_so() {
    let test = TestCloud::start().await;
    let (owner, billing) = (test.firm("Cash Only").await, &test.cloud.services.billing);
    assert!(!billing.payment_options(&owner).await.unwrap().online);
    let refused = billing.top_up(&owner, 1_000).await.unwrap_err();
    assert!(refused.code == ErrorCode::Conflict && refused.message.contains("pay by transfer"), "{refused}");
    assert!(billing.set_up_card(&owner).await.is_err() && billing.payment_portal(&owner).await.is_err());
    assert!(billing.provider_notice("{}".into(), "t=1,v1=00").await.is_err());
    test.end().await;
}

#[tokio::test]
async fn a_wallet_is_filled_by_alipay_once_however_often_it_is_told() {
    let till = Till::open_in("CNY", "0").await;
    till.top_up(20_000, Payer::Pays).await;
    let page = &till.fake.objects("cs")[0];
    assert!(page["payment_method_types"].as_array().unwrap().contains(&"alipay".into()), "{page}");
    let events = till.fake.take_events();
    // Twice, and the last first.
    for event in events.iter().rev().chain(&events) {
        till.tell(event).await;
    }
    assert_eq!(till.balance().await, 20_000);
    assert_eq!(till.accounts().await, accounts([("provider", 20_000), ("wallet", -20_000)]));
    let paid = till.payments().await.remove(0);
    assert!(paid.status == PaymentStatus::Succeeded && paid.reference.starts_with("pi_"), "{paid:?}");
    till.end().await;
}

#[tokio::test]
async fn money_that_takes_a_while_counts_when_it_is_there() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::PaysLater).await;
    till.told().await;
    assert_eq!((till.balance().await, till.payments().await[0].status), (0, PaymentStatus::Pending));
    till.fake.arrives(true);
    till.told().await;
    assert_eq!(till.balance().await, 5_000);
    till.top_up(700, Payer::PaysLater).await;
    till.fake.arrives(false);
    till.told().await;
    let failed = till.payments().await.remove(0);
    assert_eq!((till.balance().await, failed.status), (5_000, PaymentStatus::Failed));
    assert!(failed.failure.unwrap().contains("insufficient funds"));
    till.end().await;
}

#[tokio::test]
async fn a_page_that_nobody_used_is_over_and_a_declined_payer_may_try_again() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::Leaves).await;
    till.told().await;
    assert_eq!(till.payments().await[0].status, PaymentStatus::Failed);
    // Ids of one millisecond are in no order.
    till.pass(TimeDelta::seconds(1)).await;
    let page = till.billing.top_up(&till.owner, 6_000).await.unwrap();
    till.fake.at_page(&page, Payer::IsDeclined);
    till.told().await;
    assert_eq!(till.payments().await[0].status, PaymentStatus::Pending);
    till.fake.at_page(&page, Payer::Pays);
    till.told().await;
    assert_eq!((till.balance().await, till.payments().await[0].status), (6_000, PaymentStatus::Succeeded));
    till.end().await;
}

#[tokio::test]
async fn what_no_notice_told_is_asked_for() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::Pays).await;
    till.fake.take_events();
    till.pass(TimeDelta::minutes(4)).await;
    assert_eq!(till.balance().await, 0);
    till.pass(TimeDelta::minutes(2)).await;
    assert_eq!(till.balance().await, 5_000);
    till.end().await;
}

#[tokio::test]
async fn that_a_payment_cannot_be_looked_up_says_nothing_about_the_money() {
    for status in [401, 404, 503] {
        let till = Till::open().await;
        till.top_up(5_000, Payer::Pays).await;
        till.fake.take_events();
        till.fake.refuse(Some(("GET /v1/checkout/sessions", status)));
        till.pass(TimeDelta::minutes(6)).await;
        assert_eq!((till.payments().await[0].status, till.balance().await), (PaymentStatus::Pending, 0));
        till.fake.refuse(None);
        till.pass(TimeDelta::minutes(6)).await;
        assert_eq!((till.payments().await[0].status, till.balance().await), (PaymentStatus::Succeeded, 5_000));
        till.end().await;

        // The same of a charge that is only in the provider's list.
        let till = Till::open().await;
        till.card(Payer::Pays).await;
        till.fake.fail("POST /v1/payment_intents", Fault::DropAfterCommit);
        till.fake.refuse(Some(("POST /v1/payment_intents", status)));
        till.invoice().await;
        till.fake.take_events();
        till.pass(TimeDelta::minutes(6)).await;
        assert_eq!(till.payments().await[0].status, PaymentStatus::Pending, "asked again and refused");
        till.fake.refuse(Some(("GET /v1/payment_intents", status)));
        till.pass(TimeDelta::minutes(200)).await;
        assert_eq!(till.payments().await[0].status, PaymentStatus::Pending);
        till.fake.refuse(None);
        till.pass(TimeDelta::minutes(6)).await;
        assert_eq!((till.newest().await.status, till.payments().await.len()), (InvoiceStatus::Paid, 1));
        till.end().await;
    }
}

#[tokio::test]
async fn a_card_pays_invoices_as_they_become_final() {
    let till = Till::open().await;
    till.card(Payer::Pays).await;
    let card = till.billing.payment_options(&till.owner).await.unwrap().card.unwrap();
    assert_eq!((card.brand.as_str(), card.last4.as_str()), ("visa", "4242"));
    let invoice = till.invoice().await;
    assert_eq!((invoice.status, invoice.due.minor), (InvoiceStatus::Paid, 0));
    till.told().await;
    assert_eq!(till.accounts().await, accounts([("provider", 3_000), ("revenue", -3_000)]));
    assert_eq!(till.fake.count("POST /v1/payment_intents"), 1);
    till.end().await;
}

#[tokio::test]
async fn a_firm_is_told_when_its_card_ends_before_the_period_is_charged() {
    let till = Till::open().await;
    // It can be used in August 2031 for the last time.
    till.card(Payer::Pays).await;
    let told = async || {
        let mails = till.test.cloud.services.tenants.mails(&till.owner).await.unwrap();
        mails.iter().filter(|mail| mail.body.contains("VISA •••• 4242 can be used until 2031-08")).count()
    };
    till.pass("2031-07-31T23:00:00Z".parse::<Timestamp>().unwrap() - till.now()).await;
    assert_eq!(told().await, 0);
    till.pass(TimeDelta::hours(2)).await;
    assert_eq!(told().await, 1);
    till.end().await;
}

#[tokio::test]
async fn a_declined_card_is_tried_again_until_the_invoice_is_given_up_and_a_new_card_pays() {
    let till = Till::open().await;
    till.card(Payer::IsDeclined).await;
    let invoice = till.invoice().await;
    assert_eq!((invoice.status, invoice.attempts), (InvoiceStatus::Open, 1), "there are days to pay it in");
    let late = [InvoiceStatus::Open, InvoiceStatus::Open, InvoiceStatus::PastDue];
    for ((days, attempts), status) in [(3, 2), (5, 3), (7, 4)].into_iter().zip(late) {
        till.pass(TimeDelta::days(days) - TimeDelta::hours(1)).await;
        let before = till.newest().await;
        assert_eq!((before.attempts, before.status), (attempts - 1, status));
        till.pass(TimeDelta::hours(1)).await;
        assert_eq!(till.newest().await.attempts, attempts);
    }
    assert_eq!(till.newest().await.status, InvoiceStatus::Uncollectible);
    let failed = till.payments().await;
    assert!(failed.len() == 4 && failed.iter().all(|payment| payment.status == PaymentStatus::Failed), "{failed:?}");
    let mails = till.test.cloud.services.tenants.mails(&till.owner).await.unwrap();
    assert_eq!(mails.iter().filter(|mail| mail.body.contains("insufficient funds")).count(), 4);
    till.card(Payer::Pays).await;
    till.pass(TimeDelta::minutes(1)).await;
    assert_eq!(till.newest().await.status, InvoiceStatus::Paid, "{:?}", till.payments().await);
    till.end().await;
}

#[tokio::test]
async fn an_invoice_is_paid_at_a_page_and_what_is_paid_twice_is_credit() {
    let till = Till::open().await;
    let id = till.invoice().await.id;
    let pages = [(); 2].map(|()| till.billing.pay_invoice(&till.owner, id));
    for page in futures::future::join_all(pages).await {
        till.fake.at_page(&page.unwrap(), Payer::Pays);
    }
    till.told().await;
    assert_eq!((till.newest().await.status, till.balance().await), (InvoiceStatus::Paid, 3_000));
    assert!(till.billing.pay_invoice(&till.owner, id).await.unwrap_err().message.contains("Nothing is to be paid"));
    till.end().await;
}

#[tokio::test]
async fn filling_the_wallet_pays_what_is_open() {
    let till = Till::open().await;
    assert_eq!(till.invoice().await.status, InvoiceStatus::Open);
    till.top_up(2_000, Payer::Pays).await;
    till.told().await;
    assert_eq!((till.newest().await.due.minor, till.balance().await), (1_000, 0));
    till.top_up(2_000, Payer::Pays).await;
    till.told().await;
    assert_eq!((till.newest().await.status, till.balance().await), (InvoiceStatus::Paid, 1_000));
    till.end().await;
}

#[tokio::test]
async fn whatever_goes_wrong_a_card_is_charged_once() {
    use Fault::{Break, DropAfterCommit, Hang, Refuse};
    for faults in [
        vec![DropAfterCommit],
        vec![Refuse(409), Refuse(429)],
        vec![Refuse(500), DropAfterCommit, Refuse(503)],
        vec![Hang],
        vec![Hang, Hang, Hang],
        vec![DropAfterCommit, Hang, Hang],
        vec![Break],
        vec![Refuse(401)],
    ] {
        let till = Till::open().await;
        till.card(Payer::Pays).await;
        for fault in &faults {
            till.fake.fail("POST /v1/payment_intents", *fault);
        }
        till.invoice().await;
        // Whoever was not told asks again, with the same key; and after hours, looks into the provider's list.
        for minutes in [6, 6, 200] {
            till.pass(TimeDelta::minutes(minutes)).await;
        }
        // A fault that stays with its key makes it an attempt that failed; the next has another key.
        till.pass(TimeDelta::days(3)).await;
        till.told().await;
        assert_eq!(till.newest().await.status, InvoiceStatus::Paid, "{faults:?}");
        let charged = till.fake.objects("pi").iter().filter(|intent| intent["status"] == "succeeded").count();
        assert_eq!(charged, 1, "{faults:?}");
        assert_eq!(till.accounts().await, accounts([("provider", 3_000), ("revenue", -3_000)]), "{faults:?}");
        till.end().await;
    }
}

#[tokio::test]
async fn a_page_that_could_not_be_made_leaves_nothing_open() {
    let till = Till::open().await;
    for fault in [Fault::Hang; 3] {
        till.fake.fail("POST /v1/checkout/sessions", fault);
    }
    assert_eq!(till.billing.top_up(&till.owner, 5_000).await.unwrap_err().code, ErrorCode::Unavailable);
    assert_eq!(till.payments().await[0].status, PaymentStatus::Failed);
    for wrong in [0, -5, 99, 100_000_001] {
        assert_eq!(till.billing.top_up(&till.owner, wrong).await.unwrap_err().code, ErrorCode::Invalid);
    }
    till.end().await;
}

#[tokio::test]
async fn the_provider_takes_two_of_three_decimals_and_the_rest_is_credit() {
    let till = Till::open_in("KWD", "1.234").await;
    till.card(Payer::Pays).await;
    assert_eq!(till.invoice().await.status, InvoiceStatus::Paid);
    assert_eq!(till.payments().await[0].amount, Money::new(1_240, Currency::Kwd));
    assert_eq!(till.balance().await, 6);
    till.end().await;
}

#[tokio::test]
async fn unused_credit_goes_back_to_where_it_came_from() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::Pays).await;
    till.told().await;
    let id = till.payments().await[0].id;
    let back = till.refund(id, 1_500).await.unwrap();
    assert_eq!((back.refunded.minor, back.refunds[0].status), (1_500, PaymentStatus::Succeeded));
    till.told().await;
    assert_eq!(till.balance().await, 3_500);
    assert_eq!(till.refund(id, 3_501).await.unwrap_err().code, ErrorCode::Invalid);
    // Of the rest the invoice uses 30; what was used has to be taken back first.
    till.invoice().await;
    assert!(till.refund(id, 501).await.unwrap_err().fields[0].message.contains("USD 5.00"));
    let (operator, invoice) = (system::ctx("billing"), till.newest().await.id);
    till.billing.credit_invoice(&operator, till.owner.tenant, invoice, 3_000, "agreed").await.unwrap();
    assert_eq!(till.refund(id, 3_500).await.unwrap().status, PaymentStatus::Refunded);
    till.told().await;
    assert_eq!((till.balance().await, till.accounts().await), (0, accounts([])));
    till.end().await;
}

#[tokio::test]
async fn a_refund_that_fails_is_credit_again_and_one_without_an_answer_is_asked_for() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::Pays).await;
    till.told().await;
    let id = till.payments().await[0].id;
    till.fake.refunds_are("pending");
    till.refund(id, 2_000).await.unwrap();
    assert_eq!(till.balance().await, 3_000);
    // However long it waits, it is looked up and not asked for again.
    till.pass(TimeDelta::days(2)).await;
    assert_eq!(till.fake.count("POST /v1/refunds"), 1);
    till.fake.refunds_are("failed");
    let events = till.fake.take_events();
    for event in events.iter().chain(&events) {
        till.tell(event).await;
    }
    let payment = till.payments().await.remove(0);
    assert_eq!((till.balance().await, payment.refunded.minor), (5_000, 0));
    assert_eq!(payment.refunds[0].status, PaymentStatus::Failed);
    till.fake.refunds_are("succeeded");
    // So that the second refund is the second.
    till.test.pass(TimeDelta::seconds(1));
    for fault in [Fault::DropAfterCommit, Fault::Hang, Fault::Refuse(500)] {
        till.fake.fail("POST /v1/refunds", fault);
    }
    let waits = till.refund(id, 1_000).await.unwrap();
    assert_eq!(waits.refunds[1].status, PaymentStatus::Pending);
    till.fake.take_events();
    till.pass(TimeDelta::minutes(6)).await;
    assert_eq!(till.payments().await[0].refunds[1].status, PaymentStatus::Succeeded);
    assert_eq!(till.accounts().await, accounts([("provider", 4_000), ("wallet", -4_000)]));
    till.end().await;
}

#[tokio::test]
async fn money_that_is_taken_back_elsewhere_is_booked_once() {
    let till = Till::open().await;
    till.card(Payer::Pays).await;
    till.invoice().await;
    till.told().await;
    // Somebody gives 5 back at the provider's pages: the invoice is due again for them.
    till.fake.refund_by_hand(500);
    let events = till.fake.take_events();
    for event in events.iter().chain(&events) {
        till.tell(event).await;
    }
    assert_eq!(till.newest().await.due.minor, 500);
    // The payer's bank takes a top-up back, and has to give it again.
    till.top_up(2_000, Payer::Pays).await;
    till.told().await;
    assert_eq!((till.newest().await.due.minor, till.balance().await), (0, 1_500));
    till.fake.chargeback(false);
    till.told().await;
    assert_eq!(till.balance().await, 0);
    assert_eq!(till.accounts().await, accounts([("bad_debt", 500), ("provider", 2_500), ("revenue", -3_000)]));
    till.fake.chargeback(true);
    till.told().await;
    assert_eq!(till.balance().await, 2_000);
    till.end().await;
}

#[tokio::test]
async fn a_transfer_goes_back_by_transfer() {
    let till = Till::open().await;
    let (operator, tenant) = (system::ctx("billing"), till.owner.tenant);
    let amount = Money::new(1_000, Currency::Usd);
    let paid = till.billing.record_transfer(&operator, tenant, None, amount, "B1").await.unwrap();
    assert_eq!(till.refund(paid.id, 1_000).await.unwrap().status, PaymentStatus::Refunded);
    assert_eq!((till.accounts().await, till.fake.count("refunds")), (accounts([]), 0));
    till.end().await;
}

#[tokio::test]
async fn a_removed_card_is_not_charged_and_the_firm_is_reminded() {
    let till = Till::open().await;
    till.card(Payer::Pays).await;
    assert!(till.billing.payment_portal(&till.owner).await.unwrap().contains("/cards/cus_"));
    till.fake.remove_cards();
    till.fake.take_events();
    till.invoice().await;
    assert_eq!(till.newest().await.attempts, 1);
    assert_eq!(till.billing.payment_options(&till.owner).await.unwrap().card, None);
    assert_eq!(till.fake.count("POST /v1/payment_intents"), 0);
    till.end().await;
}

#[tokio::test]
async fn what_the_provider_has_and_we_do_not_is_found() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::Pays).await;
    till.test.pass(TimeDelta::hours(4));
    till.fake.set_clock(till.now());
    let found = till.billing.reconcile(&system::ctx("billing")).await.unwrap().differences;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].expected.as_str(), found[0].found.as_str()), ("USD 50.00 succeeded", "USD 50.00 not there"));
    till.told().await;
    till.end().await;
}

#[tokio::test]
async fn a_notice_that_cannot_be_handled_is_kept_tried_again_and_seen() {
    let till = Till::open().await;
    till.top_up(5_000, Payer::Pays).await;
    for _ in 0..12 {
        till.fake.fail("GET /v1/checkout", Fault::Refuse(500));
        till.fake.fail("GET /v1/payment_intents/", Fault::Refuse(500));
    }
    till.told().await;
    assert_eq!(till.balance().await, 0);
    till.test.pass(TimeDelta::hours(4));
    till.fake.set_clock(till.now());
    let found = till.billing.reconcile(&system::ctx("billing")).await.unwrap().differences;
    assert!(found.iter().any(|one| one.check.starts_with("notice evt_") && one.expected == "handled"), "{found:?}");
    for _ in 0..8 {
        till.pass(TimeDelta::hours(1)).await;
    }
    assert_eq!(till.balance().await, 5_000);
    till.end().await;
}

/// Many firms' people pay, decline, leave and wait; every notice comes three times, in any order, four at once, some of which find the
/// provider away. In the end our books say what the provider's do.
#[tokio::test]
async fn in_any_order_with_any_fault_our_books_are_the_providers() {
    let till = Till::open().await;
    let mut random = StdRng::seed_from_u64(20_261_126);
    till.card(Payer::Pays).await;
    for _ in 0..30 {
        let payer = [Payer::Pays, Payer::Pays, Payer::PaysLater, Payer::IsDeclined, Payer::Leaves];
        till.top_up(random.random_range(100..=90_000), payer[random.random_range(0..payer.len())]).await;
        if random.random_bool(0.5) {
            till.fake.arrives(random.random_bool(0.7));
        }
        if random.random_bool(0.2) {
            till.fake.fail("GET /v1/", Fault::Refuse([409, 429, 500, 503][random.random_range(0..4)]));
        }
        if random.random_bool(0.1) {
            till.fake.fail("GET /v1/", Fault::Hang);
        }
    }
    let events = till.fake.take_events();
    let mut all: Vec<&String> = events.iter().cycle().take(events.len() * 3).collect();
    all.shuffle(&mut random);
    let billing = &till.billing;
    for few in all.chunks(4) {
        let told = few.iter().map(|event| {
            let signature = lingxi_payments::sign(SECRET, till.now(), event).unwrap();
            let event = (*event).clone();
            async move { billing.provider_notice(event, &signature).await }
        });
        for told in futures::future::join_all(told).await {
            told.unwrap();
        }
    }
    for _ in 0..4 {
        till.pass(TimeDelta::hours(1)).await;
    }
    let theirs: i64 = till.fake.objects("pi").iter().filter_map(|intent| intent["amount_received"].as_i64()).sum();
    assert!(theirs > 0);
    assert_eq!(till.balance().await, theirs);
    assert_eq!(till.accounts().await, accounts([("provider", theirs), ("wallet", -theirs)]));
    till.end().await;
}
