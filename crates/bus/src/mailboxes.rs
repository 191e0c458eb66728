//! Delivery to a consumer. For one that gathers there is a mailbox per tenant: what lies in it is handled together and in
//! order; tenants are handled side by side, so that a slow one delays no other. For one that does not, each subject stands by
//! itself: its facts are handled one after the other, and subjects side by side.
//!
//! When gathered facts fail together, each is tried by itself. One that still fails stands by itself from then on, with those of
//! its subject that come after it: they wait for its retries, nobody else does.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lingxi_kernel::TenantId;
use lingxi_store::Db;
use lingxi_telemetry::trace;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::Instrument as _;

use crate::delivery::{Job, deliver, unharmed};
use crate::{Consumer, Gathering};

/// Facts that may lie in all mailboxes of a consumer.
const ROOM: u32 = 4096;
/// Single facts that are handled at a time: each takes a connection of the database.
const TURNS: usize = 16;
/// Facts that are handled together at most.
const TOGETHER: usize = 64;

type Letter = (Arc<Job>, OwnedSemaphorePermit);
type Subject = (TenantId, String);

pub(crate) struct Mailboxes {
    db: Db,
    pub(crate) consumer: Arc<dyn Consumer>,
    /// How long a gathering consumer waits for more.
    pause: Option<Duration>,
    letters: Gathering<Letter>,
    /// A subject is here while it stands by itself.
    alone: Mutex<HashMap<Subject, VecDeque<Letter>>>,
    /// Single facts that are handled at a time.
    turns: Semaphore,
    room: Arc<Semaphore>,
}

impl Mailboxes {
    pub(crate) fn new(db: Db, consumer: Arc<dyn Consumer>) -> Arc<Self> {
        let (room, turns) = (Arc::new(Semaphore::new(ROOM as usize)), Semaphore::new(TURNS));
        let (pause, letters) = (consumer.gathers(), Gathering::default());
        Arc::new(Self { db, consumer, pause, letters, alone: Mutex::default(), turns, room })
    }

    /// Puts a fact into its tenant's mailbox; waits while there is no room.
    pub(crate) async fn put(self: &Arc<Self>, job: Arc<Job>) {
        let Ok(permit) = self.room.clone().acquire_owned().await else { return };
        let tenant = job.event.tenantid;
        match self.pause {
            Some(pause) => {
                if self.letters.add(tenant, (job, permit)) {
                    tokio::spawn(self.clone().empty(tenant, pause));
                }
            }
            None => self.stand_alone((job, permit)),
        }
    }

    /// Waits until every mailbox is empty.
    pub(crate) async fn emptied(&self) {
        let _ = self.room.acquire_many(ROOM).await;
    }

    async fn empty(self: Arc<Self>, tenant: TenantId, pause: Duration) {
        while let Some(letters) = self.letters.take(tenant, TOGETHER) {
            let more = letters.len() == TOGETHER;
            self.handle(letters).await;
            // Who has as much as is handled together gains nothing by waiting for more.
            if more || pause.is_zero() {
                tokio::task::yield_now().await;
            } else {
                tokio::time::sleep(pause).await;
            }
        }
    }

    async fn handle(self: &Arc<Self>, letters: Vec<Letter>) {
        let letters: Vec<Letter> = letters.into_iter().filter_map(|letter| self.behind_others(letter)).collect();
        if letters.is_empty() {
            return;
        }
        let events: Vec<_> = letters.iter().map(|(job, _)| job.event.clone()).collect();
        let span = tracing::info_span!(
            target: "lingxi", "bus.handle_many", otel.kind = "consumer",
            consumer = self.consumer.name(), events = events.len(),
        );
        for event in &events {
            trace::link(&span, event.traceparent.as_deref());
        }
        match unharmed(self.consumer.handle_many(&events).instrument(span)).await {
            Ok(()) => letters.iter().for_each(|(job, _)| job.delivered()),
            Err(error) => {
                tracing::warn!(
                    consumer = self.consumer.name(), events = events.len(), error.cause = %error,
                    "A consumer failed on gathered events; each is tried by itself"
                );
                for letter in letters {
                    self.handle_alone(letter).await;
                }
            }
        }
    }

    async fn handle_alone(self: &Arc<Self>, letter: Letter) {
        let Some(letter) = self.behind_others(letter) else { return };
        let event = letter.0.event.clone();
        let once = self.consumer.handle(&event).instrument(crate::span(&event, self.consumer.name()));
        if unharmed(once).await.is_ok() {
            letter.0.delivered();
            return;
        }
        self.stand_alone(letter);
    }

    /// Delivers a letter after those of its subject that stand by themselves.
    fn stand_alone(self: &Arc<Self>, letter: Letter) {
        let subject = subject_of(&letter);
        let mut alone = self.alone();
        if let Some(waiting) = alone.get_mut(&subject) {
            waiting.push_back(letter);
        } else {
            alone.insert(subject.clone(), VecDeque::from([letter]));
            tokio::spawn(self.clone().deliver_in_order(subject));
        }
    }

    /// Puts a letter behind those of its subject that stand by themselves; gives it back when there are none.
    fn behind_others(&self, letter: Letter) -> Option<Letter> {
        match self.alone().get_mut(&subject_of(&letter)) {
            Some(waiting) => {
                waiting.push_back(letter);
                None
            }
            None => Some(letter),
        }
    }

    /// Delivers the letters of a subject until none is left.
    async fn deliver_in_order(self: Arc<Self>, subject: Subject) {
        while let Some(letter) = self.next_of(&subject) {
            deliver(&self.db, self.consumer.as_ref(), &letter.0.event, &self.turns).await;
            letter.0.delivered();
        }
    }

    /// The first of a subject's letters; when there is none, the subject goes on like the others.
    fn next_of(&self, subject: &Subject) -> Option<Letter> {
        let mut alone = self.alone();
        let letter = alone.get_mut(subject).and_then(VecDeque::pop_front);
        if letter.is_none() {
            alone.remove(subject);
        }
        letter
    }

    fn alone(&self) -> MutexGuard<'_, HashMap<Subject, VecDeque<Letter>>> {
        self.alone.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn subject_of(letter: &Letter) -> Subject {
    (letter.0.event.tenantid, letter.0.event.subject.clone())
}
