//! Texts that people read.

/// Whether a character shows nothing: spaces, controls, and what Unicode has for joining, directing, filling and tagging.
fn is_invisible(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a text shows nothing, however many characters it has.
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

/// How many characters a text has without the spaces around it; none when it shows nothing.
pub fn length(text: &str) -> usize {
    if is_blank(text) { 0 } else { text.trim().chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_shows_nothing_is_blank() {
        for blank in [
            "",
            " \t\n",
            "\u{3000}",
            "\u{200b}\u{feff}",
            "\u{2800}",
            "\u{3164}\u{ffa0}",
            "\u{200f}\u{202e}",
            "\u{e0041}",
        ] {
            assert!(is_blank(blank) && length(blank) == 0, "{blank:?}");
        }
        for (shown, count) in [("a", 1), ("\u{feff}保", 2), (" ? ", 1), ("👨\u{200d}👩", 3)] {
            assert!(!is_blank(shown), "{shown:?}");
            assert_eq!(length(shown), count, "{shown:?}");
        }
    }
}
