//! Workbooks, cell by cell: what lies between two cells is never made, however far they are apart.

use std::collections::HashMap;
use std::io::Cursor;

use calamine::{Data, DataRef, Reader as _};
use lingxi_kernel::{Error, Result};

use super::bounds::{self, MOST_COLUMNS, MOST_IN_CELL};
use super::{Grouping, columns, unreadable_heading};

fn broken() -> Error {
    Error::field("file", "This is no readable .xlsx file; save it again from your spreadsheet.")
}

/// Where the columns stand, once the heading was read.
type Columns = Option<HashMap<&'static str, usize>>;

/// Reads the first sheet.
pub(super) fn read(bytes: &[u8], reader: &mut Grouping) -> Result<&'static str> {
    bounds::unpacked(bytes, broken)?;
    let mut book: calamine::Xlsx<_> = calamine::Xlsx::new(Cursor::new(bytes)).map_err(|_| broken())?;
    let sheet = book.sheet_names().first().cloned().ok_or_else(broken)?;
    let mut cells = book.worksheet_cells_reader(&sheet).map_err(|_| broken())?;
    let mut heading: Columns = None;
    let (mut number, mut row) = (0, Vec::new());
    while let Some(cell) = cells.next_cell().map_err(|_| broken())? {
        reader.counted.cell()?;
        let (at, column) = (usize::try_from(cell.get_position().0)?, usize::try_from(cell.get_position().1)?);
        if at != number && !row.is_empty() {
            end_row(number, std::mem::take(&mut row), &mut heading, reader)?;
        }
        number = at;
        let wanted = heading.as_ref().is_none_or(|known| known.values().any(|known| *known == column));
        if wanted && !matches!(cell.get_value(), DataRef::Empty) {
            if column >= MOST_COLUMNS {
                return Err(Error::field(
                    "file",
                    format!("The heading has more than {MOST_COLUMNS} columns; delete those that are not needed."),
                ));
            }
            let text = text(cell.get_value());
            reader.counted.text(text.len())?;
            if row.len() <= column {
                row.resize(column + 1, String::new());
            }
            row[column] = text;
        }
    }
    if !row.is_empty() {
        end_row(number, row, &mut heading, reader)?;
    }
    if heading.is_none() { Err(unreadable_heading()) } else { Ok("XLSX") }
}

fn end_row(number: usize, row: Vec<String>, heading: &mut Columns, reader: &mut Grouping) -> Result<()> {
    let Some(columns_known) = heading else {
        *heading = Some(columns(&row)?);
        return Ok(());
    };
    reader.at = number;
    reader.cells(columns_known, &row)
}

/// What a cell says, as far as a cell may.
fn text(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => text.chars().take(MOST_IN_CELL).collect(),
        other => {
            let text = Data::from(other.clone()).to_string();
            if text.len() > MOST_IN_CELL { text.chars().take(MOST_IN_CELL).collect() } else { text }
        }
    }
}
