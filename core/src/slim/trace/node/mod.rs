//! JavaScript and TypeScript: from the entry through every import, require and path.
//!
//! ```text
//! function   the trace: entry, waves, addons, metadata
//!   waves      breadth first, each wave in parallel; what may run, and what certainly does
//!   imports    imports of the function's own code that it does not need, or not at once
//!     follow     one file: its uses become files
//!       scan       one source: its uses, from the text alone
//!       resolver   module names, as Node resolves them, over the package's tree
//!       paths      paths of which parts may be unknown
//!       addon      native addons, and which of them fit the machine
//! ```

mod addon;
mod entry;
mod filesystem;
mod follow;
mod followed;
mod function;
mod imports;
mod kind;
mod known;
mod metadata;
mod named;
mod paths;
mod plug_and_play;
mod resolver;
mod scan;
mod threads;
mod version;
mod waves;
mod world;

pub(super) use function::trace;
