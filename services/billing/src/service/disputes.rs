//! Units that a firm doubts.

use lingxi_contracts::billing::{BillingMailWanted, BillingNews, Dispute, DisputeStatus, UsageInput};
use lingxi_kernel::{Ctx, DisputeId, Error, Permission, Result, TenantId, UsageId, text};
use lingxi_store::{Tx, find, insert, update};
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};

use super::Billing;
use crate::store::invoice::dispute;
use crate::store::settings;
use crate::store::usage::{self, event};

impl Billing {
    pub(super) async fn do_dispute_usage(&self, ctx: &Ctx, id: UsageId, reason: &str) -> Result<Dispute> {
        ctx.require(Permission::ManageBilling)?;
        if !(1..=2_000).contains(&text::length(reason)) {
            return Err(Error::field("reason", "Say what is wrong with this unit, in up to 2,000 characters."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        let unit = event::get(&tx, id).await?.ok_or_else(|| Error::not_found("metered fact"))?;
        if let Some(known) = self.dispute_of(&tx, id).await? {
            return Err(Error::conflict(format!("This unit was disputed already; the dispute is {}.", known.status)));
        }
        if unit.reverses.is_some() || !usage::reversed(&tx, vec![unit.id]).await?.is_empty() {
            return Err(Error::conflict("This unit was taken back already."));
        }
        let row = dispute::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<DisputeId>().uuid(),
            usage_id: unit.id,
            subject: unit.subject,
            reason: reason.trim().to_owned(),
            status: DisputeStatus::Open.as_str().into(),
            answer: None,
            at: tx.now(),
            decided_at: None,
        };
        insert(&tx, row.clone()).await?;
        tx.note_change("usage.disputed", id, (), &row.reason)?;
        tx.commit().await?;
        row.into_contract()
    }

    async fn dispute_of(&self, tx: &Tx, id: UsageId) -> Result<Option<dispute::Model>> {
        Ok(find::<dispute::Entity>(tx).filter(dispute::Column::UsageId.eq(id.uuid())).one(tx.conn()).await?)
    }

    pub(super) async fn do_disputes(&self, ctx: &Ctx) -> Result<Vec<Dispute>> {
        ctx.require(Permission::ReadBilling)?;
        let tx = self.deps.db.read(ctx);
        let rows = find::<dispute::Entity>(&tx).order_by_desc(dispute::Column::At).all(tx.conn()).await?;
        rows.into_iter().map(dispute::Model::into_contract).collect()
    }

    pub(super) async fn do_open_disputes(&self, ctx: &Ctx) -> Result<Vec<(TenantId, Dispute)>> {
        self.require_operator(ctx).await?;
        let rows = crate::jobs::open_disputes(&self.deps.db).await?;
        rows.into_iter().map(|row| Ok((TenantId::from_uuid(row.tenant_id), row.into_contract()?))).collect()
    }

    pub(super) async fn do_decide_dispute(
        &self,
        ctx: &Ctx,
        (tenant, id): (TenantId, DisputeId),
        accept: bool,
        answer: &str,
    ) -> Result<Dispute> {
        self.require_operator(ctx).await?;
        if text::is_blank(answer) {
            return Err(Error::field("answer", "Tell the firm why."));
        }
        let tx = self.deps.db.begin(&Ctx::system(tenant, "billing")).await?;
        let mut row = dispute::get(&tx, id).await?.ok_or_else(|| Error::not_found("dispute"))?;
        if row.status != DisputeStatus::Open.as_str() {
            return Err(Error::conflict("This dispute was decided already."));
        }
        let status = if accept { DisputeStatus::Accepted } else { DisputeStatus::Rejected };
        row.status = status.as_str().into();
        row.answer = Some(answer.trim().to_owned());
        row.decided_at = Some(tx.now());
        if accept && let Some(unit) = event::get(&tx, row.usage_id).await? {
            self.take_back(&tx, vec![unit]).await?;
        }
        update(&tx, row.clone()).await?;
        let (subject, answer) = (row.subject.clone(), answer.trim().to_owned());
        let news = BillingNews::DisputeDecided { subject, accepted: accept, answer };
        tx.emit(&BillingMailWanted { news, also: settings::get(&tx).await?.profile.email })?;
        tx.commit().await?;
        self.forget(&Ctx::system(tenant, "billing"));
        row.into_contract()
    }

    /// Takes units back, each at the moment at which it had counted and only once: what was invoiced already becomes an adjustment.
    pub(crate) async fn take_back(&self, tx: &Tx, units: Vec<event::Model>) -> Result<()> {
        let mut facts = Vec::new();
        for unit in units {
            facts.push(UsageInput {
                source: unit.source,
                id: format!("taken-back/{}", UsageId::from_uuid(unit.id)),
                kind: unit.kind,
                subject: unit.subject,
                at: Some(unit.at),
                data: serde_json::from_str(&unit.data)?,
                reverses: Some(unit.source_id),
            });
        }
        if !facts.is_empty() {
            self.ingest(tx, facts).await?;
        }
        Ok(())
    }
}
