//! Attacks from outside, each beside the rule that it must not break.

mod customers;
mod documents;
mod facts;
mod guessing;
mod hostile_files;
mod mails;
mod plenty;
mod secrets;
mod sockets;
mod takeover;
mod timers;
mod visitors;
