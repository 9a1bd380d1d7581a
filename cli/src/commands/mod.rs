//! One file a command.

pub(crate) mod analyze;
pub(crate) mod bake;
pub(crate) mod bench;
pub(crate) mod cache;
pub(crate) mod completions;
pub(crate) mod doctor;
pub(crate) mod image;
pub(crate) mod package;
pub(crate) mod profile;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod slim;
pub(crate) mod trace;
pub(crate) mod verify;
pub(crate) mod zygotes;

/// The version of the JSON that commands print.
pub(crate) const SCHEMA_VERSION: u32 = 1;
