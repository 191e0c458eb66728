//! Invoices as documents, in both languages.

use chrono_tz::Tz;
use lingxi_contracts::billing::{BillLine, Invoice, InvoiceStatus, LineKind, Meter, PriceModel};
use lingxi_kernel::{Ctx, Decimal, Error, InvoiceId, Money, Result, Timestamp};
use serde_json::{Value, json};

use super::Billing;
use crate::rules::periods;

const TEMPLATE: &str = include_str!("../../data/invoice.typ");

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
        let Some(invoice) = self.do_invoice(ctx, id).await? else { return Ok(None) };
        let firm = self.deps.tenants.tenant(&Ctx::system(ctx.tenant, "billing")).await?;
        let chinese = locale.unwrap_or(&firm.locale).starts_with("zh");
        let data =
            self.paper(&invoice, &firm.name, &Speech { chinese, zone: periods::zone(&invoice.time_zone) }).await?;
        let mut fonts = Vec::new();
        for file in &self.deps.settings.fonts {
            let read = tokio::fs::read(file).await;
            fonts.push(read.map_err(|error| Error::internal(format!("the font {file} cannot be read: {error}")))?);
        }
        tokio::task::spawn_blocking(move || lingxi_paper::pdf(TEMPLATE, &data, &fonts)).await?.map(Some)
    }

    async fn paper(&self, invoice: &Invoice, firm: &str, speech: &Speech) -> Result<Value> {
        let catalog = self.sold().await?;
        let settings = &self.deps.settings;
        let currency = invoice.total.currency.code();
        let draft = invoice.status == InvoiceStatus::Draft;
        let bill_to = &invoice.bill_to;
        let mut to: Vec<String> = vec![if bill_to.name.is_empty() { firm.to_owned() } else { bill_to.name.clone() }];
        to.extend(bill_to.address.lines().map(str::to_owned));
        to.extend(bill_to.tax_number.iter().map(|number| format!("{} {number}", speech.say("税号", "Tax number"))));
        let mut issuer: Vec<String> = settings.issuer_address.lines().map(str::to_owned).collect();
        if !settings.issuer_tax_number.is_empty() {
            issuer.push(format!("{} {}", speech.say("税号", "Tax number"), settings.issuer_tax_number));
        }
        let title = speech.say("账单", "Invoice");
        let number = invoice.number.clone().unwrap_or_else(|| speech.say("草稿", "Draft").to_owned());
        let mut facts = vec![
            (speech.say("编号", "Number"), number.clone()),
            (speech.say("账期", "Period"), speech.span(invoice.from, invoice.to)),
        ];
        facts.extend(invoice.finalized_at.map(|at| (speech.say("开具日期", "Date"), speech.date(at))));
        facts.extend(
            invoice
                .due_at
                .filter(|_| invoice.due.minor > 0)
                .map(|at| (speech.say("付款期限", "Pay by"), speech.date(at))),
        );
        facts.push((speech.say("币种", "Currency"), currency.to_owned()));
        let mut sums = vec![
            (speech.say("不含税合计", "Total before tax"), amount(invoice.net), false),
            (speech.say("税额", "Tax"), amount(invoice.tax), false),
            (speech.say("合计", "Total"), format!("{currency} {}", amount(invoice.total)), true),
        ];
        if invoice.paid.minor != 0 && !draft {
            sums.push((speech.say("已付", "Paid"), amount(invoice.paid), false));
        }
        if invoice.credited.minor != 0 {
            sums.push((speech.say("已红冲", "Taken back"), amount(invoice.credited), false));
        }
        if !draft {
            sums.push((speech.say("应付", "To be paid"), format!("{currency} {}", amount(invoice.due)), true));
        }
        let mut notes: Vec<String> = Vec::new();
        if bill_to.tax_number.is_some() && invoice.tax.minor == 0 && invoice.total.minor != 0 {
            notes.push(
                speech
                    .say("逆向征收：税款由收票方缴纳。", "Reverse charge: the tax is owed by the recipient.")
                    .to_owned(),
            );
        }
        notes.extend(invoice.credit_notes.iter().map(|note| {
            format!(
                "{} {} · {} · {} {}",
                speech.say("红字账单", "Credit note"),
                note.number,
                speech.date(note.at),
                currency,
                amount(note.total)
            )
        }));
        if invoice.due.minor > 0 && !settings.issuer_bank.is_empty() {
            notes.push(format!(
                "{}{}",
                speech.say("付款账户：", "Pay to: "),
                settings.issuer_bank.replace('\n', " · ")
            ));
        }
        // What was neither used nor charged is left out.
        let said = invoice.lines.iter().filter(|line| !line.quantity.is_zero() || line.gross.minor != 0);
        let lines: Vec<Value> = said.map(|line| row(line, &catalog.meters, speech)).collect();
        let columns = if speech.chinese {
            ["项目", "数量", "单价", "不含税", "税额", "合计"]
        } else {
            ["Item", "Quantity", "Price", "Before tax", "Tax", "Total"]
        };
        Ok(json!({
            "lang": speech.say("zh", "en"), "title": title, "subtitle": number, "issuer": { "name": settings.issuer, "lines": issuer },
            "bill_to": to, "words": { "bill_to": speech.say("收票方", "Bill to"), "columns": columns },
            "facts": facts, "lines": lines, "sums": sums, "notes": notes,
            "footer": format!("{} · {title} {number}", settings.issuer),
        }))
    }
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
