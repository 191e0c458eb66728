//! Who does what, where many processes could: claims that processes share between them, kept in the database.
//!
//! A claim has parts, and every part one holder. A holder that is not heard of for [`KEPT`] loses its parts to the others.
//! Nothing rests on there being one holder alone (a process that was stopped for a while may believe it is one):
//! a lease only keeps work from being done twice.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use lingxi_store::{Db, leases};
use tokio::sync::watch;
use tokio::time::Instant;
use uuid::Uuid;

/// How long a lease lasts without being renewed.
pub(crate) const KEPT: Duration = Duration::from_secs(5);
const RENEWED: Duration = Duration::from_secs(1);

/// Work that is shared between processes.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What it is.
    pub name: String,
    /// Into how many parts it can be shared.
    pub parts: usize,
}

/// The parts that this process holds. Cheap to clone; they are given up when the last clone goes.
#[derive(Debug, Clone)]
pub struct Leases {
    held: watch::Receiver<HashSet<String>>,
    _alive: Arc<watch::Sender<bool>>,
}

/// The name of a part.
pub(crate) fn part(claim: &str, number: usize) -> String {
    format!("{claim}/{number}")
}

impl Leases {
    /// Takes part in claims from now on.
    pub fn start(db: Db, claims: Vec<Claim>) -> Self {
        let (telling, held) = watch::channel(HashSet::new());
        let (alive, ended) = watch::channel(true);
        tokio::spawn(keep(db, claims, telling, ended));
        Self { held, _alive: Arc::new(alive) }
    }

    /// Whether this process holds a part.
    pub fn holds(&self, claim: &str, number: usize) -> bool {
        self.held.borrow().contains(&part(claim, number))
    }

    /// What this process holds, as it changes.
    pub(crate) fn watch(&self) -> watch::Receiver<HashSet<String>> {
        self.held.clone()
    }
}

async fn keep(db: Db, claims: Vec<Claim>, telling: watch::Sender<HashSet<String>>, mut ended: watch::Receiver<bool>) {
    let me: Uuid = db.env().id();
    let mut ticks = tokio::time::interval(RENEWED);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut renewed = Instant::now();
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            _ = ended.changed() => break,
        }
        match renew(&db, me, &claims).await {
            Ok(holding) => {
                renewed = Instant::now();
                telling.send_if_modified(|held| std::mem::replace(held, holding.clone()) != holding);
            }
            Err(error) => {
                tracing::warn!(error.cause = %error, "Leases could not be renewed; trying again");
                if renewed.elapsed() > KEPT {
                    telling.send_if_modified(|held| !std::mem::take(held).is_empty());
                }
            }
        }
    }
    if let Err(error) = leases::give_up(&db, me).await {
        tracing::warn!(error.cause = %error, "Leases could not be given up; they run out by themselves");
    }
}

async fn renew(db: &Db, me: Uuid, claims: &[Claim]) -> lingxi_kernel::Result<HashSet<String>> {
    let standing = leases::standing(db).await?;
    let mut wanted: Vec<String> = Vec::new();
    for claim in claims {
        wanted.push(membership(&claim.name, me));
        wanted.extend(share(claim, &standing, me));
    }
    // In one order, so that two processes never wait for each other's rows.
    wanted.sort();
    let held = leases::hold(db, me, &wanted, KEPT).await?;
    Ok(held.into_iter().collect())
}

/// The row by which a process says that it takes part in a claim.
fn membership(claim: &str, holder: Uuid) -> String {
    format!("{claim}/by/{holder}")
}

/// The parts of a claim that a process should hold: what it has, up to its share; and of what nobody has, up to its share.
/// What it has above that, it lets go.
fn share(claim: &Claim, standing: &BTreeMap<String, Uuid>, me: Uuid) -> Vec<String> {
    let members = (format!("{}/by/", claim.name), membership(&claim.name, me));
    let others = standing.keys().filter(|name| name.starts_with(&members.0) && **name != members.1).count();
    let fair = claim.parts.div_ceil(others + 1);
    let parts = || (0..claim.parts).map(|number| part(&claim.name, number));
    let mine = parts().filter(|part| standing.get(part) == Some(&me));
    let free = parts().filter(|part| !standing.contains_key(part));
    mine.chain(free).take(fair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim() -> Claim {
        Claim { name: "bot".into(), parts: 8 }
    }

    /// Lets some processes renew in turn until nothing changes; what each holds.
    fn settle(standing: &mut BTreeMap<String, Uuid>, processes: &[Uuid]) -> Vec<usize> {
        for _ in 0..8 {
            for me in processes {
                let wanted = share(&claim(), standing, *me);
                standing.retain(|name, holder| holder != me || wanted.contains(name));
                standing.insert(membership("bot", *me), *me);
                standing.extend(wanted.into_iter().map(|name| (name, *me)));
            }
        }
        let held = |me: &Uuid| share(&claim(), standing, *me).len();
        processes.iter().map(held).collect()
    }

    #[test]
    fn parts_are_shared_fairly_and_every_part_has_a_holder() {
        let (mut standing, [a, b, c]) = (BTreeMap::new(), [1, 2, 3].map(Uuid::from_u128));
        assert_eq!(settle(&mut standing, &[a]), [8], "alone, it has all");
        assert_eq!(settle(&mut standing, &[a, b]), [4, 4]);
        let three = settle(&mut standing, &[a, b, c]);
        assert_eq!(three.iter().sum::<usize>(), 8);
        assert!(three.iter().all(|held| (2..=3).contains(held)), "{three:?}");
    }

    #[test]
    fn what_a_lost_process_had_goes_to_the_others() {
        let (mut standing, [a, b]) = (BTreeMap::new(), [1, 2].map(Uuid::from_u128));
        settle(&mut standing, &[a, b]);
        standing.retain(|_, holder| *holder != a);
        assert_eq!(settle(&mut standing, &[b]), [8]);
    }
}
