//! Dialogue flows: what is checked of them, how a walk goes on, how they are tried. Pure.

mod checks;
mod reading;
mod trial;
mod walk;

pub(crate) use checks::{check, check_draft};
pub(crate) use reading::Today;
pub(crate) use trial::{run_cases, try_out};
pub(crate) use walk::{Heard, Said, Stands, State, Walk, slots};
