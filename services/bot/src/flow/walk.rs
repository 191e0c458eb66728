//! A walk of a customer through a flow.

use std::collections::{BTreeMap, BTreeSet};

use lingxi_contracts::bot::{
    FlowAsk, FlowBranch, FlowConfirm, FlowDefinition, FlowDoes, FlowRunStatus, FlowStep, FlowTest, SlotKind, SlotValue,
};
use lingxi_contracts::channels::Choice;
use lingxi_nlu::{normalise, slot};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reading::{CHOSEN, Today, compare, found, read};
use crate::rules::{PERSON, say};

/// Steps of one turn at most; a flow that was checked never comes near.
const MOST_STEPS: usize = 200;
/// Answers that are not understood before a person takes over.
const MOST_TRIES: u8 = 3;
/// A value of a webhook is cut there.
const LONGEST: usize = 500;

const SKIP: [&str; 9] = ["跳过", "没有", "不知道", "不清楚", "无", "skip", "none", "i dont know", "no idea"];
const STOP: [&str; 11] =
    ["取消", "算了", "退出", "不办了", "不弄了", "cancel", "stop", "quit", "never mind", "nevermind", "forget it"];

/// Where a walk stands, as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) step: String,
    slots: BTreeMap<String, String>,
    /// Slots that the customer gave before they were asked.
    given: BTreeSet<String>,
    tries: u8,
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// The customer answers.
    Waits,
    /// A webhook is called.
    Calls,
    Completed,
    HandedOver,
    Abandoned,
}

impl Stands {
    pub(crate) const fn status(self) -> FlowRunStatus {
        match self {
            Self::Waits => FlowRunStatus::Running,
            Self::Calls => FlowRunStatus::Calling,
            Self::Completed => FlowRunStatus::Completed,
            Self::HandedOver => FlowRunStatus::HandedOver,
            Self::Abandoned => FlowRunStatus::Abandoned,
        }
    }
}

/// What is said to the customer, and what comes next.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) stands: Stands,
}

/// What came of a customer's words.
#[derive(Debug, Clone)]
pub(crate) enum Heard {
    /// The walk went on.
    Understood(Said),
    /// They are no answer to what was asked; this is said when they mean nothing else.
    NotUnderstood(Said),
}

impl Heard {
    pub(crate) fn said(self) -> Said {
        let (Self::Understood(said) | Self::NotUnderstood(said)) = self;
        said
    }
}

/// A walk, with all that it needs.
#[derive(Debug)]
pub(crate) struct Walk<'a> {
    pub(crate) definition: &'a FlowDefinition,
    pub(crate) today: Today<'a>,
    pub(crate) state: State,
    /// Whether it is only tried: a webhook without an address is played then, too.
    pub(crate) tried: bool,
}

impl<'a> Walk<'a> {
    /// A walk that begins with what the customer said; values in it are not asked for again.
    pub(crate) fn begin(definition: &'a FlowDefinition, text: &str, today: Today<'a>, tried: bool) -> (Self, Said) {
        let mut walk = Self { definition, today, state: State::default(), tried };
        let asks: Vec<&FlowAsk> = definition.steps.iter().filter_map(|step| step.ask.as_ref()).collect();
        for ask in &asks {
            // Of two days it is not known which is meant.
            let alone = asks.iter().filter(|other| other.kind == ask.kind).count() == 1;
            if let Some(value) = found(ask, text, today).filter(|_| alone) {
                walk.state.slots.insert(ask.slot.clone(), value);
                walk.state.given.insert(ask.slot.clone());
            }
        }
        let first = definition.steps.first().map(|step| step.key.clone()).unwrap_or_default();
        let said = walk.go(&first, Vec::new());
        (walk, said)
    }

    /// Goes on with what the customer said or clicked.
    pub(crate) fn hear(&mut self, text: &str, choice: Option<&str>) -> Heard {
        let normal = normalise(text);
        if STOP.contains(&normal.as_str()) {
            let text = self
                .say("好的，已取消。还有什么可以帮您？", "All right, cancelled. What else can I do for you?")
                .to_owned();
            return Heard::Understood(Said { text, choices: Vec::new(), stands: Stands::Abandoned });
        }
        match self.step().and_then(FlowStep::does) {
            Some(FlowDoes::Ask(ask)) => self.answer(ask, text, choice),
            Some(FlowDoes::Confirm(confirm)) => self.confirmed(confirm, text, choice),
            Some(FlowDoes::Call(_)) => {
                let text = self.say("还在查询，请稍等。", "I am still looking it up; one moment please.").to_owned();
                Heard::Understood(Said { text, choices: Vec::new(), stands: Stands::Calls })
            }
            _ => Heard::Understood(self.give_up(Vec::new())),
        }
    }

    /// Goes on with what a webhook answered; none when it failed.
    pub(crate) fn called(&mut self, answer: Option<&Value>) -> Said {
        let Some(FlowDoes::Call(call)) = self.step().and_then(FlowStep::does) else { return self.give_up(Vec::new()) };
        let taken = answer.and_then(|answer| {
            call.takes.iter().map(|take| Some((take.slot.clone(), at(answer, &take.path)?))).collect::<Option<Vec<_>>>()
        });
        let next = if taken.is_some() { &call.next } else { &call.failed };
        self.state.slots.extend(taken.into_iter().flatten());
        self.go(next, Vec::new())
    }

    /// Asks again what was asked last.
    pub(crate) fn again(&mut self) -> Said {
        let step = self.state.step.clone();
        let tries = self.state.tries;
        let said = self.go(&step, Vec::new());
        self.state.tries = tries;
        said
    }

    fn step(&self) -> Option<&'a FlowStep> {
        self.definition.steps.iter().find(|step| step.key == self.state.step)
    }

    fn say<'b>(&self, zh: &'b str, en: &'b str) -> &'b str {
        say(self.today.locale, zh, en)
    }

    fn answer(&mut self, ask: &'a FlowAsk, text: &str, choice: Option<&str>) -> Heard {
        let skips = choice == Some("flow:") || SKIP.contains(&normalise(text).as_str());
        if ask.optional && skips {
            self.state.slots.remove(&ask.slot);
            return Heard::Understood(self.go(&ask.next, Vec::new()));
        }
        match read(ask, text, choice, self.today) {
            Ok(value) => {
                self.state.slots.insert(ask.slot.clone(), value);
                Heard::Understood(self.go(&ask.next, Vec::new()))
            }
            Err((zh, en)) => self.not_understood(self.say(&zh, &en).to_owned()),
        }
    }

    fn confirmed(&mut self, confirm: &'a FlowConfirm, text: &str, choice: Option<&str>) -> Heard {
        let yes = match choice {
            Some("flow:yes") => Ok(true),
            Some("flow:no") => Ok(false),
            _ => slot::yes_no(text),
        };
        match yes {
            Ok(yes) => {
                let next = if yes { &confirm.yes } else { &confirm.no };
                Heard::Understood(self.go(next, Vec::new()))
            }
            Err(_) => self.not_understood(self.say("请回答「是」或「否」。", "Please answer yes or no.").to_owned()),
        }
    }

    fn not_understood(&mut self, why: String) -> Heard {
        self.state.tries += 1;
        let said = if self.state.tries >= MOST_TRIES {
            self.give_up(Vec::new())
        } else {
            let said = self.again();
            Said { text: format!("{why}\n\n{}", said.text), ..said }
        };
        Heard::NotUnderstood(said)
    }

    fn give_up(&self, mut texts: Vec<String>) -> Said {
        texts.push(
            self.say("我没能理解，为您转接人工客服。", "I could not follow; I am passing you on to a person.")
                .to_owned(),
        );
        Said { text: texts.join("\n\n"), choices: Vec::new(), stands: Stands::HandedOver }
    }

    /// Walks on from a step until somebody has to answer.
    fn go(&mut self, key: &str, mut texts: Vec<String>) -> Said {
        self.state.step = key.to_owned();
        self.state.tries = 0;
        for _ in 0..MOST_STEPS {
            let Some(does) = self.step().and_then(FlowStep::does) else { break };
            let next = match does {
                FlowDoes::Say(it) => {
                    texts.push(self.filled(it.words.in_locale(self.today.locale)));
                    &it.next
                }
                FlowDoes::Ask(ask) if self.state.given.remove(&ask.slot) => &ask.next,
                FlowDoes::Ask(ask) => {
                    texts.push(self.filled(ask.words.in_locale(self.today.locale)));
                    return stop(&texts, self.choices(ask), Stands::Waits);
                }
                FlowDoes::Confirm(confirm) => {
                    texts.push(self.filled(confirm.words.in_locale(self.today.locale)));
                    let choice = |value: &str, zh, en| Choice { value: value.into(), label: self.say(zh, en).into() };
                    let choices = vec![choice("flow:yes", "是", "Yes"), choice("flow:no", "否", "No")];
                    return stop(&texts, choices, Stands::Waits);
                }
                FlowDoes::Branch(branch) => self.way(branch),
                FlowDoes::Call(call) if call.url.is_empty() && !self.tried => &call.failed,
                FlowDoes::Call(call) => {
                    texts.push(self.filled(call.words.in_locale(self.today.locale)));
                    return stop(&texts, Vec::new(), Stands::Calls);
                }
                FlowDoes::HandOver(last) => {
                    texts.push(self.filled(last.words.in_locale(self.today.locale)));
                    return stop(&texts, Vec::new(), Stands::HandedOver);
                }
                FlowDoes::End(last) => {
                    texts.push(self.filled(last.words.in_locale(self.today.locale)));
                    return stop(&texts, Vec::new(), Stands::Completed);
                }
            };
            self.state.step.clone_from(next);
        }
        self.give_up(texts)
    }

    fn choices(&self, ask: &FlowAsk) -> Vec<Choice> {
        let label = |one: &lingxi_contracts::bot::FlowChoice| one.label.in_locale(self.today.locale).to_owned();
        let mut choices: Vec<Choice> = ask
            .choices
            .iter()
            .filter(|_| ask.kind == SlotKind::Choice)
            .map(|one| Choice { value: format!("{CHOSEN}{}", one.value), label: label(one) })
            .collect();
        if ask.optional {
            choices.push(Choice { value: CHOSEN.into(), label: self.say("跳过", "Skip").into() });
        }
        if !choices.is_empty() {
            choices.push(Choice { value: PERSON.into(), label: self.say("转人工", "Talk to a person").into() });
        }
        choices
    }

    fn way(&self, branch: &'a FlowBranch) -> &'a String {
        let value = self.state.slots.get(&branch.slot);
        let kind = kind_of(self.definition, &branch.slot);
        let holds = |test: FlowTest, bound: &str| {
            let Some(value) = value else { return false };
            let order = compare(kind, value, bound, self.today.date);
            match test {
                FlowTest::Given => true,
                FlowTest::Equals => order == Some(std::cmp::Ordering::Equal),
                FlowTest::Less => order == Some(std::cmp::Ordering::Less),
                FlowTest::More => order == Some(std::cmp::Ordering::Greater),
            }
        };
        branch.ways.iter().find(|way| holds(way.test, &way.value)).map_or(&branch.otherwise, |way| &way.next)
    }

    /// Words with the values of slots in their places; `{summary}` is all of them.
    fn filled(&self, words: &str) -> String {
        let mut text = String::with_capacity(words.len());
        let mut rest = words;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let Some((name, behind)) = after.split_once('}') else {
                text.push('{');
                rest = after;
                continue;
            };
            if name == "summary" {
                let lines: Vec<String> =
                    self.labelled().into_iter().map(|(label, value)| format!("- {label}: {value}")).collect();
                text.push_str(&lines.join("\n"));
            } else {
                text.push_str(&self.shown(name));
            }
            rest = behind;
        }
        text + rest
    }

    /// What is known, with labels, in the order of asking.
    pub(crate) fn labelled(&self) -> Vec<(String, String)> {
        let known = |ask: &FlowAsk| self.state.slots.contains_key(&ask.slot);
        let asks = self.definition.steps.iter().filter_map(|step| step.ask.as_ref()).filter(|ask| known(ask));
        let mut all: Vec<(String, String)> = Vec::new();
        for ask in asks {
            let label = ask.label.in_locale(self.today.locale);
            let label = if label.is_empty() { &ask.slot } else { label };
            if !all.iter().any(|(known, _)| known == label) {
                all.push((label.to_owned(), self.shown(&ask.slot)));
            }
        }
        all
    }

    /// A slot's value as it is shown. What others wrote is no markup of ours.
    fn shown(&self, name: &str) -> String {
        let value = self.state.slots.get(name).map(String::as_str).unwrap_or_default();
        let choices = self.definition.steps.iter().filter_map(|step| step.ask.as_ref()).filter(|ask| ask.slot == name);
        let label = choices.flat_map(|ask| &ask.choices).find(|one| one.value == value);
        label.map_or(value, |one| one.label.in_locale(self.today.locale)).replace(['[', ']', '*', '\n'], " ")
    }
}

/// What was said until somebody has to act.
fn stop(texts: &[String], choices: Vec<Choice>, stands: Stands) -> Said {
    let texts: Vec<&str> = texts.iter().map(String::as_str).filter(|text| !text.trim().is_empty()).collect();
    Said { text: texts.join("\n\n"), choices, stands }
}

/// What a slot holds.
pub(super) fn kind_of(definition: &FlowDefinition, slot: &str) -> SlotKind {
    let asks = definition.steps.iter().filter_map(|step| step.ask.as_ref());
    asks.into_iter().find(|ask| ask.slot == slot).map_or(SlotKind::Text, |ask| ask.kind)
}

/// What is known, as data.
pub(crate) fn slots(state: &State) -> Vec<SlotValue> {
    state.slots.iter().map(|(slot, value)| SlotValue { slot: slot.clone(), value: value.clone() }).collect()
}

/// The value at a path of JSON, as text.
fn at(answer: &Value, path: &str) -> Option<String> {
    let found = path.split('.').try_fold(answer, |value, name| match value {
        Value::Array(all) => all.get(name.parse::<usize>().ok()?),
        other => other.get(name),
    })?;
    let text = match found {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => found.to_string(),
        _ => return None,
    };
    Some(text.chars().take(LONGEST).collect())
}
