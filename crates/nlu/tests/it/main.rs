//! What a model promises, through its public surface.

use lingxi_nlu::{Meaning, Model, Phrase};
use proptest::prelude::*;

const SUBJECTS: [&str; 10] =
    ["card", "refund", "policy", "claim", "password", "address", "invoice", "premium", "hospital", "branch"];
const FORMS: [&str; 8] = [
    "where is my {}",
    "i lost the {}",
    "how do i change a {}",
    "my {} does not work",
    "when will the {} come",
    "can i get a new {}",
    "who can help me with the {} please",
    "{} question",
];

fn phrases() -> Vec<Phrase> {
    let one = |(class, subject): (usize, &&str), form: &&str| Phrase {
        text: form.replace("{}", subject),
        class,
        weight: 1.0,
        asked: true,
        meaning: None,
    };
    SUBJECTS.iter().enumerate().flat_map(|subject| FORMS.iter().map(move |form| one(subject, form))).collect()
}

fn model() -> Model {
    Model::train(&phrases(), SUBJECTS.len())
}

#[test]
fn a_question_in_other_words_and_with_typos_is_understood() {
    let model = model();
    for (question, class) in [("the hospitl please, which one?", 8), ("I forgot my PASSWORDS!!", 4), ("new cards", 0)] {
        let ranking = model.rank(question, 3);
        assert_eq!(ranking.best[0].class, class, "{question}: {ranking:?}");
        assert_eq!(ranking.best.len(), 3);
    }
}

#[test]
fn a_question_about_something_else_is_less_in_scope_than_any_of_ours() {
    let model = model();
    let inside = phrases().iter().map(|phrase| model.rank(&phrase.text, 1).in_scope).fold(1.0, f32::min);
    for question in ["sing a song about the moon", "zxcv qwer", "天气怎么样", ""] {
        assert!(model.rank(question, 1).in_scope < inside, "{question}");
    }
}

#[test]
fn the_same_phrases_give_the_same_model() {
    let (one, other) = (model(), model());
    for question in ["where is my card", "refnd please"] {
        assert_eq!(one.rank(question, 10), other.rank(question, 10));
    }
}

#[test]
fn an_english_word_that_nobody_wrote_is_known_by_what_it_means() {
    let model = model();
    for (question, class) in [("any reimbursement", 1), ("the surgery clinic", 8)] {
        let ranking = model.rank(question, 1);
        assert_eq!(ranking.best[0].class, class, "{question}: {ranking:?}");
    }
}

/// A meaning: mostly what is asked about, and a little how.
fn meaning(subject: usize, form: usize) -> Meaning {
    let mut meaning = vec![0.0; SUBJECTS.len() + FORMS.len()];
    meaning[subject] = 0.8;
    meaning[SUBJECTS.len() + form] = 0.6;
    meaning.into()
}

#[test]
fn words_that_nobody_wrote_are_understood_by_their_meaning() {
    let mut phrases = phrases();
    for (number, phrase) in phrases.iter_mut().enumerate() {
        phrase.meaning = Some(meaning(phrase.class, number % FORMS.len()));
    }
    let model = Model::train(&phrases, SUBJECTS.len());
    let kept = Model::from_bytes(&model.to_bytes()).unwrap();
    for class in 0..SUBJECTS.len() {
        let ranking = model.rank_meaning("zxcv qwer", Some(&meaning(class, 3)), 3);
        assert_eq!(ranking.best[0].class, class, "{ranking:?}");
        assert!(ranking.best[0].probability > 0.5, "{ranking:?}");
        assert_eq!(kept.rank_meaning("zxcv qwer", Some(&meaning(class, 3)), 3), ranking);
    }
    let other_length = [1.0; 3];
    assert_eq!(model.rank_meaning("zxcv", Some(&other_length), 1), model.rank("zxcv", 1), "of another model");
}

#[test]
fn other_words_for_the_same_are_understood_in_both_languages() {
    for (articles, questions) in [
        (
            [
                ["pay the invoice", "where can I pay"],
                ["see a doctor", "find a hospital"],
                ["my car is broken", "the vehicle does not start"],
            ],
            ["settle a bill", "is there a clinic nearby", "automobile failure"],
        ),
        (
            [["怎么付钱", "在哪支付"], ["看医生", "附近的医院"], ["汽车坏了", "车辆无法启动"]],
            ["如何缴费", "哪儿有诊所", "轿车故障"],
        ),
    ] {
        let phrase =
            |class: usize, text: &str| Phrase { text: text.into(), class, weight: 1.0, asked: true, meaning: None };
        let phrases = articles.iter().enumerate().flat_map(|(class, texts)| texts.map(|text| phrase(class, text)));
        let model = Model::train(&phrases.collect::<Vec<_>>(), articles.len());
        for (class, question) in questions.into_iter().enumerate() {
            assert_eq!(model.rank(question, 3).best[0].class, class, "{question}");
        }
    }
}

#[test]
fn words_whose_meaning_is_not_known_are_understood_by_a_phrase_that_has_them() {
    let mut phrases = phrases();
    let class = SUBJECTS.len();
    let phrase = |text: String| Phrase { text, class, weight: 1.0, asked: true, meaning: None };
    for pane in ["vitre", "carreau", "verre", "lunette", "hublot", "miroir"] {
        phrases.extend(["brisee", "fendue", "cassee", "fichue"].map(|broken| phrase(format!("glass {pane} {broken}"))));
    }
    let ranking = Model::train(&phrases, class + 1).rank("carreau brisee", 2);
    assert_eq!(ranking.best[0].class, class, "{ranking:?}");
    assert!(ranking.trust > 0.95, "its own words are there: {ranking:?}");
}

#[test]
fn a_model_that_was_kept_is_the_same_model() {
    let model = model();
    let bytes = model.to_bytes();
    let kept = Model::from_bytes(&bytes).unwrap();
    for question in ["where is my card", "refnd please", "who won"] {
        assert_eq!(kept.rank(question, 10), model.rank(question, 10));
    }
    assert!(Model::from_bytes(&bytes[..bytes.len() / 2]).is_none(), "half of it is no model");
    assert!(Model::from_bytes(b"").is_none());
    let mut other = bytes;
    other[0] ^= 0x7f;
    assert!(Model::from_bytes(&other).is_none(), "of another version");
}

#[test]
fn a_phrase_of_little_weight_does_not_overrule_one_of_full_weight() {
    let mut phrases = phrases();
    phrases.push(Phrase { text: "where is my card".into(), class: 1, weight: 0.05, asked: true, meaning: None });
    assert_eq!(Model::train(&phrases, SUBJECTS.len()).rank("where is my card", 1).best[0].class, 0);
}

#[test]
fn nothing_to_learn_from_finds_nothing() {
    assert!(Model::train(&[], 0).rank("where is my card", 3).best.is_empty());
    assert!(Model::train(&[], 4).rank("where is my card", 3).best.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn probabilities_are_probabilities(question in "[a-z保险理赔 ]{0,40}|(where|lost|card|refund|claim|the| ){1,8}") {
        static MODEL: std::sync::LazyLock<Model> = std::sync::LazyLock::new(model);
        let ranking = MODEL.rank(&question, SUBJECTS.len());
        let sum: f32 = ranking.best.iter().map(|best| best.probability).sum();
        prop_assert!((sum - 1.0).abs() < 1e-3, "{sum}");
        prop_assert!(ranking.best.windows(2).all(|pair| pair[0].probability >= pair[1].probability));
        prop_assert!((0.0..=1.0).contains(&ranking.in_scope));
        prop_assert!(ranking.trust <= ranking.in_scope);
    }
}
