//! Flows as people write, try and publish them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::NaiveDate;
use chrono_tz::Tz;
use lingxi_contracts::bot::{Flow, FlowDefinition, FlowRun, FlowTrial};
use lingxi_kernel::{Ctx, Env, Error, FlowId, Page, PageArgs, Permission, Result};
use lingxi_outbound::Outbound;
use lingxi_store::{Place, Tx, insert, update};
use uuid::Uuid;

use super::Bot;
use crate::flow::{Today, check, check_draft, run_cases, try_out};
use crate::rules;
use crate::store::flow::{self, row, version};

/// Flows of a firm at most.
const MOST: usize = 50;

impl Bot {
    pub(crate) const fn outbound(&self) -> Outbound {
        Outbound { private: self.deps.private_webhooks }
    }

    /// What day it is where the firm is.
    pub(super) async fn today(&self, ctx: &Ctx) -> Result<NaiveDate> {
        let firm = self.deps.tenants.tenant(&Ctx::system(ctx.tenant, "bot")).await?;
        let zone: Tz = firm.time_zone.parse().unwrap_or(Tz::UTC);
        Ok(self.deps.db.env().now().with_timezone(&zone).date_naive())
    }

    pub(super) async fn do_flows(&self, ctx: &Ctx) -> Result<Vec<Flow>> {
        ctx.require(Permission::ReadKnowledge)?;
        flow::flows(&self.deps.db.read(ctx)).await
    }

    pub(super) async fn do_save_flow(
        &self,
        ctx: &Ctx,
        id: Option<FlowId>,
        expected: Option<i32>,
        draft: FlowDefinition,
    ) -> Result<Flow> {
        ctx.require(Permission::ManageKnowledge)?;
        check_draft(&draft)?;
        let tx = self.deps.db.begin(ctx).await?;
        let id = match id {
            None => {
                if flow::flows(&tx).await?.len() >= MOST {
                    return Err(Error::conflict("There are 50 flows, the most there can be; remove one first."));
                }
                create(&tx, None, &draft).await?
            }
            Some(id) => {
                let mut row = row::get(&tx, id.uuid()).await?.ok_or_else(|| Error::not_found("flow"))?;
                if expected.is_some_and(|expected| expected != row.version) {
                    return Err(Error::conflict(
                        "Somebody else has changed this flow; load it again to see what is new.",
                    ));
                }
                row.draft = serde_json::to_value(&draft)?;
                row.version += 1;
                row.updated_at = tx.now();
                update(&tx, row).await?;
                id
            }
        };
        tx.note_change("flow.saved", id, (), &draft.name)?;
        let saved = found(&tx, id).await?;
        tx.commit().await?;
        Ok(saved)
    }

    pub(super) async fn do_delete_flow(&self, ctx: &Ctx, id: FlowId) -> Result<()> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        if !flow::remove(&tx, id).await? {
            return Err(Error::not_found("flow"));
        }
        tx.note_change("flow.deleted", id, (), ())?;
        tx.commit().await?;
        self.published.forget(ctx.tenant);
        Ok(())
    }

    pub(super) async fn do_publish_flow(&self, ctx: &Ctx, id: FlowId, share: i32) -> Result<Flow> {
        ctx.require(Permission::ManageKnowledge)?;
        let today = self.today(ctx).await?;
        let tx = self.deps.db.begin(ctx).await?;
        let row = row::get(&tx, id.uuid()).await?.ok_or_else(|| Error::not_found("flow"))?;
        let draft: FlowDefinition = serde_json::from_value(row.draft)?;
        check(&draft, self.outbound())?;
        let failed = run_cases(&draft, today).into_iter().find(|case| !case.failures.is_empty());
        if let Some(case) = failed {
            let why = case.failures.join(" ");
            return Err(Error::conflict(format!("The case \"{}\" does not go as written: {why}", case.name)));
        }
        let number = publish(&tx, id, &draft).await?;
        share_out(&tx, id, number, share).await?;
        tx.note_change("flow.published", id, (), number)?;
        let flow = found(&tx, id).await?;
        tx.commit().await?;
        self.published.forget(ctx.tenant);
        Ok(flow)
    }

    pub(super) async fn do_share_flow(&self, ctx: &Ctx, id: FlowId, number: i32, share: i32) -> Result<Flow> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        row::get(&tx, id.uuid()).await?.ok_or_else(|| Error::not_found("flow"))?;
        share_out(&tx, id, number, share).await?;
        tx.note_change("flow.shared", id, (), format!("#{number}: {share} %"))?;
        let flow = found(&tx, id).await?;
        tx.commit().await?;
        self.published.forget(ctx.tenant);
        Ok(flow)
    }

    pub(super) async fn do_renew_flow_secret(&self, ctx: &Ctx, id: FlowId) -> Result<String> {
        ctx.require(Permission::ManageKnowledge)?;
        let db = &self.deps.db;
        let given = secret(db.env());
        let sealed = db.seal(ctx, secret_place(id.uuid()), &given).await?;
        let tx = db.begin(ctx).await?;
        let mut row = row::get(&tx, id.uuid()).await?.ok_or_else(|| Error::not_found("flow"))?;
        row.secret = sealed;
        update(&tx, row).await?;
        tx.note_change("flow.secret_renewed", id, (), ())?;
        tx.commit().await?;
        Ok(given)
    }

    pub(super) async fn do_try_flow(
        &self,
        ctx: &Ctx,
        draft: &FlowDefinition,
        says: &[String],
        locale: &str,
        webhook: Option<String>,
    ) -> Result<FlowTrial> {
        ctx.require(Permission::ReadKnowledge)?;
        for said in says {
            rules::check_said("says", said)?;
        }
        check(draft, self.outbound())?;
        let wrong = |_| Error::field("webhook", "What webhooks answer is written as JSON.");
        let webhook: Option<serde_json::Value> =
            webhook.map(|json| serde_json::from_str(&json).map_err(wrong)).transpose()?;
        let date = self.today(ctx).await?;
        let says = says.get(..says.len().min(50)).unwrap_or_default();
        let turns = try_out(draft, says, webhook.as_ref(), Today { date, locale });
        Ok(FlowTrial { turns, cases: run_cases(draft, date) })
    }

    pub(super) async fn do_flow_runs(&self, ctx: &Ctx, id: FlowId, args: PageArgs) -> Result<Page<FlowRun>> {
        ctx.require(Permission::ReadKnowledge)?;
        let rows = flow::runs(&self.deps.db.read(ctx), id, &args).await?;
        Ok(Page::from_overfetch(rows, &args, |run| run.id.to_string()))
    }
}

/// Stores a new flow.
pub(super) async fn create(tx: &Tx, key: Option<String>, draft: &FlowDefinition) -> Result<FlowId> {
    let id: FlowId = tx.id();
    let row = row::Model {
        tenant_id: tx.tenant(),
        id: id.uuid(),
        key,
        draft: serde_json::to_value(draft)?,
        version: 1,
        // Nobody has been told it yet; it is sealed by a timer.
        secret: secret(tx.env()),
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    insert(tx, row).await?;
    Ok(id)
}

/// Stores a definition as the next version, which nobody gets yet; its number.
pub(super) async fn publish(tx: &Tx, id: FlowId, definition: &FlowDefinition) -> Result<i32> {
    let number = flow::versions(tx, id).await?.first().map_or(0, |newest| newest.number) + 1;
    let row = version::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<FlowId>().uuid(),
        flow_id: id.uuid(),
        number,
        share: 0,
        definition: serde_json::to_value(definition)?,
        created_at: tx.now(),
    };
    insert(tx, row).await?;
    Ok(number)
}

/// Gives a version to a share of the customers.
pub(super) async fn share_out(tx: &Tx, id: FlowId, number: i32, share: i32) -> Result<()> {
    if !(0..=100).contains(&share) {
        return Err(Error::field("share", "A share is 0 to 100 percent."));
    }
    let all = flow::versions(tx, id).await?;
    if !all.iter().any(|one| one.number == number) {
        return Err(Error::not_found("version"));
    }
    let alone = !all.iter().any(|one| one.number != number && one.share > 0);
    if alone && share != 0 && share != 100 {
        return Err(Error::field("share", "There is no other version in use; give this one to all, 100 percent."));
    }
    flow::share(tx, id, number, share).await
}

async fn found(tx: &Tx, id: FlowId) -> Result<Flow> {
    let all = flow::flows(tx).await?;
    all.into_iter().find(|one| one.id == id).ok_or_else(|| Error::not_found("flow"))
}

/// Where the secret of a flow's webhooks is stored.
pub(crate) fn secret_place(flow: Uuid) -> Place<'static> {
    Place { table: "bot_flow", row: flow, column: "secret" }
}

fn secret(env: &Env) -> String {
    format!("whsec_{}", STANDARD.encode(env.bytes::<24>()))
}
