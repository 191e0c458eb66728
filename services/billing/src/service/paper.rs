//! Invoices and credit notes as documents, in both languages.

use chrono_tz::Tz;
use lingxi_contracts::billing::{
    BillLine, BillingProfile, CreditNote, Invoice, InvoiceStatus, LineKind, Meter, PriceModel,
};
use lingxi_kernel::{CreditNoteId, Ctx, Decimal, Error, InvoiceId, Money, Permission, Result, Timestamp};
use lingxi_store::Tx;
use sea_orm::prelude::Json;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Billing;
use crate::rules::periods;
use crate::store::invoice::{credit_note, row};

const TEMPLATE: &str = include_str!("../../data/invoice.typ");

/// Who issues a document: noted on each, so that it says the same after the issuer has moved.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Issuer {
    name: String,
    address: String,
    tax_number: String,
    bank: String,
}

impl Issuer {
    /// As the settings are now.
    pub(super) fn of(settings: &lingxi_config::Billing) -> Self {
        Self {
            name: settings.issuer.clone(),
            address: settings.issuer_address.clone(),
            tax_number: settings.issuer_tax_number.clone(),
            bank: settings.issuer_bank.clone(),
        }
    }
}

/// Words and forms of a language.
struct Speech {
    chinese: bool,
    zone: Tz,
}

impl Speech {
    fn say<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        if self.chinese { zh } else { en }
    }

    fn date(&self, at: Timestamp) -> String {
        at.with_timezone(&self.zone).date_naive().to_string()
    }

    fn span(&self, from: Timestamp, to: Timestamp) -> String {
        let last = to - chrono::TimeDelta::milliseconds(1);
        format!("{} {} {}", self.date(from), self.say("至", "to"), self.date(last))
    }
}

/// Digits in groups of three before the point.
fn grouped(text: &str) -> String {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, part) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let mut out = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    let part = part.map_or_else(String::new, |part| format!(".{part}"));
    format!("{sign}{out}{part}")
}

/// A number to read and not to compute with: two places, cut.
fn short(number: Decimal) -> String {
    let text = number.to_string();
    let end = text.find('.').map_or(text.len(), |point| text.len().min(point + 3));
    text[..end].trim_end_matches(".00").to_owned()
}

fn amount(money: Money) -> String {
    let text = money.to_string();
    grouped(text.split_once(' ').map_or("", |(_, amount)| amount))
}

impl Billing {
    /// An invoice as a PDF.
    pub(super) async fn do_invoice_pdf(
        &self,
        ctx: &Ctx,
        id: InvoiceId,
        locale: Option<&str>,
    ) -> Result<Option<Vec<u8>>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let Some(stored) = row::get(&tx, id).await? else { return Ok(None) };
        let issuer = self.issuer_of(stored.issuer)?;
        let Some(invoice) = self.do_invoice(ctx, id).await? else { return Ok(None) };
        let (speech, payer) = self.addressed(&tx, &invoice.bill_to, &invoice.time_zone, locale).await?;
        let meters = self.sold().await?.meters.clone();
        let data = invoice_paper(&invoice, &meters, &letterhead(&issuer, &payer, &speech), &speech);
        self.printed(data).await.map(Some)
    }

    /// A credit note as a PDF.
    pub(super) async fn do_credit_note_pdf(
        &self,
        ctx: &Ctx,
        id: CreditNoteId,
        locale: Option<&str>,
    ) -> Result<Option<Vec<u8>>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let Some(stored) = credit_note::get(&tx, id).await? else { return Ok(None) };
        let issuer = self.issuer_of(stored.issuer.clone())?;
        let note = stored.into_contract()?;
        let Some(invoice) = self.do_invoice(ctx, note.invoice_id).await? else { return Ok(None) };
        let (speech, payer) = self.addressed(&tx, &invoice.bill_to, &invoice.time_zone, locale).await?;
        let data = credit_note_paper(&note, &invoice, &letterhead(&issuer, &payer, &speech), &speech);
        self.printed(data).await.map(Some)
    }

    /// Who issued a document; of a draft, and of what was issued before this was noted, who does now.
    fn issuer_of(&self, noted: Option<Json>) -> Result<Issuer> {
        Ok(noted.map_or_else(|| Ok(Issuer::of(&self.deps.settings)), serde_json::from_value)?)
    }

    /// How a document speaks, and to whom.
    async fn addressed(
        &self,
        tx: &Tx,
        payer: &BillingProfile,
        zone: &str,
        locale: Option<&str>,
    ) -> Result<(Speech, BillingProfile)> {
        let firm = self.deps.tenants.tenant(&Ctx::system(tx.ctx().tenant, "billing")).await?;
        let chinese = locale.unwrap_or(&firm.locale).starts_with("zh");
        let name = if payer.name.is_empty() { firm.name } else { payer.name.clone() };
        Ok((Speech { chinese, zone: periods::zone(zone) }, BillingProfile { name, ..payer.clone() }))
    }

    async fn printed(&self, data: Value) -> Result<Vec<u8>> {
        let mut fonts = Vec::new();
        for file in &self.deps.settings.fonts {
            let read = tokio::fs::read(file).await;
            fonts.push(read.map_err(|error| Error::internal(format!("the font {file} cannot be read: {error}")))?);
        }
        tokio::task::spawn_blocking(move || lingxi_paper::pdf(TEMPLATE, &data, &fonts)).await?
    }
}

/// What the head of a document says.
struct Letterhead<'a> {
    issuer: &'a Issuer,
    issuer_lines: Vec<String>,
    to: Vec<String>,
}

fn letterhead<'a>(issuer: &'a Issuer, payer: &BillingProfile, speech: &Speech) -> Letterhead<'a> {
    let tax_number = |number: &str| format!("{} {number}", speech.say("税号", "Tax number"));
    let mut to: Vec<String> = vec![payer.name.clone()];
    to.extend(payer.address.lines().map(str::to_owned));
    to.extend(payer.tax_number.as_deref().map(tax_number));
    let mut issuer_lines: Vec<String> = issuer.address.lines().map(str::to_owned).collect();
    if !issuer.tax_number.is_empty() {
        issuer_lines.push(tax_number(&issuer.tax_number));
    }
    Letterhead { issuer, issuer_lines, to }
}

/// What stands under the head of a document.
struct Body {
    title: &'static str,
    number: String,
    facts: Vec<(&'static str, String)>,
    lines: Vec<Value>,
    /// What it says, the amount, and whether it is the one to look at.
    sums: Vec<(&'static str, String, bool)>,
    notes: Vec<String>,
}

fn paper(head: &Letterhead<'_>, body: Body, speech: &Speech) -> Value {
    let columns = if speech.chinese {
        ["项目", "数量", "单价", "不含税", "税额", "合计"]
    } else {
        ["Item", "Quantity", "Price", "Before tax", "Tax", "Total"]
    };
    let (title, number) = (body.title, &body.number);
    json!({
        "lang": speech.say("zh", "en"), "title": title, "subtitle": number,
        "issuer": { "name": head.issuer.name, "lines": head.issuer_lines },
        "bill_to": head.to, "words": { "bill_to": speech.say("收票方", "Bill to"), "columns": columns },
        "facts": body.facts, "lines": body.lines, "sums": body.sums, "notes": body.notes,
        "footer": format!("{} · {title} {number}", head.issuer.name),
    })
}

fn invoice_paper(invoice: &Invoice, meters: &[Meter], head: &Letterhead<'_>, speech: &Speech) -> Value {
    let currency = invoice.total.currency.code();
    let draft = invoice.status == InvoiceStatus::Draft;
    let number = invoice.number.clone().unwrap_or_else(|| speech.say("草稿", "Draft").to_owned());
    let mut facts = vec![
        (speech.say("编号", "Number"), number.clone()),
        (speech.say("账期", "Period"), speech.span(invoice.from, invoice.to)),
    ];
    facts.extend(invoice.finalized_at.map(|at| (speech.say("开具日期", "Date"), speech.date(at))));
    let due_at = invoice.due_at.filter(|_| invoice.due.minor > 0);
    facts.extend(due_at.map(|at| (speech.say("付款期限", "Pay by"), speech.date(at))));
    facts.push((speech.say("币种", "Currency"), currency.to_owned()));
    let mut sums = totals(invoice.net, invoice.tax, invoice.total, speech);
    if invoice.paid.minor != 0 && !draft {
        sums.push((speech.say("已付", "Paid"), amount(invoice.paid), false));
    }
    if invoice.credited.minor != 0 {
        sums.push((speech.say("已红冲", "Taken back"), amount(invoice.credited), false));
    }
    if !draft {
        sums.push((speech.say("应付", "To be paid"), format!("{currency} {}", amount(invoice.due)), true));
    }
    let mut notes = Vec::new();
    if invoice.bill_to.tax_number.is_some() && invoice.tax.minor == 0 && invoice.total.minor != 0 {
        let reversed = ("逆向征收：税款由收票方缴纳。", "Reverse charge: the tax is owed by the recipient.");
        notes.push(speech.say(reversed.0, reversed.1).to_owned());
    }
    notes.extend(invoice.credit_notes.iter().map(|note| {
        let (date, total) = (speech.date(note.at), amount(note.total));
        format!("{} {} · {date} · {currency} {total}", speech.say(CREDIT_NOTE.0, CREDIT_NOTE.1), note.number)
    }));
    if invoice.due.minor > 0 && !head.issuer.bank.is_empty() {
        let bank = head.issuer.bank.replace('\n', " · ");
        notes.push(format!("{}{bank}", speech.say("付款账户：", "Pay to: ")));
    }
    // What was neither used nor charged is left out.
    let said = invoice.lines.iter().filter(|line| !line.quantity.is_zero() || line.gross.minor != 0);
    let lines = said.map(|line| row(line, meters, speech)).collect();
    paper(head, Body { title: speech.say("账单", "Invoice"), number, facts, lines, sums, notes }, speech)
}

const CREDIT_NOTE: (&str, &str) = ("红字账单", "Credit note");

fn credit_note_paper(note: &CreditNote, invoice: &Invoice, head: &Letterhead<'_>, speech: &Speech) -> Value {
    let currency = note.total.currency.code();
    let of = invoice.number.clone().unwrap_or_default();
    let facts = vec![
        (speech.say("编号", "Number"), note.number.clone()),
        (speech.say("开具日期", "Date"), speech.date(note.at)),
        (speech.say("原账单", "Of invoice"), of),
        (speech.say("账期", "Period"), speech.span(invoice.from, invoice.to)),
        (speech.say("币种", "Currency"), currency.to_owned()),
    ];
    let line = json!({
        "name": note.reason, "note": "", "quantity": "", "price": "",
        "net": amount(note.net), "tax": amount(note.tax), "gross": amount(note.total),
    });
    let off = Money::new(note.total.minor - note.to_wallet.minor, note.total.currency);
    let mut sums = totals(note.net, note.tax, note.total, speech);
    if off.minor != 0 {
        sums.push((speech.say("冲减应付", "Off what is to be paid"), amount(off), false));
    }
    if note.to_wallet.minor != 0 {
        sums.push((speech.say("退入钱包", "To the wallet"), amount(note.to_wallet), false));
    }
    let title = speech.say(CREDIT_NOTE.0, CREDIT_NOTE.1);
    let number = note.number.clone();
    paper(head, Body { title, number, facts, lines: vec![line], sums, notes: Vec::new() }, speech)
}

fn totals(net: Money, tax: Money, total: Money, speech: &Speech) -> Vec<(&'static str, String, bool)> {
    vec![
        (speech.say("不含税合计", "Total before tax"), amount(net), false),
        (speech.say("税额", "Tax"), amount(tax), false),
        (speech.say("合计", "Total"), format!("{} {}", total.currency.code(), amount(total)), true),
    ]
}

fn row(line: &BillLine, meters: &[Meter], speech: &Speech) -> Value {
    let locale = speech.say("zh-CN", "en-US");
    let unit =
        meters.iter().find(|meter| Some(&meter.key) == line.meter.as_ref()).map(|meter| meter.unit.in_locale(locale));
    let mut note = vec![speech.span(line.from, line.to)];
    if line.kind == LineKind::Adjustment {
        note.push(speech.say("往期补差", "adjustment of an earlier period").to_owned());
    }
    if line.trial {
        note.push(speech.say("试用", "trial").to_owned());
    }
    if line.free > Decimal::ZERO {
        note.push(format!("{} {}", speech.say("免费", "free:"), grouped(&short(line.free))));
    }
    if line.tax_percent > Decimal::ZERO {
        note.push(format!("{} {} %", speech.say("税率", "tax"), line.tax_percent));
    }
    let quantity = match unit {
        Some(unit) => format!("{} {unit}", grouped(&line.quantity.to_string())),
        None => String::new(),
    };
    let price = match line.pieces.as_slice() {
        [only] if line.model == PriceModel::Percentage => format!("{} %", only.unit),
        [only] => match line.size {
            Some(size) => format!("{} / {}", grouped(&only.unit.to_string()), grouped(&size.to_string())),
            None => grouped(&only.unit.to_string()),
        },
        [] => String::new(),
        _ => speech.say("阶梯价", "by tiers").to_owned(),
    };
    json!({
        "name": line.name.in_locale(locale), "note": note.join(" · "), "quantity": quantity, "price": price,
        "net": amount(line.net), "tax": amount(line.tax), "gross": amount(line.gross),
    })
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_are_grouped_before_the_point_only() {
        let all = ["0", "999", "1000", "-1234567.8912"].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "-1,234,567.8912"]);
    }
}
