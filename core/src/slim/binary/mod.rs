//! Where the bytes of a program or shared library are: its file by section, its code by crate.
//!
//! Code belongs to the crate whose source it was made from, not to the one that asked for it:
//! * a function, a method or a closure: the crate that it is written in;
//! * an instance of a generic function, and of a default method of a trait: the crate that has its source, whatever
//!   types it is made for. `core::ptr::drop_in_place::<T>` therefore counts as `std`;
//! * a method of a trait's implementation: the crate of the implementation. Newer symbols (v0) name it; older ones
//!   (legacy) name type and trait, of which one must be the implementing crate's own: it is the type's, unless
//!   that is built in or of the standard library.
//!
//! All crates of the standard library count as [`STD`], symbols that Rust did not mangle as [`C`], and code that no
//! symbol covers as [`UNKNOWN`].

mod code;
mod joined;
mod mangled;
mod read;
mod section;
mod symbols;

pub use code::{C, Code, STD, UNKNOWN};
pub use read::{Binary, Symbols};
pub use section::{Section, SectionKind};
