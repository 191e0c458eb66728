//! What one operation may ask for.

use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextParseQuery};
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
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
