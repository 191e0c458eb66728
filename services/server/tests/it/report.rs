//! How the bot fares: containment, who comes back, what other rules would do, and what people say it was about.

use chrono::TimeDelta;
use lingxi_contracts::bot::{BotSettings, DecisionCounts};
use lingxi_contracts::channels::Inbound;
use lingxi_kernel::{Ctx, ErrorCode, PageArgs};

use crate::cloud::{TestCloud, inbound};

async fn click(test: &TestCloud, visitor: &Ctx, id: &str, choice: &str) {
    let said = Inbound { choice: Some(choice.into()), ..inbound(id, choice) };
    test.cloud.services.channels.receive(visitor, said).await.unwrap();
    test.settle().await;
    test.pass(TimeDelta::seconds(1));
}

#[tokio::test]
async fn who_comes_back_is_counted_and_so_is_what_helped() {
    let test = TestCloud::start().await;
    let owner = test.firm("Counting Insurance").await;
    let bot = &test.cloud.services.bot;
    let nothing = bot.report(&owner, 7).await.unwrap();
    assert_eq!((nothing.questions, nothing.articles.len()), (0, 0));
    let [helped, back, person] = [test.visitor(&owner).await, test.visitor(&owner).await, test.visitor(&owner).await];
    for visitor in [&helped, &back] {
        test.say(visitor, "1", "when is my claim paid?").await;
        test.pass(TimeDelta::seconds(1));
        click(&test, visitor, "2", "solved").await;
        let conversation = test.conversation(visitor).await.id;
        test.cloud.services.channels.rate(visitor, conversation, 4, None).await.unwrap();
        test.settle().await;
    }
    test.say(&person, "1", "who won the world cup in 1954").await;
    test.pass(TimeDelta::days(2));
    test.say(&back, "3", "when will I get the claim money").await;
    test.settle().await;

    let report = bot.report(&owner, 7).await.unwrap();
    assert_eq!((report.questions, report.answered, report.handed_over), (4, 3, 1), "{report:?}");
    assert_eq!((report.visits, report.contained, report.came_back), (4, 3, 1), "{report:?}");
    let article = &report.articles[0];
    assert_eq!((article.answered, article.solved, article.came_back), (3, 2, 1), "{article:?}");
    assert_eq!((article.rating, article.ratings), (Some(4.0), 2));
    assert_eq!(report.days.len(), 2);
    assert_eq!(bot.report(&owner, 0).await.unwrap_err().code, ErrorCode::Invalid);
    test.end().await;
}

#[tokio::test]
async fn other_rules_are_tried_on_what_customers_asked() {
    let test = TestCloud::start().await;
    let owner = test.firm("Trying Insurance").await;
    let bot = &test.cloud.services.bot;
    for text in ["when is my claim paid?", "how can I cancel my policy?", "who won the world cup in 1954"] {
        let visitor = test.visitor(&owner).await;
        test.say(&visitor, "1", text).await;
        test.pass(TimeDelta::seconds(1));
    }
    let current = bot.settings(&owner).await.unwrap();
    let same = bot.preview_settings(&owner, current.clone()).await.unwrap();
    assert_eq!(same.now, DecisionCounts { answered: 2, listed: 0, handed_over: 1 });
    assert!(same.now == same.then && same.examples.is_empty(), "{same:?}");
    let strict = BotSettings { answer_threshold: 1.0, ..current.clone() };
    let preview = bot.preview_settings(&owner, strict).await.unwrap();
    assert_eq!((preview.questions, preview.then.answered, preview.examples.len()), (3, 0, 2), "{preview:?}");
    let kept = bot.settings(&owner).await.unwrap();
    assert!((kept.answer_threshold - current.answer_threshold).abs() < 1e-9, "nothing is changed");
    test.end().await;
}

#[tokio::test]
async fn unanswered_questions_that_ask_for_the_same_stand_together() {
    let test = TestCloud::start().await;
    let owner = test.firm("Grouping Insurance").await;
    for text in
        ["zebra feeding schedule", "who won the world cup in 1954", "feeding schedule zebra", "zebra schedule feeding"]
    {
        let visitor = test.visitor(&owner).await;
        test.say(&visitor, "1", text).await;
        test.pass(TimeDelta::seconds(1));
    }
    let clusters = test.cloud.services.bot.unanswered_clusters(&owner).await.unwrap();
    let zebras = &clusters[0];
    assert_eq!((zebras.count, zebras.questions.len()), (3, 3), "{clusters:?}");
    assert!(zebras.questions.iter().all(|question| question.text.contains("zebra")), "{clusters:?}");
    assert_eq!(clusters.len(), 2);
    test.end().await;
}

#[tokio::test]
async fn what_a_person_says_it_was_about_is_kept_and_taken_back() {
    let test = TestCloud::start().await;
    let owner = test.firm("Labelling Insurance").await;
    let bot = &test.cloud.services.bot;
    let visitor = test.visitor(&owner).await;
    test.say(&visitor, "1", "my windscreen has gone to pieces").await;
    let conversation = test.conversation(&visitor).await.id;
    let article = bot.articles(&owner, None, None, PageArgs::largest()).await.unwrap().into_items().remove(0).id;
    bot.label(&owner, conversation, Some(article)).await.unwrap();
    assert_eq!(bot.label_of(&owner, conversation).await.unwrap().map(|one| one.id), Some(article));
    bot.label(&owner, conversation, None).await.unwrap();
    assert!(bot.label_of(&owner, conversation).await.unwrap().is_none());
    test.end().await;
}
