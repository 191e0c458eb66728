//! One firm's bad data keeps no timer from the others' work.
