//! What must never change does not, and what does not add up is found.

use chrono::TimeDelta;
use lingxi_contracts::billing::{BillingProfile, ChangeMoment, CreditNote, Plan, Tax};
use lingxi_kernel::{Ctx, ErrorCode, PageArgs};
use lingxi_server::cloud::Cloud;
use lingxi_store::system;
use sea_orm::{ConnectionTrait as _, Statement};

use crate::cloud::TestCloud;

/// A firm with a final invoice of a flat fee.
async fn invoiced() -> (TestCloud, Ctx) {
    let test = TestCloud::start().await;
    let owner = test.firm("Guarded Firm").await;
    let billing = &test.cloud.services.billing;
    let profile = BillingProfile { name: "Guarded".into(), region: "US".into(), ..BillingProfile::default() };
    billing.set_profile(&owner, profile).await.unwrap();
    billing.choose_plan(&owner, "growth-usd", ChangeMoment::Now).await.unwrap();
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "how do I cancel my policy").await;
    // The trial is over in December, whose invoice is final in January.
    for _ in 0..3 {
        test.pass(TimeDelta::days(20));
        test.cloud.run_timers().await.unwrap();
        test.settle().await;
    }
    (test, owner)
}

/// Takes a dollar of the newest invoice back.
async fn taken_back(test: &TestCloud, owner: &Ctx) -> CreditNote {
    let billing = &test.cloud.services.billing;
    let invoice = billing.invoices(owner, PageArgs::largest()).await.unwrap().into_items().remove(0);
    billing.credit_invoice(&system::ctx("billing"), owner.tenant, invoice.id, 100, "agreed").await.unwrap()
}

/// Changes rows behind the product's back.
async fn tamper(test: &TestCloud, owner: &Ctx, sql: &str) -> Result<(), sea_orm::DbErr> {
    let tx = test.db().begin(owner).await.unwrap();
    tx.conn().execute_unprepared(sql).await?;
    tx.commit().await.map_err(|error| sea_orm::DbErr::Custom(error.to_string()))
}

#[tokio::test]
async fn a_final_invoice_and_the_ledger_cannot_be_changed_even_in_the_database() {
    let (test, owner) = invoiced().await;
    taken_back(&test, &owner).await;
    for sql in [
        "UPDATE billing_invoice SET total = 1 WHERE number IS NOT NULL",
        "UPDATE billing_invoice SET issuer = NULL WHERE number IS NOT NULL",
        "DELETE FROM billing_invoice WHERE number IS NOT NULL",
        "UPDATE billing_credit_note SET total = 1",
        "DELETE FROM billing_credit_note",
        "UPDATE billing_invoice SET number = 'X' WHERE number IS NOT NULL",
        "UPDATE billing_entry SET amount = 1",
        "DELETE FROM billing_entry",
    ] {
        let refused = tamper(&test, &owner, sql).await.unwrap_err().to_string();
        assert!(
            ["does not change", "does not go away", "only grows"].iter().any(|why| refused.contains(why)),
            "{sql}: {refused}"
        );
    }
    tamper(&test, &owner, "UPDATE billing_invoice SET attempts = 1 WHERE number IS NOT NULL").await.unwrap();
    test.end().await;
}

#[tokio::test]
async fn a_quantity_that_was_changed_behind_our_back_is_found() {
    let (test, owner) = invoiced().await;
    let billing = &test.cloud.services.billing;
    let operator = system::ctx("billing");
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "2", "how do I cancel my policy").await;
    test.pass(TimeDelta::days(8));
    assert_eq!(billing.reconcile(&operator).await.unwrap().differences, []);
    tamper(&test, &owner, "UPDATE billing_bucket SET sum = '77' WHERE meter = 'message'").await.unwrap();
    let report = billing.reconcile(&operator).await.unwrap();
    let found = report.differences.iter().find(|one| one.check.starts_with("message at")).unwrap();
    assert_eq!((found.expected.as_str(), found.found.as_str()), ("2 in 2 facts", "77 in 2 facts"));
    assert_eq!(found.tenant, Some(owner.tenant.to_string()));
    assert_eq!(
        billing.reconciliations(&operator).await.unwrap().len(),
        5,
        "the nightly ones and those that were asked for"
    );
    tamper(&test, &owner, "UPDATE billing_invoice SET paid = paid + 1 WHERE number IS NOT NULL").await.unwrap();
    let report = billing.reconcile(&operator).await.unwrap();
    assert!(report.differences.iter().any(|one| one.check == "receivable"), "{:?}", report.differences);
    test.end().await;
}

#[tokio::test]
async fn an_invoice_is_a_document_in_both_languages_and_the_same_every_time() {
    let (test, owner) = invoiced().await;
    let billing = &test.cloud.services.billing;
    let invoice = billing.invoices(&owner, PageArgs::largest()).await.unwrap().into_items().remove(0);
    let of = async |locale: &str| billing.invoice_pdf(&owner, invoice.id, Some(locale.into())).await.unwrap().unwrap();
    let (chinese, english) = (of("zh-CN").await, of("en-US").await);
    assert!(chinese.starts_with(b"%PDF-") && english.starts_with(b"%PDF-"));
    assert_ne!(chinese, english);
    assert_eq!(english, of("en-US").await);
    let other = test.firm("Other Firm").await;
    assert!(billing.invoice_pdf(&other, invoice.id, None).await.unwrap().is_none(), "of another firm");
    test.end().await;
}

#[tokio::test]
async fn documents_say_the_same_after_issuer_and_payer_have_moved() {
    let (test, owner) = invoiced().await;
    let note = taken_back(&test, &owner).await;
    let printed = async |cloud: &Cloud| {
        let billing = &cloud.services.billing;
        let invoice = billing.invoice_pdf(&owner, note.invoice_id, None).await.unwrap().unwrap();
        (invoice, billing.credit_note_pdf(&owner, note.id, None).await.unwrap().unwrap())
    };
    let before = printed(&test.cloud).await;
    assert!(before.0.starts_with(b"%PDF-") && before.1.starts_with(b"%PDF-"));
    let mut config = test.config.clone();
    config.billing.issuer = "Lingxi of another name".into();
    config.billing.issuer_address = "Another street 1".into();
    let moved = Cloud::build(&config, test.db().clone()).unwrap();
    let billing = &moved.services.billing;
    let profile = BillingProfile { name: "Moved".into(), region: "US".into(), ..BillingProfile::default() };
    billing.set_profile(&owner, profile).await.unwrap();
    assert_eq!(printed(&moved).await, before);
    let later = billing.credit_invoice(&system::ctx("billing"), owner.tenant, note.invoice_id, 100, "more").await;
    let later = billing.credit_note_pdf(&owner, later.unwrap().id, None).await.unwrap().unwrap();
    let earlier_by_moved = billing.credit_note_pdf(&owner, note.id, None).await.unwrap().unwrap();
    assert_ne!(later.len(), earlier_by_moved.len(), "a new one says who issues now");
    let other = test.firm("Other Firm").await;
    assert!(billing.credit_note_pdf(&other, note.id, None).await.unwrap().is_none(), "of another firm");
    test.end().await;
}

#[tokio::test]
async fn the_timers_of_two_processes_make_one_invoice() {
    let test = TestCloud::start().await;
    let owner = test.firm("Twice Firm").await;
    test.pass(TimeDelta::days(20));
    let other = test.beside().await;
    let (one, two) = tokio::join!(test.cloud.run_timers(), other.run_timers());
    one.unwrap();
    two.unwrap();
    test.cloud.run_timers().await.unwrap();
    let invoices = test.cloud.services.billing.invoices(&owner, PageArgs::largest()).await.unwrap().into_items();
    assert_eq!(invoices.len(), 1);
    assert_eq!(invoices[0].number.as_deref(), Some("LX-000001"));
    test.end().await;
}

#[tokio::test]
async fn a_firm_whose_bill_cannot_be_made_keeps_no_other_from_its_own() {
    let test = TestCloud::start().await;
    let mut firms = Vec::new();
    for name in ["First Firm", "Broken Firm", "Third Firm"] {
        firms.push(test.firm(name).await);
    }
    // The period is over, its grace is not.
    test.pass(TimeDelta::days(13));
    test.cloud.run_timers().await.unwrap();
    let broken = &firms[1];
    let bill_to = async |text: &str| {
        let tx = test.db().begin(broken).await.unwrap();
        let sql = format!("UPDATE billing_invoice SET bill_to = '{text}' WHERE tenant_id = $1");
        let values = [broken.tenant.uuid().into()];
        let change = Statement::from_sql_and_values(tx.conn().get_database_backend(), sql, values);
        tx.conn().execute_raw(change).await.unwrap();
        tx.commit().await.unwrap();
    };
    bill_to("7").await;
    test.pass(TimeDelta::days(7));
    test.cloud.run_timers().await.unwrap();
    test.cloud.run_timers().await.unwrap();
    let billing = &test.cloud.services.billing;
    let mut numbers = Vec::new();
    for firm in [&firms[0], &firms[2]] {
        let invoices = billing.invoices(firm, PageArgs::largest()).await.unwrap().into_items();
        numbers.extend(invoices.into_iter().filter_map(|invoice| invoice.number));
    }
    numbers.sort();
    assert_eq!(numbers, ["LX-000001", "LX-000002"], "each has one, and none was lost by the one that failed");

    bill_to("{}").await;
    test.pass(TimeDelta::minutes(1));
    test.cloud.run_timers().await.unwrap();
    let invoices = billing.invoices(broken, PageArgs::largest()).await.unwrap().into_items();
    assert_eq!(invoices[0].number.as_deref(), Some("LX-000003"), "mended, it is made too");
    test.end().await;
}

#[tokio::test]
async fn an_operator_sees_at_once_what_was_sold_through_another_process() {
    let test = TestCloud::start().await;
    let operator = system::ctx("billing");
    let other = test.beside().await.services.billing;
    let billing = &test.cloud.services.billing;
    let tax = |percent: &str| -> Tax {
        toml::from_str(&format!("region = \"NZ\"\nname = {{ en = \"GST\" }}\npercent = \"{percent}\"")).unwrap()
    };
    for percent in ["12.5", "15"] {
        // Both have the catalog in memory, and neither is told.
        other.catalog(&operator).await.unwrap();
        billing.put_tax(&operator, tax(percent)).await.unwrap();
        assert!(other.catalog(&operator).await.unwrap().taxes.contains(&tax(percent)));
    }
    let plan = |price: &str| -> Plan {
        let definition = format!(
            "code = \"twice\"\nversion = 1\nname = {{ en = \"Twice\" }}\ncurrency = \"USD\"\n[[charges]]\nkey = \"base\"\n\
             name = {{ en = \"base\" }}\nmodel = \"flat\"\nprice = \"{price}\"\n"
        );
        toml::from_str(&definition).unwrap()
    };
    billing.add_plan(&operator, plan("100")).await.unwrap();
    let refused = other.add_plan(&operator, plan("200")).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict, "{refused}");
    test.end().await;
}
