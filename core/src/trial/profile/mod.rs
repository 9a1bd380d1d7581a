//! Where the time and the memory of a start go, module by module.

mod bytecode;
mod report;
mod run;
mod speedscope;
mod summary;
mod tree;

pub use bytecode::bytecode_saving;
#[cfg(feature = "fuzzing")]
pub(super) use run::read_report;
pub use run::{ProfileOptions, profile};
pub use speedscope::speedscope;
pub use summary::{ModuleProfile, Phase, Profile, Share};
