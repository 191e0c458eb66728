//! Gold questions guard what is published; a conversation is understood as one.

use lingxi_contracts::bot::{Article, ArticleInput, ArticleText, GoldStatus};
use lingxi_kernel::{Ctx, ErrorCode, PageArgs};

use crate::cloud::TestCloud;

async fn article(test: &TestCloud, ctx: &Ctx, key: &str) -> Article {
    let all = test.cloud.services.bot.articles(ctx, None, None, PageArgs::largest()).await.unwrap().into_items();
    all.into_iter().find(|one| one.key.as_deref() == Some(key)).unwrap()
}

fn input(article: &Article, questions: Vec<String>) -> ArticleInput {
    ArticleInput {
        key: article.key.clone(),
        category: Some(article.category.clone()),
        status: Some(article.status),
        texts: article.texts.clone(),
        questions,
        links: None,
        flow_id: None,
        valid_from: None,
        valid_to: None,
    }
}

#[tokio::test]
async fn what_would_make_gold_questions_worse_is_not_published_unawares() {
    let test = TestCloud::start().await;
    let owner = test.firm("Gold Insurance").await;
    let bot = &test.cloud.services.bot;
    let status = article(&test, &owner, "claim-status").await;
    let first = bot.save_gold(&owner, "where is my claim?", Some(status.id)).await.unwrap();
    let again = bot.save_gold(&owner, "Where is my claim", Some(status.id)).await.unwrap();
    assert_eq!(first.id, again.id, "the same words are the same question");
    test.pass(chrono::TimeDelta::seconds(1));
    bot.save_gold(&owner, "who won the world cup", None).await.unwrap();
    assert_eq!(bot.save_gold(&owner, "?", None).await.unwrap_err().code, ErrorCode::Invalid);

    let check = bot.check_publish(&owner).await.unwrap();
    assert!(
        check.gold.iter().all(|one| one.now == Some(GoldStatus::Right) && one.after == GoldStatus::Right),
        "{check:?}"
    );
    assert_eq!((check.added, check.changed, check.removed), (0, 0, 0));
    bot.publish(&owner, false).await.unwrap();

    // Somebody makes the article about something else.
    let mut changed = input(&status, vec!["what is the weather".into()]);
    changed.texts = vec![ArticleText { locale: "en-US".into(), title: "Weather".into(), answer: "Sunny.".into() }];
    bot.save_article(&owner, Some(status.id), None, changed).await.unwrap();
    let check = bot.check_publish(&owner).await.unwrap();
    assert_eq!((check.changed, check.worse()), (1, 1), "{check:?}");
    assert!(check.gold[0].is_worse() && check.gold[0].question.id == first.id, "those that fare worse come first");
    let refused = bot.publish(&owner, false).await.unwrap_err();
    assert!(refused.code == ErrorCode::Conflict && refused.message.contains("1 gold questions"), "{refused}");
    let before = bot.releases(&owner).await.unwrap().len();
    bot.publish(&owner, true).await.unwrap();
    assert_eq!(bot.releases(&owner).await.unwrap().len(), before + 1);

    bot.delete_gold(&owner, first.id).await.unwrap();
    assert_eq!(bot.gold(&owner).await.unwrap().len(), 1);
    assert_eq!(bot.delete_gold(&owner, first.id).await.unwrap_err().code, ErrorCode::NotFound);
    test.end().await;
}

#[tokio::test]
async fn nothing_learned_answers_that_would_get_gold_questions_wrong() {
    let test = TestCloud::start().await;
    let owner = test.firm("Guarded Insurance").await;
    let bot = &test.cloud.services.bot;
    // What customers will choose by the dozen is written down to belong to a person.
    let asked = crate::learning::glass_customers(&test, &owner).await;
    bot.save_settings(&owner, lingxi_contracts::bot::BotSettings::default()).await.unwrap();
    for text in &asked[8..11] {
        bot.save_gold(&owner, text.trim_start_matches("glass "), None).await.unwrap();
        test.pass(chrono::TimeDelta::seconds(1));
    }
    let right =
        bot.check_publish(&owner).await.unwrap().gold.iter().filter(|one| one.after == GoldStatus::Right).count();
    assert_eq!(right, 3, "the bot does not know them yet");
    let model = bot.learn(&owner).await.unwrap();
    assert_eq!(model.status, lingxi_contracts::bot::BotModelStatus::Refused, "{model:?}");
    test.end().await;
}

#[tokio::test]
async fn a_customer_asks_on_and_asks_twice_at_once() {
    let test = TestCloud::start().await;
    let owner = test.firm("Talking Insurance").await;
    let visitor = test.visitor(&owner).await;
    let last = async |id: &str, text: &str| {
        test.say(&visitor, id, text).await;
        test.pass(chrono::TimeDelta::seconds(1));
        test.transcript(&visitor).await.pop().unwrap().text
    };
    let answer = last("1", "when is my claim paid?").await;
    assert!(answer.contains("3 working days"), "{answer}");
    let answer = last("2", "and for my wife?").await;
    assert!(answer.contains("When a claim is paid") && answer.contains("3 working days"), "{answer}");
    let answer = last("3", "How do I file a claim and what documents do I need for a claim?").await;
    assert!(answer.contains("48 hours") && answer.contains("the claim form"), "{answer}");
    let answer = last("4", "那我老婆呢？").await;
    assert!(answer.contains("理赔款多久到账"), "the topic is what was answered alone: {answer}");
    test.end().await;
}
