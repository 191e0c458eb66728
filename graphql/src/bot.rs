//! Fields of the bot service.

use async_graphql::connection::Connection;
use async_graphql::{Context, Object, Result};
use lingxi_contracts::bot::{
    Article, ArticleInput, ArticleStatus, BotModel, BotProviders, BotReport, BotSettings, Decision, GoldQuestion,
    Import, LearnedQuestion, PublishCheck, Release, RulesPreview, Unanswered, UnansweredCluster,
};
use lingxi_kernel::{
    ArticleId, BotModelId, ConversationId, GoldQuestionId, ImportId, LearnedQuestionId, PageArgs, ReleaseId,
    UnansweredId,
};

use crate::outcome::{Shown as _, connection, parts, payload};
use crate::tenants::RemovalPayload;

payload!(
    /// What saving an article came to.
    ArticlePayload {
        /// The article.
        article: Article
    }
);
payload!(
    /// What publishing came to.
    ReleasePayload {
        /// The release that answers now.
        release: Release
    }
);
payload!(
    /// What saving the bot's settings came to.
    BotSettingsPayload {
        /// The settings.
        settings: BotSettings
    }
);
payload!(
    /// What starting an import came to.
    ImportPayload {
        /// The import.
        import: Import
    }
);

payload!(
    /// What learning came to.
    LearningPayload {
        /// What was learned.
        model: BotModel
    }
);
payload!(
    /// What saving a gold question came to.
    GoldQuestionPayload {
        /// The question.
        question: GoldQuestion
    }
);
payload!(
    /// What labelling a conversation came to.
    LabelPayload {
        /// The conversation.
        conversation_id: ConversationId
    }
);
payload!(
    /// What choosing a model came to.
    BotModelsPayload {
        /// All models, newest first.
        models: Vec<BotModel>
    }
);

/// Reads of the bot service.
#[derive(Default)]
pub struct BotQuery;

#[Object]
impl BotQuery {
    /// Articles, newest first.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Words to find in titles, questions or category.")] search: Option<String>,
        status: Option<ArticleStatus>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, Article>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.bot.articles(caller, search, status, page).await.shown()?))
    }

    /// An article by id.
    async fn article(&self, ctx: &Context<'_>, id: ArticleId) -> Result<Option<Article>> {
        let (caller, services) = parts(ctx)?;
        Ok(services.bot.articles_by_id(caller, &[id]).await.shown()?.pop())
    }

    /// Published versions of the knowledge base, newest first.
    async fn releases(&self, ctx: &Context<'_>) -> Result<Vec<Release>> {
        let (caller, services) = parts(ctx)?;
        services.bot.releases(caller).await.shown()
    }

    /// Rules of the bot.
    async fn bot_settings(&self, ctx: &Context<'_>) -> Result<BotSettings> {
        let (caller, services) = parts(ctx)?;
        services.bot.settings(caller).await.shown()
    }

    /// Outside models that help the bot, and how much of them is used.
    async fn bot_providers(&self, ctx: &Context<'_>) -> Result<BotProviders> {
        let (caller, services) = parts(ctx)?;
        services.bot.providers(caller).await.shown()
    }

    /// What the bot would do with a question, and why. Nothing is recorded.
    async fn test_bot(&self, ctx: &Context<'_>, text: String, locale: String) -> Result<Decision> {
        let (caller, services) = parts(ctx)?;
        services.bot.test(caller, &text, &locale).await.shown()
    }

    /// Questions with the answer that they must get, oldest first.
    async fn gold_questions(&self, ctx: &Context<'_>) -> Result<Vec<GoldQuestion>> {
        let (caller, services) = parts(ctx)?;
        services.bot.gold(caller).await.shown()
    }

    /// What publishing the knowledge base would change, gold questions first of all. Nothing is recorded.
    async fn check_publish(&self, ctx: &Context<'_>) -> Result<PublishCheck> {
        let (caller, services) = parts(ctx)?;
        services.bot.check_publish(caller).await.shown()
    }

    /// What the bot has learned by itself so far, newest first.
    async fn bot_models(&self, ctx: &Context<'_>) -> Result<Vec<BotModel>> {
        let (caller, services) = parts(ctx)?;
        services.bot.models(caller).await.shown()
    }

    /// Questions that the bot has learned by itself and answers by now.
    #[graphql(complexity = "crate::bounds::page(first, child_complexity)")]
    async fn learned_questions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Rows wanted, 1 to 200.")] first: Option<u32>,
        #[graphql(desc = "Cursor of the row before the page.")] after: Option<String>,
    ) -> Result<Connection<String, LearnedQuestion>> {
        let (caller, services) = parts(ctx)?;
        let page = PageArgs::new(first, after).shown()?;
        Ok(connection(services.bot.learned(caller, page).await.shown()?))
    }

    /// Questions without an answer, most often asked first.
    async fn unanswered_questions(&self, ctx: &Context<'_>) -> Result<Vec<Unanswered>> {
        let (caller, services) = parts(ctx)?;
        services.bot.unanswered(caller).await.shown()
    }

    /// The same, those that ask for the same together, most often asked first.
    async fn unanswered_clusters(&self, ctx: &Context<'_>) -> Result<Vec<UnansweredCluster>> {
        let (caller, services) = parts(ctx)?;
        services.bot.unanswered_clusters(caller).await.shown()
    }

    /// How the bot fared.
    async fn bot_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 30, desc = "The last so many days, 1 to 90.")] days: i32,
    ) -> Result<BotReport> {
        let (caller, services) = parts(ctx)?;
        services.bot.report(caller, days).await.shown()
    }

    /// What other rules would have done with the questions of the last seven days. Nothing is recorded.
    async fn preview_bot_settings(&self, ctx: &Context<'_>, input: BotSettings) -> Result<RulesPreview> {
        let (caller, services) = parts(ctx)?;
        services.bot.preview_settings(caller, input).await.shown()
    }

    /// The article that a person said a conversation is about.
    async fn conversation_label(&self, ctx: &Context<'_>, conversation_id: ConversationId) -> Result<Option<Article>> {
        let (caller, services) = parts(ctx)?;
        services.bot.label_of(caller, conversation_id).await.shown()
    }

    /// A knowledge import by id.
    async fn knowledge_import(&self, ctx: &Context<'_>, id: ImportId) -> Result<Option<Import>> {
        let (caller, services) = parts(ctx)?;
        let mut import = services.bot.import(caller, id).await.shown()?;
        for error in import.iter_mut().flat_map(|import| &mut import.errors) {
            error.message = lingxi_http::said(&error.message).into_owned();
        }
        Ok(import)
    }
}

/// Changes of the bot service.
#[derive(Default)]
pub struct BotMutation;

#[Object]
impl BotMutation {
    /// Makes an article, or changes the one of `id`.
    async fn save_article(
        &self,
        ctx: &Context<'_>,
        id: Option<ArticleId>,
        #[graphql(desc = "The version that was read; refused when somebody changed the article since.")]
        expected_version: Option<i32>,
        input: ArticleInput,
    ) -> Result<ArticlePayload> {
        let (caller, services) = parts(ctx)?;
        ArticlePayload::of(services.bot.save_article(caller, id, expected_version, input).await)
    }

    /// Removes an article for good.
    async fn delete_article(&self, ctx: &Context<'_>, id: ArticleId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.bot.delete_article(caller, id).await)
    }

    /// Publishes all ready articles and answers from them. Refused when gold questions would fare worse than now.
    async fn publish_knowledge(
        &self,
        ctx: &Context<'_>,
        #[graphql(default, desc = "Publish even when gold questions would fare worse.")] despite_gold: bool,
    ) -> Result<ReleasePayload> {
        let (caller, services) = parts(ctx)?;
        ReleasePayload::of(services.bot.publish(caller, despite_gold).await)
    }

    /// Writes down a question with the article that must answer it; without one it must go to a person. The same words
    /// again change what they expect.
    async fn save_gold_question(
        &self,
        ctx: &Context<'_>,
        text: String,
        article_id: Option<ArticleId>,
    ) -> Result<GoldQuestionPayload> {
        let (caller, services) = parts(ctx)?;
        GoldQuestionPayload::of(services.bot.save_gold(caller, &text, article_id).await)
    }

    /// Removes a gold question.
    async fn delete_gold_question(&self, ctx: &Context<'_>, id: GoldQuestionId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.bot.delete_gold(caller, id).await)
    }

    /// Answers from an earlier release again.
    async fn activate_release(&self, ctx: &Context<'_>, id: ReleaseId) -> Result<ReleasePayload> {
        let (caller, services) = parts(ctx)?;
        ReleasePayload::of(services.bot.activate_release(caller, id).await)
    }

    /// Changes the rules of the bot.
    async fn save_bot_settings(&self, ctx: &Context<'_>, input: BotSettings) -> Result<BotSettingsPayload> {
        let (caller, services) = parts(ctx)?;
        BotSettingsPayload::of(services.bot.save_settings(caller, input).await)
    }

    /// Learns now from what customers chose, instead of at night; answers from that when it is not worse.
    async fn learn_from_customers(&self, ctx: &Context<'_>) -> Result<LearningPayload> {
        let (caller, services) = parts(ctx)?;
        LearningPayload::of(services.bot.learn(caller).await)
    }

    /// Answers from an earlier model again; without an id, from what people wrote alone.
    async fn activate_bot_model(&self, ctx: &Context<'_>, id: Option<BotModelId>) -> Result<BotModelsPayload> {
        let (caller, services) = parts(ctx)?;
        BotModelsPayload::of(match services.bot.activate_model(caller, id).await {
            Ok(()) => services.bot.models(caller).await,
            Err(error) => Err(error),
        })
    }

    /// Unlearns a question, for good.
    async fn unlearn_question(&self, ctx: &Context<'_>, id: LearnedQuestionId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.bot.veto(caller, id).await)
    }

    /// Says which article a conversation is about, or takes that back: the bot learns from it.
    async fn label_conversation(
        &self,
        ctx: &Context<'_>,
        conversation_id: ConversationId,
        article_id: Option<ArticleId>,
    ) -> Result<LabelPayload> {
        let (caller, services) = parts(ctx)?;
        LabelPayload::of(services.bot.label(caller, conversation_id, article_id).await.map(|()| conversation_id))
    }

    /// Takes a question off the list of unanswered ones.
    async fn dismiss_unanswered_question(&self, ctx: &Context<'_>, id: UnansweredId) -> Result<RemovalPayload> {
        let (caller, services) = parts(ctx)?;
        RemovalPayload::gone(services.bot.dismiss_unanswered(caller, id).await)
    }

    /// Stores what an uploaded file holds; watch its progress with `knowledgeImport`.
    async fn run_knowledge_import(&self, ctx: &Context<'_>, id: ImportId) -> Result<ImportPayload> {
        let (caller, services) = parts(ctx)?;
        ImportPayload::of(services.bot.run_import(caller, id).await)
    }
}
