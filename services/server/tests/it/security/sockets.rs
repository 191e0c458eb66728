//! A socket gives what HTTP gives, and nothing that was taken away.
