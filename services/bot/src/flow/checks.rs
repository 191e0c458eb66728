//! What makes a flow one that can run.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use lingxi_contracts::Words;
use lingxi_contracts::bot::{FlowAsk, FlowDefinition, FlowDoes, FlowStep, SlotKind};
use lingxi_kernel::{Error, FieldError, Result, text};
use lingxi_nlu::slot;
use lingxi_outbound::Outbound;
use regex::Regex;

use super::reading::day;

const MOST_STEPS: usize = 60;
const MOST_CASES: usize = 30;
const MOST_WORDS: usize = 1_000;

/// Checks that a draft is of a size that can be kept; it may be unfinished.
pub(crate) fn check_draft(draft: &FlowDefinition) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse =
        |field: &str, message: &str| errors.push(FieldError { field: field.into(), message: message.into() });
    if text::is_blank(&draft.name.zh) && text::is_blank(&draft.name.en) {
        refuse("name", "Give it a name in at least one language.");
    }
    if !(1..=MOST_STEPS).contains(&draft.steps.len()) {
        refuse("steps", "A flow has 1 to 60 steps.");
    }
    if draft.cases.len() > MOST_CASES {
        refuse("cases", "A flow has at most 30 cases.");
    }
    if serde_json::to_string(draft)?.len() > 200_000 {
        refuse("steps", "The flow is too large; shorten its words.");
    }
    Error::check(errors)
}

/// Checks that a flow can run; all that is wrong at once.
pub(crate) fn check(flow: &FlowDefinition, outbound: Outbound) -> Result<()> {
    check_draft(flow)?;
    let mut check = Check { flow, outbound, errors: Vec::new() };
    let mut keys = BTreeSet::new();
    for (number, step) in flow.steps.iter().enumerate() {
        if !is_name(&step.key) || !keys.insert(&step.key) {
            check.refuse(number, "key", "A step has a key of its own: 1 to 40 letters, digits, - and _.");
        }
        check.step(number, step);
    }
    check.cases();
    if check.errors.is_empty() && turns_round(flow) {
        check.refuse(0, "key", "The flow turns in a circle without asking anything.");
    }
    Error::check(check.errors)
}

fn is_name(name: &str) -> bool {
    (1..=40).contains(&name.len()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

struct Check<'a> {
    flow: &'a FlowDefinition,
    outbound: Outbound,
    errors: Vec<FieldError>,
}

impl Check<'_> {
    fn refuse(&mut self, step: usize, field: &str, message: &str) {
        self.errors.push(FieldError { field: format!("steps.{step}.{field}"), message: message.into() });
    }

    fn step(&mut self, number: usize, step: &FlowStep) {
        let Some(does) = step.does() else {
            return self.refuse(number, "key", "A step does exactly one thing.");
        };
        for (field, next) in nexts(does) {
            if !self.flow.steps.iter().any(|step| step.key == next) {
                self.refuse(number, field, "There is no step of this key to go on with.");
            }
        }
        match does {
            FlowDoes::Say(it) => self.words(number, &it.words, true),
            FlowDoes::Ask(ask) => self.ask(number, ask),
            FlowDoes::Confirm(it) => self.words(number, &it.words, true),
            FlowDoes::Branch(branch) => {
                if !self.slots().contains(branch.slot.as_str()) {
                    self.refuse(number, "branch.slot", "No step gives this slot a value.");
                }
                if !(1..=10).contains(&branch.ways.len()) {
                    self.refuse(number, "branch.ways", "A branch has 1 to 10 ways.");
                }
            }
            FlowDoes::Call(call) => {
                self.words(number, &call.words, false);
                if !call.url.is_empty() && self.outbound.address("url", &call.url).is_err() {
                    self.refuse(number, "call.url", "Give an address that starts with https://.");
                }
                if !(1..=20).contains(&call.timeout_seconds) {
                    self.refuse(number, "call.timeoutSeconds", "Wait 1 to 20 seconds for an answer.");
                }
                if call.takes.len() > 20 || call.takes.iter().any(|take| !is_name(&take.slot) || take.path.is_empty()) {
                    self.refuse(number, "call.takes", "Name a path and a slot for each value, at most 20.");
                }
            }
            FlowDoes::HandOver(last) | FlowDoes::End(last) => self.words(number, &last.words, true),
        }
    }

    fn ask(&mut self, number: usize, ask: &FlowAsk) {
        self.words(number, &ask.words, true);
        if !is_name(&ask.slot) || ask.slot == "summary" {
            self.refuse(number, "ask.slot", "A slot has a name of 1 to 40 letters, digits, - and _.");
        }
        let values: BTreeSet<&str> = ask.choices.iter().map(|one| one.value.as_str()).collect();
        let named = ask.choices.iter().all(|one| is_name(&one.value) && !one.label.in_locale("zh").is_empty());
        let right = (2..=10).contains(&ask.choices.len()) && values.len() == ask.choices.len() && named;
        if ask.kind == SlotKind::Choice && !right {
            self.refuse(number, "ask.choices", "Give 2 to 10 choices, each with a value of its own and a label.");
        }
        let pattern = ask.pattern.as_deref().unwrap_or_default();
        if pattern.len() > 200 || Regex::new(&format!("^(?:{pattern})$")).is_err() {
            self.refuse(number, "ask.pattern", "This is no regular expression of at most 200 characters.");
        }
        for (field, bound) in [("ask.least", &ask.least), ("ask.most", &ask.most)] {
            let right = |bound: &str| match ask.kind {
                SlotKind::Date => day(bound, NaiveDate::default()).is_some(),
                SlotKind::Number => slot::number(bound).is_ok(),
                SlotKind::Money => slot::money(bound).is_ok(),
                _ => false,
            };
            if bound.as_deref().is_some_and(|bound| !bound.is_empty() && !right(bound)) {
                self.refuse(number, field, "A bound is a number, an amount, or a day: today, today-30, 2026-01-01.");
            }
        }
    }

    fn words(&mut self, number: usize, words: &Words, needed: bool) {
        let both = [&words.zh, &words.en];
        if needed && both.iter().all(|text| text::is_blank(text)) {
            self.refuse(number, "words", "Write what is said in at least one language.");
        }
        if both.iter().any(|text| text.chars().count() > MOST_WORDS) {
            self.refuse(number, "words", "What is said has at most 1000 characters.");
        }
        let known = self.slots();
        let unknown =
            both.iter().flat_map(|text| places(text)).any(|place| place != "summary" && !known.contains(place));
        if unknown {
            self.refuse(number, "words", "A {slot} in these words gets its value nowhere.");
        }
    }

    /// Slots that get a value somewhere.
    fn slots(&self) -> BTreeSet<&str> {
        let steps = &self.flow.steps;
        let asked = steps.iter().filter_map(|step| step.ask.as_ref()).map(|ask| ask.slot.as_str());
        let taken = steps.iter().filter_map(|step| step.call.as_ref()).flat_map(|call| &call.takes);
        asked.chain(taken.map(|take| take.slot.as_str())).collect()
    }

    fn cases(&mut self) {
        for (number, case) in self.flow.cases.iter().enumerate() {
            let mut refuse = |field: &str, message: &str| {
                self.errors.push(FieldError { field: format!("cases.{number}.{field}"), message: message.into() });
            };
            if text::is_blank(&case.name) {
                refuse("name", "Give the case a name.");
            }
            if !(1..=50).contains(&case.says.len()) {
                refuse("says", "A case has 1 to 50 sentences of the customer.");
            }
            if case.says.iter().any(|said| said.chars().count() > 4_000) {
                refuse("says", "What a customer says has at most 4,000 characters.");
            }
            if case.webhook.as_ref().is_some_and(|json| serde_json::from_str::<serde_json::Value>(json).is_err()) {
                refuse("webhook", "What webhooks answer is written as JSON.");
            }
        }
    }
}

/// Names in braces.
fn places(text: &str) -> impl Iterator<Item = &str> {
    text.split('{').skip(1).filter_map(|after| after.split_once('}').map(|(name, _)| name))
}

/// The fields of a step that name others, and whom they name.
fn nexts(does: FlowDoes<'_>) -> Vec<(&'static str, &str)> {
    match does {
        FlowDoes::Say(it) => vec![("say.next", &it.next)],
        FlowDoes::Ask(it) => vec![("ask.next", &it.next)],
        FlowDoes::Confirm(it) => vec![("confirm.yes", &it.yes), ("confirm.no", &it.no)],
        FlowDoes::Branch(it) => {
            let ways = it.ways.iter().map(|way| ("branch.ways", way.next.as_str()));
            ways.chain([("branch.otherwise", it.otherwise.as_str())]).collect()
        }
        FlowDoes::Call(it) => vec![("call.next", &it.next), ("call.failed", &it.failed)],
        FlowDoes::HandOver(_) | FlowDoes::End(_) => Vec::new(),
    }
}

/// Whether steps that wait for nobody lead back to themselves.
fn turns_round(flow: &FlowDefinition) -> bool {
    let waits = |does: FlowDoes<'_>| matches!(does, FlowDoes::Ask(_) | FlowDoes::Confirm(_));
    let mut leads: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for step in &flow.steps {
        let does = step.does().filter(|does| !waits(*does));
        leads.insert(&step.key, does.map(nexts).unwrap_or_default().into_iter().map(|(_, next)| next).collect());
    }
    // Steps that lead to nothing that is left are taken away, until none is or a circle is left.
    loop {
        let done: Vec<&str> = leads.iter().filter(|(_, to)| to.is_empty()).map(|(key, _)| *key).collect();
        if done.is_empty() {
            return !leads.is_empty();
        }
        leads.retain(|key, _| !done.contains(key));
        for to in leads.values_mut() {
            to.retain(|key| !done.contains(key));
        }
    }
}
