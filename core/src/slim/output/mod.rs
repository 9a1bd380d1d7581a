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
