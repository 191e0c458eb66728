//! What the person who takes over should know.

use lingxi_contracts::bot::{Candidate, Decision};

/// What the customer asked before and what came of it, the question, and what a flow has found out.
pub(crate) fn summary(
    decision: &Decision,
    earlier: &[(String, String)],
    question: &str,
    locale: &str,
    known: &[(String, String)],
) -> String {
    let zh = locale.starts_with("zh");
    let mut lines = Vec::new();
    for (asked, outcome) in earlier {
        lines.push(format!("{} {asked} → {outcome}", if zh { "问：" } else { "Asked:" }));
    }
    if !question.trim().is_empty() {
        lines.push(format!("{} {question}", if zh { "问：" } else { "Asked:" }));
    }
    let reason = match (decision.reason.as_str(), zh) {
        ("asked_for_person", true) => "客户要求人工",
        ("asked_for_person", false) => "the customer asked for a person",
        ("unsolved", true) => "答案未解决问题",
        ("unsolved", false) => "the answer did not solve it",
        ("far_off" | "no_knowledge", true) => "知识库没有答案",
        ("far_off" | "no_knowledge", false) => "no answer in the knowledge base",
        ("spend_cap", true) => "已到用量上限",
        ("spend_cap", false) => "the spend cap is reached",
        ("flow", true) => "流程转人工",
        ("flow", false) => "the flow hands over",
        (other, _) => other,
    };
    lines.push(format!("{} {reason}", if zh { "转人工原因：" } else { "Handed over because:" }));
    lines.extend(known.iter().map(|(label, value)| format!("{label}: {value}")));
    let guesses: Vec<&str> =
        decision.candidates.iter().take(2).map(|candidate: &Candidate| candidate.title.as_str()).collect();
    if !guesses.is_empty() && known.is_empty() && decision.reason != "asked_for_person" {
        lines.push(format!("{} {}", if zh { "可能相关：" } else { "Perhaps about:" }, guesses.join(" / ")));
    }
    lines.join("\n")
}
