//! Usage as series, and the facts behind it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Datelike as _, Months, TimeDelta};
use chrono_tz::Tz;
use lingxi_contracts::billing::{Aggregation, AsideEvent, Meter, UsageEvent, UsagePoint, UsageQuery, UsageStep};
use lingxi_kernel::{Ctx, Decimal, Error, Page, PageArgs, Permission, Result, Timestamp};
use lingxi_rating::{Bucket, first_moment, hour_of, quantity, reading};
use lingxi_store::Tx;

use super::Billing;
use crate::rules::periods;
use crate::store::usage;

/// Steps that one query may span.
const MOST_STEPS: usize = 10_000;

impl Billing {
    pub(super) async fn do_usage(&self, ctx: &Ctx, query: UsageQuery, args: PageArgs) -> Result<Page<UsagePoint>> {
        ctx.require(Permission::ReadBilling)?;
        let meter = self.meter(&query.meter).await?;
        let tx = self.deps.db.read(ctx);
        let subscription = self.subscription_of(&tx).await?;
        let zone = periods::zone(&subscription.zone);
        let dimension = query.dimension.clone().unwrap_or_default();
        if !dimension.is_empty() && !meter.dimensions.contains(&dimension) {
            let known = if meter.dimensions.is_empty() { "none".into() } else { meter.dimensions.join(", ") };
            return Err(Error::field(
                "dimension",
                format!("`{}` has no dimension `{dimension}`; it has: {known}.", meter.key),
            ));
        }
        let steps = steps(query.step, hour_of(query.from, zone), query.to, zone)?;
        let mut points = series(&tx, &meter, &steps, &dimension).await?;
        if let Some(value) = &query.dimension_value {
            points.retain(|point| point.dimension_value == *value);
        }
        for point in &mut points {
            point.date = point.from.with_timezone(&zone).date_naive().to_string();
        }
        // The cursor is the place in the series.
        let begin = match &args.after {
            Some(after) => after
                .parse::<usize>()
                .map_err(|_| Error::field("after", format!("`{after}` is no cursor of this list.")))?,
            None => 0,
        };
        let rows = points.into_iter().enumerate().skip(begin).take(args.first as usize + 1).collect();
        let page = Page::from_overfetch(rows, &args, |(place, _): &(usize, UsagePoint)| (place + 1).to_string());
        Ok(page.map(|(_, point)| point))
    }

    /// The meter of a key.
    pub(super) async fn meter(&self, key: &str) -> Result<Meter> {
        let catalog = self.sold().await?;
        let found = catalog.meters.iter().find(|meter| meter.key == key).cloned();
        found.ok_or_else(|| Error::field("meter", format!("There is no meter `{key}`.")))
    }

    pub(super) async fn do_usage_events(
        &self,
        ctx: &Ctx,
        meter: &str,
        period: (Timestamp, Timestamp),
        args: PageArgs,
    ) -> Result<Page<UsageEvent>> {
        ctx.require(Permission::ReadBilling)?;
        let meter = self.meter(meter).await?;
        let tx = self.deps.db.read(ctx);
        // A level is what all changes before came to.
        let from = if meter.aggregation == Aggregation::WeightedSum { Timestamp::UNIX_EPOCH } else { period.0 };
        let page = usage::page(&tx, &meter.event_type, (from, period.1), &args).await?;
        let reversed = usage::reversed(&tx, page.rows.iter().map(|(_, row)| row.id).collect()).await?;
        let open = |row: usage::event::Model| -> Result<UsageEvent> {
            let data = serde_json::from_str(&row.data)?;
            let worth = reading(&meter, &data).map(|reading| reading.value).unwrap_or_default();
            Ok(UsageEvent {
                id: row.id.into(),
                value: if row.reverses.is_some() { worth.negated() } else { worth },
                source: row.source,
                source_id: row.source_id,
                event_type: row.kind,
                subject: row.subject,
                at: row.at,
                received_at: row.received_at,
                reverses: row.reverses.map(Into::into),
                reversed: reversed.contains(&row.id),
            })
        };
        let rows = page.rows.into_iter().map(|(cursor, row)| Ok((cursor, open(row)?))).collect::<Result<_>>()?;
        Ok(Page { rows, has_next: page.has_next })
    }

    pub(super) async fn do_aside_events(&self, ctx: &Ctx, args: PageArgs) -> Result<Page<AsideEvent>> {
        ctx.require(Permission::ReadBilling)?;
        usage::asides(&self.deps.db.read(ctx), &args).await
    }
}

/// The boundaries of the steps of a stretch of time: one more than there are steps.
fn steps(step: UsageStep, from: Timestamp, to: Timestamp, zone: Tz) -> Result<Vec<Timestamp>> {
    let mut bounds = vec![from];
    let mut at = from;
    while at < to {
        let local: DateTime<Tz> = at.with_timezone(&zone);
        let day = local.date_naive();
        let next = match step {
            UsageStep::Hour => hour_of(at + TimeDelta::hours(1), zone).max(at + TimeDelta::minutes(30)),
            UsageStep::Day => first_moment(day + chrono::Days::new(1), zone),
            UsageStep::Month => first_moment(day.with_day(1).unwrap_or(day) + Months::new(1), zone),
        };
        at = next.min(to);
        bounds.push(at);
        if bounds.len() > MOST_STEPS {
            return Err(Error::field(
                "from",
                format!("This spans more than {MOST_STEPS} steps; take longer steps or less time."),
            ));
        }
    }
    Ok(bounds)
}

/// The quantity of a meter in each step, by value of a dimension; steps and values without usage are left out.
async fn series(tx: &Tx, meter: &Meter, bounds: &[Timestamp], dimension: &str) -> Result<Vec<UsagePoint>> {
    let (Some(first), Some(last)) = (bounds.first(), bounds.last()) else { return Ok(Vec::new()) };
    let buckets = usage::buckets(tx, Some(&meter.key), (*first, *last), dimension).await?;
    let mut by_value: BTreeMap<String, Vec<(Timestamp, Bucket)>> = BTreeMap::new();
    for (key, bucket) in buckets {
        by_value.entry(key.value).or_default().push((key.hour, bucket));
    }
    let weighted = meter.aggregation == Aggregation::WeightedSum;
    let mut levels = if weighted { usage::levels(tx, &meter.key, *first, dimension).await? } else { HashMap::new() };
    let values: BTreeSet<String> = by_value.keys().chain(levels.keys()).cloned().collect();
    let mut points = Vec::new();
    for bound in bounds.windows(2) {
        let step = (bound[0], bound[1]);
        let different = match meter.aggregation {
            Aggregation::Unique => usage::different_values(tx, &meter.key, step, dimension).await?,
            _ => HashMap::new(),
        };
        for value in &values {
            let hours = by_value.get(value).map(Vec::as_slice).unwrap_or_default();
            let begin = hours.partition_point(|(hour, _)| *hour < step.0);
            let end = hours.partition_point(|(hour, _)| *hour < step.1);
            let within = &hours[begin..end];
            let level = levels.get(value).copied().unwrap_or_default();
            let items = different.get(value).copied().unwrap_or(0);
            let within_step = within.iter().map(|(hour, bucket)| (*hour, bucket));
            let quantity =
                quantity(meter.aggregation, step, (step.1 - step.0).num_milliseconds(), within_step, level, items)?;
            if weighted {
                let sum = within.iter().map(|(_, bucket)| bucket.sum).try_fold(level, Decimal::plus)?;
                levels.insert(value.clone(), sum);
            }
            if !within.is_empty() || !quantity.is_zero() {
                points.push(UsagePoint { from: step.0, date: String::new(), dimension_value: value.clone(), quantity });
            }
        }
    }
    Ok(points)
}
