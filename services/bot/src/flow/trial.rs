//! Trying a flow without customers.

use lingxi_contracts::bot::{FlowCase, FlowCaseResult, FlowDefinition, FlowRunStatus, FlowTurn};
use serde_json::Value;

use super::reading::Today;
use super::walk::{Stands, Walk, slots};

/// Goes through a flow as a customer would; webhooks answer at once with the given JSON, or fail.
pub(crate) fn try_out(
    flow: &FlowDefinition,
    says: &[String],
    webhook: Option<&Value>,
    today: Today<'_>,
) -> Vec<FlowTurn> {
    let mut turns = Vec::new();
    let mut walk: Option<Walk<'_>> = None;
    for said in says {
        let (mut now, mut heard) = match walk.take() {
            None => Walk::begin(flow, said, today, true),
            Some(mut walk) => {
                // What is shown can be typed, and so can what a click sends.
                let choice = said.starts_with("flow:").then_some(said.as_str());
                let heard = walk.hear(said, choice).said();
                (walk, heard)
            }
        };
        let mut texts = vec![heard.text.clone()];
        while heard.stands == Stands::Calls {
            heard = now.called(webhook);
            texts.push(heard.text.clone());
        }
        texts.retain(|text| !text.is_empty());
        turns.push(FlowTurn {
            said: said.clone(),
            text: texts.join("\n\n"),
            choices: heard.choices,
            step: now.state.step.clone(),
            status: heard.stands.status(),
            slots: slots(&now.state),
        });
        if heard.stands != Stands::Waits {
            break;
        }
        walk = Some(now);
    }
    turns
}

/// How the cases of a flow go.
pub(crate) fn run_cases(flow: &FlowDefinition, date: chrono::NaiveDate) -> Vec<FlowCaseResult> {
    flow.cases.iter().map(|case| run_case(flow, case, date)).collect()
}

fn run_case(flow: &FlowDefinition, case: &FlowCase, date: chrono::NaiveDate) -> FlowCaseResult {
    let webhook: Option<Value> = case.webhook.as_ref().and_then(|json| serde_json::from_str(json).ok());
    let turns = try_out(flow, &case.says, webhook.as_ref(), Today { date, locale: &case.locale });
    let mut failures = Vec::new();
    if turns.len() < case.says.len() {
        failures.push(format!("It ended after {} of {} sentences.", turns.len(), case.says.len()));
    }
    let last = turns.last();
    let status = last.map_or(FlowRunStatus::Running, |turn| turn.status);
    if status != case.ends {
        let step = last.map(|turn| turn.step.as_str()).unwrap_or_default();
        failures.push(format!("It stands at `{}` (step {step}) and not at `{}`.", status.as_str(), case.ends.as_str()));
    }
    for expected in &case.slots {
        let known = last.and_then(|turn| turn.slots.iter().find(|one| one.slot == expected.slot));
        // A day may be written as it is in bounds: `today-1`.
        let wanted = super::reading::day(&expected.value, date)
            .filter(|_| expected.value.starts_with("today"))
            .map_or_else(|| expected.value.clone(), |day| day.to_string());
        if known.map(|one| one.value.as_str()) != Some(wanted.as_str()) {
            let found = known.map_or("nothing", |one| &one.value);
            failures.push(format!("`{}` is {found} and not {wanted}.", expected.slot));
        }
    }
    FlowCaseResult { name: case.name.clone(), failures }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::check;
    use lingxi_outbound::Outbound;

    #[test]
    fn the_flows_of_the_packs_go_as_their_golden_dialogues_are_written() {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 11, 18).unwrap();
        for flow in lingxi_packs::all().iter().flat_map(|pack| &pack.flows) {
            let definition: FlowDefinition = serde_json::from_value(flow.definition.clone()).unwrap();
            check(&definition, Outbound { private: false }).unwrap();
            for locale in ["zh-CN", "en-US"] {
                assert!(definition.cases.iter().filter(|case| case.locale == locale).count() >= 2, "{}", flow.key);
            }
            for case in run_cases(&definition, date) {
                assert!(case.failures.is_empty(), "{} / {}: {:?}", flow.key, case.name, case.failures);
            }
        }
    }
}
