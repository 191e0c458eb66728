//! Compares the outbox with the inbox: what was published and never handled is found, whatever became of the stream.

use std::time::Duration;

use chrono::TimeDelta;
use lingxi_contracts::Envelope;
use lingxi_kernel::Result;
use lingxi_store::{Db, outbox};

use super::{Names, Nats, PARTS, away};

/// How often it is done.
pub(super) const EVERY: Duration = Duration::from_secs(10);
/// Facts younger than this may be on their way.
const YOUNG: TimeDelta = TimeDelta::seconds(30);
const BATCH: u64 = 512;

impl Nats {
    /// Facts of the outbox above a number that a consumer has not handled although nothing waits for it, and the number up to
    /// which that is known.
    pub(super) async fn unhandled(&self, db: &Db, consumer: &str, after: i64) -> Result<(Vec<Envelope>, i64)> {
        let stream = self.stream().await?;
        for part in 0..PARTS {
            let info = stream.consumer_info(Names::consumer(consumer, part)).await.map_err(|error| away(&error))?;
            metrics::gauge!("lingxi_bus_lag", "consumer" => consumer.to_owned(), "part" => part.to_string())
                .set(f64::from(u32::try_from(info.num_pending).unwrap_or(u32::MAX)));
            if info.num_pending > 0 || info.num_ack_pending > 0 {
                return Ok((Vec::new(), after));
            }
        }
        let last = outbox::published_up_to(db, db.env().now() - YOUNG).await?;
        let missing = outbox::unhandled(db, consumer, after, last, BATCH).await?;
        let full = u64::try_from(missing.len())? == BATCH;
        let known = missing.last().filter(|_| full).map_or(last.max(after), |(seq, _)| *seq);
        Ok((missing.into_iter().map(|(_, event)| event).collect(), known))
    }
}
