//! Forward paging by opaque cursors.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The most rows that one page holds.
pub const MAX_PAGE: u32 = 200;

/// Which page is wanted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PageArgs {
    /// Rows wanted, 1 to [`MAX_PAGE`].
    pub first: u32,
    /// The cursor of the row before the page; none for the first page.
    pub after: Option<String>,
}

impl PageArgs {
    /// Checks the size.
    ///
    /// # Errors
    /// [`crate::ErrorCode::Invalid`] when `first` is out of range.
    pub fn new(first: Option<u32>, after: Option<String>) -> Result<Self> {
        let first = first.unwrap_or(50);
        if (1..=MAX_PAGE).contains(&first) {
            Ok(Self { first, after })
        } else {
            Err(Error::field("first", format!("`first` is {first}; ask for 1 to {MAX_PAGE} rows.")))
        }
    }

    /// The first page of the largest size.
    pub fn largest() -> Self {
        Self { first: MAX_PAGE, after: None }
    }
}

/// A page of rows, each with its cursor.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Page<T> {
    /// Cursor and row.
    pub rows: Vec<(String, T)>,
    /// Whether another page follows.
    pub has_next: bool,
}

impl<T> Page<T> {
    /// Makes a page of up to `args.first` rows from a query that asked for one more.
    pub fn from_overfetch(mut rows: Vec<T>, args: &PageArgs, cursor: impl Fn(&T) -> String) -> Self {
        let size = args.first as usize;
        let has_next = rows.len() > size;
        rows.truncate(size);
        Self { rows: rows.into_iter().map(|row| (cursor(&row), row)).collect(), has_next }
    }

    /// The rows with another type.
    pub fn map<U>(self, f: impl Fn(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(|(cursor, row)| (cursor, f(row))).collect(), has_next: self.has_next }
    }

    /// The rows without their cursors.
    pub fn into_items(self) -> Vec<T> {
        self.rows.into_iter().map(|(_, row)| row).collect()
    }
}
