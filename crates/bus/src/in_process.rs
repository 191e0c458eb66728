//! The bus of the all-in-one shape: reads the outbox in order and hands every fact to every consumer that wants it.
//!
//! A fact is marked as delivered after every consumer had it; a crash before that delivers it again, and the inbox makes that
//! harmless.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use lingxi_kernel::Result;
use lingxi_store::{Db, outbox};
use tokio::sync::{mpsc, watch};

use crate::delivery::Ways;
use crate::{Bus, BusHandle, Consumer, Live};

const BATCH: u64 = 512;

/// The bus of a process that serves everything.
#[derive(Debug, Clone, Default)]
pub struct InProcess {
    live: Live,
}

#[async_trait]
impl Bus for InProcess {
    fn live(&self) -> Live {
        self.live.clone()
    }

    async fn deliver(&self, db: Db, consumers: Vec<Arc<dyn Consumer>>) -> Result<BusHandle> {
        Ok(BusHandle::run(|stop| run(db, consumers, stop)))
    }
}

async fn run(db: Db, consumers: Vec<Arc<dyn Consumer>>, mut stop: watch::Receiver<bool>) {
    let (ways, finished) = Ways::open(&db, consumers);
    let marker = tokio::spawn(mark(db.clone(), finished));
    let mut after = 0;
    while !*stop.borrow() {
        match outbox::pending(&db, after, BATCH).await {
            Ok(batch) if batch.is_empty() => tokio::select! {
                () = outbox::grown(&db) => {}
                _ = stop.changed() => {}
            },
            Ok(batch) => {
                for (seq, event) in batch {
                    after = seq;
                    ways.send(u64::try_from(seq).unwrap_or(0), event).await;
                }
            }
            Err(error) => {
                tracing::error!(error.cause = %error, "The outbox cannot be read; trying again");
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
        }
    }
    ways.close().await;
    let _ = marker.await;
}

/// Marks facts as delivered, many at a time: late marks only mean a harmless second delivery after a crash.
pub(crate) async fn mark(db: Db, mut finished: mpsc::UnboundedReceiver<u64>) {
    let mut numbers = Vec::new();
    while finished.recv_many(&mut numbers, 500).await > 0 {
        let seqs: Vec<i64> = numbers.drain(..).filter_map(|number| i64::try_from(number).ok()).collect();
        if let Err(error) = outbox::mark_published(&db, &seqs).await {
            tracing::error!(error.cause = %error, "Delivered events could not be marked; they will come again");
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
