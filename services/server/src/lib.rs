//! The composition root: builds the services, links them, serves them.

pub mod billing;
pub mod bot_eval;
pub mod bot_scale;
pub mod cloud;
pub mod converse;
pub mod demo;
pub mod doctor;
mod firms;
mod forward;
pub mod import;
mod installation;
mod jobs;
pub mod mails;
pub mod operator;
mod probes;
pub mod reader;
pub mod role;
pub mod serve;
mod web;
