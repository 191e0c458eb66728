//! What the bot does with a question. Pure.

use lingxi_contracts::bot::{Article, ArticleInput, ArticleText, BotSettings, Candidate, Decision, DecisionKind};
use lingxi_contracts::channels::{Card, CardLink, Choice};
use lingxi_kernel::{ArticleId, Error, FieldError, Result, Timestamp};
use lingxi_nlu::{Language, language, normalise};

use crate::knowledge::{Knowledge, Understood};

/// Suggestions at most.
const MOST_OPTIONS: usize = 3;
/// Below this trust not even suggestions are made.
const FAR_OFF: f64 = 0.06;
/// Where it is not probable that the question is about anything here, an article is only listed when a phrase of it is so much alike.
const PROBABLE: f64 = 0.5;
const ALIKE: f64 = 0.15;

/// The value of the suggestion that asks for a person.
pub(crate) const PERSON: &str = "person";
pub(crate) const SOLVED: &str = "solved";
pub(crate) const UNSOLVED: &str = "unsolved";

const GREETINGS: [&str; 14] = [
    "你好",
    "您好",
    "在吗",
    "有人吗",
    "嗨",
    "哈喽",
    "谢谢",
    "多谢",
    "hi",
    "hello",
    "hey",
    "thanks",
    "thank you",
    "good morning",
];

/// The language to answer in: that of the question if it shows, else that of the conversation.
pub(crate) fn answer_locale(text: &str, fallback: &str) -> &'static str {
    if language(text) == Language::Chinese {
        "zh-CN"
    } else if text.chars().any(|c| c.is_ascii_alphabetic()) || !fallback.starts_with("zh") {
        "en-US"
    } else {
        "zh-CN"
    }
}

fn say<'a>(locale: &str, zh: &'a str, en: &'a str) -> &'a str {
    if locale.starts_with("zh") { zh } else { en }
}

/// Decides about a message; `choice` is the value of a clicked suggestion.
pub(crate) fn decide(
    knowledge: Option<&Knowledge>,
    settings: &BotSettings,
    text: &str,
    choice: Option<&str>,
    fallback_locale: &str,
    now: Timestamp,
) -> Decision {
    let locale = answer_locale(if choice.is_some() { "" } else { text }, fallback_locale);
    let mut decision = Decision {
        kind: DecisionKind::HandOver,
        text: String::new(),
        choices: Vec::new(),
        card: None,
        candidates: Vec::new(),
        in_scope: 0.0,
        reason: String::new(),
        locale: locale.to_owned(),
        release: knowledge.map(|knowledge| knowledge.source.release),
    };
    if !settings.enabled {
        return hand_over(decision, "switched_off");
    }
    match choice {
        Some(PERSON) => return hand_over(decision, "asked_for_person"),
        Some(UNSOLVED) => return hand_over(decision, "unsolved"),
        Some(SOLVED) => {
            decision.kind = DecisionKind::Answer;
            decision.reason = SOLVED.into();
            decision.text = say(locale, "太好了，很高兴能帮到您！", "Great, glad that helped!").into();
            return decision;
        }
        _ => {}
    }
    let normal = normalise(text);
    if settings.handover_phrases.iter().map(|phrase| normalise(phrase)).any(|p| !p.is_empty() && normal.contains(&p)) {
        return hand_over(decision, "asked_for_person");
    }
    let Some(knowledge) = knowledge else { return hand_over(decision, "no_knowledge") };
    if let Some(article) = choice.and_then(|value| value.parse().ok()).and_then(|id| knowledge.article(id, now)) {
        return answer(decision, article, "clicked");
    }
    if GREETINGS.contains(&normal.as_str()) {
        decision.kind = DecisionKind::Answer;
        decision.reason = "small_talk".into();
        let words =
            ("您好，请直接说出您的问题，我会尽力解答。", "Hello! Just ask your question and I will do my best.");
        decision.text = say(locale, words.0, words.1).into();
        return decision;
    }
    let Understood { candidates, in_scope, trust } = knowledge.rank(text, None, locale, now);
    decision.in_scope = in_scope;
    decision.candidates = candidates;
    by_trust(decision, trust, knowledge, settings, now)
}

fn by_trust(
    mut decision: Decision,
    trust: f64,
    knowledge: &Knowledge,
    settings: &BotSettings,
    now: Timestamp,
) -> Decision {
    let first = decision.candidates.first().and_then(|candidate| knowledge.article(candidate.article_id, now));
    if let Some(article) = first.filter(|_| trust >= settings.answer_threshold) {
        return answer(decision, article, "confident");
    }
    let least_alike = if decision.in_scope < PROBABLE { ALIKE } else { 0.0 };
    let listed: Vec<Choice> = decision
        .candidates
        .iter()
        .filter(|candidate| candidate.probability >= settings.list_threshold && candidate.similarity > least_alike)
        .take(MOST_OPTIONS)
        .map(|candidate| Choice { value: candidate.article_id.to_string(), label: candidate.title.clone() })
        .collect();
    if trust < FAR_OFF || listed.is_empty() {
        return hand_over(decision, "far_off");
    }
    decision.kind = DecisionKind::Options;
    decision.reason = "unsure".into();
    decision.text = say(&decision.locale, "您想问的是下面哪一个？", "Which of these do you mean?").to_owned();
    decision.choices = listed;
    decision.choices.push(person(&decision.locale));
    decision
}

fn person(locale: &str) -> Choice {
    Choice { value: PERSON.into(), label: say(locale, "转人工", "Talk to a person").into() }
}

fn answer(mut decision: Decision, article: &Article, reason: &str) -> Decision {
    let text = text_in(article, &decision.locale);
    decision.kind = DecisionKind::Answer;
    decision.reason = reason.into();
    decision.text = text.map(|text| text.answer.clone()).unwrap_or_default();
    if !article.links.is_empty() {
        let links =
            article.links.iter().take(4).map(|link| CardLink { label: link.label.clone(), url: link.url.clone() });
        let title = text.map(|text| text.title.chars().take(120).collect()).unwrap_or_default();
        decision.card = Some(Card { title, image_url: None, links: links.collect() });
    }
    let locale = &decision.locale;
    decision.choices = vec![
        Choice { value: SOLVED.into(), label: say(locale, "已解决", "Solved").into() },
        Choice {
            value: UNSOLVED.into(), label: say(locale, "未解决，转人工", "Not solved, talk to a person").into()
        },
    ];
    decision
}

/// Hands over, with words that say so.
pub(crate) fn hand_over(mut decision: Decision, reason: &str) -> Decision {
    decision.kind = DecisionKind::HandOver;
    decision.reason = reason.into();
    decision.choices.clear();
    decision.card = None;
    let zh = match reason {
        "far_off" | "no_knowledge" => "这个问题我还答不好，为您转接人工客服。",
        _ => "好的，为您转接人工客服。",
    };
    let en = match reason {
        "far_off" | "no_knowledge" => "I cannot answer this well; I am passing you on to a person.",
        _ => "Sure, I am passing you on to a person.",
    };
    decision.text = say(&decision.locale, zh, en).into();
    decision
}

/// The article's text in a language, or in any.
pub(crate) fn text_in<'a>(article: &'a Article, locale: &str) -> Option<&'a ArticleText> {
    article.texts.iter().find(|text| text.locale == locale).or_else(|| article.texts.first())
}

/// What the person who takes over should know.
pub(crate) fn summary(decision: &Decision, earlier: &[(String, String)], question: &str, locale: &str) -> String {
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
        (other, _) => other,
    };
    lines.push(format!("{} {reason}", if zh { "转人工原因：" } else { "Handed over because:" }));
    let guesses: Vec<&str> =
        decision.candidates.iter().take(2).map(|candidate: &Candidate| candidate.title.as_str()).collect();
    if !guesses.is_empty() && decision.reason != "asked_for_person" {
        lines.push(format!("{} {}", if zh { "可能相关：" } else { "Perhaps about:" }, guesses.join(" / ")));
    }
    lines.join("\n")
}

/// Checks an article; all refused fields at once.
pub(crate) fn check_article(input: &ArticleInput) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: String, message: &str| errors.push(FieldError { field, message: message.into() });
    if input.texts.is_empty() {
        refuse("texts".into(), "Write the answer in at least one language.");
    }
    for (index, text) in input.texts.iter().enumerate() {
        if !["zh-CN", "en-US"].contains(&text.locale.as_str()) {
            refuse(format!("texts.{index}.locale"), "Choose zh-CN or en-US.");
        }
        if !(1..=200).contains(&text.title.trim().chars().count()) {
            refuse(format!("texts.{index}.title"), "A title has 1 to 200 characters.");
        }
        if !(1..=4_000).contains(&text.answer.trim().chars().count()) {
            refuse(format!("texts.{index}.answer"), "An answer has 1 to 4000 characters.");
        }
    }
    if input.questions.len() > 500 || input.questions.iter().any(|question| question.chars().count() > 300) {
        refuse("questions".into(), "At most 500 questions of at most 300 characters.");
    }
    for (index, link) in input.links.iter().flatten().enumerate() {
        if !link.url.starts_with("https://") {
            refuse(format!("links.{index}.url"), "A link starts with https://.");
        }
    }
    if let (Some(from), Some(to)) = (input.valid_from, input.valid_to)
        && from >= to
    {
        refuse("validTo".into(), "The end must be later than the beginning.");
    }
    Error::check(errors)
}

/// Checks the bot's settings.
pub(crate) fn check_settings(settings: &BotSettings) -> Result<()> {
    let mut errors = Vec::new();
    for (field, value) in [("answerThreshold", settings.answer_threshold), ("listThreshold", settings.list_threshold)] {
        if !(0.0..=1.0).contains(&value) {
            errors.push(FieldError { field: field.into(), message: "A probability is 0 to 1.".into() });
        }
    }
    Error::check(errors)
}

/// Whether an article is to be shown at a moment.
pub(crate) fn is_valid(article: &Article, now: Timestamp) -> bool {
    article.valid_from.is_none_or(|from| from <= now) && article.valid_to.is_none_or(|to| now < to)
}

/// The id inside a suggestion's value.
pub(crate) fn article_of(choice: &str) -> Option<ArticleId> {
    choice.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::Source;
    use chrono::TimeDelta;
    use lingxi_contracts::bot::ArticleStatus;
    use lingxi_kernel::{Env, ReleaseId};

    fn knowledge() -> Knowledge {
        let env = Env::system();
        let pack = lingxi_packs::get("insurance").unwrap();
        let articles = pack.articles.iter().map(|article| Article {
            id: env.id(),
            key: Some(article.key.clone()),
            category: article.category.clone(),
            status: ArticleStatus::Ready,
            texts: crate::service::pack_texts(article),
            questions: article.questions.clone(),
            links: Vec::new(),
            valid_from: None,
            valid_to: None,
            version: 1,
            updated_at: env.now(),
        });
        Knowledge::train(Source { release: env.id::<ReleaseId>(), model: None }, articles.collect(), Vec::new())
    }

    fn ask(knowledge: &Knowledge, text: &str) -> Decision {
        decide(Some(knowledge), &BotSettings::default(), text, None, "zh-CN", Env::system().now())
    }

    #[test]
    fn the_pack_answers_common_questions_in_the_language_they_are_asked_in() {
        let knowledge = knowledge();
        for (question, key, locale) in [
            ("请问怎么报案理赔", "claim-report", "zh-CN"),
            ("我想退保怎么办", "cancel-policy", "zh-CN"),
            ("how can I cancel my policy?", "cancel-policy", "en-US"),
            ("When will I receive my refund", "refund-time", "en-US"),
            ("可以开发票吗", "payment-invoice", "zh-CN"),
        ] {
            let decision = ask(&knowledge, question);
            let best = decision.candidates.first().unwrap();
            let article = knowledge.article(best.article_id, Env::system().now()).unwrap();
            assert_eq!(article.key.as_deref(), Some(key), "{question}: {decision:?}");
            assert_ne!(decision.kind, DecisionKind::HandOver, "{question}");
            assert_eq!(decision.locale, locale);
        }
    }

    #[test]
    fn far_off_questions_are_never_answered() {
        let knowledge = knowledge();
        for question in ["今天天气怎么样", "write me a poem about the sea", "谁赢了世界杯", "asdf qwer zxcv", "1 + 1"]
        {
            let decision = ask(&knowledge, question);
            assert_eq!(decision.kind, DecisionKind::HandOver, "{question}: {decision:?}");
        }
    }

    #[test]
    fn a_person_is_one_sentence_or_one_click_away() {
        let knowledge = knowledge();
        assert_eq!(ask(&knowledge, "我要转人工！").reason, "asked_for_person");
        assert_eq!(ask(&knowledge, "I want to talk to a PERSON").reason, "asked_for_person");
        let now = Env::system().now();
        let clicked = decide(Some(&knowledge), &BotSettings::default(), "x", Some(PERSON), "en-US", now);
        assert_eq!(clicked.kind, DecisionKind::HandOver);
    }

    #[test]
    fn an_article_out_of_date_is_not_shown() {
        let mut knowledge = knowledge();
        let now = Env::system().now();
        let id = ask(&knowledge, "怎么报案").candidates[0].article_id;
        knowledge.article_mut(id).unwrap().valid_to = Some(now - TimeDelta::seconds(1));
        assert!(ask(&knowledge, "怎么报案").candidates.iter().all(|candidate| candidate.article_id != id));
        assert!(knowledge.article(id, now).is_none());
    }

    #[test]
    fn options_are_at_most_three_and_a_person() {
        let knowledge = knowledge();
        let settings = BotSettings { answer_threshold: 1.0, list_threshold: 0.0, ..BotSettings::default() };
        let decision = decide(Some(&knowledge), &settings, "理赔", None, "zh-CN", Env::system().now());
        assert_eq!(decision.kind, DecisionKind::Options);
        assert!(decision.choices.len() <= 4 && decision.choices.last().unwrap().value == PERSON);
    }
}
