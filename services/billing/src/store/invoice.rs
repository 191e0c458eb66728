//! Invoices, what is late for them, credit notes, disputes.

use lingxi_contracts::billing::{BillLine, CreditNote, Dispute, DisputeStatus, Invoice, InvoiceStatus};
use lingxi_kernel::{Currency, Error, InvoiceId, Money, Page, PageArgs, Result, Timestamp};
use lingxi_store::{Tx, find, tenant_entity};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, Statement, sea_query::OnConflict,
};

tenant_entity!(row, "billing_invoice", {
    number: Option<String>,
    status: String,
    from: DateTimeUtc,
    to: DateTimeUtc,
    zone: String,
    currency: String,
    lines: Json,
    net: i64,
    tax: i64,
    total: i64,
    paid: i64,
    credited: i64,
    finalizes_at: DateTimeUtc,
    finalized_at: Option<DateTimeUtc>,
    due_at: Option<DateTimeUtc>,
    attempts: i32,
    next_attempt_at: Option<DateTimeUtc>,
    bill_to: Json,
    tax_rule: Option<Json>,
    issuer: Option<Json>,
    written_off: Option<i64>,
});

tenant_entity!(credit_note, "billing_credit_note", {
    number: String,
    invoice_id: Uuid,
    reason: String,
    currency: String,
    net: i64,
    tax: i64,
    total: i64,
    to_wallet: i64,
    at: DateTimeUtc,
    issuer: Option<Json>,
});

tenant_entity!(dispute, "billing_dispute", {
    usage_id: Uuid,
    subject: String,
    reason: String,
    status: String,
    answer: Option<String>,
    at: DateTimeUtc,
    decided_at: Option<DateTimeUtc>,
});

/// Final invoices to whose periods something came late.
pub(crate) mod late {
    use lingxi_store::TenantEntity;
    use sea_orm::entity::prelude::*;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "billing_late")]
    pub(crate) struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub tenant_id: Uuid,
        #[sea_orm(primary_key, auto_increment = false)]
        pub invoice_id: Uuid,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub(crate) enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}

    impl TenantEntity for Entity {
        const TENANT: Column = Column::TenantId;
    }
}

/// The currency of a stored code.
pub(crate) fn currency(code: &str) -> Result<Currency> {
    Ok(serde_json::from_value(serde_json::Value::String(code.to_owned()))?)
}

impl row::Model {
    pub(crate) fn id(&self) -> InvoiceId {
        self.id.into()
    }

    pub(crate) fn is_draft(&self) -> bool {
        self.status == InvoiceStatus::Draft.as_str()
    }

    /// What was written off, in minor units.
    pub(crate) fn lost(&self) -> i64 {
        self.written_off.unwrap_or(0)
    }

    /// Where it stands while something is due: past due once its date has come.
    pub(crate) fn unpaid(&self, now: Timestamp) -> InvoiceStatus {
        if self.due_at.is_some_and(|at| at <= now) { InvoiceStatus::PastDue } else { InvoiceStatus::Open }
    }

    /// What is still to be paid, in minor units.
    pub(crate) fn due(&self) -> i64 {
        if self.is_draft() { 0 } else { self.total - self.paid - self.credited - self.lost() }
    }

    pub(crate) fn lines(&self) -> Result<Vec<BillLine>> {
        Ok(serde_json::from_value(self.lines.clone())?)
    }

    pub(crate) fn money(&self, minor: i64) -> Result<Money> {
        Ok(Money::new(minor, currency(&self.currency)?))
    }

    pub(crate) fn into_contract(self, notes: Vec<credit_note::Model>) -> Result<Invoice> {
        let money = |minor| self.money(minor);
        Ok(Invoice {
            id: self.id(),
            status: InvoiceStatus::parse(&self.status)?,
            from: self.from,
            to: self.to,
            lines: self.lines()?,
            net: money(self.net)?,
            tax: money(self.tax)?,
            total: money(self.total)?,
            paid: money(self.paid)?,
            credited: money(self.credited)?,
            written_off: money(self.lost())?,
            due: money(self.due())?,
            finalizes_at: self.finalizes_at,
            finalized_at: self.finalized_at,
            due_at: self.due_at,
            attempts: self.attempts,
            next_attempt_at: self.next_attempt_at,
            credit_notes: notes.into_iter().map(credit_note::Model::into_contract).collect::<Result<_>>()?,
            bill_to: serde_json::from_value(self.bill_to.clone())?,
            number: self.number,
            time_zone: self.zone,
        })
    }
}

impl credit_note::Model {
    pub(crate) fn into_contract(self) -> Result<CreditNote> {
        let currency = currency(&self.currency)?;
        let money = |minor| Money::new(minor, currency);
        Ok(CreditNote {
            id: self.id.into(),
            number: self.number,
            invoice_id: self.invoice_id.into(),
            reason: self.reason,
            net: money(self.net),
            tax: money(self.tax),
            total: money(self.total),
            to_wallet: money(self.to_wallet),
            at: self.at,
        })
    }
}

impl dispute::Model {
    pub(crate) fn into_contract(self) -> Result<Dispute> {
        Ok(Dispute {
            id: self.id.into(),
            usage_id: self.usage_id.into(),
            subject: self.subject,
            reason: self.reason,
            status: DisputeStatus::parse(&self.status)?,
            answer: self.answer,
            at: self.at,
            decided_at: self.decided_at,
        })
    }
}

/// The firm's invoice of an id.
pub(crate) async fn known(tx: &Tx, id: InvoiceId) -> Result<row::Model> {
    row::get(tx, id).await?.ok_or_else(|| Error::not_found("invoice"))
}

/// The invoice whose period a moment lies in.
pub(crate) async fn of_moment(tx: &Tx, at: Timestamp) -> Result<Option<row::Model>> {
    let rows = find::<row::Entity>(tx).filter(row::Column::From.lte(at)).filter(row::Column::To.gt(at));
    Ok(rows.one(tx.conn()).await?)
}

/// The invoices of a firm, newest first.
pub(crate) async fn page(tx: &Tx, args: &PageArgs) -> Result<Page<row::Model>> {
    let mut rows = find::<row::Entity>(tx).order_by_desc(row::Column::From).limit(u64::from(args.first) + 1);
    if let Some(after) = &args.after {
        let wrong = |_| Error::field("after", format!("`{after}` is no cursor of this list."));
        rows = rows.filter(row::Column::From.lt(after.parse::<Timestamp>().map_err(wrong)?));
    }
    Ok(Page::from_overfetch(rows.all(tx.conn()).await?, args, |row| row.from.to_rfc3339()))
}

/// Final invoices of which something is due, oldest first.
pub(crate) async fn unpaid(tx: &Tx) -> Result<Vec<row::Model>> {
    let waiting = [InvoiceStatus::Open, InvoiceStatus::PastDue, InvoiceStatus::Uncollectible];
    let rows = find::<row::Entity>(tx).filter(row::Column::Status.is_in(waiting.map(InvoiceStatus::as_str)));
    let rows = rows.order_by_asc(row::Column::From).all(tx.conn()).await?;
    Ok(rows.into_iter().filter(|row| row.due() > 0).collect())
}

/// Credit notes of some invoices, oldest first.
pub(crate) async fn notes(tx: &Tx, invoices: Vec<Uuid>) -> Result<Vec<credit_note::Model>> {
    let rows = find::<credit_note::Entity>(tx).filter(credit_note::Column::InvoiceId.is_in(invoices));
    Ok(rows.order_by_asc(credit_note::Column::At).order_by_asc(credit_note::Column::Id).all(tx.conn()).await?)
}

/// The firm's final invoices to which something came late.
pub(crate) async fn late(tx: &Tx) -> Result<Vec<late::Model>> {
    Ok(find::<late::Entity>(tx).all(tx.conn()).await?)
}

/// Notes that something came late to an invoice.
pub(crate) async fn note_late(tx: &Tx, invoice: Uuid) -> Result<()> {
    let row = late::Model { tenant_id: tx.tenant(), invoice_id: invoice };
    late::Entity::insert(row.into_active_model())
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// The next number of a series: whoever takes one keeps the others waiting until it commits, so that none is ever missing.
pub(crate) async fn next_number(tx: &Tx, series: &str) -> Result<i64> {
    let sql = "INSERT INTO billing_number (series, last) VALUES ($1, 1)
        ON CONFLICT (series) DO UPDATE SET last = billing_number.last + 1 RETURNING last";
    let conn = tx.conn();
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, [series.into()]);
    let row = conn.query_one_raw(statement).await?;
    row.ok_or_else(|| Error::internal("a number was not given"))?.try_get("", "last").map_err(Error::from)
}
