//! Product rules, through the services' clients, HTTP and GraphQL.

mod access;
mod cloud;
mod crash;
mod desk;
mod usage;
mod webhooks;
