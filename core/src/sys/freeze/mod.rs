//! Stopping all processes of a worker, and letting them go on.
//!
//! Two ways. A **cgroup** (version 2, `cgroup.freeze`) where this process may make groups below its own: nothing in it
//! runs, whoever sends which signal, and what is started later is in it too. Else **signals**, SIGSTOP and SIGCONT, to
//! the worker's process group and to what has left it.
//!
//! * `members`: which processes are a worker's
//! * `cgroup`, `signals`: the two ways
//! * `parent`: where groups are made, and what killed hosts left there
//! * `removal`: takes groups away once they are empty
//! * `freezer`: which way there is, and groups of workers

mod cgroup;
mod freezer;
mod members;
mod parent;
mod removal;
mod signals;

pub use freezer::{Freezer, Group, Way};
pub use members::cpu_time;
