//! One error type with a closed set of codes. The public message and the internal cause are different fields.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of refusal or fault an error is. Every transport maps each code once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorCode {
    /// The input is wrong; the fields say where.
    Invalid,
    /// No valid credential.
    Unauthenticated,
    /// The credential does not allow this.
    Forbidden,
    /// There is no such thing in this tenant.
    NotFound,
    /// The present state does not allow this.
    Conflict,
    /// Too many or too much for now; try later or raise the limit.
    LimitExceeded,
    /// The input is larger than allowed.
    TooLarge,
    /// Something that is needed does not answer.
    Unavailable,
    /// A fault of ours; the cause is in the log.
    Internal,
}

impl ErrorCode {
    /// Whether this is a refusal that a caller should expect and can act on, as against a fault or denied access.
    pub fn is_expected(self) -> bool {
        matches!(self, Self::Invalid | Self::NotFound | Self::Conflict | Self::LimitExceeded | Self::TooLarge)
    }
}

/// A refused field of an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// Path of the field within the input, in camelCase.
    pub field: String,
    /// What is wrong and how to mend it.
    pub message: String,
}

/// What SQLite and the operating system say when nothing fits any more.
const FULL: [&str; 2] = ["disk is full", "No space left on device"];
/// What PostgreSQL and its driver say while it is away.
const AWAY: [&str; 5] = [
    "Connection refused",
    "error communicating with database",
    "Failed to acquire connection from pool",
    "terminating connection due to",
    "the database system is",
];
/// What PostgreSQL says of the one character that neither its texts nor its JSON can hold.
const NULS: [&str; 2] = ["invalid byte sequence for encoding \"UTF8\": 0x00", "unsupported Unicode escape sequence"];

/// A refusal or a fault.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Error {
    /// The kind.
    pub code: ErrorCode,
    /// What a caller may read.
    pub message: String,
    /// The refused fields, all at once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldError>,
    /// What only the log may show.
    #[serde(skip)]
    pub cause: Option<String>,
}

impl Error {
    /// An error of a code with a public message.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), fields: Vec::new(), cause: None }
    }

    /// The input is wrong as a whole.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Invalid, message)
    }

    /// One field is wrong.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        Self::invalid(message.clone()).with_field(field, message)
    }

    /// Every refused field at once; `Ok` when there is none.
    pub fn check(fields: Vec<FieldError>) -> Result<()> {
        match fields.first() {
            None => Ok(()),
            Some(first) => {
                let message = first.message.clone();
                Err(Self { fields, ..Self::invalid(message) })
            }
        }
    }

    /// There is no such thing in this tenant.
    pub fn not_found(noun: &str) -> Self {
        Self::new(ErrorCode::NotFound, format!("There is no such {noun}."))
    }

    /// The present state does not allow this.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Conflict, message)
    }

    /// A fault; `cause` goes to the log and never to a caller. A full disk and a database that is
    /// away are told from other faults, because callers should keep what they sent and come again; so is what PostgreSQL cannot keep.
    pub fn internal(cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        let says = |words: &[&str]| words.iter().any(|words| cause.contains(words));
        let (code, message) = if says(&FULL) {
            (ErrorCode::Unavailable, "The storage is full; nothing was stored. Please try again later.")
        } else if says(&AWAY) {
            (ErrorCode::Unavailable, "The database does not answer at the moment. Please try again.")
        } else if says(&NULS) {
            (ErrorCode::Invalid, "A text must not hold the character U+0000.")
        } else {
            (ErrorCode::Internal, "Something went wrong on our side. Please try again.")
        };
        Self { cause: Some(cause), ..Self::new(code, message) }
    }

    /// Adds a refused field.
    #[must_use]
    pub fn with_field(mut self, field: impl Into<String>, message: impl Into<String>) -> Self {
        self.fields.push(FieldError { field: field.into(), message: message.into() });
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        match &self.cause {
            Some(cause) => write!(f, " ({cause})"),
            None => Ok(()),
        }
    }
}

/// Whatever an outside library fails with is a fault of ours until a caller maps it to something better; only a malformed
/// id is the caller's mistake. (`Error` itself is no `std::error::Error`, so that this can be.)
impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        match (&error as &dyn std::any::Any).downcast_ref::<crate::ParseIdError>() {
            Some(id) => Self::invalid(id.to_string()),
            None => Self::internal(error),
        }
    }
}
