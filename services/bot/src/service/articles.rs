//! Articles, and the ones a new firm starts with.

use std::collections::HashMap;

use lingxi_contracts::Envelope;
use lingxi_contracts::bot::{Article, ArticleInput, ArticleStatus, ArticleText, FlowDefinition};
use lingxi_contracts::tenants::TenantCreated;
use lingxi_kernel::{ArticleId, Ctx, Error, Permission, Result};
use lingxi_store::inbox;

use super::Bot;
use super::flows::{create, publish, share_out};
use crate::events::NAME;
use crate::rules;
use crate::store::{article, flow};

impl Bot {
    pub(super) async fn do_save_article(
        &self,
        ctx: &Ctx,
        id: Option<ArticleId>,
        expected_version: Option<i32>,
        input: ArticleInput,
    ) -> Result<Article> {
        ctx.require(Permission::ManageKnowledge)?;
        rules::check_article(&input)?;
        let tx = self.deps.db.begin(ctx).await?;
        if let Some(flow) = input.flow_id {
            flow::row::get(&tx, flow.uuid()).await?.ok_or_else(|| Error::not_found("flow"))?;
        }
        let known = match id {
            None => None,
            Some(id) => Some(article::get(&tx, id).await?.ok_or_else(|| Error::not_found("article"))?),
        };
        let before = known.clone().map(article::Model::into_contract).transpose()?;
        let row = match known {
            None => article::create(&tx, input).await?,
            Some(row) => article::change(&tx, row, expected_version, input).await?,
        };
        let saved = row.into_contract()?;
        tx.note_change("article.saved", saved.id, before, &saved)?;
        tx.commit().await?;
        Ok(saved)
    }

    pub(super) async fn do_delete_article(&self, ctx: &Ctx, id: ArticleId) -> Result<()> {
        ctx.require(Permission::ManageKnowledge)?;
        let tx = self.deps.db.begin(ctx).await?;
        if !article::remove(&tx, id).await? {
            return Err(Error::not_found("article"));
        }
        tx.note_change("article.deleted", id, (), ())?;
        tx.commit().await
    }

    /// Gives a new firm its first articles and publishes them.
    pub(crate) async fn apply_pack(&self, event: &Envelope, created: TenantCreated) -> Result<()> {
        let ctx = event.ctx(NAME);
        let tx = self.deps.db.begin(&ctx).await?;
        if inbox::first_time(&tx, NAME, event).await? {
            let pack = lingxi_packs::get(&created.industry);
            let mut flows = HashMap::new();
            for packed in pack.map(|pack| &pack.flows).into_iter().flatten() {
                let definition: FlowDefinition = serde_json::from_value(packed.definition.clone())?;
                let id = create(&tx, Some(packed.key.clone()), &definition).await?;
                let number = publish(&tx, id, &definition).await?;
                share_out(&tx, id, number, 100).await?;
                flows.insert(packed.article.as_str(), id);
            }
            for packed in pack.map(|pack| &pack.articles).into_iter().flatten() {
                let input = ArticleInput {
                    key: Some(packed.key.clone()),
                    category: Some(packed.category.clone()),
                    status: Some(ArticleStatus::Ready),
                    texts: pack_texts(packed),
                    questions: packed.questions.clone(),
                    links: None,
                    flow_id: flows.get(packed.key.as_str()).copied(),
                    valid_from: None,
                    valid_to: None,
                };
                article::create(&tx, input).await?;
            }
            tx.commit().await?;
        } else {
            drop(tx);
        }
        // A second delivery after a crash between both steps still publishes.
        if self.knowledge(ctx.tenant).await?.is_none() {
            self.do_publish(&ctx, true).await?;
        }
        Ok(())
    }
}

pub(crate) fn pack_texts(packed: &lingxi_packs::Article) -> Vec<ArticleText> {
    [("zh-CN", &packed.title.zh, &packed.answer.zh), ("en-US", &packed.title.en, &packed.answer.en)]
        .map(|(locale, title, answer)| ArticleText {
            locale: locale.into(),
            title: title.clone(),
            answer: answer.clone(),
        })
        .into()
}
