//! Writing a slimmed package.

mod bytecode;
mod copy;
mod manifest;
mod modules;
mod options;
mod own;
mod place;
mod placeholder;
mod progress;
mod record;
mod shim;
mod slimmed;
mod stage;
mod stripped;
mod whole;
mod zipped;

pub use options::{BytecodeCheck, ColdPlace, SlimOptions};
pub use progress::{Progress, Step};
pub use slimmed::{Slimmed, slim};

pub(crate) use bytecode::compile as compile_bytecode;
pub(crate) use copy::keep as copy_files;
pub(crate) use place::{Move, put as put_in_place};
pub(crate) use stage::{Stage, open_to_all};
pub(crate) use zipped::write as write_zip;
