//! How the bot fares, out of what was shown and what came of it. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::TimeDelta;
use lingxi_contracts::bot::{Article, ArticleReport, BotDay, BotReport, DecisionKind};
use lingxi_kernel::ArticleId;
use uuid::Uuid;

use crate::rules::{SOLVED, UNSOLVED};
use crate::store::impression::Model as Impression;

/// A longer pause ends a visit.
const PAUSE: TimeDelta = TimeDelta::hours(6);
/// Who comes back within that has not been helped.
const BACK: TimeDelta = TimeDelta::days(7);

/// Why decisions are made about questions that customers type; the others are about clicks, greetings, words for a person, and what is said
/// in a flow.
const ASKED: [&str; 7] = ["confident", "follow_up", "several", "close", "unsure", "far_off", "no_knowledge"];

/// Whether a customer typed a question.
pub(crate) fn is_question(row: &Impression) -> bool {
    ASKED.contains(&row.reason.as_str())
}

/// The article that was the answer.
pub(crate) fn answered_by(row: &Impression) -> Option<ArticleId> {
    let first = row.shown.get(0)?.get("article")?.as_str()?;
    (row.kind == DecisionKind::Answer.as_str()).then(|| first.parse().ok())?
}

/// Visits of customers: what they said without a long pause, oldest first.
fn visits(rows: &[Impression]) -> Vec<Vec<&Impression>> {
    let mut by_customer: BTreeMap<Uuid, Vec<Vec<&Impression>>> = BTreeMap::new();
    for row in rows {
        let visits = by_customer.entry(row.contact_id.unwrap_or(row.conversation_id)).or_default();
        match visits.last_mut() {
            Some(visit) if visit.last().is_some_and(|last| row.created_at - last.created_at < PAUSE) => visit.push(row),
            _ => visits.push(vec![row]),
        }
    }
    by_customer.into_values().flatten().collect()
}

fn same_customer(one: &[&Impression], other: &[&Impression]) -> bool {
    let customer = |visit: &[&Impression]| visit.first().map(|row| row.contact_id.unwrap_or(row.conversation_id));
    customer(one) == customer(other)
}

/// The visits of the same customer that follow one within seven days.
fn later<'a, 'b>(visits: &'b [Vec<&'a Impression>], of: usize) -> impl Iterator<Item = &'b Vec<&'a Impression>> {
    let end = visits[of].last().map(|last| last.created_at);
    let soon = move |visit: &&Vec<&Impression>| {
        visit.first().zip(end).is_some_and(|(first, end)| first.created_at - end < BACK)
    };
    let rest = visits.iter().skip(of + 1);
    rest.take_while(move |visit| same_customer(&visits[of], visit)).filter(soon)
}

/// Answers whose customer came back with the same within seven days; given are impressions, oldest first.
pub(crate) fn came_back(rows: &[Impression]) -> HashSet<Uuid> {
    let visits = visits(rows);
    let mut found = HashSet::new();
    for (number, visit) in visits.iter().enumerate() {
        let again: HashSet<ArticleId> = later(&visits, number).flatten().filter_map(|row| answered_by(row)).collect();
        let same = visit.iter().filter(|row| answered_by(row).is_some_and(|article| again.contains(&article)));
        found.extend(same.map(|row| row.id));
    }
    found
}

/// How the bot fared; given are impressions, oldest first.
pub(crate) fn report(rows: &[Impression], articles: &HashMap<ArticleId, Article>) -> BotReport {
    let mut report = BotReport::default();
    let mut days: BTreeMap<chrono::NaiveDate, BotDay> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_question(row)) {
        let date = row.created_at.date_naive();
        let day = days.entry(date).or_insert_with(|| BotDay {
            date: date.to_string(),
            answered: 0,
            listed: 0,
            handed_over: 0,
        });
        let (all, of_day) = match row.kind.as_str() {
            "answer" => (&mut report.answered, &mut day.answered),
            "options" => (&mut report.listed, &mut day.listed),
            _ => (&mut report.handed_over, &mut day.handed_over),
        };
        (*all, *of_day) = (*all + 1, *of_day + 1);
        report.questions += 1;
    }
    report.days = days.into_values().collect();
    let visits = visits(rows);
    let needs_person = |visit: &[&Impression]| visit.iter().any(|row| row.kind == DecisionKind::HandOver.as_str());
    for (number, visit) in visits.iter().enumerate() {
        report.visits += 1;
        if needs_person(visit) {
            continue;
        }
        report.contained += 1;
        let known: HashSet<ArticleId> = visit.iter().filter_map(|row| answered_by(row)).collect();
        let same =
            |visit: &[&Impression]| visit.iter().filter_map(|row| answered_by(row)).any(|one| known.contains(&one));
        report.came_back += i32::from(later(&visits, number).any(|visit| needs_person(visit) || same(visit)));
    }
    report.articles = by_article(rows, articles);
    report
}

fn by_article(rows: &[Impression], articles: &HashMap<ArticleId, Article>) -> Vec<ArticleReport> {
    let back = came_back(rows);
    let mut all: BTreeMap<ArticleId, (ArticleReport, i32)> = BTreeMap::new();
    for row in rows {
        let Some(id) = answered_by(row) else { continue };
        let nothing = || ArticleReport {
            article: articles.get(&id).cloned(),
            answered: 0,
            chosen: 0,
            solved: 0,
            unsolved: 0,
            came_back: 0,
            rating: None,
            ratings: 0,
        };
        let (of, stars) = all.entry(id).or_insert_with(|| (nothing(), 0));
        of.answered += 1;
        of.chosen += i32::from(row.reason == "clicked");
        of.solved += i32::from(row.outcome.as_deref() == Some(SOLVED));
        of.unsolved += i32::from(row.outcome.as_deref() == Some(UNSOLVED));
        of.came_back += i32::from(back.contains(&row.id));
        of.ratings += i32::from(row.rating.is_some());
        *stars += row.rating.unwrap_or_default();
    }
    let rated = |(mut of, stars): (ArticleReport, i32)| {
        of.rating = (of.ratings > 0).then(|| f64::from(stars) / f64::from(of.ratings));
        of
    };
    let mut all: Vec<ArticleReport> = all.into_values().map(rated).collect();
    all.sort_by_key(|of| std::cmp::Reverse(of.answered));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use lingxi_kernel::{Env, ImpressionId, Timestamp};
    use serde_json::json;

    struct Log {
        rows: Vec<Impression>,
        at: Timestamp,
    }

    impl Log {
        fn add(&mut self, customer: u128, kind: DecisionKind, article: ArticleId, outcome: Option<&str>) {
            let answered = kind == DecisionKind::Answer;
            self.rows.push(Impression {
                tenant_id: Uuid::nil(),
                id: Env::system().id::<ImpressionId>().uuid(),
                conversation_id: Uuid::from_u128(customer),
                contact_id: Some(Uuid::from_u128(customer)),
                message_id: Uuid::nil(),
                release_id: None,
                question: "q".into(),
                kind: kind.as_str().into(),
                shown: if answered { json!([{ "article": article, "position": 1 }]) } else { json!([]) },
                reason: if answered { "confident" } else { "far_off" }.into(),
                outcome: outcome.map(str::to_owned),
                label_id: None,
                rating: None,
                created_at: self.at,
                outcome_at: None,
            });
        }
    }

    #[test]
    fn who_comes_back_with_the_same_or_for_a_person_was_not_contained() {
        let [one, other]: [ArticleId; 2] = [Env::system().id(), Env::system().id()];
        let start: Timestamp = "2026-11-01T08:00:00Z".parse().unwrap();
        let mut log = Log { rows: Vec::new(), at: start };
        let (answer, person) = (DecisionKind::Answer, DecisionKind::HandOver);
        log.add(1, answer, one, Some(SOLVED));
        log.add(2, answer, one, None);
        log.add(3, answer, one, None);
        log.add(4, answer, one, None);
        log.add(5, person, one, None);
        log.at = start + TimeDelta::hours(1);
        log.add(1, answer, one, None);
        log.at = start + TimeDelta::days(3);
        log.add(2, answer, one, None);
        log.add(3, answer, other, None);
        log.add(4, person, one, None);
        log.at = start + TimeDelta::days(30);
        log.add(3, answer, one, None);
        let report = report(&log.rows, &HashMap::new());
        // 1 asked twice in one visit, 2 came back with the same, 3 with something else and much later, 4 for a person.
        assert_eq!((report.visits, report.contained, report.came_back), (9, 7, 2));
        assert_eq!((report.questions, report.answered, report.handed_over), (10, 8, 2));
        assert_eq!(came_back(&log.rows).len(), 1);
        assert_eq!(
            report.articles.iter().map(|of| (of.answered, of.came_back, of.solved)).collect::<Vec<_>>(),
            [(7, 1, 1), (1, 0, 0)]
        );
        assert_eq!(report.days.len(), 3);
    }
}
