//! How much a file may hold. A file is somebody else's: what it says about itself is not believed, and it is counted while it is read.

use std::io::{Cursor, Read as _};

use lingxi_kernel::{Error, ErrorCode, Result};

/// Rows, the heading among them.
pub(super) const MOST_ROWS: usize = 100_000;
/// Columns; a spreadsheet has up to 16,384, and a knowledge file five.
pub(super) const MOST_COLUMNS: usize = 256;
/// Cells of a sheet that are looked at, empty ones among them.
const MOST_CELLS: usize = 2_000_000;
/// Characters of a cell: what spreadsheets themselves allow.
pub(super) const MOST_IN_CELL: usize = 32_767;
/// Bytes of all texts that are taken from a file. One text may stand in many cells, and in the file once.
const MOST_TEXT: usize = 48 << 20;
/// Questions of a file.
const MOST_QUESTIONS: usize = 200_000;
/// Bytes that a packed file comes to.
const MOST_UNPACKED: u64 = 64 << 20;
/// How many times as large a packed file becomes; a sheet of real texts becomes some ten times as large.
const MOST_RATIO: u64 = 100;
/// A file that comes to less may be packed as well as it likes.
const ANY_RATIO: u64 = 1 << 20;
/// Files within a packed file.
const MOST_PARTS: usize = 1_000;

fn too_large(message: String) -> Error {
    Error { code: ErrorCode::TooLarge, ..Error::field("file", message) }
}

/// What was read of a file so far.
#[derive(Debug, Default)]
pub(super) struct Counted {
    cells: usize,
    text: usize,
    questions: usize,
}

impl Counted {
    /// One more cell was looked at.
    pub(super) fn cell(&mut self) -> Result<()> {
        self.cells += 1;
        if self.cells > MOST_CELLS {
            let message = format!("The file has more than {MOST_CELLS} cells; delete what is empty, or split it.");
            return Err(too_large(message));
        }
        Ok(())
    }

    /// A text was taken.
    pub(super) fn text(&mut self, bytes: usize) -> Result<()> {
        self.text += bytes;
        if self.text > MOST_TEXT {
            return Err(too_large(format!(
                "The texts of the file come to more than {} MB; split it.",
                MOST_TEXT >> 20
            )));
        }
        Ok(())
    }

    /// Questions were taken.
    pub(super) fn questions(&mut self, more: usize) -> Result<()> {
        self.questions += more;
        if self.questions > MOST_QUESTIONS {
            return Err(too_large(format!("The file has more than {MOST_QUESTIONS} questions; split it.")));
        }
        Ok(())
    }
}

/// Whether a row may be read that comes after so many.
pub(super) fn row(before: usize) -> Result<()> {
    if before >= MOST_ROWS {
        return Err(too_large(format!("The file has more than {MOST_ROWS} rows; split it.")));
    }
    Ok(())
}

/// Unpacks a file into nothing, and refuses one that comes to too much as soon as it does: whoever unpacks it into memory afterwards
/// knows how much that takes.
pub(super) fn unpacked(bytes: &[u8], broken: impl Fn() -> Error) -> Result<()> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > MOST_PARTS {
        return Err(broken());
    }
    let packed = u64::try_from(bytes.len())?;
    let mut whole = 0;
    let mut piece = vec![0; 64 << 10];
    for part in 0..archive.len() {
        let mut part = archive.by_index(part).map_err(|_| broken())?;
        loop {
            let read = part.read(&mut piece).map_err(|_| broken())?;
            if read == 0 {
                break;
            }
            whole += u64::try_from(read)?;
            if whole > MOST_UNPACKED || whole > ANY_RATIO.max(packed.saturating_mul(MOST_RATIO)) {
                return Err(too_large(
                    "The file unpacks to far more than it holds; save it again from your spreadsheet, or split it."
                        .to_owned(),
                ));
            }
        }
    }
    Ok(())
}
