//! No customer who needs a person is lost.
