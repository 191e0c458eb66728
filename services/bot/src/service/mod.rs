//! Use cases: authorise, load, decide, save.

mod allowance;
mod answer;
mod articles;
mod flows;
mod gold;
mod imports;
mod learning;
mod outside;
mod releases;
mod report;
mod walks;

use std::sync::Arc;

use async_trait::async_trait;
use lingxi_contracts::bot::{
    Article, ArticleInput, ArticleStatus, BotClient, BotModel, BotProviders, BotReport, BotSettings, Decision, Flow,
    FlowDefinition, FlowRun, FlowTrial, GoldQuestion, Import, LearnedQuestion, PublishCheck, Release, RulesPreview,
    Unanswered, UnansweredCluster,
};
use lingxi_contracts::channels::Choice;
use lingxi_kernel::{
    ArticleId, BotModelId, ConversationId, Ctx, Error, FlowId, GoldQuestionId, ImportId, LearnedQuestionId, Page,
    PageArgs, Permission, ReleaseId, Result, UnansweredId,
};
use lingxi_store::{TenantCache, update};
use tokio::sync::Semaphore;

use crate::Deps;
use crate::import::apart::Readers;
use crate::knowledge::Source;
use crate::rules;
use crate::store::flow::Published;
use crate::store::{self, settings, unanswered};

use allowance::Allowances;
pub(crate) use flows::secret_place;
pub(crate) use imports::store_rest;
use outside::Outside;
use releases::Loaded;
pub(crate) use walks::SILENT;

#[cfg(test)]
pub(crate) use articles::pack_texts;

/// The bot service.
pub(crate) struct Bot {
    deps: Deps,
    loaded: Loaded,
    /// What answers are given from.
    active: TenantCache<Option<Source>>,
    /// Whose turn it is to train.
    trains: Semaphore,
    policies: TenantCache<BotSettings>,
    published: TenantCache<Arc<Published>>,
    outside: Outside,
    allowances: Allowances,
    /// Who reads the files of firms.
    readers: Readers,
}

impl Bot {
    pub(crate) fn new(deps: Deps) -> Result<Self> {
        let (active, policies) =
            (TenantCache::new(&deps.db, "bot.release"), TenantCache::new(&deps.db, "bot.settings"));
        let published = TenantCache::new(&deps.db, "bot.flows");
        let outside = Outside::open(&deps.models)?;
        let most = usize::try_from(deps.models.memory_mb)?.saturating_mul(1 << 20);
        Ok(Self {
            loaded: Loaded::new(most),
            active,
            trains: Semaphore::new(1),
            policies,
            published,
            outside,
            allowances: Allowances::default(),
            readers: Readers::new(deps.files.reader.clone()),
            deps,
        })
    }

    /// The firm's settings, from memory where they are known.
    async fn policy(&self, ctx: &Ctx) -> Result<BotSettings> {
        let read = self.deps.db.read(ctx);
        self.policies.get(ctx.tenant, read.now(), settings::get(&read)).await
    }
}

#[async_trait]
impl BotClient for Bot {
    async fn articles(
        &self,
        ctx: &Ctx,
        search: Option<String>,
        status: Option<ArticleStatus>,
        page: PageArgs,
    ) -> Result<Page<Article>> {
        ctx.require(Permission::ReadKnowledge)?;
        rules::check_search(search.as_deref())?;
        store::article::page(&self.deps.db.read(ctx), search.as_deref(), status, &page).await
    }
    async fn articles_by_id(&self, ctx: &Ctx, ids: &[ArticleId]) -> Result<Vec<Article>> {
        ctx.require(Permission::ReadKnowledge)?;
        let ids = ids.iter().map(|id| id.uuid()).collect();
        let rows = store::article::get_many(&self.deps.db.read(ctx), ids).await?;
        rows.into_iter().map(store::article::Model::into_contract).collect()
    }
    async fn save_article(
        &self,
        ctx: &Ctx,
        id: Option<ArticleId>,
        expected_version: Option<i32>,
        input: ArticleInput,
    ) -> Result<Article> {
        self.do_save_article(ctx, id, expected_version, input).await
    }
    async fn delete_article(&self, ctx: &Ctx, id: ArticleId) -> Result<()> {
        self.do_delete_article(ctx, id).await
    }
    async fn publish(&self, ctx: &Ctx, despite_gold: bool) -> Result<Release> {
        ctx.require(Permission::ManageKnowledge)?;
        self.do_publish(ctx, despite_gold).await
    }
    async fn check_publish(&self, ctx: &Ctx) -> Result<PublishCheck> {
        self.do_check_publish(ctx).await
    }
    async fn gold(&self, ctx: &Ctx) -> Result<Vec<GoldQuestion>> {
        self.do_gold(ctx).await
    }
    async fn save_gold(&self, ctx: &Ctx, text: &str, article: Option<ArticleId>) -> Result<GoldQuestion> {
        self.do_save_gold(ctx, text, article).await
    }
    async fn delete_gold(&self, ctx: &Ctx, id: GoldQuestionId) -> Result<()> {
        self.do_delete_gold(ctx, id).await
    }
    async fn activate_release(&self, ctx: &Ctx, id: ReleaseId) -> Result<Release> {
        ctx.require(Permission::ManageKnowledge)?;
        self.do_activate_release(ctx, id).await
    }
    async fn releases(&self, ctx: &Ctx) -> Result<Vec<Release>> {
        ctx.require(Permission::ReadKnowledge)?;
        store::releases(&self.deps.db.read(ctx)).await
    }
    async fn settings(&self, ctx: &Ctx) -> Result<BotSettings> {
        ctx.require(Permission::ReadKnowledge)?;
        self.policy(ctx).await
    }
    async fn save_settings(&self, ctx: &Ctx, settings: BotSettings) -> Result<BotSettings> {
        ctx.require(Permission::ManageKnowledge)?;
        crate::rules::check_settings(&settings)?;
        let tx = self.deps.db.begin(ctx).await?;
        tx.note_change("bot.settings_changed", ctx.tenant, settings::get(&tx).await?, &settings)?;
        settings::put(&tx, &settings).await?;
        tx.commit().await?;
        self.policies.forget(ctx.tenant);
        Ok(settings)
    }
    async fn providers(&self, ctx: &Ctx) -> Result<BotProviders> {
        self.do_providers(ctx).await
    }
    async fn test(&self, ctx: &Ctx, text: &str, locale: &str) -> Result<Decision> {
        ctx.require(Permission::ReadKnowledge)?;
        self.do_test(ctx, text, locale).await
    }
    async fn suggest(&self, ctx: &Ctx, text: &str, locale: &str) -> Result<Vec<Choice>> {
        if ctx.visitor().is_err() {
            ctx.require(Permission::ReadKnowledge)?;
        }
        rules::check_search(Some(text))?;
        let knowledge = self.knowledge(ctx.tenant).await?;
        let now = self.deps.db.env().now();
        Ok(knowledge.map(|knowledge| knowledge.suggest(text, locale, now)).unwrap_or_default())
    }
    async fn models(&self, ctx: &Ctx) -> Result<Vec<BotModel>> {
        self.do_models(ctx).await
    }
    async fn learned(&self, ctx: &Ctx, page: PageArgs) -> Result<Page<LearnedQuestion>> {
        self.do_learned(ctx, page).await
    }
    async fn learn(&self, ctx: &Ctx) -> Result<BotModel> {
        self.do_learn(ctx).await
    }
    async fn activate_model(&self, ctx: &Ctx, id: Option<BotModelId>) -> Result<()> {
        self.do_activate_model(ctx, id).await
    }
    async fn veto(&self, ctx: &Ctx, id: LearnedQuestionId) -> Result<()> {
        self.do_veto(ctx, id).await
    }
    async fn unanswered(&self, ctx: &Ctx) -> Result<Vec<Unanswered>> {
        ctx.require(Permission::ReadKnowledge)?;
        let rows = store::open_questions(&self.deps.db.read(ctx)).await?;
        Ok(rows.into_iter().map(unanswered::Model::into_contract).collect())
    }
    async fn unanswered_clusters(&self, ctx: &Ctx) -> Result<Vec<UnansweredCluster>> {
        self.do_unanswered_clusters(ctx).await
    }
    async fn report(&self, ctx: &Ctx, days: i32) -> Result<BotReport> {
        self.do_report(ctx, days).await
    }
    async fn preview_settings(&self, ctx: &Ctx, settings: BotSettings) -> Result<RulesPreview> {
        self.do_preview_settings(ctx, settings).await
    }
    async fn label(&self, ctx: &Ctx, conversation: ConversationId, article: Option<ArticleId>) -> Result<()> {
        self.do_label(ctx, conversation, article).await
    }
    async fn label_of(&self, ctx: &Ctx, conversation: ConversationId) -> Result<Option<Article>> {
        self.do_label_of(ctx, conversation).await
    }
    async fn dismiss_unanswered(&self, ctx: &Ctx, id: UnansweredId) -> Result<()> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = unanswered::get(&tx, id).await?.ok_or_else(|| Error::not_found("question"))?;
        row.open = false;
        update(&tx, row).await?;
        tx.commit().await
    }
    async fn preview_import(&self, ctx: &Ctx, file_name: &str, bytes: Vec<u8>) -> Result<Import> {
        ctx.require(Permission::ManageKnowledge)?;
        self.do_preview_import(ctx, file_name, bytes).await
    }
    async fn run_import(&self, ctx: &Ctx, id: ImportId) -> Result<Import> {
        ctx.require(Permission::ManageKnowledge)?;
        self.do_run_import(ctx, id).await
    }
    async fn import(&self, ctx: &Ctx, id: ImportId) -> Result<Option<Import>> {
        ctx.require(Permission::ReadKnowledge)?;
        let row = store::import::get(&self.deps.db.read(ctx), id).await?;
        row.map(store::import::Model::into_contract).transpose()
    }
    async fn flows(&self, ctx: &Ctx) -> Result<Vec<Flow>> {
        self.do_flows(ctx).await
    }
    async fn save_flow(
        &self,
        ctx: &Ctx,
        id: Option<FlowId>,
        expected_version: Option<i32>,
        draft: FlowDefinition,
    ) -> Result<Flow> {
        self.do_save_flow(ctx, id, expected_version, draft).await
    }
    async fn delete_flow(&self, ctx: &Ctx, id: FlowId) -> Result<()> {
        self.do_delete_flow(ctx, id).await
    }
    async fn publish_flow(&self, ctx: &Ctx, id: FlowId, share: i32) -> Result<Flow> {
        self.do_publish_flow(ctx, id, share).await
    }
    async fn share_flow(&self, ctx: &Ctx, id: FlowId, number: i32, share: i32) -> Result<Flow> {
        self.do_share_flow(ctx, id, number, share).await
    }
    async fn renew_flow_secret(&self, ctx: &Ctx, id: FlowId) -> Result<String> {
        self.do_renew_flow_secret(ctx, id).await
    }
    async fn try_flow(
        &self,
        ctx: &Ctx,
        draft: FlowDefinition,
        says: Vec<String>,
        locale: &str,
        webhook: Option<String>,
    ) -> Result<FlowTrial> {
        self.do_try_flow(ctx, &draft, &says, locale, webhook).await
    }
    async fn flow_runs(&self, ctx: &Ctx, id: FlowId, page: PageArgs) -> Result<Page<FlowRun>> {
        self.do_flow_runs(ctx, id, page).await
    }
}
