//! What the bot does with a question. Pure.

mod checks;
mod gold;
mod summary;

use lingxi_contracts::bot::{Article, ArticleText, BotSettings, Candidate, Decision, DecisionKind};
use lingxi_contracts::channels::{Card, CardLink, Choice};
use lingxi_kernel::{ArticleId, Timestamp};
use lingxi_nlu::{Language, is_follow_up, language, normalise, parts};

use crate::knowledge::{Knowledge, Meanings, Understood};

pub(crate) use checks::{check_article, check_said, check_search, check_settings};
pub(crate) use gold::fares;
pub(crate) use summary::summary;

/// Suggestions at most.
const MOST_OPTIONS: usize = 3;
/// Below this trust not even suggestions are made.
const FAR_OFF: f64 = 0.12;
/// Where it is not probable that the question is about anything here, an article is only listed when a phrase of it is so much alike.
const PROBABLE: f64 = 0.5;
const ALIKE: f64 = 0.15;
/// Two answers are close when the second is at least so probable as a share of the first.
const CLOSE: f64 = 0.5;
/// Two that share so much are what it lies between.
const BETWEEN_TWO: f64 = 0.6;

/// The value of the suggestion that asks for a person.
pub(crate) const PERSON: &str = "person";
pub(crate) const SOLVED: &str = "solved";
pub(crate) const BLOCKED: &str = "blocked";
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

pub(crate) fn say<'a>(locale: &str, zh: &'a str, en: &'a str) -> &'a str {
    if locale.starts_with("zh") { zh } else { en }
}

/// A customer's message, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) text: &'a str,
    /// The value of a clicked suggestion.
    pub(crate) choice: Option<&'a str>,
    /// The language of the conversation.
    pub(crate) locale: &'a str,
    /// The question that was answered last in this conversation.
    pub(crate) topic: Option<&'a str>,
    /// What an outside model says that the texts mean (see [`texts`]).
    pub(crate) meanings: &'a Meanings,
}

/// The texts that are looked at to understand a message: as a whole, in parts, and with the topic.
pub(crate) fn texts(text: &str, topic: Option<&str>) -> Vec<String> {
    let mut all = vec![text.to_owned()];
    all.extend(parts(text).into_iter().filter(|part| *part != text).map(str::to_owned));
    all.extend(topic.filter(|_| is_follow_up(text)).map(|topic| together(topic, text)));
    all
}

fn together(topic: &str, text: &str) -> String {
    format!("{topic} {text}")
}

/// What decisions are made by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a> {
    pub(crate) knowledge: &'a Knowledge,
    pub(crate) settings: &'a BotSettings,
    pub(crate) now: Timestamp,
    pub(crate) meanings: &'a Meanings,
}

/// Decides about a message.
pub(crate) fn decide(
    knowledge: Option<&Knowledge>,
    settings: &BotSettings,
    asked: Asked<'_>,
    now: Timestamp,
) -> Decision {
    let Asked { text, choice, .. } = asked;
    let locale = answer_locale(if choice.is_some() { "" } else { text }, asked.locale);
    let release = knowledge.map(|knowledge| knowledge.source.release);
    let mut decision = Decision { release, ..nothing_yet(locale) };
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
    Judge { knowledge, settings, now, meanings: asked.meanings }.understand(decision, asked)
}

/// A decision before anything is decided.
pub(crate) fn nothing_yet(locale: &str) -> Decision {
    Decision {
        kind: DecisionKind::HandOver,
        text: String::new(),
        choices: Vec::new(),
        card: None,
        candidates: Vec::new(),
        in_scope: 0.0,
        trust: 0.0,
        reason: String::new(),
        locale: locale.to_owned(),
        flow: None,
        release: None,
    }
}

impl Judge<'_> {
    /// Decides about words: as a whole, as several questions, or as one that goes on with the last.
    fn understand(self, decision: Decision, asked: Asked<'_>) -> Decision {
        let parts = parts(asked.text);
        if parts.len() > 1 {
            let each: Vec<Decision> = parts.iter().map(|part| self.one(decision.clone(), part)).collect();
            if let Some(several) = several(&decision, &each) {
                return several;
            }
        }
        let alone = self.one(decision.clone(), asked.text);
        let Some(topic) = asked.topic.filter(|_| alone.kind != DecisionKind::Answer && is_follow_up(asked.text)) else {
            return alone;
        };
        let mut with_topic = self.one(decision, &together(topic, asked.text));
        if with_topic.kind != DecisionKind::Answer {
            return alone;
        }
        // What was said before is known; that it holds here too is the customer's to judge.
        with_topic.reason = "follow_up".into();
        let title = with_topic.candidates.first().map(|first| first.title.clone()).unwrap_or_default();
        let about = say(&with_topic.locale, "关于「{}」，我知道的是：", "This is what I know about “{}”:")
            .replace("{}", &title);
        with_topic.text = format!("{about}\n\n{}", with_topic.text);
        with_topic
    }

    /// Decides about one question.
    fn one(self, mut decision: Decision, text: &str) -> Decision {
        let Understood { candidates, in_scope, trust } =
            self.knowledge.rank(text, self.meanings.get(text).map(|meaning| &**meaning), &decision.locale, self.now);
        decision.in_scope = in_scope;
        decision.trust = trust;
        decision.candidates = candidates;
        let first =
            decision.candidates.first().and_then(|candidate| self.knowledge.article(candidate.article_id, self.now));
        let probability = |number: usize| decision.candidates.get(number).map_or(0.0, |one| one.probability);
        let close = probability(1) >= CLOSE * probability(0);
        if let Some(article) = first.filter(|_| trust >= self.settings.answer_threshold && !close) {
            return answer(decision, article, "confident");
        }
        self.ask_back(decision, close)
    }

    /// Lists what may be meant: the first two where they are close and nothing else comes near, else up to three.
    fn ask_back(self, mut decision: Decision, close: bool) -> Decision {
        let least_alike = if decision.in_scope < PROBABLE { ALIKE } else { 0.0 };
        let listed: Vec<&Candidate> = decision
            .candidates
            .iter()
            .filter(|one| one.probability >= self.settings.list_threshold && one.similarity > least_alike)
            .take(MOST_OPTIONS)
            .collect();
        if decision.trust < FAR_OFF || listed.is_empty() {
            return hand_over(decision, "far_off");
        }
        let close = close && listed.len() >= 2 && listed[0].probability + listed[1].probability >= BETWEEN_TWO;
        let listed = if close { &listed[..2] } else { &listed[..] };
        let locale = &decision.locale;
        let words = match listed.iter().map(|one| &one.title).collect::<Vec<_>>()[..] {
            [only] => say(locale, "您是想问「{}」吗？", "Do you mean “{}”?").replace("{}", only),
            [one, other] if close => {
                let words = say(locale, "您是想问「{1}」，还是「{2}」？", "Do you mean “{1}” or “{2}”?");
                words.replace("{1}", one).replace("{2}", other)
            }
            _ => say(locale, "您想问的是下面哪一个？", "Which of these do you mean?").to_owned(),
        };
        let choice = |one: &&Candidate| Choice { value: one.article_id.to_string(), label: one.title.clone() };
        decision.choices = listed.iter().map(choice).chain([person(locale)]).collect();
        decision.kind = DecisionKind::Options;
        decision.reason = if close { "close" } else { "unsure" }.into();
        decision.text = words;
        decision
    }
}

/// The answers to several questions of one message, when at least two are sure and different.
fn several(decision: &Decision, each: &[Decision]) -> Option<Decision> {
    let mut sure: Vec<&Decision> = Vec::new();
    for one in each.iter().filter(|one| one.kind == DecisionKind::Answer) {
        let article = |of: &Decision| of.candidates.first().map(|first| first.article_id);
        if !sure.iter().any(|known| article(known) == article(one)) {
            sure.push(one);
        }
    }
    if sure.len() < 2 {
        return None;
    }
    let mut all = decision.clone();
    all.in_scope = sure.iter().map(|one| one.in_scope).fold(1.0, f64::min);
    all.trust = sure.iter().map(|one| one.trust).fold(1.0, f64::min);
    all.candidates = sure.iter().filter_map(|one| one.candidates.first().cloned()).collect();
    all.card = sure.iter().find_map(|one| one.card.clone());
    let part = |one: &&Decision| {
        format!("**{}**\n\n{}", one.candidates.first().map(|c| c.title.as_str()).unwrap_or_default(), one.text)
    };
    all.text = sure.iter().map(part).collect::<Vec<_>>().join("\n\n");
    all.kind = DecisionKind::Answer;
    all.reason = "several".into();
    all.choices = solved_or_not(&all.locale);
    Some(all)
}

fn person(locale: &str) -> Choice {
    Choice { value: PERSON.into(), label: say(locale, "转人工", "Talk to a person").into() }
}

fn answer(mut decision: Decision, article: &Article, reason: &str) -> Decision {
    let text = text_in(article, &decision.locale);
    decision.kind = DecisionKind::Answer;
    decision.reason = reason.into();
    decision.flow = article.flow_id;
    decision.text = text.map(|text| text.answer.clone()).unwrap_or_default();
    if !article.links.is_empty() {
        let links =
            article.links.iter().take(4).map(|link| CardLink { label: link.label.clone(), url: link.url.clone() });
        let title = text.map(|text| text.title.chars().take(120).collect()).unwrap_or_default();
        decision.card = Some(Card { title, image_url: None, links: links.collect() });
    }
    decision.choices = solved_or_not(&decision.locale);
    decision
}

pub(crate) fn solved_or_not(locale: &str) -> Vec<Choice> {
    let choice = |value: &str, label: &str| Choice { value: value.into(), label: label.into() };
    vec![
        choice(SOLVED, say(locale, "已解决", "Solved")),
        choice(UNSOLVED, say(locale, "未解决，转人工", "Not solved, talk to a person")),
    ]
}

/// Says that the service is closed: the firm's cap is reached, and it wants neither answers nor people's time to be spent.
pub(crate) fn closed(mut decision: Decision) -> Decision {
    decision.kind = DecisionKind::Answer;
    decision.reason = BLOCKED.into();
    decision.choices.clear();
    decision.card = None;
    let (zh, en) =
        ("抱歉，在线客服暂停服务，请稍后再来。", "Sorry, this service is closed for now. Please come back later.");
    decision.text = say(&decision.locale, zh, en).into();
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
            flow_id: None,
            valid_from: None,
            valid_to: None,
            version: 1,
            updated_at: env.now(),
        });
        Knowledge::train(
            Source { release: env.id::<ReleaseId>(), model: None },
            articles.collect(),
            Vec::new(),
            nothing(),
        )
    }

    fn nothing() -> &'static Meanings {
        static NOTHING: std::sync::LazyLock<Meanings> = std::sync::LazyLock::new(Meanings::new);
        &NOTHING
    }

    fn asked<'a>(text: &'a str, choice: Option<&'a str>) -> Asked<'a> {
        Asked { text, choice, locale: "zh-CN", topic: None, meanings: nothing() }
    }

    fn ask(knowledge: &Knowledge, text: &str) -> Decision {
        decide(Some(knowledge), &BotSettings::default(), asked(text, None), Env::system().now())
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
        let clicked = decide(Some(&knowledge), &BotSettings::default(), asked("x", Some(PERSON)), now);
        assert_eq!(clicked.kind, DecisionKind::HandOver);
    }

    #[test]
    fn an_article_out_of_date_is_not_shown() {
        let mut knowledge = knowledge();
        let now = Env::system().now();
        let id = ask(&knowledge, "怎么报案").candidates[0].article_id;
        knowledge.article_mut(id).unwrap().valid_to = Some(now - TimeDelta::seconds(1));
        let decision = ask(&knowledge, "怎么报案");
        assert!(decision.candidates.iter().all(|candidate| candidate.article_id != id));
        // What was meant has no answer now: nothing else is trusted in its place.
        assert!(decision.trust.abs() < f64::EPSILON && decision.kind == DecisionKind::HandOver, "{decision:?}");
        assert!(knowledge.article(id, now).is_none());
    }

    #[test]
    fn options_are_at_most_three_and_a_person() {
        let knowledge = knowledge();
        let settings = BotSettings { answer_threshold: 1.0, list_threshold: 0.0, ..BotSettings::default() };
        let decision = decide(Some(&knowledge), &settings, asked("理赔", None), Env::system().now());
        assert_eq!(decision.kind, DecisionKind::Options);
        assert!(decision.choices.len() <= 4 && decision.choices.last().unwrap().value == PERSON);
    }

    #[test]
    fn a_single_suggestion_is_asked_for_by_its_name() {
        let knowledge = knowledge();
        let settings = BotSettings { answer_threshold: 1.0, list_threshold: 0.9, ..BotSettings::default() };
        for (question, asks) in [("怎么退保", "您是想问「"), ("how can I cancel my policy?", "Do you mean “")]
        {
            let decision = decide(Some(&knowledge), &settings, asked(question, None), Env::system().now());
            let [only, person] = &decision.choices[..] else { panic!("{decision:?}") };
            assert!(decision.text.starts_with(asks) && decision.text.contains(&only.label), "{decision:?}");
            assert_eq!(person.value, PERSON);
        }
    }

    #[test]
    fn several_questions_of_one_message_are_answered_in_parts() {
        let knowledge = knowledge();
        for text in ["怎么报案？理赔需要什么材料？", "How do I file a claim and what documents do I need for a claim?"]
        {
            let decision = ask(&knowledge, text);
            assert_eq!((decision.kind, decision.reason.as_str()), (DecisionKind::Answer, "several"), "{decision:?}");
            assert_eq!(decision.candidates.len(), 2);
            assert!(decision.candidates.iter().all(|one| decision.text.contains(&one.title)));
        }
    }

    #[test]
    fn a_follow_up_is_understood_with_the_topic_and_only_with_it() {
        let knowledge = knowledge();
        let follow = |text, topic| {
            let asked = Asked { text, choice: None, locale: "zh-CN", topic, meanings: nothing() };
            decide(Some(&knowledge), &BotSettings::default(), asked, Env::system().now())
        };
        for (topic, text) in [("理赔款什么时候到账", "那我老婆呢？"), ("when is my claim paid", "and for my wife?")]
        {
            assert_ne!(follow(text, None).kind, DecisionKind::Answer);
            let decision = follow(text, Some(topic));
            assert_eq!((decision.kind, decision.reason.as_str()), (DecisionKind::Answer, "follow_up"), "{decision:?}");
            let article = knowledge.article(decision.candidates[0].article_id, Env::system().now()).unwrap();
            assert_eq!(article.key.as_deref(), Some("claim-payment-time"));
        }
        assert_eq!(
            follow("怎么报案", Some("理赔款什么时候到账")).reason,
            "confident",
            "what stands alone is not a follow-up"
        );
    }

    #[test]
    fn two_answers_that_are_close_are_asked_about() {
        let mut knowledge = knowledge();
        let now = Env::system().now();
        let first = ask(&knowledge, "怎么报案").candidates[0].article_id;
        let article = knowledge.article(first, now).unwrap().clone();
        let mut articles = knowledge.articles().to_vec();
        let mut twin = article;
        twin.id = Env::system().id();
        twin.texts.iter_mut().for_each(|text| text.title.push_str("（线上）"));
        articles.push(twin);
        knowledge = Knowledge::train(knowledge.source, articles, Vec::new(), nothing());
        let decision = ask(&knowledge, "怎么报案");
        assert_eq!((decision.kind, decision.reason.as_str()), (DecisionKind::Options, "close"), "{decision:?}");
        assert_eq!(decision.choices.len(), 3, "both, and a person");
        assert!(decision.text.contains("还是"));
    }
}
