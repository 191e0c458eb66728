//! `lingxi bot eval`, as who judges a bot runs it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};

const SUBJECTS: [&str; 9] =
    ["card", "refund", "policy", "claim", "password", "address", "invoice", "premium", "hospital"];
const TAUGHT: [&str; 6] = [
    "where is my {}",
    "i lost the {}",
    "how do i change the {}",
    "my {} does not work",
    "when will the {} come",
    "can i get a new {}",
];
const ASKED: [&str; 4] =
    ["who helps me with my {}", "the {} was wrong", "{} please, it is urgent", "I want to talk about a {}"];

fn lines(forms: &[&str]) -> String {
    let line = |(subject, form): (&&str, &&str)| {
        format!("{}\n", json!({ "text": form.replace("{}", subject), "label": format!("about_{subject}") }))
    };
    SUBJECTS.iter().flat_map(|subject| forms.iter().map(move |form| (subject, form))).map(line).collect()
}

fn eval(folder: &Path, arguments: &[&str]) -> Output {
    let mut lingxi = Command::new(env!("CARGO_BIN_EXE_lingxi"));
    lingxi.current_dir(folder).args(["bot", "eval"]).args(arguments).output().unwrap()
}

fn report(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn files() -> PathBuf {
    let folder = crate::cloud::folder();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("train.jsonl"), lines(&TAUGHT)).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(lines(&ASKED).as_bytes()).unwrap();
    std::fs::write(folder.join("test.jsonl.gz"), packed.finish().unwrap()).unwrap();
    let outside = ["sing a song", "zebra stripes", "moon landing"].map(|text| json!({ "text": text, "label": "oos" }));
    std::fs::write(folder.join("oos.jsonl"), outside.map(|line| line.to_string()).join("\n")).unwrap();
    folder
}

#[test]
fn questions_are_asked_counted_and_written_down() {
    let folder = files();
    let asked = ["--train", "train.jsonl", "--test", "test.jsonl.gz"];
    let all = report(&eval(&folder, &[&asked[..], &["--oos", "oos.jsonl", "--out", "said.jsonl"]].concat()));
    assert_eq!((&all["labels"], &all["train"], &all["test"]), (&json!(9), &json!(54), &json!(36)));
    let share = |report: &Value, key: &str| report[key].as_f64().unwrap();
    assert!(share(&all, "accuracy") > 0.9 && share(&all, "oos_auroc") > 0.9, "{all}");
    assert!(share(&all, "top3") >= share(&all, "accuracy"));

    // What is counted is what was said.
    let said = std::fs::read_to_string(folder.join("said.jsonl")).unwrap();
    let said: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(said.len(), 36 + 3);
    let right = said.iter().filter(|one| one["label"] == one["predicted"]).count();
    let right = f64::from(u32::try_from(right).unwrap()) / 36.0;
    assert!((right - share(&all, "accuracy")).abs() < 1e-9);
    assert!(said.iter().all(|one| one["top3"][0] == one["predicted"] && one["in_scope_score"].is_number()));

    let few = report(&eval(&folder, &[&asked[..], &["--shots", "2"]].concat()));
    assert_eq!(few["train"], 18);
    assert!(few.get("oos_auroc").is_none(), "nothing is said of what was not asked");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn clicks_are_learned_from_and_never_make_it_worse_than_it_began() {
    let folder = files();
    let asked = ["--train", "train.jsonl", "--test", "test.jsonl.gz", "--clicks", "simulate"];
    let learned = report(&eval(&folder, &[&asked[..], &["--shots", "1"]].concat()));
    let rounds = learned["clicks"].as_array().unwrap();
    assert!(rounds.len() >= 2 && rounds[1]["learned"].as_u64().unwrap() > 0, "{learned}");
    assert!(rounds.last().unwrap()["accuracy"].as_f64() >= rounds[0]["accuracy"].as_f64());
    let nothing = eval(&folder, &asked);
    assert!(String::from_utf8_lossy(&nothing.stderr).contains("give --shots"), "{nothing:?}");
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn what_is_wrong_with_a_file_is_said_with_its_line() {
    let folder = files();
    std::fs::write(folder.join("bad.jsonl"), "{\"text\": \"a\", \"label\": \"b\"}\n{\"text\": \"a\"}\n").unwrap();
    for (arguments, said) in [
        (["--train", "bad.jsonl", "--test", "test.jsonl.gz"], "bad.jsonl, line 2"),
        (["--train", "none.jsonl", "--test", "test.jsonl.gz"], "none.jsonl"),
    ] {
        let refused = eval(&folder, &arguments);
        assert!(!refused.status.success());
        assert!(String::from_utf8_lossy(&refused.stderr).contains(said), "{refused:?}");
    }
    let nowhere = ["--train", "train.jsonl", "--test", "test.jsonl.gz", "--embeddings", "/nowhere"];
    assert!(!eval(&folder, &nowhere).status.success());
    std::fs::remove_dir_all(folder).unwrap();
}
