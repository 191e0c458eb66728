//! What one operation may ask for.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery, NextValidation};
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{ServerError, ServerResult, ValidationResult, Variables};
use lingxi_contracts::tenants::Quota;

/// Directives on one field.
pub(crate) const DIRECTIVES: usize = 10;
/// Aliases in one document.
const ALIASES: usize = 30;

/// How deep and how large one operation may be. The firm's own stands in the data of its requests.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Nested fields.
    pub depth: u32,
    /// Fields, lists counted as often as they may repeat.
    pub complexity: u32,
}

impl Default for Most {
    fn default() -> Self {
        Self { depth: 12, complexity: 20_000 }
    }
}

impl Most {
    /// What a firm is allowed, where that says something.
    pub(crate) fn over(self, allowance: &Quota) -> Self {
        Self {
            depth: allowance.query_depth.unwrap_or(self.depth),
            complexity: allowance.query_complexity.unwrap_or(self.complexity),
        }
    }
}

impl ExtensionFactory for Most {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(*self)
    }
}

#[async_trait::async_trait]
impl Extension for Most {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let found = next.run(ctx).await?;
        let most = ctx.data_opt::<Self>().unwrap_or(self);
        let beyond = |what: &str, is: usize, most: u32| {
            let message = format!("The operation's {what} is {is}; this firm may ask for {most} at a time. Split it.");
            (is > usize::try_from(most).unwrap_or(usize::MAX)).then(|| ServerError::new(message, None))
        };
        let refused =
            [beyond("depth", found.depth, most.depth), beyond("complexity", found.complexity, most.complexity)];
        let refused: Vec<ServerError> = refused.into_iter().flatten().collect();
        if refused.is_empty() { Ok(found) } else { Err(refused) }
    }
}

/// Refuses documents with too many aliases.
pub(crate) struct Aliases;

impl ExtensionFactory for Aliases {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for Aliases {
    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        if fields_of(&document).filter(|field| field.alias.is_some()).count() > ALIASES {
            let message = format!("The document has more than {ALIASES} aliases; split it.");
            return Err(ServerError::new(message, None));
        }
        Ok(document)
    }
}

/// Every field that a document names, those of fragments once.
pub(crate) fn fields_of(document: &ExecutableDocument) -> impl Iterator<Item = &Field> {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let mut found = Vec::new();
    operations.chain(fragments).for_each(|set| collect(set, &mut found));
    found.into_iter()
}

fn collect<'a>(set: &'a SelectionSet, found: &mut Vec<&'a Field>) {
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => {
                found.push(&field.node);
                collect(&field.node.selection_set.node, found);
            }
            Selection::InlineFragment(fragment) => collect(&fragment.node.selection_set.node, found),
            Selection::FragmentSpread(_) => {}
        }
    }
}
