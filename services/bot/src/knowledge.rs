//! A release in memory: articles and the model over their questions.

use std::collections::HashMap;

use lingxi_contracts::bot::{Article, Candidate};
use lingxi_contracts::channels::Choice;
use lingxi_kernel::{ArticleId, BotModelId, Error, ErrorCode, ReleaseId, Timestamp};
use lingxi_nlu::learning::{Conclusion, Lesson, Reading, learn};
use lingxi_nlu::{Meaning, Model, Phrase, normalise};

use crate::rules::{is_valid, text_in};

/// Candidates that are worth showing to people who look into a decision.
const CANDIDATES: usize = 5;

/// What answers are given from: what people published, and what was learned since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) release: ReleaseId,
    pub(crate) model: Option<ModelState>,
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.release)?;
        self.model.map_or(Ok(()), |model| write!(f, " {}/{}", model.id, model.changes))
    }
}

/// A model and how often questions were taken out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ModelState {
    pub(crate) id: BotModelId,
    pub(crate) changes: i32,
}

/// Meanings of texts, where an outside model says them.
pub(crate) type Meanings = HashMap<String, Meaning>;

/// A release that answers, with what was learned since.
#[derive(Debug)]
pub(crate) struct Knowledge {
    pub(crate) source: Source,
    articles: Vec<Article>,
    phrases: Vec<String>,
    model: Model,
    /// For questions whose meaning is not known, where the model was trained with meanings.
    plain: Option<Model>,
}

/// A question that was learned.
#[derive(Debug, Clone)]
pub(crate) struct Learned {
    pub(crate) text: String,
    pub(crate) article: ArticleId,
    /// Probability that it is right, 0 to 1.
    pub(crate) probability: f32,
}

/// What a question may be about.
#[derive(Debug)]
pub(crate) struct Understood {
    /// The best articles, most probable first, at most five.
    pub(crate) candidates: Vec<Candidate>,
    /// Probability that the question is about any of the articles.
    pub(crate) in_scope: f64,
    /// Probability that the best of all articles is right; zero where it does not hold now.
    pub(crate) trust: f64,
}

/// What a training may hold: it keeps a number for each pair of article and phrase, about six bytes at its peak.
const MOST_PAIRS: usize = 100_000_000;

/// Refuses articles that are too many to be learned together.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::TooLarge`] with how many there are and may be.
pub(crate) fn check_size(articles: &[Article]) -> lingxi_kernel::Result<()> {
    let (count, phrases) = (articles.len(), phrases_of(articles));
    if count.saturating_mul(phrases) <= MOST_PAIRS {
        return Ok(());
    }
    let most = MOST_PAIRS / count;
    let message = format!(
        "The knowledge base is too large to be learned: of {count} articles the titles and questions are {phrases}, and may be {most}. Take out \
         articles or questions."
    );
    Err(Error::new(ErrorCode::TooLarge, message))
}

/// How many phrases can be learned beside what the articles say themselves.
pub(crate) fn room(articles: &[Article]) -> usize {
    (MOST_PAIRS / articles.len().max(1)).saturating_sub(phrases_of(articles))
}

/// Titles and questions.
fn phrases_of(articles: &[Article]) -> usize {
    articles.iter().map(|article| article.texts.len() + article.questions.len()).sum()
}

impl Knowledge {
    /// Trains on the questions and titles of the articles, and on what was learned. Takes seconds for thousands of questions.
    /// With the meanings of all phrases it is trained twice: questions whose meaning does not come in time are understood without.
    pub(crate) fn train(source: Source, articles: Vec<Article>, learned: Vec<Learned>, meanings: &Meanings) -> Self {
        let mut phrases = written(&articles, meanings);
        for Learned { text, article, probability } in learned {
            let class = articles.iter().position(|one| one.id == article);
            let meaning = meanings.get(&text).cloned();
            phrases.extend(class.map(|class| Phrase { text, class, weight: probability, asked: true, meaning }));
        }
        let model = Model::train(&phrases, articles.len());
        Self::of(source, articles, phrases, model)
    }

    fn of(source: Source, articles: Vec<Article>, mut phrases: Vec<Phrase>, model: Model) -> Self {
        let meant = !phrases.is_empty() && phrases.iter().all(|phrase| phrase.meaning.is_some());
        for phrase in &mut phrases {
            phrase.meaning = None;
        }
        let plain = meant.then(|| Model::train(&phrases, articles.len()));
        Self { source, articles, phrases: phrases.into_iter().map(|phrase| phrase.text).collect(), model, plain }
    }

    /// What was trained, to be kept; the articles stand in their release.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let plain = self.plain.as_ref().map(Model::to_bytes).unwrap_or_default();
        for part in [serde_json::to_vec(&self.phrases).unwrap_or_default(), self.model.to_bytes(), plain] {
            bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(part);
        }
        bytes
    }

    /// What was kept, with the articles that it was trained on.
    ///
    /// # Errors
    /// The articles, when what was kept is of another version.
    pub(crate) fn from_bytes(source: Source, articles: Vec<Article>, mut bytes: &[u8]) -> Result<Self, Vec<Article>> {
        let mut part = || {
            let (length, rest) = bytes.split_first_chunk::<4>()?;
            let (part, rest) = rest.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
            bytes = rest;
            Some(part)
        };
        let mut parts = || {
            let phrases = serde_json::from_slice(part()?).ok()?;
            let model = Model::from_bytes(part()?)?;
            let plain = part()?;
            Some((phrases, model, if plain.is_empty() { None } else { Some(Model::from_bytes(plain)?) }))
        };
        match parts() {
            Some((phrases, model, plain)) => Ok(Self { source, articles, phrases, model, plain }),
            None => Err(articles),
        }
    }

    /// All texts that a training reads: titles and questions of articles, and what was learned.
    pub(crate) fn texts(articles: &[Article], learned: &[Learned]) -> Vec<String> {
        let mut texts: Vec<String> =
            written(articles, &Meanings::new()).into_iter().map(|phrase| phrase.text).collect();
        texts.extend(learned.iter().map(|one| one.text.clone()));
        texts.sort_unstable();
        texts.dedup();
        texts
    }

    /// Whether it was trained with meanings.
    pub(crate) const fn knows_meanings(&self) -> bool {
        self.plain.is_some()
    }

    /// Trains anew on its articles and on what customers did; returns also what was concluded from that.
    pub(crate) fn learn(
        source: Source,
        articles: Vec<Article>,
        lessons: &[Lesson],
        meanings: &Meanings,
    ) -> (Self, Vec<Conclusion>) {
        let mut phrases = written(&articles, meanings);
        let (model, conclusions) = learn(&phrases, articles.len(), lessons, Reading::default());
        phrases.extend(conclusions.iter().map(|one| one.phrase.clone()));
        (Self::of(source, articles, phrases, model), conclusions)
    }

    /// The articles, in the order of the model's classes.
    pub(crate) fn articles(&self) -> &[Article] {
        &self.articles
    }

    /// The article of an id, if it is to be shown now.
    pub(crate) fn article(&self, id: ArticleId, now: Timestamp) -> Option<&Article> {
        self.articles.iter().find(|article| article.id == id && is_valid(article, now))
    }

    #[cfg(test)]
    pub(crate) fn article_mut(&mut self, id: ArticleId) -> Option<&mut Article> {
        self.articles.iter_mut().find(|article| article.id == id)
    }

    /// The articles that may be the answer.
    pub(crate) fn rank(&self, text: &str, meaning: Option<&[f32]>, locale: &str, now: Timestamp) -> Understood {
        let ranking = match (&self.plain, meaning) {
            (Some(plain), None) => plain.rank(text, CANDIDATES + 3),
            _ => self.model.rank_meaning(text, meaning, CANDIDATES + 3),
        };
        let first_shown = ranking.best.first().is_some_and(|best| is_valid(&self.articles[best.class], now));
        let candidates = ranking.best.iter().filter(|best| is_valid(&self.articles[best.class], now)).map(|best| {
            let article = &self.articles[best.class];
            Candidate {
                article_id: article.id,
                title: title(article, locale),
                probability: f64::from(best.probability),
                matched_question: best.nearest.map(|phrase| self.phrases[phrase].clone()).unwrap_or_default(),
                similarity: f64::from(best.similarity),
            }
        });
        Understood {
            candidates: candidates.take(CANDIDATES).collect(),
            in_scope: f64::from(ranking.in_scope),
            trust: if first_shown { f64::from(ranking.trust) } else { 0.0 },
        }
    }

    /// Titles and questions, written and learned.
    pub(crate) fn phrases(&self) -> Vec<&str> {
        self.phrases.iter().map(String::as_str).collect()
    }

    /// The model over its questions.
    pub(crate) const fn model(&self) -> &Model {
        &self.model
    }

    /// Bytes that it takes in memory, about.
    pub(crate) fn bytes(&self) -> usize {
        let words = |article: &Article| {
            let texts = article.texts.iter().map(|text| text.title.len() + text.answer.len());
            300 + texts.sum::<usize>() + article.questions.iter().map(|question| 24 + question.len()).sum::<usize>()
        };
        let phrases = self.phrases.iter().map(|phrase| 24 + phrase.len()).sum::<usize>();
        self.model_bytes() + phrases + self.articles.iter().map(words).sum::<usize>()
    }

    /// Bytes that its model takes in memory, about.
    pub(crate) fn model_bytes(&self) -> usize {
        self.model.bytes() + self.plain.as_ref().map_or(0, Model::bytes)
    }

    /// Titles for what is typed into the widget's search: those that contain it, then those that may be meant.
    pub(crate) fn suggest(&self, text: &str, locale: &str, now: Timestamp) -> Vec<Choice> {
        let typed = normalise(text);
        let shown = |article: &&Article| is_valid(article, now);
        let containing =
            self.articles.iter().filter(shown).filter(|article| normalise(&title(article, locale)).contains(&typed));
        let mut found: Vec<&Article> = containing.take(CANDIDATES).collect();
        if !typed.is_empty() {
            for best in self
                .plain
                .as_ref()
                .unwrap_or(&self.model)
                .rank(text, CANDIDATES)
                .best
                .iter()
                .filter(|best| best.similarity > 0.1)
            {
                let article = &self.articles[best.class];
                if found.len() < CANDIDATES && is_valid(article, now) && !found.iter().any(|a| a.id == article.id) {
                    found.push(article);
                }
            }
        }
        found
            .into_iter()
            .map(|article| Choice { value: article.id.to_string(), label: title(article, locale) })
            .collect()
    }
}

/// What people wrote down: titles, and the ways to ask.
fn written(articles: &[Article], meanings: &Meanings) -> Vec<Phrase> {
    let mut phrases = Vec::new();
    for (class, article) in articles.iter().enumerate() {
        let titles = article.texts.iter().map(|text| (&text.title, false));
        let asked = article.questions.iter().map(|question| (question, true));
        let phrase = |(text, asked): (&String, bool)| {
            let meaning = meanings.get(text).cloned();
            Phrase { text: text.clone(), class, weight: 1.0, asked, meaning }
        };
        phrases.extend(titles.chain(asked).map(phrase));
    }
    phrases
}

fn title(article: &Article, locale: &str) -> String {
    text_in(article, locale).map(|text| text.title.clone()).unwrap_or_default()
}
