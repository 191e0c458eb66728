//! What is refused of what people write.

use lingxi_contracts::bot::{ArticleInput, BotSettings};
use lingxi_kernel::{Error, FieldError, Result, text};

/// Checks an article; all refused fields at once.
pub(crate) fn check_article(input: &ArticleInput) -> Result<()> {
    let mut errors = Vec::new();
    let mut refuse = |field: String, message: &str| errors.push(FieldError { field, message: message.into() });
    if input.texts.is_empty() {
        refuse("texts".into(), "Write the answer in at least one language.");
    }
    for (index, text) in input.texts.iter().enumerate() {
        if !["zh-CN", "en-US"].contains(&text.locale.as_str()) {
            refuse(format!("texts.{index}.locale"), "Choose zh-CN or en-US.");
        }
        if !(1..=200).contains(&text::length(&text.title)) {
            refuse(format!("texts.{index}.title"), "A title has 1 to 200 characters.");
        }
        if !(1..=4_000).contains(&text::length(&text.answer)) {
            refuse(format!("texts.{index}.answer"), "An answer has 1 to 4000 characters.");
        }
    }
    if input.questions.len() > 500 || input.questions.iter().any(|question| question.chars().count() > 300) {
        refuse("questions".into(), "At most 500 questions of at most 300 characters.");
    }
    for (index, link) in input.links.iter().flatten().enumerate() {
        if !link.url.starts_with("https://") {
            refuse(format!("links.{index}.url"), "A link starts with https://.");
        }
    }
    if let (Some(from), Some(to)) = (input.valid_from, input.valid_to)
        && from >= to
    {
        refuse("validTo".into(), "The end must be later than the beginning.");
    }
    Error::check(errors)
}

/// Checks the bot's settings.
pub(crate) fn check_settings(settings: &BotSettings) -> Result<()> {
    let mut errors = Vec::new();
    for (field, value) in [("answerThreshold", settings.answer_threshold), ("listThreshold", settings.list_threshold)] {
        if !(0.0..=1.0).contains(&value) {
            errors.push(FieldError { field: field.into(), message: "A probability is 0 to 1.".into() });
        }
    }
    Error::check(errors)
}

/// Characters of what a customer says at most, as of messages.
const MOST_SAID: usize = 4_000;

/// Checks what somebody says to try the bot.
pub(crate) fn check_said(field: &str, text: &str) -> Result<()> {
    let fits = text.chars().count() <= MOST_SAID;
    if fits { Ok(()) } else { Err(Error::field(field, "What a customer says has at most 4,000 characters.")) }
}

/// Checks what is searched for.
pub(crate) fn check_search(words: Option<&str>) -> Result<()> {
    let fits = words.is_none_or(|words| words.chars().count() <= 200);
    if fits { Ok(()) } else { Err(Error::field("search", "A search has at most 200 characters.")) }
}
