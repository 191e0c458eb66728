//! Webhooks of flows: called once a walk waits for one, in tasks of their own, so that a slow one keeps nobody else waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::TimeDelta;
use lingxi_kernel::{Ctx, FlowRunId, Result, TenantId};
use lingxi_outbound::Call;
use lingxi_store::{Db, update};
use serde_json::{Value, json};

use crate::flow::slots;
use crate::service::{Bot, secret_place};
use crate::store::flow::{definition, row, run};

/// Calls of one firm at a time.
pub(crate) const OF_ONE: u64 = 8;
/// Who is called is called again after that, when nothing came of it: the process was killed.
const AGAIN: TimeDelta = TimeDelta::seconds(60);

#[derive(Clone)]
pub(crate) struct Calls {
    db: Db,
    service: Arc<Bot>,
    /// How many are under way, by firm.
    under_way: Arc<Mutex<HashMap<TenantId, usize>>>,
}

impl Calls {
    pub(crate) fn new(db: Db, service: Arc<Bot>) -> Self {
        Self { db, service, under_way: Arc::default() }
    }

    /// Starts a call that is due. One that was started by a process that is gone is started again; it has the same id, by which its receiver
    /// knows it.
    pub(crate) async fn start(&self, row: run::Model) -> Result<()> {
        let ctx = Ctx::system(TenantId::from_uuid(row.tenant_id), "bot");
        let Some(place) = self.place(ctx.tenant) else { return Ok(()) };
        let tx = self.db.begin(&ctx).await?;
        let waits = |now: &run::Model| now.turn == row.turn && now.status == row.status && now.due_at == row.due_at;
        let Some(mut claimed) = run::get(&tx, row.id).await?.filter(waits) else { return Ok(()) };
        claimed.due_at = Some(tx.now() + AGAIN);
        let claimed = update(&tx, claimed).await?;
        tx.commit().await?;
        let calls = self.clone();
        tokio::spawn(async move {
            let _place = place;
            if let Err(error) = calls.call(&ctx, &claimed).await {
                tracing::warn!(tenant = %ctx.tenant, error.cause = %error, "A flow could not go on after its webhook");
            }
        });
        Ok(())
    }

    async fn call(&self, ctx: &Ctx, run: &run::Model) -> Result<()> {
        let answer = self.answer(ctx, run).await;
        let outcome = if answer.is_ok() { "answered" } else { "failed" };
        metrics::counter!("lingxi_bot_flow_calls_total", "outcome" => outcome).increment(1);
        if let Err(error) = &answer {
            tracing::info!(tenant = %ctx.tenant, flow.run = %FlowRunId::from_uuid(run.id), error.cause = %error, "A flow's webhook failed");
        }
        self.service.apply_called(ctx, run.id.into(), run.turn, answer.ok()).await
    }

    /// What the webhook that a walk waits for answers.
    async fn answer(&self, ctx: &Ctx, run: &run::Model) -> Result<Value> {
        let read = self.db.read(ctx);
        let gone = || lingxi_kernel::Error::not_found("flow");
        let flow = row::get(&read, run.flow_id).await?.ok_or_else(gone)?;
        let definition = definition(&read, run.flow_id.into(), run.number).await?.ok_or_else(gone)?;
        let state = run.state()?;
        let step = definition.steps.iter().find(|step| step.key == state.step);
        let call = step.and_then(|step| step.call.as_ref()).ok_or_else(gone)?;
        let id = FlowRunId::from_uuid(run.id);
        let slots: HashMap<String, String> = slots(&state).into_iter().map(|one| (one.slot, one.value)).collect();
        let body = json!({
            "flow": lingxi_kernel::FlowId::from_uuid(run.flow_id),
            "name": definition.name,
            "version": run.number,
            "step": state.step,
            "run": id,
            "conversation": lingxi_kernel::ConversationId::from_uuid(run.conversation_id),
            "locale": run.locale,
            "slots": slots,
        });
        let secret = self.db.unseal(ctx, secret_place(flow.id), &flow.secret).await?;
        let call = Call {
            url: &call.url,
            secret: &secret,
            id: &format!("{id}-{}", run.turn),
            at: read.now(),
            body: &body.to_string(),
            timeout: Duration::from_secs(u64::try_from(call.timeout_seconds.clamp(1, 20))?),
        };
        let answer = self.service.outbound().post(call).await?;
        if answer.body.is_empty() {
            return Ok(Value::Null);
        }
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// A place among the calls of a firm, unless it has too many under way.
    fn place(&self, tenant: TenantId) -> Option<Place> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        let count = under_way.entry(tenant).or_default();
        if *count as u64 >= OF_ONE {
            return None;
        }
        *count += 1;
        Some(Place { tenant, under_way: self.under_way.clone() })
    }
}

/// A place among the calls of a firm, free again when it is dropped.
struct Place {
    tenant: TenantId,
    under_way: Arc<Mutex<HashMap<TenantId, usize>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = under_way.get_mut(&self.tenant) {
            *count -= 1;
            if *count == 0 {
                under_way.remove(&self.tenant);
            }
        }
    }
}
