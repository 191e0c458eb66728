//! Metered facts: stored and counted in one transaction, and answered one by one.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::TimeDelta;
use chrono_tz::Tz;
use lingxi_contracts::billing::{Aggregation, AsideReason, Catalog, Meter, UsageAnswer, UsageInput, UsageOutcome};
use lingxi_kernel::{Actor, Ctx, Error, ErrorCode, Permission, Result, Timestamp};
use lingxi_rating::{Bucket, Reading, hour_of, reading};
use lingxi_store::Tx;
use serde_json::Value;
use uuid::Uuid;

use super::Billing;
use crate::rules::identity::{self, Reporter};
use crate::rules::periods;
use crate::store::{
    invoice,
    usage::{self, BucketKey, aside, event},
};

/// Facts that one request may hold.
pub(crate) const MOST: usize = 1_000;
/// Clocks of senders may go ahead by this.
const AHEAD: TimeDelta = TimeDelta::hours(1);
/// Longest source, id, type, subject or value of a dimension, in bytes.
const LONGEST: usize = 256;

/// A fact on its way.
#[derive(Clone)]
pub(super) struct Fact {
    pub(super) usage: UsageInput,
    pub(super) at: Timestamp,
    pub(super) id: Uuid,
    pub(super) reporter: Reporter,
    payload: Uuid,
    /// The fact that it takes back.
    pub(super) target: Option<Uuid>,
    /// By the place of a meter in the catalog.
    pub(super) readings: Vec<(usize, Reading)>,
    catalog: Arc<Catalog>,
}

impl Fact {
    /// What can be counted of a fact.
    fn read(catalog: &Arc<Catalog>, now: Timestamp, usage: UsageInput, reporter: Reporter) -> Result<Self> {
        let ours = reporter == Reporter::Lingxi;
        let named = [("source", &usage.source), ("id", &usage.id), ("type", &usage.kind), ("subject", &usage.subject)];
        for (name, text) in named {
            if text.len() > LONGEST || text.contains('\0') || text.is_empty() && name != "subject" {
                return Err(Error::invalid(format!("`{name}` must have 1 to {LONGEST} bytes, and no U+0000.")));
            }
        }
        if usage.kind.starts_with("lingxi.") && !ours {
            return Err(Error::invalid("Types that begin with `lingxi.` are those of Lingxi itself; name your own."));
        }
        if identity::is_reserved(&usage.source) && !ours {
            return Err(Error::invalid("The source `lingxi` is that of Lingxi itself; name your own."));
        }
        let at = usage.at.unwrap_or(now);
        if at > now + AHEAD {
            return Err(Error::invalid(format!("`time` is {at}, which is in the future; check the sender's clock.")));
        }
        if !catalog.meters.iter().any(|meter| meter.event_type == usage.kind) {
            return Err(Error::invalid(format!(
                "No meter counts events of the type `{}`; ask the operator for one.",
                usage.kind
            )));
        }
        let (id, payload) = (reporter.identity(&usage.source, &usage.id), identity::payload(&usage)?);
        let target = usage.reverses.as_ref().map(|id| identity::named(&usage.source, id));
        let mut fact =
            Self { usage, at, id, reporter, payload, target, readings: Vec::new(), catalog: catalog.clone() };
        // What takes another back is worth what that one is.
        if target.is_none() {
            fact.weigh()?;
        }
        Ok(fact)
    }

    /// Reads what its data is worth on each meter.
    pub(super) fn weigh(&mut self) -> Result<()> {
        let of_type = |meter: &&Meter| meter.event_type == self.usage.kind;
        let meters = self.catalog.meters.iter().enumerate().filter(|(_, meter)| of_type(meter));
        let readings = meters.map(|(index, meter)| Ok((index, reading(meter, &self.usage.data)?)));
        self.readings = readings.collect::<Result<_>>()?;
        Ok(())
    }
}

/// Facts that were read, each with the place of its answer.
pub(super) struct ReadFacts {
    /// What is known already.
    answers: Vec<Option<UsageAnswer>>,
    facts: Vec<(usize, Fact)>,
    /// Those that come too late to be counted.
    late: Vec<Fact>,
}

impl ReadFacts {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.answers.len()
    }
}

fn answer(status: UsageOutcome) -> UsageAnswer {
    UsageAnswer { status, reason: None }
}

pub(super) fn rejected(reason: impl Into<String>) -> UsageAnswer {
    UsageAnswer { status: UsageOutcome::Rejected, reason: Some(reason.into()) }
}

impl Billing {
    pub(super) async fn do_report_usage(&self, ctx: &Ctx, all: Vec<UsageInput>) -> Result<Vec<UsageAnswer>> {
        ctx.require(Permission::ReportUsage)?;
        if all.len() > MOST {
            let message = format!("{} events are too many at once; send up to {MOST}.", all.len());
            return Err(Error::new(ErrorCode::TooLarge, message));
        }
        // Read before the firm's turn to write begins, so that one batch is read while another is stored.
        let read = self.read_facts(ctx, all).await?;
        self.store_with_others(ctx, read).await
    }

    /// Stores and counts facts within a transaction; what is answered holds once that commits.
    pub(crate) async fn ingest(&self, tx: &Tx, all: Vec<UsageInput>) -> Result<Vec<UsageAnswer>> {
        let read = self.read_facts(tx.ctx(), all).await?;
        let answers = self.ingest_read(tx, &[&read]).await?;
        Ok(answers.into_iter().flatten().collect())
    }

    /// What can be said of facts before they meet those that are stored.
    async fn read_facts(&self, ctx: &Ctx, all: Vec<UsageInput>) -> Result<ReadFacts> {
        let catalog = self.sold().await?;
        let now = self.deps.db.env().now();
        let reporter = if matches!(ctx.actor, Actor::System { .. }) { Reporter::Lingxi } else { Reporter::Firm };
        let ours = reporter == Reporter::Lingxi;
        let days = self.deps.settings.late_days;
        let oldest = now - TimeDelta::days(days.into());
        let (mut answers, mut facts, mut late) =
            (Vec::with_capacity(all.len()), Vec::with_capacity(all.len()), Vec::new());
        for (index, usage) in all.into_iter().enumerate() {
            match Fact::read(&catalog, now, usage, reporter) {
                Ok(fact) if fact.at < oldest && !ours => {
                    answers.push(Some(rejected(format!(
                        "The event is older than {days} days; it is kept aside, where it can be seen, and not counted."
                    ))));
                    late.push(fact);
                }
                Ok(fact) => {
                    answers.push(None);
                    facts.push((index, fact));
                }
                Err(refusal) => {
                    if ours {
                        tracing::error!(error.cause = %refusal, "A fact of our own cannot be counted");
                    }
                    answers.push(Some(rejected(refusal.message)));
                }
            }
        }
        Ok(ReadFacts { answers, facts, late })
    }

    /// Stores and counts batches of facts that were read, and answers each.
    pub(super) async fn ingest_read(&self, tx: &Tx, batches: &[&ReadFacts]) -> Result<Vec<Vec<UsageAnswer>>> {
        let (mut answers, mut facts, mut asides) = (Vec::new(), Vec::new(), Vec::new());
        for batch in batches {
            facts.extend(batch.facts.iter().map(|(index, fact)| (answers.len() + index, fact)));
            answers.extend(batch.answers.iter().cloned());
            for late in &batch.late {
                asides.push(row_aside(tx, late, AsideReason::TooLate)?);
            }
        }
        // What takes something back comes after what it takes back, if both came together.
        let (reversals, facts): (Vec<_>, Vec<_>) = facts.into_iter().partition(|(_, fact)| fact.target.is_some());
        let mut counted = self.store_facts(tx, facts, &mut answers, &mut asides).await?;
        let reversals = self.reversals(tx, &reversals, &mut answers).await?;
        let reversals = reversals.iter().map(|(index, fact)| (*index, fact)).collect();
        counted.extend(self.store_facts(tx, reversals, &mut answers, &mut asides).await?);
        usage::put_aside(tx, once(asides)).await?;
        if !counted.is_empty() {
            self.count(tx, &counted).await?;
        }
        let mut answers = answers.into_iter().map(|known| known.unwrap_or_else(|| answer(UsageOutcome::Duplicate)));
        Ok(batches.iter().map(|batch| answers.by_ref().take(batch.answers.len()).collect()).collect())
    }

    /// Stores those that are new, answers for all, and gives those that are to be counted.
    async fn store_facts<'a>(
        &self,
        tx: &Tx,
        facts: Vec<(usize, &'a Fact)>,
        answers: &mut [Option<UsageAnswer>],
        asides: &mut Vec<aside::Model>,
    ) -> Result<Vec<&'a Fact>> {
        let mut first: HashMap<Uuid, Uuid> = HashMap::new();
        let mut rows = Vec::new();
        for (_, fact) in &facts {
            if let std::collections::hash_map::Entry::Vacant(vacant) = first.entry(fact.id) {
                vacant.insert(fact.payload);
                rows.push(row(tx, fact)?);
            }
        }
        let (mut stored, known) = usage::insert_once(tx, rows).await?;
        let mut counted = Vec::new();
        for (index, fact) in facts {
            let outcome = if stored.remove(&fact.id) {
                UsageOutcome::Accepted
            } else if *known.get(&fact.id).or_else(|| first.get(&fact.id)).unwrap_or(&fact.payload) == fact.payload {
                UsageOutcome::Duplicate
            } else {
                if fact.reporter == Reporter::Lingxi {
                    tracing::error!(tenant = %tx.ctx().tenant, fact = %fact.usage.id, "A fact of our own has another's name");
                }
                asides.push(row_aside(tx, fact, AsideReason::Conflict)?);
                UsageOutcome::Conflict
            };
            metrics::counter!("lingxi_usage_events_total", "outcome" => outcome.as_str()).increment(1);
            answers[index] = Some(answer(outcome));
            if outcome == UsageOutcome::Accepted {
                counted.push(fact);
            }
        }
        Ok(counted)
    }

    /// Adds facts to their hours, and notes which final invoices they come late to.
    async fn count(&self, tx: &Tx, facts: &[&Fact]) -> Result<()> {
        let subscription = self.subscription_of(tx).await?;
        let zone = periods::zone(&subscription.zone);
        let mut buckets: BTreeMap<BucketKey, Bucket> = BTreeMap::new();
        let mut different = Vec::new();
        let readings = facts.iter().flat_map(|fact| fact.readings.iter().map(move |reading| (*fact, reading)));
        for (fact, (index, reading)) in readings {
            let meter = &fact.catalog.meters[*index];
            let taken_back = fact.target.is_some();
            for key in keys(meter, fact, zone) {
                if meter.aggregation == Aggregation::Unique && !taken_back {
                    different.push((key.clone(), reading.text.clone()));
                }
                let one = Bucket::of(key.hour, fact.at, fact.id.to_string(), reading.value)?;
                buckets.entry(key).or_default().merge(if taken_back { one.negated() } else { one })?;
            }
        }
        usage::add(tx, buckets).await?;
        usage::note_different(tx, different).await?;
        let mut late: Vec<Timestamp> =
            facts.iter().map(|fact| fact.at).filter(|at| *at < subscription.period_from).collect();
        late.sort();
        // Of a period one moment is enough.
        let mut noted_to = None;
        for at in late {
            if noted_to.is_some_and(|to| at < to) {
                continue;
            }
            if let Some(past) = invoice::of_moment(tx, at).await? {
                noted_to = Some(past.to);
                if !past.is_draft() {
                    invoice::note_late(tx, past.id).await?;
                }
            }
        }
        self.check_limits(tx).await
    }
}

fn row(tx: &Tx, fact: &Fact) -> Result<event::Model> {
    let usage = &fact.usage;
    Ok(event::Model {
        tenant_id: tx.tenant(),
        id: fact.id,
        source: usage.source.clone(),
        source_id: usage.id.clone(),
        kind: usage.kind.clone(),
        subject: usage.subject.clone(),
        at: fact.at,
        received_at: tx.now(),
        data: serde_json::to_string(&usage.data)?,
        payload: fact.payload,
        reverses: fact.target,
    })
}

fn row_aside(tx: &Tx, fact: &Fact, reason: AsideReason) -> Result<aside::Model> {
    let row = row(tx, fact)?;
    Ok(aside::Model {
        tenant_id: row.tenant_id,
        id: identity::aside(row.id, row.payload, reason.as_str()),
        source: row.source,
        source_id: row.source_id,
        kind: row.kind,
        subject: row.subject,
        at: row.at,
        received_at: row.received_at,
        data: row.data,
        payload: row.payload,
        reverses: row.reverses,
        reason: reason.as_str().to_owned(),
    })
}

fn once(rows: Vec<aside::Model>) -> Vec<aside::Model> {
    let by_id: BTreeMap<Uuid, aside::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    by_id.into_values().collect()
}

/// The buckets that a fact counts in: that of all usage, and one for each dimension that it has a value of.
fn keys(meter: &Meter, fact: &Fact, zone: Tz) -> Vec<BucketKey> {
    let hour = hour_of(fact.at, zone);
    let key = |dimension: &str, value: String| BucketKey {
        meter: meter.key.clone(),
        hour,
        dimension: dimension.to_owned(),
        value,
    };
    let mut keys = vec![key("", String::new())];
    for dimension in &meter.dimensions {
        let value = match fact.usage.data.get(dimension) {
            _ if dimension == "subject" => fact.usage.subject.clone(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Bool(flag)) => flag.to_string(),
            _ => continue,
        };
        let value = value.chars().take(LONGEST).filter(|letter| *letter != '\0').collect();
        keys.push(key(dimension, value));
    }
    keys
}
