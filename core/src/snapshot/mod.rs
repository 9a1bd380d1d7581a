//! L2: snapshots of running workers on disk, taken and restored by CRIU.
//!
//! What is here knows files and CRIU's command line; the worker's side of it is `instance::snapshot`.
//!
//! ```text
//! STATE_DIR/snapshots/NAME/        one for each function: what it was taken of decides NAME
//!     snapshot.json                identity, and a checksum of every other file (see `metadata`)
//!     core-P.img, pages-1.img ...  as CRIU wrote them; P is the number of the process that was dumped
//! STATE_DIR/snapshots/.headstart-*/ what a host is dumping; removed when that is done
//! /run, /dev/shm/.headstart-*/     what it is restoring, where they are in memory; else beside the others
//! ```

mod criu;
mod identity;
mod metadata;
mod opened;
mod restoring;
mod scratch;
mod stored;
mod tree;
mod waiting;
mod wire;

pub use criu::{Criu, OLDEST, Version};

pub(crate) use identity::{Identity, Subject};
pub(crate) use metadata::Taken;
pub(crate) use opened::{Places, refuse_opened};
pub(crate) use restoring::Prepared;
pub(crate) use scratch::Scratch;
pub(crate) use stored::{Snapshot, Store, is_of_another_boot};
pub(crate) use waiting::on_a_thread;
