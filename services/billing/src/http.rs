//! Ingest of metered facts by CloudEvents, and files; everything else goes through GraphQL.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::SubsecRound as _;
use lingxi_contracts::billing::{
    BillingClient, FapiaoStatus, UsageAnswer, UsageInput, UsageOutcome, UsageQuery, UsageStep,
};
use lingxi_http::{HttpResult, Signed, TenantLimit};
use lingxi_kernel::{CreditNoteId, Error, ErrorCode, InvoiceId, PageArgs, Result, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::service::MOST;

/// Largest body of a request, in bytes: what a message between processes holds.
const LARGEST: usize = 900_000;

/// Largest notice of the payment provider, in bytes.
const LARGEST_NOTICE: usize = 512 << 10;

/// What the routes work with. Cheap to clone.
#[derive(Clone)]
pub struct Edge {
    /// The service.
    pub billing: Arc<dyn BillingClient>,
    /// How often a firm may report usage.
    pub events: TenantLimit,
    /// How often a firm may take files and papers.
    pub files: TenantLimit,
}

impl std::fmt::Debug for Edge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Edge").finish_non_exhaustive()
    }
}

/// Adds the service's routes.
pub fn routes(config: &mut web::ServiceConfig, edge: &Edge) {
    config
        .app_data(web::Data::new(edge.clone()))
        .route("/v1/events", web::post().to(ingest))
        .route("/billing/stripe", web::post().to(notice))
        .route("/billing/usage.csv", web::get().to(usage_file))
        .route("/billing/ledger.csv", web::get().to(ledger_file))
        .route("/billing/fapiao.csv", web::get().to(fapiao_file))
        .route("/billing/invoices/{id}.pdf", web::get().to(invoice_file))
        .route("/billing/credit-notes/{id}.pdf", web::get().to(credit_note_file));
}

/// A `CloudEvent` 1.0 in JSON. Attributes that do not count are read over.
#[derive(Deserialize)]
struct CloudEvent {
    specversion: Option<String>,
    id: Option<String>,
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    subject: Option<String>,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    data: Value,
    /// The id of an event of the same source that this one takes back: an extension attribute.
    #[serde(default)]
    reverses: Option<String>,
}

impl CloudEvent {
    fn usage(self) -> Result<UsageInput> {
        let needed = |name: &str, value: Option<String>| {
            value.filter(|text| !text.is_empty()).ok_or_else(|| Error::invalid(format!("`{name}` is missing.")))
        };
        if self.specversion.as_deref() != Some("1.0") {
            return Err(Error::invalid("`specversion` must be \"1.0\"."));
        }
        let read = |text: String| {
            let at = text.parse::<Timestamp>();
            at.map_err(|_| {
                Error::invalid(format!("`time` is `{text}`; write it as RFC 3339 does, such as 2026-11-26T08:00:00Z."))
            })
        };
        let at = self.time.map(read).transpose()?;
        Ok(UsageInput {
            source: needed("source", self.source)?,
            id: needed("id", self.id)?,
            kind: needed("type", self.kind)?,
            subject: self.subject.unwrap_or_default(),
            at: at.map(|at| at.trunc_subsecs(6)),
            data: if self.data.is_null() { json!({}) } else { self.data },
            reverses: self.reverses,
        })
    }
}

/// Takes one event or a batch, and answers for each in its order: 200 when all are taken, 207 when some are not; a single one that is not
/// taken is 422 or 409.
async fn ingest(signed: Signed, request: HttpRequest, edge: web::Data<Edge>, body: web::Payload) -> HttpResult {
    edge.events.check(signed.ctx.tenant, None)?;
    let body = lingxi_http::read_body(body, LARGEST).await?;
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let batch = match kind {
        "application/cloudevents-batch+json" => true,
        "application/cloudevents+json" => false,
        "application/json" => body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'['),
        _ => {
            return Err(Error::invalid(
                "Send `application/cloudevents+json` for one event, or `application/cloudevents-batch+json` for a list.",
            )
            .into());
        }
    };
    let unreadable = |error: serde_json::Error| Error::invalid(format!("The body is no CloudEvents JSON: {error}."));
    let values: Vec<Value> = if batch {
        serde_json::from_slice(&body).map_err(unreadable)?
    } else {
        vec![serde_json::from_slice(&body).map_err(unreadable)?]
    };
    if values.len() > MOST {
        let message = format!("{} events are too many at once; send up to {MOST}.", values.len());
        return Err(Error::new(ErrorCode::TooLarge, message).into());
    }
    let answers = answer_all(&edge, &signed, values).await?;
    let status = |answer: &UsageAnswer| match answer.status {
        UsageOutcome::Accepted | UsageOutcome::Duplicate => 200,
        UsageOutcome::Conflict => 409,
        UsageOutcome::Rejected => 422,
    };
    if !batch && let Some(only) = answers.first() {
        return Ok(respond(status(only)).json(only));
    }
    let whole = if answers.iter().all(|answer| status(answer) == 200) { 200 } else { 207 };
    Ok(respond(whole).json(json!({ "events": answers })))
}

fn respond(status: u16) -> actix_web::HttpResponseBuilder {
    let status = actix_web::http::StatusCode::from_u16(status);
    HttpResponse::build(status.unwrap_or(actix_web::http::StatusCode::OK))
}

/// Answers in the order of the events; those that cannot be read are rejected and keep no other from being counted.
async fn answer_all(edge: &Edge, signed: &Signed, values: Vec<Value>) -> Result<Vec<UsageAnswer>> {
    let mut answers: Vec<Option<UsageAnswer>> = Vec::with_capacity(values.len());
    let mut usage = Vec::with_capacity(values.len());
    for value in values {
        let event = serde_json::from_value::<CloudEvent>(value)
            .map_err(|error| Error::invalid(format!("This is no event: {error}.")));
        match event.and_then(CloudEvent::usage) {
            Ok(event) => {
                usage.push(event);
                answers.push(None);
            }
            Err(error) => {
                answers.push(Some(UsageAnswer { status: UsageOutcome::Rejected, reason: Some(error.message) }));
            }
        }
    }
    let mut stored = edge.billing.report_usage(&signed.ctx, usage).await?.into_iter();
    let missing = || Error::internal("an event was not answered");
    answers.into_iter().map(|known| known.or_else(|| stored.next()).ok_or_else(missing)).collect()
}

/// Takes what the payment provider tells; its signature says who it is. It is kept when this answers 200, and never needs to come again.
async fn notice(request: HttpRequest, edge: web::Data<Edge>, body: web::Payload) -> HttpResult {
    let body = lingxi_http::read_body(body, LARGEST_NOTICE).await?;
    let body = String::from_utf8(body).map_err(|_| Error::invalid("The notice is no UTF-8 text."))?;
    let signature = request.headers().get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    edge.billing.provider_notice(body, signature).await?;
    Ok(HttpResponse::Ok().json(json!({ "received": true })))
}

/// Which usage a file is to hold.
#[derive(Deserialize)]
struct UsageParameters {
    meter: String,
    from: Timestamp,
    to: Timestamp,
    step: UsageStep,
    #[serde(default)]
    dimension: Option<String>,
}

/// A file for spreadsheets: the mark at its start tells them that it is UTF-8.
fn file(name: &str, rows: csv::Writer<Vec<u8>>) -> HttpResult {
    let mut bytes = b"\xef\xbb\xbf".to_vec();
    bytes.extend(rows.into_inner().map_err(|error| Error::internal(error.to_string()))?);
    Ok(HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header(("content-disposition", format!("attachment; filename=\"{name}\"")))
        .body(bytes))
}

/// Usage as a series, in a file.
async fn usage_file(signed: Signed, edge: web::Data<Edge>, wanted: web::Query<UsageParameters>) -> HttpResult {
    edge.files.check(signed.ctx.tenant, None)?;
    let UsageParameters { meter, from, to, step, dimension } = wanted.into_inner();
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["from", "date", "dimension", "value", "quantity"]).map_err(Error::from)?;
    let query = UsageQuery { meter, from, to, step, dimension, dimension_value: None };
    let named = query.dimension.clone().unwrap_or_default();
    let mut args = PageArgs::largest();
    loop {
        let page = edge.billing.usage(&signed.ctx, query.clone(), args.clone()).await?;
        args.after = page.rows.last().map(|(cursor, _)| cursor.clone());
        for (_, point) in page.rows {
            let quantity = point.quantity.to_string();
            let from = point.from.to_rfc3339();
            let record = [from, point.date, named.clone(), plain(&point.dimension_value), quantity];
            rows.write_record(record).map_err(Error::from)?;
        }
        if !page.has_next {
            return file("usage.csv", rows);
        }
    }
}

/// The firm's statement: every movement of its accounts.
async fn ledger_file(signed: Signed, edge: web::Data<Edge>) -> HttpResult {
    edge.files.check(signed.ctx.tenant, None)?;
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(["at", "transaction", "account", "currency", "debit_minor", "credit_minor"])
        .map_err(Error::from)?;
    let mut args = PageArgs::largest();
    loop {
        let page = edge.billing.ledger(&signed.ctx, args.clone()).await?;
        args.after = page.rows.last().map(|(cursor, _)| cursor.clone());
        for (_, entry) in page.rows {
            let minor = entry.amount.minor;
            let side = |amount: i64| if amount > 0 { amount.to_string() } else { String::new() };
            let (at, account) = (entry.at.to_rfc3339(), entry.account.as_str().to_owned());
            let currency = entry.amount.currency.code().to_owned();
            let record = [at, entry.transaction, account, currency, side(minor), side(-minor)];
            rows.write_record(record).map_err(Error::from)?;
        }
        if !page.has_next {
            return file("ledger.csv", rows);
        }
    }
}

/// For operators: the fapiao that are asked for and have no number, for whoever issues them in the state's system.
async fn fapiao_file(signed: Signed, edge: web::Data<Edge>) -> HttpResult {
    edge.files.check(signed.ctx.tenant, None)?;
    let mut rows = csv::Writer::from_writer(Vec::new());
    let head = [
        "id",
        "tenant",
        "invoice",
        "kind",
        "title",
        "tax_number",
        "address_phone",
        "bank_account",
        "email",
        "currency",
        "amount_minor",
        "tax_minor",
        "corrects",
        "requested_at",
    ];
    rows.write_record(head).map_err(Error::from)?;
    let mut args = PageArgs::largest();
    loop {
        let wanted = Some(FapiaoStatus::Requested);
        let page = edge.billing.all_fapiao(&signed.ctx, wanted, args.clone()).await?;
        args.after = page.rows.last().map(|(cursor, _)| cursor.clone());
        for (_, (tenant, it)) in page.rows {
            let text = |text: Option<String>| plain(&text.unwrap_or_default());
            let record = [
                it.id.to_string(),
                tenant.to_string(),
                it.invoice_number,
                it.kind.as_str().to_owned(),
                plain(&it.title),
                text(it.tax_number),
                text(it.address),
                text(it.bank),
                text(it.email),
                it.amount.currency.code().to_owned(),
                it.amount.minor.to_string(),
                it.tax.minor.to_string(),
                text(it.corrects),
                it.at.to_rfc3339(),
            ];
            rows.write_record(record).map_err(Error::from)?;
        }
        if !page.has_next {
            return file("fapiao.csv", rows);
        }
    }
}

/// In which language a document is wanted.
#[derive(Deserialize)]
struct Language {
    #[serde(default)]
    lang: Option<String>,
}

/// An invoice as a PDF.
async fn invoice_file(
    signed: Signed,
    edge: web::Data<Edge>,
    id: web::Path<String>,
    wanted: web::Query<Language>,
) -> HttpResult {
    edge.files.check(signed.ctx.tenant, None)?;
    let id: InvoiceId = id.parse().map_err(|_| Error::not_found("invoice"))?;
    let pdf = edge.billing.invoice_pdf(&signed.ctx, id, wanted.into_inner().lang).await?;
    Ok(document(&id.to_string(), pdf.ok_or_else(|| Error::not_found("invoice"))?))
}

/// A credit note as a PDF.
async fn credit_note_file(
    signed: Signed,
    edge: web::Data<Edge>,
    id: web::Path<String>,
    wanted: web::Query<Language>,
) -> HttpResult {
    edge.files.check(signed.ctx.tenant, None)?;
    let id: CreditNoteId = id.parse().map_err(|_| Error::not_found("credit note"))?;
    let pdf = edge.billing.credit_note_pdf(&signed.ctx, id, wanted.into_inner().lang).await?;
    Ok(document(&id.to_string(), pdf.ok_or_else(|| Error::not_found("credit note"))?))
}

fn document(name: &str, pdf: Vec<u8>) -> HttpResponse {
    let name = format!("inline; filename=\"{name}.pdf\"");
    HttpResponse::Ok().content_type("application/pdf").insert_header(("content-disposition", name)).body(pdf)
}

/// A text that no spreadsheet takes for a formula.
fn plain(text: &str) -> String {
    let begins = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if begins { format!("'{text}") } else { text.to_owned() }
}
