//! Guessing is slow, and tells nothing.
