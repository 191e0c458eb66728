//! What one operation may ask for.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{ServerError, ServerResult, Variables};

/// Nested fields.
pub(crate) const DEPTH: usize = 12;
/// Fields, lists counted as often as they may repeat.
pub(crate) const COMPLEXITY: usize = 20_000;
/// Directives on one field.
pub(crate) const DIRECTIVES: usize = 10;
/// Aliases in one document.
const ALIASES: usize = 30;

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
        let operations: usize = document.operations.iter().map(|(_, op)| aliases(&op.node.selection_set.node)).sum();
        let fragments: usize = document.fragments.values().map(|f| aliases(&f.node.selection_set.node)).sum();
        if operations + fragments > ALIASES {
            let message = format!("The document has more than {ALIASES} aliases; split it.");
            return Err(ServerError::new(message, None));
        }
        Ok(document)
    }
}

fn aliases(set: &SelectionSet) -> usize {
    let count = |selection: &Selection| match selection {
        Selection::Field(field) => usize::from(field.node.alias.is_some()) + aliases(&field.node.selection_set.node),
        Selection::InlineFragment(fragment) => aliases(&fragment.node.selection_set.node),
        Selection::FragmentSpread(_) => 0,
    };
    set.items.iter().map(|item| count(&item.node)).sum()
}
