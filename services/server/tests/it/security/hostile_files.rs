//! Files of strangers are read in a bounded place: whatever they unfold to, the answer is an article or a refusal, and the process that
//! serves everybody never holds it.

use std::io::{Cursor, Write as _};

use lingxi_contracts::bot::Import;
use lingxi_kernel::{ErrorCode, Result};
use zip::write::SimpleFileOptions;

use crate::cloud::TestCloud;

const TYPES: &str = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/></Types>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const BOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="FAQ" sheetId="1" r:id="r1"/></sheets></workbook>"#;
const BOOK_RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>"#;

/// A workbook of one sheet: what stands between its `sheetData`, and its shared texts.
fn book(rows: &str, shared: &str) -> Vec<u8> {
    let mut file = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let sheet = format!(
        r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>"#
    );
    let shared = format!(r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{shared}</sst>"#);
    let parts = [
        ("[Content_Types].xml", TYPES),
        ("_rels/.rels", RELATIONS),
        ("xl/workbook.xml", BOOK),
        ("xl/_rels/workbook.xml.rels", BOOK_RELATIONS),
        ("xl/sharedStrings.xml", &shared),
        ("xl/worksheets/sheet1.xml", &sheet),
    ];
    for (name, text) in parts {
        file.start_file(name, SimpleFileOptions::default()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }
    file.finish().unwrap().into_inner()
}

fn cell(place: &str, text: &str) -> String {
    format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#)
}

fn heading() -> String {
    format!(r#"<row r="1">{}{}</row>"#, cell("A1", "title"), cell("B1", "answer"))
}

fn one_article() -> String {
    format!(r#"<row r="2">{}{}</row>"#, cell("A2", "Opening hours"), cell("B2", "From nine to six."))
}

struct Firm {
    test: TestCloud,
    owner: lingxi_kernel::Ctx,
}

impl Firm {
    async fn start() -> Self {
        let test = TestCloud::start().await;
        let owner = test.firm("Harbor").await;
        Self { test, owner }
    }

    async fn sends(&self, name: &str, bytes: Vec<u8>) -> Result<Import> {
        self.test.cloud.services.bot.preview_import(&self.owner, name, bytes).await
    }

    async fn is_refused(&self, name: &str, bytes: Vec<u8>, code: ErrorCode, why: &str) {
        let refusal = self.sends(name, bytes).await.expect_err(name);
        assert_eq!(refusal.code, code, "{refusal}");
        assert!(refusal.message.contains(why), "{name}: {refusal}");
        assert_eq!(refusal.fields[0].field, "file");
    }
}

#[tokio::test]
async fn what_lies_between_two_cells_is_never_made() {
    let firm = Firm::start().await;
    let corner = format!(r#"<row r="1048576">{}</row>"#, cell("XFD1048576", "far away"));
    let read = firm.sends("corner.xlsx", book(&(heading() + &one_article() + &corner), "")).await.unwrap();
    assert_eq!((read.articles, read.errors.len()), (1, 0));
    let below = format!(r#"<row r="900000">{}</row>"#, cell("A900000", "Returns"));
    let read = firm.sends("below.xlsx", book(&(heading() + &one_article() + &below), "")).await.unwrap();
    assert_eq!((read.articles, read.rows), (2, 2), "a row far below is a row");
    let wide = format!(r#"<row r="1">{}{}</row>"#, cell("A1", "title"), cell("XFD1", "answer"));
    firm.is_refused("wide.xlsx", book(&wide, ""), ErrorCode::Invalid, "more than 256 columns").await;
    firm.test.end().await;
}

#[tokio::test]
async fn a_file_that_unpacks_to_far_more_than_it_holds_is_refused() {
    let firm = Firm::start().await;
    // 300 MB of spaces in some 300 kB.
    let blown = heading() + &one_article() + &" ".repeat(300 << 20);
    let packed = book(&blown, "");
    assert!(packed.len() < 1 << 20);
    firm.is_refused("blown.xlsx", packed, ErrorCode::TooLarge, "unpacks to far more").await;
    // One text of 30,000 letters that stands in 20,000 cells.
    let text: String = (0..30_000_u32).map(|n| char::from(b'a' + u8::try_from(n * n % 26).unwrap())).collect();
    let rows: String = (2..20_002).map(|n| format!(r#"<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>"#)).collect();
    let many = book(&(heading() + &rows), &format!("<si><t>{text}</t></si>"));
    firm.is_refused("many.xlsx", many, ErrorCode::TooLarge, "texts of the file come to more").await;
    firm.test.end().await;
}

#[tokio::test]
async fn rows_columns_and_questions_have_bounds_in_every_kind_of_file() {
    let firm = Firm::start().await;
    let rows = format!("title,question\n{}", "a,b\n".repeat(120_000));
    firm.is_refused("rows.csv", rows.into_bytes(), ErrorCode::TooLarge, "more than 100000 rows").await;
    let lines = "{\"title\":\"a\"}\n".repeat(120_000);
    firm.is_refused("rows.jsonl", lines.into_bytes(), ErrorCode::TooLarge, "more than 100000 rows").await;
    let questions: String = (0..250_000).map(|n| format!("{n}|")).collect();
    let questions = format!("title,question\na,{questions}\n");
    firm.is_refused("questions.csv", questions.into_bytes(), ErrorCode::TooLarge, "more than 200000 questions").await;
    let wide = format!("title,question\na,b\n{}\n", ",".repeat(1 << 20));
    let read = firm.sends("wide.csv", wide.into_bytes()).await.unwrap();
    assert_eq!((read.articles, read.errors.len(), read.errors[0].row), (1, 1, 3), "one bad row fails alone");
    let deep = format!("{{\"title\":\"a\"}}\n{}\n", "[".repeat(1 << 20));
    let read = firm.sends("deep.jsonl", deep.into_bytes()).await.unwrap();
    assert_eq!((read.articles, read.errors.len()), (1, 1));
    firm.test.end().await;
}

#[tokio::test]
async fn the_death_of_the_reader_is_an_answer_and_the_next_file_is_read() {
    let firm = Firm::start().await;
    // Each `<xf/>` of five bytes becomes a style of hundreds: within the bounds of the file, and beyond those of the reader.
    let styles: String = (0..9_000_000).map(|n| if n % 7 < 3 { "<xf/>" } else { "<xf />" }).collect();
    let mut file = zip::ZipWriter::new_append(Cursor::new(book(&(heading() + &one_article()), ""))).unwrap();
    file.start_file("xl/styles.xml", SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored))
        .unwrap();
    let noise: String =
        (0..1_000_000_u64).map(|n| format!("{:x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40)).collect();
    write!(file, "<styleSheet><cellXfs>{}</cellXfs><!--{noise}--></styleSheet>", &styles[..12 << 20]).unwrap();
    let heavy = file.finish().unwrap().into_inner();
    assert!(heavy.len() < 20 << 20, "{}", heavy.len());
    let answer = firm.sends("heavy.xlsx", heavy).await;
    if let Err(refusal) = answer {
        assert!(matches!(refusal.code, ErrorCode::Invalid | ErrorCode::TooLarge), "{refusal}");
    }
    let next = firm.sends("next.xlsx", book(&(heading() + &one_article()), "")).await.unwrap();
    assert_eq!(next.articles, 1);
    firm.test.end().await;
}
