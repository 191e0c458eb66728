//! Product rules, through the services' clients, HTTP and GraphQL.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should stop with its line"
)]

mod access;
mod billing;
mod bus;
mod calls;
mod cloud;
mod contacts;
mod crash;
mod customers;
mod desk;
mod evaluation;
mod faults;
mod firm;
mod flows;
mod gold;
mod learning;
mod mail;
mod nats;
mod outside;
mod postgres;
mod process;
mod provision;
mod proxy;
mod report;
mod routes;
mod security;
mod shape;
mod tenancy;
mod traces;
mod usage;
mod webhooks;
