//! Invoices: drafts that live, final ones that never change, and notes that take back.

use chrono::TimeDelta;
use lingxi_contracts::billing::{
    BillLine, BillingMailWanted, BillingNews, BillingProfile, CreditKind, CreditNote, Invoice, InvoiceFinalized,
    InvoiceStatus, LedgerAccount,
};
use lingxi_kernel::{CreditNoteId, Ctx, Error, InvoiceId, Money, Page, PageArgs, Permission, Result, TenantId, text};
use lingxi_rating::{Billed, adjustments, split};
use lingxi_store::{Tx, delete_many, find, insert, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::bill::Terms;
use super::paper::Issuer;
use super::{Billing, invoice_currency};
use crate::store::invoice::{self, credit_note, late, row};
use crate::store::subscription::{self, Model};
use crate::store::{money, payment, settings};

impl Billing {
    /// The draft of the period that ended: what comes in the grace still counts to it.
    pub(super) async fn draft_invoice(&self, tx: &Tx, subscription: &Model) -> Result<()> {
        if subscription.period_to <= subscription.period_from {
            return Ok(());
        }
        let currency = invoice_currency(subscription)?;
        let settings = settings::get(tx).await?;
        let tax = self.tax_of(&settings.profile).await?;
        let row = row::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<InvoiceId>().uuid(),
            number: None,
            status: InvoiceStatus::Draft.as_str().into(),
            from: subscription.period_from,
            to: subscription.period_to,
            zone: subscription.zone.clone(),
            currency: currency.code().into(),
            lines: serde_json::json!([]),
            net: 0,
            tax: 0,
            total: 0,
            paid: 0,
            credited: 0,
            finalizes_at: subscription.period_to + TimeDelta::hours(self.deps.settings.grace_hours.into()),
            finalized_at: None,
            due_at: None,
            attempts: 0,
            next_attempt_at: None,
            bill_to: serde_json::to_value(settings.profile)?,
            tax_rule: tax.map(serde_json::to_value).transpose()?,
            issuer: None,
            written_off: None,
        };
        insert(tx, row).await?;
        Ok(())
    }

    /// What an invoice was or will be rated by.
    pub(super) async fn terms_of(&self, tx: &Tx, row: &row::Model) -> Result<Terms> {
        let phases = subscription::phases(tx, row.from, row.to).await?;
        Ok(Terms {
            from: row.from,
            to: row.to,
            zone: row.zone.clone(),
            phases: self.phases(&phases, row.from, row.to).await?,
            tax: row.tax_rule.clone().map(serde_json::from_value).transpose()?,
            payer: serde_json::from_value(row.bill_to.clone())?,
        })
    }

    /// The lines of a draft as they are now: those of its period, and those of what came late to earlier ones.
    async fn rated(&self, tx: &Tx, row: &row::Model, late: Vec<late::Model>) -> Result<Billed> {
        let terms = self.terms_of(tx, row).await?;
        let used = self.used(tx, &terms).await?;
        let mut lines = terms.rate(&used)?.lines;
        lines.extend(self.late_lines(tx, row, late).await?);
        Ok(Billed::of(lines))
    }

    /// What came late to final invoices of before: rated again by the same versions of plans, less what was billed for it.
    async fn late_lines(&self, tx: &Tx, of: &row::Model, late: Vec<late::Model>) -> Result<Vec<BillLine>> {
        if late.is_empty() {
            return Ok(Vec::new());
        }
        let mut lines = Vec::new();
        for past in row::get_many(tx, late.into_iter().map(|row| row.invoice_id).collect()).await? {
            let since = find::<row::Entity>(tx)
                .filter(row::Column::From.gte(past.from))
                .filter(row::Column::Number.is_not_null())
                .filter(row::Column::Id.ne(of.id));
            let mut billed = Vec::new();
            for invoice in since.all(tx.conn()).await? {
                let within = |line: &BillLine| line.from >= past.from && line.to <= past.to;
                billed.extend(invoice.lines()?.into_iter().filter(within));
            }
            let terms = self.terms_of(tx, &past).await?;
            let again = terms.rate(&self.used(tx, &terms).await?)?.lines;
            lines.extend(adjustments(&again, &billed)?);
        }
        Ok(lines)
    }

    /// Settles a draft whose grace is over: its lines, its place in the ledger, and what the wallet pays of it. It is final when it
    /// has its number, in the same transaction.
    pub(crate) async fn settle_draft(&self, tx: &Tx, mut row: row::Model) -> Result<row::Model> {
        let late = invoice::late(tx).await?;
        if !late.is_empty() {
            delete_many::<late::Entity>(tx).exec(tx.conn()).await?;
        }
        let billed = self.rated(tx, &row, late).await?;
        let id = row.id();
        let currency = invoice::currency(&row.currency)?;
        row.lines = serde_json::to_value(&billed.lines)?;
        (row.net, row.tax, row.total) = (billed.net, billed.tax, billed.gross);
        row.finalized_at = Some(tx.now());
        row.due_at = Some(tx.now() + TimeDelta::days(self.deps.settings.payment_days.into()));
        // From now on the document says the same, whatever the firms are called later.
        row.issuer = Some(serde_json::to_value(Issuer::of(&self.deps.settings))?);
        let mut profile: BillingProfile = serde_json::from_value(row.bill_to.clone())?;
        if profile.name.is_empty() {
            profile.name = self.deps.tenants.tenant(&Ctx::system(tx.ctx().tenant, "billing")).await?.name;
            row.bill_to = serde_json::to_value(&profile)?;
        }
        let movements = [
            (LedgerAccount::Receivable, billed.gross),
            (LedgerAccount::Revenue, -billed.net),
            (LedgerAccount::TaxPayable, -billed.tax),
        ];
        money::post(tx, &format!("invoice/{id}"), currency, &movements).await?;
        if row.total < 0 {
            // More was taken back than was used: the difference is the firm's.
            let note = "Invoice below zero";
            self.grant(tx, CreditKind::CreditNote, Money::new(-row.total, currency), note, None).await?;
            let back = [(LedgerAccount::Receivable, -row.total), (LedgerAccount::Wallet, row.total)];
            money::post(tx, &format!("invoice/{id}/back"), currency, &back).await?;
            row.paid = row.total;
        } else {
            let key = format!("invoice/{id}/wallet");
            row.paid = self.pay_from_wallet(tx, &key, Money::new(row.total, currency)).await?;
        }
        let open = row.total - row.paid;
        row.status = if open == 0 { InvoiceStatus::Paid } else { InvoiceStatus::Open }.as_str().into();
        // A card on file is charged at once; else the firm has its days to pay.
        let by_card = self.deps.gateway.is_some() && settings::get(tx).await?.card.is_some();
        row.next_attempt_at = if by_card { Some(tx.now()) } else { row.due_at }.filter(|_| open > 0);
        Ok(row)
    }

    /// Gives a settled draft its number: now it is final.
    pub(crate) async fn number_invoice(&self, tx: &Tx, mut row: row::Model) -> Result<()> {
        let number = invoice::next_number(tx, &self.deps.settings.number_prefix).await?;
        let number = format!("{}-{number:06}", self.deps.settings.number_prefix);
        row.number = Some(number.clone());
        let (total, due) = (row.money(row.total)?, row.money(row.due())?);
        tx.emit(&InvoiceFinalized {
            id: row.id(),
            number: number.clone(),
            status: InvoiceStatus::parse(&row.status)?,
            total,
            due,
        })?;
        if row.total > 0 {
            let profile: BillingProfile = serde_json::from_value(row.bill_to.clone())?;
            let news = BillingNews::Invoice { number, total, due, due_at: row.due_at.filter(|_| due.minor > 0) };
            tx.emit(&BillingMailWanted { news, also: profile.email })?;
        }
        update(tx, row).await?;
        Ok(())
    }

    /// An invoice as it is shown: a draft with its lines of now.
    async fn shown_invoice(&self, tx: &Tx, row: row::Model, notes: Vec<credit_note::Model>) -> Result<Invoice> {
        let rated = if row.is_draft() { Some(self.rated(tx, &row, invoice::late(tx).await?).await?) } else { None };
        let mut invoice = row.into_contract(notes)?;
        if let Some(rated) = rated {
            let money = |minor| Money::new(minor, invoice.total.currency);
            (invoice.net, invoice.tax, invoice.total) = (money(rated.net), money(rated.tax), money(rated.gross));
            invoice.lines = rated.lines;
        }
        Ok(invoice)
    }

    pub(super) async fn do_invoices(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<Invoice>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let page = invoice::page(&tx, &args).await?;
        let notes = invoice::notes(&tx, page.rows.iter().map(|(_, row)| row.id).collect()).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for (cursor, row) in page.rows {
            let own = notes.iter().filter(|note| note.invoice_id == row.id).cloned().collect();
            rows.push((cursor, self.shown_invoice(&tx, row, own).await?));
        }
        Ok(Page { rows, has_next: page.has_next })
    }

    pub(super) async fn do_invoice(&self, ctx: &Ctx, id: InvoiceId) -> Result<Option<Invoice>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let Some(row) = row::get(&tx, id).await? else { return Ok(None) };
        let notes = invoice::notes(&tx, vec![row.id]).await?;
        self.shown_invoice(&tx, row, notes).await.map(Some)
    }

    pub(super) async fn do_all_invoices(
        &self,
        ctx: &Ctx,
        status: Option<InvoiceStatus>,
        args: PageArgs,
    ) -> Result<Page<(TenantId, Invoice)>> {
        self.require_operator(ctx).await?;
        let page = crate::jobs::all_invoices(&self.deps.db, status, &args).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for (cursor, row) in page.rows {
            let tenant = TenantId::from_uuid(row.tenant_id);
            let tx = self.deps.db.read(&Ctx::system(tenant, "billing"));
            let notes = invoice::notes(&tx, vec![row.id]).await?;
            rows.push((cursor, (tenant, self.shown_invoice(&tx, row, notes).await?)));
        }
        Ok(Page { rows, has_next: page.has_next })
    }

    pub(super) async fn do_credit_invoice(
        &self,
        ctx: &Ctx,
        (tenant, id): (TenantId, InvoiceId),
        minor: i64,
        reason: &str,
    ) -> Result<CreditNote> {
        self.require_operator(ctx).await?;
        if text::is_blank(reason) {
            return Err(Error::field("reason", "Say why, so that the note explains itself."));
        }
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        let mut row = invoice::known(&tx, id).await?;
        if row.is_draft() {
            return Err(Error::conflict(
                "The invoice is still a draft; what is wrong can be mended before it is final.",
            ));
        }
        let left = row.total - row.credited - row.lost();
        if minor <= 0 || minor > left {
            let most = row.money(left)?;
            return Err(Error::field("minor", format!("Between 1 minor unit and {most} can be taken back.")));
        }
        let currency = invoice::currency(&row.currency)?;
        // Tax in proportion, so that all notes together take back all tax and no more.
        let weights = [u128::try_from(row.net.max(0))?, u128::try_from(row.tax.max(0))?];
        let shares = split(row.credited + minor, &weights);
        let so_far = split(row.credited, &weights);
        let (net, tax) = (shares[0] - so_far[0], shares[1] - so_far[1]);
        let to_wallet = (minor - row.due()).max(0);
        let number = invoice::next_number(&tx, &format!("{}-CN", self.deps.settings.number_prefix)).await?;
        let note = credit_note::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<CreditNoteId>().uuid(),
            number: format!("{}-CN-{number:06}", self.deps.settings.number_prefix),
            invoice_id: row.id,
            reason: reason.trim().to_owned(),
            currency: row.currency.clone(),
            net,
            tax,
            total: minor,
            to_wallet,
            at: tx.now(),
            issuer: Some(serde_json::to_value(Issuer::of(&self.deps.settings))?),
        };
        let movements = [
            (LedgerAccount::Revenue, net),
            (LedgerAccount::TaxPayable, tax),
            (LedgerAccount::Receivable, to_wallet - minor),
            (LedgerAccount::Wallet, -to_wallet),
        ];
        money::post(&tx, &format!("credit_note/{}", CreditNoteId::from_uuid(note.id)), currency, &movements).await?;
        if to_wallet > 0 {
            self.grant(&tx, CreditKind::CreditNote, Money::new(to_wallet, currency), &note.number, None).await?;
            // What had been paid and is given back is no longer paid on this invoice.
            row.paid -= to_wallet;
        }
        row.credited += minor;
        if row.due() == 0 && row.lost() == 0 {
            row.status = InvoiceStatus::Paid.as_str().into();
            row.next_attempt_at = None;
        }
        self.correct_fapiao(&tx, &row, minor).await?;
        insert(&tx, note.clone()).await?;
        update(&tx, row).await?;
        tx.commit().await?;
        note.into_contract()
    }

    pub(super) async fn do_write_off_invoice(
        &self,
        ctx: &Ctx,
        (tenant, id): (TenantId, InvoiceId),
        reason: &str,
    ) -> Result<Invoice> {
        self.require_operator(ctx).await?;
        if text::is_blank(reason) {
            return Err(Error::field("reason", "Say why, so that the books explain themselves."));
        }
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        let mut row = invoice::known(&tx, id).await?;
        let late = [InvoiceStatus::PastDue, InvoiceStatus::Uncollectible].map(InvoiceStatus::as_str);
        if row.due() <= 0 || !late.contains(&row.status.as_str()) {
            return Err(Error::conflict("Only what is past due or given up can be written off."));
        }
        if payment::pending_charge(&tx, row.id).await?.is_some() {
            return Err(Error::conflict("A payment is on its way; wait for what becomes of it."));
        }
        let due = row.due();
        let movements = [(LedgerAccount::BadDebt, due), (LedgerAccount::Receivable, -due)];
        let key = format!("invoice/{id}/written_off/{}", row.lost());
        money::post(&tx, &key, invoice::currency(&row.currency)?, &movements).await?;
        tx.note_change("invoice.written_off", id, row.money(due)?, reason.trim())?;
        row.written_off = Some(row.lost() + due);
        row.status = InvoiceStatus::WrittenOff.as_str().into();
        row.next_attempt_at = None;
        update(&tx, row.clone()).await?;
        let notes = invoice::notes(&tx, vec![row.id]).await?;
        let shown = self.shown_invoice(&tx, row, notes).await?;
        tx.commit().await?;
        Ok(shown)
    }
}
