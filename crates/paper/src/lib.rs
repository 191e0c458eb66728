//! Documents as PDF: a template of [Typst](https://typst.app), data in JSON, and fonts that are part of the binary.
//!
//! Nothing outside is read: no file, no network, no clock. The same template and data give the same document.

use std::sync::LazyLock;

use lingxi_kernel::{Error, Result};
use serde_json::Value;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt as _, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

/// Latin and the Chinese characters of GB 2312.
const FONT: &[u8] = include_bytes!("../fonts/NotoSansSC-Regular.otf");

static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| Font::iter(Bytes::new(FONT)).collect());
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::default()));

/// What a template sees: itself, and its data as `data.json`.
struct Desk {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: (FileId, Bytes),
}

fn place(name: &str) -> Result<FileId> {
    let path = VirtualPath::new(name).map_err(|error| Error::internal(format!("{name}: {error:?}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }
    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }
    fn main(&self) -> FileId {
        self.template.id()
    }
    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.template.id() { Ok(self.template.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 { Ok(self.data.1.clone()) } else { Err(FileError::AccessDenied) }
    }
    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Sets a template with data, which it reads by `json("data.json")`; `more` are fonts for characters that the own one lacks.
///
/// # Errors
/// [`lingxi_kernel::ErrorCode::Internal`] when the template is wrong, with what the compiler says.
pub fn pdf(template: &str, data: &Value, more: &[Vec<u8>]) -> Result<Vec<u8>> {
    let mut fonts = FONTS.clone();
    for bytes in more {
        fonts.extend(Font::iter(Bytes::new(bytes.clone())));
    }
    let desk = Desk {
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(place("/main.typ")?, template.to_owned()),
        data: (place("/data.json")?, Bytes::new(serde_json::to_vec(data)?)),
    };
    let said = |errors: &[typst::diag::SourceDiagnostic]| {
        let lines: Vec<String> = errors.iter().map(|error| error.message.to_string()).collect();
        Error::internal(format!("a document was not set: {}", lines.join("; ")))
    };
    let document = typst::compile::<PagedDocument>(&desk).output.map_err(|errors| said(&errors))?;
    let options = PdfOptions { ident: Smart::Auto, ..PdfOptions::default() };
    typst_pdf::pdf(&document, &options).map_err(|errors| said(&errors))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_holds_its_data_in_both_languages() {
        let template = "#set text(font: \"Noto Sans CJK SC\")\n#let it = json(\"data.json\")\n#it.name";
        let one = pdf(template, &json!({ "name": "发票 Invoice" }), &[]).unwrap();
        assert!(one.starts_with(b"%PDF-"));
        assert_eq!(one, pdf(template, &json!({ "name": "发票 Invoice" }), &[]).unwrap(), "and is the same every time");
    }

    #[test]
    fn templates_reach_nothing_outside() {
        let error = pdf("#read(\"/etc/passwd\")", &json!({}), &[]).unwrap_err();
        assert!(error.to_string().contains("a document was not set"), "{error}");
    }
}
