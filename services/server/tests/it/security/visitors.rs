//! A visitor proves who they are, sees what is theirs, and sends no more than the rates allow.
