//! A function run on its events, to be watched, timed or compared.
//!
//! [`observe()`] says which files it opens, [`profile()`] where the time of its start goes, [`verify()`] whether two
//! packages of it do the same. Every run goes through a [`Host`](crate::Host) and its launchers: the function sees what
//! it sees when it serves, with its events, environment and deadlines; a run that hangs or dies ends that run. What is
//! to be seen from inside of the process is seen by a script that the interpreter runs around the launcher
//! (`runtimes/python/headstart_trial`, `runtimes/node/trial`).

mod bake;
mod event;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod mapped;
mod observe;
mod options;
mod profile;
mod record;
mod session;
mod startup_files;
mod verify;
mod zygotes;

pub use bake::{BakeOptions, Baked, Deferral, FirstUse, ImageForm, SourceCheck, bake};
pub use event::{Event, own_events, read_events};
pub use observe::{Observed, observe};
pub use options::TrialOptions;
pub use profile::{ModuleProfile, Phase, Profile, ProfileOptions, Share, bytecode_saving, profile, speedscope};
pub use session::interpreter;
pub use startup_files::forget_files;
pub use verify::{Aspect, Comparison, Difference, Worker, verify};
pub use zygotes::{Trainee, plan_zygotes};
