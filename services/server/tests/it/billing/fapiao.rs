//! Fapiao of paid invoices: by an adapter, by hand, and taken back.

use chrono::TimeDelta;
use lingxi_contracts::billing::{
    BillingProfile, Catalog, ChangeMoment, Fapiao, FapiaoKind, FapiaoRequest, FapiaoStatus, Tax,
};
use lingxi_fakes::Fapiao as Adapter;
use lingxi_kernel::{Ctx, Currency, ErrorCode, InvoiceId, Money, PageArgs, Timestamp};
use lingxi_store::system;

use crate::cloud::TestCloud;

/// A firm with an invoice of 106.00 yuan, 6.00 of it tax, and whom else it takes.
async fn invoiced(adapter: Option<&Adapter>, paid: bool) -> (TestCloud, Ctx, InvoiceId) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let test = TestCloud::start_with(|config| {
        config.billing.fapiao.url = adapter.map(Adapter::url);
        config.billing.fapiao.key = Some("fake-key".into());
        config.billing.fapiao.timeout_ms = 500;
        config.billing.issuer = "灵犀科技".into();
    })
    .await;
    let start: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    test.set_clock(start);
    let billing = test.cloud.services.billing.clone();
    let operator = system::ctx("billing");
    let plan = "[[plans]]\ncode = \"till\"\nversion = 1\nname = { en = \"till\" }\ncurrency = \"CNY\"\npublic = true\n\
                [[plans.charges]]\nkey = \"base\"\nname = { en = \"base\" }\nmodel = \"flat\"\nprice = \"100\"\n";
    let mut catalog: Catalog = toml::from_str(plan).unwrap();
    let tax = "region = \"CN\"\nname = { zh = \"增值税\", en = \"VAT\" }\npercent = \"6\"";
    catalog.taxes.push(toml::from_str::<Tax>(tax).unwrap());
    billing.apply_catalog(&operator, catalog).await.unwrap();
    let owner = test.firm_in("Piao", "zh-CN", "UTC").await;
    let profile = BillingProfile { name: "票据保险".into(), region: "CN".into(), ..BillingProfile::default() };
    billing.set_profile(&owner, profile).await.unwrap();
    billing.choose_plan(&owner, "till", ChangeMoment::Now).await.unwrap();
    if paid {
        let amount = Money::new(10_600, Currency::Cny);
        billing.record_transfer(&operator, owner.tenant, None, amount, "B1").await.unwrap();
    }
    for hours in [30 * 24 + 1, 24] {
        test.pass(TimeDelta::hours(hours));
        test.cloud.run_timers().await.unwrap();
        test.settle().await;
    }
    let invoice = billing.invoices(&owner, PageArgs::largest()).await.unwrap().into_items().remove(0);
    assert_eq!((invoice.total.minor, invoice.tax.minor), (10_600, 600));
    (test, owner, invoice.id)
}

fn request(invoice_id: InvoiceId) -> FapiaoRequest {
    FapiaoRequest {
        invoice_id,
        kind: FapiaoKind::Special,
        title: "票据保险股份有限公司".into(),
        tax_number: Some("91310000MA1FL0AB3C".into()),
        address: Some("上海市浦东新区世纪大道 1 号 021-5555 0000".into()),
        bank: Some("工商银行 1001 2345 6789".into()),
        email: Some("tax@piao.example".into()),
    }
}

async fn all(test: &TestCloud, owner: &Ctx) -> Vec<Fapiao> {
    test.cloud.services.billing.fapiao(owner, None).await.unwrap()
}

#[tokio::test]
async fn a_provider_issues_each_once_and_takes_back_what_the_invoice_does() {
    let adapter = Adapter::start().unwrap();
    let (test, owner, invoice) = invoiced(Some(&adapter), true).await;
    let billing = test.cloud.services.billing.clone();
    billing.request_fapiao(&owner, request(invoice)).await.unwrap();
    let again = billing.request_fapiao(&owner, request(invoice)).await.unwrap_err();
    assert!(again.code == ErrorCode::Conflict && again.message.contains("already"), "{again}");
    // Away, at its limit, not ready: asked again with the same key.
    for status in [202, 500, 429] {
        adapter.refuse(status);
    }
    for _ in 0..3 {
        test.cloud.run_timers().await.unwrap();
        assert_eq!(all(&test, &owner).await[0].status, FapiaoStatus::Requested);
    }
    test.cloud.run_timers().await.unwrap();
    let done = all(&test, &owner).await.remove(0);
    assert_eq!((done.status, done.number.as_deref()), (FapiaoStatus::Issued, Some("261100000001")));
    let order = adapter.orders().remove(0);
    assert_eq!((order.amount.as_str(), order.tax.as_str(), order.seller.as_str()), ("106.00", "6.00", "灵犀科技"));
    let operator = system::ctx("billing");
    billing.credit_invoice(&operator, owner.tenant, invoice, 5_300, "agreed").await.unwrap();
    test.cloud.run_timers().await.unwrap();
    let red = adapter.orders().remove(1);
    assert_eq!((red.amount.as_str(), red.tax.as_str()), ("-53.00", "-3.00"));
    assert_eq!(red.corrects.as_deref(), Some("261100000001"));
    assert_eq!(all(&test, &owner).await.len(), 2);
    adapter.stop().await;
    test.end().await;
}

#[tokio::test]
async fn what_the_provider_refuses_may_be_asked_for_again() {
    let adapter = Adapter::start().unwrap();
    let (test, owner, invoice) = invoiced(Some(&adapter), true).await;
    let billing = test.cloud.services.billing.clone();
    billing.request_fapiao(&owner, request(invoice)).await.unwrap();
    adapter.refuse(422);
    test.cloud.run_timers().await.unwrap();
    let refused = all(&test, &owner).await.remove(0);
    assert_eq!(
        (refused.status, refused.failure.as_deref()),
        (FapiaoStatus::Refused, Some("The title is not registered"))
    );
    billing.request_fapiao(&owner, request(invoice)).await.unwrap();
    test.cloud.run_timers().await.unwrap();
    assert_eq!(all(&test, &owner).await.iter().filter(|one| one.status == FapiaoStatus::Issued).count(), 1);
    adapter.stop().await;
    test.end().await;
}

#[tokio::test]
async fn without_a_provider_finance_records_the_number() {
    let (test, owner, invoice) = invoiced(None, true).await;
    let (billing, operator) = (test.cloud.services.billing.clone(), system::ctx("billing"));
    for (field, wrong) in [
        ("title", FapiaoRequest { title: " ".into(), ..request(invoice) }),
        ("taxNumber", FapiaoRequest { tax_number: Some("123".into()), ..request(invoice) }),
        ("taxNumber", FapiaoRequest { tax_number: None, ..request(invoice) }),
        ("address", FapiaoRequest { address: None, ..request(invoice) }),
        ("bank", FapiaoRequest { bank: None, ..request(invoice) }),
        ("email", FapiaoRequest { email: Some("nobody".into()), ..request(invoice) }),
    ] {
        let refused = billing.request_fapiao(&owner, wrong).await.unwrap_err();
        assert_eq!(refused.fields[0].field, field);
    }
    let id = billing.request_fapiao(&owner, request(invoice)).await.unwrap().id;
    let record = async |number: Option<&str>, refusal: Option<&str>| {
        let (number, refusal) = (number.map(str::to_owned), refusal.map(str::to_owned));
        billing.record_fapiao(&operator, owner.tenant, id, number, refusal).await
    };
    assert!(record(None, Some(" ")).await.is_err() && record(Some("1"), Some("no")).await.is_err());
    assert_eq!(record(Some("26310000000001"), None).await.unwrap().status, FapiaoStatus::Issued);
    assert!(record(Some("26310000000001"), None).await.is_ok());
    assert_eq!(record(Some("26310000000002"), None).await.unwrap_err().code, ErrorCode::Conflict);
    assert_eq!(
        billing.record_fapiao(&owner, owner.tenant, id, None, None).await.unwrap_err().code,
        ErrorCode::Forbidden
    );
    test.end().await;
}

#[tokio::test]
async fn only_what_is_paid_in_yuan_gets_one_and_a_note_before_the_number_changes_it() {
    let (test, owner, invoice) = invoiced(None, false).await;
    let (billing, operator) = (test.cloud.services.billing.clone(), system::ctx("billing"));
    let unpaid = billing.request_fapiao(&owner, request(invoice)).await.unwrap_err();
    assert!(unpaid.message.contains("that are paid"), "{unpaid}");
    let amount = Money::new(10_600, Currency::Cny);
    billing.record_transfer(&operator, owner.tenant, Some(invoice), amount, "B2").await.unwrap();
    billing.request_fapiao(&owner, request(invoice)).await.unwrap();
    billing.credit_invoice(&operator, owner.tenant, invoice, 2_120, "agreed").await.unwrap();
    let waiting: Vec<Fapiao> =
        all(&test, &owner).await.into_iter().filter(|one| one.status == FapiaoStatus::Requested).collect();
    assert_eq!((waiting.len(), waiting[0].amount.minor, waiting[0].tax.minor), (1, 8_480, 480));
    test.end().await;
}
