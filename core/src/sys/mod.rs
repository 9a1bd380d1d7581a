//! The kernel: clocks, descriptors, processes. Every `unsafe` block of the crate but the C interface of
//! native functions is below this module.

pub mod clock;
pub mod descriptor;
pub mod directory;
pub mod environment;
pub mod fork;
pub mod in_use;
pub mod interrupt;
pub mod memory;
pub mod page_cache;
#[cfg(feature = "runtime-api")]
pub mod peer;
pub mod pieces;
pub mod process;
#[cfg(feature = "cache")]
pub mod range_lock;
#[cfg(feature = "runtime-api")]
pub mod reconnect;
#[cfg(feature = "host")]
mod stat;

#[cfg(feature = "host")]
pub mod cell;
#[cfg(feature = "host")]
pub mod freeze;
#[cfg(feature = "host")]
pub mod machine;
#[cfg(feature = "analyzer")]
pub mod opened;
#[cfg(feature = "host")]
pub mod paging;
#[cfg(feature = "host")]
pub mod restore;
#[cfg(feature = "preload")]
mod seccomp;
#[cfg(feature = "preload")]
pub mod spawn;
