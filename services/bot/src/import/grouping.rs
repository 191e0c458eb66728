//! Rows become articles.

use std::collections::HashMap;

use lingxi_contracts::bot::{ImportError, ImportRow};
use lingxi_kernel::Result;
use lingxi_nlu::{Language, language};

use super::bounds::{self, Counted};

/// Rows grouped into articles by title; the first heading row is row 1.
#[derive(Default)]
pub(super) struct Grouping {
    pub(super) rows: usize,
    /// The place of the present row in the file, the heading being 0.
    pub(super) at: usize,
    pub(super) counted: Counted,
    pub(super) articles: Vec<ImportRow>,
    by_title: HashMap<String, usize>,
    seen: HashMap<String, usize>,
    pub(super) errors: Vec<ImportError>,
}

impl Grouping {
    fn refuse(&mut self, message: &str) {
        if self.errors.len() < 100 {
            let row = i32::try_from(self.at + 1).unwrap_or(i32::MAX);
            self.errors.push(ImportError { row, message: message.to_owned() });
        }
    }

    /// The row after the last one cannot be read.
    pub(super) fn refuse_next(&mut self, message: &str) -> Result<()> {
        self.count()?;
        self.at += 1;
        self.refuse(message);
        Ok(())
    }

    /// The row after the last one.
    pub(super) fn next_cells(&mut self, columns: &HashMap<&'static str, usize>, cells: &[String]) -> Result<()> {
        self.at += 1;
        self.cells(columns, cells)
    }

    fn count(&mut self) -> Result<()> {
        bounds::row(self.rows + 1)?;
        self.rows += 1;
        Ok(())
    }

    /// The row at the present place.
    pub(super) fn cells(&mut self, columns: &HashMap<&'static str, usize>, cells: &[String]) -> Result<()> {
        let cell = |name: &str| {
            columns
                .get(name)
                .and_then(|index| cells.get(*index))
                .map(|text| text.trim().replace('\0', ""))
                .unwrap_or_default()
        };
        let (title, answer, question) = (cell("title"), cell("answer"), cell("question"));
        self.count()?;
        if title.is_empty() && answer.is_empty() && question.is_empty() {
            return Ok(());
        }
        let mut questions: Vec<String> = question
            .split(['\n', '|'])
            .map(|question| question.trim().to_owned())
            .filter(|question| !question.is_empty())
            .collect();
        let title =
            if title.is_empty() { questions.first().cloned().unwrap_or_default() } else { title.replace('_', " ") };
        if title.is_empty() {
            self.refuse("The row has neither a title nor a question.");
            return Ok(());
        }
        if title.chars().count() > 200 || answer.chars().count() > 4_000 {
            self.refuse("A title has at most 200 characters, an answer at most 4000.");
            return Ok(());
        }
        if questions.iter().any(|question| question.chars().count() > 300) {
            self.refuse("A question has more than 300 characters.");
            return Ok(());
        }
        let number = self.article(&title, &answer, &cell("category"), &cell("locale"));
        let before = questions.len();
        let row = self.at + 1;
        let mut first = None;
        questions.retain(|question| {
            let known = self.seen.insert(question.to_lowercase(), row);
            first = first.or(known);
            known.is_none()
        });
        if questions.len() < before {
            self.refuse(&format!("A question stands in row {} already; it is taken once.", first.unwrap_or(row)));
        }
        self.counted.questions(questions.len())?;
        self.articles[number].questions.extend(questions);
        Ok(())
    }

    fn article(&mut self, title: &str, answer: &str, category: &str, locale: &str) -> usize {
        let number = *self.by_title.entry(title.to_lowercase()).or_insert_with(|| {
            let shown = if answer.is_empty() { title } else { answer };
            let chinese =
                locale.to_lowercase().starts_with("zh") || locale.is_empty() && language(shown) == Language::Chinese;
            self.articles.push(ImportRow {
                title: title.to_owned(),
                answer: String::new(),
                locale: if chinese { "zh-CN".into() } else { "en-US".into() },
                category: category.to_owned(),
                questions: Vec::new(),
            });
            self.articles.len() - 1
        });
        let article = &mut self.articles[number];
        if article.answer.is_empty() {
            article.answer = answer.to_owned();
        }
        number
    }
}
