//! Dialogue flows: what the bot asks step by step, checks, sends on, and when it hands over.

use lingxi_kernel::{ConversationId, FlowId, FlowRunId, Timestamp, text_enum};
use serde::{Deserialize, Serialize};

use crate::Words;

text_enum! {
    /// What a slot holds.
    pub enum SlotKind {
        /// Any words.
        Text = "text",
        /// A number.
        Number = "number",
        /// A day, kept as `2026-03-05`.
        Date = "date",
        /// An amount of money, kept as `1200.00 CNY`.
        Money = "money",
        /// A phone number.
        Phone = "phone",
        /// A number plate.
        Plate = "plate",
        /// A policy number.
        PolicyNumber = "policy_number",
        /// A Chinese identity number, its check digit checked.
        ChineseId = "chinese_id",
        /// One of some choices.
        Choice = "choice",
    }
}

/// A choice of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowChoiceInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowChoice {
    /// What is kept.
    pub value: String,
    /// What is shown.
    pub label: Words,
}

/// Says something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowSayInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowSay {
    /// The words; `{slot}` stands for the value of a slot.
    pub words: Words,
    /// The next step.
    pub next: String,
}

/// Asks for a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowAskInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowAsk {
    /// Where the value is kept.
    pub slot: String,
    /// What the value is called, for summaries.
    pub label: Words,
    /// What it holds.
    pub kind: SlotKind,
    /// The question.
    pub words: Words,
    /// Choices of a `CHOICE`.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub choices: Vec<FlowChoice>,
    /// A regular expression that a text or policy number must match as a whole.
    #[serde(default)]
    pub pattern: Option<String>,
    /// The least value: a number, an amount, or a day: `today`, `today-30`, `2026-01-01`.
    #[serde(default)]
    pub least: Option<String>,
    /// The largest value, in the same way.
    #[serde(default)]
    pub most: Option<String>,
    /// Whether a customer may leave it out.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub optional: bool,
    /// The next step.
    pub next: String,
}

/// Asks yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowConfirmInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowConfirm {
    /// The question.
    pub words: Words,
    /// The next step after yes.
    pub yes: String,
    /// The next step after no.
    pub no: String,
}

text_enum! {
    /// How a value is compared.
    pub enum FlowTest {
        /// The same.
        Equals = "equals",
        /// Smaller, or earlier.
        Less = "less",
        /// Larger, or later.
        More = "more",
        /// Not left out.
        Given = "given",
    }
}

/// One way of a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowWayInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowWay {
    /// How the slot's value is compared.
    pub test: FlowTest,
    /// With what; days as in a question's least value.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub value: String,
    /// The next step when it holds.
    pub next: String,
}

/// Goes one of several ways; the first that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowBranchInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowBranch {
    /// The slot that decides.
    pub slot: String,
    /// The ways.
    pub ways: Vec<FlowWay>,
    /// The next step when none holds.
    pub otherwise: String,
}

/// What is taken of a webhook's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowTakeInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowTake {
    /// Where it stands in the answer's JSON: `claim.status`.
    pub path: String,
    /// Where it is kept.
    pub slot: String,
}

/// Calls a webhook with all slots, signed by the flow's secret, and waits for its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowCallInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowCall {
    /// The address; empty while there is none, then the call fails at once.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub url: String,
    /// What is taken of the answer; the call fails when one is not there.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub takes: Vec<FlowTake>,
    /// How long it is waited for, 1 to 20 seconds.
    pub timeout_seconds: i32,
    /// What is said meanwhile.
    #[serde(default)]
    pub words: Words,
    /// The next step when it answered.
    pub next: String,
    /// The next step when it did not.
    pub failed: String,
}

/// Says something and ends, or hands over to a person with all slots.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowLastInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowLast {
    /// The words.
    pub words: Words,
}

/// A step: a key, and exactly one thing that it does.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowStepInput"))]
#[serde(default, deny_unknown_fields)]
pub struct FlowStep {
    /// Its name among the steps.
    pub key: String,
    /// Says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub say: Option<FlowSay>,
    /// Asks for a value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ask: Option<FlowAsk>,
    /// Asks yes or no.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirm: Option<FlowConfirm>,
    /// Goes one of several ways.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<FlowBranch>,
    /// Calls a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<FlowCall>,
    /// Hands over to a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hand_over: Option<FlowLast>,
    /// Ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<FlowLast>,
}

/// What a step does.
#[derive(Debug, Clone, Copy)]
pub enum FlowDoes<'a> {
    /// Says something.
    Say(&'a FlowSay),
    /// Asks for a value.
    Ask(&'a FlowAsk),
    /// Asks yes or no.
    Confirm(&'a FlowConfirm),
    /// Goes one of several ways.
    Branch(&'a FlowBranch),
    /// Calls a webhook.
    Call(&'a FlowCall),
    /// Hands over.
    HandOver(&'a FlowLast),
    /// Ends.
    End(&'a FlowLast),
}

impl FlowStep {
    /// What it does; none when that is nothing, or several things.
    pub fn does(&self) -> Option<FlowDoes<'_>> {
        let all = [
            self.say.as_ref().map(FlowDoes::Say),
            self.ask.as_ref().map(FlowDoes::Ask),
            self.confirm.as_ref().map(FlowDoes::Confirm),
            self.branch.as_ref().map(FlowDoes::Branch),
            self.call.as_ref().map(FlowDoes::Call),
            self.hand_over.as_ref().map(FlowDoes::HandOver),
            self.end.as_ref().map(FlowDoes::End),
        ];
        let mut all = all.into_iter().flatten();
        all.next().filter(|_| all.next().is_none())
    }
}

text_enum! {
    /// Where a walk through a flow stands, or how it ended.
    pub enum FlowRunStatus {
        /// It waits for the customer.
        Running = "running",
        /// It waits for a webhook.
        Calling = "calling",
        /// It came to an end.
        Completed = "completed",
        /// A person took over.
        HandedOver = "handed_over",
        /// The customer broke it off, or fell silent.
        Abandoned = "abandoned",
    }
}

/// A value of a slot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "SlotValueInput"))]
#[serde(deny_unknown_fields)]
pub struct SlotValue {
    /// The slot.
    pub slot: String,
    /// Its value.
    pub value: String,
}

/// A dialogue that must go as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowCaseInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowCase {
    /// What it shows.
    pub name: String,
    /// `zh-CN` or `en-US`.
    pub locale: String,
    /// What the customer says, one by one; the first starts the flow.
    pub says: Vec<String>,
    /// What webhooks answer, as JSON; none when they fail.
    #[serde(default)]
    pub webhook: Option<String>,
    /// Where it must stand then.
    pub ends: FlowRunStatus,
    /// Values that slots must have then.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub slots: Vec<SlotValue>,
}

/// What a flow does; the first step begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "FlowInput"))]
#[serde(deny_unknown_fields)]
pub struct FlowDefinition {
    /// Its name.
    pub name: Words,
    /// Its steps.
    pub steps: Vec<FlowStep>,
    /// Dialogues that must go as written before it is published.
    #[serde(default)]
    #[cfg_attr(feature = "graphql", graphql(default))]
    pub cases: Vec<FlowCase>,
}

/// A published version of a flow, and how it fares.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct FlowVersion {
    /// Counts from 1.
    pub number: i32,
    /// Share of the customers who get it, in percent; 0 when it is out of use.
    pub share: i32,
    /// Walks that began.
    pub started: i32,
    /// Walks that came to an end.
    pub completed: i32,
    /// Walks that a person took over.
    pub handed_over: i32,
    /// Walks that customers broke off.
    pub abandoned: i32,
    /// When it was published.
    pub created_at: Timestamp,
}

/// A dialogue that the bot leads.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct Flow {
    /// Global id.
    pub id: FlowId,
    /// The draft: what is edited.
    pub draft: FlowDefinition,
    /// Counts changes of the draft, from 1.
    pub version: i32,
    /// Published versions, newest first.
    pub versions: Vec<FlowVersion>,
    /// Titles of the articles that start it.
    pub started_by: Vec<String>,
    /// Last change of the draft.
    pub updated_at: Timestamp,
}

/// A walk of a customer through a flow.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct FlowRun {
    /// Global id.
    pub id: FlowRunId,
    /// Version of the flow.
    pub number: i32,
    /// Where it stands.
    pub status: FlowRunStatus,
    /// The step that it has come to.
    pub step: String,
    /// What is known.
    pub slots: Vec<SlotValue>,
    /// Where it takes place.
    pub conversation_id: ConversationId,
    /// When it began.
    pub created_at: Timestamp,
    /// When it last went on.
    pub updated_at: Timestamp,
}

/// One turn of a test: what was said to the customer, and where the flow stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct FlowTurn {
    /// What the customer said.
    pub said: String,
    /// What the bot says.
    pub text: String,
    /// What can be clicked.
    pub choices: Vec<crate::channels::Choice>,
    /// The step that it has come to.
    pub step: String,
    /// Where it stands.
    pub status: FlowRunStatus,
    /// What is known.
    pub slots: Vec<SlotValue>,
}

/// How a case went.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct FlowCaseResult {
    /// Its name.
    pub name: String,
    /// What was not as it must be; empty when all was.
    pub failures: Vec<String>,
}

/// What trying a flow came to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject))]
pub struct FlowTrial {
    /// What was said, turn by turn.
    pub turns: Vec<FlowTurn>,
    /// How its cases went.
    pub cases: Vec<FlowCaseResult>,
}
