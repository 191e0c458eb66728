//! The whole synchronous surface of the bot service.

use async_trait::async_trait;
use lingxi_kernel::{
    ArticleId, BotModelId, ConversationId, Ctx, FlowId, GoldQuestionId, ImportId, LearnedQuestionId, Page, PageArgs,
    ReleaseId, Result, UnansweredId,
};

use super::{
    Article, ArticleInput, ArticleStatus, BotModel, BotProviders, BotReport, BotSettings, Decision, Flow,
    FlowDefinition, FlowRun, FlowTrial, GoldQuestion, Import, LearnedQuestion, PublishCheck, Release, RulesPreview,
    Unanswered, UnansweredCluster,
};
use crate::channels::Choice;
use crate::remote::remote;

/// The bot service, for the others.
#[remote("bot")]
#[async_trait]
pub trait BotClient: Send + Sync {
    /// Articles, last changed first.
    #[idempotent]
    async fn articles(
        &self,
        ctx: &Ctx,
        search: Option<String>,
        status: Option<ArticleStatus>,
        page: PageArgs,
    ) -> Result<Page<Article>>;
    /// Articles by id; unknown ids are left out.
    #[idempotent]
    async fn articles_by_id(&self, ctx: &Ctx, ids: &[ArticleId]) -> Result<Vec<Article>>;
    /// Makes or changes an article; `expected_version` guards against lost changes.
    async fn save_article(
        &self,
        ctx: &Ctx,
        id: Option<ArticleId>,
        expected_version: Option<i32>,
        input: ArticleInput,
    ) -> Result<Article>;
    /// Removes an article for good.
    async fn delete_article(&self, ctx: &Ctx, id: ArticleId) -> Result<()>;
    /// Publishes all ready articles as a release and answers from it. Refused when gold questions would fare worse than now,
    /// unless `despite_gold`.
    async fn publish(&self, ctx: &Ctx, despite_gold: bool) -> Result<Release>;
    /// What publishing would change, gold questions first of all. Nothing is recorded.
    #[idempotent]
    async fn check_publish(&self, ctx: &Ctx) -> Result<PublishCheck>;
    /// Gold questions, oldest first.
    #[idempotent]
    async fn gold(&self, ctx: &Ctx) -> Result<Vec<GoldQuestion>>;
    /// Writes a gold question down: the article that answers it, or none when it must go to a person. The same words again
    /// change what they expect.
    async fn save_gold(&self, ctx: &Ctx, text: &str, article: Option<ArticleId>) -> Result<GoldQuestion>;
    /// Removes a gold question.
    async fn delete_gold(&self, ctx: &Ctx, id: GoldQuestionId) -> Result<()>;
    /// Answers from an earlier release again.
    async fn activate_release(&self, ctx: &Ctx, id: ReleaseId) -> Result<Release>;
    /// All releases, newest first.
    #[idempotent]
    async fn releases(&self, ctx: &Ctx) -> Result<Vec<Release>>;
    /// Rules of the bot.
    #[idempotent]
    async fn settings(&self, ctx: &Ctx) -> Result<BotSettings>;
    /// Changes the rules.
    async fn save_settings(&self, ctx: &Ctx, settings: BotSettings) -> Result<BotSettings>;
    /// Outside models that help the bot, and how much of them is used.
    #[idempotent]
    async fn providers(&self, ctx: &Ctx) -> Result<BotProviders>;
    /// What the bot would do with a question, and why. Nothing is recorded.
    #[idempotent]
    async fn test(&self, ctx: &Ctx, text: &str, locale: &str) -> Result<Decision>;
    /// Titles that match the beginning of a question, for the widget's search.
    #[idempotent]
    async fn suggest(&self, ctx: &Ctx, text: &str, locale: &str) -> Result<Vec<Choice>>;
    /// What was learned so far, newest first.
    #[idempotent]
    async fn models(&self, ctx: &Ctx) -> Result<Vec<BotModel>>;
    /// Questions of the model that answers, in the order in which they were learned.
    #[idempotent]
    async fn learned(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<LearnedQuestion>>;
    /// Learns from what customers chose so far, and answers from that when it is not worse. Refused when they chose too little.
    async fn learn(&self, ctx: &Ctx) -> Result<BotModel>;
    /// Answers from an earlier model again, or, with none, from what people wrote alone.
    async fn activate_model(&self, ctx: &Ctx, id: Option<BotModelId>) -> Result<()>;
    /// Unlearns a question, for good.
    async fn veto(&self, ctx: &Ctx, id: LearnedQuestionId) -> Result<()>;
    /// Questions without an answer, most often asked first.
    #[idempotent]
    async fn unanswered(&self, ctx: &Ctx) -> Result<Vec<Unanswered>>;
    /// The same, those that ask for the same together, most often asked first.
    #[idempotent]
    async fn unanswered_clusters(&self, ctx: &Ctx) -> Result<Vec<UnansweredCluster>>;
    /// How the bot fared in the last 1 to 90 days.
    #[idempotent]
    async fn report(&self, ctx: &Ctx, days: i32) -> Result<BotReport>;
    /// What other rules would have done with the questions of the last seven days. Nothing is recorded.
    #[idempotent]
    async fn preview_settings(&self, ctx: &Ctx, settings: BotSettings) -> Result<RulesPreview>;
    /// A person says which article what a conversation asked for is about, or takes that back: the bot learns from it.
    async fn label(&self, ctx: &Ctx, conversation: ConversationId, article: Option<ArticleId>) -> Result<()>;
    /// The article that a person said a conversation is about.
    #[idempotent]
    async fn label_of(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<Article>>;
    /// Takes a question off the list.
    async fn dismiss_unanswered(&self, ctx: &Ctx, id: UnansweredId) -> Result<()>;
    /// Reads a CSV, JSONL or XLSX file and shows what it holds; nothing is stored yet.
    async fn preview_import(&self, ctx: &Ctx, file_name: &str, bytes: Vec<u8>) -> Result<Import>;
    /// Stores what an import read.
    async fn run_import(&self, ctx: &Ctx, id: ImportId) -> Result<Import>;
    /// An import by id.
    #[idempotent]
    async fn import(&self, ctx: &Ctx, id: ImportId) -> Result<Option<Import>>;
    /// Flows, oldest first.
    #[idempotent]
    async fn flows(&self, ctx: &Ctx) -> Result<Vec<Flow>>;
    /// Makes a flow or changes its draft; `expected_version` guards against lost changes. What cannot run is refused with
    /// every place named.
    async fn save_flow(
        &self,
        ctx: &Ctx,
        id: Option<FlowId>,
        expected_version: Option<i32>,
        draft: FlowDefinition,
    ) -> Result<Flow>;
    /// Removes a flow; articles answer without it from then on.
    async fn delete_flow(&self, ctx: &Ctx, id: FlowId) -> Result<()>;
    /// Publishes the draft for a share of the customers, in percent; the others keep the version that most have now. Refused
    /// when a case of it fails.
    async fn publish_flow(&self, ctx: &Ctx, id: FlowId, share: i32) -> Result<Flow>;
    /// Gives a published version to a share of the customers; the others keep the version that most of them have. With 100 it is
    /// the only one, with 0 it is out of use.
    async fn share_flow(&self, ctx: &Ctx, id: FlowId, number: i32, share: i32) -> Result<Flow>;
    /// A new secret for the signatures of a flow's webhooks; the old one is void.
    async fn renew_flow_secret(&self, ctx: &Ctx, id: FlowId) -> Result<String>;
    /// Goes through a draft as a customer would, and through its cases. Nothing is recorded and no webhook is called: `webhook` is
    /// what they answer, as JSON; with none they fail.
    #[idempotent]
    async fn try_flow(
        &self,
        ctx: &Ctx,
        draft: FlowDefinition,
        says: Vec<String>,
        locale: &str,
        webhook: Option<String>,
    ) -> Result<FlowTrial>;
    /// Walks of customers through a flow, newest first.
    #[idempotent]
    async fn flow_runs(&self, ctx: &Ctx, id: FlowId, page: PageArgs) -> Result<Page<FlowRun>>;
}
