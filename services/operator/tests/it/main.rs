//! The operator and its chart against a real etcd and a real API server, where `cargo xtask cluster tools` has built one. Without,
//! these tests say that they did not run.

mod cluster;
mod operator;
mod renders;
