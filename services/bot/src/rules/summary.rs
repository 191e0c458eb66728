//! What the person who takes over should know.

use lingxi_contracts::bot::{Candidate, Decision};

use super::say;

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
        lines.push(format!("{}{asked} → {}", say(locale, "问：", "Asked: "), what_came(outcome, zh)));
    }
    if !question.trim().is_empty() {
        lines.push(format!("{}{question}", say(locale, "问：", "Asked: ")));
    }
    let reason = what_came(&decision.reason, zh);
    lines.push(format!("{}{reason}", say(locale, "转人工原因：", "Handed over because: ")));
    lines.extend(known.iter().map(|(label, value)| format!("{label}: {value}")));
    let guesses: Vec<&str> =
        decision.candidates.iter().take(2).map(|candidate: &Candidate| candidate.title.as_str()).collect();
    if !guesses.is_empty() && known.is_empty() && decision.reason != "asked_for_person" {
        lines.push(format!("{}{}", say(locale, "可能相关：", "Perhaps about: "), guesses.join(" / ")));
    }
    lines.join("\n")
}

/// What came of a question, in words.
fn what_came(reason: &str, zh: bool) -> &str {
    let (chinese, english) = match reason {
        "asked_for_person" => ("客户要求人工", "the customer asked for a person"),
        super::UNSOLVED => ("答案未解决问题", "the answer did not solve it"),
        "far_off" | "no_knowledge" => ("知识库没有答案", "no answer in the knowledge base"),
        "spend_cap" | super::BLOCKED => ("已到用量上限", "the spend cap is reached"),
        "flow" => ("对话流程转人工", "a dialogue flow asked for a person"),
        "confident" | "clicked" | "follow_up" | "several" => ("机器人已回答", "the bot answered"),
        "close" | "unsure" => ("机器人请客户选择问题", "the bot offered questions to choose from"),
        "small_talk" => ("寒暄", "small talk"),
        "switched_off" => ("机器人已关闭", "the bot is switched off"),
        "file" => ("客户发来文件", "the customer sent a file"),
        super::SOLVED => ("客户确认已解决", "the customer said that it is solved"),
        other => (other, other),
    };
    if zh { chinese } else { english }
}

#[cfg(test)]
mod tests {
    use super::what_came;

    #[test]
    fn outcomes_are_words_of_the_language() {
        let words = |reason| (what_came(reason, true), what_came(reason, false));
        assert_eq!(words("confident"), ("机器人已回答", "the bot answered"));
        assert_eq!(words("file"), ("客户发来文件", "the customer sent a file"));
    }
}
