//! The rules that look at a whole package, one file each.

mod bytecode;
mod cargo;
mod debug;
mod duplicates;
mod foreign;
mod native;
mod provided;
mod record;
mod runtime;
mod subject;
mod unneeded;
mod unreadable;

pub(crate) use subject::{Subject, find_all};
