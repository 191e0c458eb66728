//! Facts that take others back: that one's quantity, at its moment, once.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use lingxi_contracts::billing::{UsageAnswer, UsageOutcome};
use lingxi_kernel::Result;
use lingxi_store::Tx;
use uuid::Uuid;

use super::Billing;
use super::ingest::{Fact, rejected};
use crate::rules::identity::Reporter;
use crate::store::usage::{self, event};

impl Billing {
    /// What is to be stored of facts that take others back; the answers say why the rest is not.
    pub(super) async fn reversals(
        &self,
        tx: &Tx,
        facts: &[(usize, &Fact)],
        answers: &mut [Option<UsageAnswer>],
    ) -> Result<Vec<(usize, Fact)>> {
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<Uuid> = facts.iter().filter_map(|(_, fact)| fact.target).collect();
        let mut taken_by = usage::reversals(tx, ids.clone()).await?;
        ids.extend(facts.iter().map(|(_, fact)| fact.id));
        let stored: HashMap<Uuid, event::Model> =
            usage::events_of(tx, ids).await?.into_iter().map(|row| (row.id, row)).collect();
        let mut seen: HashSet<Uuid> = HashSet::new();
        let mut good = Vec::with_capacity(facts.len());
        for (index, fact) in facts {
            let Some(target) = fact.target else { continue };
            // One that came already is told so, whatever became of what it is about.
            if stored.contains_key(&fact.id) || seen.contains(&fact.id) {
                good.push((*index, (*fact).clone()));
                continue;
            }
            let found = stored.get(&target);
            let taken = taken_by.get(&target).is_some_and(|by| *by != fact.id);
            match self.undoing(tx, fact, found, taken) {
                Ok(whole) => {
                    taken_by.insert(target, fact.id);
                    seen.insert(fact.id);
                    good.push((*index, whole));
                }
                Err(reason) => {
                    metrics::counter!("lingxi_usage_events_total", "outcome" => UsageOutcome::Rejected.as_str())
                        .increment(1);
                    answers[*index] = Some(rejected(reason));
                }
            }
        }
        Ok(good)
    }

    /// A fact that takes another back, worth what that one is and at its moment; or why it cannot.
    fn undoing(&self, tx: &Tx, fact: &Fact, found: Option<&event::Model>, taken: bool) -> Result<Fact, String> {
        if fact.target == Some(fact.id) {
            return Err("An event cannot take itself back.".into());
        }
        let Some(row) = found else {
            let id = fact.usage.reverses.as_deref().unwrap_or_default();
            let source = &fact.usage.source;
            return Err(format!(
                "There is no event `{id}` of the source `{source}` to take back; send that one first."
            ));
        };
        if row.reverses.is_some() {
            return Err("That event takes another back itself; send the event anew instead.".into());
        }
        if row.kind != fact.usage.kind {
            let (is, kind) = (&fact.usage.kind, &row.kind);
            return Err(format!("That event has the type `{kind}`; what takes it back cannot have `{is}`."));
        }
        if taken {
            return Err("Another event took this one back already.".into());
        }
        let days = self.deps.settings.late_days;
        if fact.reporter == Reporter::Firm && row.at < tx.now() - TimeDelta::days(days.into()) {
            return Err(format!("That event is older than {days} days; it can no longer be taken back."));
        }
        let mut whole = fact.clone();
        whole.at = row.at;
        whole.usage.subject.clone_from(&row.subject);
        let data = serde_json::from_str(&row.data).map_err(|error| error.to_string())?;
        whole.usage.data = data;
        whole.weigh().map_err(|refusal| refusal.message)?;
        Ok(whole)
    }
}
