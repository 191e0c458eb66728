//! Words in both languages.

use serde::{Deserialize, Serialize};

/// Words in both languages; where one is empty, the other is said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "graphql", derive(async_graphql::SimpleObject, async_graphql::InputObject))]
#[cfg_attr(feature = "graphql", graphql(input_name = "WordsInput"))]
#[serde(default, deny_unknown_fields)]
pub struct Words {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Words {
    /// The words in a language, or in the other one.
    pub fn in_locale(&self, locale: &str) -> &str {
        let (first, second) = if locale.starts_with("zh") { (&self.zh, &self.en) } else { (&self.en, &self.zh) };
        if first.is_empty() { second } else { first }
    }
}
