//! This program as the reader of one file, which it calls itself for: see `lingxi_bot::read_file`.

use std::process::ExitCode;

/// What came of it, when this process was started to read a file; nothing in all others.
pub fn if_asked() -> Option<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    (arguments.next()? == lingxi_bot::READ_FILE).then(|| lingxi_bot::read_file(&arguments.next().unwrap_or_default()))
}
