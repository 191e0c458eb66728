//! The operator and its chart against a real etcd and a real API server, where `cargo xtask cluster tools` has built one. Without,
//! these tests say that they did not run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop with its line"
)]

mod cluster;
mod operator;
mod renders;
