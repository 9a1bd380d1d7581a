//! OpenWhisk's requests to an action runtime.

mod action;
mod router;

pub(super) use router::router;
