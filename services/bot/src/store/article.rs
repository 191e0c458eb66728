//! Articles.

use lingxi_contracts::bot::{Article, ArticleInput, ArticleStatus};
use lingxi_kernel::{ArticleId, Error, Page, PageArgs, Result};
use lingxi_store::{Tx, delete_many, find, insert, is_duplicate, tenant_entity, update};
use sea_orm::{ColumnTrait as _, Condition, QueryFilter as _, QueryOrder as _, QuerySelect as _};

tenant_entity!(row, "bot_article", {
    key: Option<String>,
    category: String,
    status: String,
    texts: Json,
    questions: Json,
    links: Json,
    flow_id: Option<Uuid>,
    valid_from: Option<DateTimeUtc>,
    valid_to: Option<DateTimeUtc>,
    version: i32,
    search: String,
    created_at: DateTimeUtc,
    updated_at: DateTimeUtc,
});

pub(crate) use row::{Column, Entity, Model, get, get_many};

impl Model {
    pub(crate) fn into_contract(self) -> Result<Article> {
        Ok(Article {
            id: self.id.into(),
            key: self.key,
            category: self.category,
            status: ArticleStatus::parse(&self.status)?,
            texts: serde_json::from_value(self.texts)?,
            questions: serde_json::from_value(self.questions)?,
            links: serde_json::from_value(self.links)?,
            flow_id: self.flow_id.map(Into::into),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            version: self.version,
            updated_at: self.updated_at,
        })
    }

    /// A title of it.
    pub(crate) fn first_title(&self) -> String {
        let title = self.texts.pointer("/0/title").and_then(serde_json::Value::as_str);
        title.unwrap_or_default().to_owned()
    }

    fn set(&mut self, input: ArticleInput) -> Result<()> {
        let mut questions: Vec<String> = Vec::new();
        for question in input.questions.iter().map(|question| question.trim()) {
            if !question.is_empty() && !questions.iter().any(|known| known == question) {
                questions.push(question.to_owned());
            }
        }
        let titles: Vec<&str> = input.texts.iter().map(|text| text.title.as_str()).collect();
        self.search = format!("{} {}", titles.join(" "), questions.join(" ")).to_lowercase();
        self.key = input.key.filter(|key| !key.trim().is_empty());
        self.category = input.category.unwrap_or_default();
        self.status = input.status.unwrap_or(ArticleStatus::Ready).as_str().to_owned();
        self.texts = serde_json::to_value(&input.texts)?;
        self.questions = serde_json::to_value(&questions)?;
        self.links = serde_json::to_value(input.links.unwrap_or_default())?;
        self.flow_id = input.flow_id.map(lingxi_kernel::FlowId::uuid);
        self.valid_from = input.valid_from;
        self.valid_to = input.valid_to;
        Ok(())
    }
}

/// Stores a new article.
pub(crate) async fn create(tx: &Tx, input: ArticleInput) -> Result<Model> {
    let mut row = Model {
        tenant_id: tx.tenant(),
        id: tx.id::<ArticleId>().uuid(),
        key: None,
        category: String::new(),
        status: String::new(),
        texts: serde_json::Value::Null,
        questions: serde_json::Value::Null,
        links: serde_json::Value::Null,
        flow_id: None,
        valid_from: None,
        valid_to: None,
        version: 1,
        search: String::new(),
        created_at: tx.now(),
        updated_at: tx.now(),
    };
    row.set(input)?;
    match insert(tx, row.clone()).await {
        Ok(()) => Ok(row),
        Err(error) if is_duplicate(&error) => Err(Error::field("key", "Another article has this key.")),
        Err(error) => Err(error.into()),
    }
}

/// Stores a change; the version must be the one that was read.
pub(crate) async fn change(tx: &Tx, mut row: Model, expected: Option<i32>, input: ArticleInput) -> Result<Model> {
    if expected.is_some_and(|expected| expected != row.version) {
        return Err(Error::conflict("Somebody else has changed this article; load it again to see what is new."));
    }
    row.set(input)?;
    row.version += 1;
    row.updated_at = tx.now();
    update(tx, row).await
}

/// The article of the firm's own key.
pub(crate) async fn by_key(tx: &Tx, key: &str) -> Result<Option<Model>> {
    Ok(find::<row::Entity>(tx).filter(row::Column::Key.eq(key)).one(tx.conn()).await?)
}

/// All articles for the next release, in an order that follows from what they say: the same knowledge gives the same model, whatever
/// ids it got.
pub(crate) async fn ready(tx: &Tx) -> Result<Vec<Article>> {
    let mut rows = find::<row::Entity>(tx)
        .filter(row::Column::Status.eq(ArticleStatus::Ready.as_str()))
        .order_by_asc(row::Column::Id)
        .all(tx.conn())
        .await?;
    rows.sort_by(|one, other| (&one.key, &one.search).cmp(&(&other.key, &other.search)));
    rows.into_iter().map(Model::into_contract).collect()
}

/// Removes an article; whether there was one.
pub(crate) async fn remove(tx: &Tx, id: ArticleId) -> Result<bool> {
    let removed = delete_many::<row::Entity>(tx).filter(row::Column::Id.eq(id.uuid())).exec(tx.conn()).await?;
    Ok(removed.rows_affected > 0)
}

/// A page, last created first.
pub(crate) async fn page(
    tx: &Tx,
    search: Option<&str>,
    status: Option<ArticleStatus>,
    args: &PageArgs,
) -> Result<Page<Article>> {
    let mut rows = find::<row::Entity>(tx).order_by_desc(row::Column::Id).limit(u64::from(args.first) + 1);
    if let Some(words) = search.map(str::trim).filter(|words| !words.is_empty()) {
        let words = words.to_lowercase();
        rows = rows.filter(
            Condition::any()
                .add(tx.conn().contains(row::Column::Search, &words))
                .add(tx.conn().contains(row::Column::Category, &words)),
        );
    }
    if let Some(status) = status {
        rows = rows.filter(row::Column::Status.eq(status.as_str()));
    }
    if let Some(after) = &args.after {
        rows = rows.filter(row::Column::Id.lt(after.parse::<ArticleId>()?.uuid()));
    }
    let articles: Result<Vec<Article>> = rows.all(tx.conn()).await?.into_iter().map(Model::into_contract).collect();
    Ok(Page::from_overfetch(articles?, args, |article| article.id.to_string()))
}
