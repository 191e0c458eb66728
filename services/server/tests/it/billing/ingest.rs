//! Metered facts over HTTP and under faults.
