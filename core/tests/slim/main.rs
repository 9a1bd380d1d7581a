//! The slimmer on packages that these tests write, and on input that nobody vouches for.
#![cfg(feature = "python-analyzer")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod case;
mod input;
mod kept;
mod objects;
mod output;
mod sources;
