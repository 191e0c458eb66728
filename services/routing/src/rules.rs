//! Who gets what, when. Pure.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use lingxi_contracts::channels::{ConversationStatus, Handler};
use lingxi_contracts::routing::{Activity, TaskQueueInput, TaskStatus};
use lingxi_kernel::{Error, FieldError, MemberId, Result, TaskId, TaskQueueId, Timestamp, text};

/// For so long a worker who declined a task is not offered it again.
pub(crate) const SPARED: TimeDelta = TimeDelta::seconds(60);
/// Seconds that a task takes, until a queue has its own history.
pub(crate) const USUAL_SECONDS: i64 = 300;

/// Seconds within which a person should answer, unless the queue says otherwise.
pub(crate) const TARGET_SECONDS: i32 = 120;

/// Facts may be on their way for so long before something that does not fit is put right.
pub(crate) const GRACE: TimeDelta = TimeDelta::seconds(30);
/// Who had a conversation is asked first for so long after their task ended.
const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// Tasks in these states wait or are worked on.
pub(crate) const LIVE: [TaskStatus; 3] = [TaskStatus::Pending, TaskStatus::Reserved, TaskStatus::Assigned];

/// Whether a task waits or is worked on.
pub(crate) fn is_live(status: TaskStatus) -> bool {
    LIVE.contains(&status)
}

/// Who is asked first when a conversation needs a person again.
pub(crate) fn asked_first(member: Option<uuid::Uuid>, ended: Option<Timestamp>, now: Timestamp) -> Option<uuid::Uuid> {
    member.filter(|_| ended.is_none_or(|ended| ended > now - REMEMBERED))
}

/// How a task that does not fit its conversation is put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mending {
    /// Nobody waits for it.
    Cancel,
    /// The conversation is done.
    WrapUp,
    /// Nobody can take it where it is.
    Queue,
    /// The conversation does not know who has it.
    TellAgain,
}

/// What is wrong between a live task and its conversation; none where all is well. `offered` tells whether an open offer
/// of it exists, `works` whether the worker who has it still serves.
pub(crate) fn mending(
    task: TaskStatus,
    conversation: Option<(ConversationStatus, Handler)>,
    offered: bool,
    works: bool,
) -> Option<Mending> {
    let held = task == TaskStatus::Assigned;
    if !is_live(task) {
        return None;
    }
    match conversation {
        Some((ConversationStatus::Resolved, _)) if held => Some(Mending::WrapUp),
        Some((_, Handler::Bot)) if !held => Some(Mending::Cancel),
        None | Some((ConversationStatus::Resolved, _)) => Some(Mending::Cancel),
        Some(_) if held && !works => Some(Mending::Queue),
        Some((_, Handler::Bot | Handler::Queue)) if held => Some(Mending::TellAgain),
        Some(_) if task == TaskStatus::Reserved && !offered => Some(Mending::Queue),
        Some(_) => None,
    }
}

/// From when a task's target is at risk, which is at 70 % of it, and when it is missed.
pub(crate) fn deadlines(since: Timestamp, target_seconds: i32) -> (Timestamp, Timestamp) {
    let target = TimeDelta::seconds(target_seconds.into());
    (since + target * 7 / 10, since + target)
}

/// A rule that chooses a queue.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub locale: Option<String>,
    pub keywords: Vec<String>,
    pub queue: TaskQueueId,
}

/// The queue of the first rule that fits, else the given one.
pub(crate) fn choose_queue(rules: &[Rule], locale: &str, summary: &str, otherwise: TaskQueueId) -> TaskQueueId {
    let summary = summary.to_lowercase();
    let fits = |rule: &&Rule| {
        rule.locale.as_deref().is_none_or(|wanted| wanted == locale)
            && (rule.keywords.is_empty() || rule.keywords.iter().any(|word| summary.contains(&word.to_lowercase())))
    };
    rules.iter().find(fits).map_or(otherwise, |rule| rule.queue)
}

/// A task that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub task: TaskId,
    pub queue_priority: i32,
    pub priority: i32,
    pub since: Timestamp,
    pub locale: String,
    pub skills: Vec<String>,
    /// Who had the conversation before.
    pub asked_first: Option<MemberId>,
}

/// A worker who may take tasks.
#[derive(Debug, Clone)]
pub(crate) struct Candidate {
    pub member: MemberId,
    pub activity: Activity,
    pub capacity: i32,
    pub load: i32,
    pub skills: Vec<String>,
    pub locales: Vec<String>,
    /// Since when the worker has had no new task.
    pub idle_since: Timestamp,
}

/// Sorts tasks: higher priority first, then the oldest.
pub(crate) fn order(waiting: &mut [Waiting]) {
    waiting.sort_by(|a, b| {
        let priority = (b.queue_priority, b.priority).cmp(&(a.queue_priority, a.priority));
        priority.then(a.since.cmp(&b.since)).then(a.task.cmp(&b.task))
    });
}

/// Offers as many tasks as there are free workers. Nobody goes above their capacity; a worker in `spared` for a task is
/// not asked again. Among fitting workers, who had the conversation before is asked first, else the least loaded one who
/// has waited longest.
pub(crate) fn assign(
    mut waiting: Vec<Waiting>,
    mut workers: Vec<Candidate>,
    spared: &HashSet<(TaskId, MemberId)>,
) -> Vec<(TaskId, MemberId)> {
    order(&mut waiting);
    let mut offers = Vec::new();
    for task in waiting {
        let fits = |worker: &&mut Candidate| {
            worker.activity == Activity::Available
                && worker.load < worker.capacity
                && (worker.locales.is_empty() || worker.locales.contains(&task.locale))
                && task.skills.iter().all(|skill| worker.skills.contains(skill))
                && !spared.contains(&(task.task, worker.member))
        };
        let stranger = |worker: &Candidate| task.asked_first != Some(worker.member);
        let best = workers
            .iter_mut()
            .filter(fits)
            .min_by_key(|worker| (stranger(worker), worker.load, worker.idle_since, worker.member));
        if let Some(worker) = best {
            worker.load += 1;
            offers.push((task.task, worker.member));
        }
    }
    offers
}

/// Seconds until the task at a position is taken: tasks before and itself, shared by the workers at work.
pub(crate) fn expected_wait(position: i32, workers: usize, seconds_per_task: i64) -> Option<i32> {
    let workers = i64::try_from(workers).ok().filter(|workers| *workers > 0)?;
    i32::try_from(i64::from(position) * seconds_per_task / workers).ok()
}

/// Checks a queue.
pub(crate) fn check_queue(input: &TaskQueueInput) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: &str, message: &str| {
        errors.push(FieldError { field: field.into(), message: message.into() });
    };
    if !(1..=60).contains(&text::length(&input.name)) {
        refuse("name", "A name has 1 to 60 characters.");
    }
    if !(5..=600).contains(&input.offer_seconds) {
        refuse("offerSeconds", "An offer waits 5 to 600 seconds.");
    }
    if input.target_seconds.is_some_and(|target| !(10..=86_400).contains(&target)) {
        refuse("targetSeconds", "A target is 10 to 86400 seconds.");
    }
    if !(-100..=100).contains(&input.priority) {
        refuse("priority", "A priority is -100 to 100.");
    }
    Error::check(errors)
}

/// Load by member: tasks they have and offers they were made.
pub(crate) fn loads(holders: impl Iterator<Item = MemberId>) -> HashMap<MemberId, i32> {
    let mut loads = HashMap::new();
    for member in holders {
        *loads.entry(member).or_default() += 1;
    }
    loads
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::Env;
    use proptest::prelude::*;

    fn task(env: &Env, priority: i32, second: i64) -> Waiting {
        Waiting {
            task: env.id(),
            queue_priority: 0,
            priority,
            since: Timestamp::UNIX_EPOCH + TimeDelta::seconds(second),
            locale: "zh-CN".into(),
            skills: Vec::new(),
            asked_first: None,
        }
    }

    fn worker(env: &Env, capacity: i32, load: i32) -> Candidate {
        Candidate {
            member: env.id(),
            activity: Activity::Available,
            capacity,
            load,
            skills: Vec::new(),
            locales: Vec::new(),
            idle_since: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn priority_goes_before_age_and_age_before_everything_else() {
        let env = Env::system();
        let mut tasks = [task(&env, 0, 5), task(&env, 1, 9), task(&env, 0, 1)];
        let expected = [tasks[1].task, tasks[2].task, tasks[0].task];
        order(&mut tasks);
        assert_eq!(tasks.map(|task| task.task), expected);
    }

    #[test]
    fn language_and_skill_must_fit_and_who_declined_is_spared() {
        let env = Env::system();
        let mut wanted = task(&env, 0, 0);
        wanted.skills = vec!["claims".into()];
        let mut wrong_language = worker(&env, 1, 0);
        wrong_language.locales = vec!["en-US".into()];
        wrong_language.skills = vec!["claims".into()];
        let unskilled = worker(&env, 1, 0);
        let mut fitting = worker(&env, 1, 0);
        fitting.skills = vec!["claims".into(), "motor".into()];
        let workers = vec![wrong_language, unskilled, fitting.clone()];
        let offers = assign(vec![wanted.clone()], workers.clone(), &HashSet::new());
        assert_eq!(offers, [(wanted.task, fitting.member)]);
        assert!(assign(vec![wanted.clone()], workers, &HashSet::from([(wanted.task, fitting.member)])).is_empty());
    }

    #[test]
    fn who_had_the_conversation_is_asked_first_if_they_are_there() {
        let env = Env::system();
        let (mut had_it, other) = (worker(&env, 3, 2), worker(&env, 3, 0));
        let again = Waiting { asked_first: Some(had_it.member), ..task(&env, 0, 0) };
        let workers = vec![other.clone(), had_it.clone()];
        assert_eq!(assign(vec![again.clone()], workers, &HashSet::new()), [(again.task, had_it.member)]);
        had_it.activity = Activity::Away;
        let workers = vec![other.clone(), had_it];
        assert_eq!(assign(vec![again.clone()], workers, &HashSet::new()), [(again.task, other.member)]);
    }

    #[test]
    fn a_task_fits_its_conversation_or_is_put_right() {
        use ConversationStatus::{Open, Resolved, Snoozed};
        use TaskStatus::{Assigned, Pending, Reserved, WrapUp};
        let open = |handler| Some((Open, handler));
        assert_eq!(mending(Pending, open(Handler::Queue), false, false), None);
        assert_eq!(mending(Pending, Some((Snoozed, Handler::Queue)), false, false), None);
        assert_eq!(mending(Reserved, open(Handler::Queue), true, false), None);
        assert_eq!(mending(Assigned, open(Handler::Member), false, true), None);
        assert_eq!(mending(WrapUp, Some((Resolved, Handler::Member)), false, true), None);
        assert_eq!(mending(Reserved, open(Handler::Queue), false, false), Some(Mending::Queue), "an offer to nobody");
        assert_eq!(
            mending(Assigned, open(Handler::Member), false, false),
            Some(Mending::Queue),
            "a member who is gone"
        );
        assert_eq!(mending(Assigned, open(Handler::Queue), false, true), Some(Mending::TellAgain));
        assert_eq!(mending(Assigned, Some((Resolved, Handler::Member)), false, true), Some(Mending::WrapUp));
        assert_eq!(mending(Pending, Some((Resolved, Handler::Queue)), false, false), Some(Mending::Cancel));
        assert_eq!(mending(Pending, open(Handler::Bot), false, false), Some(Mending::Cancel));
        assert_eq!(mending(Pending, None, false, false), Some(Mending::Cancel));
    }

    #[test]
    fn the_first_fitting_rule_chooses_the_queue() {
        let env = Env::system();
        let (claims, general): (TaskQueueId, TaskQueueId) = (env.id(), env.id());
        let rules = [Rule { locale: Some("zh-CN".into()), keywords: vec!["理赔".into()], queue: claims }];
        assert_eq!(choose_queue(&rules, "zh-CN", "问：理赔要多久", general), claims);
        assert_eq!(choose_queue(&rules, "en-US", "理赔", general), general);
        assert_eq!(choose_queue(&rules, "zh-CN", "发票", general), general);
    }

    proptest! {
        #[test]
        fn nobody_goes_above_capacity_and_no_task_is_offered_twice(
            tasks in 0..30_i64,
            workers in prop::collection::vec((1..5_i32, 0..6_i32, any::<bool>()), 0..8),
        ) {
            let env = Env::system();
            let waiting: Vec<_> = (0..tasks).map(|second| task(&env, 0, second)).collect();
            let workers: Vec<_> = workers.into_iter().map(|(capacity, load, there)| {
                let mut worker = worker(&env, capacity, load);
                worker.activity = if there { Activity::Available } else { Activity::Away };
                worker
            }).collect();
            let offers = assign(waiting, workers.clone(), &HashSet::new());
            let free: i32 = workers.iter().filter(|w| w.activity == Activity::Available).map(|w| (w.capacity - w.load).max(0)).sum();
            prop_assert_eq!(i64::try_from(offers.len()).unwrap(), tasks.min(i64::from(free)), "all that fit are offered");
            for worker in workers {
                let given = i32::try_from(offers.iter().filter(|(_, member)| *member == worker.member).count()).unwrap();
                prop_assert!(given == 0 || worker.load + given <= worker.capacity);
            }
            let distinct: HashSet<_> = offers.iter().map(|(task, _)| *task).collect();
            prop_assert_eq!(distinct.len(), offers.len());
        }
    }
}
