//! One worker through its tiers: started cold, specialized from a stem, forked from a zygote, frozen, restored.
//!
//! Nothing here decides when to start what; that is the host's.

mod exchange;
mod frozen;
mod image;
mod interpreter;
mod launcher;
mod log_end;
mod output;
mod pieces;
mod preload;
mod process;
mod protocol;
mod remains;
mod snapshot;
mod starter;
mod tier;
mod timings;
mod worker;
mod zygote;

pub use frozen::FreezeLevel;
pub use interpreter::{Interpreter, native_launcher};
pub use preload::PreloadSet;
pub use protocol::{Command, Speaking, Subject, Translator, WorkerProtocol};
pub use tier::Tier;
pub use timings::Timings;

pub(crate) use frozen::Frozen;
pub(crate) use interpreter::Search;
pub(crate) use launcher::Launchers;
#[cfg(feature = "analyzer")]
pub(crate) use launcher::{launcher_files, trial_scripts};
pub(crate) use starter::{Foreign, Plan, Settings, Starter};
pub(crate) use timings::since;
pub(crate) use worker::{Call, Worker};
pub(crate) use zygote::{Branch, Zygote};
