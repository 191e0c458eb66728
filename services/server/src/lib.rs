//! The composition root: builds the services, links them, serves them.

pub mod cloud;
pub mod demo;
pub mod doctor;
mod firms;
mod forward;
pub mod import;
mod jobs;
mod probes;
pub mod role;
pub mod serve;
mod web;
