//! Taking out of shared objects what only debuggers and linkers read.
//!
//! Tools that strip move what stays as they see fit, and break objects that others have edited before: `patchelf`
//! leaves segments behind symbols, and the loader wants each at an offset that fits its alignment. Here, whatever
//! is loaded keeps its bytes, its addresses and its alignment ([`compact`]), and whoever replaces an object loads
//! it again ([`loading`]).

mod compact;
mod image;
pub(super) mod loading;

pub(super) use compact::compact;
