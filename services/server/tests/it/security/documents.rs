//! GraphQL documents that ask for too much are refused before they cost anything.
