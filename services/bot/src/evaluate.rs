//! `lingxi bot eval`: how well questions of known meaning are understood, by what answers customers.

use std::collections::{BTreeSet, HashMap};
use std::time::Instant;

use lingxi_contracts::bot::{Article, ArticleStatus, ArticleText};
use lingxi_kernel::{ArticleId, Env, ReleaseId, Timestamp};
use lingxi_nlu::Meaning;
use lingxi_nlu::evaluation::{self, Scored};
use lingxi_nlu::learning::Lesson;
use serde::{Deserialize, Serialize};

use crate::knowledge::{Knowledge, Source, Understood};
use crate::simulation;

/// A question and what it asks for.
#[derive(Debug, Clone, Deserialize)]
pub struct Sample {
    /// The question.
    pub text: String,
    /// What it asks for.
    pub label: String,
}

/// What is evaluated.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    /// What is learned from.
    pub train: Vec<Sample>,
    /// What is asked.
    pub test: Vec<Sample>,
    /// Questions about something else altogether.
    pub outside: Vec<Sample>,
    /// Learn from the first so many questions of each label only.
    pub shots: Option<usize>,
    /// Let customers ask what is left of the questions to learn from, and learn from what they choose.
    pub clicks: bool,
    /// What an outside model says that texts mean, as unit vectors: of all of [`Self::texts`], or empty.
    pub meanings: HashMap<String, Meaning>,
}

impl Evaluation {
    /// All texts whose meanings are of use, each once.
    pub fn texts(&self) -> Vec<String> {
        let samples = || self.train.iter().chain(&self.test).chain(&self.outside);
        let texts = samples().map(|sample| sample.text.clone()).chain(self.train.iter().map(|one| title(&one.label)));
        texts.collect::<BTreeSet<String>>().into_iter().collect()
    }
}

/// A label in words.
fn title(label: &str) -> String {
    label.replace(['_', '-', '+'], " ")
}

/// What was found out. Shares are 0 to 1.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Labels.
    pub labels: usize,
    /// Questions that were learned from.
    pub train: usize,
    /// Questions that were asked.
    pub test: usize,
    /// Share of questions whose first answer is right.
    pub accuracy: f64,
    /// Mean of the labels' F1.
    pub macro_f1: f64,
    /// Share of questions whose right answer is among the first three.
    pub top3: f64,
    /// Expected calibration error of the first answer's probability, 15 bins.
    pub ece: f64,
    /// Share of questions that can be answered with 95 % of the answers right.
    pub coverage_at_95: f64,
    /// The same with 97 %.
    pub coverage_at_97: f64,
    /// The same with 99 %.
    pub coverage_at_99: f64,
    /// Probability that a question of the test has a higher score than one from outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oos_auroc: Option<f64>,
    /// Share of questions from outside that are refused when 5 % of those of the test are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oos_recall_at_5_percent_false_rejects: Option<f64>,
    /// Seconds of training.
    pub training_seconds: f64,
    /// Microseconds for a question, mean.
    pub microseconds_per_query: f64,
    /// Megabytes of the model.
    pub model_megabytes: f64,
    /// Learning from clicks, by round.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clicks: Vec<simulation::Round>,
}

/// What was said to a question.
#[derive(Debug, Clone, Serialize)]
pub struct Prediction {
    /// The question.
    pub text: String,
    /// What it asks for, as the file says.
    pub label: String,
    /// What the model says, or nothing.
    pub predicted: Option<String>,
    /// Probability that this is right.
    pub probability: f64,
    /// The three most probable, most probable first.
    pub top3: Vec<String>,
    /// Probability that the question is about any of the labels.
    pub in_scope_score: f64,
}

/// A knowledge base of labels, as the service holds one.
pub(crate) struct Labels {
    pub(crate) articles: Vec<Article>,
    pub(crate) names: HashMap<ArticleId, String>,
    pub(crate) now: Timestamp,
    pub(crate) meanings: HashMap<String, Meaning>,
}

impl Labels {
    /// One article per label, its title the label in words; its questions are given.
    fn of(samples: &[Sample], meanings: HashMap<String, Meaning>) -> Self {
        let env = Env::system();
        let mut by_label: HashMap<&str, usize> = HashMap::new();
        let (mut articles, mut names) = (Vec::<Article>::new(), HashMap::new());
        for sample in samples {
            let place = *by_label.entry(&sample.label).or_insert_with(|| {
                let article = article(&env, &sample.label);
                names.insert(article.id, sample.label.clone());
                articles.push(article);
                articles.len() - 1
            });
            articles[place].questions.push(sample.text.clone());
        }
        Self { articles, names, now: env.now(), meanings }
    }

    /// A model of the labels, and how many questions were concluded from lessons.
    pub(crate) fn train(&self, lessons: &[Lesson]) -> (Knowledge, usize) {
        let source = Source { release: Env::system().id::<ReleaseId>(), model: None };
        let (knowledge, concluded) = Knowledge::learn(source, self.articles.clone(), lessons, &self.meanings);
        (knowledge, concluded.len())
    }

    pub(crate) fn ask(&self, knowledge: &Knowledge, text: &str) -> Understood {
        knowledge.rank(text, self.meanings.get(text).map(|meaning| &**meaning), "en-US", self.now)
    }

    fn predict(&self, knowledge: &Knowledge, sample: &Sample) -> Prediction {
        let understood = self.ask(knowledge, &sample.text);
        let name = |id: &ArticleId| self.names.get(id).cloned().unwrap_or_default();
        let top3: Vec<String> = understood.candidates.iter().take(3).map(|one| name(&one.article_id)).collect();
        Prediction {
            text: sample.text.clone(),
            label: sample.label.clone(),
            predicted: top3.first().cloned(),
            probability: understood.candidates.first().map_or(0.0, |first| first.probability),
            top3,
            in_scope_score: understood.in_scope,
        }
    }
}

fn article(env: &Env, label: &str) -> Article {
    let title = title(label);
    Article {
        id: env.id(),
        key: None,
        category: String::new(),
        status: ArticleStatus::Ready,
        texts: vec![ArticleText { locale: "en-US".into(), title, answer: String::new() }],
        questions: Vec::new(),
        links: Vec::new(),
        flow_id: None,
        valid_from: None,
        valid_to: None,
        version: 1,
        updated_at: env.now(),
    }
}

/// Trains, asks, and counts.
///
/// # Errors
/// A sentence: what is missing for it.
pub fn evaluate(evaluation: Evaluation) -> Result<(Report, Vec<Prediction>), String> {
    let Evaluation { train, test, outside, shots, clicks, meanings } = evaluation;
    if train.is_empty() || test.is_empty() {
        return Err(
            "there is nothing to learn from, or nothing to ask; give files with lines of {\"text\", \"label\"}".into(),
        );
    }
    let (learned, left) = take(train, shots.unwrap_or(usize::MAX));
    if clicks && left.is_empty() {
        return Err("no question is left for customers to ask; give --shots, so that not all are learned from".into());
    }
    let labels = Labels::of(&learned, meanings);
    let started = Instant::now();
    let mut knowledge = labels.train(&[]).0;
    let mut training_seconds = started.elapsed().as_secs_f64();
    let mut rounds = Vec::new();
    if clicks {
        let started = Instant::now();
        (knowledge, rounds) = simulation::run(&labels, knowledge, &left, &test);
        training_seconds = started.elapsed().as_secs_f64() / real(rounds.len().max(1));
    }
    let started = Instant::now();
    let inside: Vec<Prediction> = test.iter().map(|sample| labels.predict(&knowledge, sample)).collect();
    let microseconds_per_query = started.elapsed().as_secs_f64() * 1e6 / real(test.len());
    let outside: Vec<Prediction> = outside.iter().map(|sample| labels.predict(&knowledge, sample)).collect();
    let scored = scored(&inside);
    let figures = evaluation::figures(&scored);
    let in_scope = |of: &[Prediction]| of.iter().map(|one| one.in_scope_score).collect::<Vec<f64>>();
    let (within, without) = (in_scope(&inside), in_scope(&outside));
    let about_outside = |figure: f64| (!outside.is_empty()).then_some(figure);
    let report = Report {
        labels: labels.articles.len(),
        train: learned.len(),
        test: test.len(),
        accuracy: figures.accuracy,
        macro_f1: figures.macro_f1,
        top3: figures.top_three,
        ece: figures.calibration_error,
        coverage_at_95: evaluation::coverage(&scored, 0.95),
        coverage_at_97: evaluation::coverage(&scored, 0.97),
        coverage_at_99: evaluation::coverage(&scored, 0.99),
        oos_auroc: about_outside(evaluation::auroc(&within, &without)),
        oos_recall_at_5_percent_false_rejects: about_outside(evaluation::refused(&within, &without, 0.05)),
        training_seconds,
        microseconds_per_query,
        model_megabytes: real(knowledge.model_bytes()) / 1e6,
        clicks: rounds,
    };
    Ok((report, inside.into_iter().chain(outside).collect()))
}

/// The first so many of each label, and the rest.
fn take(samples: Vec<Sample>, shots: usize) -> (Vec<Sample>, Vec<Sample>) {
    let mut taken: HashMap<String, usize> = HashMap::new();
    samples.into_iter().partition(|sample| {
        let taken = taken.entry(sample.label.clone()).or_default();
        *taken += 1;
        *taken <= shots
    })
}

/// Predictions as figures want them; labels that the model does not know count as wrong.
fn scored(predictions: &[Prediction]) -> Vec<Scored> {
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    let all = predictions.iter().flat_map(|one| [Some(one.label.as_str()), one.predicted.as_deref()]);
    for label in all.flatten() {
        let next = numbers.len();
        numbers.entry(label).or_insert(next);
    }
    let score = |one: &Prediction| Scored {
        truth: numbers.get(one.label.as_str()).copied().unwrap_or_default(),
        predicted: one.predicted.as_deref().and_then(|label| numbers.get(label).copied()),
        probability: one.probability,
        in_top_three: one.top3.contains(&one.label),
    };
    predictions.iter().map(score).collect()
}

/// Share of questions whose first answer is right.
pub(crate) fn accuracy(labels: &Labels, knowledge: &Knowledge, test: &[Sample]) -> f64 {
    let predictions: Vec<Prediction> = test.iter().map(|sample| labels.predict(knowledge, sample)).collect();
    evaluation::figures(&scored(&predictions)).accuracy
}

#[expect(clippy::cast_precision_loss, reason = "counts of questions stay far below 2^53")]
fn real(n: usize) -> f64 {
    n as f64
}
