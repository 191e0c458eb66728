//! The bot learns from what customers choose, by itself and safely.

use chrono::TimeDelta;
use lingxi_contracts::bot::{ArticleInput, ArticleText, BotModelStatus};
use lingxi_kernel::{ArticleId, BotModelId, Ctx, ErrorCode, PageArgs};

use crate::cloud::TestCloud;

/// Ways to ask that the knowledge base does not hold, in words of no article's.
const ASKED: [&str; 8] = ["vitre", "carreau", "verre", "glace", "lunette", "hublot", "baie", "miroir"];
const BROKEN: [&str; 8] = ["brisee", "fendue", "cassee", "fichue", "eclatee", "rayee", "abimee", "morte"];

fn article(title: &str, questions: &[&str]) -> ArticleInput {
    let text = ArticleText { locale: "en-US".into(), title: title.into(), answer: format!("About {title}.") };
    ArticleInput {
        key: None,
        category: None,
        status: None,
        texts: vec![text],
        questions: questions.iter().map(|question| (*question).to_owned()).collect(),
        links: None,
        flow_id: None,
        valid_from: None,
        valid_to: None,
    }
}

/// A firm whose bot lists titles rather than answers, with an article about glass.
pub async fn glazier(test: &TestCloud, ctx: &Ctx) -> ArticleId {
    let bot = &test.cloud.services.bot;
    let questions = ["my window glass is broken", "vitre", "the windscreen has a crack", "who repairs glass"];
    let glass = bot.save_article(ctx, None, None, article("Broken glass", &questions)).await.unwrap();
    let mut settings = bot.settings(ctx).await.unwrap();
    (settings.answer_threshold, settings.list_threshold) = (1.0, 0.0);
    bot.save_settings(ctx, settings).await.unwrap();
    bot.publish(ctx, false).await.unwrap();
    glass.id
}

/// Customers, each of a browser of their own, ask for it in words that nobody wrote down, and choose it of the list.
async fn customers(test: &TestCloud, ctx: &Ctx, glass: ArticleId) -> usize {
    let channels = &test.cloud.services.channels;
    let mut chose = 0;
    for one in ASKED {
        for other in BROKEN {
            let visitor = test.visitor(ctx).await;
            test.say(&visitor, "1", &format!("glass {one} {other}")).await;
            let said = test.transcript(&visitor).await;
            let listed = said.iter().flat_map(|message| &message.choices).find(|one| one.value == glass.to_string());
            if let Some(choice) = listed {
                let chosen = crate::cloud::inbound("2", &choice.label);
                let chosen = lingxi_contracts::channels::Inbound { choice: Some(choice.value.clone()), ..chosen };
                channels.receive(&visitor, chosen).await.unwrap();
                test.settle().await;
                chose += 1;
            }
        }
    }
    chose
}

/// Customers who teach a bot what it does not know yet; their questions.
pub async fn glass_customers(test: &TestCloud, ctx: &Ctx) -> Vec<String> {
    let glass = glazier(test, ctx).await;
    assert!(customers(test, ctx, glass).await >= 60);
    ASKED.iter().flat_map(|one| BROKEN.map(|other| format!("glass {one} {other}"))).collect()
}

/// A firm's bot that has learned something.
pub async fn learned(test: &TestCloud, ctx: &Ctx) -> BotModelId {
    let glass = glazier(test, ctx).await;
    let chose = customers(test, ctx, glass).await;
    assert!(chose >= 60, "{chose} customers found it in the list");
    let model = test.cloud.services.bot.learn(ctx).await.unwrap();
    assert_eq!(model.status, BotModelStatus::Serving, "{model:?}");
    model.id
}

#[tokio::test]
async fn what_customers_choose_is_learned_rolled_back_and_unlearned() {
    let test = TestCloud::start().await;
    let owner = test.firm("Glass Insurance").await;
    let bot = &test.cloud.services.bot;
    let early = bot.learn(&owner).await.unwrap_err();
    assert_eq!(early.code, ErrorCode::Conflict, "nobody has chosen anything yet");
    let question = "carreau cassee";
    let model = learned(&test, &owner).await;
    let trust = async || {
        let decision = bot.test(&owner, question, "en-US").await.unwrap();
        decision.candidates.first().map(|first| (first.title.clone(), first.probability)).unwrap_or_default()
    };

    let models = bot.models(&owner).await.unwrap();
    assert_eq!(models[0].status, BotModelStatus::Serving);
    let comparison = models[0].comparison;
    assert!(comparison.questions >= 3 && comparison.after >= comparison.before, "{comparison:?}");
    let (title, after) = trust().await;
    assert_eq!(title, "Broken glass", "words that nobody wrote down are understood");
    let page = bot.learned(&owner, PageArgs::largest()).await.unwrap().into_items();
    assert!(page.len() >= 40 && page.iter().all(|one| one.article.is_some() && one.probability >= 0.6), "{page:?}");

    // Another process knows as much.
    let beside = test.beside().await;
    let there = beside.services.bot.test(&owner, question, "en-US").await.unwrap();
    assert!((there.candidates[0].probability - after).abs() < 1e-6);

    bot.activate_model(&owner, None).await.unwrap();
    assert_eq!(bot.models(&owner).await.unwrap()[0].status, BotModelStatus::Retired);
    let (_, before) = trust().await;
    assert!(before < after, "rolled back: {before} against {after}");

    bot.activate_model(&owner, Some(model)).await.unwrap();
    bot.veto(&owner, page[0].id).await.unwrap();
    let left = bot.learned(&owner, PageArgs::largest()).await.unwrap().into_items();
    assert_eq!(left.len(), page.len() - 1);
    assert!(bot.learn(&owner).await.is_err(), "nothing is new, so it is not learned again");
    test.end().await;
}

#[tokio::test]
async fn it_learns_once_a_day_and_waits_when_a_person_went_back() {
    let test = TestCloud::start().await;
    let owner = test.firm("Daily Insurance").await;
    let bot = &test.cloud.services.bot;
    let glass = glazier(&test, &owner).await;
    let day = async || {
        customers(&test, &owner, glass).await;
        test.cloud.run_timers().await.unwrap();
        bot.models(&owner).await.unwrap().len()
    };
    assert_eq!(day().await, 1, "customers have chosen enough");
    assert_eq!(day().await, 1, "not twice on a day");
    bot.activate_model(&owner, None).await.unwrap();
    test.pass(TimeDelta::hours(24));
    assert_eq!(day().await, 1, "a person went back");
    bot.activate_model(&owner, Some(bot.models(&owner).await.unwrap()[0].id)).await.unwrap();
    assert_eq!(day().await, 2, "and chose the newest again");
    test.end().await;
}

#[tokio::test]
async fn one_visitor_cannot_teach_the_bot() {
    let test = TestCloud::start().await;
    let owner = test.firm("Poisoned Insurance").await;
    let glass = glazier(&test, &owner).await;
    let (bot, channels) = (&test.cloud.services.bot, &test.cloud.services.channels);
    let visitor = test.visitor(&owner).await;
    for (number, one) in ASKED.iter().flat_map(|one| BROKEN.iter().map(move |other| (one, other))).enumerate() {
        test.say(&visitor, &format!("a{number}"), &format!("glass {} {}", one.0, one.1)).await;
        test.pass(TimeDelta::seconds(1));
        let choice = crate::cloud::inbound(&format!("b{number}"), "Broken glass");
        let choice = lingxi_contracts::channels::Inbound { choice: Some(glass.to_string()), ..choice };
        channels.receive(&visitor, choice).await.unwrap();
        test.settle().await;
        test.pass(TimeDelta::seconds(1));
    }
    bot.learn(&owner).await.unwrap();
    let learned = bot.learned(&owner, PageArgs::largest()).await.unwrap().into_items();
    assert!(learned.len() <= 5, "{} questions of one visitor", learned.len());
    test.end().await;
}

#[tokio::test]
async fn personal_data_is_not_learned() {
    let test = TestCloud::start().await;
    let owner = test.firm("Discreet Insurance").await;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "who won the world cup in 1954? tell 138 0013 8000, ann@example.com").await;
    let open = test.cloud.services.bot.unanswered(&owner).await.unwrap();
    assert_eq!(open[0].text, "who won the world cup in 1954? tell [number], [mail]");
    test.end().await;
}
