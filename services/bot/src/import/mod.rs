//! Reading FAQ files: CSV, JSONL and XLSX, in the encodings that spreadsheets write. Pure, but for the process that it is done in.

pub(crate) mod apart;
mod bounds;
mod grouping;
mod sheet;

use std::borrow::Cow;
use std::collections::HashMap;

use lingxi_contracts::bot::{ImportError, ImportRow};
use lingxi_kernel::{Error, Result};
use serde::{Deserialize, Serialize};

use self::bounds::MOST_COLUMNS;
use self::grouping::Grouping;

/// What a file holds.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Parsed {
    pub encoding: Cow<'static, str>,
    pub rows: usize,
    pub articles: Vec<ImportRow>,
    pub errors: Vec<ImportError>,
}

/// Columns by any of their names.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("title", &["title", "label", "标题", "标准问", "知识标题"]),
    ("answer", &["answer", "reply", "答案", "回答", "回复"]),
    ("question", &["question", "questions", "text", "similar", "问题", "问法", "相似问", "相似问题"]),
    ("category", &["category", "分类", "类目"]),
    ("locale", &["locale", "language", "语言"]),
];

/// Reads a file by the ending of its name.
pub(crate) fn parse(file_name: &str, bytes: &[u8]) -> Result<Parsed> {
    let ending = file_name.rsplit('.').next().unwrap_or_default().to_lowercase();
    let mut reader = Grouping::default();
    let encoding = match ending.as_str() {
        "xlsx" => sheet::read(bytes, &mut reader)?,
        "csv" | "tsv" | "txt" => {
            let (text, encoding) = decode(bytes)?;
            read_csv(&text, if ending == "tsv" { b'\t' } else { delimiter(&text) }, &mut reader)?;
            encoding
        }
        "jsonl" | "ndjson" | "json" => {
            let (text, encoding) = decode(bytes)?;
            read_jsonl(&text, &mut reader)?;
            encoding
        }
        _ => return Err(Error::field("file", "Choose a .csv, .jsonl or .xlsx file.")),
    };
    if reader.rows == 0 {
        return Err(Error::field("file", "The file holds no rows."));
    }
    Ok(Parsed { encoding: encoding.into(), rows: reader.rows, articles: reader.articles, errors: reader.errors })
}

/// The text of a file: by its byte order mark, else UTF-8, else UTF-16 by its zero bytes, else GB 18030.
fn decode(bytes: &[u8]) -> Result<(String, &'static str)> {
    if let Some((encoding, length)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, failed) = encoding.decode_without_bom_handling(&bytes[length..]);
        return if failed { Err(undecodable()) } else { Ok((text.into_owned(), encoding.name())) };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((text.to_owned(), "UTF-8"));
    }
    let zeros = |offset: usize| bytes.iter().skip(offset).step_by(2).filter(|byte| **byte == 0).count() * 5;
    let guess = if zeros(1) > bytes.len() / 2 {
        encoding_rs::UTF_16LE
    } else if zeros(0) > bytes.len() / 2 {
        encoding_rs::UTF_16BE
    } else {
        encoding_rs::GB18030
    };
    let (text, failed) = guess.decode_without_bom_handling(bytes);
    let name = if guess == encoding_rs::GB18030 { "GBK" } else { guess.name() };
    if failed { Err(undecodable()) } else { Ok((text.into_owned(), name)) }
}

fn undecodable() -> Error {
    Error::field("file", "The file is in no known encoding; save it as UTF-8, UTF-16 or GBK.")
}

fn delimiter(text: &str) -> u8 {
    let heading = text.lines().next().unwrap_or_default();
    [b',', b';', b'\t'].into_iter().max_by_key(|d| heading.bytes().filter(|b| b == d).count()).unwrap_or(b',')
}

fn read_csv(text: &str, delimiter: u8, reader: &mut Grouping) -> Result<()> {
    let mut rows = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let heading: Vec<String> = rows.headers().map_err(|_| unreadable_heading())?.iter().map(str::to_owned).collect();
    let columns = columns(&heading)?;
    for record in rows.records() {
        match record {
            Ok(record) if record.len() > MOST_COLUMNS => {
                reader.refuse_next(&format!(
                    "The row has more than {MOST_COLUMNS} columns; check its quotation marks."
                ))?;
            }
            Ok(record) => {
                let cells: Vec<String> = record.iter().map(str::to_owned).collect();
                reader.next_cells(&columns, &cells)?;
            }
            Err(error) => reader.refuse_next(&format!("The row cannot be read: {error}."))?,
        }
    }
    Ok(())
}

fn read_jsonl(text: &str, reader: &mut Grouping) -> Result<()> {
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        let Ok(serde_json::Value::Object(object)) = serde_json::from_str(line) else {
            reader.refuse_next("The line is no JSON object.")?;
            continue;
        };
        let mut columns = HashMap::new();
        let mut cells = Vec::new();
        for (name, value) in &object {
            if let Some(column) = column_of(name) {
                columns.insert(column, cells.len());
                cells.push(match value {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Array(many) => {
                        many.iter().filter_map(|one| one.as_str()).collect::<Vec<_>>().join("\n")
                    }
                    _ => String::new(),
                });
            }
        }
        reader.next_cells(&columns, &cells)?;
    }
    Ok(())
}

fn unreadable_heading() -> Error {
    Error::field("file", "The first row must name the columns: title, answer, question (and category, locale).")
}

fn column_of(name: &str) -> Option<&'static str> {
    let name = name.trim().trim_start_matches('\u{feff}').to_lowercase();
    COLUMNS.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(column, _)| *column)
}

fn columns(heading: &[String]) -> Result<HashMap<&'static str, usize>> {
    let columns: HashMap<_, _> =
        heading.iter().enumerate().filter_map(|(index, name)| Some((column_of(name)?, index))).collect();
    if columns.contains_key("title") || columns.contains_key("question") {
        Ok(columns)
    } else {
        Err(unreadable_heading())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAQ: &str =
        "标题,答案,问题\n如何退保,十五天内全额退,怎么退保|我要退保\n如何退保,,不想要了\n发票,在订单里开,\n";

    fn check(parsed: &Parsed, encoding: &str) {
        assert_eq!(parsed.encoding, encoding);
        assert_eq!((parsed.rows, parsed.articles.len(), parsed.errors.len()), (3, 2, 0), "{parsed:?}");
        assert_eq!(parsed.articles[0].questions, ["怎么退保", "我要退保", "不想要了"]);
        assert_eq!(parsed.articles[0].answer, "十五天内全额退");
        assert_eq!(parsed.articles[0].locale, "zh-CN");
    }

    #[test]
    fn the_encodings_of_spreadsheets_are_read() {
        check(&parse("a.csv", FAQ.as_bytes()).unwrap(), "UTF-8");
        check(&parse("a.csv", format!("\u{feff}{FAQ}").as_bytes()).unwrap(), "UTF-8");
        check(&parse("a.csv", &encoding_rs::GBK.encode(FAQ).0).unwrap(), "GBK");
        let utf16: Vec<u8> = std::iter::once(0xfeff).chain(FAQ.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        check(&parse("a.csv", &utf16).unwrap(), "UTF-16LE");
        let big: Vec<u8> = std::iter::once(0xfeff).chain(FAQ.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        check(&parse("a.csv", &big).unwrap(), "UTF-16BE");
    }

    #[test]
    fn labelled_questions_become_articles() {
        let lines = "{\"text\": \"where is my card\", \"label\": \"card_arrival\"}\n{\"text\": \"card not here\", \"label\": \"card_arrival\"}\nno json\n";
        let parsed = parse("set.jsonl", lines.as_bytes()).unwrap();
        assert_eq!(parsed.articles.len(), 1);
        assert_eq!(parsed.articles[0].title, "card arrival");
        assert_eq!(parsed.articles[0].questions.len(), 2);
        assert_eq!((parsed.errors[0].row, parsed.rows), (4, 3), "rows count from 1 with the heading");
    }

    #[test]
    fn duplicates_and_empty_rows_are_told_with_their_row() {
        let parsed = parse("a.csv", "title,question\nA,same\nB,Same\n,\n".as_bytes()).unwrap();
        assert_eq!(parsed.errors.len(), 1);
        assert_eq!(parsed.errors[0].row, 3);
        assert!(parsed.errors[0].message.contains("row 2"));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (name, bytes) in [
            ("a.pdf", b"x".as_slice()),
            ("a.csv", b""),
            ("a.csv", b"foo,bar\n1,2\n"),
            ("a.xlsx", b"not a zip"),
            ("a.csv", b"\xff\xfe\x00\xd8"),
        ] {
            let error = parse(name, bytes).unwrap_err();
            assert_eq!(error.fields[0].field, "file", "{name}: {error:?}");
        }
    }
}
