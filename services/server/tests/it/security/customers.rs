//! No customer who needs a person is lost.

use chrono::TimeDelta;
use lingxi_contracts::channels::{Conversation, ConversationStatus, Handler};
use lingxi_contracts::routing::{Activity, Task, TaskStatus};
use lingxi_contracts::tenants::MemberStatus;
use lingxi_kernel::{Ctx, ErrorCode, Role};
use proptest::prelude::*;
use sea_orm::ConnectionTrait as _;

use crate::cloud::{TestCloud, reply};

/// Orders of events that are tried; each is a Lingxi of its own.
const CASES: u32 = 12;
const PERSON: &str = "please let me talk to a person";

/// A firm with two agents and a customer.
struct Desk {
    test: TestCloud,
    owner: Ctx,
    agents: [Ctx; 2],
    visitor: Ctx,
    said: u32,
}

impl Desk {
    async fn open() -> Self {
        let test = TestCloud::start().await;
        let owner = test.firm("Desk Firm").await;
        let agents = [test.member(&owner, "Ada", Role::Agent).await, test.member(&owner, "Ben", Role::Agent).await];
        let visitor = test.visitor(&owner).await;
        Self { test, owner, agents, visitor, said: 0 }
    }

    async fn say(&mut self, text: &str) {
        self.said += 1;
        self.test.say(&self.visitor, &self.said.to_string(), text).await;
    }

    async fn is(&self, agent: usize, activity: Activity) {
        self.test.cloud.services.routing.set_activity(&self.agents[agent], activity).await.unwrap();
    }

    async fn accept(&self, agent: usize) {
        let routing = &self.test.cloud.services.routing;
        let offer = routing.my_reservations(&self.agents[agent]).await.unwrap().remove(0);
        routing.accept(&self.agents[agent], offer.id).await.unwrap();
        self.test.settle().await;
    }

    async fn conversation(&self) -> Conversation {
        self.test.conversation(&self.visitor).await
    }

    async fn task(&self) -> Option<Task> {
        let id = self.conversation().await.id;
        self.test.cloud.services.routing.task_of(&self.owner, id).await.unwrap()
    }

    async fn resolve(&self, by: &Ctx) -> lingxi_kernel::Result<Conversation> {
        let id = self.conversation().await.id;
        self.test.cloud.services.channels.set_status(by, id, ConversationStatus::Resolved, None).await
    }

    /// How many offers of a task are open.
    async fn offers(&self, task: &Task) -> usize {
        let mut open = 0;
        for member in self.agents.iter().chain([&self.owner]) {
            let offers = self.test.cloud.services.routing.my_reservations(member).await.unwrap_or_default();
            open += offers.iter().filter(|offer| offer.task.id == task.id).count();
        }
        open
    }

    /// What is wrong, if the customer waits for a person and nobody will come.
    async fn lost(&self) -> Option<String> {
        let found = self.test.cloud.services.channels.visitor_conversation(&self.visitor).await.unwrap()?;
        if found.status == ConversationStatus::Resolved || found.handler == Handler::Bot {
            return None;
        }
        let task = self.test.cloud.services.routing.task_of(&self.owner, found.id).await.unwrap();
        let workers = self.test.cloud.services.routing.workers(&self.owner).await.unwrap();
        let served = match &task {
            None => false,
            Some(task) => match task.status {
                TaskStatus::Pending => true,
                TaskStatus::Reserved => self.offers(task).await == 1,
                TaskStatus::Assigned => workers.iter().any(|worker| Some(worker.member_id) == task.member_id),
                TaskStatus::WrapUp | TaskStatus::Completed | TaskStatus::Canceled => false,
            },
        };
        (!served).then(|| format!("{:?} {:?} with {task:?}", found.status, found.handler))
    }
}

#[tokio::test]
async fn who_writes_again_before_the_wrap_up_is_chosen_gets_a_task_and_the_same_agent_first() {
    let mut desk = Desk::open().await;
    desk.say(PERSON).await;
    desk.is(0, Activity::Available).await;
    desk.accept(0).await;
    let first = desk.task().await.unwrap();
    // The other one is free and idle for longer; that does not count here.
    desk.is(1, Activity::Available).await;
    desk.resolve(&desk.agents[0]).await.unwrap();
    desk.test.settle().await;
    assert_eq!(desk.task().await.unwrap().status, TaskStatus::WrapUp);
    desk.say(PERSON).await;
    let second = desk.task().await.unwrap();
    assert_ne!(second.id, first.id, "a task of its own");
    assert_eq!(second.status, TaskStatus::Reserved);
    let routing = &desk.test.cloud.services.routing;
    assert_eq!(routing.my_reservations(&desk.agents[0]).await.unwrap()[0].task.id, second.id, "the same agent first");
    let coded = routing.complete(&desk.agents[0], first.id, Some("solved".into())).await.unwrap();
    assert_eq!(coded.wrap_up_code.as_deref(), Some("solved"), "the code may still be given");
    desk.is(0, Activity::Offline).await;
    assert_eq!(routing.my_reservations(&desk.agents[1]).await.unwrap().len(), 1, "else as usual");
    desk.test.end().await;
}

#[tokio::test]
async fn a_conversation_without_a_task_and_a_task_without_a_conversation_are_put_right() {
    let mut desk = Desk::open().await;
    desk.say(PERSON).await;
    let id = desk.conversation().await.id;
    let damage = async |sql: &str| {
        let tx = desk.test.db().begin(&desk.owner).await.unwrap();
        tx.conn().execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
    };
    let routing = &desk.test.cloud.services.routing;
    damage("DELETE FROM routing_task").await;
    desk.test.cloud.run_timers().await.unwrap();
    assert!(routing.task_of(&desk.owner, id).await.unwrap().is_none(), "its task may be on its way");
    desk.test.pass(TimeDelta::minutes(1));
    desk.test.cloud.run_timers().await.unwrap();
    desk.test.settle().await;
    assert_eq!(routing.task_of(&desk.owner, id).await.unwrap().unwrap().status, TaskStatus::Pending);
    damage("UPDATE routing_task SET status = 'reserved'").await;
    desk.test.pass(TimeDelta::minutes(1));
    desk.test.cloud.run_timers().await.unwrap();
    desk.test.settle().await;
    assert_eq!(
        routing.task_of(&desk.owner, id).await.unwrap().unwrap().status,
        TaskStatus::Pending,
        "offered to nobody"
    );
    damage("UPDATE channels_conversation SET status = 'resolved'").await;
    desk.test.pass(TimeDelta::minutes(1));
    desk.test.cloud.run_timers().await.unwrap();
    assert_eq!(routing.task_of(&desk.owner, id).await.unwrap().unwrap().status, TaskStatus::Canceled);
    desk.test.end().await;
}

#[tokio::test]
async fn an_agent_may_take_what_waits_or_what_the_bot_answers_but_not_what_somebody_has() {
    let mut desk = Desk::open().await;
    desk.say("how do I cancel my policy").await;
    let id = desk.conversation().await.id;
    let routing = desk.test.cloud.services.routing.clone();
    let mine = routing.take(&desk.agents[0], id).await.unwrap();
    assert_eq!(mine.status, TaskStatus::Assigned);
    desk.test.settle().await;
    let taken = desk.conversation().await;
    assert_eq!((taken.handler, taken.assignee), (Handler::Member, desk.agents[0].member().ok()));
    assert_eq!(routing.take(&desk.agents[0], id).await.unwrap().id, mine.id, "twice is once");
    assert_eq!(routing.take(&desk.agents[1], id).await.unwrap_err().code, ErrorCode::Conflict);
    let waiting = desk.test.visitor(&desk.owner).await;
    desk.is(1, Activity::Available).await;
    desk.test.say(&waiting, "1", PERSON).await;
    let id = desk.test.conversation(&waiting).await.id;
    assert_eq!(routing.my_reservations(&desk.agents[1]).await.unwrap().len(), 1);
    routing.take(&desk.agents[0], id).await.unwrap();
    assert!(routing.my_reservations(&desk.agents[1]).await.unwrap().is_empty(), "the offer is over");
    let member = desk.agents[0].member().unwrap();
    routing.update_worker(&desk.owner, member, 2, Vec::new(), Vec::new()).await.unwrap();
    let third = desk.test.visitor(&desk.owner).await;
    desk.test.say(&third, "1", "how do I cancel my policy").await;
    let id = desk.test.conversation(&third).await.id;
    let full = routing.take(&desk.agents[0], id).await.unwrap_err();
    assert!(full.message.contains("2 of 2"), "nobody goes above their capacity: {full}");
    desk.test.end().await;
}

#[tokio::test]
async fn nobody_resolves_a_conversation_that_nobody_answered() {
    let mut desk = Desk::open().await;
    desk.say(PERSON).await;
    let refused = desk.resolve(&desk.agents[0]).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::Conflict);
    assert!(refused.message.contains("take the conversation first"), "{refused}");
    assert_eq!(desk.lost().await, None);
    let id = desk.conversation().await.id;
    desk.test.cloud.services.routing.take(&desk.agents[0], id).await.unwrap();
    desk.test.settle().await;
    desk.test.cloud.services.channels.post(&desk.agents[0], id, reply("Here you are", false)).await.unwrap();
    desk.resolve(&desk.agents[0]).await.unwrap();
    desk.test.end().await;
}

#[tokio::test]
async fn who_missed_an_offer_sees_that_they_are_paused_until_they_choose() {
    let mut desk = Desk::open().await;
    desk.is(0, Activity::Available).await;
    let routing = desk.test.cloud.services.routing.clone();
    let member = desk.agents[0].member().unwrap();
    let topic = format!("member:{member}");
    desk.say(PERSON).await;
    let mut told = desk.test.cloud.services.live.subscribe(desk.owner.tenant, &topic).await;
    desk.test.pass(TimeDelta::seconds(31));
    desk.test.cloud.run_timers().await.unwrap();
    let lingxi_bus::Heard::Event(event) = told.recv().await else { panic!("an event") };
    assert_eq!(event["type"], "paused");
    let me = routing.me(&desk.agents[0]).await.unwrap();
    assert_eq!((me.activity, me.paused_at.is_some()), (Activity::Away, true));
    desk.is(0, Activity::Away).await;
    assert_eq!(routing.me(&desk.agents[0]).await.unwrap().paused_at, None, "chosen, not missed");
    desk.is(0, Activity::Available).await;
    assert_eq!(routing.my_reservations(&desk.agents[0]).await.unwrap().len(), 1, "back at work, at once");
    desk.test.end().await;
}

#[tokio::test]
async fn what_a_member_had_who_is_switched_off_goes_to_others() {
    let mut desk = Desk::open().await;
    desk.say(PERSON).await;
    desk.is(0, Activity::Available).await;
    desk.accept(0).await;
    let tenants = &desk.test.cloud.services.tenants;
    let gone = desk.agents[0].member().unwrap();
    tenants.update_member(&desk.owner, gone, None, Some(MemberStatus::Disabled)).await.unwrap();
    desk.test.settle().await;
    assert_eq!(desk.task().await.unwrap().status, TaskStatus::Pending);
    assert_eq!(desk.conversation().await.handler, Handler::Queue);
    desk.is(1, Activity::Available).await;
    desk.accept(1).await;
    assert_eq!(desk.conversation().await.assignee, desk.agents[1].member().ok());
    desk.test.end().await;
}

/// What may happen on a desk.
#[derive(Debug, Clone, Copy)]
enum Step {
    AsksForAPerson,
    Asks,
    Resolve(usize),
    Reopen(usize),
    Snooze(usize),
    WrapUp(usize),
    Accept(usize),
    Decline(usize),
    Take(usize),
    Transfer(usize),
    Assign(usize),
    TimeOut,
    SignIn(usize),
    SignOut(usize),
    SwitchOff(usize),
    SwitchOn(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let agent = 0..2_usize;
    prop_oneof![
        4 => Just(Step::AsksForAPerson),
        1 => Just(Step::Asks),
        4 => agent.clone().prop_map(Step::Resolve),
        1 => agent.clone().prop_map(Step::Reopen),
        1 => agent.clone().prop_map(Step::Snooze),
        2 => agent.clone().prop_map(Step::WrapUp),
        4 => agent.clone().prop_map(Step::Accept),
        1 => agent.clone().prop_map(Step::Decline),
        2 => agent.clone().prop_map(Step::Take),
        2 => agent.clone().prop_map(Step::Transfer),
        1 => agent.clone().prop_map(Step::Assign),
        2 => Just(Step::TimeOut),
        3 => agent.clone().prop_map(Step::SignIn),
        1 => agent.clone().prop_map(Step::SignOut),
        1 => agent.clone().prop_map(Step::SwitchOff),
        1 => agent.prop_map(Step::SwitchOn),
    ]
}

impl Desk {
    /// Does a step; refusals are as good as successes here. Facts may still be on their way afterwards.
    async fn step(&mut self, step: Step) {
        let services = self.test.cloud.services.clone();
        let (channels, routing, tenants) = (&services.channels, &services.routing, &services.tenants);
        let known = channels.visitor_conversation(&self.visitor).await.unwrap();
        if let Step::AsksForAPerson | Step::Asks = step {
            self.said += 1;
            let text = if matches!(step, Step::Asks) { "how do I cancel my policy" } else { PERSON };
            let inbound = crate::cloud::inbound(&self.said.to_string(), text);
            channels.receive(&self.visitor, inbound).await.unwrap();
            return;
        }
        let Some(known) = known else { return };
        let task = routing.task_of(&self.owner, known.id).await.unwrap();
        let member = |agent: usize| self.agents[agent].member().unwrap();
        let soon = Some(self.test.db().env().now() + TimeDelta::minutes(5));
        match (step, task) {
            (Step::Resolve(by), _) => {
                let _ = channels.set_status(&self.agents[by], known.id, ConversationStatus::Resolved, None).await;
            }
            (Step::Reopen(by), _) => {
                let _ = channels.set_status(&self.agents[by], known.id, ConversationStatus::Open, None).await;
            }
            (Step::Snooze(by), _) => {
                let _ = channels.set_status(&self.agents[by], known.id, ConversationStatus::Snoozed, soon).await;
            }
            (Step::WrapUp(by), Some(task)) => {
                let _ = routing.complete(&self.agents[by], task.id, Some("solved".into())).await;
            }
            (Step::Accept(by) | Step::Decline(by), _) => {
                for offer in routing.my_reservations(&self.agents[by]).await.unwrap_or_default() {
                    let _ = match step {
                        Step::Accept(_) => routing.accept(&self.agents[by], offer.id).await,
                        _ => routing.decline(&self.agents[by], offer.id).await,
                    };
                }
            }
            (Step::Take(by), _) => {
                let _ = routing.take(&self.agents[by], known.id).await;
            }
            (Step::Transfer(by), Some(task)) => {
                let _ = routing.transfer(&self.agents[by], task.id, task.queue_id, "please").await;
            }
            (Step::Assign(to), Some(task)) => {
                let _ = routing.assign(&self.owner, task.id, member(to)).await;
            }
            (Step::SignIn(by), _) => {
                let _ = routing.set_activity(&self.agents[by], Activity::Available).await;
            }
            (Step::SignOut(by), _) => {
                let _ = routing.set_activity(&self.agents[by], Activity::Offline).await;
            }
            (Step::SwitchOff(by), _) => {
                tenants.update_member(&self.owner, member(by), None, Some(MemberStatus::Disabled)).await.unwrap();
            }
            (Step::SwitchOn(by), _) => {
                tenants.update_member(&self.owner, member(by), None, Some(MemberStatus::Active)).await.unwrap();
            }
            _ => {}
        }
    }
}

async fn nobody_is_lost(steps: &[(Step, bool)]) -> Result<(), TestCaseError> {
    let mut desk = Desk::open().await;
    for (at, (step, settled)) in steps.iter().enumerate() {
        if *settled || matches!(step, Step::TimeOut) {
            desk.test.settle().await;
            let lost = desk.lost().await;
            prop_assert!(lost.is_none(), "before step {} of {:?}: {:?}", at, steps, lost);
        }
        if matches!(step, Step::TimeOut) {
            desk.test.pass(TimeDelta::seconds(32));
            desk.test.cloud.run_timers().await.unwrap();
        } else {
            desk.step(*step).await;
        }
    }
    desk.test.settle().await;
    let lost = desk.lost().await;
    prop_assert!(lost.is_none(), "after {:?}: {:?}", steps, lost);
    desk.test.end().await;
    Ok(())
}

#[test]
fn whatever_happens_in_whatever_order_no_conversation_that_needs_a_person_is_left_alone() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config =
        ProptestConfig { cases: CASES, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = proptest::test_runner::TestRunner::new(config);
    let steps = proptest::collection::vec((step(), any::<bool>()), 4..16);
    runner.run(&steps, |steps| runtime.block_on(nobody_is_lost(&steps))).unwrap();
}
