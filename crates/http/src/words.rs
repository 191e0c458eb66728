//! Refusals in the reader's language. Rules speak English; at the edge it is said in Chinese to whoever prefers that.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use actix_web::dev::ServiceRequest;
use lingxi_kernel::Error;
use serde::Deserialize;

#[derive(Deserialize)]
struct Catalog {
    messages: HashMap<String, String>,
    nouns: HashMap<String, String>,
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    // A catalog that is none is found by the first test; in production English is said then.
    toml::from_str(include_str!("../data/zh-CN.toml"))
        .unwrap_or_else(|_| Catalog { messages: HashMap::new(), nouns: HashMap::new() })
});

tokio::task_local! {
    static CHINESE: bool;
}

/// Whether a language tag or an `Accept-Language` header prefers Chinese.
pub fn prefers_chinese(languages: &str) -> bool {
    languages.trim_start().to_lowercase().starts_with("zh")
}

/// Whether the caller of a request prefers Chinese.
pub fn reads_chinese(request: &ServiceRequest) -> bool {
    let header = request.headers().get("accept-language").and_then(|value| value.to_str().ok());
    header.is_some_and(prefers_chinese)
}

/// Does something on behalf of a reader of Chinese, or of English.
pub async fn speaking<F: Future>(chinese: bool, work: F) -> F::Output {
    CHINESE.scope(chinese, work).await
}

/// An error in the words of the reader on whose behalf this task works.
pub fn worded(error: Error) -> Error {
    let chinese = CHINESE.try_with(|chinese| *chinese).unwrap_or(false);
    if chinese { in_chinese(error) } else { error }
}

/// An error in Chinese.
pub fn in_chinese(mut error: Error) -> Error {
    error.message = translated(&error.message).into_owned();
    for field in &mut error.fields {
        field.message = translated(&field.message).into_owned();
    }
    error
}

/// A message in the words of the reader on whose behalf this task works.
pub fn said(message: &str) -> Cow<'_, str> {
    let chinese = CHINESE.try_with(|chinese| *chinese).unwrap_or(false);
    if chinese { translated(message) } else { Cow::Borrowed(message) }
}

/// A message in Chinese; one that the catalog does not know stays as it is.
fn translated(message: &str) -> Cow<'_, str> {
    if let Some(known) = CATALOG.messages.get(message) {
        return Cow::Borrowed(known);
    }
    let templates = CATALOG.messages.iter().filter(|(template, _)| template.contains("{}"));
    let fitting = templates.filter_map(|(template, chinese)| Some((template, chinese, filled_in(template, message)?)));
    let Some((_, chinese, filled)) = fitting.max_by_key(|(template, ..)| template.len()) else {
        return Cow::Borrowed(message);
    };
    let mut words = filled.iter().map(|word| CATALOG.nouns.get(*word).map_or(*word, String::as_str));
    let parts = chinese.split("{}").enumerate();
    parts
        .map(
            |(index, part)| {
                if index == 0 { part.to_owned() } else { words.next().unwrap_or_default().to_owned() + part }
            },
        )
        .collect()
}

/// What stands in a message where its template has `{}`; `None` when it is another message.
fn filled_in<'a>(template: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut parts = template.split("{}");
    let mut rest = message.strip_prefix(parts.next()?)?;
    let mut filled = Vec::new();
    let parts: Vec<&str> = parts.collect();
    for (index, part) in parts.iter().enumerate() {
        let last = index + 1 == parts.len();
        let at = if last { rest.strip_suffix(part)?.len() } else { rest.find(part)? };
        filled.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn refusals_are_said_in_the_language_of_the_reader() {
        let refusal = || Error::field("text", "The message has 4001 characters; at most 4000 fit. Please shorten it.");
        let chinese = speaking(true, async { worded(refusal()) }).await;
        assert_eq!(chinese.message, "消息有 4001 个字符，最多 4000 个，请缩短。");
        assert_eq!(chinese.fields[0].message, chinese.message);
        assert_eq!(speaking(false, async { worded(refusal()) }).await.message, refusal().message);
        assert_eq!(worded(refusal()).message, refusal().message, "nobody's language is known");
    }

    #[test]
    fn no_message_stands_among_the_nouns_where_nobody_finds_it() {
        let lost: Vec<&String> =
            CATALOG.nouns.keys().filter(|noun| noun.ends_with('.') || noun.contains("{}")).collect();
        assert_eq!(lost, Vec::<&String>::new());
    }

    #[test]
    fn nouns_are_words_of_their_own_and_what_is_unknown_stays() {
        assert_eq!(in_chinese(Error::not_found("conversation")).message, "没有该会话。");
        assert_eq!(translated("Something else."), "Something else.");
    }

    #[test]
    fn every_translation_has_the_places_of_its_original() {
        assert!(CATALOG.messages.len() > 100);
        for (english, chinese) in &CATALOG.messages {
            assert_eq!(english.matches("{}").count(), chinese.matches("{}").count(), "{english}");
        }
    }
}
