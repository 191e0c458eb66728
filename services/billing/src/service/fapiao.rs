//! Fapiao: asked for by firms, issued by a provider or by hand, and taken back with the invoice.

use lingxi_contracts::billing::{Fapiao, FapiaoKind, FapiaoRequest, FapiaoStatus, InvoiceStatus};
use lingxi_kernel::{
    Ctx, Currency, Error, FapiaoId, FieldError, InvoiceId, Money, Page, PageArgs, Permission, Result, TenantId, text,
};
use lingxi_payments::{FapiaoOrder, GatewayError};
use lingxi_rating::split;
use lingxi_store::{Tx, insert, update};

use super::Billing;
use crate::store::fapiao::{self, Payer, row};
use crate::store::invoice;

impl Billing {
    pub(super) async fn do_request_fapiao(&self, ctx: &Ctx, wanted: FapiaoRequest) -> Result<Fapiao> {
        ctx.require(Permission::ManageBilling)?;
        let tx = self.deps.db.begin(ctx).await?;
        let of = invoice::known(&tx, wanted.invoice_id).await?;
        let payer = checked(wanted.kind, wanted)?;
        if of.currency != Currency::Cny.code() || of.status != InvoiceStatus::Paid.as_str() {
            return Err(Error::conflict("A fapiao is issued for invoices in CNY that are paid."));
        }
        let minor = of.total - of.credited;
        if minor <= 0 {
            return Err(Error::conflict("Nothing is left of this invoice that a fapiao could be about."));
        }
        let before = fapiao::all(&tx, Some(of.id)).await?;
        if before.iter().any(|row| row.corrects.is_none() && !row.is(FapiaoStatus::Refused)) {
            return Err(Error::conflict("The fapiao of this invoice was asked for already."));
        }
        let row = new_row(&tx, &of, payer, minor, None)?;
        insert(&tx, row.clone()).await?;
        let shown = fapiao::shown(&tx, row).await?;
        tx.commit().await?;
        Ok(shown)
    }

    pub(super) async fn do_fapiao(&self, ctx: &Ctx, of: Option<InvoiceId>) -> Result<Vec<Fapiao>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let mut all = Vec::new();
        for row in fapiao::all(&tx, of.map(InvoiceId::uuid)).await? {
            all.push(fapiao::shown(&tx, row).await?);
        }
        Ok(all)
    }

    pub(super) async fn do_all_fapiao(
        &self,
        ctx: &Ctx,
        status: Option<FapiaoStatus>,
        args: PageArgs,
    ) -> Result<Page<(TenantId, Fapiao)>> {
        self.require_operator(ctx).await?;
        let page = crate::jobs::all_fapiao(&self.deps.db, status, &args).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for (cursor, row) in page.rows {
            let tenant = TenantId::from_uuid(row.tenant_id);
            let shown = fapiao::shown(&self.deps.db.read(&Ctx::system(tenant, "billing")), row).await?;
            rows.push((cursor, (tenant, shown)));
        }
        Ok(Page { rows, has_next: page.has_next })
    }

    pub(super) async fn do_record_fapiao(
        &self,
        ctx: &Ctx,
        (tenant, id): (TenantId, FapiaoId),
        number: Option<String>,
        refusal: Option<String>,
    ) -> Result<Fapiao> {
        self.require_operator(ctx).await?;
        let said = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let (number, refusal) = (said(number), said(refusal));
        if number.is_some() == refusal.is_some() {
            return Err(Error::field("number", "Give the number that it got, or why it was refused."));
        }
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        let mut row = row::get(&tx, id).await?.ok_or_else(|| Error::not_found("fapiao"))?;
        if row.is(FapiaoStatus::Issued) {
            let same = row.number == number;
            return if same {
                fapiao::shown(&tx, row).await
            } else {
                Err(Error::conflict("This fapiao has its number."))
            };
        }
        match number {
            Some(number) => issued(&tx, &mut row, number, None),
            None => refused(&mut row, refusal.unwrap_or_default()),
        }
        update(&tx, row.clone()).await?;
        let shown = fapiao::shown(&tx, row).await?;
        tx.commit().await?;
        Ok(shown)
    }

    /// Part of an invoice was taken back: so is what its fapiao says of it.
    pub(super) async fn correct_fapiao(&self, tx: &Tx, of: &invoice::row::Model, minor: i64) -> Result<()> {
        let all = fapiao::all(tx, Some(of.id)).await?;
        let Some(mut first) = all.into_iter().find(|row| row.corrects.is_none() && !row.is(FapiaoStatus::Refused))
        else {
            return Ok(());
        };
        if let Some(number) = first.number {
            let red = new_row(tx, of, (FapiaoKind::parse(&first.kind)?, first.payer), -minor, Some(number))?;
            insert(tx, red).await?;
            return Ok(());
        }
        // The provider may have been asked with the old amount: it is asked anew for another one.
        refused(&mut first, "Part of the invoice was taken back".into());
        let again = of.total - of.credited;
        if again > 0 {
            let payer = (FapiaoKind::parse(&first.kind)?, first.payer.clone());
            insert(tx, new_row(tx, of, payer, again, None)?).await?;
        }
        update(tx, first).await?;
        Ok(())
    }

    /// Has a fapiao issued by the provider.
    pub(crate) async fn issue_fapiao(&self, ctx: &Ctx, row: row::Model) -> Result<()> {
        let Some(provider) = self.deps.fapiao.as_deref() else { return Ok(()) };
        let settings = &self.deps.settings;
        let Payer { title, tax_number, address, bank, email } = row.payer()?;
        let yuan = |minor: i64| {
            let text = Money::new(minor, Currency::Cny).to_string();
            text.split_once(' ').map_or(text.clone(), |(_, amount)| amount.to_owned())
        };
        let order = FapiaoOrder {
            id: row.id().to_string(),
            kind: row.kind.clone(),
            corrects: row.corrects.clone(),
            seller: settings.issuer.clone(),
            seller_tax_number: settings.issuer_tax_number.clone(),
            title,
            tax_number,
            address,
            bank,
            email,
            item: settings.fapiao.item.clone(),
            amount: yuan(row.amount),
            tax: yuan(row.tax),
        };
        let answer = provider.issue(&format!("{}/{}", ctx.tenant, row.id()), &order).await;
        let tx = self.deps.db.begin(ctx).await?;
        let Some(mut row) = row::get(&tx, row.id).await?.filter(|row| row.is(FapiaoStatus::Requested)) else {
            return Ok(());
        };
        match answer {
            Ok(Some(done)) => issued(&tx, &mut row, done.number, done.url),
            Ok(None) => return Ok(()),
            Err(GatewayError::Unknown(why)) => {
                tracing::warn!(why, fapiao = %row.id(), "The fapiao provider does not answer as it should");
                return Ok(());
            }
            Err(GatewayError::Declined(why) | GatewayError::Refused(why)) => refused(&mut row, why),
        }
        update(&tx, row).await?;
        tx.commit().await
    }
}

fn issued(tx: &Tx, row: &mut row::Model, number: String, url: Option<String>) {
    row.status = FapiaoStatus::Issued.as_str().into();
    (row.number, row.url, row.failure, row.issued_at) = (Some(number), url, None, Some(tx.now()));
}

fn refused(row: &mut row::Model, why: String) {
    row.status = FapiaoStatus::Refused.as_str().into();
    row.failure = Some(why);
}

/// A fapiao about part of an invoice, in minor units, with its share of the tax.
fn new_row(
    tx: &Tx,
    of: &invoice::row::Model,
    (kind, payer): (FapiaoKind, serde_json::Value),
    minor: i64,
    corrects: Option<String>,
) -> Result<row::Model> {
    let weights = [u128::try_from(of.net.max(0))?, u128::try_from(of.tax.max(0))?];
    let tax = split(minor.abs(), &weights)[1] * minor.signum();
    Ok(row::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<FapiaoId>().uuid(),
        invoice_id: of.id,
        kind: kind.as_str().into(),
        status: FapiaoStatus::Requested.as_str().into(),
        corrects,
        payer,
        currency: of.currency.clone(),
        amount: minor,
        tax,
        number: None,
        url: None,
        failure: None,
        at: tx.now(),
        issued_at: None,
    })
}

/// What is asked for, with everything that its kind needs.
fn checked(kind: FapiaoKind, wanted: FapiaoRequest) -> Result<(FapiaoKind, serde_json::Value)> {
    let mut errors = Vec::new();
    let mut demand = |holds: bool, field: &str, message: &str| {
        if !holds {
            errors.push(FieldError { field: field.into(), message: message.into() });
        }
    };
    let given = |text: &Option<String>, most: usize| {
        text.as_ref().is_none_or(|text| text.chars().count() <= most && !text::is_blank(text))
    };
    let special = kind == FapiaoKind::Special;
    demand((1..=100).contains(&text::length(&wanted.title)), "title", "Give the name on it, up to 100 characters.");
    let tax_number = |text: &String| {
        [15, 17, 18, 20].contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
    };
    demand(
        wanted.tax_number.as_ref().map_or(!special, tax_number),
        "taxNumber",
        "A tax number has 15, 17, 18 or 20 digits and capital letters; a special fapiao needs one.",
    );
    let needed = |text: &Option<String>| given(text, 200) && (!special || text.is_some());
    demand(
        needed(&wanted.address),
        "address",
        "A special fapiao needs the registered address and phone, up to 200 characters.",
    );
    demand(needed(&wanted.bank), "bank", "A special fapiao needs bank and account, up to 200 characters.");
    demand(
        wanted.email.as_ref().is_none_or(|email| email.contains('@') && email.len() <= 254),
        "email",
        "This is no mail address.",
    );
    Error::check(errors)?;
    let FapiaoRequest { title, tax_number, address, bank, email, .. } = wanted;
    Ok((kind, serde_json::to_value(Payer { title: title.trim().to_owned(), tax_number, address, bank, email })?))
}
